package action_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/scalrsim"
)

// failing makes all requests to Scalr fail with the error.
func failing(err error) func(*stepTest) {
	return func(r *stepTest) {
		r.http = func(s *scalrsim.Server) http.RoundTripper { return failure{err} }
	}
}

type failure struct{ err error }

func (f failure) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestConnectionFaults (C) checks the messages for connection errors. The tests of internal/scalr create such errors
// with real sockets.
func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	unreachable := []string{"result=unreachable"}
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	playFaults(t, map[string]faultCase{
		"C01 unknown host": {
			setUp:   failing(&net.DNSError{Err: "no such host", Name: apiHost, IsNotFound: true}),
			code:    3,
			outputs: append(unreachable, "error-code=host-unknown"),
			says:    []string{apiHost, "base-url", "spelling"},
			most:    10 * time.Second,
		},
		"C02 lookup fails once": {
			setUp:   firstFails(&net.DNSError{Err: "server misbehaving", Name: apiHost, IsTemporary: true}),
			outputs: []string{"result=planned"},
		},
		"C03 connection refused at first": {
			faults:  []scalrsim.Fault{{Op: readWorkspace, Action: scalrsim.Refuse, Times: 5}},
			outputs: []string{"result=planned"},
			says:    []string{"retrying in"},
		},
		"C04 connection refused": {
			faults:  []scalrsim.Fault{{Op: "* /**", Action: scalrsim.Refuse, Times: -1}},
			code:    3,
			outputs: append(unreachable, "error-code=unreachable"),
			says:    []string{apiHost, "refused", "tried "},
			least:   100 * time.Second,
			most:    121 * time.Second,
		},
		"C05 connection timeout": {
			setUp:   failing(&net.OpError{Op: "dial", Net: "tcp", Err: timeout{}}),
			code:    3,
			outputs: append(unreachable, "error-code=unreachable"),
			most:    121 * time.Second,
		},
		"C06 TLS handshake timeout": {
			setUp:   firstFails(errors.New("net/http: TLS handshake timeout")),
			outputs: []string{"result=planned"},
		},
		"C07 no response": {
			faults:  []scalrsim.Fault{{Op: readWorkspace, Action: scalrsim.Stall}},
			outputs: []string{"result=planned"},
			least:   30 * time.Second,
		},
		"C08 one byte per 10 s": {
			faults:  []scalrsim.Fault{{Op: readRun, Action: scalrsim.Trickle, Bytes: 1, Delay: 10 * time.Second}},
			outputs: []string{"result=planned"},
		},
		"C09 connection reset": {
			faults: []scalrsim.Fault{
				{Op: "* /**", Nth: 1, Action: scalrsim.Reset},
				{Op: readRun, Nth: 2, Action: scalrsim.Reset},
			},
			outputs: []string{"result=planned"},
		},
		"C10 connection closed": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.EOF}},
			outputs: []string{"result=planned"},
		},
		"C11 reset in JSON": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.Break, Bytes: 100}},
			outputs: []string{"result=planned"},
		},
		"C14 unknown CA": {
			setUp:   failing(certificate),
			code:    3,
			outputs: append(unreachable, "error-code=certificate-not-trusted"),
			says:    []string{"unknown authority", "SSL_CERT_"},
			most:    time.Second,
		},
		"C15 expired certificate": {
			setUp:   failing(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}),
			code:    3,
			outputs: []string{"error-code=certificate-not-trusted"},
			says:    []string{"expired", "clock"},
			most:    time.Second,
		},
		"C16 certificate for other name": {
			setUp: failing(&tls.CertificateVerificationError{
				Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other.test"}}, Host: apiHost},
			}),
			code:    3,
			outputs: []string{"error-code=certificate-not-trusted"},
			says:    []string{"other.test"},
			most:    time.Second,
		},
		"C17 old TLS": {
			setUp:   failing(errors.New("remote error: tls: protocol version not supported")),
			code:    3,
			outputs: []string{"error-code=tls-too-old"},
			says:    []string{"TLS 1.2"},
			most:    time.Second,
		},
		"C18 no TLS": {
			setUp:   failing(errors.New("http: server gave HTTP response to HTTPS client")),
			code:    3,
			outputs: []string{"error-code=not-tls"},
			says:    []string{"without TLS"},
			most:    time.Second,
		},
		"C20 CA file missing": {
			setUp:   setEnv("SSL_CERT_FILE", "/etc/acme/ca.pem"),
			code:    2,
			outputs: []string{"error-code=ca-file-missing"},
			says:    []string{"/etc/acme/ca.pem", "/github/workspace"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"C22 connection refused by proxy": {
			setUp:   failing(&httpx.ProxyRefusal{Proxy: "proxy.test:3128", Status: 407}),
			code:    3,
			outputs: []string{"error-code=proxy-refused"},
			says:    []string{"proxy.test:3128"},
			most:    time.Second,
		},
		"C23 proxy unavailable": {
			setUp:   failing(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}),
			code:    3,
			outputs: []string{"error-code=proxy-unreachable"},
			says:    []string{"HTTPS_PROXY"},
			least:   60 * time.Second,
			most:    121 * time.Second,
		},
		"C25 invalid proxy": {
			setUp: func(r *stepTest) {
				r.env["HTTPS_PROXY"], r.extraSecrets = "http://u:hunter2-canary-77aa@[", []string{"hunter2-canary-77aa"}
			},
			code:    2,
			outputs: []string{"error-code=proxy-invalid"},
			says:    []string{"HTTPS_PROXY"},
		},
	})
}

type timeout struct{}

func (timeout) Error() string { return "i/o timeout" }

func (timeout) Timeout() bool { return true }

// firstFails makes the first two requests fail with the error.
func firstFails(err error) func(*stepTest) {
	return func(r *stepTest) {
		r.http = func(s *scalrsim.Server) http.RoundTripper {
			return &fewFailures{err: err, left: 2, then: s.Client().Transport}
		}
	}
}

type fewFailures struct {
	err  error
	left int
	then http.RoundTripper
}

func (f *fewFailures) RoundTrip(q *http.Request) (*http.Response, error) {
	if f.left--; f.left >= 0 {
		return nil, f.err
	}
	return f.then.RoundTrip(q)
}
