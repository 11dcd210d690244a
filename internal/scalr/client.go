// Package scalr is a client for the part of the Scalr API that remote runs,
// workspaces and environments need.
//
// Every request goes through one function (request.go): it sets the headers, bounds
// and repeats the attempt by the operation's policy (retry.go), and alone
// decides what is an error (errors.go). The token goes to the base URL's
// origin only; no redirect of an API call is followed. Addresses that the
// server hands out are used without the token (links.go).
package scalr

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/secret"
)

// basePath is where the API lives on every Scalr host (openapi.yml, servers).
const basePath = "/api/iacp/v3/"

// Config is what New needs.
type Config struct {
	BaseURL   *url.URL // scheme and host; its path is not used
	Token     secret.Value
	UserAgent string
	// HTTP lends its Transport only. The client itself is not used: it follows redirects, keeps cookies, and shows in
	// its errors the addresses that it was given.
	HTTP *http.Client
	// Renew makes a new token when Scalr says that the old one has ended. It is
	// called at most once for each token; nil means that there is only the one.
	Renew func(context.Context) (secret.Value, error)
	// Rejected adds to the error of a request whose token was rejected for good;
	// its result must wrap that error. nil adds nothing.
	Rejected func(error) error
	// Retrying is called before each wait for another attempt; it may be nil.
	Retrying func(Retry)
}

// Retry says that an attempt did not succeed and that another one follows.
type Retry struct {
	Op      Op
	Attempt int // how many attempts there were
	Wait    time.Duration
	Err     error
}

// Client speaks to one Scalr account. It may be used by several goroutines.
type Client struct {
	base      *url.URL
	userAgent string
	transport http.RoundTripper
	renew     func(context.Context) (secret.Value, error)
	rejected  func(error) error
	retrying  func(Retry)

	renewing chan struct{}    // holds an element while a token is made
	secrets  *secret.Redactor // knows all tokens that there were, and upload addresses
	here     atomic.Bool      // the base URL's name leads to this machine
	mu       sync.Mutex
	token    secret.Value
	slowedAt time.Time // when Scalr last answered 429
}

// New makes a client. Plain http is for loopback addresses only.
func New(c Config) (*Client, error) {
	if c.BaseURL == nil || c.BaseURL.Host == "" {
		return nil, errors.New("the address of Scalr is missing")
	}
	if !httpx.IsSecure(c.BaseURL) {
		return nil, errors.New("the address of Scalr is not https")
	}
	transport := http.DefaultTransport
	if c.HTTP != nil && c.HTTP.Transport != nil {
		transport = c.HTTP.Transport
	}
	if c.Retrying == nil {
		c.Retrying = func(Retry) {}
	}
	return &Client{
		base:      &url.URL{Scheme: c.BaseURL.Scheme, Host: c.BaseURL.Host},
		userAgent: c.UserAgent,
		transport: transport,
		renew:     c.Renew,
		rejected:  c.Rejected,
		retrying:  c.Retrying,
		renewing:  make(chan struct{}, 1),
		secrets:   redactor(c.Token),
		token:     c.Token,
	}, nil
}

// RunURL is the page of a run. The three official clients agree on its form.
func (c *Client) RunURL(environmentID, workspaceID, runID string) string {
	if environmentID == "" || workspaceID == "" || runID == "" {
		return ""
	}
	return c.page("v2", "e", environmentID, "workspaces", workspaceID, "runs", runID)
}

// WorkspaceURL is the page of a workspace.
func (c *Client) WorkspaceURL(environmentID, workspaceID string) string {
	if environmentID == "" || workspaceID == "" {
		return ""
	}
	return c.page("v2", "e", environmentID, "workspaces", workspaceID)
}

// EnvironmentURL is the page of an environment.
func (c *Client) EnvironmentURL(environmentID string) string {
	return c.page("v2", "e", environmentID, "workspaces")
}

func (c *Client) page(elements ...string) string {
	return c.base.JoinPath(elements...).String()
}

// Throttled returns when Scalr last answered 429; the zero time means never.
func (c *Client) Throttled() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slowedAt
}

// notice records a response with the status 429.
func (c *Client) notice(err error) {
	var e *Error
	if !errors.As(err, &e) || e.Storage || e.HTTPStatus != http.StatusTooManyRequests {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.slowedAt = time.Now()
}

func (c *Client) bearer() secret.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// renewed replaces the token that was rejected, unless another goroutine did. It
// reports whether there is another one to try.
func (c *Client) renewed(ctx context.Context, refused secret.Value) (bool, error) {
	if c.renew == nil {
		return false, nil
	}
	select {
	case c.renewing <- struct{}{}:
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	defer func() { <-c.renewing }()
	if !c.bearer().Equal(refused) {
		return true, nil
	}
	fresh, err := c.renew(ctx)
	if err != nil {
		return false, err
	}
	c.secrets.Add(fresh)
	c.mu.Lock()
	c.token = fresh
	c.mu.Unlock()
	return true, nil
}
