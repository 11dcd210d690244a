package httpx_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/httpx"
)

// addresses are the addresses that the resolver of this test returns.
var addresses = map[string][]string{
	"here.test":             {"127.0.0.1"},
	"here6.test":            {"::1"},
	"both.test":             {"::1", "127.0.0.1"},
	"translated.test":       {"64:ff9b::7f00:1"},
	"tunneled.test":         {"2002:7f00:1::"},
	"metadata.test":         {"169.254.169.254"},
	"oracle.test":           {"192.0.0.192"},
	"translated.meta.test":  {"64:ff9b::a9fe:a9fe"},
	"unspecified.test":      {"0.0.0.0"},
	"metadata.and.test":     {"169.254.169.254", "127.0.0.1"},
	"elsewhere.localhost":   {"127.0.0.1"},
	"127.1.test":            {"127.0.0.1"},
	"xn--metadata-9za.test": {"fd00:ec2::254"},
}

// TestMetadataIsNeverDialed (T09): a connection is refused by the address that the name resolves to, before a packet is
// sent.
func TestMetadataIsNeverDialed(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "[::ffff:169.254.169.254]",
		"0.0.0.0:80", "[::]", "[64:ff9b::a9fe:a9fe]", "192.0.0.192",
		"metadata.test",
		"oracle.test", "translated.meta.test", "unspecified.test", "xn--metadata-9za.test",
		"METADATA.test.",
	} {
		for _, scheme := range []string{"http", "https"} {
			wantDial(t, t.Context(), scheme+"://"+host+"/latest/meta-data/", httpx.ErrAddressRefused)
		}
	}
}

// TestIssuedAddressesAreNotLocal (T09): an address that a server issued must not resolve to this machine, but one that the
// user configured may.
func TestIssuedAddressesAreNotLocal(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "here")
	}))
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"here.test", "both.test", "127.1.test", "elsewhere.localhost", "localhost", "127.0.0.1",
		"HERE.test.",
	} {
		address := "http://" + host + ":" + port
		wantDial(t, t.Context(), address, nil)
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		wantDial(t, httpx.WithIssued(t.Context(), u), address, httpx.ErrThisMachine)
	}
	for _, host := range []string{"here6.test", "translated.test", "tunneled.test", "[64:ff9b:1::7f00:1]"} {
		u := &url.URL{Scheme: "https", Host: host}
		wantDial(t, httpx.WithIssued(t.Context(), u), u.String(), httpx.ErrThisMachine)
	}
	// Of several addresses, the allowed ones are tried.
	wantDial(t, t.Context(), "http://metadata.and.test:"+port, nil)
}

// wantDial sends a request to the address and checks the reason why no connection is made; nil if one is made.
func wantDial(t *testing.T, ctx context.Context, address string, want error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport().RoundTrip(r)
	if err == nil {
		res.Body.Close()
	}
	if !errors.Is(err, want) || httpx.RefusedAddress(err) != want {
		t.Errorf("%s: got %v, want %v", address, err, want)
	}
}

// TestLocalhostIsThisMachine: a resolver cannot direct requests for localhost to another machine.
func TestLocalhostIsThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{
		"127.0.0.1:80":          nil,
		"[::1]:80":              nil,
		"[::ffff:127.0.0.1]:80": nil,
		"93.184.216.34:80":      httpx.ErrNotThisMachine,
		"[64:ff9b::7f00:1]:80":  httpx.ErrNotThisMachine,
		"169.254.169.254:80":    httpx.ErrAddressRefused,
	} {
		for _, host := range []string{"localhost", "LOCALHOST."} {
			if got := httpx.CheckAddress(host, address, false); got != want {
				t.Errorf("%s at %s: got %v, want %v", host, address, got, want)
			}
		}
	}
}

// TestLocalProxy (T09): a proxy resolves names itself, and a proxy on this machine is used for any address.
func TestLocalProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusForbidden)
	}))
	defer p.Close()
	proxy, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := transport()
	c.Proxy = http.ProxyURL(proxy)
	link := &url.URL{Scheme: "https", Host: "metadata.test"}
	r, err := http.NewRequestWithContext(httpx.WithIssued(t.Context(), link), http.MethodGet, link.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RoundTrip(r)
	var refusal *httpx.ProxyRefusal
	if !errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
	if got := <-asked; got != "CONNECT metadata.test:443" {
		t.Errorf("the proxy received %q", got)
	}
}

