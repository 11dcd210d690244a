package action_test

import (
	"slices"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
)

// allStatuses are all possible statuses of a run: the 28 in Scalr's API documentation and two unknown ones.
var allStatuses = []string{"pending", "pre_plan_queued", "pre_plan_running", "pre_plan_finished", "plan_queued", "planning",
	"planned", "confirmed",
	"discarded", "planned_and_finished", "planned_and_saved", "post_plan_running", "post_plan_finished", "cost_estimating",
	"cost_estimated",
	"policy_checking", "policy_override", "policy_checked", "pre_apply_queued", "pre_apply_running", "pre_apply_finished",
	"apply_queued",
	"applying", "applied", "post_apply_running", "post_apply_finished", "errored", "canceled", "quantum_checking",
	"force_canceled"}

// validExits returns the valid exit codes for a dry run that stays in a status; planned reports whether its plan has finished.
// The list does not depend on the code under test.
func validExits(last string, settled, planned bool) []int {
	switch last {
	case "planned_and_finished":
		if !planned {
			return []int{1} // a plan that never ran is not a success
		}
		return []int{0}
	case "errored", "discarded", "canceled":
		return []int{1}
	case "policy_override":
		return []int{4}
	case "quantum_checking", "force_canceled":
		if settled {
			return []int{1}
		}
		return []int{1, 5} // depending on its tasks
	}
	if slices.Contains(impossibleStatuses, last) {
		return []int{3}
	}
	return []int{5}
}

// impossibleStatuses are the statuses that a dry run never has. A run with such a status is not the requested one.
var impossibleStatuses = []string{"planned_and_saved", "confirmed", "pre_apply_queued", "pre_apply_running",
	"pre_apply_finished",
	"apply_queued", "applying", "applied", "post_apply_running", "post_apply_finished"}

// FuzzStatuses (F13) checks the exit code for arbitrary sequences of statuses. It is that of the last status, or that
// of a timeout if the last status looks outdated. A final status does not change, and an unknown status is never a
// success.
func FuzzStatuses(f *testing.F) {
	for _, seed := range []string{"\x05\x06\x09", "\x00\x04\x05\x1c", "\x05\x04\x05\x06\x10", "\x16\x15\x17",
		"\x1d\x05\x1b", "\x05\x0a", "\x19\x18\x19", "\x05\x08\x17", "\x09", "\x06\x09", "\x05\x04\x09", "\x05\x00\x05\x09", ""} {
		f.Add([]byte(seed), byte(0))
		f.Add([]byte(seed), byte(3))
	}
	f.Fuzz(func(t *testing.T, sequence []byte, how byte) {
		s, settled := scalrsim.Scenario{Name: "statuses"}, how&1 == 1
		visited, last, plan := map[string]int{}, "planning", ""
		for i, b := range sequence[:min(len(sequence), 12)] {
			next := allStatuses[int(b)%len(allStatuses)]
			switch {
			case plan != "": // it does not change any more
			case i > 0 && last == "planning" && next != "planning" && next != "plan_queued" && next != "pending":
				plan = "finished"
			case slices.Contains([]string{"applied", "post_apply_running", "post_apply_finished"}, next):
				plan = "unreachable"
			}
			last = next
			visited[last]++
			s.Script.Steps = append(s.Script.Steps,
				scalrsim.Step{Status: last, For: time.Duration(1+how%5) * 60 * time.Millisecond})
			if slices.Contains(finalStatuses, last) {
				break
			}
		}
		if len(s.Script.Steps) == 0 {
			s.Script.Steps = []scalrsim.Step{{Status: last}}
		}
		if end := &s.Script.Steps[len(s.Script.Steps)-1]; settled {
			end.Plan, end.Apply = "finished", "unreachable"
		}
		want := validExits(last, settled, settled || plan == "finished")
		if plan == "unreachable" {
			want = append(want, 1) // the run waits although its plan never ran
		}
		if visited["policy_override"] > 1 {
			want = append(want, 4) // the run may seem to wait
		}
		for word := range visited {
			if slices.Contains(impossibleStatuses, word) {
				want = append(want, 3)
			}
			if scalr.Status(last).Before(scalr.Status(word)) {
				want = append(want, 5) // the status looks outdated
			}
		}
		p := newStepTest(t, s, "timeout=10m").play()
		if !slices.Contains(want, p.code) {
			t.Errorf("exit %d, want %v after %v, settled %v\n%s", p.code, want, s.Script.Steps, settled, p.log)
		}
	})
}
