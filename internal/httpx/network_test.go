package httpx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/httpx/httpxtest"
)

func transport() *httpx.Transport { return httpx.NewClient("test").Transport.(*httpx.Transport) }

func TestClientTimeouts(t *testing.T) {
	t.Parallel()
	c := httpx.NewClient("test")
	if c.Timeout != 0 {
		t.Errorf("the client has a timeout of %s, want none", c.Timeout)
	}
	got := transport()
	if got.TLSHandshakeTimeout != 10*time.Second || got.ResponseHeaderTimeout != 60*time.Second ||
		got.ExpectContinueTimeout != time.Second ||
		got.IdleConnTimeout == 0 || got.MaxResponseHeaderBytes != 1<<20 {
		t.Errorf("got %+v", got)
	}
	if got.TLSClientConfig.MinVersion != tls.VersionTLS12 || got.TLSClientConfig.InsecureSkipVerify ||
		!got.ForceAttemptHTTP2 {
		t.Errorf("T17: got TLS %+v", got.TLSClientConfig)
	}
	if other := transport(); got == other {
		t.Error("two clients share a transport")
	}
}

// TestProxyRefusal (C22, T18): the error of a refused CONNECT contains the proxy, but not its password.
func TestProxyRefusal(t *testing.T) {
	t.Parallel()
	const password = "hunter2-Bm4Gs6Yf0Jh7"
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
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
	var refusal *httpx.ProxyRefusal
	if !errors.As(err, &refusal) || refusal.Status != 407 || refusal.Proxy != address.Host {
		t.Fatalf("got %v", err)
	}
	if want := "the proxy " + address.Host + " answered 407 Proxy Authentication Required"; refusal.Error() != want ||
		strings.Contains(err.Error(), password) {
		t.Errorf("got %q, want %q", err, want)
	}
}

// proxyFor makes the test binary print the proxy for an address: net/http reads the variables only once per process.
const proxyFor = "NETWORK_TEST_PROXY_FOR"

func TestMain(m *testing.M) {
	address := os.Getenv(proxyFor)
	if address == "" {
		net.DefaultResolver = httpxtest.Resolver(addresses)
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

// TestProxyVariables (C21, C24): the runner's variables determine which requests use its proxy.
func TestProxyVariables(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		address, want string
		variables     []string
	}{
		"C21 upper case":     {"https://acme.scalr.io", "proxy:3128", []string{"HTTPS_PROXY=http://proxy:3128"}},
		"C21 lower case":     {"https://acme.scalr.io", "proxy:3128", []string{"https_proxy=http://proxy:3128"}},
		"C21 without scheme": {"https://acme.scalr.io", "proxy:3128", []string{"https_proxy=proxy:3128"}},
		"C24 the domain": {
			address:   "https://acme.scalr.io",
			want:      "",
			variables: []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=example.com,.scalr.io"},
		},
		"C24 lower case": {
			address:   "https://acme.scalr.io",
			want:      "",
			variables: []string{"HTTPS_PROXY=http://proxy:3128", "no_proxy=acme.scalr.io"},
		},
		"C24 everything": {"https://acme.scalr.io", "", []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=*"}},
		"C24 another domain": {
			address:   "https://acme.scalr.io",
			want:      "proxy:3128",
			variables: []string{"HTTPS_PROXY=http://proxy:3128", "NO_PROXY=scalr.com"},
		},
		"this machine": {"https://127.0.0.1:8080", "", []string{"HTTPS_PROXY=http://proxy:3128"}},
		"no variable":  {"https://acme.scalr.io", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			command := exec.CommandContext(t.Context(), os.Args[0])
			command.Env = append(c.variables, proxyFor+"="+c.address)
			var stderr strings.Builder // such as a warning about coverage data
			command.Stderr = &stderr
			out, err := command.Output()
			if err != nil || string(out) != c.want {
				t.Errorf("got %q, %v; want %q\n%s", out, err, c.want, &stderr)
			}
		})
	}
}
