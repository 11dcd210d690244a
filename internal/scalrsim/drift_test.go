package scalrsim

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestDriftDocument checks that the generated plan has the members of a refresh-only plan of Terraform 1.11:
// drift, and no resource changes.
func TestDriftDocument(t *testing.T) {
	t.Parallel()
	refresh := &run{effective: object{"refresh-only": true}}
	stage := Stage{Changes: []Change{{"terraform_data.a", "update"}, {"terraform_data.b", "delete"}, {"terraform_data.c", "create"}}}
	drift := driftOf(stage, refresh)
	var plan struct {
		Changes json.RawMessage `json:"resource_changes"`
		Drift   []struct {
			Address string
			Change  struct{ Actions []string }
		} `json:"resource_drift"`
		Applyable bool
	}
	if err := json.Unmarshal(driftDocument(drift), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Changes != nil || !plan.Applyable || len(plan.Drift) != 2 || !slices.Equal(plan.Drift[1].Change.Actions, []string{"delete"}) {
		t.Errorf("got the plan %+v", plan)
	}
	for _, words := range []string{"# terraform_data.a has changed", "# terraform_data.b has been deleted", "This is a refresh-only plan, so Terraform"} {
		if !strings.Contains(planLog(stage, refresh), words) {
			t.Errorf("the log does not contain %q", words)
		}
	}
	if log := planLog(Stage{}, refresh); strings.Contains(log, "will be") || !strings.Contains(log, "still matches") {
		t.Errorf("without drift the log is %q", log)
	}
}
