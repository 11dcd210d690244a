// Package network makes the HTTP client through which the whole program speaks:
// the runner's proxies and certificate authorities are honoured, every wait for
// a connection is bounded, and addresses that only a machine itself should ask
// are never dialled.
package network

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
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

// ProxyRefusal is a proxy's no to a CONNECT.
type ProxyRefusal struct {
	Proxy  string // host and port, never the password
	Status int
}

func (e *ProxyRefusal) Error() string {
	return fmt.Sprintf("the proxy %s answered %d %s", e.Proxy, e.Status, http.StatusText(e.Status))
}

// NewClient makes the client. It has no overall time limit: logs may be long,
// and each request brings its own bounds.
func NewClient() *http.Client {
	t := cleanhttp.DefaultPooledTransport()
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: refuseMetadata}).DialContext
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = 60 * time.Second
	t.ExpectContinueTimeout = time.Second
	t.MaxResponseHeaderBytes = 1 << 20
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.OnProxyConnectResponse = proxyAnswer
	return &http.Client{Transport: t}
}

func proxyAnswer(_ context.Context, proxy *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyRefusal{Proxy: proxy.Host, Status: res.StatusCode}
}

// metadata are the services outside the link-local ranges that answer a machine
// with its own credentials.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // AWS
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
}

// refuseMetadata sees the address that a name was resolved to, so that a name
// cannot hide one.
func refuseMetadata(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil
	}
	if Forbidden(at.Addr()) {
		return ErrAddressRefused
	}
	return nil
}

// Forbidden reports whether nobody outside the machine may be meant by the address.
func Forbidden(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() || a.IsUnspecified() || a.IsMulticast() {
		return true
	}
	for _, m := range metadata {
		if a == m {
			return true
		}
	}
	return false
}
