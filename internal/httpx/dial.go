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

// The reasons why no connection was made. They apply to direct connections; a proxy resolves names and connects by
// itself.
var (
	ErrAddressRefused = errors.New("the address is link-local or belongs to a cloud's metadata service")
	ErrThisMachine    = errors.New("the address points to this machine")
	ErrNotThisMachine = errors.New("localhost does not resolve to this machine")
)

// RefusedAddress returns the reason in err why no connection was made, or nil if the reason was not the address.
func RefusedAddress(err error) error {
	for _, why := range []error{ErrAddressRefused, ErrThisMachine, ErrNotThisMachine} {
		if errors.Is(err, why) {
			return why
		}
	}
	return nil
}

type issuedHostKey struct{}

// WithIssued marks requests to u, an address that a server issued and whose host NormalHost accepts: no connection is
// made if the name resolves to this machine. Without the mark it may, because users can run Scalr, or a tunnel to it, on
// the same machine as the job.
func WithIssued(ctx context.Context, u *url.URL) context.Context {
	return context.WithValue(ctx, issuedHostKey{}, u.Hostname())
}

// dial connects to host and port. Each address that the host resolves to is checked before it is tried.
func dial(ctx context.Context, network, hostPort string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	issued, _ := ctx.Value(issuedHostKey{}).(string)
	d := net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return checkAddress(host, address, issued == host)
	}}
	c, err := d.DialContext(ctx, network, hostPort)
	if err != nil {
		return nil, err
	}
	return &connection{c, host}, nil
}

// connection records the host that it was made for: with a proxy, the host of the proxy.
type connection struct {
	net.Conn
	host string
}

// LeadsToThisMachine reports whether c, a connection of the client, was made to this machine because host resolves to it.
// It returns false for a connection to a proxy on this machine, regardless of the proxy's destination.
func LeadsToThisMachine(c net.Conn, host string) bool {
	for {
		inner, ok := c.(interface{ NetConn() net.Conn }) // TLS, possibly inside that of a proxy
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

// checkAddress returns an error if no connection may be made to an address of the host.
func checkAddress(host, address string, issued bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	scope := PlaceOf(at.Addr())
	switch {
	case scope.Blocked():
		return ErrAddressRefused
	case scope == ThisMachine && issued:
		return ErrThisMachine
	case strings.EqualFold(strings.TrimSuffix(host, "."), localhost) && !at.Addr().Unmap().IsLoopback():
		return ErrNotThisMachine // plain http would send the token there
	}
	return nil
}
