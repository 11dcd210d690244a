package action_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// record is a transport between the step and the simulators. It records all requests to any host, and the response
// headers.
type record struct {
	to http.RoundTripper

	mu   sync.Mutex
	sent []*sent
}

// sent is one request with its response.
type sent struct {
	at         time.Time
	method     string
	host, path string // the path without the base path of the API
	url        string
	header     http.Header
	body       bytes.Buffer
	answered   time.Time
	status     int // 0 if there was no response
	retryAfter string
	secret     bytes.Buffer // body of a response with a secret
}

const (
	maxRecorded = 4 << 20 // maximum bytes of a request body
	apiHost     = "acme.scalr.test"
	apiBase     = "/api/iacp/v3"
)

// RoundTrip records the request and sends it.
func (r *record) RoundTrip(q *http.Request) (*http.Response, error) {
	s := &sent{
		at:     time.Now(),
		method: q.Method,
		host:   q.URL.Host,
		path:   strings.TrimPrefix(q.URL.Path, apiBase),
		url:    q.URL.String(),
		header: q.Header.Clone(),
	}
	r.mu.Lock()
	r.sent = append(r.sent, s)
	r.mu.Unlock()
	if q.Body != nil && q.Body != http.NoBody {
		q = q.Clone(q.Context())
		q.Body = &tee{from: q.Body, to: &s.body, mu: &r.mu}
	}
	res, err := r.to.RoundTrip(q)
	r.mu.Lock()
	defer r.mu.Unlock()
	s.answered = time.Now()
	if err != nil {
		return nil, err
	}
	s.status = res.StatusCode
	if values := res.Header.Values("Retry-After"); len(values) == 1 {
		s.retryAfter = values[0]
	}
	if answersWithSecret(s.op()) {
		res.Body = &tee{from: res.Body, to: &s.secret, mu: &r.mu}
	}
	return res, nil
}

// answersWithSecret reports whether the response contains a secret: a session, an ID token or an upload address.
func answersWithSecret(op string) bool {
	return op == "POST /service-accounts/assume" || op == "POST /configuration-versions" ||
		strings.Contains(op, "/identity/token")
}

// tee copies the part of a body that is read.
type tee struct {
	from io.ReadCloser
	to   *bytes.Buffer
	mu   *sync.Mutex
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to.Write(p[:min(n, max(maxRecorded-t.to.Len(), 0))])
	return n, err
}

func (t *tee) Close() error { return t.from.Close() }

// op returns the request in the form of scalrsim.Fault.Op.
func (s *sent) op() string { return s.method + " " + s.path }

// all returns the requests recorded so far.
func (r *record) all() []*sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*sent(nil), r.sent...)
}

// lockedBuffer is a buffer that can be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
