package scalr

import (
	"net/netip"
	"net/url"
	"strings"

	"scalr-run-action/internal/network"
)

// handedOut checks an address that the server gave us to use: whole, https, no
// credentials in it. Plain http and loopback addresses are for a base URL that
// is a loopback address itself. The address never stands in the error.
func (c *Client) handedOut(op, raw string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, &Error{Op: op, Note: why, Network: NotAllowed, Final: true}
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("the link is not an address")
	case u.User != nil:
		return refuse("the link holds credentials")
	case strings.Contains(u.Host, "%"): // a zone, which only has a meaning on the machine that wrote it
		return refuse("the link leads to an address of one machine: " + printable(u.Host, 200))
	case u.Host == "" || u.Opaque != "":
		return refuse("the link is not an absolute address")
	case u.Scheme == "http" && loopback(u.Hostname()) && loopback(c.base.Hostname()):
		return u, nil
	case u.Scheme != "https":
		return refuse("the link is not https: " + printable(u.Host, 200))
	case loopback(u.Hostname()) && !loopback(c.base.Hostname()):
		return refuse("the link leads to this machine")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && network.Forbidden(a) {
		return refuse(network.ErrAddressRefused.Error() + ": " + printable(u.Host, 200))
	}
	return u, nil
}

// loopback reports whether the name is this machine's own: 127.0.0.0/8, ::1 or localhost.
func loopback(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}
