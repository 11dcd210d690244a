package run

import (
	"io"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
)

// discardObserver is an observer that ignores all events.
type discardObserver struct{}

func (discardObserver) Polled(scalr.Run)               {}
func (discardObserver) Log(scalr.Phase) io.WriteCloser { return discardObserver{} }
func (discardObserver) Restarted(scalr.Phase)          {}
func (discardObserver) LogTrouble(scalr.Phase, error)  {}
func (discardObserver) PollTrouble(error)              {}
func (discardObserver) Write(p []byte) (int, error)    { return len(p), nil }
func (discardObserver) Close() error                   { return nil }

// TestEarlyPlanStarts checks that the plan is read after two polls report it as finished, if its log is closed and
// the run continues.
func TestEarlyPlanStarts(t *testing.T) {
	t.Parallel()
	run := func(status scalr.Status, plan scalr.TaskStatus) scalr.Run {
		return scalr.Run{ID: "run-1", Status: status, Plan: &scalr.Plan{ID: "plan-1", Status: plan}}
	}
	other := run(scalr.StatusApplying, scalr.TaskFinished)
	other.Plan = &scalr.Plan{ID: "plan-2", Status: scalr.TaskFinished}
	planning, applying := run(scalr.StatusPlanning, scalr.TaskRunning), run(scalr.StatusApplying, scalr.TaskFinished)
	for name, c := range map[string]struct {
		polls     []scalr.Run
		openLog   bool
		wantReads int
	}{
		"one finished poll":   {polls: []scalr.Run{planning, applying}},
		"two finished polls":  {polls: []scalr.Run{planning, applying, applying}, wantReads: 1},
		"four finished polls": {polls: []scalr.Run{applying, applying, applying, applying}, wantReads: 1},
		"unconfirmed":         {polls: []scalr.Run{applying, planning, applying}},
		"different plan":      {polls: []scalr.Run{applying, other, applying}},
		"open log":            {polls: []scalr.Run{applying, applying}, openLog: true},
		"final run":           {polls: []scalr.Run{run(scalr.StatusApplied, scalr.TaskFinished), run(scalr.StatusApplied, scalr.TaskFinished)}},
		"waiting run":         {polls: []scalr.Run{run(scalr.StatusPlanned, scalr.TaskFinished), run(scalr.StatusPlanned, scalr.TaskFinished)}},
		"failed plan":         {polls: []scalr.Run{run(scalr.StatusApplying, scalr.TaskErrored), run(scalr.StatusApplying, scalr.TaskErrored)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reads := make(chan scalr.Run, 10)
				e := &earlyPlan{Observer: discardObserver{}, read: func(r scalr.Run) planReading { reads <- r; return planReading{} }}
				log := e.Log(scalr.PlanPhase)
				e.Log(scalr.ApplyPhase).Close()
				if !c.openLog {
					log.Close()
				}
				for _, p := range c.polls {
					e.Polled(p)
				}
				synctest.Wait()
				if len(reads) != c.wantReads {
					t.Errorf("the plan was read %d times, want %d", len(reads), c.wantReads)
				}
			})
		})
	}
}
