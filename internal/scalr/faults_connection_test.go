package scalr_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// workspaceDocument is the minimum that the client accepts as a workspace.
const workspaceDocument = `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"network"}}}`

func serveWorkspace(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.api+json")
	_, _ = io.WriteString(w, workspaceDocument)
}

// dialed returns a client of the address that uses the transport, and the retries that it reports.
func dialed(t *testing.T, address string, transport http.RoundTripper) (*scalr.Client, *[]scalr.Retry) {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var retries []scalr.Retry
	client, err := scalr.New(scalr.Config{BaseURL: base, Token: secret.New(scalrsim.Token), UserAgent: scalrtest.UserAgent,
		HTTP: &http.Client{Transport: transport}, Retrying: func(r scalr.Retry) {
			mu.Lock()
			defer mu.Unlock()
			retries = append(retries, r)
		}})
	if err != nil {
		t.Fatal(err)
	}
	return client, &retries
}

// productTransport returns the transport that the program uses.
func productTransport() *httpx.Transport { return httpx.NewClient("test").Transport.(*httpx.Transport) }

// trusting returns the same transport with another certificate authority.
func trusting(a authority) *httpx.Transport {
	t := productTransport()
	t.TLSClientConfig.RootCAs = a.pool()
	return t
}

// C14-C18, T17: permanent errors are reported immediately.
func TestTLSFaultsAreReportedImmediately(t *testing.T) {
	t.Parallel()
	a, handler := newAuthority(t), http.HandlerFunc(serveWorkspace)
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format("2006-01-02") }
	plain := httptest.NewServer(handler)
	defer plain.Close()
	with := func(c tls.Certificate, more ...func(*tls.Config)) string {
		config := &tls.Config{Certificates: []tls.Certificate{c}}
		for _, m := range more {
			m(config)
		}
		return serveTLS(t, handler, config).URL
	}
	good := a.issue(t, "localhost", -1, 1)
	for name, c := range map[string]struct {
		address string
		network scalr.Network
		says    []string
	}{
		"C14 unknown authority":          {with(good), scalr.Certificate, []string{"unknown authority", "Example Corp Root"}},
		"C15 expired certificate":        {with(a.issue(t, "localhost", -9, -2)), scalr.Certificate, []string{"expired", day(-9), day(-2)}},
		"C15 future certificate":         {with(a.issue(t, "localhost", 2, 9)), scalr.Certificate, []string{"not yet valid", day(2), day(9)}},
		"C16 certificate for other name": {with(a.issue(t, "other.example", -1, 1)), scalr.Certificate, []string{"127.0.0.1"}},
		"C17 TLS 1.1 only": {
			with(good, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }),
			scalr.OldTLS, []string{"TLS", "1.2 is required"},
		},
		"C17 client certificate required": {
			with(good, func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }),
			scalr.NotTLS, []string{"no TLS with 127.0.0.1"},
		},
		"C18 plain HTTP":     {strings.Replace(plain.URL, "http:", "https:", 1), scalr.NotTLS, []string{"answered without TLS"}},
		"C18 other protocol": {"https://" + raw(t, "SSH-2.0-x\r\n"), scalr.NotTLS, []string{"answered without TLS"}},
	} {
		t.Run(name, func(t *testing.T) {
			transport := productTransport()
			if c.network != scalr.Certificate {
				transport = trusting(a)
			}
			client, retries := dialed(t, c.address, transport)
			_, err := client.Workspace(t.Context(), "ws-1")
			wantTrouble(t, err, c.network, c.says...)
			if len(*retries) > 0 {
				t.Errorf("retried: %v", *retries)
			}
		})
	}
}

// raw responds to every connection with the same bytes.
func raw(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, answer)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return l.Addr().String()
}

func wantTrouble(t *testing.T, err error, want scalr.Network, says ...string) {
	t.Helper()
	var e *scalr.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %T %v, want a *scalr.Error", err, err)
	}
	if e.Network != want || !errors.Is(err, scalr.ErrUnavailable) {
		t.Errorf("got trouble %d, want %d: %v", e.Network, want, err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q does not contain %q", err, s)
		}
	}
	if found := scalrtest.Leaked(scalrtest.AllText(err), scalrsim.Token, scalrtest.CanarySignature, scalrtest.CanaryUserinfo); found != "" {
		t.Errorf("%q of a secret is in %q", found, err)
	}
}

// C06: a port that accepts the connection and sends nothing.
func TestTLSHandshakeTimeout(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	transport := productTransport().Clone()
	if got := transport.TLSHandshakeTimeout; got != 10*time.Second {
		t.Errorf("the handshake timeout is %s, want 10 s", got)
	}
	transport.TLSHandshakeTimeout = 20 * time.Millisecond
	client, _ := dialed(t, "https://"+l.Addr().String(), transport)
	_, err = client.PlanJSON(t.Context(), "plan-1") // single attempt
	wantTrouble(t, err, scalr.Unreachable, "no TLS handshake in time")
}

