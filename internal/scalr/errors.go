package scalr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/sanitize"
)

// Kinds of errors, for use with errors.Is. For a valid token that lacks a permission, most of the API returns 404 and
// some of it 403, so callers treat both alike.
var (
	ErrUnauthorized = errors.New("the token was rejected")
	ErrForbidden    = errors.New("not allowed")
	ErrNotFound     = errors.New("not found, or not visible to the token")
	ErrConflict     = errors.New("conflicts with the current state")
	ErrInvalid      = errors.New("not accepted")
	ErrRedirected   = errors.New("answered with a redirect")
	ErrRateLimited  = errors.New("rate limited")
	ErrUnavailable  = errors.New("no valid response")
)

// Error describes a failed call. It never contains the token, a signed address or a body of unbounded length.
type Error struct {
	Op             Op
	HTTPStatus     int       // 0 if there was no response
	Problems       []Problem // Scalr's messages, at most five
	More           int       // number of further messages
	Note           string    // the client's own description, if Scalr sent no message
	Location       string    // origin that a redirect leads to
	RequestID      string
	Host           string  // host of the request, or the proxy that failed
	Network        Network // reason for a missing response
	RetryAfter     *time.Duration
	Attempts       int
	Elapsed        time.Duration
	Permanent      bool // another attempt cannot help
	NotAPIResponse bool // the response is a page, not a response of the API
	Invalid        bool // the response contains a member twice, or has an invalid id or type
	Storage        bool // the response is from object storage, not Scalr
	Cause          error
}

// Problem is one entry of Scalr's error document. Scalr sends a title, although the published schema does not contain
// it.
type Problem struct{ Code, Title, Detail, Pointer string }

// String returns title and detail on one line, followed by the pointer. It omits the title if the detail begins with
// it.
func (p Problem) String() string { return p.quote(maxProblemsLength) }

// quote is like String with about most bytes: a long text is cut before its pointer.
func (p Problem) quote(most int) string {
	text := cmp.Or(p.Detail, p.Title, p.Code)
	if p.Detail != "" && p.Title != "" && !beginsWith(p.Detail, p.Title) {
		text = endClause(sanitize.Note(p.Title, most/4)) + " " + p.Detail
	}
	if p.Pointer == "" {
		return sanitize.Note(text, most)
	}
	pointer := sanitize.Note(p.Pointer, most/4)
	return strings.TrimSpace(sanitize.Note(text, most-len(pointer)) + " (" + pointer + ")")
}

// endClause adds a colon to a text that ends without punctuation.
func endClause(text string) string {
	if last, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(".:;!?…", last) {
		return text
	}
	return text + ":"
}

// beginsWith reports whether text begins with the words of title, ignoring case and the punctuation at the end of the
// title.
func beginsWith(text, title string) bool {
	title = strings.TrimRight(title, ".:; ")
	if len(text) < len(title) || !strings.EqualFold(text[:len(title)], title) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[len(title):])
	return !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

func (e *Error) Error() string { return e.Op.String() + ": " + e.Reason() }

// Reason returns the error without the operation's name.
func (e *Error) Reason() string {
	var parts []string
	for _, p := range e.Problems {
		parts = append(parts, p.quote(maxProblemsLength/len(e.Problems)))
	}
	if e.More > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", e.More))
	}
	text := strings.Join(parts, "; ")
	if text == "" {
		text = e.Note
	}
	switch {
	case text == "" && e.HTTPStatus != 0:
		text = strings.TrimSpace(fmt.Sprintf("%d %s", e.HTTPStatus, http.StatusText(e.HTTPStatus)))
	case text == "":
		text = ErrUnavailable.Error()
	case e.HTTPStatus >= 300, e.HTTPStatus != 0 && len(e.Problems) > 0:
		text = fmt.Sprintf("%s (HTTP %d)", text, e.HTTPStatus)
	}
	if e.RequestID != "" {
		text += " [request " + e.RequestID + "]"
	}
	return text
}

// Unwrap returns the cause of a missing response, such as the end of a context.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is the sentinel error for this kind of error.
func (e *Error) Is(target error) bool { return target == e.kind() }

func (e *Error) kind() error {
	switch s := e.HTTPStatus; {
	case e.Storage && s >= 400 && s < 500 && s != http.StatusRequestTimeout && s != http.StatusTooEarly && s != http.StatusTooManyRequests:
		return ErrInvalid
	case s == http.StatusUnauthorized:
		return ErrUnauthorized
	case s == http.StatusForbidden:
		return ErrForbidden
	case s == http.StatusNotFound:
		return ErrNotFound
	case s == http.StatusConflict:
		return ErrConflict
	case s == http.StatusTooManyRequests:
		return ErrRateLimited
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly:
		return ErrUnavailable
	case s >= 300 && s < 400:
		return ErrRedirected
	case s >= 400 && s < 500:
		return ErrInvalid
	}
	return ErrUnavailable
}

