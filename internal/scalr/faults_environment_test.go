package scalr_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/httpx/httpxtest"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// asked is the name of a variable that makes the test binary read a workspace from the address in it and print the
// result. Proxy variables are read once per process, so each case needs its own process.
const asked = "SCALR_TEST_ASK"

// leadingHere is the name of a variable that makes every name in example.test resolve to this machine and makes the
// test binary read a log too.
const leadingHere = "SCALR_TEST_LEADING_HERE"

func TestMain(m *testing.M) {
	if address := os.Getenv(asked); address != "" {
		if os.Getenv(leadingHere) != "" {
			here := []string{"127.0.0.1", "::1"}
			net.DefaultResolver = httpxtest.Resolver(map[string][]string{
				"acme.example.test": here, "blob.example.test": here, "meta.example.test": {"169.254.169.254"}})
		}
		ask(address)
		return
	}
	m.Run()
}

func ask(address string) {
	base, err := url.Parse(address)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	client, err := scalr.New(scalr.Config{BaseURL: base, Token: secret.New(scalrsim.Token), UserAgent: scalrtest.UserAgent, HTTP: httpx.NewClient("test"),
		Retrying: func(r scalr.Retry) {
			fmt.Println("retrying:", r.Err)
			cancel() // one retry is enough
		}})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, err := client.Workspace(ctx, "ws-1")
	fmt.Printf("workspace %q, error %v\n", w.Name, err)
	if os.Getenv(leadingHere) == "" {
		return
	}
	body, err := client.Log(ctx, scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
	if err != nil {
		fmt.Println("log:", err)
		return
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	fmt.Printf("log: %q, %v\n", text, err)
}

// asking runs the test binary with the variables and returns its output.
func asking(t *testing.T, address string, variables ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(variables, asked+"="+address)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// C19: a private certificate authority.
func TestPrivateAuthority(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	s := serveTLS(t, http.HandlerFunc(serveWorkspace), &tls.Config{Certificates: []tls.Certificate{a.issue(t, "localhost", -1, 1)}})
	file := a.file(t)
	for name, variable := range map[string]string{
		"SSL_CERT_FILE": "SSL_CERT_FILE=" + file,
		"SSL_CERT_DIR":  "SSL_CERT_DIR=" + filepath.Dir(file),
	} {
		if got := asking(t, s.URL, variable); !strings.Contains(got, `workspace "network", error <nil>`) {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if got := asking(t, s.URL); !strings.Contains(got, "unknown authority") {
		t.Errorf("without: got %s", got)
	}
}

// T09: if the base URL leads to this machine, links may too, as with a loopback address. Behind a proxy the base URL
// leads elsewhere, and a link whose name resolves to this machine is detected when it is dialed.
func TestLinkToLoopbackAddress(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	for name, c := range map[string]struct {
		link    string
		proxied bool
		want    string
	}{
		"beside the base URL": {"https://acme.example.test:%s/log", false, `log: "a line", <nil>`},
		"other name":          {"https://blob.example.test:%s/log", false, `log: "a line", <nil>`},
		"other name, public base URL": {
			"https://blob.example.test:%s/log", true,
			"log: read the plan log: blob.example.test:%s: the address points to this machine",
		},
		"default port, base URL with port": {
			"https://blob.example.test/log", true,
			"log: read the plan log: blob.example.test: the address points to this machine",
		},
		"loopback address, public base URL": {"https://127.0.0.1:%s/log", true, "log: read the plan log: the link points to this machine"},
		"metadata service, loopback base URL": {
			"https://meta.example.test:%s/log", false,
			"log: read the plan log: meta.example.test:%s: the address is link-local",
		},
		"plain http, loopback base URL": {
			"http://blob.example.test:%s/log", false,
			"log: read the plan log: the link is not https: blob.example.test:%s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs, port := 0, ""
			s := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/output"):
					w.Header().Set("Location", strings.ReplaceAll(c.link, "%s", port))
					w.WriteHeader(http.StatusTemporaryRedirect)
				case r.URL.Path == "/log":
					logs++
					_, _ = io.WriteString(w, "a line")
				default:
					serveWorkspace(w, r)
				}
			}), &tls.Config{Certificates: []tls.Certificate{a.issue(t, "*.example.test", -1, 1)}})
			port = s.URL[strings.LastIndex(s.URL, ":")+1:]
			variables := []string{leadingHere + "=1", "SSL_CERT_FILE=" + a.file(t)}
			if c.proxied {
				variables = append(variables, "HTTPS_PROXY="+newProxy(t, s.Listener.Addr().String(), 200).URL, "NO_PROXY=blob.example.test")
			}
			got := asking(t, "https://acme.example.test:"+port, variables...)
			if want := strings.ReplaceAll(c.want, "%s", port); !strings.Contains(got, `workspace "network", error <nil>`) || !strings.Contains(got, want) {
				t.Errorf("got %q, want %q in it", got, want)
			}
			if strings.Contains(c.want, `"a line"`) != (logs > 0) {
				t.Errorf("the log was requested %d times", logs)
			}
		})
	}
}

