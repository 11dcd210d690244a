package scalr

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"scalr-run-action/internal/sanitize"
)

// CreateRun creates a run and does not retry once Scalr may have received the request. Callers use package runs
// instead, which determines the outcome if the response is lost.
func (c *Client) CreateRun(ctx context.Context, q RunRequest) (run Run, err error) {
	op := OpCreateRun.on(q.WorkspaceID)
	err = c.do(ctx, call{
		op: op, method: http.MethodPost, path: []string{"runs"}, kind: documentType, policy: createPolicy,
		body: body("runs", "", q.attributes(), map[string]any{
			"workspace":             reference{"workspaces", q.WorkspaceID},
			"configuration-version": reference{"configuration-versions", q.ConfigurationID},
		}),
		read: func(a answer) (err error) { run, err = a.run(op, ""); return err },
	})
	return run, err
}

// Run reads a run. It returns an error immediately if the run does not exist.
func (c *Client) Run(ctx context.Context, id string) (Run, error) {
	return c.ReadRun(ctx, id, Normal)
}

// ReadRun is like Run with the given effort.
func (c *Client) ReadRun(ctx context.Context, id string, e Effort) (Run, error) {
	return c.readRun(ctx, id, e.forReading())
}

// PollRun reads a run that is known to exist, while it is being followed: it retries for an outage of ten minutes and
// attributes a 404 in the first half minute to the lag of a replica.
func (c *Client) PollRun(ctx context.Context, id string) (Run, error) {
	return c.readRun(ctx, id, followPolicy)
}

func (c *Client) readRun(ctx context.Context, id string, p policy) (run Run, err error) {
	op := OpReadRun.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"runs", id}, query: url.Values{"include": {runIncludes}}, policy: p,
		read: func(a answer) (err error) { run, err = a.run(op, id); return err },
	})
	if err != nil {
		return Run{}, err
	}
	return c.complete(ctx, run), nil
}

const (
	mostStatus = 100 // bytes of a run's status
	// mostChecks is the maximum number of policy checks of a run. No check is omitted, since each could be the failed
	// one. Each check that is not included costs a request.
	mostChecks = 100
)

// run reads the response. It returns an error if the response describes a run other than the requested one (any run is
// accepted if id is empty) or has no status.
func (a answer) run(op Op, id string) (Run, error) {
	r, doc, err := a.one(op, "runs")
	if err != nil {
		return Run{}, err
	}
	if id != "" && r.ID != id {
		return Run{}, malformed(op, "the response is for another run: "+r.ID)
	}
	if s := r.Attributes.text("status"); s == "" || s != sanitize.Note(s, mostStatus) {
		return Run{}, malformed(op, "the response has no valid status")
	}
	if n := len(r.refs("policy-checks")); n > mostChecks {
		return Run{}, malformed(op, fmt.Sprintf("the run has %d policy checks, more than the %d that are read", n, mostChecks))
	}
	return doc.run(r), nil
}

// complete reads the parts that are not included in the run. It is best effort: the next poll tries again.
func (c *Client) complete(ctx context.Context, r Run) Run {
	if r.Plan != nil && r.Plan.Status == "" {
		if part, ok := c.part(ctx, "plans", r.Plan.ID); ok {
			r.Plan = part.plan(part.ID)
		}
	}
	if r.Apply != nil && r.Apply.Status == "" {
		if part, ok := c.part(ctx, "applies", r.Apply.ID); ok {
			r.Apply = part.apply(part.ID)
		}
	}
	if r.Cost != nil && r.Cost.Status == "" {
		if part, ok := c.part(ctx, "cost-estimates", r.Cost.ID); ok {
			r.Cost = part.cost(part.ID)
		}
	}
	for i, p := range r.Policies {
		if p.Status == "" {
			if part, ok := c.part(ctx, "policy-checks", p.ID); ok {
				r.Policies[i] = part.policyCheck(part.ID)
			}
		}
	}
	return r
}

func (c *Client) part(ctx context.Context, kind, id string) (r resource, ok bool) {
	op := OpReadRunPart.on(kind + " " + id)
	err := c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{kind, id}, policy: noRetry,
		read: func(a answer) (err error) {
			if r, _, err = a.one(op, kind); err == nil && r.ID != id {
				err = malformed(op, "the answer is for "+r.ID)
			}
			return err
		},
	})
	return r, err == nil
}

