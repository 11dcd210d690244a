package run

import (
	"context"
	"errors"
	"io"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
)

// earlyPlan reads the plan while the run continues, so that the plan is available when the run ends. It makes one
// attempt; if that fails, the plan is read after the run.
type earlyPlan struct {
	follow.Observer // receives all events
	read            func(scalr.Run) planReading

	logComplete bool             // the log of the plan is complete
	finished    string           // id of the plan that the last poll reported as finished
	planID      string           // id of the plan being read
	result      chan planReading // receives the result of the attempt; nil before the attempt starts
}

// readPlanEarly returns an observer that starts an early plan read. Canceling ctx also cancels the read.
func (r *command) readPlanEarly(ctx context.Context) *earlyPlan {
	e := &earlyPlan{Observer: r.logger}
	if r.facts.plan != nil {
		return e
	}
	log := r.logs.of(scalr.PlanPhase)
	e.read = func(run scalr.Run) planReading {
		ctx, cancel := context.WithTimeout(ctx, planJSONTime)
		defer cancel()
		return r.readPlanJSON(ctx, run, log)
	}
	return e
}

// Polled starts the read when a second poll confirms that the plan is finished.
func (e *earlyPlan) Polled(run scalr.Run) {
	e.Observer.Polled(run)
	before := e.finished
	if e.finished = ""; run.Plan != nil && run.Plan.Status == scalr.TaskFinished {
		e.finished = run.Plan.ID
	}
	continues := !run.Status.IsFinal() && !run.Waiting() && run.State() != scalr.MaybeWaiting
	if e.read == nil || e.result != nil || !e.logComplete || !continues || e.finished == "" || e.finished != before {
		return
	}
	e.planID, e.result = run.Plan.ID, make(chan planReading, 1)
	go func() { e.result <- e.read(run) }()
}

// Restarted waits for the end of a read before the log that it uses is discarded, and allows no other read until the log is
// complete again.
func (e *earlyPlan) Restarted(p scalr.Phase) {
	if p == scalr.PlanPhase {
		e.logComplete = false
		if e.result != nil {
			e.result <- <-e.result
		}
	}
	e.Observer.Restarted(p)
}

// Log returns the destination of a log. The plan is not read before its log is complete.
func (e *earlyPlan) Log(p scalr.Phase) io.WriteCloser {
	log := e.Observer.Log(p)
	if p != scalr.PlanPhase {
		return log
	}
	return planLog{log, e}
}

// planLog sets logComplete when the log of the plan is closed.
type planLog struct {
	io.WriteCloser
	early *earlyPlan
}

func (l planLog) Close() error {
	l.early.logComplete = true
	return l.WriteCloser.Close()
}

// recordEarlyPlan waits for the attempt, if it has started, and records a conclusive result: a valid plan, or an
// error that the token cannot read the plan.
func (r *command) recordEarlyPlan(e *earlyPlan, run scalr.Run) {
	if e.result == nil {
		return
	}
	reading := <-e.result
	denied := errors.Is(reading.err, scalr.ErrForbidden) || errors.Is(reading.err, scalr.ErrRedirected)
	valid := reading.missing == "" && reading.plan.JSONProblem == ""
	if run.Plan != nil && run.Plan.ID == e.planID && (valid || denied) {
		r.recordPlan(reading, e.planID)
	}
}
