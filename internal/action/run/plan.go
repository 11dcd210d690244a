package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/retry"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

const (
	planJSONTime = 60 * time.Second
	mostPlanJSON = 512 << 20 // bytes; a larger one is not read
)

// plan reads, once, what the plan does: Scalr's sanitized JSON and the log, both
// as they come, before any redaction.
func (r *command) plan(ctx context.Context, run scalr.Run) tfplan.Plan {
	switch {
	case r.facts.plan != nil:
		return *r.facts.plan
	case run.Plan == nil || !run.Plan.Status.Final():
		return r.logs.of(scalr.PlanPhase).Plan(ctx, nil)
	}
	plan := r.readPlan(ctx, run)
	if ctx.Err() == nil {
		r.facts.plan = &plan
	}
	return plan
}

// readPlan reads the plan's JSON on its way to disk, where later steps find it.
func (r *command) readPlan(ctx context.Context, run scalr.Run) tfplan.Plan {
	log := r.logs.of(scalr.PlanPhase)
	if run.Plan.Status != scalr.TaskFinished {
		return log.Plan(ctx, nil)
	}
	var plan tfplan.Plan
	_, _ = retry.Do(ctx, planJSONPolicy, func() (err error) {
		plan, err = r.readPlanJSON(ctx, run, log)
		return err
	})
	if r.facts.planJSONMissing != "" {
		r.Job.Debugf("plan JSON: %s", r.facts.planJSONMissing)
	}
	return plan
}

// planJSONPolicy repeats a download after a second, or later if the server asks for it.
var planJSONPolicy = retry.Policy{
	Attempts: 3,
	Retryable: func(err error) (retry.Delay, bool) {
		delay := time.Second
		var e *scalr.Error
		if errors.As(err, &e) && e.RetryAfter != nil {
			delay = max(delay, *e.RetryAfter)
		}
		return retry.Exactly(delay), errors.Is(err, scalr.ErrUnavailable)
	},
}

// readPlanJSON makes one attempt. The error is of the download.
func (r *command) readPlanJSON(ctx context.Context, run scalr.Run, log *stageLog) (tfplan.Plan, error) {
	r.facts.planJSONMissing = ""
	body, err := r.client.PlanJSON(ctx, run.Plan.ID)
	if err != nil || body == nil {
		r.facts.planJSONMissing = whyNoJSON(err)
		return log.Plan(ctx, nil), err
	}
	defer body.Close()
	file := planJSONFile(r.Step, fmt.Sprintf("scalr-%s-plan.json", run.ID))
	download := &download{from: io.LimitReader(body, mostPlanJSON)}
	source := io.TeeReader(download, file)
	plan := log.Plan(ctx, source)
	io.Copy(io.Discard, source) // the file holds what was not needed, too
	if download.size == 0 && download.err == nil {
		plan = log.Plan(ctx, nil)
	}
	if download.err != nil || download.size == 0 || download.size >= mostPlanJSON {
		file.remove()
		plan.JSON.Complete = false
		r.facts.planJSONMissing = whyNoJSON(download.err)
		if download.size >= mostPlanJSON {
			r.facts.planJSONMissing = "it is larger than 512 MiB"
		}
		return plan, download.err
	}
	if err := file.keep(); err != nil {
		r.Job.Warnf("The plan JSON that Scalr sent is not kept for later steps, and plan-json-file is left empty: %v.", err)
	}
	r.facts.planFile = file.shown()
	return plan, nil
}

// download remembers how much came and what ended it.
type download struct {
	from io.Reader
	size int64
	err  error // nil at the end of the document
}

func (d *download) Read(p []byte) (int, error) {
	n, err := d.from.Read(p)
	d.size += int64(n)
	if err != nil && err != io.EOF {
		d.err = err
	}
	return n, err
}

func whyNoJSON(err error) string {
	switch {
	case err == nil:
		return "Scalr has none for this plan"
	case errors.Is(err, scalr.ErrForbidden), errors.Is(err, scalr.ErrNotFound):
		return "Scalr has none, or the token may not read it"
	case errors.Is(err, scalr.ErrRedirected):
		return "Scalr can only give the plan with its secrets, which is not fetched"
	}
	var e *scalr.Error
	if errors.As(err, &e) && e.HTTPStatus == 413 {
		return "it is too large for Scalr to serve"
	}
	return "it could not be read: " + step.Sentence(err)
}
