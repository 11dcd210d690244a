package github

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Kind says in a word what stands between us and the comment.
type Kind string

const (
	Misused      Kind = "misused"      // we were given something that cannot be used; nothing was sent
	Unauthorized Kind = "unauthorized" // 401: GitHub does not know the token
	Forbidden    Kind = "forbidden"    // 403: the token may not do this
	Locked       Kind = "locked"       // the conversation is locked
	Gone         Kind = "gone"         // 404 or 410: no such thing, or the token may not see it
	TooLong      Kind = "too-long"     // the text is too long, and so is the shorter one
	Rejected     Kind = "rejected"     // any other refusal
	RateLimited  Kind = "rate-limited" // and the wait is longer than we are ready for
	Unreachable  Kind = "unreachable"  // no usable answer for as long as we try
	Superseded   Kind = "superseded"   // a newer workflow run or a newer head; what they have to say stands
)

// Error is a refusal or a silence of GitHub. It holds neither the token nor
// an address.
type Error struct {
	Kind    Kind
	Op      string        // what we were doing, e.g. "list the comments of acme/infra#7"
	Status  int           // of HTTP; 0 without an answer
	Message string        // GitHub's own words on one line, cut and redacted, or ours
	Wait    time.Duration // how long GitHub asked us to wait; 0 if it did not
	Err     error         // what broke the connection, if something did

	passing bool // the same request may succeed later
}

// Error says what we were doing and what came of it, on one line.
func (e *Error) Error() string {
	text := e.Message
	if e.Err != nil {
		text = e.Err.Error()
	}
	if e.Status != 0 {
		text = fmt.Sprintf("GitHub answered %d: %s", e.Status, text)
	}
	if e.Op != "" {
		text = e.Op + ": " + text
	}
	return text
}

// Unwrap returns what broke the connection.
func (e *Error) Unwrap() error { return e.Err }

// errTooSlow is why the context of a Publish ends that takes too long.
var errTooSlow = fmt.Errorf("no end after %v", limit)

func misused(format string, a ...any) *Error {
	return &Error{Kind: Misused, Op: "comment", Message: fmt.Sprintf(format, a...)}
}

// superseded says why this run has nothing to write any more.
func superseded(format string, a ...any) *Error {
	return &Error{Kind: Superseded, Message: fmt.Sprintf(format, a...)}
}

// is reports whether err is an Error of one of the kinds.
func is(err error, kinds ...Kind) bool {
	var e *Error
	return errors.As(err, &e) && slices.Contains(kinds, e.Kind)
}

// ambiguous reports whether the request may have been carried out although
// its answer was an error.
func ambiguous(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == Unreachable && e.passing
}

// refusedText reports whether GitHub refused what we had to say, and not that
// we say it.
func refusedText(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Kind == TooLong || e.Status == http.StatusUnprocessableEntity)
}
