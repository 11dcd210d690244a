package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"scalr-run-action/internal/retry"
)

const createAttempts = 3

// takenFor is how long createNamed searches for an object whose name Scalr reports as taken: another client may have
// just created it, and lists may lag.
const takenFor = 5 * time.Second

// createNamed creates an object with a unique name exactly once. After a lost response, and after a refusal that may
// mean that the name is taken, it searches for the object by name before it sends another request. ours is false if
// another client has created the object.
func createNamed[T any](ctx context.Context, post func() (T, error), look func() (T, bool, error)) (made T, ours bool, err error) {
	for range createAttempts {
		made, err = post()
		if err == nil {
			return made, true, nil
		}
		var e *Error
		gone := errors.As(err, &e) && e.Ambiguous()
		if !gone && !maybeTaken(err) {
			return made, false, err
		}
		ours = ours || gone
		left := takenFor
		if gone {
			left = e.LateWindow()
		}
		found, ok, lookErr := retry.Poll(ctx, left, look)
		switch {
		case ok:
			return found, ours, nil
		case lookErr != nil:
			return made, false, fmt.Errorf("%w; it is unknown whether it exists: %w", err, lookErr)
		case !gone:
			return made, false, err
		}
	}
	return made, false, err
}

// maybeTaken reports whether a refused creation may mean that the name is in use.
func maybeTaken(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.HTTPStatus == http.StatusConflict || e.HTTPStatus == http.StatusUnprocessableEntity)
}
