package tfplan

import (
	"strings"
	"testing"
)

// TestBrokenNulls: a broken null makes a plan unusable, in each place where a null may be.
func TestBrokenNulls(t *testing.T) {
	t.Parallel()
	for _, place := range []string{
		`{"format_version":"1.2","resource_changes":NULL}`,
		`{"format_version":"1.2","resource_changes":[NULL]}`,
		`{"format_version":"1.2","resource_changes":[{"address":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"mode":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"action_reason":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"deposed":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"previous_address":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"change":NULL}]}`,
		`{"format_version":"1.2","resource_changes":[{"change":{"importing":NULL}}]}`,
		`{"format_version":"1.2","resource_changes":[{"change":{"importing":{"id":NULL}}}]}`,
		`{"format_version":"1.2","resource_drift":NULL}`,
		`{"format_version":"1.2","output_changes":NULL}`,
		`{"format_version":"1.2","output_changes":{"o":NULL}}`,
		`{"format_version":"1.2","action_invocations":NULL}`,
		`{"format_version":"1.2","action_invocations":[{"lifecycle_action_trigger":NULL}]}`,
		`{"format_version":"1.2","action_invocations":[{"address":NULL}]}`,
		`{"format_version":"1.2","action_invocations":[NULL]}`,
		`{"format_version":"1.2","deferred_changes":NULL}`,
	} {
		for _, broken := range []string{"nulx", "nxll", "nullx", "nul", "nu", "n", "NULL"} {
			doc := strings.Replace(place, "NULL", broken, 1)
			p := readPlan(sectionOf([]byte(doc)), nil)
			if p.JSONProblem != "the plan's JSON is unusable: the JSON is not well-formed" || p.JSON.Complete {
				t.Errorf("%s: got %q, complete %t", doc, p.JSONProblem, p.JSON.Complete)
			}
		}
	}
}
