package step

import (
	"testing"

	"scalr-run-action/internal/scalr"
)

// TestMessagesOfPolicies: the sentence about failed policies has one period, whether or not their messages end with one.
func TestMessagesOfPolicies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		messages []string
		want     string
	}{
		{nil, `"tags"`},
		{[]string{"missing tag"}, `"tags": missing tag`},
		{[]string{"A tag is missing."}, `"tags": A tag is missing`},
		{[]string{"A tag is missing. ", "Add v1.2."}, `"tags": A tag is missing; Add v1.2`},
		{[]string{"."}, `"tags"`},
	} {
		check := func(result string) []scalr.PolicyCheck {
			return []scalr.PolicyCheck{{Status: scalr.TaskStatus(result), Policies: []scalr.Policy{{Name: "tags", Result: result, Messages: c.messages}}}}
		}
		hard := OutcomeOfRun(scalr.Run{Status: scalr.StatusErrored, Policies: check("hard_failed")})
		if want := "A hard-mandatory policy failed (" + c.want + ")."; hard.Problem != want {
			t.Errorf("got %q, want %q", hard.Problem, want)
		}
		soft := OutcomeOfRun(scalr.Run{Status: scalr.StatusPolicyOverride, Policies: check("soft_failed")})
		if want := "The run waits for an override (" + c.want + ")."; soft.Problem != want {
			t.Errorf("got %q, want %q", soft.Problem, want)
		}
	}
}
