package httpx

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync"
)

// ErrResent is the error of a request that net/http was about to send again, although the server may have received it.
var ErrResent = errors.New("the server ended the HTTP/2 exchange without a response")

// Transport limits how often net/http itself repeats a request. Over HTTP/2, it sends every request again after the server has
// reset the stream with PROTOCOL_ERROR, also one that is not idempotent and that the server has processed, and without
// a limit (golang.org/issue/42777). A gateway sends this error after an invalid response of the server behind it, for example.
type Transport struct{ *http.Transport }

// RoundTrip sends a request. An idempotent one is repeated at most once over HTTP/2, because a server may close a connection
// at any time; any other one is never repeated after its headers were sent. The error is then ErrResent.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	s := &sends{repeats: repeats(req.Method), refuse: func() { cancel(ErrResent) }}
	trace := &httptrace.ClientTrace{GetConn: s.begin, GotConn: s.connected, WroteHeaders: s.wrote}
	res, err := t.Transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		if context.Cause(ctx) == ErrResent {
			err = ErrResent
		}
		cancel(nil)
		return nil, err
	}
	return res, nil // ctx ends with that of the request, because the body is read with it
}

// repeats returns how often a request with this method may be repeated.
func repeats(method string) int {
	switch method {
	case http.MethodPost, http.MethodPatch:
		return 0
	}
	return 1
}

// sends counts how often one request is sent over HTTP/2.
type sends struct {
	repeats int    // that are still allowed
	refuse  func() // ends the request

	mu    sync.Mutex // net/http calls the methods from several goroutines
	http2 bool       // the latest connection uses HTTP/2
	sent  bool       // the headers were sent over it
}

// begin is called before the request is sent, once or twice.
func (s *sends) begin(string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.sent {
		return
	}
	if s.sent = false; s.repeats == 0 {
		s.refuse()
	}
	s.repeats--
}

func (s *sends) connected(got httptrace.GotConnInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := got.Conn.(*tls.Conn)
	s.http2 = ok && c.ConnectionState().NegotiatedProtocol == "h2"
}

func (s *sends) wrote() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = s.http2
}
