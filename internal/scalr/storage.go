package scalr

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"scalr-run-action/internal/sanitize"
)

func isAzure(link *url.URL) bool {
	return strings.HasSuffix(link.Hostname(), ".blob.core.windows.net")
}

func redirected(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}

// nextHop is where storage sends us on to; the same rules as for the first address.
func (c *Client) nextHop(op Op, from *url.URL, res *http.Response) (*url.URL, error) {
	to, err := from.Parse(res.Header.Get("Location"))
	if err != nil {
		return nil, &Error{Op: op, Note: "storage redirects to an invalid URL", Permanent: true}
	}
	return c.validateServerURL(op, to.String())
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
//
// Secrets are hidden before the text is cut: half of one would not be found.
func refusedByStorage(op Op, link *url.URL, res *http.Response, body []byte, secrets *redaction) error {
	body = []byte(secrets.text(string(body)))
	e := &Error{Op: op, HTTPStatus: res.StatusCode, Host: link.Host, Storage: true, RetryAfter: retryAfter(res.Header)}
	code, message := element(body, "Code"), element(body, "Message")
	switch {
	case code != "" || message != "":
		e.Note = strings.Trim(code+": "+message, ": ")
	case res.StatusCode >= 400:
		e.Note = pageText(body)
	}
	expired := strings.Contains(strings.ToLower(e.Note), "expired")
	if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusBadRequest && expired {
		e.Cause = ErrLinkExpired
	}
	return secrets.error(e)
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
	return sanitize.Note(tag.ReplaceAllString(text, " "), 300)
}
