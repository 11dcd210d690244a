package follow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
)

// words are the 28 statuses of the vendor's document, and how a run that is seen
// in one of them again and again is judged: a real run that somebody has to
// confirm, one that applies by itself, and a dry run.
var words = []struct{ status, asks, auto, dry string }{
	{"pending", "moving", "moving", "moving"},
	{"pre_plan_queued", "moving", "moving", "moving"},
	{"pre_plan_running", "moving", "moving", "moving"},
	{"pre_plan_finished", "moving", "moving", "moving"},
	{"plan_queued", "moving", "moving", "moving"},
	{"planning", "moving", "moving", "moving"},
	{"planned", "rested", "moving", "moving"},
	{"confirmed", "moving", "moving", "moving"},
	{"discarded", "rested", "rested", "rested"},
	{"planned_and_finished", "rested", "rested", "rested"},
	{"planned_and_saved", "rested", "rested", "rested"},
	{"post_plan_running", "moving", "moving", "moving"},
	{"post_plan_finished", "rested", "moving", "moving"},
	{"cost_estimating", "moving", "moving", "moving"},
	{"cost_estimated", "rested", "moving", "moving"},
	{"policy_checking", "moving", "moving", "moving"},
	{"policy_override", "rested", "rested", "rested"},
	{"policy_checked", "rested", "moving", "moving"},
	{"pre_apply_queued", "moving", "moving", "moving"},
	{"pre_apply_running", "moving", "moving", "moving"},
	{"pre_apply_finished", "moving", "moving", "moving"},
	{"apply_queued", "moving", "moving", "moving"},
	{"applying", "moving", "moving", "moving"},
	{"applied", "rested", "rested", "rested"},
	{"post_apply_running", "moving", "moving", "moving"},
	{"post_apply_finished", "moving", "moving", "moving"},
	{"errored", "rested", "rested", "rested"},
	{"canceled", "rested", "rested", "rested"},
}

// changing is a run with changes, all of whose stages before the apply are done.
func changing(status string) scalr.Run {
	yes := true
	return scalr.Run{ID: "run-1", Status: scalr.Status(status), Plan: &scalr.Plan{ID: "plan-1", Status: "finished", HasChanges: &yes},
		Apply: &scalr.Apply{ID: "apply-1", Status: "pending"}}
}

const again = 2 * time.Second

// TestLooksCloseTogether: what is believed when it was seen several times takes as
// long when looks come close together.
func TestLooksCloseTogether(t *testing.T) {
	t.Parallel()
	for look, want := range map[string]time.Duration{"planned": again, "post_apply_finished/f": 2 * again, "quantum": 7 * again} {
		j, began := judge{again: again}, time.Unix(0, 0)
		at := began
		for j.consider(special(look), at) == moving && at.Sub(began) < time.Hour {
			at = at.Add(100 * time.Millisecond)
		}
		if got := at.Sub(began); got != want {
			t.Errorf("%s: believed after %s, want %s", look, got, want)
		}
	}
}

