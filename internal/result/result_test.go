package result_test

import (
	"testing"

	"scalr-run-action/internal/result"
)

// TestValues: workflows compare the output result with these words, so that none may change.
func TestValues(t *testing.T) {
	t.Parallel()
	for value, want := range map[result.Result]string{
		result.NoChanges:         "no-changes",
		result.Planned:           "planned",
		result.Saved:             "saved",
		result.NeedsConfirmation: "needs-confirmation",
		result.NeedsOverride:     "needs-override",
		result.Started:           "started",
		result.Overridden:        "overridden",
		result.Applied:           "applied",
		result.Errored:           "errored",
		result.PolicyFailed:      "policy-failed",
		result.Rejected:          "rejected",
		result.Discarded:         "discarded",
		result.Canceled:          "canceled",
		result.Checked:           "checked",
		result.Done:              "done",
		result.Invalid:           "invalid",
		result.Refused:           "refused",
		result.NotFound:          "not-found",
		result.Unreachable:       "unreachable",
		result.TimedOut:          "timed-out",
		result.Interrupted:       "interrupted",
	} {
		if string(value) != want {
			t.Errorf("got %q, want %q", value, want)
		}
	}
}
