package process

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// stopSignals request the program to stop. By default, Go prints stacks and registers for SIGQUIT and the
// signals after it. A signal that the program causes itself, such as by an invalid memory access, cannot be
// handled and is a panic.
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

// restart replaces the program with itself. The process keeps its ID (1 in a container), its files and its
// arguments, including the program's name, which selects the action. restart returns only if it fails.
func restart(environ []string) error {
	// Unlike the program's path, this link cannot refer to another file.
	return syscall.Exec("/proc/self/exe", os.Args, environ)
}

// forbidDumps prevents core files, which would contain tokens. The limit does not apply if the kernel pipes a
// dump to a program (core(5)). A process that is not dumpable is never dumped, and other processes of the
// same user cannot read its memory or environment (prctl(2), PR_SET_DUMPABLE). Neither call can fail, because
// both only drop privileges.
func forbidDumps() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
