package scalr

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/sanitize"
)

const (
	documentType = "application/vnd.api+json"
	actionType   = "application/json" // openapi.yml: actions accept a plain object

	quiet       = 30 * time.Second // idle timeout of an attempt
	attemptTime = 60 * time.Second // total time limit of one attempt at a JSON response
)

// call is one request of an API operation.
type call struct {
	op     Op
	method string
	path   []string // path elements below the base path; each must be a valid id
	query  url.Values
	kind   string // content type of the body; empty without a body
	body   any
	policy policy
	// read parses the response; with an error from read, the response is treated as missing. nil means that the body is
	// not used.
	read func(answer) error
	// anonymous omits the token, for the request that obtains one.
	anonymous bool
	check     Check
	plain     bool // the response is plain JSON, not JSON:API
}

// do performs the call and retries it according to its policy.
func (c *Client) do(ctx context.Context, k call) error {
	var aborted error // the error that ended the call, if it is not the request's
	renewed := false
	err := c.retry(ctx, k.op, k.policy, func() (err error) {
		aborted, err = c.attemptAuthorized(ctx, k, &renewed)
		return err
	})
	if aborted != nil {
		return aborted
	}
	return c.withRejectionDetails(k, err)
}

// attemptAuthorized makes one attempt. If the token is rejected, it renews the token and immediately makes another attempt, once
// for each call: renewed records that. aborted ends the call: it is the error of a prerequisite of the attempt.
func (c *Client) attemptAuthorized(ctx context.Context, k call, renewed *bool) (aborted, err error) {
	if k.check != nil {
		if err := k.check(ctx); err != nil {
			return err, nil
		}
	}
	used := c.bearer()
	err = c.once(ctx, k)
	if errors.Is(err, ErrUnauthorized) && !k.anonymous && !*renewed {
		*renewed = true
		again, renewErr := c.renewToken(ctx, used)
		switch {
		case renewErr != nil:
			return fmt.Errorf("sign in again: %w", renewErr), nil
		case again:
			return c.attemptAuthorized(ctx, k, renewed)
		}
	}
	c.recordThrottling(err)
	return nil, err
}

// withRejectionDetails adds the caller's details about a rejected token, unless the retries were interrupted.
func (c *Client) withRejectionDetails(k call, err error) error {
	var e *Error
	if c.rejected == nil || k.anonymous || !errors.Is(err, ErrUnauthorized) || errors.As(err, &e) && e.Cause != nil {
		return err
	}
	return c.rejected(err)
}

// once makes one attempt. Its error never contains the token.
func (c *Client) once(ctx context.Context, k call) error {
	return c.redaction().error(c.attempt(ctx, k))
}

func (c *Client) attempt(ctx context.Context, k call) error {
	total := attemptTime
	if k.policy.attempt > 0 {
		total = k.policy.attempt
	}
	ctx, watch := withIdleTimeout(ctx, quiet, total)
	defer watch.stop()
	req, err := c.request(ctx, k)
	if err != nil {
		return err
	}
	if k.policy.newConn {
		c.closeIdle() // a reused connection may be closed while the request is sent
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return c.connectionError(ctx, k.op, err)
	}
	defer res.Body.Close()
	err = decodeResponse(ctx, k, res, watch.reader(res.Body), c.secrets)
	if broken := (*jsonstream.SourceError)(nil); errors.As(err, &broken) {
		return c.connectionError(ctx, k.op, broken.Err)
	}
	return err
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	for _, element := range k.path {
		if !identifier.MatchString(element) {
			return nil, &Error{Op: k.op, Note: fmt.Sprintf("%q is not an id", sanitize.Note(element, 80)), Network: NotAllowed, Permanent: true}
		}
	}
	var body io.Reader
	if k.body != nil {
		b, err := json.Marshal(k.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.op, err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.traceConn(ctx), k.method, c.address(k), body)
	if err != nil {
		return nil, fmt.Errorf("%s: the request URL is invalid", k.op)
	}
	req.Header.Set("Accept", documentType)
	if k.plain {
		req.Header.Set("Accept", actionType)
	}
	req.Header.Set("Prefer", "profile=preview")
	req.Header.Set("User-Agent", c.userAgent)
	if k.kind != "" {
		req.Header.Set("Content-Type", k.kind)
	}
	if !k.anonymous {
		req.Header.Set("Authorization", "Bearer "+c.bearer().Reveal())
	}
	return req, nil
}

func (c *Client) closeIdle() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func (c *Client) address(k call) string {
	u := c.base.Scheme + "://" + c.base.Host + basePath + strings.Join(k.path, "/")
	if len(k.query) > 0 {
		u += "?" + k.query.Encode()
	}
	return u
}
