package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/retry"
)

// createAttempts is the maximum number of requests to create one object.
const createAttempts = 3

// takenFor is how long createNamed searches for an object whose name Scalr reports as taken: another client may have
// just created it, and lists may lag.
const takenFor = 5 * time.Second

// Creation counts the attempts to create one object. The zero value is ready to use.
type Creation struct {
	attempts int
	began    time.Time
	ended    bool
}

// last reports whether there are no further attempts.
func (n *Creation) last() bool { return n.ended || n.attempts == createAttempts }

// Begin starts an attempt and reports whether it is allowed.
func (n *Creation) Begin() bool {
	if n.last() {
		return false
	}
	if n.attempts == 0 {
		n.began = time.Now()
	}
	n.attempts++
	return true
}

// End prevents further attempts.
func (n *Creation) End() { n.ended = true }

// Search returns how long to search for an object whose creation failed with an error after which it may exist, and reports
// the search to [Config.Retrying].
func (n *Creation) Search(c *Client, e *Error) time.Duration {
	window := e.LateWindow()
	c.retrying(Retry{Op: e.Op, Attempt: n.attempts, Wait: window, Err: e, Search: true, Last: n.last()})
	return window
}

// Failed adds the number of attempts to an error, unless there was only one.
func (n *Creation) Failed(err error) error {
	var e *Error
	if errors.As(err, &e) && n.attempts > 1 {
		e.Attempts, e.Elapsed = n.attempts, time.Since(n.began)
	}
	return err
}

// createNamed creates an object with a unique name exactly once. After a lost response, it searches for the object by name
// before it sends another request. It also searches after a refusal that may mean that the name is taken, or that may not be
// Scalr's, but does not repeat the request. ours is false if another client has created the object.
func createNamed[T any](ctx context.Context, c *Client, post func() (T, error), find func() (T, bool, error)) (made T, ours bool, err error) {
	var n Creation
	for n.Begin() {
		made, err = post()
		if err == nil {
			return made, true, nil
		}
		var e *Error
		known := errors.As(err, &e)
		ambiguous, unattributed := known && e.Ambiguous(), known && e.Unattributed()
		if !ambiguous && !unattributed && !maybeTaken(err) {
			return made, false, n.Failed(err)
		}
		if ctx.Err() != nil {
			return made, false, n.Failed(err) // an interrupted step does not search
		}
		ours = ours || ambiguous || unattributed
		left := takenFor
		if ambiguous {
			left = n.Search(c, e)
		}
		found, ok, findErr := retry.Poll(ctx, left, find)
		switch {
		case ok:
			return found, ours, nil
		case findErr != nil:
			return made, false, fmt.Errorf("%w; it is unknown whether it exists: %w", n.Failed(err), findErr)
		case !ambiguous:
			return made, false, n.Failed(err)
		}
	}
	return made, false, n.Failed(err)
}

// maybeTaken reports whether a refused creation may mean that the name is in use: it is a conflict, or invalid for a
// reason that is not another attribute.
func maybeTaken(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.HTTPStatus == http.StatusConflict || e.HTTPStatus == http.StatusUnprocessableEntity &&
		!slices.ContainsFunc(e.Problems, aboutOtherAttribute))
}

// aboutOtherAttribute reports whether the problem is an attribute that is not part of what must be unique.
func aboutOtherAttribute(p Problem) bool {
	name, ok := strings.CutPrefix(p.Pointer, "/data/attributes/")
	return ok && name != "name" && name != "key" && name != "alias" && name != "category"
}
