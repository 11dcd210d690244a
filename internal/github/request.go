package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/retry"
)

// call is one request to GitHub, which may take several attempts.
type call struct {
	op     string // for errors
	method string
	url    string
	body   any // sent as JSON; nil sends none
	tries  int // the maximum number of attempts; 0 means until the retry budget is used up

	// check returns the error in a response with status 200, in which GraphQL reports its errors.
	check func(http.Header) *Error
}

const (
	attemptLimit = 20 * time.Second
	// maxOtherResponses is the maximum number of attempts with a successful response that is not in the form of GitHub's API.
	maxOtherResponses = 3
)

// do sends a request to GitHub; all requests go through it. It decodes the response into into and retries
// temporary failures after the delay that GitHub requires, or with a growing delay.
func (s *session) do(ctx context.Context, c call, into any) (http.Header, error) {
	var header http.Header
	others := 0
	policy := s.policy(func(err error) (retry.Delay, bool) {
		if is(err, Unreachable) && notAPIResponse(err) {
			others++
			return retry.AtLeast(100 * time.Millisecond), others < maxOtherResponses
		}
		return retryable(err)
	})
	policy.Attempts = c.tries
	_, err := retry.Do(ctx, policy, func() (err error) {
		header, err = s.attempt(ctx, c, into)
		return err
	})
	if err != nil {
		// The last failure is more useful than the fact that there are no retries left.
		return nil, c.ended(ctx, err)
	}
	return header, nil
}

// ended returns err, or the cause of the context's end.
func (c call) ended(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return err
	case errors.Is(cause, errTooSlow):
		return &Error{Kind: Unreachable, Op: c.op, Err: cause}
	}
	return fmt.Errorf("%s: given up: %w", c.op, cause)
}

func (s *session) attempt(ctx context.Context, c call, into any) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptLimit)
	defer cancel()
	response, err := s.send(ctx, c)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		// A part of the refusal is enough.
		body, _ := io.ReadAll(io.LimitReader(response.Body, refusalLimit))
		return nil, s.refusal(c, response, body)
	}
	if err := decode(ctx, response, into); err != nil {
		return nil, c.decodeError(err)
	}
	if c.check != nil {
		if e := c.check(response.Header); e != nil {
			return nil, e
		}
	}
	return response.Header, nil
}

// send follows one redirect, which GitHub uses for a renamed repository, and only to the same host.
func (s *session) send(ctx context.Context, c call) (*http.Response, error) {
	response, err := s.sendTo(ctx, c, c.url)
	if err != nil {
		return nil, err
	}
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return response, nil
	}
	response.Body.Close()
	to, err := response.Location()
	if err != nil {
		return nil, &Error{Kind: Rejected, Op: c.op, Status: response.StatusCode, Message: "a redirect without a location"}
	}
	if origin(to) != s.origin {
		return nil, &Error{
			Kind: Rejected, Op: c.op, Status: response.StatusCode,
			Message: s.clean("a redirect to another host, " + to.Host + ", which is not followed"),
		}
	}
	return s.sendTo(ctx, c, to.String())
}

func (s *session) sendTo(ctx context.Context, c call, to string) (*http.Response, error) {
	var body io.Reader
	if c.body != nil {
		b, err := json.Marshal(c.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, c.method, to, body)
	if err != nil {
		return nil, misused("%s is not a valid URL", s.thread.APIURL)
	}
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	request.Header.Set("User-Agent", s.thread.UserAgent)
	request.Header.Set("Authorization", "Bearer "+s.thread.Token.Reveal())
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := s.client.Do(request)
	if err != nil {
		// Op already describes the request.
		if outer := (*url.Error)(nil); errors.As(err, &outer) {
			err = outer.Err
		}
		e := c.connectionError(err)
		e.Message, e.Err = s.redact(e.Message), s.redactError(err)
		return nil, e
	}
	return response, nil
}

// connectionError returns the error of a request without a complete response.
func (c call) connectionError(err error) *Error {
	e := &Error{Kind: Unreachable, Op: c.op, Message: err.Error(), Err: err, temporary: !final(err)}
	if u, urlErr := url.Parse(c.url); urlErr == nil {
		e.Message = httpx.Describe(err, u.Host)
	}
	return e
}
