package runner_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// behindTLS serves a simulated Scalr at the hosts with a certificate of a private authority, whose certificate it
// returns as PEM.
func behindTLS(t *testing.T) (server *scalrsim.Server, authority string) {
	t.Helper()
	server = scalrsim.New(named(t, "plan-changes"))
	api, blob := overTLS(server), overTLS(server.BlobHandler())
	t.Cleanup(func() {
		api.Close()
		blob.Close()
		for _, o := range server.Objections() {
			t.Error("Scalr objects:", o)
		}
	})
	// The certificate of httptest is for example.com and its subdomains.
	server.SetURLs("https://acme.example.com:"+port(t, api), "https://blob.example.com:"+port(t, blob))
	var pemText bytes.Buffer
	if err := pem.Encode(&pemText, &pem.Block{Type: "CERTIFICATE", Bytes: api.Certificate().Raw}); err != nil {
		t.Fatal(err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(pemText.Bytes()) {
		t.Fatal("the certificate cannot be read back")
	}
	return server, pemText.String()
}

// overTLS serves over TLS without logging handshake errors.
func overTLS(h http.Handler) *httptest.Server {
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	return s
}

func port(t *testing.T, s *httptest.Server) string {
	t.Helper()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// names adds the hosts to the container's hosts file.
func (s *step) names() *step {
	s.docker = append(s.docker, "--add-host", "acme.example.com:127.0.0.1", "--add-host", "blob.example.com:127.0.0.1")
	return s
}

func TestPrivateAuthority(t *testing.T) {
	t.Parallel()
	s := newStep(t).names()
	server, authority := behindTLS(t)
	s.write("ws/ca.pem", authority)
	s.env["SSL_CERT_FILE"] = "/github/workspace/ca.pem"
	s.at(server).play().want(t, 0, "result=planned")
}

func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	s := newStep(t).names()
	server, _ := behindTLS(t)
	p := s.at(server).play()
	p.want(t, 3, "result=unreachable")
	if !strings.Contains(p.log, "certificate") {
		t.Errorf("the log does not name the certificate:\n%s", p.log)
	}
}

// The container cannot resolve the hosts; only the proxy can reach them.
func TestProxy(t *testing.T) {
	t.Parallel()
	s := newStep(t)
	server, authority := behindTLS(t)
	s.write("ws/ca.pem", authority)
	proxy := &tunnel{t: t}
	front := httptest.NewServer(proxy)
	defer front.Close()
	s.env["SSL_CERT_FILE"] = "/github/workspace/ca.pem"
	s.env["HTTPS_PROXY"] = front.URL
	s.at(server).play().want(t, 0, "result=planned")
	if !proxy.asked("acme.example.com") || !proxy.asked("blob.example.com") {
		t.Errorf("the proxy was asked for %q, want both hosts", proxy.hosts)
	}
}

// tunnel is a proxy that connects every name to this machine.
type tunnel struct {
	t     *testing.T
	mu    sync.Mutex
	hosts []string
}

func (p *tunnel) asked(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range p.hosts {
		if strings.HasPrefix(h, host+":") {
			return true
		}
	}
	return false
}

func (p *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.hosts = append(p.hosts, r.Host)
	p.mu.Unlock()
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil || r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	there, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.t.Error(err)
		return
	}
	defer here.Close()
	go func() { _, _ = io.Copy(there, buffered); there.Close() }()
	_, _ = io.Copy(here, there)
}
