package scalr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Upload is what is sent to storage.
type Upload struct {
	Data io.ReaderAt
	Size int64       // bytes
	Sent func(int64) // told how much went out of the present attempt; may be nil
}

const (
	uploadPatience = 10 * time.Minute
	uploadQuiet    = 60 * time.Second
	askFirstFrom   = 2 << 20 // bytes from which storage is asked before the body is sent
)

// ErrLinkExpired is an upload that storage refuses because its signed address
// is not good any more. The same bytes can go to a new configuration version.
var ErrLinkExpired = errors.New("the upload address is not accepted any more")

// Upload sends the archive to the address that came with the configuration
// version, without our token: the address is signed. It sends the same bytes
// from the start on every attempt.
func (c *Client) Upload(ctx context.Context, v Configuration, u Upload) error {
	op := "upload to configuration version " + v.ID
	link, err := c.handedOut(op, v.upload)
	if err != nil {
		return err
	}
	progress := policy{patience: uploadPatience}.begin()
	ask, doubtful := u.Size >= askFirstFrom, false
	for {
		err := c.put(ctx, op, link, u, ask)
		if err == nil {
			return nil
		}
		var e *Error
		if errors.As(err, &e) && e.HTTPStatus == http.StatusExpectationFailed {
			ask = false
			continue
		}
		if doubtful && c.arrived(ctx, v.ID, e) {
			return nil
		}
		doubtful = doubtful || e != nil && e.Ambiguous()
		wait, again := progress.next(err, c.budget)
		if !again {
			return progress.closing(err)
		}
		c.retrying(Retry{Op: op, Attempt: progress.attempts, Wait: wait, Err: err})
		if err := pause(ctx, wait); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
}

// arrived reports whether an earlier attempt, whose answer was lost, was stored
// after all: storage may then refuse the same bytes a second time.
func (c *Client) arrived(ctx context.Context, id string, refused *Error) bool {
	if refused == nil || refused.HTTPStatus < 400 || refused.HTTPStatus >= 500 {
		return false
	}
	v, err := c.Configuration(ctx, id)
	return err == nil && v.Status == "uploaded"
}

func (c *Client) put(ctx context.Context, op string, link *url.URL, u Upload, ask bool) error {
	ctx, watch := patiently(ctx, uploadQuiet, 0)
	defer watch.stop()
	for hops := 0; ; hops++ {
		res, err := c.foreign.Do(c.uploadRequest(ctx, link, u, ask, watch))
		if err != nil {
			return storageError(noAnswer(ctx, op, link.Host, err))
		}
		text, _ := io.ReadAll(io.LimitReader(watch.reader(res.Body), 64<<10))
		res.Body.Close()
		switch {
		case res.StatusCode < 300:
			return nil
		case redirected(res.StatusCode) && hops < 3:
			if link, err = c.nextHop(op, link, res); err != nil {
				return storageError(err)
			}
		default:
			return refusedByStorage(op, link, res, text)
		}
	}
}

func (c *Client) uploadRequest(ctx context.Context, link *url.URL, u Upload, ask bool, w *watch) *http.Request {
	fresh := func() (io.ReadCloser, error) {
		var sent int64
		section := io.NewSectionReader(u.Data, 0, u.Size)
		return io.NopCloser(readerFunc(func(p []byte) (int, error) {
			n, err := section.Read(p)
			w.alive()
			if sent += int64(n); u.Sent != nil {
				u.Sent(sent)
			}
			return n, err
		})), nil
	}
	data, _ := fresh()
	req := (&http.Request{Method: http.MethodPut, URL: link, Host: link.Host, Header: http.Header{}, Body: data, GetBody: fresh, ContentLength: u.Size}).WithContext(ctx)
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("User-Agent", c.userAgent)
	if ask {
		req.Header.Set("Expect", "100-continue")
	}
	if strings.HasSuffix(link.Hostname(), ".blob.core.windows.net") {
		req.Header.Set("x-ms-blob-type", "BlockBlob") // Azure refuses a PUT without it
	}
	return req
}

func redirected(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}

// nextHop is where storage sends us on to; the same rules as for the first address.
func (c *Client) nextHop(op string, from *url.URL, res *http.Response) (*url.URL, error) {
	to, err := from.Parse(res.Header.Get("Location"))
	if err != nil {
		return nil, &Error{Op: op, Note: "storage redirects to something that is not an address", Final: true}
	}
	return c.handedOut(op, to.String())
}

func storageError(err error) error {
	var e *Error
	if errors.As(err, &e) {
		e.Storage = true
	}
	return err
}

// refusedByStorage reads an object store's no. Of its XML only code and message
// are kept: other elements echo the signature.
func refusedByStorage(op string, link *url.URL, res *http.Response, body []byte) error {
	e := &Error{Op: op, HTTPStatus: res.StatusCode, Host: link.Host, Storage: true, RetryAfter: retryAfter(res.Header)}
	code, message := element(body, "Code"), element(body, "Message")
	switch {
	case code != "" || message != "":
		e.Note = strings.Trim(code+": "+message, ": ")
	case res.StatusCode >= 400:
		e.Note = pageText(body)
	}
	said := strings.ToLower(code + " " + message + " " + e.Note)
	if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusBadRequest && strings.Contains(said, "expired") {
		e.Cause = ErrLinkExpired
	}
	return e
}

// element takes the text of one element out of an XML error, if it is there.
func element(body []byte, name string) string {
	_, after, found := strings.Cut(string(body), "<"+name+">")
	if !found {
		return ""
	}
	text, _, found := strings.Cut(after, "</"+name+">")
	if !found {
		return ""
	}
	return printable(tag.ReplaceAllString(text, " "), 300)
}
