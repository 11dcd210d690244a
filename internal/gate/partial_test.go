package gate_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
)

// TestPartialPlan: a plan that does not cover all objects is not known to be without changes, unless it is limited to the
// targets of its run. A deferred object is not a change.
func TestPartialPlan(t *testing.T) {
	t.Parallel()
	const (
		deferred = `"deferred_changes":[{"reason":"absent_prereq","resource_change":{"address":"a.c","change":{"actions":["delete"]}}}],`
		note     = "Note: This is a partial plan, parts can only be known in the next plan / apply cycle.\n\n\n" +
			"  # a.c was deferred\n  # (for an unknown reason)\n  - resource \"a\" \"c\" {\n      - id = 1 -> null\n    }\n"
		targeting = "╷\n│ Warning: Resource targeting is in effect\n│ \n│ You are creating a plan with either the -target option or the -exclude\n" +
			"│ option.\n╵\n"
		only    = "No current changes. This plan requires another plan to be applied first.\n\n"
		partial = "the plan is partial: a later plan can have more changes"
	)
	partially := func(json, members string) string { return "{" + members + `"complete":false,` + json[1:] }
	targeted, untargeted := runWithCounts(0, 0, 0), runWithCounts(0, 0, 0)
	targeted.Settings.Targets, untargeted.Settings.Targets = &[]string{"a.b"}, &[]string{}
	for _, c := range []struct {
		name              string
		run               scalr.Run
		planJSON, log     string
		changes, destroys gate.Answer
		why               string
	}{
		{"deferred changes", finished(), partially(jsonOf(""), deferred), "", gate.Unknown, gate.No, partial},
		{"deferred changes, Scalr counts none", runWithCounts(0, 0, 0), partially(jsonOf(""), deferred), "", gate.Unknown, gate.No, partial},
		{"deferred changes and others", finished(), partially(action(`["create"]`), deferred), "", gate.Yes, gate.No, ""},
		{"an incomplete plan", finished(), partially(jsonOf(""), ""), "", gate.Unknown, gate.No, partial},
		{"an incomplete plan, no targets", untargeted, partially(jsonOf(""), ""), "", gate.Unknown, gate.No, partial},
		{"an incomplete plan, targets", targeted, partially(jsonOf(""), ""), noChanges, gate.No, gate.No, ""},
		{"an incomplete plan with changes, targets", targeted, partially(action(`["create"]`), ""), "", gate.Yes, gate.No, ""},
		{"deferred changes, targets", targeted, partially(jsonOf(""), deferred), "", gate.Unknown, gate.No, partial},
		{"the log without changes", finished(), "", only + note, gate.Unknown, gate.No, partial},
		{"the log without changes, cut", finished(), "", only, gate.Unknown, gate.No, partial},
		{"the log without changes, targets", targeted, "", only + note, gate.Unknown, gate.No, partial},
		{"the log", finished(), "", note + createsOne + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n", gate.Yes, gate.No, ""},
		{"a warning about targets", finished(), jsonOf(""), noChanges + targeting, gate.Unknown, gate.No, partial},
		{"a warning about targets, and targets", targeted, jsonOf(""), noChanges + targeting, gate.No, gate.No, ""},
		{"a warning about targets, and changes", finished(), action(`["create"]`), targeting, gate.Yes, gate.No, ""},
		{"the log, cut", finished(), "", note, gate.Unknown, gate.Unknown, "neither Scalr's numbers"},
	} {
		e := gate.EffectsOf(c.run, planOf(t, c.planJSON, c.log), false)
		if e.Changes != c.changes || e.Destroys != c.destroys || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: got changes %v, destroys %v (%s), want %v, %v (%s)", c.name, e.Changes, e.Destroys, e.Why, c.changes, c.destroys, c.why)
		}
	}
}
