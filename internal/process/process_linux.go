package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// stopSignals request the program to stop. By default, Go prints stacks and registers for SIGQUIT and the following ones.
// Signals that the program causes itself, such as by an invalid memory access, cannot be handled and are panics.
var stopSignals = []os.Signal{
	unix.SIGINT,
	unix.SIGTERM,
	unix.SIGHUP,
	unix.SIGQUIT,
	unix.SIGABRT,
	unix.SIGBUS,
	unix.SIGFPE,
	unix.SIGILL,
	unix.SIGSEGV,
	unix.SIGSTKFLT,
	unix.SIGSYS,
	unix.SIGTRAP,
	unix.SIGXCPU,
}

// restart replaces the program with itself: the process keeps its id, which is 1 in a container, its files and its
// arguments, including the program's name, which selects what it does. It returns only if it fails.
func restart(environ []string) error {
	// Unlike the path of the program, this link cannot be replaced by another file.
	return syscall.Exec("/proc/self/exe", os.Args, environ)
}

// forbidDumps prevents core files, which would contain tokens. The limit does not apply if the kernel pipes a dump to a
// program (core(5)); a process that is not dumpable is never dumped, and other processes of the same user cannot read its
// memory or its environment (prctl(2), PR_SET_DUMPABLE). Neither call can fail, because they only drop privileges.
func forbidDumps() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
