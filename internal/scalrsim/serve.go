package scalrsim

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// ServeHTTP serves the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "api") }

// BlobHandler returns a handler for uploads and downloads.
func (s *Server) BlobHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, "blob") })
}

// Start serves both origins on loopback ports. It returns the base URL of the API and a function that stops
// the servers and waits for them.
func (s *Server) Start() (apiURL string, stop func(), err error) {
	return s.StartOn("127.0.0.1:0", "127.0.0.1:0")
}

// StartOn is like [Server.Start], but listens on the given addresses.
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

// otherHost returns the address with another host name if its host is that of the API, because HTTP clients
// forward the token to other ports of the same host.
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
		return // the client has disconnected
	}
	if a.status != 0 {
		sendHeader(w, a)
		err = sendBody(r.Context(), w, a)
	}
	if err != nil || a.end == delivered {
		return
	}
	if a.end == stalled {
		<-r.Context().Done()
		return
	}
	closeConn(w, a.end)
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
	if a.end != delivered {
		body = io.LimitReader(body, a.after)
	}
	flush := http.NewResponseController(w).Flush
	for a.trickle > 0 {
		_, err := io.CopyN(w, body, a.trickle)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || flush() != nil || wait(ctx, a.pause) != nil {
			return errDisconnected
		}
	}
	if _, err := io.Copy(w, body); err != nil {
		return errDisconnected
	}
	if a.end != delivered {
		_ = flush()
	}
	return nil
}

var errDisconnected = errors.New("the client has disconnected")

// closeConn ends the connection instead of a response or during one.
func closeConn(w http.ResponseWriter, end connEnd) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2: resets the stream
	}
	if tcp, ok := conn.(*net.TCPConn); ok && end != closed {
		_ = tcp.SetLinger(0) // makes Close send RST
	}
	conn.Close()
}
