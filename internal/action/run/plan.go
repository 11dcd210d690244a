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
	maxPlanJSON  = 512 << 20 // bytes; a larger plan is not read
)

// plan returns the changes of the plan, from Scalr's sanitized JSON and from the log, both without redaction. It
// reads them once, and again if another plan replaced the one that was read.
func (r *command) plan(ctx context.Context, run scalr.Run) tfplan.Plan {
	switch {
	case r.facts.plan != nil && (run.Plan == nil || run.Plan.ID == r.facts.planID):
		return *r.facts.plan
	case run.Plan == nil || !run.Plan.Status.Final():
		return r.logs.of(scalr.PlanPhase).Plan(ctx, nil)
	}
	reading := r.readPlan(ctx, run)
	r.recordPlan(reading, run.Plan.ID)
	if ctx.Err() != nil {
		r.facts.plan = nil // read again in the reporting phase
	}
	return reading.plan
}

// planReading is the result of reading a plan.
type planReading struct {
	plan    tfplan.Plan
	file    string // name of the JSON file for later steps; "" for none
	saveErr error  // why the JSON is not saved for later steps
	missing string // why there is no JSON; "" if there is, or it was not requested
	err     error  // error of the download
}

// recordPlan records a plan and logs why its JSON is missing or not saved.
func (r *command) recordPlan(p planReading, id string) {
	r.facts.planID = id
	r.facts.plan, r.facts.planFile, r.facts.planJSONMissing, r.facts.planJSONErr = &p.plan, p.file, p.missing, nil
	if noJSON(p.err) == "" {
		r.facts.planJSONErr = p.err
	}
	if p.plan.JSONLog {
		r.Job.Noticef("The plan's log is in JSON, of which only errors and warnings are read. Remove -json from Terraform's arguments, " +
			"for example in TF_CLI_ARGS_plan, for a complete report and for `fail-on`.")
	}
	if p.missing != "" {
		r.Job.Debugf("plan JSON: %s", p.missing)
	}
	if p.saveErr != nil {
		r.Job.Warnf("The plan JSON that Scalr sent is not saved for later steps, and plan-json-file is left empty: %v.", p.saveErr)
	}
}

// readPlan reads the JSON of the plan and saves it for later steps. It retries failed downloads.
func (r *command) readPlan(ctx context.Context, run scalr.Run) planReading {
	log := r.logs.of(scalr.PlanPhase)
	if run.Plan.Status != scalr.TaskFinished {
		return planReading{plan: log.Plan(ctx, nil)}
	}
	var reading planReading
	_, _ = retry.Do(ctx, retryRead(3, planJSONTime), func() error {
		reading = r.readPlanJSON(ctx, run, log)
		return reading.err
	})
	return reading
}

// retryRead retries a read after a second, or after the server's Retry-After if that is longer. most limits the waits.
func retryRead(attempts int, most time.Duration) retry.Policy {
	return retry.Policy{Attempts: attempts, Budget: retry.NewBudget(most), Retryable: func(err error) (retry.Delay, bool) {
		delay := time.Second
		var e *scalr.Error
		if errors.As(err, &e) && e.RetryAfter != nil {
			delay = max(delay, *e.RetryAfter)
		}
		return retry.Exactly(delay), errors.Is(err, scalr.ErrUnavailable) || errors.Is(err, scalr.ErrRateLimited)
	}}
}

// readPlanJSON makes one attempt. No log output may be written during the call.
func (r *command) readPlanJSON(ctx context.Context, run scalr.Run, log *stageLog) planReading {
	body, err := r.client.PlanJSON(ctx, run.Plan.ID)
	if err != nil || body == nil {
		return planReading{plan: log.Plan(ctx, nil), missing: whyNoJSON(err), err: err}
	}
	defer body.Close()
	file := createJSONFile(r.Step, fmt.Sprintf("scalr-%s-plan.json", run.ID))
	download := &download{from: io.LimitReader(body, maxPlanJSON)}
	source := io.TeeReader(download, file)
	plan := log.Plan(ctx, source)
	io.Copy(io.Discard, source) // save the rest of the document
	if download.size == 0 && download.err == nil {
		plan = log.Plan(ctx, nil)
	}
	if download.err != nil || download.size == 0 || download.size >= maxPlanJSON {
		file.remove()
		plan.JSON.Complete = false
		missing := whyNoJSON(download.err)
		if download.size >= maxPlanJSON {
			missing = "it is larger than 512 MiB"
		}
		return planReading{plan: plan, missing: missing, err: download.err}
	}
	saveErr := file.keep()
	return planReading{plan: plan, file: file.fileName(), saveErr: saveErr}
}

// download counts the bytes read and keeps the read error.
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
	if why := noJSON(err); why != "" {
		return why
	}
	return "it could not be read: " + step.Sentence(err)
}

// noJSON returns why Scalr has no JSON for the plan, or does not serve it; "" after any other error.
func noJSON(err error) string {
	switch {
	case err == nil:
		return "Scalr has none for this plan"
	case errors.Is(err, scalr.ErrForbidden), errors.Is(err, scalr.ErrNotFound):
		return "Scalr has none, or the token may not read it"
	case errors.Is(err, scalr.ErrRedirected):
		return "Scalr offers the plan only with its secrets, so it is not fetched"
	}
	var e *scalr.Error
	if errors.As(err, &e) && e.HTTPStatus == 413 {
		return "it is too large for Scalr to serve"
	}
	return ""
}
