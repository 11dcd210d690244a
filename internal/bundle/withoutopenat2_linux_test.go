package bundle

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// refusedWith makes the test binary refuse openat2 with an error number, and list the directory of the variable below.
const (
	refusedWith = "BUNDLE_TEST_OPENAT2_ERRNO"
	listedRoot  = "BUNDLE_TEST_ROOT"
)

// TestWithoutOpenat2 checks that a checkout is listed if openat2 does not exist, as in kernels before 5.6, or is not
// allowed, as in old container engines.
func TestWithoutOpenat2(t *testing.T) {
	t.Parallel()
	if number := os.Getenv(refusedWith); number != "" {
		listWithoutOpenat2(t, number)
		return
	}
	for _, errno := range []unix.Errno{unix.ENOSYS, unix.EPERM} {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWithoutOpenat2$", "-test.v")
		command.Env = append(os.Environ(), refusedWith+"="+strconv.Itoa(int(errno)), listedRoot+"="+makeTree(t, "main.tf", "d/x", "l->d"))
		out, err := command.CombinedOutput()
		switch {
		case err != nil:
			t.Errorf("%v: %v\n%s", errno, err, out)
		case strings.Contains(string(out), "--- SKIP"):
			t.Skipf("%s", out)
		}
	}
}

func listWithoutOpenat2(t *testing.T, number string) {
	errno, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	if err := refuseOpenat2(uint32(errno)); err != nil {
		t.Skip(err)
	}
	root := os.Getenv(listedRoot)
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	if !tr.stepwise {
		t.Error("the checkout is not opened component by component")
	}
	l, err := List(t.Context(), Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Pack(t.Context())
	if err != nil || a.Files != 2 {
		t.Errorf("got %+v, %v, want two files", a, err)
	}
}

// refuseOpenat2 installs a filter for system calls in all threads of the process.
func refuseOpenat2(errno uint32) error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the system call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_OPENAT2},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | errno},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if failed != 0 {
		return fmt.Errorf("install the filter: %w", failed)
	}
	if _, err := openat2(unix.AT_FDCWD, ".", unix.O_PATH); !errors.Is(err, unix.Errno(errno)) {
		return fmt.Errorf("the filter has no effect: %w", err)
	}
	return nil
}
