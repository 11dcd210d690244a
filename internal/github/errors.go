package github

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Kind classifies an Error.
type Kind string

const (
	Misused      Kind = "misused"      // invalid arguments; nothing was sent
	Unauthorized Kind = "unauthorized" // 401: the token is invalid
	Forbidden    Kind = "forbidden"    // 403: the token lacks a permission
	Locked       Kind = "locked"       // the conversation is locked
	Gone         Kind = "gone"         // 404 or 410: it does not exist, or the token has no access
	TooLong      Kind = "too-long"     // the text is too long, and so is the shorter one
	Rejected     Kind = "rejected"     // any other refusal
	RateLimited  Kind = "rate-limited" // and the delay exceeds the retry budget
	Unreachable  Kind = "unreachable"  // no valid response before the retries ran out
	Superseded   Kind = "superseded"   // there is a newer workflow run or a newer head
)

// Error is a failed request. It contains neither the token nor a URL.
type Error struct {
	Kind    Kind
	Op      string        // the operation, e.g. "list the comments of acme/infra#7"
	Status  int           // of HTTP; 0 without a response
	Message string        // GitHub's message on one line, shortened and redacted, or that of this package
	Wait    time.Duration // the delay that GitHub requires, or 0
	Err     error         // the error of the connection, or nil

	// NotAPIResponse means that the response is not in the form of GitHub's API: a proxy, for example, may have sent it after
	// GitHub has processed the request.
	NotAPIResponse bool

	temporary bool // the same request may succeed later
}

// Error returns the operation and the reason on one line.
func (e *Error) Error() string {
	text := e.Message
	if text == "" && e.Err != nil {
		text = e.Err.Error()
	}
	switch {
	case e.NotAPIResponse && e.Status != 0:
		text = fmt.Sprintf("received status %d (%s) without a message of GitHub's API, as from a proxy or a firewall", e.Status, text)
	case e.Status != 0:
		text = fmt.Sprintf("GitHub returned %d: %s", e.Status, text)
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	return text
}

// Unwrap returns the error of the connection.
func (e *Error) Unwrap() error { return e.Err }

// errTooSlow is the cause when Publish exceeds its time limit.
var errTooSlow = fmt.Errorf("not finished after %v", limit)

func misused(format string, a ...any) *Error {
	return &Error{Kind: Misused, Op: "comment", Message: fmt.Sprintf(format, a...)}
}

// superseded returns the error of a run that must not write, with the reason.
func superseded(format string, a ...any) *Error {
	return &Error{Kind: Superseded, Message: fmt.Sprintf(format, a...)}
}

// is reports whether err is an Error of one of the kinds.
func is(err error, kinds ...Kind) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(kinds, e.Kind)
}

// ambiguous reports whether GitHub may have processed the request, and another attempt may succeed.
func ambiguous(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == Unreachable && (e.temporary || e.NotAPIResponse)
}

// notAPIResponse reports whether the response is not in the form of GitHub's API.
func notAPIResponse(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.NotAPIResponse
}

// refusedText reports whether GitHub refused the text of the comment, and not the request itself.
func refusedText(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Kind == TooLong || e.Status == http.StatusUnprocessableEntity)
}