// proxy is a server for CONNECT that either refuses or connects to the target.
type proxy struct {
	*httptest.Server
	mu   sync.Mutex
	seen []string
}

func newProxy(t *testing.T, target string, status int) *proxy {
	t.Helper()
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.seen = append(p.seen, r.Method+" "+r.Host+" "+r.Header.Get("Authorization"))
		p.mu.Unlock()
		if status != http.StatusOK {
			http.Error(w, "no", status)
			return
		}
		tunnel(w, target)
	}))
	t.Cleanup(p.Close)
	return p
}

func tunnel(w http.ResponseWriter, target string) {
	far, err := net.Dial("tcp", target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	near, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		far.Close()
		return
	}
	_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
	go func() { _, _ = io.Copy(far, bufio.NewReader(buffered)); far.Close() }()
	_, _ = io.Copy(near, far)
	near.Close()
}

// C21-C25, T18: proxies of a runner.
func TestProxies(t *testing.T) {
	t.Parallel()
	const name, password = "acme.scalr.test", scalrtest.CanaryUserinfo
	a := newAuthority(t)
	s := serveTLS(t, http.HandlerFunc(serveWorkspace), &tls.Config{Certificates: []tls.Certificate{a.issue(t, name, -1, 1)}})
	trust := "SSL_CERT_FILE=" + a.file(t)
	closed := httptest.NewServer(nil)
	closed.Close()
	with := func(p *httptest.Server) string { return strings.Replace(p.URL, "://", "://user:"+password+"@", 1) }
	for test, c := range map[string]struct {
		proxy     *proxy
		variables func(*proxy) []string
		says      string
		connects  int
	}{
		"C21 HTTPS_PROXY": {
			newProxy(t, s.Listener.Addr().String(), 200),
			func(p *proxy) []string { return []string{"HTTPS_PROXY=" + with(p.Server)} },
			`workspace "network", error <nil>`, 1,
		},
		"C21 https_proxy": {
			newProxy(t, s.Listener.Addr().String(), 200),
			func(p *proxy) []string { return []string{"https_proxy=" + with(p.Server)} },
			`workspace "network", error <nil>`, 1,
		},
		"C22 407": {
			newProxy(t, "", 407), func(p *proxy) []string { return []string{"HTTPS_PROXY=" + with(p.Server)} },
			"answered 407 Proxy Authentication Required", 1,
		},
		"C22 403": {
			newProxy(t, "", 403), func(p *proxy) []string { return []string{"HTTPS_PROXY=" + with(p.Server)} },
			"answered 403 Forbidden", 1,
		},
		"C22 503": {
			newProxy(t, "", 503), func(p *proxy) []string { return []string{"HTTPS_PROXY=" + with(p.Server)} },
			"retrying: read workspace ws-1: the proxy 127.0.0.1:", 1,
		},
		"C23 unavailable": {
			newProxy(t, "", 200), func(*proxy) []string { return []string{"HTTPS_PROXY=" + with(closed)} },
			"retrying: read workspace ws-1: the proxy could not be reached: 127.0.0.1:", 0,
		},
		"C25 incomplete URL": {
			newProxy(t, "", 200),
			func(*proxy) []string { return []string{"HTTPS_PROXY=http://user:" + password + "@["} },
			"retrying: read workspace ws-1: the proxy could not be reached", 0,
		},
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			got := asking(t, "https://"+name, append(c.variables(c.proxy), trust)...)
			if !strings.Contains(got, c.says) {
				t.Errorf("got %q, want %q in it", got, c.says)
			}
			if strings.Contains(got, "retrying") != strings.Contains(c.says, "retrying") {
				t.Errorf("got %q: the number of attempts is wrong", got)
			}
			if found := scalrtest.Leaked(got, password, scalrsim.Token); found != "" {
				t.Errorf("%q of a secret is in %q", found, got)
			}
			c.proxy.mu.Lock()
			defer c.proxy.mu.Unlock()
			if len(c.proxy.seen) != c.connects {
				t.Errorf("the proxy saw %q, want %d requests", c.proxy.seen, c.connects)
			}
			for _, seen := range c.proxy.seen {
				if seen != "CONNECT "+name+":443 " {
					t.Errorf("the proxy saw %q: the token must stay within TLS", seen)
				}
			}
		})
	}
}
