// Package scalr is a client for the part of the Scalr API that remote runs, workspaces and environments need.
//
// Every request is sent by one function (request.go), which sets the headers and limits and retries the attempts
// according to the operation's policy (retry.go). Only errors.go decides what is an error. The token is sent to the
// origin of the base URL only; redirects of API calls are not followed. Addresses issued by the server are used without
// the token (links.go).
//
// The files by concern:
//
//   - requests and errors: client, operation, request, effort, retry, retryafter, network, redact, answer, text, errors
//   - documents and lists: wire, document, decode, pages, named, getorcreate
//   - sign-in: assume
//   - runs: run, runs, runrequest, recentruns, settings, status, stages, policies; package runs creates and stops them
//   - uploads and logs: configuration, upload, uploadbody, storage, links, logs, idletimeout
//   - environments: accounts, environments, contents, policygroups, providers, tags
//   - workspaces: workspace, workspaces, workspacechanges, workspacevariables, providerlinks, agentpools, outputs
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

// basePath is the path of the API on every Scalr host (openapi.yml, servers).
const basePath = "/api/iacp/v3/"

// Config configures a [Client].
type Config struct {
	BaseURL   *url.URL // scheme and host; its path is not used
	Token     secret.Value
	UserAgent string
	// HTTP provides the Transport. The client itself is not used: it follows redirects, keeps cookies, and includes
	// full addresses in its errors.
	HTTP *http.Client
	// Renew returns a new token after Scalr has rejected the current one. It is called at most once for each token. nil
	// means that the token cannot be renewed.
	Renew func(context.Context) (secret.Value, error)
	// Rejected adds details to the error of a request whose token was rejected and could not be renewed. Its result
	// must wrap that error. nil adds nothing.
	Rejected func(error) error
	// Retrying is called before each wait for another attempt, and before each search for an object whose creation has
	// an unknown outcome; it may be nil.
	Retrying func(Retry)
}

// Retry describes a failed attempt that will be retried.
type Retry struct {
	Op      Op
	Attempt int // number of attempts made
	Wait    time.Duration
	Err     error
	// Search means that the attempt may have created an object, which is searched for during Wait. The creation is
	// retried only if the search does not find it, and not if Last is set.
	Search, Last bool
}

// Client is a client for one Scalr account. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	userAgent string
	transport http.RoundTripper
	renew     func(context.Context) (secret.Value, error)
	rejected  func(error) error
	retrying  func(Retry)

	renewing    chan struct{}    // contains an element while a token is being renewed
	secrets     *secret.Redactor // redacts all tokens used so far, and upload addresses
	here        atomic.Bool      // the base URL leads to this machine
	mu          sync.Mutex
	token       secret.Value
	throttledAt time.Time // when Scalr last answered 429
}

// New returns a Client. It accepts plain http for loopback addresses only.
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

// RunURL returns the address of a run's page. Scalr's three official clients use the same form.
func (c *Client) RunURL(environmentID, workspaceID, runID string) string {
	if environmentID == "" || workspaceID == "" || runID == "" {
		return ""
	}
	return c.page("v2", "e", environmentID, "workspaces", workspaceID, "runs", runID)
}

// WorkspaceURL returns the address of a workspace's page.
func (c *Client) WorkspaceURL(environmentID, workspaceID string) string {
	if environmentID == "" || workspaceID == "" {
		return ""
	}
	return c.page("v2", "e", environmentID, "workspaces", workspaceID)
}

// EnvironmentURL returns the address of an environment's page.
func (c *Client) EnvironmentURL(environmentID string) string {
	return c.page("v2", "e", environmentID, "workspaces")
}

func (c *Client) page(elements ...string) string {
	return c.base.JoinPath(elements...).String()
}

// Throttled returns the time of the last response with status 429; the zero time means never.
func (c *Client) Throttled() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.throttledAt
}

// recordThrottling records the time of a response with status 429.
func (c *Client) recordThrottling(err error) {
	var e *Error
	if !errors.As(err, &e) || e.Storage || e.HTTPStatus != http.StatusTooManyRequests {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.throttledAt = time.Now()
}

func (c *Client) bearer() secret.Value {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

// renewToken replaces the rejected token, unless another goroutine already did. It reports whether another token is
// available.
func (c *Client) renewToken(ctx context.Context, refused secret.Value) (bool, error) {
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
