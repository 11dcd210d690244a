// Package httpx makes the HTTP client of the whole program, and holds the one
// policy about addresses: which hosts a request may name (host.go), and which
// addresses a connection may be made to (address.go, dial.go). The runner's
// proxies and certificate authorities are honored, and every wait for a
// connection is bounded.
package httpx

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-cleanhttp"
)

// NewClient makes the client. It has no overall time limit: logs may be long,
// and each request brings its own bounds. Proxies are told the user agent.
func NewClient(userAgent string) *http.Client {
	t := cleanhttp.DefaultPooledTransport()
	t.DialContext = dial
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = 60 * time.Second
	t.ExpectContinueTimeout = time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.OnProxyConnectResponse = proxyAnswer
	t.ProxyConnectHeader = http.Header{"User-Agent": {userAgent}}
	return &http.Client{Transport: t}
}

func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyRefusal{Proxy: proxy.Host, Status: res.StatusCode}
}
