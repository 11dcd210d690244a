package httpx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"scalr-run-action/internal/httpx"
)

// TestDescribe checks the words for each kind of a connection error, also if another error wraps it.
func TestDescribe(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for want, errs := range map[string][]error{
		"the connection to a.test was closed before the response was complete": {
			io.EOF, io.ErrUnexpectedEOF, &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, syscall.EPIPE,
		},
		"a.test did not answer in time":            {context.DeadlineExceeded, os.ErrDeadlineExceeded},
		"a.test: connection refused":               {dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))},
		"a.test: no connection in time":            {dial(os.ErrDeadlineExceeded)},
		"a.test: anything":                         {dial(errors.New("anything"))},
		"no such host: a.test":                     {dial(&net.DNSError{IsNotFound: true})},
		"the name a.test could not be looked up":   {dial(&net.DNSError{IsTemporary: true})},
		"anything":                                 {errors.New("anything")},
		"the proxy could not be reached: anything": {&net.OpError{Op: "proxyconnect", Err: errors.New("anything")}},
		"the proxy could not be reached: lookup p.test: unknown": {
			&net.OpError{Op: "proxyconnect", Err: &net.DNSError{Err: "unknown", Name: "p.test", IsNotFound: true}},
		},
		"tls: first record does not look like it": {errors.New("tls: first record does not look like it")},
	} {
		for _, err := range errs {
			if got := httpx.Describe(err, "a.test"); got != want {
				t.Errorf("%v: got %q, want %q", err, got, want)
			}
			if got := httpx.Describe(fmt.Errorf("x: %w", err), "a.test"); got != want && got != "x: "+want {
				t.Errorf("%v, wrapped: got %q, want %q", err, got, want)
			}
		}
	}
}
