package httpx

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// Why a connection was not made. Direct ones are meant; behind a proxy, the
// proxy looks names up and connects.
var (
	ErrAddressRefused = errors.New("the address is link-local or a cloud's metadata service")
	ErrThisMachine    = errors.New("the address leads to this machine")
	ErrNotThisMachine = errors.New("localhost does not lead to this machine")
)

// RefusedAddress finds in err why no connection was made, or nil if that was
// not because of where the address leads.
func RefusedAddress(err error) error {
	for _, why := range []error{ErrAddressRefused, ErrThisMachine, ErrNotThisMachine} {
		if errors.Is(err, why) {
			return why
		}
	}
	return nil
}

type issuedHost struct{}

// WithIssued marks requests to u, an address that a server issued and whose host
// NormalHost takes: no connection is made if its name leads to this machine.
// Without the mark it may, since users can have Scalr, or a tunnel to it, beside
// the job.
func WithIssued(ctx context.Context, u *url.URL) context.Context {
	return context.WithValue(ctx, issuedHost{}, u.Hostname())
}

// dial connects to host and port. Each address that the host is resolved to is
// judged before it is tried, so that a name cannot hide one.
func dial(ctx context.Context, network, hostPort string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	issued, _ := ctx.Value(issuedHost{}).(string)
	d := net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			return judge(host, address, issued == host)
		}}
	c, err := d.DialContext(ctx, network, hostPort)
	if err != nil {
		return nil, err
	}
	return &connection{c, host}, nil
}

// connection remembers which host it was made for: behind a proxy, the proxy.
type connection struct {
	net.Conn
	host string
}

// LeadsToThisMachine reports whether c, a connection of the client, was made to
// this machine because host leads here. One to a proxy on this machine was not,
// whatever the proxy leads to.
func LeadsToThisMachine(c net.Conn, host string) bool {
	for {
		inner, ok := c.(interface{ NetConn() net.Conn }) // TLS, once or within that of a proxy
		if !ok {
			break
		}
		c = inner.NetConn()
	}
	direct, ok := c.(*connection)
	if !ok || !strings.EqualFold(direct.host, host) {
		return false
	}
	at, err := netip.ParseAddrPort(direct.RemoteAddr().String())
	return err == nil && PlaceOf(at.Addr()) == ThisMachine
}

// judge decides about one address of a host.
func judge(host, address string, issued bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	place := PlaceOf(at.Addr())
	switch {
	case place.Blocked():
		return ErrAddressRefused
	case place == ThisMachine && issued:
		return ErrThisMachine
	case strings.EqualFold(strings.TrimSuffix(host, "."), localhost) && !at.Addr().Unmap().IsLoopback():
		return ErrNotThisMachine // plain http goes there, token and all
	}
	return nil
}
