package scalr_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
)

// Errors of the operating system, the resolver and crypto/tls, and their meaning.
func TestNetworkErrors(t *testing.T) {
	t.Parallel()
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for name, c := range map[string]struct {
		err   error
		want  scalr.Network
		tries int // attempts before the client gives up; 0: many
		says  string
	}{
		"C01 unknown name": {
			dial(&net.DNSError{Err: "no such host", Name: "acme.scalr.test", IsNotFound: true}), scalr.UnknownHost, 2,
			"no such host: acme.scalr.test",
		},
		"C02 resolver fails": {
			dial(&net.DNSError{Err: "server misbehaving", Name: "acme.scalr.test", IsTemporary: true}),
			scalr.NameTrouble, 0, "acme.scalr.test could not be looked up",
		},
		"C02 no response from resolver": {dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), scalr.NameTrouble, 0, "could not be looked up"},
		"C04 refused": {
			dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), scalr.Unreachable, 0,
			"acme.scalr.test: connection refused",
		},
		"C05 dial timeout": {dial(timeout{}), scalr.Unreachable, 0, "no connection in time"},
		"C05 no route":     {dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH)), scalr.Unreachable, 0, "no route to host"},
		"C22 proxy refuses connection": {
			&httpx.ProxyRefusal{Proxy: "proxy:3128", Status: 407}, scalr.ProxyDenied, 1,
			"the proxy proxy:3128 answered 407 Proxy Authentication Required",
		},
		"C22 proxy error": {&httpx.ProxyRefusal{Proxy: "proxy:3128", Status: 503}, scalr.ProxyTrouble, 0, "the proxy proxy:3128 answered 503"},
		"C23 proxy unavailable": {
			&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(os.NewSyscallError("connect", syscall.ECONNREFUSED))},
			scalr.ProxyTrouble, 0, "the proxy could not be reached: connection refused",
		},
		"T09 metadata service": {dial(httpx.ErrAddressRefused), scalr.NotAllowed, 1, "link-local"},
		"T09 loopback address": {dial(httpx.ErrThisMachine), scalr.NotAllowed, 1, "acme.scalr.test: the address points to this machine"},
		"C10 closed":           {io.EOF, scalr.BrokenOff, 0, "was closed before the response was complete"},
		"C09 reset": {
			&net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, scalr.BrokenOff, 0,
			"was closed before the response was complete",
		},
		"C07 header timeout": {errors.New("net/http: timeout awaiting response headers"), scalr.OtherTrouble, 0, "awaiting response headers"},
		"C13 stream reset": {
			errors.New("stream error: stream ID 7; INTERNAL_ERROR; received from peer"), scalr.OtherTrouble, 0,
			"INTERNAL_ERROR",
		},
		"C13 repetition prevented": {
			httpx.ErrResent, scalr.BrokenOff, 0, "acme.scalr.test: the server ended the HTTP/2 exchange without a response",
		},
		"T07 error with secrets": {errors.New("odd: " + scalrsim.Token), scalr.OtherTrouble, 0, "odd: ***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, retries := dialed(t, "https://acme.scalr.test", roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err }))
				began := time.Now()
				_, err := client.Workspace(t.Context(), "ws-1")
				wantTrouble(t, err, c.want, c.says)
				if tries := len(*retries) + 1; c.tries > 0 && tries != c.tries || c.tries == 0 && tries < 9 {
					t.Errorf("got %d attempts, want %d (0: many)", tries, c.tries)
				}
				if took := time.Since(began); took > 121*time.Second || c.tries > 0 && took > time.Second {
					t.Errorf("it took %s", took)
				}
				for _, r := range *retries {
					wantTrouble(t, r.Err, c.want)
				}
			})
		})
	}
}

type timeout struct{}

func (timeout) Error() string { return "i/o timeout" }
func (timeout) Timeout() bool { return true }

func TestTemporaryDNSFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, failures := scalrsim.New(scalrsim.Scenario{}), 3
		client, _ := dialed(t, sim.URL(), roundTrip(func(r *http.Request) (*http.Response, error) {
			if failures--; failures >= 0 {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}
			}
			return sim.Client().Transport.RoundTrip(r)
		}))
		if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); err != nil {
			t.Errorf("C02: got %v", err)
		}
	})
}
