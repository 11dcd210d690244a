package job

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	githubactions "github.com/sethvargo/go-githubactions"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/secret"
)

// ErrNoIDToken means that the job lacks the permission id-token: write.
var ErrNoIDToken = errors.New("the job cannot request an ID token: it lacks the permission id-token: write")

const idTokenTimeout = 10 * time.Second // per attempt

// IDToken requests an ID token that identifies the job, for the audience (empty for GitHub's default). It retries
// temporary failures and masks the token before returning it. It returns ErrNoIDToken if the job lacks the permission.
//
// go-githubactions sends the request and limits the response. This function adds what that lacks: a check of the
// address, retries, the mask, and errors that do not contain the address.
func (j *Job) IDToken(ctx context.Context, audience string) (secret.Value, error) {
	address := j.Env("ACTIONS_ID_TOKEN_REQUEST_URL")
	if address == "" || j.Env("ACTIONS_ID_TOKEN_REQUEST_TOKEN") == "" {
		return secret.Value{}, ErrNoIDToken
	}
	if err := checkAddress(address); err != nil {
		return secret.Value{}, fmt.Errorf("ACTIONS_ID_TOKEN_REQUEST_URL: %w", err)
	}
	token, err := j.tryIDToken(ctx, audience)
	if err != nil {
		return secret.Value{}, fmt.Errorf("request an ID token from GitHub: %w", err)
	}
	j.MaskToken(token)
	return token, nil
}

// checkAddress accepts https, and http only for the loopback interface.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("not an address")
	case !httpx.IsSecure(u):
		return errors.New("only https is accepted")
	}
	if _, err := httpx.NormalHost(u.Hostname()); err != nil {
		return fmt.Errorf("it has %w", err)
	}
	return nil
}

// idTokenPolicy retries the errors that askIDToken marks as temporary.
var idTokenPolicy = retry.Policy{
	Attempts: 6, FirstDelay: time.Second, MaxDelay: 16 * time.Second,
	Retryable: func(err error) (retry.Delay, bool) {
		var e *temporaryError
		return retry.AtLeast(0), errors.As(err, &e)
	},
}

func (j *Job) tryIDToken(ctx context.Context, audience string) (token secret.Value, err error) {
	policy, logged := idTokenPolicy, ""
	policy.OnRetry = func(a retry.Attempt) {
		if text := a.Err.Error(); text != logged { // not again for each attempt
			logged = text
			j.Infof("request an ID token from GitHub: %s; retrying", text)
		}
	}
	h, err := retry.Do(ctx, policy, func() (err error) {
		token, err = j.askIDToken(ctx, audience)
		return err
	})
	if h.Cause != nil {
		return secret.Value{}, h.Cause
	}
	return token, err
}

// temporaryError is an error after which a retry may succeed.
type temporaryError struct{ error }

func (e *temporaryError) Unwrap() error { return e.error }

// askIDToken makes one attempt.
func (j *Job) askIDToken(ctx context.Context, audience string) (secret.Value, error) {
	tryCtx, cancel := context.WithTimeout(ctx, idTokenTimeout)
	defer cancel()
	text, err := j.github.GetIDToken(tryCtx, audience)
	switch {
	case ctx.Err() != nil:
		return secret.Value{}, context.Cause(ctx)
	case err != nil:
		return secret.Value{}, idTokenError(err)
	case strings.TrimSpace(text) == "":
		return secret.Value{}, &temporaryError{errors.New("GitHub's response contains no token")}
	}
	return secret.New(text), nil
}

// idTokenError describes an error of go-githubactions without the address, because its query must not be printed.
func idTokenError(err error) error {
	var refused *githubactions.RequestFailedError
	var unreachable *url.Error
	switch {
	case errors.As(err, &refused):
		err = fmt.Errorf("GitHub returned %d %s", refused.StatusCode, http.StatusText(refused.StatusCode))
		if !transient(refused.StatusCode) {
			return err
		}
	case errors.As(err, &unreachable):
		var certificate *tls.CertificateVerificationError
		if errors.As(err, &certificate) {
			return unreachable.Err
		}
		err = errors.New(httpx.Describe(unreachable.Err, host(unreachable.URL)))
	default:
		err = errors.New("GitHub's response is not JSON with a token")
	}
	return &temporaryError{err}
}

// host returns the host of an address that was checked.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func transient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	default:
		return status >= 500
	}
}

// withoutRedirects returns a copy of c that follows no redirect, since each could send the request token to another
// server, and that sets the user agent.
func withoutRedirects(c *http.Client, userAgent string) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	own := *c
	own.Transport = named{to: c.Transport, userAgent: userAgent}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// named sets the user agent of requests, which go-githubactions leaves unset.
type named struct {
	to        http.RoundTripper
	userAgent string
}

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", n.userAgent)
	if n.to == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return n.to.RoundTrip(r)
}
