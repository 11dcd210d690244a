package scalr_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
)

// The statuses in openapi.yml, schema Run, attribute status, of 2026-04-14, with their meaning for this client.
const statuses = `
	pending              queued
	pre_plan_queued      queued
	pre_plan_running     working
	pre_plan_finished    working
	plan_queued          queued
	planning             working
	planned              maybe-waiting
	confirmed            working   applying
	discarded            canceled
	planned_and_finished succeeded
	planned_and_saved    saved
	post_plan_running    working
	post_plan_finished   maybe-waiting
	cost_estimating      working
	cost_estimated       maybe-waiting
	policy_checking      working
	policy_override      override
	policy_checked       maybe-waiting
	pre_apply_queued     queued    applying
	pre_apply_running    working   applying
	pre_apply_finished   working   applying
	apply_queued         queued    applying
	applying             working   applying
	applied              succeeded
	post_apply_running   working   applying
	post_apply_finished  working   applying
	errored              failed
	canceled             canceled`

func TestStatuses(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(statuses), "\n")
	if len(lines) != 28 {
		t.Fatalf("the list has %d words", len(lines))
	}
	for _, line := range lines {
		words := strings.Fields(line)
		s := scalr.Status(words[0])
		over := words[1] == "succeeded" || words[1] == "failed" || words[1] == "canceled"
		inProgress := (words[1] == "queued" || words[1] == "working") && s != "pending"
		if !s.Known() || s.State().String() != words[1] || s.Applying() != (len(words) > 2) || s.IsFinal() != over || s.Cancelable() != inProgress {
			t.Errorf("%s: known %v, %s, applying %v, over %v, cancelable %v; want %v", s, s.Known(), s.State(), s.Applying(), s.IsFinal(),
				s.Cancelable(), words[1:])
		}
	}
}

// S02, T21: statuses that only other clients know, and invalid ones.
func TestUnknownStatuses(t *testing.T) {
	t.Parallel()
	for _, s := range []scalr.Status{"", "policy_soft_failed", "force_canceled", "quantum_checking", "Applied", "applied "} {
		if s.Known() || s.IsFinal() || s.Applying() || s.State() != scalr.Unknown || s.Before("applied") || scalr.Status("pending").Before(s) {
			t.Errorf("%q: known %v, over %v, %s", s, s.Known(), s.IsFinal(), s.State())
		}
	}
}

// S01: the order of a run's statuses; none of a line precedes another of the same line.
func TestStatusOrder(t *testing.T) {
	t.Parallel()
	const order = `
		pending
		pre_plan_queued
		pre_plan_running
		pre_plan_finished
		plan_queued
		planning
		planned
		post_plan_running post_plan_finished cost_estimating cost_estimated policy_checking policy_override policy_checked
		planned_and_saved
		confirmed
		pre_apply_queued pre_apply_running pre_apply_finished apply_queued
		applying
		post_apply_running post_apply_finished
		applied planned_and_finished errored discarded canceled`
	place, seen := map[scalr.Status]int{}, 0
	for i, line := range strings.Split(strings.TrimSpace(order), "\n") {
		for word := range strings.FieldsSeq(line) {
			place[scalr.Status(word)] = i
			seen++
		}
	}
	if seen != 28 || len(place) != 28 {
		t.Fatalf("the order has %d statuses", len(place))
	}
	for a, i := range place {
		for b, j := range place {
			if got := a.Before(b); got != (i < j) {
				t.Errorf("%s before %s: got %v", a, b, got)
			}
		}
	}
}

