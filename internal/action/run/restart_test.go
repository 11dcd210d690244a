package run

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestRestartedPlan checks that a plan consists only of the log that Scalr wrote last.
func TestRestartedPlan(t *testing.T) {
	t.Parallel()
	r, _ := commandIn(inputs.Run{})
	r.Redact = new(secret.Redactor)
	log := r.logs.of(scalr.PlanPhase)
	fmt.Fprint(log, "Terraform will perform the following actions:\n\n  # terraform_data.a will be created\n"+
		"  + resource \"terraform_data\" \"a\" {}\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n")
	if got := log.Plan(t.Context(), nil); got.Planned == nil || len(got.Changes) != 1 {
		t.Fatalf("the plan is %+v", got)
	}
	log.Restart()
	fmt.Fprint(log, "Initializing the backend...\n")
	if got := log.Plan(t.Context(), nil); got.Planned != nil || len(got.Changes) > 0 || strings.TrimSpace(got.Tail) != "Initializing the backend..." {
		t.Errorf("the plan is %+v", got)
	}
}

// TestSizesOfComment checks that the shorter form of a comment has at most a quarter of GitHub's limit.
func TestSizesOfComment(t *testing.T) {
	t.Parallel()
	r, _ := commandIn(inputs.Run{})
	r.Redact = new(secret.Redactor)
	fmt.Fprint(r.logs.of(scalr.PlanPhase), "Terraform will perform the following actions:\n\n")
	for i := range 2000 {
		fmt.Fprintf(r.logs.of(scalr.PlanPhase), "  # terraform_data.resource_%04d will be destroyed\n"+
			"  - resource \"terraform_data\" \"resource_%04d\" {}\n\n", i, i)
	}
	fmt.Fprint(r.logs.of(scalr.PlanPhase), "Plan: 0 to add, 0 to change, 2000 to destroy.\n")
	rep := report.Report{Result: "planned", Plan: r.logs.of(scalr.PlanPhase).Plan(t.Context(), nil)}
	got := r.commentPost(step.Outcome{Result: "planned"}, rep)
	if len(got.Body) > github.MaxBody || len(got.Body) <= github.MaxBody/4 || len(got.Shorter) > github.MaxBody/4 || got.Shorter == "" {
		t.Errorf("the comment has %d bytes, the shorter one %d", len(got.Body), len(got.Shorter))
	}
}
