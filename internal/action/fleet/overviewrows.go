package fleet

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

const (
	concurrentReads = 4        // number of workspaces that are read concurrently
	maxPlanJSON     = 64 << 20 // maximum bytes of a plan's JSON
	maxPlanLog      = 64 << 20 // maximum bytes of a log
	maxDiffs        = 4 << 20  // maximum bytes of all diffs; beyond that only addresses are shown
)

// rows reads the effects of all runs. If those of a run cannot be read, they are unknown. rows returns an error only
// if the context ends.
func (c *overviewCommand) rows(ctx context.Context, all []*searchTarget) ([]report.Row, error) {
	rows := make([]report.Row, len(all))
	var diffs atomic.Int64
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(concurrentReads, len(all)) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(all) {
					return
				}
				rows[i] = c.row(ctx, all[i])
				rows[i].DiffsOmitted = limitDiffs(&rows[i].Plan, &diffs)
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	end := c.Job.Group(fmt.Sprintf("Workspaces: %d", len(rows)))
	for _, r := range rows {
		c.Job.Infof("%s: %s", title(r.Workspace), strings.TrimSuffix(string(r.Result)+" "+r.RunURL, " "))
	}
	end()
	return rows, nil
}

// limitDiffs removes the diffs of a plan if the total size of all diffs exceeds the limit. It reports whether it did.
func limitDiffs(p *tfplan.Plan, size *atomic.Int64) bool {
	n := len(p.OutputDiff)
	for _, list := range [][]tfplan.Change{p.Changes, p.Drift} {
		for _, change := range list {
			n += len(change.Diff)
		}
	}
	omitted := n > 0 && size.Add(int64(n)) > maxDiffs
	if omitted {
		dropDiffs(p)
	}
	return omitted
}

func dropDiffs(p *tfplan.Plan) {
	p.OutputDiff = ""
	for _, list := range [][]tfplan.Change{p.Changes, p.Drift} {
		for i := range list {
			list[i].Diff = ""
		}
	}
}

func (c *overviewCommand) row(ctx context.Context, w *searchTarget) report.Row {
	r := report.Row{Because: w.Because}
	r.Workspace = scalr.Workspace{ID: w.ID, Name: w.Name, EnvironmentID: w.EnvironmentID, Environment: w.Environment}
	if w.run == nil {
		r.WorkspaceURL = c.client.WorkspaceURL(w.EnvironmentID, w.ID)
		if r.Result = report.RowUnknown; w.absent {
			r.Result = report.RowMissing
		}
		return r
	}
	c.setRun(&r, w)
	run, whole := w.run.Run, w.run.Whole
	if !whole {
		var err error
		if run, err = c.client.Run(ctx, w.run.ID); err != nil {
			r.Result = report.RowUnknown
			return r
		}
		r.Run = run
	}
	if n := len(run.Transitions); n > 0 && !run.CreatedAt.IsZero() {
		r.Took = run.Transitions[n-1].At.Sub(run.CreatedAt)
	}
	switch {
	case w.unsure:
		r.Result = report.RowUnknown
	case !finished(run):
		r.Result = report.RowRunning
	default:
		c.readOutcome(ctx, &r, whole)
	}
	return r
}

// setRun sets the run, its workspace and their URLs.
func (c *overviewCommand) setRun(r *report.Row, w *searchTarget) {
	r.Run = w.run.Run
	seen := w.run.Workspace
	seen.ID, seen.EnvironmentID = w.run.WorkspaceID, w.run.EnvironmentID
	seen.Environment = cmp.Or(seen.Environment, w.Environment)
	if seen.Name == "" { // the response does not include the workspace
		seen.Name, seen.RunAll = w.Name, true
	}
	r.Workspace = seen
	r.WorkspaceURL = c.client.WorkspaceURL(seen.EnvironmentID, seen.ID)
	r.RunURL = c.client.RunURL(seen.EnvironmentID, seen.ID, r.Run.ID)
}

// finished reports whether the run is final or waits for a person. A run with an unknown status is finished if its
// plan and its apply are final.
func finished(r scalr.Run) bool {
	switch r.State() {
	case scalr.Queued, scalr.Working:
		return r.Status == scalr.StatusPostApplyFinished
	case scalr.MaybeWaiting:
		return r.NothingToApply() || r.Waiting()
	case scalr.Unknown:
		return r.TasksFinal()
	}
	return true
}

