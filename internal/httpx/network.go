// Package httpx provides the HTTP client of the action and its policy for addresses: which hosts a request may name
// (host.go), and which addresses a connection may be made to (address.go, dial.go). The client uses the runner's proxies
// and certificate authorities, has a timeout for each step of a connection, and does not repeat requests by itself (resend.go).
package httpx

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-cleanhttp"
)

// NewClient returns the client. It has no overall timeout: logs may be long, and each request has its own deadline. The
// user agent is also sent to proxies.
func NewClient(userAgent string) *http.Client {
	t := cleanhttp.DefaultPooledTransport() // limits TLS handshakes to 10 s, and the wait for 100 Continue to 1 s
	t.DialContext = dial
	t.ResponseHeaderTimeout = 60 * time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.OnProxyConnectResponse = checkProxyResponse
	t.ProxyConnectHeader = http.Header{"User-Agent": {userAgent}}
	return &http.Client{Transport: &Transport{t}}
}

func checkProxyResponse(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyRefusal{Proxy: proxy.Host, Status: res.StatusCode}
}
