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

// TestEarlyPlanRestarts checks that the log is not discarded during a read, and that the plan is not read while the log is
// read again.
func TestEarlyPlanRestarts(t *testing.T) {
	t.Parallel()
	applying := scalr.Run{ID: "run-1", Status: scalr.StatusApplying, Plan: &scalr.Plan{ID: "plan-1", Status: scalr.TaskFinished}}
	t.Run("during a read", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			proceed, read := make(chan struct{}), false
			e := &earlyPlan{Observer: discardObserver{}, read: func(scalr.Run) planReading { <-proceed; read = true; return planReading{} }}
			e.Log(scalr.PlanPhase).Close()
			e.Polled(applying)
			e.Polled(applying)
			go close(proceed)
			e.Restarted(scalr.PlanPhase)
			if !read {
				t.Error("the log was discarded during the read")
			}
			if len(e.result) != 1 {
				t.Error("the result of the read was lost")
			}
		})
	})
	t.Run("before a read", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			reads := make(chan scalr.Run, 10)
			e := &earlyPlan{Observer: discardObserver{}, read: func(r scalr.Run) planReading { reads <- r; return planReading{} }}
			e.Log(scalr.PlanPhase).Close()
			e.Restarted(scalr.PlanPhase)
			e.Polled(applying)
			e.Polled(applying)
			synctest.Wait()
			if len(reads) != 0 {
				t.Error("the plan was read while its log is incomplete")
			}
		})
	})
}
