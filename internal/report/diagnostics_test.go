package report_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestDiagnosticsOfStages: a stage that succeeded has no errors, and warnings that the apply repeats are listed once.
func TestDiagnosticsOfStages(t *testing.T) {
	t.Parallel()
	list := []tfplan.Diagnostic{
		{Level: "error", Title: "E"},
		{Level: "warning", Title: "W"},
		{Level: "warning", Title: "W", File: "a.tf", Line: 1},
	}
	other := tfplan.Diagnostic{Level: "warning", Title: "V"}
	for _, tt := range []struct {
		name, want  string
		plan, apply scalr.TaskStatus
	}{
		{"both succeeded", "WWV", "finished", "finished"},
		{"the apply failed", "WWEV", "finished", "errored"},
		{"the plan failed", "EWWV", "errored", ""},
	} {
		r := report.Report{
			Plan: tfplan.Plan{Diagnostics: list},
			Apply: tfplan.Apply{
				Diagnostics: append([]tfplan.Diagnostic{{Level: "error", Title: "E", Message: "other"}, other}, list[1:]...),
			},
		}
		r.Run.Plan = &scalr.Plan{Status: tt.plan}
		r.Run.Apply = &scalr.Apply{Status: tt.apply}
		if tt.apply == "" {
			r.Apply.Diagnostics = []tfplan.Diagnostic{other}
			r.Run.Apply = nil
		}
		var got strings.Builder
		for _, d := range r.Diagnostics() {
			got.WriteString(d.Title)
		}
		if got.String() != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got.String(), tt.want)
		}
	}
}