// C12, R18: the server closes an idle connection just when the next request arrives on it.
func TestClosedIdleConnections(t *testing.T) {
	t.Parallel()
	sim := scalrsim.New(scalrsim.Scenario{Config: scalrsim.Config{Processing: -1}})
	front, storage := httptest.NewUnstartedServer(onceAConnection(sim)), httptest.NewServer(sim.BlobHandler())
	front.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, served{}, new(int))
	}
	front.Start()
	defer front.Close()
	defer storage.Close()
	sim.SetURLs(front.URL, storage.URL)
	client, retries := dialed(t, front.URL, productTransport())
	v, err := client.CreateConfiguration(t.Context(), scalrsim.WorkspaceID, true)
	if err == nil {
		err = client.Upload(t.Context(), v, scalrtest.Upload())
	}
	if err == nil {
		_, err = client.Configuration(t.Context(), v.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	request := scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: true}
	if _, doubtful, err := runs.Create(t.Context(), client, request); err != nil || doubtful {
		t.Errorf("R18: got doubtful %v, %v", doubtful, err)
	}
	if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); err != nil {
		t.Errorf("C12: got %v", err)
	}
	if len(*retries) > 0 || len(sim.Runs()) != 1 {
		t.Errorf("retries %v, %d runs", *retries, len(sim.Runs()))
	}
}

type served struct{} // context key of the number of requests on a connection

// onceAConnection closes a connection at its second request.
func onceAConnection(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count := r.Context().Value(served{}).(*int)
		if *count++; *count == 1 {
			h.ServeHTTP(w, r)
			return
		}
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	})
}

// C13: a reset HTTP/2 stream, and a server that shuts down.
func TestHTTP2Faults(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	var mu sync.Mutex
	requests := 0
	s := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests++
		n := requests
		mu.Unlock()
		if r.ProtoMajor != 2 {
			t.Errorf("got %s, want HTTP/2", r.Proto)
		}
		switch n {
		case 1:
			panic(http.ErrAbortHandler) // RST_STREAM, INTERNAL_ERROR
		case 2:
			w.Header().Set("Connection", "close") // GOAWAY after the response
		}
		serveWorkspace(w, r)
	}), &tls.Config{Certificates: []tls.Certificate{a.issue(t, "localhost", -1, 1)}, NextProtos: []string{"h2"}})
	client, retries := dialed(t, s.URL, trusting(a))
	for range 3 {
		if _, err := client.Workspace(t.Context(), "ws-1"); err != nil {
			t.Error(err)
		}
	}
	if len(*retries) != 1 {
		t.Errorf("got retries %v, want one for the stream that was reset", *retries)
	}
}

// C26: a host with IPv6 addresses only.
func TestIPv6(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6")
	}
	a := newAuthority(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(serveWorkspace))
	s.Listener.Close()
	s.Listener, s.TLS = l, &tls.Config{Certificates: []tls.Certificate{a.issue(t, "localhost", -1, 1)}}
	s.StartTLS()
	defer s.Close()
	client, _ := dialed(t, s.URL, trusting(a))
	if _, err := client.Workspace(t.Context(), "ws-1"); err != nil {
		t.Error(err)
	}
}

// H22-H27, T08 with real sockets: redirects to another port, for which net/http itself would forward the token.
func TestTokenIsSentOnlyToItsOrigin(t *testing.T) {
	t.Parallel()
	sniffed := make(chan string, 100)
	sniffer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sniffed <- r.Method + " " + r.URL.Path
		serveWorkspace(w, r)
	}))
	defer sniffer.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		front := httptest.NewServer(http.RedirectHandler(sniffer.URL+"/stolen?signature="+scalrtest.CanarySignature, code))
		client, retries := dialed(t, front.URL, productTransport())
		_, err := client.Workspace(t.Context(), "ws-1")
		_, _, createErr := runs.Create(t.Context(), client, scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"})
		front.Close()
		for _, err := range []error{err, createErr} {
			var e *scalr.Error
			if !errors.As(err, &e) || !errors.Is(err, scalr.ErrRedirected) || e.Location != sniffer.URL || e.HTTPStatus != code {
				t.Errorf("%d: got %v", code, err)
			}
		}
		if len(*retries) > 0 {
			t.Errorf("%d: retried", code)
		}
	}
	if len(sniffed) > 0 {
		t.Errorf("the other server got %s", <-sniffed)
	}
}
