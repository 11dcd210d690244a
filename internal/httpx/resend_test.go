package httpx_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"scalr-run-action/internal/httpx"
)

// HTTP/2 frames (RFC 9113, sections 6 and 7).
const (
	frameHeaders, frameReset, frameSettings, frameGoAway = 1, 3, 4, 7
	protocolError, internalError                         = 1, 2

	endsStreamAndHeaders = 0x05
	status200            = 0x88 // an indexed header field (RFC 7541, appendix A)
)

// goesAway makes an http2Server end the connection, as on a restart, before it processes the request.
const goesAway = 0

// http2Server answers the first requests with a reset of their stream, and all others with 200. Its certificate is that of
// httptest.
type http2Server struct {
	net.Listener
	pool     *x509.CertPool
	code     uint32       // of the resets, or goesAway
	resets   int32        // number of requests that are answered so
	received atomic.Int32 // requests
}

func serveHTTP2(t *testing.T, code uint32, resets int32) *http2Server {
	t.Helper()
	certificate := httptest.NewTLSServer(nil)
	certificate.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificate.TLS.Certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &http2Server{Listener: l, pool: x509.NewCertPool(), code: code, resets: resets}
	s.pool.AddCert(certificate.Certificate())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *http2Server) serve(c net.Conn) {
	defer c.Close()
	_, _ = io.CopyN(io.Discard, c, int64(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")))
	writeFrame(c, frameSettings, 0, 0, nil)
	for {
		var head [9]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		_, _ = io.CopyN(io.Discard, c, int64(head[0])<<16|int64(head[1])<<8|int64(head[2]))
		if head[3] != frameHeaders {
			continue
		}
		stream := binary.BigEndian.Uint32(head[5:])
		switch reset := s.received.Add(1) <= s.resets; {
		case reset && s.code == goesAway:
			writeFrame(c, frameGoAway, 0, 0, make([]byte, 8)) // no stream was processed
			return
		case reset:
			writeFrame(c, frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, s.code))
		default:
			writeFrame(c, frameHeaders, endsStreamAndHeaders, stream, []byte{status200})
		}
	}
}

func writeFrame(w io.Writer, kind, flags byte, stream uint32, payload []byte) {
	n := len(payload)
	head := append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}, binary.BigEndian.AppendUint32(nil, stream)...)
	_, _ = w.Write(append(head, payload...))
}

// C13: after PROTOCOL_ERROR, net/http sends a request again, although the server may have executed it. It would do so
// eight times here.
func TestHTTP2RequestsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, body string
		code         uint32
		resets, want int32
		err          error
	}{
		"POST":                    {http.MethodPost, "{}", protocolError, 8, 1, httpx.ErrResent},
		"POST, once":              {http.MethodPost, "{}", protocolError, 1, 1, httpx.ErrResent},
		"POST without a body":     {http.MethodPost, "", protocolError, 8, 1, httpx.ErrResent},
		"PATCH":                   {http.MethodPatch, "{}", protocolError, 8, 1, httpx.ErrResent},
		"PUT":                     {http.MethodPut, "{}", protocolError, 8, 2, httpx.ErrResent},
		"GET":                     {http.MethodGet, "", protocolError, 8, 2, httpx.ErrResent},
		"GET, once":               {http.MethodGet, "", protocolError, 1, 2, nil},
		"DELETE, once":            {http.MethodDelete, "", protocolError, 1, 2, nil},
		"POST without a reset":    {http.MethodPost, "{}", protocolError, 0, 1, nil},
		"GET, a restart":          {http.MethodGet, "", goesAway, 1, 2, nil},
		"GET, many restarts":      {http.MethodGet, "", goesAway, 8, 2, httpx.ErrResent},
		"POST, a restart":         {http.MethodPost, "{}", goesAway, 8, 1, httpx.ErrResent},
		"POST, an internal error": {http.MethodPost, "{}", internalError, 8, 1, errors.New("INTERNAL_ERROR")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveHTTP2(t, c.code, c.resets)
			client := transport()
			defer client.CloseIdleConnections()
			client.TLSClientConfig.RootCAs = s.pool
			var body io.Reader
			if c.body != "" {
				body = strings.NewReader(c.body)
			}
			req, err := http.NewRequestWithContext(t.Context(), c.method, "https://"+s.Addr().String(), body)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.RoundTrip(req)
			switch {
			case err == nil:
				res.Body.Close()
				if c.err != nil {
					t.Errorf("got status %d, want the error %v", res.StatusCode, c.err)
				}
			case c.err == nil || !errors.Is(err, c.err) && !strings.Contains(err.Error(), c.err.Error()):
				t.Errorf("got the error %v, want %v", err, c.err)
			}
			if got := s.received.Load(); got != c.want {
				t.Errorf("the server received %d requests, want %d", got, c.want)
			}
		})
	}
}

// A second request over the same connection is not a repetition of the first.
func TestHTTP2ConnectionIsReused(t *testing.T) {
	t.Parallel()
	s := serveHTTP2(t, protocolError, 0)
	client := transport()
	defer client.CloseIdleConnections()
	client.TLSClientConfig.RootCAs = s.pool
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+s.Addr().String(), strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	if got := s.received.Load(); got != 3 {
		t.Errorf("the server received %d requests, want 3", got)
	}
}
