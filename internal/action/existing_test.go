package action_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// onRun plays a step that creates a run and then a second one on that run,
// against the same Scalr; more gives inputs of the second by outputs of the first.
func onRun(t *testing.T, s scalrsim.Scenario, first []string, more func(created *stepResult) []string) *stepResult {
	t.Helper()
	r, next := newStepTest(t, s, first...), newStepTest(t, s)
	a, b := &stepResult{t: t, dir: t.TempDir()}, &stepResult{t: t, dir: t.TempDir()}
	r.then(a, func() {
		a.read()
		b.server = a.server
		next.set("workspace-id=", "run-id="+a.outputs["run-id"])
		next.set(more(a)...)
		next.step(b)
	})
	b.read()
	next.check(b)
	return b
}

// given is for inputs that do not depend on the first step.
func given(inputs ...string) func(*stepResult) []string {
	return func(*stepResult) []string { return inputs }
}

// untouched checks that nothing was asked of any run by a request of the step.
func (p *stepResult) untouched() *stepResult {
	p.t.Helper()
	for _, s := range p.record.all() {
		if s.method != "GET" {
			p.t.Errorf("%s was sent", s.op())
		}
	}
	return p
}

// edit changes what an answer says of a run.
func edit(op string, nth int, change func(attributes, relationships map[string]any)) scalrsim.Fault {
	return scalrsim.Fault{
		Op:     op,
		Nth:    nth,
		Times:  -1,
		Action: scalrsim.Edit,
		Change: func(body string) string {
			var doc map[string]any
			if json.Unmarshal([]byte(body), &doc) != nil {
				return body
			}
			data, ok := doc["data"].(map[string]any)
			if !ok || data["type"] != "runs" {
				return body
			}
			change(data["attributes"].(map[string]any), data["relationships"].(map[string]any))
			b, err := json.Marshal(doc)
			if err != nil {
				return body
			}
			return string(b)
		},
	}
}

func moved(relation, kind, id string) func(_, relationships map[string]any) {
	return func(_, relationships map[string]any) {
		relationships[relation] = map[string]any{"data": map[string]any{"type": kind, "id": id}}
	}
}

// TestRunOfAnotherWorkspace: the run must be of the workspace that is given, in
// whatever form, and nothing is changed before that is known.
func TestRunOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	s := scenario(t, "waits-for-approval")
	s.Setup = func(s *scalrsim.Server) { s.AddWorkspace(scalrsim.StagingID, scalrsim.WorkspaceName, nil) }
	for _, mode := range []string{"watch", "confirm", "override", "discard", "cancel"} {
		for _, workspace := range []string{
			"workspace-id=" + scalrsim.EdgeWorkspaceID,
			"workspace-id=ws-nothere",
			"workspace=production/network-edge",
			"workspace=staging/network",
			"workspace=" + scalrsim.EnvironmentID + "/network-edge",
			"workspace=" + scalrsim.StagingID + "/network",
			"workspace=production/Network",
			"workspace=Production/network",
			"workspace=production/netw",
			"workspace=nowhere/network",
			"workspace=env-nothere/network",
		} {
			t.Run(mode+" "+workspace, func(t *testing.T) {
				t.Parallel()
				p := onRun(t, s, []string{"dry-run=false"}, given("mode="+mode, workspace)).untouched()
				p.want(3, "result=refused", "error-code=wrong-workspace", "run-id=", "workspace-id=").says("Nothing was changed")
			})
		}
	}
}

// TestRunOfTheGivenWorkspace goes on, in whatever form the workspace is given.
func TestRunOfTheGivenWorkspace(t *testing.T) {
	t.Parallel()
	for _, workspace := range []string{
		"workspace-id=" + scalrsim.WorkspaceID,
		"workspace=production/network",
		"workspace=" + scalrsim.EnvironmentID + "/network",
	} {
		t.Run(workspace, func(t *testing.T) {
			t.Parallel()
			onRun(t, scenario(t, "waits-for-approval"), []string{"dry-run=false"}, func(a *stepResult) []string {
				return []string{
					"mode=confirm",
					workspace,
					"expected-configuration-version-id=" + a.outputs["configuration-version-id"],
				}
			}).want(0, "result=applied").asked("POST /runs/*/actions/apply", 1)
		})
	}
}

