package action_test

import (
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// gateStatuses are the statuses in which a run is final or waits, with the steps that lead to them.
var gateStatuses = []struct {
	status string
	steps  []scalrsim.Step
}{
	{status: "planned"},
	{status: "post_plan_finished"},
	{status: "cost_estimated"},
	{status: "policy_checked"},
	{status: "planned_and_saved"},
	{
		status: "policy_override",
		steps:  []scalrsim.Step{{Status: "policy_checking", For: time.Second}, {Status: "policy_override", Waits: true}},
	},
	{
		status: "applied",
		steps: []scalrsim.Step{
			{Status: "planned", For: time.Second},
			{Status: "applying", For: 2 * time.Second},
			{Status: "applied"},
		},
	},
	{status: "planned_and_finished"},
	{status: "errored"},
	{status: "discarded"},
	{status: "canceled"},
	{
		status: "quantum_checking",
		steps:  []scalrsim.Step{{Status: "quantum_checking", Plan: "finished", Apply: "unreachable"}},
	},
}

var gateModes = []string{"run", "confirm", "override", "watch"}

// cell is the result of a step with `fail-on: destroy`, with its actions on the run.
type cell struct {
	result                          string
	code                            int
	confirmed, overridden, discards int
}

func (c cell) String() string {
	text := c.result
	for _, did := range []struct {
		n    int
		word string
	}{{c.overridden, "overrides"}, {c.confirmed, "confirms"}, {c.discards, "discards"}} {
		if did.n > 0 {
			text += ", " + did.word
		}
	}
	return text
}

// playCell runs the steps for one cell of the table.
func playCell(t *testing.T, mode, status string, steps []scalrsim.Step, source gateSource) cell {
	t.Helper()
	s := scenario(t, "waits-for-approval")
	if steps == nil {
		steps = []scalrsim.Step{{Status: status, Waits: true}}
	}
	s.Script.Steps = append([]scalrsim.Step{{Status: "planning", For: 3 * time.Second, Log: source.log}}, steps...)
	if status == "policy_override" {
		s.Script.Policies = []scalrsim.Policy{{Name: "no_public_ip", Result: "soft_failed"}}
	}
	if s.Logs.PlanJSON = source.planJSON; source.planJSON == "" {
		s.Logs.JSON = 404
	}
	s.Faults = []scalrsim.Fault{{Op: "GET /runs/*", Times: -1, Action: scalrsim.Edit, Change: source.edit}}
	first := newStepTest(t, s, "dry-run=false", "auto-apply=true", "fail-on=destroy")
	if status == "planned_and_saved" {
		first.set("auto-apply=", "save-plan=true")
	}
	if mode == "run" {
		return first.playOnce(nil)
	}
	first.set("fail-on=", "wait=false")
	if status != "planned_and_saved" {
		first.set("auto-apply=false")
	}
	return first.playOnce(newStepTest(t, s, "workspace-id=", "mode="+mode, "fail-on=destroy"))
}

// playOnce runs a step and, if next is not nil, a second step on the run of the first one.
func (r *stepTest) playOnce(next *stepTest) cell {
	r.t.Helper()
	a, b := newResult(r.t), newResult(r.t)
	last := r
	r.then(a, func() {
		if next != nil {
			a.read()
			b.server = a.server
			next.set("run-id=" + a.outputs["run-id"])
			next.step(b)
		}
		time.Sleep(time.Minute)
	})
	if next == nil {
		b = a
	} else {
		last = next
	}
	b.read()
	last.check(b)
	return cell{b.outputs["result"], b.code, b.count(confirms), b.count(overrides), b.count(discards)}
}

// TestGateTable compares docs/gates.md with the results of steps for all combinations of source, status and mode. No
// cell may be a success that should be a failure. By default it runs a sample; with SOAK=1 or -update it runs all of
// them.
func TestGateTable(t *testing.T) {
	t.Parallel()
	rewrite := *goldentest.Update
	sample := samples[uint32](40, 24, 1) // run one in this many cells
	if rewrite {
		sample = 1
	}
	var mu sync.Mutex
	cells := map[string]cell{}
	t.Run("cells", func(t *testing.T) {
		for _, at := range gateStatuses {
			for _, source := range gateSources() {
				for _, mode := range gateModes {
					name := at.status + "/" + source.name + "/" + mode
					sum := fnv.New32()
					sum.Write([]byte(name))
					if sum.Sum32()%sample != 0 {
						continue
					}
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						c := playCell(t, mode, at.status, at.steps, source)
						checkGateCell(t, c, mode, at.status, source)
						mu.Lock()
						defer mu.Unlock()
						cells[name] = c
					})
				}
			}
		}
	})
	const file = "../../docs/gates.md"
	if rewrite && !t.Failed() {
		writeGateTable(t, file, cells)
	}
	text, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	recorded := readGateTable(t, string(text))
	for name, c := range cells {
		if recorded[name] != c.String() {
			t.Errorf("%s ends as %q, want %q as in docs/gates.md; go test ./internal/action -run TestGateTable -update rewrites it",
				name, c, recorded[name])
		}
	}
	if want := len(gateStatuses) * len(gateSources()) * len(gateModes); len(recorded) != want {
		t.Errorf("docs/gates.md has %d cells, want %d", len(recorded), want)
	}
}

// checkGateCell checks the rule of the table: if the gate is not passed, the step fails and the run does not
// continue; if it is passed, the gate changes nothing.
func checkGateCell(t *testing.T, c cell, mode, status string, source gateSource) {
	t.Helper()
	continued := c.confirmed + c.overridden
	own := slices.Contains([]string{"errored", "discarded", "canceled", "quantum_checking"}, status) // fails even without the gate
	switch {
	case source.verdict != "passes" && continued > 0:
		t.Errorf("the run continued: %v", c)
	case source.verdict != "passes" && c.code == 0:
		t.Errorf("the step succeeded: %v", c)
	case source.verdict != "passes" && !own && (c.result != "rejected" || c.code != 1):
		t.Errorf("got %v, want rejected", c)
	case source.verdict == "passes" && c.result == "rejected":
		t.Errorf("the run was rejected without a reason: %v", c)
	case own && c.code == 0:
		t.Errorf("a run that is %s is a success", status)
	case c.discards > 0 && mode != "run":
		t.Errorf("a run that the step did not create was discarded: %v", c)
	}
}
