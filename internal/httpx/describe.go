package httpx

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// Describe returns the reason why a request to the host has no complete response, in words for users. For reasons that it does
// not know, it returns the text of the error.
func Describe(err error, host string) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy could not be reached: " + RootCause(op.Err)
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host: " + host
	case errors.As(err, &dns):
		return "the name " + host + " could not be looked up"
	case errors.As(err, &op) && op.Op == "dial":
		return host + ": " + RootCause(op.Err)
	case IsBrokenOff(err):
		return "the connection to " + host + " was closed before the response was complete"
	case IsTimeout(err):
		return host + " did not answer in time"
	}
	return err.Error()
}

// IsBrokenOff reports whether the connection was closed during the exchange.
func IsBrokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// IsTimeout reports whether a time limit was exceeded.
func IsTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// RootCause returns the reason why a connection could not be opened: the error of the system, a timeout, or the text of err.
func RootCause(err error) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case IsTimeout(err):
		return "no connection in time"
	}
	return err.Error()
}
