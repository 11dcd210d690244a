package scalr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// RunNotConfirmedError is a creation whose answer was lost and whose run was not
// found: it may exist, now or later.
type RunNotConfirmedError struct {
	ConfigurationID string
	Cause           error
}

func (e *RunNotConfirmedError) Error() string {
	return fmt.Sprintf("create a run from configuration version %s: no usable answer came and no such run was found: %v", e.ConfigurationID, e.Cause)
}

// Unwrap gives the last reason.
func (e *RunNotConfirmedError) Unwrap() error { return e.Cause }

const mostCreations = 3

// CreateRun creates exactly one run, which the caller has to compare with the
// request (see [RunRequest.Differences]). Nobody else uses the configuration
// version, so it is the key: after an answer that got lost, the run is looked
// for by it, and only if it surely does not exist is another one asked for.
// doubtful tells that an answer was lost, so that a second run may yet appear:
// then sweep for it (see [Client.CancelDuplicates]).
func (c *Client) CreateRun(ctx context.Context, q RunRequest) (run Run, doubtful bool, err error) {
	for n := 0; n < mostCreations; n++ {
		run, err = c.postRun(ctx, q)
		if err == nil {
			return run, doubtful, nil
		}
		if !lost(err) {
			return Run{}, doubtful, err
		}
		doubtful = true
		found, ok, lookErr := c.awaitRun(ctx, q, window(err))
		if ok {
			return found, doubtful, nil
		}
		if lookErr != nil {
			return Run{}, doubtful, &RunNotConfirmedError{q.ConfigurationID, lookErr}
		}
	}
	return Run{}, doubtful, &RunNotConfirmedError{q.ConfigurationID, err}
}

// lost reports whether the creation may have happened although it looks failed.
func lost(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Ambiguous()
}

// window is for how long a run may still turn up: longer than lists lag and
// than the server may have been working on the request when the line broke.
func window(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && (e.HTTPStatus >= 500 || e.Network == TimedOut) {
		return 60 * time.Second
	}
	return 30 * time.Second
}

func (c *Client) postRun(ctx context.Context, q RunRequest) (run Run, err error) {
	op := OpCreateRun.on(q.WorkspaceID)
	k := call{
		op: op, method: http.MethodPost, path: []string{"runs"}, kind: documentType, policy: createPolicy,
		body: body("runs", "", q.attributes(), map[string]any{
			"workspace":             reference{"workspaces", q.WorkspaceID},
			"configuration-version": reference{"configuration-versions", q.ConfigurationID},
		}),
		read: func(a answer) (err error) { run, err = a.run(op, ""); return err },
	}
	err = c.do(ctx, k)
	if notUploadedYet(err) {
		// A copy of the server may lag behind the one that said "uploaded".
		if err := pause(ctx, 2*time.Second); err != nil {
			return Run{}, err
		}
		err = c.do(ctx, k)
	}
	return run, err
}

// notUploadedYet is a refusal of the configuration version that we saw uploaded,
// or even of its id.
func notUploadedYet(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.HTTPStatus != http.StatusUnprocessableEntity && e.HTTPStatus != http.StatusNotFound {
		return false
	}
	return slices.ContainsFunc(e.Problems, func(p Problem) bool { return strings.HasSuffix(p.Pointer, "/configuration-version") })
}

// awaitRun looks for the run of the configuration version for the whole window.
func (c *Client) awaitRun(ctx context.Context, q RunRequest, window time.Duration) (Run, bool, error) {
	return await(ctx, window, func() (Run, bool, error) {
		return c.FindRunByConfiguration(ctx, q.WorkspaceID, q.ConfigurationID)
	})
}

// runsWith gives the workspace's runs of the configuration version, the oldest
// first in whichever order they are listed, so that everybody who looks adopts
// the same one.
func (c *Client) runsWith(ctx context.Context, workspaceID, configurationID string) ([]Run, error) {
	if workspaceID == "" || configurationID == "" {
		return nil, errors.New("look for a run: its workspace or its configuration version is not known")
	}
	var found []Run
	err := c.runsOf(ctx, workspaceID, lookupPolicy, func(r Run) bool {
		if r.ConfigurationID == configurationID {
			found = append(found, r)
		}
		if len(found) == 2*mostOfOne {
			found = oldest(found, mostOfOne)
		}
		return true
	})
	return oldest(found, mostOfOne), err
}

// mostOfOne is how many runs of one configuration version are kept, the oldest
// ones. Even a second one is a mistake of the server's.
const mostOfOne = 100

// oldest sorts the runs by age and gives at most n of them.
func oldest(runs []Run, n int) []Run {
	slices.SortFunc(runs, func(a, b Run) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return runs[:min(n, len(runs))]
}

// CancelDuplicates stops every run of the configuration version but the one kept, and
// gives the ids of those that Scalr agreed to stop: a creation whose answer was
// lost may come true late. One that is being applied is left alone, and an error.
// One that is not reported to be of the same workspace is not touched.
func (c *Client) CancelDuplicates(ctx context.Context, keep Run, comment string) ([]string, error) {
	found, err := c.runsWith(ctx, keep.WorkspaceID, keep.ConfigurationID)
	var swept []string
	for _, r := range found {
		if r.ID == keep.ID || r.WorkspaceID != keep.WorkspaceID || r.Status.IsFinal() {
			continue
		}
		stop, stopErr := c.Stop(ctx, r, StopOptions{Comment: comment, Check: keep.sameOrigin})
		switch {
		case stopErr != nil:
			err = errors.Join(err, stopErr)
		case stop.ApplyContinues:
			err = errors.Join(err, fmt.Errorf("run %s of the same configuration version is being applied", r.ID))
		case stop.Verb != "":
			swept = append(swept, r.ID)
		}
	}
	return swept, err
}

// sameOrigin refuses a run that turns out to be of another workspace or
// configuration version, whatever a list said.
func (r Run) sameOrigin(look Run) error {
	if look.WorkspaceID == r.WorkspaceID && look.ConfigurationID == r.ConfigurationID {
		return nil
	}
	return fmt.Errorf("run %s is not of configuration version %s in workspace %s", look.ID, r.ConfigurationID, r.WorkspaceID)
}

// HasDuplicate reports whether another run of the configuration version is not over, as
// far as the newest runs of the workspace tell. It makes one attempt.
func (c *Client) HasDuplicate(ctx context.Context, run Run) (has bool) {
	seen := 0
	_ = c.runsOf(ctx, run.WorkspaceID, noRetry, func(r Run) bool {
		has = has || r.ConfigurationID == run.ConfigurationID && r.ID != run.ID && !r.Status.IsFinal()
		seen++
		return !has && seen < pageSize
	})
	return has && run.ConfigurationID != ""
}

// FindRunByConfiguration finds the run of a configuration version, if there is one by now: one that
// a list says is of it, and that does not itself say otherwise.
func (c *Client) FindRunByConfiguration(ctx context.Context, workspaceID, configurationID string) (Run, bool, error) {
	found, err := c.runsWith(ctx, workspaceID, configurationID)
	for _, r := range found {
		look, lookErr := c.readRun(ctx, r.ID, noRetry)
		if lookErr != nil || look.ConfigurationID == configurationID || look.ConfigurationID == "" {
			return r, true, nil
		}
	}
	return Run{}, false, err
}
