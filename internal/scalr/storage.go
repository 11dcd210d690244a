package scalr

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
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

// nextHop returns the target of a redirect by storage; the rules for the first address apply to it too.
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

// acknowledgedByStorage returns an error if the response with a status of success is a web page: a proxy or a portal has
// answered instead of the storage, whose responses to an upload are empty or XML.
func acknowledgedByStorage(op Op, link *url.URL, res *http.Response, body []byte, secrets *redaction) error {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	body = []byte(secrets.text(string(body)))
	if kind != "text/html" || len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	return secrets.error(&Error{Op: op, HTTPStatus: res.StatusCode, Host: link.Host, Storage: true, NotAPIResponse: true,
		Note: fmt.Sprintf("a web page instead of the response of the storage: %q", pageText(body))})
}

// refusedByStorage reads the error response of an object store. It keeps only code and message of the XML, since other
// elements may contain the signature.
//
// It redacts secrets before it truncates the text: a truncated secret would not be recognized.
func refusedByStorage(op Op, link *url.URL, res *http.Response, body []byte, secrets *redaction) error {
	body = []byte(secrets.text(string(body)))
	e := &Error{Op: op, HTTPStatus: res.StatusCode, Host: link.Host, Storage: true, RetryAfter: retryAfter(res.Header)}
	code, message := element(body, "Code"), element(body, "Message")
	switch {
	case code != "" || message != "":
		e.Note = strings.Trim(code+": "+message, ": ")
	case res.StatusCode >= 400:
		e.Note = pageText(body)
	case redirected(res.StatusCode):
		e.Note = "too many redirects"
	}
	expired := strings.Contains(strings.ToLower(e.Note), "expired")
	if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusBadRequest && expired {
		e.Cause = ErrLinkExpired
	}
	return secrets.error(e)
}

// element returns the text of one element of an XML error, if it exists.
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
