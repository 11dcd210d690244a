package scalrsim

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Client returns an HTTP client whose requests are processed in memory, so that it works in virtual time. It
// reaches [Server.URL], the hosts in links, and the hosts to which faults redirect; other hosts do not exist.
func (s *Server) Client() *http.Client { return &http.Client{Transport: memory{s}} }

// memory is an http.RoundTripper that behaves like http.Transport with respect to contexts, broken bodies and
// closing request bodies.
type memory struct{ s *Server }

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	body := r.Body
	if body == nil {
		body = http.NoBody
	}
	defer body.Close()
	if err := context.Cause(ctx); err != nil {
		return nil, ctx.Err()
	}
	origin, err := m.s.originOf(r.URL)
	if err != nil {
		return nil, err
	}
	length := r.ContentLength
	if length == 0 && body != http.NoBody {
		length = -1 // http.Transport uses chunked encoding
	}
	res, err := m.s.exchange(ctx, arrival{
		origin: origin, method: r.Method, url: r.URL, host: r.URL.Host, header: r.Header,
		body: body, length: length, chunked: length < 0,
	})
	if err != nil {
		return nil, err
	}
	if err := exchangeError(res); err != nil {
		return nil, err
	}
	wroteRequest(ctx)
	if res.end == stalled && res.status == 0 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return respond(r, res), nil
}

// wroteRequest notifies the client's trace, like http.Transport, that the request was sent.
func wroteRequest(ctx context.Context) {
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

// exchangeError returns the error of an exchange without a response.
func exchangeError(r reply) error {
	if r.status != 0 {
		return nil
	}
	switch r.end {
	case reset:
		return connReset()
	case closed:
		return io.EOF
	case refused:
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	return nil
}

func connReset() error {
	return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

func respond(r *http.Request, a reply) *http.Response {
	response := &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Request: r, ContentLength: a.size,
	}
	response.Body = &memoryBody{ctx: r.Context(), reply: a, closed: make(chan struct{})}
	if a.header.Get("Content-Encoding") == "gzip" && r.Header.Get("Accept-Encoding") == "" {
		decompress(response)
	}
	return response
}

// decompress decompresses a body, like http.Transport for a client that did not request gzip.
func decompress(response *http.Response) {
	response.Header.Del("Content-Encoding")
	response.Header.Del("Content-Length")
	response.ContentLength, response.Uncompressed = -1, true
	response.Body = &lazyGzip{raw: response.Body}
}

type lazyGzip struct {
	raw io.ReadCloser
	z   *gzip.Reader
}

func (l *lazyGzip) Read(p []byte) (int, error) {
	if l.z == nil {
		z, err := gzip.NewReader(l.raw)
		if err != nil {
			return 0, err
		}
		l.z = z
	}
	return l.z.Read(p)
}

func (l *lazyGzip) Close() error { return l.raw.Close() }

// memoryBody is the body of a response, including the faults in its delivery.
type memoryBody struct {
	ctx    context.Context
	reply  reply
	sent   int64
	closed chan struct{}
}

func (b *memoryBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	select {
	case <-b.closed:
		return 0, errors.New("http: read on closed response body")
	default:
	}
	if b.reply.end != delivered && b.sent >= b.reply.after {
		return 0, b.deliveryError()
	}
	if b.reply.body == nil {
		return 0, io.EOF
	}
	n, err := b.reply.body.Read(p[:b.room(int64(len(p)))])
	b.sent += int64(n)
	return n, err
}

// room waits for the pause before the next part of a trickled body and returns the number of bytes that may
// be read.
func (b *memoryBody) room(n int64) int64 {
	if b.reply.end != delivered {
		n = min(n, b.reply.after-b.sent)
	}
	if b.reply.trickle > 0 {
		n = min(n, b.reply.trickle)
		_ = wait(b.ctx, b.reply.pause)
	}
	return n
}

func (b *memoryBody) deliveryError() error {
	switch b.reply.end {
	case stalled:
		select {
		case <-b.ctx.Done():
			return b.ctx.Err()
		case <-b.closed:
			return errors.New("http: read on closed response body")
		}
	case closed:
		return io.ErrUnexpectedEOF
	}
	return connReset()
}

func (b *memoryBody) Close() error {
	select {
	case <-b.closed:
	default:
		close(b.closed)
	}
	return nil
}

// originOf returns the origin of a URL.
func (s *Server) originOf(u *url.URL) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch u.Scheme + "://" + u.Host {
	case s.api:
		return "api", nil
	case s.blob:
		return "blob", nil
	}
	if s.elsewhere[u.Host] || strings.TrimPrefix(s.api, "https://") == u.Host {
		return "elsewhere", nil
	}
	return "", &net.OpError{Op: "dial", Net: "tcp",
		Err: &net.DNSError{Err: "no such host", Name: u.Hostname(), IsNotFound: true}}
}