// Check is called before every attempt of an action, including retries: the object may have changed since the previous
// attempt, or the previous attempt may have changed it if only its response was lost. An error prevents the attempt and is
// returned unchanged. A nil Check allows every attempt.
type Check func(context.Context) error

// Confirm confirms the apply of a run. ErrConflict means that the run is not waiting for confirmation yet or no longer:
// read it again.
func (c *Client) Confirm(ctx context.Context, id, comment string, check Check) error {
	return c.act(ctx, OpApplyRun, id, comment, defaultPolicy, check)
}

// Override overrides the soft failures of a policy check. The API does not accept a comment.
func (c *Client) Override(ctx context.Context, policyCheckID string, check Check) error {
	return c.do(ctx, call{op: OpOverridePolicyCheck.on(policyCheckID), method: http.MethodPost,
		path: []string{"policy-checks", policyCheckID, "actions", "override"}, policy: defaultPolicy, check: check})
}

// CancelRun cancels a run in progress. ErrConflict means that it is not in progress, or no longer.
func (c *Client) CancelRun(ctx context.Context, id, comment string, e Effort, check Check) error {
	return c.act(ctx, OpCancelRun, id, comment, e.forAction(), check)
}

// DiscardRun discards a run that waits for a person. ErrConflict means that it is not waiting, or no longer.
func (c *Client) DiscardRun(ctx context.Context, id, comment string, e Effort, check Check) error {
	return c.act(ctx, OpDiscardRun, id, comment, e.forAction(), check)
}

// verbs are the names of a run's actions in API paths.
var verbs = map[Operation]string{OpApplyRun: "apply", OpCancelRun: "cancel", OpDiscardRun: "discard"}

// act sends one of a run's actions. The API accepts a plain object and returns no body: 202, or 204 if there was
// nothing to do.
func (c *Client) act(ctx context.Context, action Operation, id, comment string, p policy, check Check) error {
	return c.do(ctx, call{op: action.on(id), method: http.MethodPost, path: []string{"runs", id, "actions", verbs[action]},
		kind: actionType, body: map[string]any{"comment": comment}, policy: p, check: check})
}

// ListRuns lists the runs of a workspace, newest first, page by page, until visit returns false. Policy checks and
// transitions are omitted.
func (c *Client) ListRuns(ctx context.Context, workspaceID string, e Effort, visit func(Run) (more bool)) error {
	query := url.Values{"filter[workspace]": {workspaceID}, "include": {"created-by"}}
	return c.pages(ctx, OpListRuns.on("workspace "+workspaceID), []string{"runs"}, "runs", query, e.forReading(), func(r resource, d document) bool {
		run := d.run(r)
		run.Policies, run.Transitions = nil, nil // not requested, and of unbounded length
		return visit(run)
	})
}

const maxSeen = 1000 // number of runs searched for active ones

// ActiveRuns lists the runs of a workspace that are not final, among its newest thousand. It makes a single attempt.
func (c *Client) ActiveRuns(ctx context.Context, workspaceID string) ([]Run, error) {
	var list []Run
	seen := 0
	err := c.ListRuns(ctx, workspaceID, Once, func(r Run) bool {
		if !r.Status.IsFinal() {
			list = append(list, r)
		}
		seen++
		return seen < maxSeen
	})
	return list, err
}

// RunsInProgress returns id and status of the runs of a workspace that have not finished, for decisions that must not
// miss one: it returns an error if the list cannot be read or is not complete within the newest thousand runs.
func (c *Client) RunsInProgress(ctx context.Context, workspaceID string) ([]Run, error) {
	var list []Run
	op, seen := OpListRuns.on("workspace "+workspaceID), 0
	query := url.Values{"filter[workspace]": {workspaceID}}
	whole, err := c.wholeList(ctx, op, []string{"runs"}, "runs", query, defaultPolicy, func(r resource, d document) bool {
		run := d.run(r)
		if !run.Status.IsFinal() && (run.WorkspaceID == workspaceID || run.WorkspaceID == "") {
			list = append(list, Run{ID: run.ID, Status: run.Status})
		}
		seen++
		return seen < maxSeen
	})
	if err == nil && !whole && seen < maxSeen {
		err = malformed(op, "the list contradicts its own length")
	}
	return list, err
}
