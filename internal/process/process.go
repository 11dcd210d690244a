// Package process prepares the operating system's process before the program
// begins: nothing that the program did not print itself reaches stdout or
// stderr, no memory is dumped, and every signal that can be handled is.
package process

import (
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
)

// debugVariables are the environment variables that change how Go's runtime and
// net/http behave. Jobs set them for Go programs of their own. In this program
// GODEBUG=http2debug=2 prints every header with its token, GOTRACEBACK=crash
// dumps memory, and GOGC=off or a small GOMEMLIMIT end in an apply that nobody
// follows.
var debugVariables = []string{"GODEBUG", "GOTRACEBACK", "GOGC", "GOMEMLIMIT", "DEBUG_HTTP2_GOROUTINES"}

// MemoryLimit is the process's soft limit of memory in bytes: the collector runs
// before the listing of a huge tree, counted twice, takes more. The program goes on
// when the limit cannot be held.
const MemoryLimit = 48 << 20

// Prepare must be the first call of main. It returns the signals that ask the
// program to stop. It may start the program again in the same process, without
// debugVariables.
func Prepare() <-chan os.Signal {
	// net/http and other packages log by themselves what they send and receive.
	log.SetOutput(io.Discard)
	clearDebugVariables()
	debug.SetMemoryLimit(MemoryLimit)
	forbidDumps()
	signal.Ignore(syscall.SIGPIPE) // a closed log is a write error, which stops the run
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, stopSignals...)
	return stop
}

// clearDebugVariables starts the program again without debugVariables: packages
// read them while they initialize, which was before main. Where that fails, as in
// a container without /proc, what can be undone is undone. The logs are silent in
// any case.
func clearDebugVariables() {
	environ := os.Environ()
	rest := slices.DeleteFunc(slices.Clone(environ), isDebugVariable)
	if len(rest) == len(environ) {
		return
	}
	_ = restart(rest)
	for _, name := range debugVariables {
		os.Unsetenv(name) // package internal/godebug follows GODEBUG
	}
	debug.SetGCPercent(100)
}

// isDebugVariable reports whether a pair sets one of debugVariables. GitHub's
// runner passes variables on that are empty; those have no effect.
func isDebugVariable(pair string) bool {
	name, value, _ := strings.Cut(pair, "=")
	return value != "" && slices.Contains(debugVariables, name)
}