func TestWaitingAndIdle(t *testing.T) {
	t.Parallel()
	yes, no, three := true, false, 3
	plan := func(changes *bool) *scalr.Plan { return &scalr.Plan{Status: "finished", HasChanges: changes} }
	check := func(s scalr.TaskStatus) []scalr.PolicyCheck { return []scalr.PolicyCheck{{Status: s}} }
	for name, c := range map[string]struct {
		run           scalr.Run
		waiting, idle bool
	}{
		"changes to confirm":          {scalr.Run{Status: "planned", Plan: plan(&yes)}, true, false},
		"unknown changes":             {scalr.Run{Status: "planned"}, true, false},
		"no changes":                  {scalr.Run{Status: "planned", Plan: plan(&no)}, false, true},
		"no changes according to run": {scalr.Run{Status: "planned", HasChanges: &no}, false, true},
		"no changes, but counts": {
			scalr.Run{Status: "planned", Plan: &scalr.Plan{Status: "finished", HasChanges: &no, Destructions: &three}},
			true, false,
		},
		"plan contradicts run":        {scalr.Run{Status: "planned", Plan: plan(&yes), HasChanges: &no}, true, false},
		"dry run":                     {scalr.Run{Status: "planned", Dry: true, Plan: plan(&yes)}, false, false},
		"S08 auto-apply":              {scalr.Run{Status: "planned", AutoApply: true, Plan: plan(&yes)}, false, false},
		"S08 pending cost estimate":   {scalr.Run{Status: "planned", Plan: plan(&yes), Cost: &scalr.CostEstimate{Status: "pending"}}, false, false},
		"S08 finished cost estimate":  {scalr.Run{Status: "cost_estimated", Plan: plan(&yes), Cost: &scalr.CostEstimate{Status: "finished"}}, true, false},
		"S08 pending policy check":    {scalr.Run{Status: "cost_estimated", Plan: plan(&yes), Policies: check("queued")}, false, false},
		"S08 soft failure":            {scalr.Run{Status: "policy_checked", Plan: plan(&yes), Policies: check("soft_failed")}, false, false},
		"S08 overridden soft failure": {scalr.Run{Status: "policy_checked", Plan: plan(&yes), Policies: check("overridden")}, true, false},
		"S06 override":                {scalr.Run{Status: "policy_override", Plan: plan(&yes), Policies: check("soft_failed")}, true, false},
		"S09 saved plan":              {scalr.Run{Status: "planned_and_saved", Plan: plan(&yes)}, true, false},
		"planning":                    {scalr.Run{Status: "planning"}, false, false},
		"over":                        {scalr.Run{Status: "applied"}, false, false},
		"unknown":                     {scalr.Run{Status: "quantum_checking", Plan: plan(&yes)}, false, false},
	} {
		if c.run.Waiting() != c.waiting || c.run.NothingToApply() != c.idle {
			t.Errorf("%s: waiting %v, idle %v; want %v, %v", name, c.run.Waiting(), c.run.NothingToApply(), c.waiting, c.idle)
		}
	}
}

func TestSettled(t *testing.T) {
	t.Parallel()
	plan := func(s scalr.TaskStatus) *scalr.Plan { return &scalr.Plan{Status: s} }
	apply := func(s scalr.TaskStatus) *scalr.Apply { return &scalr.Apply{Status: s} }
	for name, c := range map[string]struct {
		run  scalr.Run
		want bool
	}{
		"nothing reported": {scalr.Run{}, false},
		"planning":         {scalr.Run{Plan: plan("running")}, false},
		"finished dry run": {scalr.Run{Plan: plan("finished")}, true},
		"pending apply":    {scalr.Run{Plan: plan("finished"), Apply: apply("pending")}, false},
		"finished apply":   {scalr.Run{Plan: plan("finished"), Apply: apply("errored")}, true},
		"S14 unreachable":  {scalr.Run{Plan: plan("unreachable"), Apply: apply("unreachable")}, true},
	} {
		if got := c.run.TasksFinal(); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// S14: a task that was never started has no log.
func TestAvailableLogs(t *testing.T) {
	t.Parallel()
	for status, want := range map[scalr.TaskStatus]string{"": "", "pending": "", "queued": "", "unreachable": "",
		"running": "open", "finished": "final", "errored": "final", "canceled": "final"} {
		logs, final := scalr.Run{Plan: &scalr.Plan{ID: "plan-1", Status: status}, Apply: &scalr.Apply{ID: "apply-1", Status: status}}.Logs()
		if want == "" && len(logs) != 0 || want != "" && (len(logs) != 2 ||
			logs[0].Phase != scalr.PlanPhase || logs[1].ID != "apply-1" || final[0] != (want == "final")) {
			t.Errorf("%q: got %v, %v", status, logs, final)
		}
	}
}
