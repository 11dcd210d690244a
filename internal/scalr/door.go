package scalr

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	documentType = "application/vnd.api+json"
	actionType   = "application/json" // openapi.yml: actions take a plain object

	maxAnswer   = 16 << 20         // bytes of a JSON answer, unpacked
	maxPage     = 64 << 10         // bytes of an answer that is read for its words only
	quiet       = 30 * time.Second // without a byte, after which an attempt is given up
	attemptTime = 60 * time.Second // for one attempt at a JSON answer, however it trickles
)

// call is one operation of the API.
type call struct {
	op     string // in words, for errors: "read run run-1"
	method string
	path   []string // elements below the base path; each must look like an id
	query  url.Values
	kind   string // content type of the body, empty without one
	body   any
	policy policy
	// read takes what is wanted out of the answer; its error makes the answer as
	// good as none. nil: the answer has no body that matters.
	read func(answer) error
	// anonymous leaves the token out: for the exchange that gets one.
	anonymous bool
	plain     bool // the answer is plain JSON, not JSON:API
}

// answer is a good answer's body: read whole, and JSON.
type answer struct{ body []byte }

// do performs the call, again and again as its policy says.
func (c *Client) do(ctx context.Context, k call) error {
	progress := k.policy.begin()
	for {
		used := c.bearer()
		err := c.once(ctx, k)
		if err == nil {
			c.budget.earn(progress.spent)
			return nil
		}
		if errors.Is(err, ErrUnauthorized) && !k.anonymous && !progress.renewed {
			progress.renewed = true
			again, renewErr := c.renewed(ctx, used)
			if renewErr != nil {
				return fmt.Errorf("sign in again: %w", renewErr)
			}
			if again {
				continue
			}
		}
		wait, again := progress.next(err, c.budget)
		if !again {
			return progress.closing(err)
		}
		c.retrying(Retry{Op: k.op, Attempt: progress.attempts, Wait: wait, Err: err})
		if cause := pause(ctx, wait); cause != nil {
			return progress.closing(cutOff(err, cause))
		}
	}
}

// cutOff keeps the words of what went wrong, which say more than that time was
// up, and the cause for those who ask.
func cutOff(err, cause error) error {
	var e *Error
	if errors.As(err, &e) && e.Cause == nil {
		e.Cause = cause
	}
	return err
}

// once makes one attempt. Whatever its error says, the token is not in it.
func (c *Client) once(ctx context.Context, k call) error {
	return hidden(c.attempt(ctx, k), c.tokens)
}

func (c *Client) attempt(ctx context.Context, k call) error {
	total := attemptTime
	if k.policy.attempt > 0 {
		total = k.policy.attempt
	}
	ctx, watch := patiently(ctx, quiet, total)
	defer watch.stop()
	req, err := c.request(ctx, k)
	if err != nil {
		return err
	}
	if k.policy.fresh {
		c.closeIdle() // a reused connection may die with the request on it
	}
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return c.unanswered(ctx, k.op, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(watch.reader(res.Body), maxAnswer+1))
	if err != nil {
		return c.unanswered(ctx, k.op, err)
	}
	if len(body) > maxAnswer {
		return &Error{Op: k.op, HTTPStatus: res.StatusCode, Note: "the answer is larger than 16 MiB", Final: true}
	}
	return judge(k, res, body)
}

func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	for _, element := range k.path {
		if !identifier.MatchString(element) {
			return nil, &Error{Op: k.op, Note: fmt.Sprintf("%q is not an id", printable(element, 80)), Network: NotAllowed, Final: true}
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
	req, err := http.NewRequestWithContext(ctx, k.method, c.address(k), body)
	if err != nil {
		return nil, fmt.Errorf("%s: the address cannot be made", k.op)
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

// judge decides, for every call, what is an error.
func judge(k call, res *http.Response, body []byte) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if res.StatusCode >= 300 {
		return refusal(k.op, res, body)
	}
	if k.read == nil {
		return nil
	}
	if page := strayPage(res, body); page != "" {
		return &Error{Op: k.op, HTTPStatus: res.StatusCode, Note: page, Stray: true}
	}
	if !json.Valid(body) {
		return malformed(k.op, "the answer is not complete JSON")
	}
	return k.read(answer{body: body})
}

// strayPage describes an answer that is a page and not the API's: a portal's, a
// sign-in's, a proxy's.
func strayPage(res *http.Response, body []byte) string {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if kind == "" || strings.Contains(kind, "json") || json.Valid(body) {
		return ""
	}
	return fmt.Sprintf("expected JSON:API, got %s: %q", printable(kind, 60), pageText(body))
}
