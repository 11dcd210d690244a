package scalr_test

import (
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestLogThrottled checks that a 429 response to the read of a log counts, too.
func TestLogThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{})
		run := r.MustStartRun(true)
		r.Sim.AddFault(scalrsim.Fault{Op: "GET /plans/*/output", Action: scalrsim.Status, Status: 429})
		began := time.Now()
		_, err := r.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: run.Plan.ID}, time.Second)
		if at := r.Throttled(); !at.Equal(began) {
			t.Errorf("%v; throttled at %s, want the time of the response", err, at)
		}
	})
}

// TestThrottled: the client records the time of a response 429 but not of other failures.
func TestThrottled(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{429: true, 503: false} {
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{})
			run := r.MustStartRun(true)
			if at := r.Throttled(); !at.IsZero() {
				t.Fatalf("throttled at %s before anything failed", at)
			}
			time.Sleep(time.Minute)
			began := time.Now()
			r.Sim.AddFault(scalrsim.Fault{Op: readRun, Action: scalrsim.Status, Status: status})
			if _, err := r.PollRun(t.Context(), run.ID); err != nil {
				t.Fatal(err)
			}
			if at := r.Throttled(); at.Equal(began) != want {
				t.Errorf("after %d: throttled at %s, want the time of the response: %v", status, at, want)
			}
		})
	}
}
