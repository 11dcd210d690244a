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
	logHead    = "\nTerraform will perform the following actions:\n"
	logCreates = "\n  # terraform_data.a will be created\n  + resource \"terraform_data\" \"a\" {\n      + input = " +
		"\"a\"\n    }\n"
	logDestroys = "\n  # terraform_data.b will be destroyed\n  - resource \"terraform_data\" \"b\" {\n      - input " +
		"= \"b\" -> null\n    }\n"
	logNone   = "\nNo changes. Your infrastructure matches the configuration.\n"
	logBegins = "terraform_data.b: Refreshing state... [id=1]\n"
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
		{
			name:       "all say that nothing is destroyed",
			verdict:    "passes",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(creates),
			log:        logOf(1, 0),
		},
		{name: "Scalr's numbers alone", verdict: "passes", additions: 1, hasChanges: true, log: logBegins},
		{name: "the plan JSON alone", verdict: "passes", hasChanges: true, planJSON: planJSONOf(creates), log: logBegins},
		{name: "the whole text alone", verdict: "passes", hasChanges: true, log: logOf(1, 0)},
		{name: "nothing is known", verdict: "unknown", hasChanges: true, log: logBegins},
		{name: "only that something changes, and a cut text", verdict: "unknown", log: logBegins + logHead + logCreates},
		{name: "an empty object for the JSON", verdict: "unknown", hasChanges: true, planJSON: "{}", log: logBegins},
		{
			name:         "Scalr counts a destruction",
			verdict:      "destroys",
			additions:    1,
			destructions: 1,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 0),
		},
		{
			name:       "the JSON destroys",
			verdict:    "destroys",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(creates, destroys),
			log:        logOf(1, 0),
		},
		{
			name:       "the JSON replaces",
			verdict:    "destroys",
			hasChanges: true,
			planJSON:   planJSONOf(`"actions":["create","delete"]`),
			log:        logBegins,
		},
		{
			name:       "the text destroys",
			verdict:    "destroys",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(creates),
			log:        logOf(1, 1),
		},
		{
			name:       "a cut text destroys beside an empty JSON",
			verdict:    "destroys",
			hasChanges: true,
			planJSON:   planJSONOf(),
			log:        logBegins + logHead + logDestroys,
		},
		{
			name:       "an action that is not known",
			verdict:    "unknown",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(`"actions":["obliterate"]`),
			log:        logOf(1, 0),
		},
		{
			name:       "actions that exclude each other",
			verdict:    "destroys",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(`"actions":["update","delete"]`),
			log:        logOf(1, 0),
		},
		{
			name:       "actions twice",
			verdict:    "destroys",
			additions:  1,
			hasChanges: true,
			planJSON:   planJSONOf(`"actions":["delete"],"actions":["create"]`),
			log:        logOf(1, 0),
		},
		{
			name:         "a negative number",
			verdict:      "unknown",
			additions:    1,
			destructions: -1,
			hasChanges:   true,
			planJSON:     planJSONOf(creates),
			log:          logOf(1, 0),
		},
		{
			name:         "has-changes: false beside destructions",
			verdict:      "destroys",
			destructions: 3,
			planJSON:     planJSONOf(),
			log:          logNone,
		},
		{name: "has-changes: false beside additions", verdict: "unknown", additions: 3, planJSON: planJSONOf(), log: logNone},
	}
}

// gateStatuses are those in which a run rests, with the steps that lead there.
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
			plan["resource-additions"], plan["resource-destructions"], plan["has-changes"] = g.additions, g.destructions,
				g.hasChanges
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
			t.Errorf("%s ends as %q, docs/gates.md says %q; go test ./internal/action -run TestGateTable -update writes it anew",
				name, c, recorded[name])
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
