package action_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// gatesHold is invariant I14: the step neither lets a run continue whose plan meets a condition of fail-on, nor
// reports a success for it. The scenario defines the content of the plan.
func (r *stepTest) gatesHold(p *stepResult) error {
	condition := r.conditionMet()
	if condition == "" || r.name != "scalr-run" {
		return nil
	}
	for _, run := range p.runs {
		for _, a := range p.actionsOf(run, true) {
			if a.Verb == "apply" || a.Verb == "override" {
				return fmt.Errorf("run %s received %s, although fail-on has %s", run.ID, a.Verb, condition)
			}
		}
	}
	if _, judged := expectedStatuses[p.outputs["result"]]; judged && p.code == 0 {
		return fmt.Errorf("the result is %s, although fail-on has %s", p.outputs["result"], condition)
	}
	return nil
}

// conditionMet returns the condition of fail-on that the plan of the scenario meets. It returns "" if there is none,
// or if the scenario does not define the plan.
func (r *stepTest) conditionMet() string {
	life := r.scenario.Script
	if life.Execute || len(life.Steps) > 0 || r.scenario.Logs.PlanJSON != "" || life.Plan.Log != "" ||
		r.inputs["refresh-only"] == "true" {
		return ""
	}
	changes, destroys := life.Plan.Changes == nil, false
	for _, c := range life.Plan.Changes {
		changes = changes || c.Action != "no-op"
		destroys = destroys || c.Action == "delete" || c.Action == "replace"
	}
	for line := range strings.Lines(r.inputs["fail-on"]) {
		switch line = strings.TrimSpace(line); {
		case line == "changes" &&
			changes, line == "destroy" && destroys, line == "cost-increase" && changes && life.Cost == nil:
			return line
		}
	}
	return ""
}

// TestRandomFaultsOnGates adds faults to those of TestRandomFaults: missing or negative numbers, an unreadable plan
// JSON, a truncated log. FAULT_SEED and FAULT_SEEDS are the same as there.
func TestRandomFaultsOnGates(t *testing.T) {
	t.Parallel()
	first, count := seeds(t)
	for seed := first; seed < first+count; seed++ {
		t.Run(fmt.Sprintf("FAULT_SEED=%d", seed), func(t *testing.T) {
			t.Parallel()
			r := randomGate(t, dice{rand.New(rand.NewPCG(seed, 17))})
			p := r.play()
			if t.Failed() {
				t.Logf("replay with FAULT_SEED=%d\nscenario %s, inputs %v, faults %+v\nrequests:\n%s", seed, r.scenario.Name,
					r.inputs, r.scenario.Faults, p.exchange())
			}
		})
	}
}

func randomGate(t *testing.T, d dice) *stepTest {
	s := scenario(t,
		d.one("waits-for-approval", "applied", "cost-increase", "policy-soft", "policy-soft", "passes-planned", "lagging-log",
			"log-at-end"))
	s.Script.Plan.Changes = [][]scalrsim.Change{
		{},
		{{Address: "terraform_data.a", Action: "create"}},
		{{Address: "terraform_data.a", Action: "update"}, {Address: "terraform_data.b", Action: "delete"}},
		{{Address: "terraform_data.a", Action: "replace"}},
	}[d.IntN(4)]
	s.Logs.JSON = []int{0, 0, 204, 403, 404, 413}[d.IntN(6)]
	for range d.IntN(4) {
		f := randomFault(d)
		f.Op = d.one("GET /plans/*/sanitized-json-output", "GET /plans/*/output", "GET /plans/*/output", "GET /runs/*",
			"POST /runs/*/actions/*", "POST /policy-checks/*/actions/*")
		s.Faults = append(s.Faults, f)
	}
	if d.maybe(70) {
		s.Faults = append(s.Faults,
			scalrsim.Fault{Op: "GET /runs/*", Nth: 1 + d.IntN(2), Times: -1, Action: scalrsim.Edit, Change: lessKnown(d)})
	}
	lines := []string{"changes", "destroy", "cost-increase", "needs-confirmation"}
	d.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	r := newStepTest(t, s, "dry-run="+d.one("true", "false", "false"), "timeout="+d.one("60m", "60m", "3m"),
		"fail-on="+strings.Join(lines[:1+d.IntN(2)], "\n"), "max-cost-increase="+d.one("", "1000"))
	if !strings.Contains(r.inputs["fail-on"], "cost-increase") {
		r.set("max-cost-increase=")
	}
	if r.inputs["dry-run"] == "false" {
		r.set("auto-apply=" + d.one("", "true", "true"))
	}
	if d.maybe(50) {
		attributes := map[string]any{"is-dry": false, "auto-apply": s.Name == "policy-soft" && d.maybe(50)}
		r.scenario.Setup = func(s *scalrsim.Server) { r.set("run-id=" + s.AddRun(scalrsim.WorkspaceID, attributes)) }
		r.set("mode="+d.one("confirm", "confirm", "override", "watch"), "workspace-id=", "dry-run=", "auto-apply=")
		r.later = d.upTo(30 * time.Second)
	}
	r.anyFault, r.duplicates = true, hiddenDuplicates(s)
	return r
}

// lessKnown returns a function that removes numbers from a response or replaces them by impossible ones. It never
// replaces them by other valid numbers.
func lessKnown(d dice) func(string) string {
	lost := []string{"resource-additions", "resource-changes", "resource-destructions", "has-changes"}
	lost = slices.DeleteFunc(lost, func(string) bool { return d.maybe(30) })
	negative := d.maybe(20)
	return func(body string) string {
		body = editPart(body, "plans", func(plan map[string]any) {
			for _, name := range lost {
				plan[name] = nil
			}
			if negative && plan["status"] == "finished" {
				plan["resource-destructions"] = -2
			}
		})
		return editPart(body, "runs", func(run map[string]any) {
			if slices.Contains(lost, "has-changes") {
				run["has-changes"] = nil
			}
		})
	}
}