// TestRunThatIsNotTheExpectedOne: what is not reported, or changes from one
// answer to the next, is no match.
func TestRunThatIsNotTheExpectedOne(t *testing.T) {
	t.Parallel()
	real, network := []string{"dry-run=false"}, "workspace-id="+scalrsim.WorkspaceID
	lost := func(name string) func(_, relationships map[string]any) {
		return func(_, relationships map[string]any) { delete(relationships, name) }
	}
	for name, c := range map[string]struct {
		fault  *scalrsim.Fault
		inputs []string
		code   string
	}{
		"another configuration version": {
			inputs: []string{"expected-configuration-version-id=cv-other"},
			code:   "wrong-configuration",
		},
		"its end is missing": {
			inputs: []string{"expected-configuration-version-id=cv-v0"},
			code:   "wrong-configuration",
		},
		"configuration not reported": {
			fault:  ref(edit(readRun, 1, lost("configuration-version"))),
			inputs: []string{"expected-configuration-version-id=cv-other"},
			code:   "wrong-configuration",
		},
		"workspace not reported": {
			fault:  ref(edit(readRun, 1, lost("workspace"))),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"workspace not readable": {
			fault:  ref(answered(readWorkspace, 403, -1)),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"workspaces not listed": {
			fault:  ref(scalrsim.Fault{Op: "GET /workspaces", Action: scalrsim.Garbage, Body: `{"data":[]}`, Times: -1}),
			inputs: []string{"workspace=production/network"},
			code:   "wrong-workspace",
		},
		"another workspace later": {
			fault:  ref(edit(readRun, 2, moved("workspace", "workspaces", scalrsim.EdgeWorkspaceID))),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"another configuration later": {
			fault: ref(edit(readRun, 2, moved("configuration-version", "configuration-versions", "cv-other"))),
			code:  "wrong-configuration",
		},
	} {
		for _, mode := range []string{"watch", "confirm", "override", "discard", "cancel"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				p := onRun(t, scenario(t, "waits-for-approval"), real, func(a *stepResult) []string {
					if c.fault != nil {
						a.server.AddFault(*c.fault)
					}
					if c.inputs == nil {
						c.inputs = []string{"expected-configuration-version-id=" + a.outputs["configuration-version-id"]}
					}
					return append([]string{"mode=" + mode}, c.inputs...)
				})
				p.want(3, "result=refused", "error-code="+c.code).untouched()
			})
		}
	}
}

func ref[T any](v T) *T { return &v }

// TestDestroyRunIsConfirmedKnowingly: a run that destroys everything is let go
// on only with destroy: true, and any other only without.
func TestDestroyRunIsConfirmedKnowingly(t *testing.T) {
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
		"confirm knowingly": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm", "destroy=true"},
			code:     ended,
			status:   "applied",
		},
		"confirm what does not": {
			scenario: "waits-for-approval",
			second:   []string{"mode=confirm", "destroy=true"},
			code:     refused,
			status:   "planned",
		},
		"not reported": {
			scenario: "waits-for-approval",
			second:   []string{"mode=confirm"},
			fault:    &hidden,
			code:     refused,
			status:   "planned",
		},
		"not reported, and wanted": {
			scenario: "waits-for-approval",
			first:    []string{"destroy=true"},
			second:   []string{"mode=confirm", "destroy=true"},
			fault:    &hidden,
			code:     refused,
			status:   "planned",
		},
		"turns out later": {
			scenario: "cost-increase",
			second:   []string{"mode=confirm"},
			fault:    &turned,
			code:     refused,
		},
		"override of an auto-apply": {
			scenario: "policy-soft",
			first:    append(auto, "destroy=true"),
			second:   []string{"mode=override"},
			code:     refused,
			status:   "policy_override",
		},
		"override of one, knowingly": {
			scenario: "policy-soft",
			first:    append(auto, "destroy=true"),
			second:   []string{"mode=override", "destroy=true"},
			code:     ended,
			status:   "applied",
		},
		"override of one that does not": {
			scenario: "policy-soft",
			first:    auto,
			second:   []string{"mode=override", "destroy=true"},
			code:     refused,
			status:   "policy_override",
		},
		"override of one that waits": {
			scenario: "policy-soft",
			first:    append(manual, "destroy=true"),
			second:   []string{"mode=override"},
			code:     ended,
			status:   "policy_checked",
		},
		"override, auto-apply is hidden": {
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
			if name == "turns out later" {
				first = append(first, "wait=false") // the second step follows it
			}
			p := onRun(t, scenario(t, c.scenario), first, func(a *stepResult) []string {
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
				p.untouched()
			}
		})
	}
}

// TestRefusalNamesBoth: whoever reads it sees which run, which workspace and
// which other one.
func TestRefusalNamesBoth(t *testing.T) {
	t.Parallel()
	p := onRun(t, scenario(t, "waits-for-approval"), []string{"dry-run=false"},
		given("mode=confirm", "workspace=production/network-edge"))
	p.says("wrong-workspace (run-id)", scalrsim.WorkspaceID, `"production/network-edge" (`+scalrsim.EdgeWorkspaceID+`)`)
	if run := p.server.Runs()[0].ID; !strings.Contains(headlineOf(p.log), run) {
		t.Errorf("the verdict does not name run %s\n%s", run, p.log)
	}
}

// TestConfirmWaitsForThePlan: a run that is still at work is confirmed when it
// waits for that.
func TestConfirmWaitsForThePlan(t *testing.T) {
	t.Parallel()
	p := onRun(t, scenario(t, "cost-increase"), []string{"dry-run=false", "wait=false"}, given("mode=confirm"))
	p.want(0, "result=applied").asked("POST /runs/*/actions/apply", 1)
}

// TestOverrideConflicts: a conflict is reported after a short while in which the
// run is looked at again, and is no error if somebody else overrode or ended the run.
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
		"always, without waiting": {
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
		"somebody overrode": {
			fault: took,
			want:  []string{"result=needs-confirmation", "policy-status=overridden"},
			says:  "already overridden or has finished",
		},
		"somebody, without waiting": {
			fault:  took,
			second: []string{"wait=false"},
			want:   []string{"result=overridden"},
			says:   "already overridden or has finished",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := onRun(t, scenario(t, "policy-soft"), []string{"dry-run=false"}, func(a *stepResult) []string {
				a.server.AddFault(c.fault)
				return append(c.second, "mode=override")
			})
			p.want(c.code, c.want...).says(c.says)
			if p.took > 2*time.Minute {
				t.Errorf("took %s", p.took)
			}
		})
	}
}
