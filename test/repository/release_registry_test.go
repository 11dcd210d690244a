package repository_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const registryUser, registryPassword = "octocat", "registry-password"

// testRegistry is a registry at https://ghcr.io in a sandbox, which requires credentials and records tags.
type testRegistry struct {
	t           *testing.T
	certificate string // file with the certificate, for its clients
	backend     *url.URL

	mu   sync.Mutex
	logs map[string]string // file by repository
}

// startRegistry starts the registry of go-containerregistry, and before it what GitHub's has besides: a name, TLS and
// authentication.
func startRegistry(t *testing.T, address string) *testRegistry {
	t.Helper()
	log := filepath.Join(t.TempDir(), "registry")
	file, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("registry", "-port", "0")
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = file.Close() })
	r := &testRegistry{t: t, logs: map[string]string{}}
	port := regexp.MustCompile(`serving on port (\d+)`)
	for range 200 {
		content, _ := os.ReadFile(log)
		if m := port.FindSubmatch(content); m != nil {
			r.backend = &url.URL{Scheme: "http", Host: "127.0.0.1:" + string(m[1])}
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if r.backend == nil {
		t.Fatal("the registry does not start")
	}
	pair := r.newCertificate()
	server := &http.Server{Handler: r, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.ServeTLS(l, "", "") }()
	t.Cleanup(func() { _ = server.Close() })
	return r
}

func (r *testRegistry) newCertificate() tls.Certificate {
	r.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		r.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		DNSNames:              []string{"ghcr.io"},
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		r.t.Fatal(err)
	}
	r.certificate = filepath.Join(public(r.t), "ca.pem")
	if err := os.WriteFile(r.certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		0o644); err != nil {
		r.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var namedManifest = regexp.MustCompile(`^/v2/(.+)/manifests/([^/]+)$`)

func (r *testRegistry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if user, password, _ := request.BasicAuth(); user != registryUser || password != registryPassword {
		w.Header().Set("WWW-Authenticate", `Basic realm="ghcr.io"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if m := namedManifest.FindStringSubmatch(request.URL.Path); m != nil && request.Method == http.MethodPut {
		r.mu.Lock()
		log := r.logs[m[1]]
		r.mu.Unlock()
		kind := "image tag " + m[2]
		if strings.HasPrefix(m[2], "sha256:") {
			kind = "image by digest"
		}
		r.add(log, kind)
	}
	httputil.NewSingleHostReverseProxy(r.backend).ServeHTTP(w, request)
}

// watch notes the names that a repository's images get in a file.
func (r *testRegistry) watch(repository, log string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logs[repository] = log
}

func (r *testRegistry) add(log, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		r.t.Error(err)
		return
	}
	defer func() { _ = f.Close() }()
	_, _ = fmt.Fprintln(f, line)
}

// digest returns the digest of an image by tag or digest, or "" if there is none.
func (r *testRegistry) digest(repository, reference string) string {
	request, err := http.NewRequest(http.MethodHead, r.backend.String()+"/v2/"+repository+"/manifests/"+reference, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.Header.Get("Docker-Content-Digest")
}
