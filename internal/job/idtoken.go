package job

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	githubactions "github.com/sethvargo/go-githubactions"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/secret"
)

// ErrNoIDToken means that the job lacks the permission id-token: write.
var ErrNoIDToken = errors.New("the job cannot ask GitHub for an ID token: it lacks the permission id-token: write")

const (
	idTokenTries   = 6
	idTokenTimeout = 10 * time.Second // per attempt
	idTokenPause   = 500 * time.Millisecond
)

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
		return secret.Value{}, fmt.Errorf("ask GitHub for an ID token: %w", err)
	}
	j.Mask(token)
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

func (j *Job) tryIDToken(ctx context.Context, audience string) (secret.Value, error) {
	for n := 1; ; n++ {
		token, again, err := j.askIDToken(ctx, audience)
		if err == nil || !again || n == idTokenTries {
			return token, err
		}
		j.Debugf("ID token, try %d: %v", n, err)
		pause := time.NewTimer(rand.N(idTokenPause << n))
		select {
		case <-ctx.Done():
			pause.Stop()
			return secret.Value{}, context.Cause(ctx)
		case <-pause.C:
		}
	}
}

// askIDToken makes one attempt; again reports whether a retry may succeed.
func (j *Job) askIDToken(ctx context.Context, audience string) (token secret.Value, again bool, err error) {
	tryCtx, cancel := context.WithTimeout(ctx, idTokenTimeout)
	defer cancel()
	text, err := j.github.GetIDToken(tryCtx, audience)
	if ctx.Err() != nil {
		return secret.Value{}, false, context.Cause(ctx)
	}
	var refused *githubactions.RequestFailedError
	var unreachable *url.Error
	switch {
	case errors.As(err, &refused):
		return secret.Value{}, transient(refused.StatusCode), fmt.Errorf("GitHub answered %d %s", refused.StatusCode, http.StatusText(refused.StatusCode))
	case errors.As(err, &unreachable):
		// Omit the address, because its query must not be printed.
		var certificate *tls.CertificateVerificationError
		return secret.Value{}, !errors.As(err, &certificate), unreachable.Err
	case err != nil:
		return secret.Value{}, true, errors.New("GitHub's response is not JSON with a token")
	case strings.TrimSpace(text) == "":
		return secret.Value{}, true, errors.New("GitHub's response contains no token")
	}
	return secret.New(text), false, nil
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
