// Package runs contains the operations that need several requests to create, find and stop runs. It is built on the
// client's request methods. Each operation is in its own file. No other package creates, cancels or discards runs.
package runs

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
)

// NotConfirmedError means that the response to a creation was lost and the run was not found: it may exist or appear
// later.
type NotConfirmedError struct {
	ConfigurationID string
	Cause           error
}

func (e *NotConfirmedError) Error() string {
	return fmt.Sprintf("create a run from configuration version %s: no valid response was received and no such run was found: %v", e.ConfigurationID, e.Cause)
}

// Unwrap returns the error of the last request.
func (e *NotConfirmedError) Unwrap() error { return e.Cause }

// Create creates exactly one run, which the caller must compare with the request (see [scalr.RunRequest.Differences]).
// No other run uses the configuration version, so it identifies the run: after a lost response Create searches for the
// run by its configuration version, and sends another request only if the run certainly does not exist. It also searches
// after a refusal that may not be Scalr's, or that follows a lost response, but does not repeat the request. doubtful reports
// that a response was lost, so that a second run may still appear: the caller must then call [CancelDuplicates].
func Create(ctx context.Context, c *scalr.Client, q scalr.RunRequest) (run scalr.Run, doubtful bool, err error) {
	var n scalr.Creation
	for n.Begin() {
		run, err = createOnce(ctx, c, q)
		if err == nil {
			return run, doubtful, nil
		}
		var e *scalr.Error
		// A refusal may be due to the run of an earlier request that is not listed yet.
		if !errors.As(err, &e) || !e.Ambiguous() && !e.Unattributed() && !doubtful {
			return scalr.Run{}, doubtful, n.Failed(err)
		}
		if cause := context.Cause(ctx); cause != nil { // an interrupted step searches by itself
			return scalr.Run{}, true, &NotConfirmedError{q.ConfigurationID, cause}
		}
		refused := !e.Ambiguous()
		if refused {
			n.End()
		}
		found, ok, findErr := retry.Poll(ctx, n.Search(c, e), func() (scalr.Run, bool, error) {
			return FindByConfiguration(ctx, c, q.WorkspaceID, q.ConfigurationID)
		})
		doubtful = doubtful || ok || !refused
		if ok {
			return found, doubtful, nil
		}
		if refused && !doubtful {
			return scalr.Run{}, doubtful, n.Failed(err)
		}
		if findErr != nil {
			return scalr.Run{}, doubtful, &NotConfirmedError{q.ConfigurationID, findErr}
		}
	}
	return scalr.Run{}, doubtful, &NotConfirmedError{q.ConfigurationID, n.Failed(err)}
}

// createOnce creates a run. It repeats the request once if a replica of the server lags behind the one that reported
// the configuration version as uploaded.
func createOnce(ctx context.Context, c *scalr.Client, q scalr.RunRequest) (scalr.Run, error) {
	run, err := c.CreateRun(ctx, q)
	if !notUploadedYet(err) {
		return run, err
	}
	if err := retry.Wait(ctx, 2*time.Second); err != nil {
		return scalr.Run{}, err
	}
	return c.CreateRun(ctx, q)
}

// notUploadedYet reports whether Scalr refused or did not find a configuration version that it had reported as
// uploaded.
func notUploadedYet(err error) bool {
	var e *scalr.Error
	if !errors.As(err, &e) || e.HTTPStatus != http.StatusUnprocessableEntity && e.HTTPStatus != http.StatusNotFound {
		return false
	}
	return slices.ContainsFunc(e.Problems, func(p scalr.Problem) bool { return strings.HasSuffix(p.Pointer, "/configuration-version") })
}
