package gate_test

import (
	"fmt"
	"slices"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// claim is what one source reports about a plan, by construction. The oracle below uses only claims, and does not
// depend on how a source is parsed.
type claim struct {
	name         string
	complete     bool // the source is complete: there are no other changes
	changes      bool // a resource changes
	destroys     bool // a resource is destroyed
	doubtful     bool // the source is unreliable
	otherChanges bool // the plan has changes, but not of resources
	creates      int  // number of created resources
	uncounted    bool // the number of created resources is not reported
}

type numbersCase struct {
	claim
	a, c, d *int
}

func numbersCases() []numbersCase {
	n := func(i int) *int { return &i }
	return []numbersCase{
		{claim{name: "no numbers"}, nil, nil, nil},
		{claim{name: "zeros", complete: true}, n(0), n(0), n(0)},
		{claim{name: "additions", complete: true, changes: true, creates: 2}, n(2), n(0), n(0)},
		{claim{name: "destructions", complete: true, changes: true, destroys: true}, n(0), n(0), n(1)},
		{claim{name: "negative destructions", doubtful: true}, n(0), n(0), n(-1)},
		{claim{name: "negative additions", doubtful: true}, n(-3), n(0), n(0)},
		// The other numbers are not reported.
		{claim{name: "destructions alone", complete: true, uncounted: true}, nil, nil, n(0)},
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
	{claim{name: "JSON without changes", complete: true}, jsonOf("")},
	{claim{name: "JSON creates", complete: true, changes: true, creates: 1}, action(`["create"]`)},
	{claim{name: "JSON destroys", complete: true, changes: true, destroys: true}, action(`["delete"]`)},
	{claim{name: "JSON replaces", complete: true, changes: true, destroys: true, creates: 1}, action(`["create","delete"]`)},
	{
		claim{name: "broken JSON destroys", changes: true, destroys: true},
		action(`["delete"]`)[:len(action(`["delete"]`))-1],
	},
	{claim{name: "JSON with an action not known", complete: true, otherChanges: true, doubtful: true}, action(`["obliterate"]`)},
	{
		claim{name: "JSON with actions twice", complete: true, doubtful: true},
		jsonOf(`{"address":"a.b","change":{"actions":["no-op"],"actions":["no-op"]}}`),
	},
	{
		claim{name: "JSON with a move", complete: true, otherChanges: true},
		jsonOf(`{"address":"a.b","previous_address":"a.c","change":{"actions":["no-op"]}}`),
	},
}

var textCases = []planCase{
	{claim{name: "no text"}, ""},
	{claim{name: "cut text"}, "Terraform used the selected providers to generate the following execution\n"},
	{claim{name: "text without changes", complete: true}, noChanges},
	{
		claim{name: "text creates", complete: true, changes: true, creates: 1},
		createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n",
	},
	{
		claim{name: "text destroys", complete: true, changes: true, destroys: true},
		destroysOne + "\nPlan: 0 to add, 0 to change, 1 to destroy.\n",
	},
	{claim{name: "cut text creates", changes: true, creates: 1}, createsOne},
	{claim{name: "cut text destroys", changes: true, destroys: true}, destroysOne},
	{claim{name: "text with a negative summary", doubtful: true}, "\nPlan: 0 to add, 0 to change, -1 to destroy.\n"},
}

var statuses = []scalr.Status{
	"pending", "pre_plan_queued", "pre_plan_running", "pre_plan_finished", "plan_queued",
	"planning", "planned", "post_plan_running",
	"post_plan_finished", "cost_estimating",
	"cost_estimated", "policy_checking", "policy_override", "policy_checked",
	"planned_and_saved",
	"confirmed", "pre_apply_queued", "pre_apply_running",
	"pre_apply_finished", "apply_queued", "applying", "post_apply_running",
	"post_apply_finished", "applied", "planned_and_finished", "errored", "discarded",
	"canceled", "quantum_checking",
}

// failedOrStopped are the statuses of runs that pass all gates.
var failedOrStopped = map[scalr.Status]bool{"errored": true, "discarded": true, "canceled": true}

// TestEveryCombination compares every combination of the sources, in every status, with a simple rule: a gate
// passes only if a source is complete, none reports a forbidden change, and none is unreliable. Every other
// combination must fail with a reason.
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
	sources[2].complete = sources[2].complete && !in.SeveralUnits // it does not report the number of units
	sources = completeOnlyIfMost(sources, has)
	where := fmt.Sprint(in.Run.Status, ", several units ", in.SeveralUnits, ", has-changes ", formatBool(has))
	complete, doubtful, changes, destroys, otherChanges := false, false, false, false, false
	for _, s := range sources {
		where += ", " + s.name
		complete, doubtful = complete || s.complete, doubtful || s.doubtful
		changes, destroys, otherChanges = changes || s.changes, destroys || s.destroys, otherChanges || s.otherChanges
	}
	doubtful = doubtful || has != nil && !*has && changes
	green := failedOrStopped[in.Run.Status] || complete && !destroys && !doubtful
	if got := len(gate.Conditions{Destroy: true}.Evaluate(in)) == 0; got != green {
		t.Errorf("destroy passes: %v, want %v: %s", got, green, where)
	}
	// Numbers exclude changes only together with has-changes.
	numbers := sources[0]
	complete = sources[1].complete || sources[2].complete || numbers.complete && numbers.name == "zeros" && has != nil
	green = failedOrStopped[in.Run.Status] || complete && !changes && !otherChanges && !doubtful && (has == nil || !*has)
	if got := len(gate.Conditions{Changes: true}.Evaluate(in)) == 0; got != green {
		t.Errorf("changes passes: %v, want %v: %s", got, green, where)
	}
}

// completeOnlyIfMost marks a source as incomplete if another one has more: if it creates fewer resources, or if it is
// empty and another source or has-changes reports a change. Numbers count only resources.
func completeOnlyIfMost(sources []claim, has *bool) []claim {
	all := slices.Clone(sources)
	for i := range all {
		one := &all[i]
		empty := i > 0 && !one.changes && !one.otherChanges
		one.complete = one.complete && (!empty || has == nil || !*has)
		for j, other := range sources {
			if i != j && (other.creates > one.creates && !one.uncounted || empty && (other.otherChanges || other.changes)) {
				one.complete = false
			}
		}
	}
	return all
}

func formatBool(b *bool) string {
	if b == nil {
		return "not reported"
	}
	return fmt.Sprint(*b)
}
