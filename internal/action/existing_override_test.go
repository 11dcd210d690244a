package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestOverrideFaults checks the requests that override the policy checks of a run.
func TestOverrideFaults(t *testing.T) {
	t.Parallel()
	override, gate := []string{"mode=override"}, []string{"mode=override", "fail-on=cost-increase"}
	stop, interrupted := []string{"mode=override", "on-cancel=stop"}, []string{"result=interrupted"}
	for name, c := range map[string]existingCase{
		"forbidden": {
			faults: []scalrsim.Fault{statusFault(overrideOp, 403, -1)},
			second: override,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed", "status=policy_override"},
			posts:  map[string]int{overrideOp: 1},
		},
		"no policy check reported": {
			faults: []scalrsim.Fault{{Op: readRun, Times: -1, Action: scalrsim.Edit, Change: func(body string) string {
				return strings.ReplaceAll(body, `"soft_failed"`, `"pending"`)
			}}},
			second: override,
			code:   3,
			want:   []string{"result=refused", "error-code=run-not-waiting"},
			says:   []string{"waits for an override, but Scalr reports no policy check that can be overridden."},
			posts:  map[string]int{overrideOp: 0},
		},
		"unreadable after a conflict": {
			faults: []scalrsim.Fault{held(overrideOp, -1)},
			signal: overrideOp,
			later:  []scalrsim.Fault{statusFault(readRun, 403, -1)},
			second: override,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed"},
		},
		"unreadable after the override": {
			faults: []scalrsim.Fault{acceptedFault(overrideOp, 0)},
			signal: overrideOp,
			later:  []scalrsim.Fault{statusFault(readRun, 403, -1)},
			second: override,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed"},
			says:   []string{"; the run may still be running: https://"},
		},
		"permanent conflict": {
			faults: []scalrsim.Fault{held(overrideOp, -1)},
			second: override,
			code:   3,
			want:   []string{"result=refused", "error-code=run-not-waiting", "status=policy_override"},
			says:   []string{"Scalr does not allow run run-", " to be overridden while it is \"policy_override\": ", "The run is held."},
			least:  30 * time.Second,
			most:   45 * time.Second,
		},
		"signal during the override": {
			faults: []scalrsim.Fault{{Op: overrideOp, Action: scalrsim.Stall}},
			second: stop,
			signal: overrideOp, after: time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			posts: map[string]int{overrideOp: 1},
		},
		"signal during a conflict": {
			faults: []scalrsim.Fault{held(overrideOp, -1)},
			second: stop,
			signal: overrideOp, after: time.Second,
			code: 130, want: interrupted, stops: []string{"discard 202"},
			posts: map[string]int{overrideOp: 1},
		},
		"signal during a conflict, without waiting": {
			faults: []scalrsim.Fault{held(overrideOp, -1)},
			second: []string{"mode=override", "wait=false"},
			signal: overrideOp, after: time.Second,
			code: 130, want: interrupted,
			posts: map[string]int{overrideOp: 1},
		},
		"gate with a run that becomes unreadable": {
			faults: []scalrsim.Fault{{Op: planJSON, Phase: scalrsim.After, Action: scalrsim.Delay, Delay: time.Second}},
			signal: planJSON,
			later:  []scalrsim.Fault{statusFault(readRun, 403, -1)}, // before the gate is evaluated
			second: gate,
			code:   3,
			want:   []string{"result=refused", "error-code=not-allowed"},
			posts:  map[string]int{overrideOp: 0},
		},
		"another person applies the run while the plan is read again": {
			alter: func(s *scalrsim.Scenario) {
				externalAction("policy_override", 65*time.Second, "override")(s)
				externalAction("policy_checked", time.Second, "confirm")(s)
			},
			faults: []scalrsim.Fault{
				{Op: planJSON, Action: scalrsim.Trickle, Bytes: 10, Delay: 5 * time.Second}, // until the time limit of the first reading
				{Op: planJSON, Nth: 2, Action: scalrsim.Trickle, Bytes: 1000, Delay: 5 * time.Second},
			},
			second: []string{"mode=override", "fail-on=changes"},
			code:   1,
			want:   []string{"result=rejected", "status=applied"},
			says:   []string{"It was applied already: https://"},
			posts:  map[string]int{overrideOp: 0},
		},
		"signal before the gate": {
			faults: []scalrsim.Fault{{Op: planJSON, Action: scalrsim.Stall}},
			second: gate,
			signal: planJSON, after: time.Second,
			code: 130, want: interrupted,
			says:  []string{"was not canceled and is still running: https://"},
			posts: map[string]int{overrideOp: 0},
		},
		"finished run": {
			alter:  externalAction("policy_override", 0, "discard"),
			second: []string{"mode=override", "wait=false"},
			code:   1,
			want:   []string{"result=discarded", "error-code=run-discarded"},
		},
		"nothing to override": {
			scenario: "waits-for-approval",
			second:   override,
			want:     []string{"result=needs-confirmation"},
			says:     []string{"::notice::No policy check of run run-", " waits for an override."},
		},
		"nothing to override, without waiting": {
			scenario: "waits-for-approval",
			second:   []string{"mode=override", "wait=false"},
			code:     3,
			want:     []string{"error-code=run-not-waiting"},
			says:     []string{"No policy check of run run-", " waits for an override."},
		},
		"finished run without failed policy": {
			scenario: "applied", second: []string{"mode=override", "wait=false"}, want: []string{"result=applied"},
		},
		"two policies": {
			alter: func(s *scalrsim.Scenario) {
				s.Script.Policies = append(s.Script.Policies, scalrsim.Policy{Name: "cost", Result: "soft_failed"})
			},
			second: override,
			want:   []string{"result=needs-confirmation"},
			says:   []string{"\nOverrode 1 policy check of run run-"},
			posts:  map[string]int{overrideOp: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "policy-soft"
			}
			c.play(t)
		})
	}
}

