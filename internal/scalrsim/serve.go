package scalrsim

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// ServeHTTP answers as the API's host does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "api") }

// BlobHandler answers as the host of uploads and downloads does.
func (s *Server) BlobHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "blob") })
}

// Start serves both origins on loopback ports and returns the base URL and
// what stops the servers and waits for them.
func (s *Server) Start() (apiURL string, stop func(), err error) {
	return s.StartOn("127.0.0.1:0", "127.0.0.1:0")
}

// StartOn is [Server.Start] at the given addresses.
func (s *Server) StartOn(api, blob string) (apiURL string, stop func(), err error) {
	front, err := net.Listen("tcp", api)
	if err != nil {
		return "", nil, err
	}
	back, err := net.Listen("tcp", blob)
	if err != nil {
		front.Close()
		return "", nil, err
	}
	s.SetURLs("http://"+front.Addr().String(), "http://"+otherHost(back.Addr().String(), front.Addr().String()))
	stopFront := serveOn(front, s)
	stopBack := serveOn(back, s.BlobHandler())
	return s.URL(), func() { stopFront(); stopBack(); s.Close() }, nil
}

// otherHost is the address by another name where it has the same host as the
// API: HTTP clients take the token along to another port of the same host.
func otherHost(address, api string) string {
	host, port, _ := net.SplitHostPort(address)
	if front, _, _ := net.SplitHostPort(api); host != front || host != "127.0.0.1" {
		return address
	}
	return net.JoinHostPort("localhost", port)
}

func serveOn(l net.Listener, h http.Handler) (stop func()) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	return func() { server.Close(); <-done }
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, origin string) {
	if origin == "api" && s.control(w, r) {
		return
	}
	a, err := s.exchange(r.Context(), arrival{
		origin: origin, method: r.Method, url: r.URL, host: r.Host, header: r.Header,
		body: r.Body, length: r.ContentLength, chunked: len(r.TransferEncoding) > 0,
	})
	if err != nil {
		return // the client has gone
	}
	if a.status != 0 {
		sendHeader(w, a)
		err = sendBody(r.Context(), w, a)
	}
	if err != nil || a.fate == delivered {
		return
	}
	if a.fate == stalled {
		<-r.Context().Done()
		return
	}
	hangUp(w, a.fate)
}

func sendHeader(w http.ResponseWriter, a reply) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.body != nil && w.Header().Get("Content-Length") == "" && a.size >= 0 {
		w.Header().Set("Content-Length", itoa(a.size))
	}
	w.WriteHeader(a.status)
}

func sendBody(ctx context.Context, w http.ResponseWriter, a reply) error {
	if a.body == nil {
		return nil
	}
	body := a.body
	if a.fate != delivered {
		body = io.LimitReader(body, a.after)
	}
	flush := http.NewResponseController(w).Flush
	for a.trickle > 0 {
		_, err := io.CopyN(w, body, a.trickle)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || flush() != nil || wait(ctx, a.pause) != nil {
			return errGone
		}
	}
	if _, err := io.Copy(w, body); err != nil {
		return errGone
	}
	if a.fate != delivered {
		_ = flush()
	}
	return nil
}

var errGone = errors.New("the client has gone")

// hangUp ends the connection without an answer, or in the middle of one.
func hangUp(w http.ResponseWriter, f fate) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: the stream is reset
	}
	if tcp, ok := conn.(*net.TCPConn); ok && f != closed {
		_ = tcp.SetLinger(0) // makes Close send RST
	}
	conn.Close()
}
