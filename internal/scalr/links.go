package scalr

import (
	"context"
	"net/http/httptrace"
	"net/url"
	"strings"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/sanitize"
)

// mostLink is the length in bytes of a link that is used: object stores take no
// longer ones, and it costs time to look for the parts of a link. It is less than
// maxText, so that no link is used of which the end was cut.
const mostLink = 8 << 10

// validateServerURL checks an address that the server gave us to use: whole, https, no
// credentials in it, and of a host that requests may go to. This machine is for
// a base URL that leads here too, and plain http for one that is a loopback
// address itself. The address never stands in the error.
func (c *Client) validateServerURL(op Op, raw string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, &Error{Op: op, Note: why, Network: NotAllowed, Permanent: true}
	}
	if len(raw) > mostLink {
		return refuse("the link is longer than 8 KiB")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("the link is not a valid URL")
	case u.User != nil:
		return refuse("the link contains credentials")
	case strings.Contains(u.Host, "%"): // a zone, which only has a meaning on the machine that wrote it
		return refuse("the link points to an address that is valid on one machine only: " + sanitize.Note(u.Host, 200))
	case u.Host == "" || u.Opaque != "":
		return refuse("the link is not an absolute URL")
	case u.Scheme == "http" && httpx.IsLoopback(u.Hostname()) && c.isLocal():
		return u, nil
	case u.Scheme != "https":
		return refuse("the link is not https: " + sanitize.Note(u.Host, 200))
	case httpx.LeadsHere(u.Hostname()) && !c.leadsHere():
		return refuse("the link points to this machine")
	}
	if _, err := httpx.NormalHost(u.Hostname()); err != nil {
		return refuse("the link has " + err.Error() + ": " + sanitize.Note(u.Host, 200))
	}
	return u, nil
}

// isLocal reports whether the base URL is a loopback address, as it is
// where the action is tried without an account.
func (c *Client) isLocal() bool { return httpx.IsLoopback(c.base.Hostname()) }

// leadsHere reports whether the base URL leads to this machine: by its spelling,
// or because the connection of the latest API request was made to this machine.
// With TLS, whatever answers there has shown the certificate of the base URL, so
// that a name which is only made to lead here does not count.
func (c *Client) leadsHere() bool { return c.isLocal() || c.here.Load() }

// traceConn records where the base URL leads when an API request gets its connection.
func (c *Client) traceConn(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c.here.Store(httpx.LeadsToThisMachine(got.Conn, c.base.Hostname()))
	}})
}

// toLink marks requests to an address that the server gave us, so that a name
// which leads to this machine is found out when it is dialed. What is at the
// base URL itself is where the user said.
func (c *Client) toLink(ctx context.Context, link *url.URL) context.Context {
	if c.leadsHere() || strings.EqualFold(link.Host, c.base.Host) {
		return ctx
	}
	return httpx.WithIssued(ctx, link)
}
