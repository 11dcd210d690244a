package follow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
)

// statuses lists the 28 statuses of openapi.yml and the state of a run that stays in each of them: a run that
// requires a confirmation, a run with auto-apply, and a dry run.
var statuses = []struct{ status, manual, auto, dry string }{
	{"pending", "moving", "moving", "moving"},
	{"pre_plan_queued", "moving", "moving", "moving"},
	{"pre_plan_running", "moving", "moving", "moving"},
	{"pre_plan_finished", "moving", "moving", "moving"},
	{"plan_queued", "moving", "moving", "moving"},
	{"planning", "moving", "moving", "moving"},
	{"planned", "final", "moving", "moving"},
	{"confirmed", "moving", "moving", "moving"},
	{"discarded", "final", "final", "final"},
	{"planned_and_finished", "final", "final", "final"},
	{"planned_and_saved", "final", "final", "final"},
	{"post_plan_running", "moving", "moving", "moving"},
	{"post_plan_finished", "final", "moving", "moving"},
	{"cost_estimating", "moving", "moving", "moving"},
	{"cost_estimated", "final", "moving", "moving"},
	{"policy_checking", "moving", "moving", "moving"},
	{"policy_override", "final", "final", "final"},
	{"policy_checked", "final", "moving", "moving"},
	{"pre_apply_queued", "moving", "moving", "moving"},
	{"pre_apply_running", "moving", "moving", "moving"},
	{"pre_apply_finished", "moving", "moving", "moving"},
	{"apply_queued", "moving", "moving", "moving"},
	{"applying", "moving", "moving", "moving"},
	{"applied", "final", "final", "final"},
	{"post_apply_running", "moving", "moving", "moving"},
	{"post_apply_finished", "moving", "moving", "moving"},
	{"errored", "final", "final", "final"},
	{"canceled", "final", "final", "final"},
}

// changing returns a run with changes whose stages before the apply are finished.
func changing(status string) scalr.Run {
	yes := true
	return scalr.Run{ID: "run-1", Status: scalr.Status(status), Plan: &scalr.Plan{ID: "plan-1", Status: "finished", HasChanges: &yes},
		Apply: &scalr.Apply{ID: "apply-1", Status: "pending"}}
}

const grace = 2 * time.Second

// TestConfirmationGracePeriod checks that frequent polls do not shorten the time until a state is confirmed.
func TestConfirmationGracePeriod(t *testing.T) {
	t.Parallel()
	for poll, want := range map[string]time.Duration{"planned": grace, "post_apply_finished/f": 2 * grace, "quantum": 7 * grace} {
		j, began := classifier{grace: grace}, time.Unix(0, 0)
		at := began
		for j.observe(parsePoll(poll), at) == moving && at.Sub(began) < time.Hour {
			at = at.Add(100 * time.Millisecond)
		}
		if got := at.Sub(began); got != want {
			t.Errorf("%s: confirmed after %s, want %s", poll, got, want)
		}
	}
}

// TestContradictionGracePeriod checks that frequent polls do not shorten the time in which the same final status may
// follow, and that a failure is then final.
func TestContradictionGracePeriod(t *testing.T) {
	t.Parallel()
	j, began := classifier{grace: grace}, time.Unix(0, 0)
	for i := range 1000 {
		at := began.Add(time.Duration(i) * 100 * time.Millisecond)
		if j.observe(changing([]string{"applied", "errored"}[i%2]), at) != final {
			continue
		}
		if got := at.Sub(began); got != 7*grace || j.latest.Status != "errored" {
			t.Errorf("%s after %s, want errored after %s", j.latest.Status, got, 7*grace)
		}
		return
	}
	t.Error("no status is final")
}