// temporary reports whether the error may be temporary.
func (e *Error) temporary() bool {
	if e.HTTPStatus == 0 {
		return !e.Network.permanent()
	}
	return errors.Is(e, ErrUnavailable) || errors.Is(e, ErrRateLimited)
}

// Ambiguous reports whether the request may have taken effect although there was no successful response.
func (e *Error) Ambiguous() bool {
	return errors.Is(e, ErrUnavailable) && !e.unsent() && !e.Network.permanent()
}

// Unattributed reports whether the request was refused without a message in the form of the API: a firewall, for example,
// may have replaced the response to a request that Scalr has executed. It is false for a redirect, a rejected token and a
// rate limit, which precede the execution.
func (e *Error) Unattributed() bool {
	refused := errors.Is(e, ErrForbidden) || errors.Is(e, ErrNotFound) || errors.Is(e, ErrConflict) || errors.Is(e, ErrInvalid)
	return refused && len(e.Problems) == 0
}

// LateWindow returns how long a creation that failed with an [Error.Ambiguous] or [Error.Unattributed] error may still take
// effect and be listed. It exceeds the lag of lists and the time that the server may have processed the request after the
// connection broke.
func (e *Error) LateWindow() time.Duration {
	if e.HTTPStatus >= 500 || e.Network == TimedOut {
		return 60 * time.Second
	}
	return 30 * time.Second
}

// unsent reports whether the request certainly did not reach Scalr.
func (e *Error) unsent() bool { return e.HTTPStatus == 0 && e.Network.precedesRequest() }

// refusal returns the error of a response with a status of 300 or more. An error of the body itself is returned as
// jsonstream's SourceError.
func refusal(ctx context.Context, op Op, res *http.Response, body io.Reader) error {
	e := &Error{Op: op, HTTPStatus: res.StatusCode, RetryAfter: retryAfter(res.Header),
		RequestID: sanitize.Note(res.Header.Get("X-Request-Id"), 80)}
	if res.Request != nil {
		e.Host = res.Request.URL.Host
	}
	if res.StatusCode < 400 {
		e.Location = redirectOrigin(res)
		return e
	}
	text := &beginning{source: body}
	err := e.read(jsonstream.New(ctx, text, jsonstream.Limits{Bytes: maxAnswer, Kept: maxKept}))
	switch broken := (*jsonstream.SourceError)(nil); {
	case errors.As(err, &broken):
		return broken
	case len(e.Problems) == 0 && notJSON(err):
		e.Note = strings.TrimSpace(fmt.Sprintf("%s: %s", http.StatusText(res.StatusCode), pageText(text.whole())))
		e.Note = strings.TrimSuffix(e.Note, ":")
	}
	return e
}

const (
	maxProblems       = 5    // shown of one response
	maxProblemsLength = 3000 // total bytes of them: an annotation has room for 4,096 bytes, including advice
)

// read extracts Scalr's messages from an error document of any form.
func (e *Error) read(r *jsonstream.Reader) error {
	c, err := r.Peek()
	if err == nil && c != '{' {
		err = r.Skip()
	} else if err == nil {
		err = r.Object(func(name string) error {
			if name != "errors" {
				return nil
			}
			if c, err := r.Peek(); err != nil || c != '[' {
				return e.readProblem(r)
			}
			return r.Array(func() error { return e.readProblem(r) })
		})
	}
	if err == nil {
		err = r.End()
	}
	return err
}

// readProblem reads an entry, and counts it if it is not empty.
func (e *Error) readProblem(r *jsonstream.Reader) error {
	most := maxText
	if len(e.Problems) == maxProblems {
		most = 1 // only whether it is empty matters
	}
	var p Problem
	err := members(r, func(name string) (err error) {
		switch name {
		case "code":
			p.Code, err = readWords(r, most)
		case "title":
			p.Title, err = readWords(r, most)
		case "detail":
			p.Detail, err = readWords(r, most)
		case "source":
			p.Pointer, err = readPointer(r, most)
		}
		return err
	})
	switch {
	case p.String() == "": // empty
	case len(e.Problems) == maxProblems:
		e.More++
	default:
		e.Problems = append(e.Problems, p)
	}
	return err
}

// readPointer reads which member of the request, or which parameter, the problem refers to.
func readPointer(r *jsonstream.Reader, most int) (string, error) {
	var pointer, parameter string
	err := members(r, func(name string) (err error) {
		switch name {
		case "pointer":
			pointer, err = readWords(r, most)
		case "parameter":
			parameter, err = readWords(r, most)
		}
		return err
	})
	return cmp.Or(pointer, parameter), err
}

func readWords(r *jsonstream.Reader, most int) (string, error) {
	text, _, err := r.Text(most)
	return sanitize.Note(text, 4096), err
}

// redirectOrigin returns the origin that a redirect leads to. The rest of the address may contain secrets and is not
// shown.
func redirectOrigin(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return sanitize.Note(u.Scheme+"://"+u.Host, 200)
}
