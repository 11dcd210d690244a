package action_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSignalAtRandomTime sends a signal at a random time of a healthy run. The request to stop the run must arrive
// within a second, and no run may continue (X01-X09, X24).
func TestSignalAtRandomTime(t *testing.T) {
	t.Parallel()
	count := samples(20, 40, 2000)
	var mu sync.Mutex
	var worst time.Duration
	stopped, orphans := 0, 0
	t.Run("moments", func(t *testing.T) {
		for seed := range uint64(count) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				arrived, left := playSignal(t, seed)
				mu.Lock()
				defer mu.Unlock()
				worst, orphans = max(worst, arrived), orphans+left
				if arrived >= 0 {
					stopped++
				}
			})
		}
	})
	t.Logf("%d signals, %d of them during a run: the slowest stop request arrived after %s, %d runs were left",
		count, stopped, worst, orphans)
	if worst > time.Second || orphans > 0 {
		t.Errorf("the slowest stop request arrived after %s, want 1s at most; %d runs were still running, want none", worst, orphans)
	}
}

// playSignal sends one signal. It returns the time at which the request to stop the run arrived, and the number of
// unwanted runs that are still running.
func playSignal(t *testing.T, seed uint64) (arrived time.Duration, left int) {
	d := dice{rand.New(rand.NewPCG(seed, 24))}
	s := scenario(t,
		d.one("plan-changes", "applied", "waits-for-approval", "hooks", "cost-increase", "policy-soft", "queued",
			"saved-plan"))
	s.Pace, s.Script.CancelTakes = 4, time.Millisecond
	r := newStepTest(t, s, "on-cancel=stop-apply", "dry-run="+d.one("true", "false"))
	at := d.upTo(35 * time.Second)
	r.during = signalAt(os.Interrupt, at)
	p := r.play()
	if p.code != 130 || len(p.runs) == 0 {
		return -1, 0 // the run had finished, or did not exist yet
	}
	for _, q := range p.server.Requests() {
		if strings.Contains(q.Path, "/actions/") {
			arrived = q.Time.Sub(p.began.Add(at))
			break
		}
	}
	for _, run := range p.runs {
		if run.Configuration == p.outputs["configuration-version-id"] && !slices.Contains(finalStatuses, run.Status) &&
			len(acceptedStops(run)) == 0 {
			left++
			t.Errorf("seed %d: run %s is %s\n%s", seed, run.ID, run.Status, p.log)
		}
	}
	return arrived, left
}
