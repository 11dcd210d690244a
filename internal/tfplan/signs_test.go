package tfplan

import (
	"strings"
	"testing"
)

// TestSignsOfForgottenObjects: Terraform 1.14 and OpenTofu print the sign of an object
// whose predecessor is kept with one and two leading spaces. The log alone and with the
// JSON results in the same diff, and the JSON alone has the same sign.
func TestSignsOfForgottenObjects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ header, printed, sign, actions string }{
		{" # a.b must be replaced, but the existing object will not be destroyed", " +/.", "+/.", `["create", "forget"]`},
		{"  # a.b must be replaced - older instance will not be destroyed (lifecycle.destroy = false)", "  ./+", "./+", `["forget", "create"]`},
	} {
		log := "Terraform will perform the following actions:\n\n" + tt.header + "\n" + tt.printed + " resource \"a\" \"b\" {\n" +
			"        kept = \"shown in the log only\"\n      ~ x    = 1 -> 2 # forces replacement\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
		json := `{"format_version": "1.2", "resource_changes": [{"address": "a.b", "mode": "managed", "type": "a", "name": "b", "change": ` +
			`{"actions": ` + tt.actions + `, "before": {"x": 1, "kept": "shown in the log only"}, "after": {"x": 2, "kept": "shown in the log only"}}}]}`
		want := tt.sign + " resource \"a\" \"b\" {\n      kept = \"shown in the log only\"\n!     x    = 1 -> 2 # forces replacement\n  }"
		for name, p := range map[string]Plan{
			"log":  readPlan(nil, logSection(log)),
			"both": readPlan(logSection(json), logSection(log)),
		} {
			if len(p.Changes) != 1 || p.Changes[0].Action != Succeed || p.Changes[0].Diff != want {
				t.Errorf("%s: got %+v, want the diff\n%s", name, p.Changes, want)
			}
		}
		p := readPlan(logSection(json), nil)
		if len(p.Changes) != 1 || !strings.HasPrefix(p.Changes[0].Diff, tt.sign+" resource ") {
			t.Errorf("JSON alone: got %+v, want the sign %s", p.Changes, tt.sign)
		}
	}
}

// TestListsAfterThePlan: a line of a list in a warning does not look like a block.
func TestListsAfterThePlan(t *testing.T) {
	t.Parallel()
	p := readPlan(nil, logSection("No changes. Your infrastructure matches the configuration.\n\nWarning: W\n\nUse one of:\n- the \"x\" argument\n"))
	if !p.Text.Complete {
		t.Errorf("got the totals %+v, want complete ones", p.Text)
	}
}
