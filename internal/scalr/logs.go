package scalr

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// LogBody is a log from its start. Size is -1 if the server does not report it. Close may also be called for a LogBody
// made from a Reader alone.
type LogBody struct {
	io.Reader
	Size  int64
	close func()
}

// Close stops reading; the remaining data is not transferred.
func (b *LogBody) Close() error {
	if b.close != nil {
		b.close()
	}
	return nil
}

const (
	jsonQuiet   = 10 * time.Second
	mostLogHops = 5
)

// Log opens a log, always from its start: the API has no offset. It makes a single attempt, since a follower reads the
// log again anyway. It returns nil without an error if the log is still empty (openapi.yml, get_plan_log: 204). Object
// storage may serve the log; the token is not sent to it. quiet is the longest time without data from the server.
func (c *Client) Log(ctx context.Context, l Log, quiet time.Duration) (*LogBody, error) {
	op, path := OpReadPlanLog, "plans"
	if l.Phase == ApplyPhase {
		op, path = OpReadApplyLog, "applies"
	}
	return c.stream(ctx, call{op: Op{Operation: op}, method: http.MethodGet, path: []string{path, l.ID, "output"}}, quiet, true)
}

// PlanJSON opens Scalr's sanitized plan in the format of terraform show -json, without sensitive values. It returns nil
// without an error if there is none. The server may redirect to the unsanitized plan, which contains secrets
// (openapi.yml, get_sanitized_json_output: 307): PlanJSON then returns ErrRedirected and never follows the redirect.
func (c *Client) PlanJSON(ctx context.Context, planID string) (*LogBody, error) {
	return c.stream(ctx, call{op: Op{Operation: OpReadPlanJSON}, method: http.MethodGet,
		path: []string{"plans", planID, "sanitized-json-output"}}, jsonQuiet, false)
}

// stream opens a response that may be too large for memory.
func (c *Client) stream(ctx context.Context, k call, quiet time.Duration, mayMove bool) (*LogBody, error) {
	ctx, watch := withIdleTimeout(ctx, quiet, 0)
	body, err := c.open(ctx, k, mayMove, watch)
	if err != nil || body == nil {
		watch.stop()
		c.recordThrottling(err)
		return nil, err
	}
	return body, nil
}

func (c *Client) open(ctx context.Context, k call, mayMove bool, w *watch) (*LogBody, error) {
	req, err := c.request(ctx, k)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "*/*")
	// Without this header net/http decompresses the body transparently, and the size would be lost.
	req.Header.Set("Accept-Encoding", "identity")
	secrets := c.redaction()
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, c.connectionError(ctx, k.op, err)
	}
	moved := mayMove && redirected(res.StatusCode)
	if moved {
		if res, err = c.follow(ctx, k.op, req.URL, res, w, secrets); err != nil {
			return nil, err
		}
	}
	if res.StatusCode == http.StatusOK {
		b, err := unpacked(ctx, k.op, res, w, secrets)
		if moved && err == nil {
			b.Reader, b.Size = withoutSecrets(b.Reader, secrets.addresses), -1
		}
		return b, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	text, _ := io.ReadAll(io.LimitReader(w.reader(res.Body), maxPage))
	return nil, secrets.error(refusal(ctx, k.op, res, strings.NewReader(secrets.text(string(text)))))
}

// follow follows the redirects of a log without the token, over at most five hops.
func (c *Client) follow(ctx context.Context, op Op, from *url.URL, res *http.Response, w *watch, secrets *redaction) (*http.Response, error) {
	for hops := 0; redirected(res.StatusCode); hops++ {
		res.Body.Close()
		if hops == mostLogHops {
			return nil, &Error{Op: op, HTTPStatus: res.StatusCode, Note: "too many redirects", Storage: true}
		}
		to, err := c.nextHop(op, from, res)
		if err != nil {
			return nil, secrets.error(err)
		}
		secrets.add(to)
		req := (&http.Request{Method: http.MethodGet, URL: to, Host: to.Host, Header: http.Header{}}).WithContext(c.toLink(ctx, to))
		req.Header.Set("User-Agent", c.userAgent)
		req.Header.Set("Accept-Encoding", "identity")
		w.alive()
		if res, err = c.transport.RoundTrip(req); err != nil {
			return nil, noAnswer(ctx, op, to.Host, err, secrets)
		}
		from = to
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNoContent {
		defer res.Body.Close()
		text, _ := io.ReadAll(io.LimitReader(w.reader(res.Body), maxPage))
		return nil, refusedByStorage(op, from, res, text, secrets)
	}
	return res, nil
}

// unpacked returns the decompressed body; some object stores send gzip although the client does not accept it.
func unpacked(ctx context.Context, op Op, res *http.Response, w *watch, secrets *redaction) (*LogBody, error) {
	b := &LogBody{Size: res.ContentLength, close: func() { res.Body.Close(); w.stop() }}
	in := bufio.NewReaderSize(explained(ctx, op, res.Request.URL.Host, w.reader(res.Body), secrets), 32<<10)
	b.Reader = in
	if magic, _ := in.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		unzip, err := gzip.NewReader(in)
		if err != nil {
			b.close()
			return nil, malformed(op, "the response is not valid gzip")
		}
		b.Reader, b.Size = unzip, -1
	}
	return b, nil
}

// explained adds the operation and the cause to the error of a body that breaks off.
func explained(ctx context.Context, op Op, host string, r io.Reader, secrets *redaction) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if err != nil && err != io.EOF {
			err = noAnswer(ctx, op, host, err, secrets)
		}
		return n, err
	})
}
