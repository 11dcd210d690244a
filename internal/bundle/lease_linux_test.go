package bundle

import (
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLeasedFileIsRead checks that opening a file waits for a process that has a lease of it, such as a file server: until
// it gives up the lease, opening the file without blocking fails.
func TestLeasedFileIsRead(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	file, err := os.OpenFile(filepath.Join(root, "main.tf"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	requested := make(chan os.Signal, 1)
	signal.Notify(requested, syscall.SIGIO)
	defer signal.Stop(requested)
	lease := func(kind int) error {
		_, err := unix.FcntlInt(file.Fd(), unix.F_SETLEASE, kind)
		return err
	}
	for _, stepwise := range []bool{false, true} {
		tr.stepwise = stepwise
		if err := lease(unix.F_WRLCK); err != nil {
			t.Skip(err)
		}
		released := make(chan error, 1)
		go func() {
			<-requested
			released <- lease(unix.F_UNLCK)
		}()
		f, err := tr.openFile("main.tf")
		if err != nil {
			t.Fatalf("stepwise %t: %v", stepwise, err)
		}
		f.close()
		if err := <-released; err != nil {
			t.Error(err)
		}
	}
}
