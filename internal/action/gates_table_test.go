package action_test

import (
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

var update = flag.Bool("update", false, "rewrite docs/gates.md and the golden comments of the overview")

// gateSource is what Scalr, the plan JSON and the log say of one plan, and what
// that means for `fail-on: destroy`: passes, destroys or unknown.
type gateSource struct {
	name, verdict string
	// additions and destructions are Scalr's numbers; none are not reported.
	additions, destructions any
	hasChanges              any
	planJSON                string // "" for none: 404
	log                     string
}

const (
	logHead     = "\nTerraform will perform the following actions:\n"
	logCreates  = "\n  # terraform_data.a will be created\n  + resource \"terraform_data\" \"a\" {\n      + input = \"a\"\n    }\n"
	logDestroys = "\n  # terraform_data.b will be destroyed\n  - resource \"terraform_data\" \"b\" {\n      - input = \"b\" -> null\n    }\n"
	logNone     = "\nNo changes. Your infrastructure matches the configuration.\n"
	logBegins   = "terraform_data.b: Refreshing state... [id=1]\n"
)

func logOf(creates, destroys int) string {
	return logBegins + logHead + strings.Repeat(logCreates, creates) + strings.Repeat(logDestroys, destroys) +
		fmt.Sprintf("\nPlan: %d to add, 0 to change, %d to destroy.\n", creates, destroys)
}

func planJSONOf(actions ...string) string {
	var changes []string
	for i, a := range actions {
		changes = append(changes, fmt.Sprintf(`{"address":"terraform_data.r%d","mode":"managed","change":{%s}}`, i, a))
	}
	return `{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[` + strings.Join(changes, ",") + `]}`
}

// gateSources are the ways in which a plan may be known, or not.
func gateSources() []gateSource {
	const creates, destroys = `"actions":["create"]`, `"actions":["delete"]`
	return []gateSource{
		{"all say that nothing is destroyed", "passes", 1, 0, true, planJSONOf(creates), logOf(1, 0)},
		{"Scalr's numbers alone", "passes", 1, 0, true, "", logBegins},
		{"the plan JSON alone", "passes", nil, nil, true, planJSONOf(creates), logBegins},
		{"the whole text alone", "passes", nil, nil, true, "", logOf(1, 0)},
		{"nothing is known", "unknown", nil, nil, true, "", logBegins},
		{"only that something changes, and a cut text", "unknown", nil, nil, nil, "", logBegins + logHead + logCreates},
		{"an empty object for the JSON", "unknown", nil, nil, true, "{}", logBegins},
		{"Scalr counts a destruction", "destroys", 1, 1, true, planJSONOf(creates), logOf(1, 0)},
		{"the JSON destroys", "destroys", 1, 0, true, planJSONOf(creates, destroys), logOf(1, 0)},
		{"the JSON replaces", "destroys", nil, nil, true, planJSONOf(`"actions":["create","delete"]`), logBegins},
		{"the text destroys", "destroys", 1, 0, true, planJSONOf(creates), logOf(1, 1)},
		{"a cut text destroys beside an empty JSON", "destroys", nil, nil, true, planJSONOf(), logBegins + logHead + logDestroys},
		{"an action that is not known", "unknown", 1, 0, true, planJSONOf(`"actions":["obliterate"]`), logOf(1, 0)},
		{"actions that exclude each other", "destroys", 1, 0, true, planJSONOf(`"actions":["update","delete"]`), logOf(1, 0)},
		{"actions twice", "destroys", 1, 0, true, planJSONOf(`"actions":["delete"],"actions":["create"]`), logOf(1, 0)},
		{"a negative number", "unknown", 1, -1, true, planJSONOf(creates), logOf(1, 0)},
		{"has-changes: false beside destructions", "destroys", 0, 3, false, planJSONOf(), logNone},
		{"has-changes: false beside additions", "unknown", 3, 0, false, planJSONOf(), logNone},
	}
}

// gateStatuses are those in which a run rests, with the steps that lead there.
var gateStatuses = []struct {
	status string
	steps  []scalrsim.Step
}{
	{"planned", nil}, {"post_plan_finished", nil}, {"cost_estimated", nil}, {"policy_checked", nil}, {"planned_and_saved", nil},
	{"policy_override", []scalrsim.Step{{Status: "policy_checking", For: time.Second}, {Status: "policy_override", Waits: true}}},
	{"applied", []scalrsim.Step{{Status: "planned", For: time.Second}, {Status: "applying", For: 2 * time.Second}, {Status: "applied"}}},
	{"planned_and_finished", nil}, {"errored", nil}, {"discarded", nil}, {"canceled", nil},
	{"quantum_checking", []scalrsim.Step{{Status: "quantum_checking", Plan: "finished", Apply: "unreachable"}}},
}

var gateModes = []string{"run", "confirm", "override", "watch"}

// cell is how a step with `fail-on: destroy` ends, and what it did to the run.
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

// playCell plays one cell.
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

// edit makes an answer say what the source says.
func (g gateSource) edit(body string) string {
	planned := false
	body = editPart(body, "plans", func(plan map[string]any) {
		if planned = plan["status"] == "finished"; planned {
			plan["resource-additions"], plan["resource-destructions"], plan["has-changes"] = g.additions, g.destructions, g.hasChanges
			if plan["resource-changes"] = any(0); g.additions == nil {
				plan["resource-changes"] = nil
			}
		}
	})
	body = editPart(body, "applies", func(apply map[string]any) {
		apply["resource-additions"], apply["resource-changes"], apply["resource-destructions"] = nil, nil, nil
	})
	return editPart(body, "runs", func(run map[string]any) {
		if planned {
			run["has-changes"] = g.hasChanges
		}
	})
}

// playOnce plays the step, and next, if there is one, on the run that it made.
func (r *stepTest) playOnce(next *stepTest) cell {
	r.t.Helper()
	a, b := &stepResult{t: r.t, dir: r.t.TempDir()}, &stepResult{t: r.t, dir: r.t.TempDir()}
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

// TestGateTable plays what a plan may be known by, in every status that a run rests
// in, in every mode, and compares with docs/gates.md. No cell is green that should be
// red. It plays a part of the cells; with SOAK=1 or -update all of them.
func TestGateTable(t *testing.T) {
	t.Parallel()
	rewrite := *update
	sample := uint32(24) // one cell of so many
	switch {
	case rewrite || os.Getenv("SOAK") != "":
		sample = 1
	case testing.Short():
		sample = 40
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
			t.Errorf("%s ends as %q, docs/gates.md says %q; go test ./internal/action -run TestGateTable -update writes it anew", name, c, recorded[name])
		}
	}
	if want := len(gateStatuses) * len(gateSources()) * len(gateModes); len(recorded) != want {
		t.Errorf("docs/gates.md has %d cells, want %d", len(recorded), want)
	}
}

// checkGateCell is the rule: what does not pass is red and nothing is let go on; what
// passes is not held up by the gate.
func checkGateCell(t *testing.T, c cell, mode, status string, source gateSource) {
	t.Helper()
	letGo := c.confirmed + c.overridden
	own := slices.Contains([]string{"errored", "discarded", "canceled", "quantum_checking"}, status) // red by itself
	switch {
	case source.verdict != "passes" && letGo > 0:
		t.Errorf("the run was let go on: %v", c)
	case source.verdict != "passes" && c.code == 0:
		t.Errorf("it is green: %v", c)
	case source.verdict != "passes" && !own && (c.result != "rejected" || c.code != 1):
		t.Errorf("got %v, want rejected", c)
	case source.verdict == "passes" && c.result == "rejected":
		t.Errorf("it is rejected for nothing: %v", c)
	case own && c.code == 0:
		t.Errorf("a run that is %s is green", status)
	case c.discards > 0 && mode != "run":
		t.Errorf("a run that the step did not create was discarded: %v", c)
	}
}
