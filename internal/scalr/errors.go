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

// What an Error is, for errors.Is. A valid token that lacks a permission gets a
// 404 from most of the API and a 403 from some of it, so callers treat both alike.
var (
	ErrUnauthorized = errors.New("the token was rejected")
	ErrForbidden    = errors.New("not allowed")
	ErrNotFound     = errors.New("not found, or not visible to the token")
	ErrConflict     = errors.New("in conflict with the present state")
	ErrInvalid      = errors.New("not accepted")
	ErrRedirected   = errors.New("answered with a redirect")
	ErrRateLimited  = errors.New("rate limited")
	ErrUnavailable  = errors.New("no valid response")
)

// Error is a call that did not get what it asked for. It never holds the token,
// a signed address or a body of unbounded length.
type Error struct {
	Op             Op
	HTTPStatus     int       // 0 when no response came
	Problems       []Problem // Scalr's own words, at most five
	More           int       // how many more there were
	Note           string    // ours, where Scalr gave no words
	Location       string    // the origin that a redirect leads to
	RequestID      string
	Host           string  // the host asked, or the proxy that failed
	Network        Network // why no response came
	RetryAfter     *time.Duration
	Attempts       int
	Elapsed        time.Duration
	Permanent      bool // asking again cannot help
	NotAPIResponse bool // a page came instead of the API's answer
	Invalid        bool // the response contains a member twice, or has an invalid id or type
	Storage        bool // it was storage that said so, not Scalr
	Cause          error
}

// Problem is one entry of Scalr's error document. The published schema does not
// have title, but the service sends it.
type Problem struct{ Code, Title, Detail, Pointer string }

// String quotes title and detail in one line, and the pointer. A title that the
// detail begins with is quoted once.
func (p Problem) String() string { return p.quote(maxProblemsLength) }

// quote is String in about most bytes: a long text is cut before its pointer.
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

// beginsWith reports whether the first words of text are those of title, in any
// case and whatever punctuation ends the title.
func beginsWith(text, title string) bool {
	title = strings.TrimRight(title, ".:; ")
	if len(text) < len(title) || !strings.EqualFold(text[:len(title)], title) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[len(title):])
	return !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

func (e *Error) Error() string { return e.Op.String() + ": " + e.Reason() }

// Reason is the error without the operation's name.
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
	case e.HTTPStatus >= 300:
		text = fmt.Sprintf("%s (HTTP %d)", text, e.HTTPStatus)
	}
	if e.RequestID != "" {
		text += " [request " + e.RequestID + "]"
	}
	return text
}

// Unwrap returns what caused a missing answer, such as the end of a context.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is the sentinel that the error belongs to.
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

// Ambiguous reports whether the request may have had its effect although no good response came.
func (e *Error) Ambiguous() bool {
	return errors.Is(e, ErrUnavailable) && !e.unsent() && !e.Network.permanent()
}

// LateWindow is within how long a creation with an [Error.Ambiguous] error may still
// take effect and be listed: longer than lists lag, and than the server may have
// worked on the request when the connection broke.
func (e *Error) LateWindow() time.Duration {
	if e.HTTPStatus >= 500 || e.Network == TimedOut {
		return 60 * time.Second
	}
	return 30 * time.Second
}

// unsent reports whether the request surely never reached the service.
func (e *Error) unsent() bool { return e.HTTPStatus == 0 && e.Network.precedesRequest() }

// refusal makes the error of a response with a status of 300 or more. An error of the body itself is returned as
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
	maxProblems       = 5    // of one response, that are shown
	maxProblemsLength = 3000 // bytes of them in all: an annotation has room for 4,096, advice included
)

// read takes Scalr's words out of an error document, whatever its shape.
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

// readProblem reads an entry, and counts it if it says anything.
func (e *Error) readProblem(r *jsonstream.Reader) error {
	most := maxText
	if len(e.Problems) == maxProblems {
		most = 1 // whether it says anything is all that matters
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
	case p.String() == "": // says nothing
	case len(e.Problems) == maxProblems:
		e.More++
	default:
		e.Problems = append(e.Problems, p)
	}
	return err
}

// readPointer reads the member of the request, or the parameter, that is meant.
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

// redirectOrigin is all that is said of where a redirect leads: the rest of the
// address may contain secrets.
func redirectOrigin(res *http.Response) string {
	u, err := url.Parse(res.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return sanitize.Note(u.Scheme+"://"+u.Host, 200)
}