// TestStopExistingFaults checks the modes discard and cancel on runs that change, or that cannot be stopped.
func TestStopExistingFaults(t *testing.T) {
	t.Parallel()
	discard, cancel := []string{"mode=discard"}, []string{"mode=cancel"}
	for name, c := range map[string]existingCase{
		"discard a running one": {
			scenario: "ignores-stop", first: []string{"timeout=10s", "on-cancel=leave"}, second: discard, code: 3,
			want: []string{"result=refused", "error-code=run-not-waiting"},
			says: []string{": only a run that waits for a person can be discarded. Use `mode: cancel` to stop a running one."},
		},
		"discard after a confirmation": {
			alter: func(s *scalrsim.Scenario) {
				externalAction("planned", 5*time.Second, "confirm")(s)
				s.Script.Apply.For = time.Minute
			},
			faults: []scalrsim.Fault{held(discardOp, -1)},
			second: discard,
			code:   3,
			want:   []string{"result=refused", "error-code=run-not-waiting", "status=applying"},
			says:   []string{" is being applied: it can no longer be discarded."},
			stops:  []string{"discard 409", "discard 409"},
		},
		"discard forbidden": {
			faults: []scalrsim.Fault{statusFault(discardOp, 403, -1)}, second: discard, code: 3,
			want:  []string{"result=refused", "error-code=not-allowed"},
			stops: []string{"discard 403"},
		},
		"discard without waiting": {
			faults: []scalrsim.Fault{acceptedFault(discardOp, 0)},
			second: []string{"mode=discard", "wait=false"},
			want:   []string{"result=discarded", "status=planned"},
			stops:  []string{"discard 202"},
			most:   5 * time.Second,
		},
		"run becomes unreadable": {
			faults: []scalrsim.Fault{acceptedFault(discardOp, 0),
				{Op: readRun, Nth: 4, Times: -1, Action: scalrsim.Status, Status: 403}},
			second: discard, code: 3, stops: []string{"discard 202"},
			want: []string{"result=refused", "error-code=not-allowed"},
			says: []string{"the run may still be running: https://"},
		},
		"signal": {
			faults: []scalrsim.Fault{acceptedFault(discardOp, 0)},
			second: discard,
			signal: discardOp, after: 5 * time.Second,
			code: 130, want: []string{"result=interrupted"}, stops: []string{"discard 202"},
			says: []string{"Scalr accepted the request to discard run run-"},
		},
		"cancel during the apply": {
			scenario: "applied",
			alter:    func(s *scalrsim.Scenario) { s.Script.Apply.For = time.Hour },
			first:    []string{"timeout=1m", "on-cancel=leave"},
			second:   cancel,
			want:     []string{"result=canceled", "status=canceled"},
			stops:    []string{"cancel 202"},
		},
		"cancel of a run that is applied nevertheless": {
			scenario: "applied",
			alter: func(s *scalrsim.Scenario) {
				s.Script.Apply.For, s.Script.IgnoreStop = 2*time.Minute, true
			},
			first:  []string{"timeout=1m", "on-cancel=leave"},
			second: cancel,
			code:   1,
			want:   []string{"result=canceled", "error-code=too-late", "status=applied"},
			says:   []string{" was applied already: https://"},
			stops:  []string{"cancel 202"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "waits-for-approval"
			}
			c.play(t)
		})
	}
}
