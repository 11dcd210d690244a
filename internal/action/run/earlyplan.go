package run

import (
	"context"
	"errors"
	"io"

	"scalr-run-action/internal/follow"
	"scalr-run-action/internal/scalr"
)

// earlyPlan reads the plan of a run that goes on after it, so that it is there when the
// run ends. It makes one attempt; if that fails, the plan is read at the end of the run.
type earlyPlan struct {
	follow.Observer // which it passes everything to
	read            func(scalr.Run) planReading

	logComplete bool             // nothing is written to the plan's log any more
	finished    string           // the plan, if the last poll showed that it is finished
	planID      string           // the plan that is read
	result      chan planReading // has one element when the attempt is over; nil before it begins
}

// readPlanEarly returns an observer for a run that is followed until ctx ends, as the attempt does.
func (r *command) readPlanEarly(ctx context.Context) *earlyPlan {
	e := &earlyPlan{Observer: r.narrator}
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

// Polled starts to read the plan once a second poll confirms that it is finished.
func (e *earlyPlan) Polled(run scalr.Run) {
	e.Observer.Polled(run)
	before := e.finished
	if e.finished = ""; run.Plan != nil && run.Plan.Status == scalr.TaskFinished {
		e.finished = run.Plan.ID
	}
	goesOn := !run.Status.IsFinal() && !run.Waiting() && run.Stage() != scalr.MaybeWaiting
	if e.read == nil || e.result != nil || !e.logComplete || !goesOn || e.finished == "" || e.finished != before {
		return
	}
	e.planID, e.result = run.Plan.ID, make(chan planReading, 1)
	go func() { e.result <- e.read(run) }()
}

// Log observes the end of the plan's log.
func (e *earlyPlan) Log(p scalr.Phase) io.WriteCloser {
	log := e.Observer.Log(p)
	if p != scalr.PlanPhase {
		return log
	}
	return planLog{log, e}
}

type planLog struct {
	io.WriteCloser
	early *earlyPlan
}

func (l planLog) Close() error {
	l.early.logComplete = true
	return l.WriteCloser.Close()
}

// recordEarlyPlan waits for the attempt, if it has begun, and records its result if that would be the
// same at the end of the run.
func (r *command) recordEarlyPlan(e *earlyPlan, run scalr.Run) {
	if e.result == nil {
		return
	}
	reading := <-e.result
	denied := errors.Is(reading.err, scalr.ErrForbidden) || errors.Is(reading.err, scalr.ErrRedirected)
	valid := reading.missing == "" && reading.plan.JSONProblem == ""
	if run.Plan != nil && run.Plan.ID == e.planID && (valid || denied) {
		r.recordPlan(reading)
	}
}
