package scalr

import (
	"context"
	"net/http/httptrace"
	"net/url"
	"strings"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/sanitize"
)

// maxLink is the maximum length in bytes of a usable link: object stores do not accept longer ones, and searching for
// the parts of a link takes time. It is less than maxText, so that no truncated link is used.
const maxLink = 8 << 10

// validateServerURL checks an address issued by the server: it must be absolute, contain no credentials, and have a
// host that requests may be sent to. Addresses of this machine are allowed only if the base URL leads here too, and
// plain http only if the base URL is a loopback address. The error never contains the address.
func (c *Client) validateServerURL(op Op, raw string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) {
		return nil, &Error{Op: op, Note: why, Network: NotAllowed, Permanent: true}
	}
	if len(raw) > maxLink {
		return refuse("the link is longer than 8 KiB")
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return refuse("the link is not a valid URL")
	case u.User != nil:
		return refuse("the link contains credentials")
	case strings.Contains(u.Host, "%"): // a zone, which is meaningful only on the machine that issued the address
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

// isLocal reports whether the base URL is a loopback address, as in trials without a Scalr account.
func (c *Client) isLocal() bool { return httpx.IsLoopback(c.base.Hostname()) }

// leadsHere reports whether the base URL leads to this machine: by its spelling, or because the latest API request
// connected to this machine. With TLS, the server has presented the certificate of the base URL, so a name that was
// only redirected to this machine does not count.
func (c *Client) leadsHere() bool { return c.isLocal() || c.here.Load() }

// traceConn records whether the base URL leads to this machine when an API request gets its connection.
func (c *Client) traceConn(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		c.here.Store(httpx.LeadsToThisMachine(got.Conn, c.base.Hostname()))
	}})
}

// toLink marks requests to an address issued by the server, so that the dialer detects a name that resolves to this
// machine. An address at the base URL itself is not marked, since the user configured it.
func (c *Client) toLink(ctx context.Context, link *url.URL) context.Context {
	if c.leadsHere() || strings.EqualFold(link.Host, c.base.Host) {
		return ctx
	}
	return httpx.WithIssued(ctx, link)
}
