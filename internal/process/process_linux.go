package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// stopSignals ask the program to stop. From SIGQUIT on, Go's default is to print
// stacks and registers. Signals that the program causes itself, such as by an
// invalid memory access, cannot be caught and are panics.
var stopSignals = []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGABRT, unix.SIGBUS, unix.SIGFPE,
	unix.SIGILL, unix.SIGSEGV, unix.SIGSTKFLT, unix.SIGSYS, unix.SIGTRAP, unix.SIGXCPU}

// restart replaces the program by itself: the process keeps its id, which is 1
// in a container, its files and its arguments, the first of which is the name
// that decides what the program does. It returns only if that fails.
func restart(environ []string) error {
	// Unlike the path of the program, this link cannot be replaced by another file.
	return syscall.Exec("/proc/self/exe", os.Args, environ)
}

// forbidDumps keeps memory, which holds tokens, out of core files. The limit
// does not count where the kernel pipes a dump to a program (core(5)); a process
// that is not dumpable is dumped nowhere, and processes of the same user cannot
// read its memory or its environment any more (prctl(2), PR_SET_DUMPABLE).
// Neither can fail: both only take rights away.
func forbidDumps() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