// readOutcome sets the outcome of a finished run. It reads the plan if the report shows its changes.
func (c *overviewCommand) readOutcome(ctx context.Context, r *report.Row, whole bool) {
	o := step.OutcomeOfRun(r.Run)
	if o.Code == step.CodeUnknownStatus {
		o.Problem = fmt.Sprintf("The run stays in an unknown status: %q.", r.Run.Status)
	}
	switch o.Result {
	case result.NoChanges:
		if gate.EffectsOf(r.Run, tfplan.Plan{}, r.Workspace.RunAll).Changes == gate.No {
			break // all values that Scalr reports agree
		}
		fallthrough
	case result.Planned, result.Applied, result.NeedsConfirmation, result.Saved, result.NeedsOverride:
		r.Plan = c.plan(ctx, r, true, true)
		o = step.CorrectByPlan(o, r.Run, r.Plan, r.Effects().Changes)
	case result.Discarded:
		if step.DiscardedIdle(r.Run) {
			o = c.outcomeOfIdle(ctx, r, o)
		}
	case result.Errored:
		c.readFailure(ctx, r, whole)
	case result.Canceled:
		if r.Run.Applied() {
			c.readFailure(ctx, r, whole)
		}
	}
	r.Result, r.ErrorCode, r.Problem = o.Result, string(o.Code), o.Problem
	c.removeRawLog(&r.Report)
}

// outcomeOfIdle returns the outcome of a run that was discarded because it had nothing to apply: no-changes, unless its
// plan has changes.
func (c *overviewCommand) outcomeOfIdle(ctx context.Context, r *report.Row, discarded step.Outcome) step.Outcome {
	idle := step.Outcome{Result: result.NoChanges}
	if r.Effects().Changes == gate.No {
		return idle // all values that Scalr reports agree
	}
	r.Plan = c.plan(ctx, r, true, true)
	if step.CorrectByPlan(idle, r.Run, r.Plan, r.Effects().Changes).Result != result.NoChanges {
		return discarded
	}
	return idle
}

// readFailure reads the log of the failed stage and, after an apply, the plan as well. It makes at most three
// requests, including the one for the run.
func (c *overviewCommand) readFailure(ctx context.Context, r *report.Row, whole bool) {
	if !r.Run.Applied() {
		r.Plan = c.plan(ctx, r, false, true)
		return
	}
	r.Plan = c.plan(ctx, r, true, whole)
	log := tfplan.NewLog(c.Redact)
	c.readLog(ctx, log, scalr.Log{Phase: scalr.ApplyPhase, ID: r.Run.Apply.ID})
	r.Apply = log.Apply()
}

// plan reads the plan of a run from its JSON, its log, or both.
func (c *overviewCommand) plan(ctx context.Context, r *report.Row, withJSON, withLog bool) tfplan.Plan {
	log := tfplan.NewLog(c.Redact)
	if r.Workspace.RunAll {
		log.SeveralUnits()
	}
	if r.Run.Plan == nil {
		return log.Plan(ctx, nil)
	}
	if withLog && r.Run.Plan.Status.Started() {
		c.readLog(ctx, log, scalr.Log{Phase: scalr.PlanPhase, ID: r.Run.Plan.ID})
	}
	if !withJSON || r.Run.Plan.Status != scalr.TaskFinished {
		return log.Plan(ctx, nil)
	}
	body, err := c.client.PlanJSON(ctx, r.Run.Plan.ID)
	if err != nil || body == nil {
		return log.Plan(ctx, nil)
	}
	defer body.Close()
	source := &limitedReader{from: body, left: maxPlanJSON}
	plan := log.Plan(ctx, source)
	if source.incomplete {
		plan.JSON.Complete = false
	}
	return plan
}

// logQuiet is the longest time without data while a log is read.
const logQuiet = 10 * time.Second

// readLog reads a log up to the size limit. Errors are ignored.
func (c *overviewCommand) readLog(ctx context.Context, log *tfplan.Log, l scalr.Log) {
	body, err := c.client.Log(ctx, l, logQuiet)
	if err != nil || body == nil {
		return
	}
	defer body.Close()
	_, _ = io.Copy(log, io.LimitReader(body, maxPlanLog)) // an incomplete plan log is not evaluated
}

// limitedReader limits the bytes that are read, and records whether the text was incomplete.
type limitedReader struct {
	from       io.Reader
	left       int64
	incomplete bool
}

func (b *limitedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		b.incomplete = true
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.incomplete = b.incomplete || err != nil && err != io.EOF
	return n, err
}

// removeRawLog removes text that comes only from a log, because Scalr sanitizes only the plan's JSON. It keeps the
// text if the input redact lists the secrets that the log may contain.
func (c *overviewCommand) removeRawLog(r *report.Report) {
	if len(c.in.Redact) > 0 {
		return
	}
	r.Plan.Tail, r.Apply.Tail = "", ""
	if !r.Plan.JSON.Complete || r.Plan.JSONProblem != "" {
		dropDiffs(&r.Plan)
	}
}
