package network_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/network"
)

func transport() *http.Transport { return network.NewClient("test").Transport.(*http.Transport) }

func TestEveryWaitForAConnectionIsBounded(t *testing.T) {
	t.Parallel()
	c := network.NewClient("test")
	if c.Timeout != 0 {
		t.Errorf("a log may take longer than %s", c.Timeout)
	}
	got := transport()
	if got.TLSHandshakeTimeout != 10*time.Second || got.ResponseHeaderTimeout != 60*time.Second || got.ExpectContinueTimeout != time.Second ||
		got.IdleConnTimeout == 0 || got.MaxResponseHeaderBytes != 1<<20 {
		t.Errorf("got %+v", got)
	}
	if got.TLSClientConfig.MinVersion != tls.VersionTLS12 || got.TLSClientConfig.InsecureSkipVerify || !got.ForceAttemptHTTP2 {
		t.Errorf("T17: got TLS %+v", got.TLSClientConfig)
	}
	if other := transport(); got == other {
		t.Error("two clients share a transport")
	}
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"169.254.169.254": true, "169.254.170.2": true, "::ffff:169.254.169.254": true, "fe80::1": true, "fe80::1%eth0": true, "fd00:ec2::254": true,
		"100.100.100.200": true, "168.63.129.16": true, "0.0.0.0": true, "::": true, "224.0.0.1": true, "ff02::1": true,
		"127.0.0.1": false, "::1": false, "10.0.0.1": false, "192.168.1.1": false, "fd00::1": false, "93.184.216.34": false, "2606:2800:220:1::1": false,
		"169.253.255.255": false, "100.100.100.201": false,
	} {
		if got := network.Forbidden(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}

// T09: the dial is refused before a packet leaves, so that no machine needs to be there.
func TestMetadataIsNeverDialled(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://0.0.0.0:80/"} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := transport().RoundTrip(r); !errors.Is(err, network.ErrAddressRefused) {
				t.Errorf("got %v", err)
			}
		})
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	defer s.Close()
	res, err := network.NewClient("test").Get(s.URL)
	if err != nil {
		t.Fatalf("this machine itself may be asked: %v", err)
	}
	res.Body.Close()
}

// C22, T18: a proxy's no names the proxy and not its password.
func TestProxyRefusal(t *testing.T) {
	t.Parallel()
	const password = "hunter2-Bm4Gs6Yf0Jh7"
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer p.Close()
	address, err := url.Parse(strings.Replace(p.URL, "://", "://user:"+password+"@", 1))
	if err != nil {
		t.Fatal(err)
	}
	c := transport()
	c.Proxy = http.ProxyURL(address)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://acme.scalr.test/", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RoundTrip(r)
	var refusal *network.ProxyRefusal
	if !errors.As(err, &refusal) || refusal.Status != 407 || refusal.Proxy != address.Host {
		t.Fatalf("got %v", err)
	}
	if want := "the proxy " + address.Host + " answered 407 Proxy Authentication Required"; refusal.Error() != want || strings.Contains(err.Error(), password) {
		t.Errorf("got %q, want %q", err, want)
	}
}

// chosen makes the test binary print the proxy for an address: net/http reads
// the variables once in a process.
const chosen = "NETWORK_TEST_PROXY_FOR"

func TestMain(m *testing.M) {
	address := os.Getenv(chosen)
	if address == "" {
		m.Run()
		return
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		panic(err)
	}
	u, err := transport().Proxy(r)
	if err != nil {
		panic(err)
	}
	if u != nil {
		_, _ = os.Stdout.WriteString(u.Host)
	}
}

// C21, C24: which requests go through the runner's proxy.
func TestRunnersProxy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address, want string
		variables     []string
	}{
		"C21 upper case":     {"https://acme.scalr.io", "proxy:3128", []string{"HTTPS_PROXY=http://proxy:3128"}},
		"C21 lower case":     {"https://acme.scalr.io", "proxy:3128", []string{"https_proxy=http://proxy:3128"}},
		"C21 without scheme": {"https://acme.scalr.io", "proxy:3128", []string{"https_proxy=proxy:3128"}},
		"C24 the domain":     {"https://acme.scalr.io", "", []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=example.com,.scalr.io"}},
		"C24 lower case":     {"https://acme.scalr.io", "", []string{"HTTPS_PROXY=http://proxy:3128", "no_proxy=acme.scalr.io"}},
		"C24 everything":     {"https://acme.scalr.io", "", []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=*"}},
		"C24 another domain": {"https://acme.scalr.io", "proxy:3128", []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=scalr.com"}},
		"this machine":       {"https://127.0.0.1:8080", "", []string{"HTTPS_PROXY=http://proxy:3128"}},
		"no variable":        {"https://acme.scalr.io", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := exec.CommandContext(t.Context(), os.Args[0])
			command.Env = append(c.variables, chosen+"="+c.address)
			out, err := command.CombinedOutput()
			if err != nil || string(out) != c.want {
				t.Errorf("got %q, %v; want %q", out, err, c.want)
			}
		})
	}
}
