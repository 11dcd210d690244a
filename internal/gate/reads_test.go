package gate_test

import (
	"testing"

	"scalr-run-action/internal/gate"
)

// TestPlanWithoutNumbers: a plan has changes if it only reads data sources during the apply, as the one of a check block
// does, or if it has a summary in spite of listing no change: Terraform prints none for an empty plan.
func TestPlanWithoutNumbers(t *testing.T) {
	t.Parallel()
	const (
		read = "Terraform will perform the following actions:\n\n  # data.http.a will be read during apply\n" +
			"  # (config refers to values not yet known)\n <= data \"http\" \"a\" {\n      + id = (known after apply)\n    }\n"
		sum      = "\nPlan: 0 to add, 0 to change, 0 to destroy.\n"
		readJSON = `{"address":"data.http.a","mode":"data","change":{"actions":["read"]}}`
	)
	silent, contradicting := finished(), finished()
	contradicting.HasChanges = new(false)
	for _, c := range []struct {
		name, planJSON, log string
		changes, destroys   gate.Answer
	}{
		{"the log reads", "", read + sum, gate.Yes, gate.No},
		{"the log reads and is cut", "", read, gate.Yes, gate.Unknown},
		{"the log of OpenTofu reads", "", "OpenTofu" + (read + sum)[len("Terraform"):], gate.Yes, gate.No},
		{"the JSON reads", jsonOf(readJSON), "", gate.Yes, gate.No},
		{"both read", jsonOf(readJSON), read + sum, gate.Yes, gate.No},
		{"the JSON is empty, the log reads", jsonOf(""), read + sum, gate.Yes, gate.No},
		{"a summary alone", "", sum, gate.Yes, gate.No},
		{"a list without elements", "", "Terraform will perform the following actions:\n" + sum, gate.Yes, gate.No},
		{"no changes", jsonOf(""), noChanges, gate.No, gate.No},
	} {
		for _, run := range []struct {
			name string
			gate.Case
		}{
			{"Scalr reports nothing", gate.Case{Run: silent}},
			{"Scalr reports no changes", gate.Case{Run: contradicting}},
			{"Scalr counts none", gate.Case{Run: runWithCounts(0, 0, 0)}},
		} {
			destroys := c.destroys
			if run.Run.Plan.Destructions != nil {
				destroys = gate.No
			}
			if e := gate.EffectsOf(run.Run, planOf(t, c.planJSON, c.log), false); e.Changes != c.changes || e.Destroys != destroys {
				t.Errorf("%s, %s: got changes %v, destroys %v (%s), want %v, %v", c.name, run.name, e.Changes, e.Destroys, e.Why, c.changes, destroys)
			}
		}
	}
}
