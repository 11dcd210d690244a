package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"
)

// reply is a response to send.
type reply struct {
	status int
	header http.Header
	body   string
	broken bool // no response: the connection is closed
}

func newReply(status int, body string) reply {
	return reply{status: status, header: http.Header{}, body: body}
}

func refuse(status int, message string) reply {
	return newReply(status, fmt.Sprintf(`{"message":%s,"documentation_url":"https://docs.github.com/rest","status":"%d"}`, quote(message), status))
}

// ServeHTTP responds like GitHub, or as the configured faults require.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := s.exchange(r)
	if out.broken {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			// http.ErrAbortHandler closes a connection that cannot be hijacked.
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		conn.Close()
		return
	}
	for name, values := range out.header {
		w.Header()[name] = values
	}
	w.WriteHeader(out.status)
	_, _ = io.WriteString(w, out.body)
}

// Client returns a client that is connected only to the server, in memory, so that virtual time passes.
func (s *Server) Client() *http.Client { return &http.Client{Transport: inMemory{s}} }

type inMemory struct{ server *Server }

// RoundTrip calls the server in the goroutine of the client.
func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	base, err := url.Parse(m.server.base())
	if err != nil || r.URL.Host != base.Host || r.URL.Scheme != base.Scheme {
		m.server.object("a request to %s://%s, which is not this GitHub", r.URL.Scheme, r.URL.Host)
		return nil, fmt.Errorf("dial %s: this is not the GitHub in memory", r.URL.Host)
	}
	out := m.server.exchange(r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if out.broken {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return &http.Response{
		Status: http.StatusText(out.status), StatusCode: out.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: out.header, ContentLength: int64(len(out.body)),
		Body: io.NopCloser(bytes.NewBufferString(out.body)), Request: r,
	}, nil
}

// exchange records the request, applies a matching fault, and processes the request unless the fault occurs before
// that.
func (s *Server) exchange(r *http.Request) reply {
	body, err := readAll(r)
	if err != nil {
		return reply{broken: true}
	}
	q := s.read(r, body)
	s.mu.Lock()
	s.requests = append(s.requests, Request{Time: time.Now(), Operation: q.op, Method: r.Method, URL: r.URL.String(), Header: r.Header.Clone(), Body: body})
	if time.Now().Before(s.notBefore) {
		s.objections = append(s.objections, fmt.Sprintf("%s %s came %v too early after a rate limit", r.Method, r.URL.Path, time.Until(s.notBefore)))
	}
	fault := s.take(q.op)
	s.mu.Unlock()
	out := s.play(r, q, fault)
	if out.broken {
		return out
	}
	out.header.Set("Date", time.Now().Add(s.options.Skew).UTC().Format(http.TimeFormat))
	if out.header.Get("Content-Type") == "" {
		out.header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return out
}

func (s *Server) play(r *http.Request, q query, f *Fault) reply {
	if f == nil {
		return s.carryOut(q, 0)
	}
	if f.Phase == Before && !sleep(r, f.Delay) {
		return reply{broken: true}
	}
	plain := f.Status == 0 && !f.Reset
	var out reply
	if f.Phase == After || plain {
		out = s.carryOut(q, f.Late)
	}
	if f.Phase == After && !sleep(r, f.Delay) {
		return reply{broken: true}
	}
	if plain {
		return out
	}
	if f.Reset {
		return reply{broken: true}
	}
	s.mu.Lock()
	s.remember(f)
	s.mu.Unlock()
	out = newReply(f.Status, f.Body)
	for name, values := range f.Header {
		out.header[name] = values
	}
	return out
}

// sleep waits as long as the client does.
func sleep(r *http.Request, d time.Duration) bool {
	if d == 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func readAll(r *http.Request) (string, error) {
	if r.Body == nil {
		return "", nil
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	return string(b), err
}

// quote encodes a value as JSON.
func quote(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}
