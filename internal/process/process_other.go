//go:build !linux

package process

import (
	"errors"
	"os"
	"syscall"
)

// The image is for Linux. If the program is built for another system, it does not restart, and the system's configuration
// applies to dumps.

var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

func restart([]string) error { return errors.ErrUnsupported }

func forbidDumps() {}
