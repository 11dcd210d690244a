//go:build !linux

package process

import (
	"errors"
	"os"
	"syscall"
)

// The image is for Linux. Elsewhere, where the program is built by hand, it does
// not restart, and dumps are the system's business.

var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

func restart([]string) error { return errors.ErrUnsupported }

func forbidDumps() {}
