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

// ErrNoIDToken says that the job was not given the right to ask for an ID token.
var ErrNoIDToken = errors.New("the job cannot ask GitHub for an ID token: it lacks the permission id-token: write")

const (
	idTokenTries   = 6
	idTokenTimeout = 10 * time.Second // for one try
	idTokenPause   = 500 * time.Millisecond
)

// IDToken asks GitHub for a token that says which job we are, for the audience (empty for GitHub's own default). It
// tries again for a while if GitHub does not answer, and masks the token before it returns it. It returns ErrNoIDToken
// if the job may not ask.
//
// The request and the limit on its answer are go-githubactions'. Ours are what it lacks: the check of the address, the
// tries, the mask, and errors without the address.
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

// checkAddress accepts https, and http for this machine.
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

// askIDToken asks once; again says whether another try may help.
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
		// Without the address, whose query must not be printed.
		var certificate *tls.CertificateVerificationError
		return secret.Value{}, !errors.As(err, &certificate), unreachable.Err
	case err != nil:
		return secret.Value{}, true, errors.New("GitHub's answer is no JSON with a token")
	case strings.TrimSpace(text) == "":
		return secret.Value{}, true, errors.New("GitHub's answer holds no token")
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

// withoutRedirects returns a copy of c that follows no redirect, since each could carry the request token elsewhere, and
// that says who asks.
func withoutRedirects(c *http.Client, userAgent string) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	own := *c
	own.Transport = named{to: c.Transport, userAgent: userAgent}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// named gives requests the name of the program; go-githubactions gives them none.
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
