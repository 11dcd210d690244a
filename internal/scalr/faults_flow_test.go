package scalr_test

import (
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// H12: every second response is a 5xx, from the first request to the end of the run. The creation of the run is
// excluded: after a 5xx it may have taken effect, so it is retried twice at most (see TestExactlyOneRunInManyTrials).
func TestHalfOfAllResponsesFail(t *testing.T) {
	t.Parallel()
	flows := 100
	if os.Getenv("SOAK") != "" {
		flows = 1000
	}
	synctest.Test(t, func(t *testing.T) {
		well, requests := 0, 0
		for seed := range uint64(flows) {
			var faults []scalrsim.Fault
			for _, op := range []string{createCV, put, "GET /**"} {
				faults = append(faults, scalrsim.Fault{Op: op, Times: -1, Chance: 0.5, Action: scalrsim.Status, Status: 500 + int(seed)%5})
			}
			sim := scalrsim.New(scalrsim.Scenario{Seed: seed, Faults: faults})
			r := &scalrtest.Harness{T: t, Sim: sim}
			r.Client = r.Dial(scalr.Config{HTTP: sim.Client()})
			if flow(r) {
				well++
			}
			requests += len(sim.Requests())
			sim.Close()
		}
		t.Logf("%d of %d flows succeeded with %d requests", well, flows, requests)
		if well < flows*999/1000 {
			t.Error("want 99.9 %")
		}
	})
}

// flow executes a dry run from its configuration version to its end.
func flow(r *scalrtest.Harness) bool {
	run, err := r.StartRun(r.T.Context(), true)
	for err == nil && !run.Status.IsFinal() {
		time.Sleep(2 * time.Second)
		run, err = r.PollRun(r.T.Context(), run.ID)
	}
	return err == nil && run.Status == "planned_and_finished"
}

// The retries of many jobs are spread over time when a server fails.
func TestClientsSpreadRetries(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{"503": nil, "503 with Retry-After": {"Retry-After", "5"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const clients = 40
				down := outage(readPlace, time.Minute)
				down.Header = scalrtest.Status("", 0, 0, header...).Header
				r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{down}})
				began := time.Now()
				var wg sync.WaitGroup
				for range clients {
					client := r.Dial(scalr.Config{HTTP: r.Sim.Client()})
					wg.Go(func() {
						if _, err := client.Workspace(t.Context(), scalrsim.WorkspaceID); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				var each [10 * 120]int // requests in each tenth of a second
				for _, q := range r.Received(readPlace) {
					each[q.Time.Sub(began)/(100*time.Millisecond)]++
				}
				peak, all := 0, 0
				for i, n := range each[10:] { // after the first second, in which all of them begin
					if peak = max(peak, n); i < 590 {
						all += n
					}
				}
				t.Logf("%d requests in the minute, at most %d in a tenth of a second", all, peak)
				if peak > clients/2 {
					t.Error("the retries are not spread out")
				}
			})
		})
	}
}