// TestClassifyEveryStatus checks that a single poll is never final (S07, S08, S09, S11).
func TestClassifyEveryStatus(t *testing.T) {
	t.Parallel()
	for _, w := range statuses {
		for kind, want := range map[string]string{"manual": w.manual, "auto": w.auto, "dry": w.dry} {
			t.Run(w.status+"/"+kind, func(t *testing.T) {
				t.Parallel()
				run := changing(w.status)
				run.AutoApply, run.Dry = kind == "auto", kind == "dry"
				j, at := classifier{grace: grace}, time.Time{}
				first := j.observe(run, at).String()
				if first == "final" {
					t.Error("a single poll was decisive")
				}
				var got string
				for range 10 {
					at = at.Add(2 * grace)
					if got = j.observe(run, at).String(); got == "final" {
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

func (s state) String() string {
	return [...]string{"moving", "finishing", "stale", "final", "unknown"}[s]
}

// TestClassify writes each poll as its status with an optional detail after a slash: u unfinished checks, n
// no changes, f apply finished, e apply errored, p plan running.
func TestClassify(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, polls, want, latest string }{
		{"S01 backwards", "plan_queued planning plan_queued planning", "moving moving stale moving", "planning"},
		{"S01 backwards repeatedly", "planning pending pending pending pending pending pending", "moving stale stale stale stale stale stale", "planning"},
		{
			"S02 passes unknown",
			"planning quantum/p quantum/p quantum/p quantum/p quantum/p quantum/p planned_and_finished planned_and_finished",
			"moving moving moving moving moving moving moving finishing final", "planned_and_finished",
		},
		{"S02 stops in unknown", "planning quantum quantum quantum quantum quantum", "moving moving moving moving moving unknown", "quantum"},
		{"S02 plan ends late", "quantum/p quantum/p quantum/p quantum/p quantum/p quantum", "moving moving moving moving moving moving", "quantum"},
		{"S02 two unknown statuses", "quantum quantum quantum quantum qubit qubit", "moving moving moving moving moving moving", "qubit"},
		{"S02 stale poll after unknown", "planning quantum/p pending", "moving moving stale", "quantum"},
		{"S07 waiting in one poll", "planning planned confirmed", "moving moving moving", "confirmed"},
		{"S07 waiting in two polls", "planned planned", "moving final", "planned"},
		{
			"S08 waiting, unfinished checks", "planned/u planned/u planned/u cost_estimating cost_estimated cost_estimated",
			"moving moving moving moving moving final", "cost_estimated",
		},
		{"S08 waiting, stale poll, waiting", "planned planning planned", "moving stale final", "planned"},
		{"S08 consecutive waiting statuses", "planned cost_estimated policy_checked", "moving moving moving", "policy_checked"},
		{"no changes", "planned/n planned/n", "moving final", "planned"},
		{"S12 alternating", "applying applied applying applying applied", "moving finishing stale stale final", "applied"},
		{"S12 another final status", "applying errored applied applied", "moving finishing moving final", "applied"},
		{"S12 another final status, then unknown", "applied errored quantum errored", "finishing moving moving final", "errored"},
		{"S12 success, then failure", "applied errored errored", "finishing moving final", "errored"},
		{"S12 contradictory", "applied errored applied discarded applied", "finishing moving moving moving final", "errored"},
		{
			"S12 contradictory successes", "planned_and_finished applied planned_and_finished applied planned_and_finished",
			"finishing moving moving moving final", "planned_and_finished",
		},
		{
			"S12 contradictory successes, the worst first", "applied planned_and_finished applied planned_and_finished applied",
			"finishing moving moving moving final", "planned_and_finished",
		},
		{
			"S12 stale polls after another final status",
			"applied applying applying applying errored applying applying applying applying applying",
			"finishing stale stale stale moving stale stale stale stale final", "errored",
		},
		{"S12 only stale polls", "applied applying applying applying applying applying", "finishing stale stale stale stale final", "applied"},
		{"S11 hooks after applied", "applied post_apply_running", "finishing final", "applied"},
		{"S11 hooks end after applied", "applied post_apply_finished", "finishing final", "applied"},
		{"S11 hooks before applied", "applying post_apply_running post_apply_finished/f applied applied", "moving moving moving finishing final", "applied"},
		{"S11 apply failed", "post_apply_finished/e post_apply_finished/e post_apply_finished/e", "moving moving final", "post_apply_finished"},
		{"S11 effectively applied", "post_apply_finished/f post_apply_finished/f post_apply_finished/f", "moving moving final", "post_apply_finished"},
		{
			"S11 effectively applied, in one poll not",
			"post_apply_finished/f post_apply_finished post_apply_finished/f post_apply_finished/f post_apply_finished/f",
			"moving moving moving moving final", "post_apply_finished",
		},
		{
			"S02 stops in unknown, in one poll not",
			"quantum quantum quantum/p quantum quantum quantum quantum quantum",
			"moving moving moving moving moving moving moving unknown", "quantum",
		},
		{
			"S11 apply unfinished",
			"post_apply_finished post_apply_finished post_apply_finished post_apply_finished post_apply_finished post_apply_finished",
			"moving moving moving moving moving moving", "post_apply_finished",
		},
		{"S03 errored", "planning errored errored", "moving finishing final", "errored"},
		{"S04 canceled while waiting", "planned canceled canceled", "moving finishing final", "canceled"},
		{"S06 override", "policy_checking policy_override policy_override", "moving moving final", "policy_override"},
		{"S09 saved", "planned_and_saved planned_and_saved", "moving final", "planned_and_saved"},
		{"S10 queue", "pending pending pending pending pending pending pending", "moving moving moving moving moving moving moving", "pending"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := classifier{grace: grace}
			var got []string
			for i, poll := range strings.Fields(c.polls) {
				got = append(got, j.observe(parsePoll(poll), time.Time{}.Add(time.Duration(2*i)*grace)).String())
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

func parsePoll(poll string) scalr.Run {
	status, detail, _ := strings.Cut(poll, "/")
	r := changing(status)
	switch detail {
	case "u":
		r.Cost = &scalr.CostEstimate{ID: "ce-1", Status: "queued"}
	case "n":
		no := false
		r.Plan.HasChanges = &no
	case "f":
		r.Apply.Status = "finished"
	case "e":
		r.Apply.Status = "errored"
	case "p":
		r.Plan.Status = "running"
	}
	if strings.HasPrefix(status, "qu") {
		r.Apply = nil
	}
	return r
}

// TestIgnoreStatus checks that the run never counts as waiting in the ignored status, but does in another.
func TestIgnoreStatus(t *testing.T) {
	t.Parallel()
	j, at := classifier{ignoreStatus: "planned", grace: grace}, time.Time{}
	observe := func(status string) state {
		at = at.Add(grace)
		return j.observe(changing(status), at)
	}
	for range 1000 {
		if got := observe("planned"); got != moving {
			t.Fatalf("got %s, want moving", got)
		}
	}
	if first, second := observe("policy_checked"), observe("policy_checked"); first != moving || second != final {
		t.Errorf("another status: got %s and %s, want moving and final", first, second)
	}
}

// TestOlderThanInitialStatus checks that the status of the run passed to Follow counts as a poll.
func TestOlderThanInitialStatus(t *testing.T) {
	t.Parallel()
	j := classifier{latest: changing("policy_override"), furthest: "policy_override"}
	if got := j.observe(changing("planning"), time.Time{}); got != stale {
		t.Errorf("got %s, want stale", got)
	}
}
