package action_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// record is all that left the process in one step, whichever host it was for,
// and the answers' heads. It stands between the step and the simulators.
type record struct {
	to http.RoundTripper

	mu   sync.Mutex
	sent []*sent
}

// sent is one request and what came of it.
type sent struct {
	at         time.Time
	method     string
	host, path string // the path without the API's base
	url        string
	header     http.Header
	body       bytes.Buffer
	answered   time.Time
	status     int // 0: none came
	retryAfter string
	secret     bytes.Buffer // the response, where it holds a secret
}

const (
	mostRecorded = 4 << 20 // bytes of a request's body
	apiHost      = "acme.scalr.test"
	apiBase      = "/api/iacp/v3"
)

// RoundTrip records the request on its way.
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

// answersWithSecret reports whether the response holds a secret: a session, a proof, a signed address.
func answersWithSecret(op string) bool {
	return op == "POST /service-accounts/assume" || op == "POST /configuration-versions" ||
		strings.Contains(op, "/identity/token")
}

// tee copies what is read of a body.
type tee struct {
	from io.ReadCloser
	to   *bytes.Buffer
	mu   *sync.Mutex
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.from.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to.Write(p[:min(n, max(mostRecorded-t.to.Len(), 0))])
	return n, err
}

func (t *tee) Close() error { return t.from.Close() }

// op is the request in the form that scalrsim.Fault.Op has.
func (s *sent) op() string { return s.method + " " + s.path }

// all returns what was sent until now.
func (r *record) all() []*sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*sent(nil), r.sent...)
}

// lockedBuffer is a log that is written and read concurrently.
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
