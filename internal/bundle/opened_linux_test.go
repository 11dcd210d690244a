package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// watchOpened returns a function that returns the names of the files in dir that have been opened since then, sorted and
// each one once.
func watchOpened(t *testing.T, dir string) func() []string {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_OPEN); err != nil {
		t.Skip(err)
	}
	return func() (names []string) {
		events := make([]byte, 64<<10)
		n, err := unix.Read(fd, events)
		if err != nil {
			t.Fatal(err)
		}
		for events = events[:n]; len(events) > 0; {
			length := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(events[12:]))
			name, _, _ := bytes.Cut(events[unix.SizeofInotifyEvent:length], []byte{0})
			names, events = append(names, string(name)), events[length:]
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
}

// TestOnlyPackedFilesAreOpened checks that packing opens neither the targets of links nor excluded files.
func TestOnlyPackedFilesAreOpened(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "a.tf", "b.tf", "to-state->x.tfstate", "x.tfstate", "to-md->x.md", "x.md", "to-pipe->pipe", ".terraformignore")
	err := errors.Join(syscall.Mkfifo(filepath.Join(root, "pipe"), 0o600), os.WriteFile(filepath.Join(root, ".terraformignore"), []byte("*.md"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	for _, par := range parallelisms {
		l := listFor(t, root, nil)
		opened := watchOpened(t, root)
		a, err := l.pack(t.Context(), par)
		if err != nil {
			t.Fatal(err)
		}
		a.Close()
		if got := opened(); !slices.Equal(got, []string{".terraformignore", "a.tf", "b.tf"}) {
			t.Errorf("%+v: opened %q, want only the packed files", par, got)
		}
	}
}
