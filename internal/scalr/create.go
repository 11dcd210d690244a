package scalr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// RunRequest is what a run is asked to do. Fields left at zero are not sent,
// so that the workspace's own settings hold.
type RunRequest struct {
	WorkspaceID, ConfigurationID string
	Dry, Destroy, SavePlan       bool
	AutoApply                    *bool
	NoRefresh, RefreshOnly       bool
	Targets, Replace             []string
	Variables                    []Variable
	Message                      string
}

// Variable is a variable of one run only; nothing of it stays in the workspace.
type Variable struct {
	Key, Value string
	Shell      bool // an environment variable, not an input of the configuration
	HCL        bool
	Sensitive  bool
}

// UnknownRunError is a creation whose answer was lost and whose run was not
// found: it may exist, now or later.
type UnknownRunError struct {
	ConfigurationID string
	Cause           error
}

func (e *UnknownRunError) Error() string {
	return fmt.Sprintf("create a run from configuration version %s: no usable answer came and no such run was found: %v", e.ConfigurationID, e.Cause)
}

// Unwrap gives the last reason.
func (e *UnknownRunError) Unwrap() error { return e.Cause }

const mostCreations = 3

// CreateRun creates exactly one run. Nobody else uses the configuration
// version, so it is the key: after an answer that got lost, the run is looked
// for by it, and only if it surely does not exist is another one asked for.
// doubtful tells that an answer was lost, so that a second run may yet appear:
// then sweep for it (see [Client.Sweep]).
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
			return Run{}, doubtful, &UnknownRunError{q.ConfigurationID, lookErr}
		}
	}
	return Run{}, doubtful, &UnknownRunError{q.ConfigurationID, err}
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
	op := "create a run in workspace " + q.WorkspaceID
	k := call{
		op: op, method: http.MethodPost, path: []string{"runs"}, kind: documentType, policy: creating,
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

func notUploadedYet(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.HTTPStatus != http.StatusUnprocessableEntity {
		return false
	}
	for _, p := range e.Problems {
		if strings.HasSuffix(p.Pointer, "/configuration-version") {
			return true
		}
	}
	return false
}

func (q RunRequest) attributes() map[string]any {
	a := map[string]any{"is-dry": q.Dry, "source": "api"}
	for name, set := range map[string]bool{"is-destroy": q.Destroy, "save-plan": q.SavePlan, "refresh-only": q.RefreshOnly} {
		if set {
			a[name] = true
		}
	}
	if q.NoRefresh {
		a["refresh"] = false
	}
	if q.AutoApply != nil {
		a["auto-apply"] = *q.AutoApply
	}
	if q.Message != "" {
		a["message"] = q.Message
	}
	for name, addresses := range map[string][]string{"target-addrs": q.Targets, "replace-addrs": q.Replace} {
		if len(addresses) > 0 {
			a[name] = addresses
		}
	}
	if len(q.Variables) > 0 {
		a["variables"] = q.variables()
	}
	return a
}

// variables uses the category shell for environment variables: it is the word
// of the vendor's own clients; the schema's env is the older one.
func (q RunRequest) variables() []map[string]any {
	list := make([]map[string]any, 0, len(q.Variables))
	for _, v := range q.Variables {
		category := "terraform"
		if v.Shell {
			category = "shell"
		}
		list = append(list, map[string]any{"key": v.Key, "value": v.Value, "category": category, "hcl": v.HCL, "sensitive": v.Sensitive})
	}
	return list
}

// awaitRun looks for the run of the configuration version for the whole window.
func (c *Client) awaitRun(ctx context.Context, q RunRequest, window time.Duration) (Run, bool, error) {
	began := time.Now()
	for wait := time.Second; ; wait = min(2*wait, 8*time.Second) {
		found, err := c.runsWith(ctx, q.WorkspaceID, q.ConfigurationID)
		if len(found) > 0 {
			return found[0], true, nil
		}
		left := window - time.Since(began)
		if left <= 0 {
			return Run{}, false, err
		}
		if err := pause(ctx, min(wait, left)); err != nil {
			return Run{}, false, err
		}
	}
}

// runsWith gives the workspace's runs of the configuration version, the oldest
// first, so that everybody who looks adopts the same one.
func (c *Client) runsWith(ctx context.Context, workspaceID, configurationID string) ([]Run, error) {
	var found []Run
	err := c.runsOf(ctx, workspaceID, lookingUp, func(r Run) bool {
		if r.ConfigurationID == configurationID {
			found = append([]Run{r}, found...)
		}
		return true
	})
	return found, err
}

// Sweep stops every run of the configuration version but the one kept, and
// gives their ids: a creation whose answer was lost may come true late.
func (c *Client) Sweep(ctx context.Context, keep Run, comment string) ([]string, error) {
	found, err := c.runsWith(ctx, keep.WorkspaceID, keep.ConfigurationID)
	var swept []string
	for _, r := range found {
		if r.ID == keep.ID || r.Status.Over() {
			continue
		}
		if _, stopErr := c.Stop(ctx, r, Stopping{Comment: comment}); stopErr != nil {
			err = errors.Join(err, stopErr)
			continue
		}
		swept = append(swept, r.ID)
	}
	return swept, err
}

// RunOf finds the run of a configuration version, if there is one by now.
func (c *Client) RunOf(ctx context.Context, workspaceID, configurationID string) (Run, bool, error) {
	found, err := c.runsWith(ctx, workspaceID, configurationID)
	if len(found) == 0 {
		return Run{}, false, err
	}
	return found[0], true, nil
}