// TestEveryStatus: one look never is a rest (S07, S08, S09, S11).
func TestEveryStatus(t *testing.T) {
	t.Parallel()
	for _, w := range words {
		for kind, want := range map[string]string{"asks": w.asks, "auto": w.auto, "dry": w.dry} {
			t.Run(w.status+"/"+kind, func(t *testing.T) {
				t.Parallel()
				run := changing(w.status)
				run.AutoApply, run.Dry = kind == "auto", kind == "dry"
				j, at := judge{again: again}, time.Time{}
				first := j.consider(run, at).String()
				if first == "rested" {
					t.Error("a single look was taken for a rest")
				}
				var got string
				for range 10 {
					at = at.Add(2 * again)
					if got = j.consider(run, at).String(); got == "rested" {
						break
					}
				}
				if got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		}
	}
}

func (o opinion) String() string {
	return [...]string{"moving", "ending", "stale", "rested", "stuck"}[o]
}

// TestJudge gives looks as status, and what makes them special after a slash:
// u unfinished checks, n no changes, f apply finished, p plan running.
func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, looks, want, latest string }{
		{"S01 backwards", "plan_queued planning plan_queued planning", "moving moving stale moving", "planning"},
		{"S01 backwards for long", "planning pending pending pending pending pending pending", "moving stale stale stale stale stale stale", "planning"},
		{"S02 passes unknown", "planning quantum/p quantum/p quantum/p quantum/p quantum/p quantum/p planned_and_finished planned_and_finished", "moving moving moving moving moving moving moving ending rested", "planned_and_finished"},
		{"S02 rests in unknown", "planning quantum quantum quantum quantum quantum", "moving moving moving moving moving stuck", "quantum"},
		{"S02 plan ends late", "quantum/p quantum/p quantum/p quantum/p quantum/p quantum", "moving moving moving moving moving moving", "quantum"},
		{"S02 two unknown words", "quantum quantum quantum quantum qubit qubit", "moving moving moving moving moving moving", "qubit"},
		{"S02 old look after unknown", "planning quantum/p pending", "moving moving stale", "quantum"},
		{"S07 pause seen once", "planning planned confirmed", "moving moving moving", "confirmed"},
		{"S07 pause seen twice", "planned planned", "moving rested", "planned"},
		{"S08 pause unfinished", "planned/u planned/u planned/u cost_estimating cost_estimated cost_estimated", "moving moving moving moving moving rested", "cost_estimated"},
		{"S08 pause, old look, pause", "planned planning planned", "moving stale rested", "planned"},
		{"S08 one pause after another", "planned cost_estimated policy_checked", "moving moving moving", "policy_checked"},
		{"no changes", "planned/n planned/n", "moving rested", "planned"},
		{"S12 flap", "applying applied applying applying applied", "moving ending stale stale rested", "applied"},
		{"S12 only old looks", "applied applying applying applying applying applying", "ending stale stale stale stale rested", "applied"},
		{"S11 hooks after applied", "applied post_apply_running", "ending rested", "applied"},
		{"S11 hooks end after applied", "applied post_apply_finished", "ending rested", "applied"},
		{"S11 hooks before applied", "applying post_apply_running post_apply_finished/f applied applied", "moving moving moving ending rested", "applied"},
		{"S11 finished in all but name", "post_apply_finished/f post_apply_finished/f post_apply_finished/f", "moving moving rested", "post_apply_finished"},
		{"S11 apply unfinished", "post_apply_finished post_apply_finished post_apply_finished post_apply_finished post_apply_finished post_apply_finished", "moving moving moving moving moving moving", "post_apply_finished"},
		{"S03 errored", "planning errored errored", "moving ending rested", "errored"},
		{"S04 canceled while pausing", "planned canceled canceled", "moving ending rested", "canceled"},
		{"S06 override", "policy_checking policy_override policy_override", "moving moving rested", "policy_override"},
		{"S09 saved", "planned_and_saved planned_and_saved", "moving rested", "planned_and_saved"},
		{"S10 queue", "pending pending pending pending pending pending pending", "moving moving moving moving moving moving moving", "pending"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := judge{again: again}
			var got []string
			for i, look := range strings.Fields(c.looks) {
				got = append(got, j.consider(special(look), time.Time{}.Add(time.Duration(2*i)*again)).String())
			}
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
			if string(j.latest.Status) != c.latest {
				t.Errorf("latest is %s, want %s", j.latest.Status, c.latest)
			}
		})
	}
}

func special(look string) scalr.Run {
	status, what, _ := strings.Cut(look, "/")
	r := changing(status)
	switch what {
	case "u":
		r.Cost = &scalr.CostEstimate{ID: "ce-1", Status: "queued"}
	case "n":
		no := false
		r.Plan.HasChanges = &no
	case "f":
		r.Apply.Status = "finished"
	case "p":
		r.Plan.Status = "running"
	}
	if strings.HasPrefix(status, "qu") {
		r.Apply = nil
	}
	return r
}

// TestLeaving: however long the run stays in the status that was acted upon, it
// does not wait in it; in another one it does.
func TestLeaving(t *testing.T) {
	t.Parallel()
	j, at := judge{leaving: "planned", again: again}, time.Time{}
	consider := func(status string) opinion {
		at = at.Add(again)
		return j.consider(changing(status), at)
	}
	for range 1000 {
		if got := consider("planned"); got != moving {
			t.Fatalf("got %s, want moving", got)
		}
	}
	if first, second := consider("policy_checked"), consider("policy_checked"); first != moving || second != rested {
		t.Errorf("another status: got %s and %s, want moving and rested", first, second)
	}
}

// TestOlderThanGiven: what the caller knew already counts as a look.
func TestOlderThanGiven(t *testing.T) {
	t.Parallel()
	j := judge{latest: changing("policy_override"), furthest: "policy_override"}
	if got := j.consider(changing("planning"), time.Time{}); got != stale {
		t.Errorf("got %s, want stale", got)
	}
}
