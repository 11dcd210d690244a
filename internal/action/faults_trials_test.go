package action_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestExactlyOneRunIsCreated runs whole steps in which the response to the creation of the run is lost, lists are outdated,
// or the run appears late. It checks the search by configuration version, the second attempt and the cancellation of
// duplicate runs (R01-R09, T19).
//
//	TRIALS=1000 go test ./internal/action -run TestExactlyOneRunIsCreated -v
func TestExactlyOneRunIsCreated(t *testing.T) {
	t.Parallel()
	trials := samples(20, 40, 2000)
	if n, err := strconv.Atoi(os.Getenv("TRIALS")); err == nil {
		trials = n
	}
	var mu sync.Mutex
	count := map[string]int{}
	t.Run("trials", func(t *testing.T) {
		for seed := range uint64(trials) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				what, posts := trial(t, seed)
				mu.Lock()
				defer mu.Unlock()
				count[what]++
				count["requests to create"] += posts
			})
		}
	})
	t.Logf("%d trials: %v", trials, count)
	if count["duplicate"] > 0 || count["lost"] > 0 || count["unknown"] > trials/25 {
		t.Errorf("got %v, want no duplicate or lost runs, and few unknown ones", count)
	}
}

// trial runs one step with random faults and returns its result.
func trial(t *testing.T, seed uint64) (what string, posts int) {
	d := dice{rand.New(rand.NewPCG(seed, 19))}
	s := scenario(t, "plan-changes")
	s.Seed, s.Script.Plan.For = seed, 150*time.Second
	s.Config.ListLag, s.Config.OldestRun = d.upTo(10*time.Second), d.maybe(50)
	for range 1 + d.IntN(2) {
		s.Faults = append(s.Faults, creationFault(d))
	}
	r := newStepTest(t, s, "dry-run=false", "auto-apply="+d.one("true", "false"), "timeout=30m")
	r.anyFault = true
	p := r.play()
	live := slices.DeleteFunc(slices.Clone(p.runs), func(run scalrsim.RunRecord) bool {
		return run.Status == "discarded" || run.Status == "canceled" || len(acceptedStops(run)) > 0
	})
	_, reported := p.reportedRun()
	switch {
	case len(live) > 1:
		t.Errorf("seed %d: %d unfinished runs\n%s\n%s", seed, len(live), p.log, p.exchange())
		what = "duplicate"
	case len(live) == 1 && !reported && !strings.Contains(p.log, "the run may exist"):
		t.Errorf("seed %d: the run %s is lost\n%s", seed, live[0].ID, p.log)
		what = "lost"
	case !reported:
		what = "unknown"
	default:
		what = "one run"
	}
	return what, p.count(createRun)
}

// creationFault returns a random fault for the creation of a run, or none in a quarter of the cases. Delays are at most
// 20 s.
func creationFault(d dice) scalrsim.Fault {
	f := scalrsim.Fault{Op: createRun, Nth: 1, Phase: scalrsim.Phase(d.IntN(2))}
	switch d.IntN(8) {
	case 0, 1:
		f.Action = scalrsim.Reset
	case 2:
		f.Action, f.Status = scalrsim.Status, []int{500, 502, 503, 504}[d.IntN(4)]
	case 3:
		f.Action = scalrsim.Stall
	case 4:
		f.Action, f.Delay = scalrsim.LateCommit, d.upTo(20*time.Second)
	case 5:
		f.Action, f.Status, f.Delay = scalrsim.LateCommit, 504, d.upTo(20*time.Second)
	case 6:
		f.Action, f.Bytes = scalrsim.Truncate, d.Int64N(200)
	default:
		f.Op, f.Action, f.Status, f.Times = "GET /runs", scalrsim.Status, 500, 1+d.IntN(5)
	}
	return f
}
