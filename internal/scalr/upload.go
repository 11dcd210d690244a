package scalr

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Upload is the archive to send to storage.
type Upload struct {
	Data io.ReaderAt
	Size int64       // bytes
	Sent func(int64) // called with the number of bytes that the current attempt has sent; may be nil
}

const (
	uploadQuiet    = 60 * time.Second // idle timeout of an attempt
	askFirstFrom   = 2 << 20          // archive size in bytes from which Expect: 100-continue is used
	mostUploadHops = 3
	arrival        = 10 * time.Second // time for Scalr to detect a finished upload
)

// ErrLinkExpired means that storage refuses the upload because its signed address is no longer valid. The same archive
// can be uploaded for a new configuration version.
var ErrLinkExpired = errors.New("the upload address is no longer accepted")

// Upload sends the archive to the address of the configuration version, without the API token, since the address is
// signed. Every attempt sends the same bytes from the start. Retries end two minutes after the first failed attempt.
func (c *Client) Upload(ctx context.Context, v Configuration, u Upload) error {
	op := OpUpload.on(v.ID)
	link, err := c.validateServerURL(op, v.upload.Reveal())
	if err != nil {
		return err
	}
	ask, doubtful := u.Size >= askFirstFrom, false
	return c.retry(ctx, op, uploadPolicy, func() error {
		err := c.put(ctx, op, link, u, ask)
		var e *Error
		if ask && errors.As(err, &e) && e.HTTPStatus == http.StatusExpectationFailed {
			ask = false
			err = c.put(ctx, op, link, u, ask)
		}
		if !errors.As(err, &e) {
			return err
		}
		if (doubtful && refusedUpload(e) || e.NotAPIResponse) && c.arrived(ctx, v.ID) {
			return nil
		}
		doubtful = doubtful || e.Ambiguous()
		return err
	})
}

func refusedUpload(e *Error) bool { return e.HTTPStatus >= 400 && e.HTTPStatus < 500 }

// arrived reports whether an attempt without a valid response succeeded: storage may then refuse the same bytes a second
// time. [Client.AwaitUploaded] determines whether the archive is valid.
func (c *Client) arrived(ctx context.Context, id string) bool {
	_, err := c.AwaitUploaded(ctx, id, arrival, func(string) {})
	var errored *ConfigurationError
	return err == nil || errors.As(err, &errored)
}

// put makes one attempt. The error never contains an address that it used.
func (c *Client) put(ctx context.Context, op Op, link *url.URL, u Upload, ask bool) error {
	secrets := c.redaction(link)
	ctx, watch := withIdleTimeout(ctx, uploadQuiet, 0)
	defer watch.stop()
	for hops := 0; ; hops++ {
		watch.alive()
		req, sent := c.uploadRequest(ctx, link, u, ask, watch)
		res, err := c.transport.RoundTrip(req)
		if err != nil {
			sent.end()
			return storageError(noAnswer(ctx, op, link.Host, err, secrets))
		}
		text, _ := io.ReadAll(io.LimitReader(watch.reader(res.Body), maxPage))
		res.Body.Close()
		sent.end()
		switch {
		case res.StatusCode < 300:
			return acknowledgedByStorage(op, link, res, text, secrets)
		case redirected(res.StatusCode) && hops < mostUploadHops:
			if link, err = c.nextHop(op, link, res); err != nil {
				return secrets.error(storageError(err))
			}
			secrets.add(link)
		default:
			return refusedByStorage(op, link, res, text, secrets)
		}
	}
}

func (c *Client) uploadRequest(ctx context.Context, link *url.URL, u Upload, ask bool, w *watch) (*http.Request, *sending) {
	sent := &sending{upload: u, watch: w}
	data, _ := sent.body() // cannot fail; GetBody requires the error result
	req := (&http.Request{Method: http.MethodPut, URL: link, Host: link.Host, Header: http.Header{}, Body: data,
		GetBody: sent.body, ContentLength: u.Size}).WithContext(c.toLink(ctx, link))
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("User-Agent", c.userAgent)
	if ask {
		req.Header.Set("Expect", "100-continue")
	}
	if isAzure(link) {
		req.Header.Set("x-ms-blob-type", "BlockBlob") // Azure refuses a PUT without this header
	}
	return req, sent
}