// TestLeadsToThisMachine: the machine is the one that the client connected to, and only if it did so for that host.
func TestLeadsToThisMachine(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c, err := transport().DialContext(t.Context(), "tcp", "here.test:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	plain, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	for name, row := range map[string]struct {
		c    net.Conn
		host string
		want bool
	}{
		"the host":                       {c, "here.test", true},
		"the host in upper case":         {c, "HERE.test", true},
		"TLS":                            {tls.Client(c, &tls.Config{}), "here.test", true},
		"TLS in TLS":                     {tls.Client(tls.Client(c, &tls.Config{}), &tls.Config{}), "here.test", true},
		"another host, through a proxy":  {c, "acme.test", false},
		"a connection of another dialer": {plain, "127.0.0.1", false},
	} {
		if got := httpx.LeadsToThisMachine(row.c, row.host); got != row.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// remote is a connection to an address.
type remote struct {
	net.Conn
	address net.Addr
}

func (r remote) RemoteAddr() net.Addr { return r.address }

// TestAddressOfConnection: the address decides whether a connection for the host was made to this machine.
func TestAddressOfConnection(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "::ffff:127.0.0.1": true, "64:ff9b::7f00:1": true, "10.0.0.1": false, "2001:db8::1": false, "0.0.0.0": false,
		"169.254.169.254": false,
	} {
		c := httpx.ConnectionTo("acme.test", remote{address: &net.TCPAddr{IP: net.ParseIP(address), Port: 443}})
		if got := httpx.LeadsToThisMachine(c, "acme.test"); got != want {
			t.Errorf("%s: got %t", address, got)
		}
		if httpx.LeadsToThisMachine(c, "other.test") {
			t.Errorf("%s: the connection was made for another host", address)
		}
	}
	if httpx.LeadsToThisMachine(httpx.ConnectionTo("acme.test", remote{address: &net.UnixAddr{Name: "127.0.0.1"}}), "acme.test") {
		t.Error("a socket without an IP address leads to this machine")
	}
}

// TestInvalidAddresses: an address without a port, or one that the dialer cannot have resolved, is an error.
func TestInvalidAddresses(t *testing.T) {
	t.Parallel()
	if c, err := transport().DialContext(t.Context(), "tcp", "here.test"); err == nil || c != nil || !strings.Contains(err.Error(), "missing port") {
		t.Errorf("got %v", err)
	}
	if err := httpx.CheckAddress("here.test", "here.test:80", false); err == nil {
		t.Error("an address that is a name was accepted")
	}
	for _, c := range []struct {
		err, want error
	}{
		{fmt.Errorf("dial: %w", httpx.ErrAddressRefused), httpx.ErrAddressRefused},
		{fmt.Errorf("dial: %w", httpx.ErrThisMachine), httpx.ErrThisMachine},
		{fmt.Errorf("dial: %w", httpx.ErrNotThisMachine), httpx.ErrNotThisMachine},
		{io.EOF, nil},
		{nil, nil},
	} {
		if got := httpx.RefusedAddress(c.err); got != c.want {
			t.Errorf("%v: got %v, want %v", c.err, got, c.want)
		}
	}
	for err, want := range map[error]string{
		httpx.ErrAddressRefused: "the address is link-local or belongs to a cloud's metadata service",
		httpx.ErrThisMachine:    "the address points to this machine",
		httpx.ErrNotThisMachine: "localhost does not resolve to this machine",
	} {
		if err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestConnectRequest: the CONNECT request names the user agent, and a proxy that accepts it is not an error.
func TestConnectRequest(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer s.Close()
	agents := make(chan string, 1)
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		to, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		go func() { _, _ = io.Copy(to, from) }()
		_, _ = io.Copy(from, to)
	}))
	defer p.Close()
	proxy, err := url.Parse(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := transport()
	c.Proxy = http.ProxyURL(proxy)
	c.TLSClientConfig.RootCAs = x509.NewCertPool()
	c.TLSClientConfig.RootCAs.AddCert(s.Certificate())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if agent := <-agents; res.StatusCode != http.StatusTeapot || agent != "test" {
		t.Errorf("got the status %d, and the proxy received the user agent %q", res.StatusCode, agent)
	}
	c.CloseIdleConnections()
}
