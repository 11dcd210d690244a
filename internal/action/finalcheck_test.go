package action_test

import (
	"regexp"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// editFault changes the parts of a kind in the responses to reads of the run, from the nth on.
func editFault(nth int, kind string, change func(attributes map[string]any)) scalrsim.Fault {
	return scalrsim.Fault{Op: readRun, Nth: nth, Times: -1, Action: scalrsim.Edit, Change: func(body string) string {
		return editPart(body, kind, change)
	}}
}

var planIDs = regexp.MustCompile(`"plan-v0[a-z0-9]+"`)

// otherPlan lets the reads of the run show another plan, from the nth on. The plan of that id cannot be read.
func otherPlan(nth int) scalrsim.Fault {
	return scalrsim.Fault{Op: readRun, Nth: nth, Times: -1, Action: scalrsim.Edit, Change: func(body string) string {
		return planIDs.ReplaceAllString(body, `"plan-v0other0000001"`)
	}}
}

// TestFinalCheck checks that a run is read immediately before every request that lets it continue, and that the request
// is sent only if the run still is the expected one, waits, and passes the gates.
func TestFinalCheck(t *testing.T) {
	t.Parallel()
	confirm, override := []string{"mode=confirm"}, []string{"mode=override"}
	set := func(name string, value any) func(map[string]any) {
		return func(attributes map[string]any) { attributes[name] = value }
	}
	isDestroy := editFault(1, "runs", set("is-destroy", true))
	expensive := editFault(1, "cost-estimates", func(attributes map[string]any) {
		attributes["proposed-monthly-cost"], attributes["delta-monthly-cost"] = "900.00", "800.00"
	})
	cost := []string{"fail-on=cost-increase", "max-cost-increase=500"}
	rejected, refused := []string{"result=rejected", "error-code=gate-hit"}, []string{"result=refused", "error-code=run-not-expected"}
	unavailable := func(op string) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: 503, Header: map[string][]string{"Retry-After": {"5"}}}
	}
	lost := func(op string) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.LateCommit, Status: 502}
	}
	for name, c := range map[string]existingCase{
		"confirm: destroy run after a failed request": {
			faults: []scalrsim.Fault{unavailable(confirmOp)}, second: confirm,
			signal: confirmOp, later: []scalrsim.Fault{isDestroy},
			code: 3, want: refused, posts: map[string]int{confirmOp: 1},
		},
		"confirm: destroy run after Retry-After": {
			faults: []scalrsim.Fault{{Op: confirmOp, Action: scalrsim.Status, Status: 429, Header: map[string][]string{"Retry-After": {"60"}}}},
			second: confirm, signal: confirmOp, after: 30 * time.Second, later: []scalrsim.Fault{isDestroy},
			code: 3, want: refused, posts: map[string]int{confirmOp: 1},
		},
		"confirm: costs after a failed request": {
			scenario: "cost-increase", first: []string{"auto-apply=false"},
			faults: []scalrsim.Fault{unavailable(confirmOp)}, second: append(confirm, cost...),
			signal: confirmOp, later: []scalrsim.Fault{expensive},
			code: 1, want: rejected, posts: map[string]int{confirmOp: 1},
		},
		"confirm: costs that do not change": {
			scenario: "cost-increase", first: []string{"auto-apply=false"},
			faults: []scalrsim.Fault{statusFault(confirmOp, 503, 2)}, second: append(confirm, cost...),
			want: []string{"result=applied"}, posts: map[string]int{confirmOp: 3},
		},
		"confirm: all responses lost": {
			faults: []scalrsim.Fault{lost(confirmOp)}, second: confirm,
			want: []string{"result=applied"}, posts: map[string]int{confirmOp: 1}, most: time.Minute,
		},
		"confirm: all responses lost, without waiting": {
			faults: []scalrsim.Fault{lost(confirmOp)}, second: append(confirm, "wait=false"),
			want: []string{"result=started"}, posts: map[string]int{confirmOp: 1}, most: time.Minute,
		},
		"confirm: a firewall answers the request": {
			faults: []scalrsim.Fault{{Op: confirmOp, Times: -1, Action: scalrsim.LateCommit, Status: 403}}, second: confirm,
			want: []string{"result=applied"}, posts: map[string]int{confirmOp: 1},
		},
		"confirm: forbidden": {
			faults: []scalrsim.Fault{statusFault(confirmOp, 403, -1)}, second: confirm,
			code: 3, want: []string{"result=refused", "error-code=not-allowed", "status=planned"},
			says: []string{"the run waits and may still be applied: https://"},
		},
		"confirm: a read fails once": {
			faults: []scalrsim.Fault{statusFault(readRun, 403, 1)}, second: append(confirm, "wait=false"),
			code: 3, want: []string{"result=refused"}, posts: map[string]int{confirmOp: 0}, // the run was never read
		},
		"confirm: the last read fails once": {
			faults: []scalrsim.Fault{{Op: readRun, Nth: 5, Action: scalrsim.Status, Status: 403}}, second: confirm,
			want: []string{"result=applied"}, posts: map[string]int{confirmOp: 1},
		},
		"confirm: another plan": {
			scenario: "cost-increase", first: []string{"auto-apply=false"}, faults: []scalrsim.Fault{otherPlan(5)},
			second: append(confirm, "fail-on=destroy"),
			code:   1, want: rejected, posts: map[string]int{confirmOp: 0},
		},
		"confirm: costs that appear after the request": {
			scenario: "cost-increase", first: []string{"auto-apply=false"}, second: append(confirm, cost...),
			signal: confirmOp, later: []scalrsim.Fault{expensive},
			code: 1, want: rejected, posts: map[string]int{confirmOp: 1}, says: []string{"It was applied already: https://"},
		},
		"confirm: denied": {
			scenario: "policy-advisory", first: []string{"auto-apply=false"},
			faults: []scalrsim.Fault{editFault(1, "policy-checks", set("status", "hard_failed"))}, second: confirm,
			code: 1, want: []string{"result=policy-failed"}, posts: map[string]int{confirmOp: 0, discardOp: 0},
			says: []string{"The run still waits and may be applied: https://"},
		},
		"confirm: passing status": {second: confirm, want: []string{"result=applied"}, least: 2 * time.Second},
		"override: destroy run after a failed request": {
			scenario: "policy-soft", first: []string{"auto-apply=true"},
			faults: []scalrsim.Fault{unavailable(overrideOp)}, second: override,
			signal: overrideOp, later: []scalrsim.Fault{isDestroy},
			code: 3, want: refused, posts: map[string]int{overrideOp: 1},
		},
		"override: destroy run after a conflict": {
			scenario: "policy-soft", first: []string{"auto-apply=true"},
			faults: []scalrsim.Fault{held(overrideOp, 1)}, second: override,
			signal: overrideOp, later: []scalrsim.Fault{isDestroy},
			code: 3, want: refused, posts: map[string]int{overrideOp: 1},
		},
		"override: all responses lost": {
			scenario: "policy-soft", first: []string{"auto-apply=true"},
			faults: []scalrsim.Fault{lost(overrideOp)}, second: override,
			want: []string{"result=applied"}, posts: map[string]int{overrideOp: 1}, most: time.Minute,
		},
		"override: another plan": {
			scenario: "policy-soft", first: []string{"auto-apply=true"}, faults: []scalrsim.Fault{otherPlan(5)},
			second: append(override, "fail-on=destroy"),
			code:   1, want: rejected, posts: map[string]int{overrideOp: 0},
		},
		"override: denied": {
			scenario: "policy-soft",
			faults: []scalrsim.Fault{editFault(1, "policy-checks", func(attributes map[string]any) {
				attributes["result"].(map[string]any)["hard-failed"] = 1
			})},
			second: override, code: 1, want: []string{"result=policy-failed"}, posts: map[string]int{overrideOp: 0, discardOp: 0},
			says: []string{"The run still waits and may be applied: https://"},
		},
		"discard: all responses lost": {
			faults: []scalrsim.Fault{lost(discardOp)}, second: []string{"mode=discard"},
			want: []string{"result=discarded"}, stops: []string{"discard 502"}, most: time.Minute,
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
