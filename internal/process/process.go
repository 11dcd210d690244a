// Package process prepares the process at startup: only the program itself prints to stdout and stderr,
// memory is never dumped, and the program handles all signals that can be handled.
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

// debugVariables are the environment variables that change the behavior of Go's runtime and net/http. Jobs
// set them for their own Go programs. In this program, GODEBUG=http2debug=2 would print every header
// including the token, GOTRACEBACK=crash would dump memory, and GOGC=off or a small GOMEMLIMIT could end the
// program during an apply.
var debugVariables = []string{"GODEBUG", "GOTRACEBACK", "GOGC", "GOMEMLIMIT", "DEBUG_HTTP2_GOROUTINES"}

// The first garbage collection starts at 16 MiB, four times Go's default. The heap is usually smaller, and a collection at the
// start of packing would take a twentieth of its time. Near memoryLimit, collections are more frequent; the program continues
// if it exceeds the limit.
const (
	gcPercent   = 400
	memoryLimit = 48 << 20 // bytes
)

// SetMemory configures the garbage collector for the program.
func SetMemory() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
}

// Prepare returns the signals that request the program to stop. It must be called first in main: if
// debugVariables are set, it restarts the program without them in the same process.
func Prepare() <-chan os.Signal {
	// net/http and other packages log requests and responses.
	log.SetOutput(io.Discard)
	clearDebugVariables()
	SetMemory()
	forbidDumps()
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is a write error, which stops the run
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, stopSignals...)
	return stop
}

// clearDebugVariables restarts the program without debugVariables, because packages read them before main
// starts. If the restart fails, as in a container without /proc, it reverts their effects as far as possible.
func clearDebugVariables() {
	environ := os.Environ()
	rest := slices.DeleteFunc(slices.Clone(environ), isDebugVariable)
	if len(rest) == len(environ) {
		return
	}
	_ = restart(rest)
	for _, name := range debugVariables {
		os.Unsetenv(name) // the runtime applies changes of GODEBUG immediately
	}
}

// isDebugVariable reports whether a name=value pair sets one of debugVariables. GitHub's runner passes empty
// variables; they have no effect.
func isDebugVariable(pair string) bool {
	name, value, _ := strings.Cut(pair, "=")
	return value != "" && slices.Contains(debugVariables, name)
}
