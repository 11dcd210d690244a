//go:build !linux

package process

import (
	"errors"
	"os"
	"syscall"
)

// The image is for Linux. On other systems, the program does not restart, and the system's configuration for
// dumps applies.

var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

func restart([]string) error { return errors.ErrUnsupported }

func forbidDumps() {}
