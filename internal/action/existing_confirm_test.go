package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestConfirmDestroyRunRequiresInput checks that a destroy run continues only with destroy: true, and any other run
// only without it.
func TestConfirmDestroyRunRequiresInput(t *testing.T) {
	t.Parallel()
	const refused, ended = "run-not-expected", ""
	hidden := edit(readRun, 1, func(attributes, _ map[string]any) { delete(attributes, "is-destroy") })
	turned := edit(readRun, 3, func(attributes, _ map[string]any) { attributes["is-destroy"] = true })
	manual, auto := []string{"auto-apply=false"}, []string{"auto-apply=true"}
	for name, c := range map[string]struct {
		scenario     string
		first        []string
		second       []string
		fault        *scalrsim.Fault
		code, status string
	}{
		"confirm": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm"},
			code:     refused,
			status:   "planned",
		},
		"confirm saved": {
			scenario: "saved-plan",
			first:    []string{"destroy=true", "save-plan=true"},
			second:   []string{"mode=confirm"},
			code:     refused,
			status:   "planned_and_saved",
		},
		"confirm with a passed gate": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm", "fail-on=cost-increase"},
			code:     refused,
			status:   "planned",
		},
		"confirm with destroy": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm", "destroy=true"},
			code:     ended,
			status:   "applied",
		},
		"confirm other run with destroy": {
			scenario: "waits-for-approval",
			second:   []string{"mode=confirm", "destroy=true"},
			code:     refused,
			status:   "planned",
		},
		"unreported": {
			scenario: "waits-for-approval",
			second:   []string{"mode=confirm"},
			fault:    &hidden,
			code:     refused,
			status:   "planned",
		},
		"unreported, with destroy": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm", "destroy=true"},
			fault:    &hidden,
			code:     refused,
			status:   "planned",
		},
		"reported later": {
			scenario: "cost-increase",
			second:   []string{"mode=confirm"},
			fault:    &turned,
			code:     refused,
		},
		"override of auto-apply run": {
			scenario: "policy-soft",
			first:    append(auto, "destroy=true"),
			second:   []string{"mode=override"},
			code:     refused,
			status:   "policy_override",
		},
		"override of auto-apply run with destroy": {
			scenario: "policy-soft",
			first:    append(auto, "destroy=true"),
			second:   []string{"mode=override", "destroy=true"},
			code:     ended,
			status:   "applied",
		},
		"override of other auto-apply run with destroy": {
			scenario: "policy-soft",
			first:    auto,
			second:   []string{"mode=override", "destroy=true"},
			code:     refused,
			status:   "policy_override",
		},
		"override of run without auto-apply": {
			scenario: "policy-soft",
			first:    append(manual, "destroy=true"),
			second:   []string{"mode=override"},
			code:     ended,
			status:   "policy_checked",
		},
		"override with unreported auto-apply": {
			scenario: "policy-soft",
			first:    append(manual, "destroy=true"),
			second:   []string{"mode=override"},
			fault:    ref(edit(readRun, 1, func(attributes, _ map[string]any) { delete(attributes, "auto-apply") })),
			code:     refused,
			status:   "policy_override",
		},
		"watch": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=watch"},
			code:     ended,
			status:   "planned",
		},
		"discard": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=discard"},
			code:     ended,
			status:   "discarded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := append([]string{"dry-run=false"}, c.first...)
			if name == "reported later" {
				first = append(first, "wait=false") // the second step follows the run
			}
			p := playOnRun(t, scenario(t, c.scenario), first, func(a *stepResult) []string {
				if c.fault != nil {
					a.server.AddFault(*c.fault)
				}
				return c.second
			})
			p.want(map[bool]int{true: 0, false: 3}[c.code == ""], "error-code="+c.code)
			if run := p.server.Runs()[0]; c.status != "" && run.Status != c.status {
				t.Errorf("the run is %s, want %s\n%s", run.Status, c.status, p.log)
			}
			if c.code != "" {
				p.sentNoActions()
			}
		})
	}
}

// TestErrorNamesBothWorkspaces checks that the message names the run, its workspace and the workspace of the inputs.
func TestErrorNamesBothWorkspaces(t *testing.T) {
	t.Parallel()
	p := playOnRun(t, scenario(t, "waits-for-approval"), []string{"dry-run=false"},
		fixedInputs("mode=confirm", "workspace=production/network-edge"))
	p.logContains("wrong-workspace (run-id)", scalrsim.WorkspaceID, `"production/network-edge" (`+scalrsim.EdgeWorkspaceID+`)`)
	if run := p.server.Runs()[0].ID; !strings.Contains(errorAnnotation(p.log), run) {
		t.Errorf("the message does not contain run %s\n%s", run, p.log)
	}
}

// TestConfirmWaitsForThePlan checks that an active run is confirmed after it starts to wait for confirmation.
func TestConfirmWaitsForThePlan(t *testing.T) {
	t.Parallel()
	p := playOnRun(t, scenario(t, "cost-increase"), []string{"dry-run=false", "wait=false"}, fixedInputs("mode=confirm"))
	p.want(0, "result=applied").requestCount("POST /runs/*/actions/apply", 1)
}

// TestOverrideConflicts checks that a conflict is an error only if the run still waits for an override after several
// polls, and not if another person has overridden or ended the run.
func TestOverrideConflicts(t *testing.T) {
	t.Parallel()
	refuse := scalrsim.Fault{
		Op:     overrideOp,
		Action: scalrsim.Status,
		Status: 409,
		Times:  -1,
		Body:   `{"errors":[{"status":"409","title":"Conflict","detail":"The check is held."}]}`,
	}
	took := refuse
	took.Phase, took.Times = scalrsim.After, 1
	once := refuse
	once.Times = 1
	for name, c := range map[string]struct {
		fault  scalrsim.Fault
		second []string
		code   int
		want   []string
		says   string
	}{
		"always": {
			fault: refuse,
			code:  3,
			want:  []string{"error-code=run-not-waiting", "status=policy_override"},
			says:  "The check is held",
		},
		"permanent conflict, without waiting": {
			fault:  refuse,
			second: []string{"wait=false"},
			code:   3,
			want:   []string{"error-code=run-not-waiting"},
			says:   "The check is held",
		},
		"once": {
			fault: once,
			want:  []string{"result=needs-confirmation", "policy-status=overridden"},
			says:  "Overrode 1",
		},
		"overridden by another person": {
			fault: took,
			want:  []string{"result=needs-confirmation", "policy-status=overridden"},
			says:  "already overridden or has finished",
		},
		"overridden by another person, without waiting": {
			fault:  took,
			second: []string{"wait=false"},
			want:   []string{"result=overridden"},
			says:   "already overridden or has finished",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := playOnRun(t, scenario(t, "policy-soft"), []string{"dry-run=false"}, func(a *stepResult) []string {
				a.server.AddFault(c.fault)
				return append(c.second, "mode=override")
			})
			p.want(c.code, c.want...).logContains(c.says)
			if p.took > 2*time.Minute {
				t.Errorf("took %s", p.took)
			}
		})
	}
}
