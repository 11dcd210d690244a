package action

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

const (
	planJSONTime  = 60 * time.Second
	planJSONTries = 3
	mostPlanJSON  = 512 << 20 // bytes; a bigger one is a fault of somebody's
)

// plan reads, once, what the plan does: Scalr's sanitized JSON and the log.
func (r *runStory) plan(run scalr.Run) tfplan.Plan {
	if r.planned == nil && run.Plan != nil && run.Plan.Status.Final() {
		ctx, cancel := r.publishing(planJSONTime)
		defer cancel()
		p := tfplan.ReadPlan(r.planJSON(ctx, run), r.logs.read(scalr.PlanPhase))
		r.planned = &p
	}
	if r.planned == nil {
		return tfplan.ReadPlan(nil, r.logs.read(scalr.PlanPhase))
	}
	return *r.planned
}

// planJSON brings the plan's JSON to disk, for the report and for later steps.
// Without it both do with less.
func (r *runStory) planJSON(ctx context.Context, run scalr.Run) *io.SectionReader {
	if run.Plan.Status != "finished" {
		return nil
	}
	name := fmt.Sprintf("scalr-%s-plan.json", run.ID)
	file, shown := r.spool(true, name)
	if file == nil {
		r.report.PlanJSONMissing = "there is no room for it on the runner"
		return nil
	}
	size, err := r.download(ctx, run.Plan.ID, file)
	if err != nil || size == 0 || size >= mostPlanJSON {
		r.report.PlanJSONMissing = whyNoJSON(err)
		if size >= mostPlanJSON {
			r.report.PlanJSONMissing = "it is larger than 512 MiB"
		}
		r.job.Debugf("plan JSON: %s", r.report.PlanJSONMissing)
		file.Close()
		if shown != "" {
			os.Remove(file.Name())
		}
		return nil
	}
	r.planFile = shown
	r.planJSONFile = file
	return io.NewSectionReader(file, 0, size)
}

func (r *runStory) download(ctx context.Context, planID string, file *os.File) (size int64, err error) {
	for n := 0; n < planJSONTries; n++ {
		if n > 0 && pause(ctx, time.Second) != nil {
			break
		}
		if err = file.Truncate(0); err != nil {
			return 0, err
		}
		file.Seek(0, io.SeekStart)
		var body *scalr.LogBody
		body, err = r.client.PlanJSON(ctx, planID)
		if err == nil && body != nil {
			out := &cleaned{to: file, clean: r.redact.Stream()}
			_, err = io.Copy(out, io.LimitReader(body, mostPlanJSON))
			body.Close()
			out.end()
			size = out.n
		}
		if err == nil && body != nil || err != nil && !errors.Is(err, scalr.ErrUnavailable) {
			break
		}
	}
	return size, err
}

func whyNoJSON(err error) string {
	switch {
	case err == nil:
		return "Scalr has none for this plan"
	case errors.Is(err, scalr.ErrForbidden), errors.Is(err, scalr.ErrNotFound):
		return "the token may not read it"
	case errors.Is(err, scalr.ErrRedirected):
		return "Scalr can only give the plan with its secrets, which is not fetched"
	}
	var e *scalr.Error
	if errors.As(err, &e) && e.HTTPStatus == 413 {
		return "it is too large for Scalr to serve"
	}
	return "it could not be read: " + sentence(err)
}
