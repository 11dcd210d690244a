package gate_test

import (
	"fmt"
	"slices"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// A claim is what one source says of a plan, by construction. The oracle below
// knows claims only, never how they are read.
type claim struct {
	name      string
	knows     bool // it is whole: what it does not say does not happen
	changes   bool // it says that a resource changes
	destroys  bool // it says that one is destroyed
	doubtful  bool // it cannot be relied on
	others    bool // something changes that is no resource
	creates   int  // so many
	uncounted bool // it does not say how many it creates
}

type numbersCase struct {
	claim
	a, c, d *int
}

func numbersCases() []numbersCase {
	n := func(i int) *int { return &i }
	return []numbersCase{
		{claim{name: "no numbers"}, nil, nil, nil},
		{claim{name: "zeros", knows: true}, n(0), n(0), n(0)},
		{claim{name: "additions", knows: true, changes: true, creates: 2}, n(2), n(0), n(0)},
		{claim{name: "destructions", knows: true, changes: true, destroys: true}, n(0), n(0), n(1)},
		{claim{name: "negative destructions", doubtful: true}, n(0), n(0), n(-1)},
		{claim{name: "negative additions", doubtful: true}, n(-3), n(0), n(0)},
		{claim{name: "destructions alone", knows: true, uncounted: true}, nil, nil, n(0)}, // none: the others are not reported
	}
}

type planCase struct {
	claim
	text string
}

var jsonCases = []planCase{
	{claim{name: "no JSON"}, ""},
	{claim{name: "JSON {}"}, "{}"},
	{claim{name: "broken JSON"}, jsonOf("")[:40]},
	{claim{name: "JSON without changes", knows: true}, jsonOf("")},
	{claim{name: "JSON creates", knows: true, changes: true, creates: 1}, action(`["create"]`)},
	{claim{name: "JSON destroys", knows: true, changes: true, destroys: true}, action(`["delete"]`)},
	{claim{name: "JSON replaces", knows: true, changes: true, destroys: true, creates: 1}, action(`["create","delete"]`)},
	{claim{name: "broken JSON destroys", changes: true, destroys: true}, action(`["delete"]`)[:len(action(`["delete"]`))-1]},
	{claim{name: "JSON with an action not known", knows: true, others: true, doubtful: true}, action(`["obliterate"]`)},
	{claim{name: "JSON with actions twice", knows: true, doubtful: true}, jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"actions":["no-op"]}}`)},
	{claim{name: "JSON with a move", knows: true, others: true}, jsonOf(`{"address":"a.b","previous_address":"a.c","change":{"actions":["no-op"]}}`)},
}

var textCases = []planCase{
	{claim{name: "no text"}, ""},
	{claim{name: "cut text"}, "Terraform used the selected providers to generate the following execution\n"},
	{claim{name: "text without changes", knows: true}, noChanges},
	{claim{name: "text creates", knows: true, changes: true, creates: 1}, createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"},
	{claim{name: "text destroys", knows: true, changes: true, destroys: true}, destroysOne + "\nPlan: 0 to add, 0 to change, 1 to destroy.\n"},
	{claim{name: "cut text creates", changes: true, creates: 1}, createsOne},
	{claim{name: "cut text destroys", changes: true, destroys: true}, destroysOne},
	{claim{name: "text with a negative sum", doubtful: true}, "\nPlan: 0 to add, 0 to change, -1 to destroy.\n"},
}

var statuses = []scalr.Status{
	"pending", "pre_plan_queued", "pre_plan_running", "pre_plan_finished", "plan_queued", "planning", "planned", "post_plan_running",
	"post_plan_finished", "cost_estimating", "cost_estimated", "policy_checking", "policy_override", "policy_checked", "planned_and_saved",
	"confirmed", "pre_apply_queued", "pre_apply_running", "pre_apply_finished", "apply_queued", "applying", "post_apply_running",
	"post_apply_finished", "applied", "planned_and_finished", "errored", "discarded", "canceled", "quantum_checking",
}

// ended are the statuses of runs that are judged by that alone.
var ended = map[scalr.Status]bool{"errored": true, "discarded": true, "canceled": true}

// TestEveryCombination judges every combination of what the sources say, in every
// status, and holds it against a rule that knows nothing of how they are read: a gate
// passes only if some source is whole, none says what the gate forbids, and none is in
// doubt. Both ways: no cell is green that should be red, and none is red for nothing.
func TestEveryCombination(t *testing.T) {
	t.Parallel()
	plans := map[string]tfplan.Plan{}
	for _, j := range jsonCases {
		for _, x := range textCases {
			plans[j.name+x.name] = planOf(t, j.text, x.text)
		}
	}
	cells := 0
	for _, status := range statuses {
		for _, numbers := range numbersCases() {
			for _, has := range []*bool{nil, new(false), new(true)} {
				for _, j := range jsonCases {
					for _, x := range textCases {
						run := scalr.Run{Status: status, HasChanges: has, Plan: &scalr.Plan{Status: "finished",
							Additions: numbers.a, Changes: numbers.c, Destructions: numbers.d}}
						for _, units := range []bool{false, true} {
							in := gate.Case{Run: run, Plan: plans[j.name+x.name], SeveralUnits: units}
							cells += 2
							checkCell(t, in, has, []claim{numbers.claim, j.claim, x.claim})
						}
					}
				}
			}
		}
	}
	if cells < 200_000 {
		t.Errorf("only %d cells", cells)
	}
}

func checkCell(t *testing.T, in gate.Case, has *bool, sources []claim) {
	t.Helper()
	sources[2].knows = sources[2].knows && !in.SeveralUnits // it ends as often as there are units
	sources = whole(sources, has)
	where := fmt.Sprint(in.Run.Status, ", several units ", in.SeveralUnits, ", has-changes ", word(has))
	knows, doubtful, changes, destroys, others := false, false, false, false, false
	for _, s := range sources {
		where += ", " + s.name
		knows, doubtful = knows || s.knows, doubtful || s.doubtful
		changes, destroys, others = changes || s.changes, destroys || s.destroys, others || s.others
	}
	doubtful = doubtful || has != nil && !*has && changes
	green := ended[in.Run.Status] || knows && !destroys && !doubtful
	if got := len(gate.Conditions{Destroy: true}.Judge(in)) == 0; got != green {
		t.Errorf("destroy passes: %v, want %v: %s", got, green, where)
	}
	// Numbers say that nothing at all changes only together with has-changes.
	numbers := sources[0]
	knows = sources[1].knows || sources[2].knows || numbers.knows && numbers.name == "zeros" && has != nil
	green = ended[in.Run.Status] || knows && !changes && !others && !doubtful && (has == nil || !*has)
	if got := len(gate.Conditions{Changes: true}.Judge(in)) == 0; got != green {
		t.Errorf("changes passes: %v, want %v: %s", got, green, where)
	}
}

// whole gives the sources such that one is whole only if no other one has more: it
// creates as much, and it is not empty where another one or has-changes says that
// something happens. Numbers do not count what is no resource.
func whole(sources []claim, has *bool) []claim {
	all := slices.Clone(sources)
	for i := range all {
		one := &all[i]
		empty := i > 0 && !one.changes && !one.others
		one.knows = one.knows && (!empty || has == nil || !*has)
		for j, other := range sources {
			if i != j && (other.creates > one.creates && !one.uncounted || empty && (other.others || other.changes)) {
				one.knows = false
			}
		}
	}
	return all
}

func word(b *bool) string {
	if b == nil {
		return "not reported"
	}
	return fmt.Sprint(*b)
}
