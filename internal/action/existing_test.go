package action_test

import (
	"encoding/json"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// playOnRun runs a step that creates a run, and then a second step on this run against the same server. more returns
// the inputs of the second step.
func playOnRun(t *testing.T, s scalrsim.Scenario, first []string, more func(created *stepResult) []string) *stepResult {
	t.Helper()
	r, next := newStepTest(t, s, first...), newStepTest(t, s)
	a, b := newResult(t), newResult(t)
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

// fixedInputs returns inputs that do not depend on the first step.
func fixedInputs(inputs ...string) func(*stepResult) []string {
	return func(*stepResult) []string { return inputs }
}

// sentNoActions checks that the step sent no request that changes a run.
func (p *stepResult) sentNoActions() *stepResult {
	p.t.Helper()
	for _, s := range p.record.all() {
		if s.method != "GET" {
			p.t.Errorf("%s was sent", s.op())
		}
	}
	return p
}

// edit returns a fault that changes a run in a response.
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

// TestRunOfAnotherWorkspace checks that nothing is changed if the run does not belong to the workspace of the inputs,
// whether the inputs contain its name or its id.
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
				p := playOnRun(t, s, []string{"dry-run=false"}, fixedInputs("mode="+mode, workspace)).sentNoActions()
				p.want(3, "result=refused", "error-code=wrong-workspace", "run-id=", "workspace-id=").logContains("Nothing was changed")
			})
		}
	}
}

// TestRunOfTheGivenWorkspace checks that the step continues if the run belongs to the workspace of the inputs, by
// name or by id.
func TestRunOfTheGivenWorkspace(t *testing.T) {
	t.Parallel()
	for _, workspace := range []string{
		"workspace-id=" + scalrsim.WorkspaceID,
		"workspace=production/network",
		"workspace=" + scalrsim.EnvironmentID + "/network",
	} {
		t.Run(workspace, func(t *testing.T) {
			t.Parallel()
			playOnRun(t, scenario(t, "waits-for-approval"), []string{"dry-run=false"}, func(a *stepResult) []string {
				return []string{
					"mode=confirm",
					workspace,
					"expected-configuration-version-id=" + a.outputs["configuration-version-id"],
				}
			}).want(0, "result=applied").requestCount("POST /runs/*/actions/apply", 1)
		})
	}
}

// TestUnexpectedRun checks that a value that is missing in a response, or that changes between
// responses, does not match.
func TestUnexpectedRun(t *testing.T) {
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
		"other configuration version": {
			inputs: []string{"expected-configuration-version-id=cv-other"},
			code:   "wrong-configuration",
		},
		"prefix of configuration version": {
			inputs: []string{"expected-configuration-version-id=cv-v0"},
			code:   "wrong-configuration",
		},
		"unreported configuration version": {
			fault:  ref(edit(readRun, 1, lost("configuration-version"))),
			inputs: []string{"expected-configuration-version-id=cv-other"},
			code:   "wrong-configuration",
		},
		"unreported workspace": {
			fault:  ref(edit(readRun, 1, lost("workspace"))),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"unreadable workspace": {
			fault:  ref(statusFault(readWorkspace, 403, -1)),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"workspaces cannot be listed": {
			fault:  ref(scalrsim.Fault{Op: "GET /workspaces", Action: scalrsim.Garbage, Body: `{"data":[]}`, Times: -1}),
			inputs: []string{"workspace=production/network"},
			code:   "wrong-workspace",
		},
		"other workspace later": {
			fault:  ref(edit(readRun, 2, moved("workspace", "workspaces", scalrsim.EdgeWorkspaceID))),
			inputs: []string{network},
			code:   "wrong-workspace",
		},
		"other configuration version later": {
			fault: ref(edit(readRun, 2, moved("configuration-version", "configuration-versions", "cv-other"))),
			code:  "wrong-configuration",
		},
	} {
		for _, mode := range []string{"watch", "confirm", "override", "discard", "cancel"} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				p := playOnRun(t, scenario(t, "waits-for-approval"), real, func(a *stepResult) []string {
					if c.fault != nil {
						a.server.AddFault(*c.fault)
					}
					if c.inputs == nil {
						c.inputs = []string{"expected-configuration-version-id=" + a.outputs["configuration-version-id"]}
					}
					return append([]string{"mode=" + mode}, c.inputs...)
				})
				p.want(3, "result=refused", "error-code="+c.code).sentNoActions()
			})
		}
	}
}

func ref[T any](v T) *T { return &v }
