package tfplan

import "testing"

// TestReasons: the reason for a change is in the words of the log's header, in the note
// below it, or in the JSON.
func TestReasons(t *testing.T) {
	t.Parallel()
	const replaced, kept, removed = `"delete", "create"`, `"forget"`, `"delete"`
	for _, tt := range []struct{ header, json, actions, fromLog, fromBoth string }{
		{"a.b is tainted, so must be replaced\n-/+", `"action_reason": "replace_because_tainted",`, replaced, "it is tainted", "it is tainted"},
		{"a.b is tainted, so it must be replaced\n-/+", `"action_reason": "replace_because_tainted",`, replaced, "it is tainted", "it is tainted"},
		{"a.b will be replaced, as requested\n-/+", `"action_reason": "replace_by_request",`, replaced, "as requested", "as requested"},
		{
			"a.b will be replaced due to changes in replace_triggered_by\n-/+", `"action_reason": "replace_by_triggers",`, replaced,
			"changes in `replace_triggered_by`", "changes in `replace_triggered_by`",
		},
		{
			"a.b (deposed object abcd1234) will be destroyed\n  # (left over from a partially-failed replacement of this instance)\n  -",
			`"deposed": "abcd1234",`, removed,
			"left over from a partially-failed replacement of this instance", "left over from a partially-failed replacement of this instance",
		},
		{
			"a.b will no longer be managed by Terraform, but will not be destroyed\n # (destroy = false is set in the configuration)\n .", ``, kept,
			"destroy = false is set in the configuration", "destroy = false is set in the configuration",
		},
		{
			"a.b will be removed from the OpenTofu state but will not be destroyed \n (because lifecycle.destroy = false is set in the configuration)\n  .",
			``, kept, "because lifecycle.destroy = false is set in the configuration", "because lifecycle.destroy = false is set in the configuration",
		},
		{
			"a.b will be removed from the OpenTofu state but will not be destroyed \n (because lifecycle.destroy = false is set in the configuration)\n  .",
			`"action_reason": "forgot_because_lifecycle_destroy_in_config",`, kept,
			"because lifecycle.destroy = false is set in the configuration", "`lifecycle.destroy` is `false`",
		},
		{"a.b will no longer be managed by Terraform, but will not be destroyed\n # (another note)\n .", ``, kept, "another note", ""},
	} {
		log := "Terraform will perform the following actions:\n\n  # " + tt.header + " resource \"a\" \"b\" {\n        x = 1\n    }\n\n" +
			"Plan: 0 to add, 0 to change, 0 to destroy.\n"
		json := `{"format_version": "1.2", "resource_changes": [{"address": "a.b", "mode": "managed", "type": "a", "name": "b", ` + tt.json +
			`"change": {"actions": [` + tt.actions + `], "before": {"x": 1}, "after": null}}]}`
		for _, got := range []struct {
			want string
			Plan
		}{
			{tt.fromLog, readPlan(nil, logSection(log))}, {tt.fromBoth, readPlan(logSection(json), logSection(log))},
		} {
			if len(got.Changes) != 1 || got.Changes[0].Reason != got.want {
				t.Errorf("%s: got %+v, want the reason %q", tt.header, got.Changes, got.want)
			}
		}
	}
}
