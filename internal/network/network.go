// Package network makes the HTTP client through which the whole program speaks:
// the runner's proxies and certificate authorities are honoured, every wait for
// a connection is bounded, and addresses that only a machine itself should ask
// are never dialled.
package network

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/hashicorp/go-cleanhttp"
)

// ErrAddressRefused is why a dial was not made: the name led to a link-local or
// a metadata address. It guards direct dials; behind a proxy, the proxy dials.
var ErrAddressRefused = errors.New("the address is link-local or a cloud's metadata service")

// NewClient makes the client. It has no overall time limit: logs may be long,
// and each request brings its own bounds. Proxies are told the user agent.
func NewClient(userAgent string) *http.Client {
	t := cleanhttp.DefaultPooledTransport()
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: refuseMetadata}).DialContext
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

// refuseMetadata sees the address that a name was resolved to, so that a name
// cannot hide one.
func refuseMetadata(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && Forbidden(at.Addr()) {
		return ErrAddressRefused
	}
	return nil
}
