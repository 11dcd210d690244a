package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// outcomeOf says what a run that rests means, by its status and its plan.
func (r *command) outcomeOf(ctx context.Context, run scalr.Run) step.Outcome {
	o := ofRun(run)
	switch o.Result {
	case "no-changes", "planned", "needs-confirmation":
		plan := r.planToJudge(ctx, run)
		return weighed(o, run, plan, gate.EffectsOf(run, plan, r.severalUnits()).Changes)
	}
	return o
}

// ofRun says what a run that rests means by its status. It is the only place that
// turns statuses into results; a status that is not known is never a success.
func ofRun(r scalr.Run) step.Outcome {
	switch r.Stage() {
	case scalr.Succeeded:
		if r.Status != "applied" && hardFailed(r) {
			return ofFailure(r)
		}
		return step.Outcome{Result: success(r)}
	case scalr.Failed:
		return ofFailure(r)
	case scalr.Stopped:
		return ofStopped(r)
	case scalr.Override:
		return step.Outcome{Result: "needs-override", Code: step.CodeOverrideNeeded, Problem: "The run waits for an override" + failedPolicies(r, "soft_failed") + "."}
	case scalr.Saved:
		return step.Outcome{Result: "saved"}
	}
	switch {
	case r.Idle():
		return step.Outcome{Result: "no-changes"}
	case r.Waiting():
		return step.Outcome{Result: "needs-confirmation"}
	case r.Status == "post_apply_finished":
		return step.Outcome{Result: "applied"}
	}
	return step.Outcome{Result: "errored", Code: step.CodeUnknownStatus}
}

func success(r scalr.Run) string {
	if r.Status == "applied" {
		return "applied"
	}
	if r.Unchanged() {
		return "no-changes"
	}
	return "planned"
}

func ofFailure(r scalr.Run) step.Outcome {
	if hardFailed(r) {
		return step.Outcome{Result: "policy-failed", Code: step.CodePolicyFailed, Problem: "A hard policy failed" + failedPolicies(r, "hard_failed") + "."}
	}
	problem := "The run failed"
	if r.Applied() {
		problem = "The apply failed"
	}
	if r.ErrorMessage != "" {
		problem += ": " + r.ErrorMessage
	}
	return step.Outcome{Result: "errored", Code: step.CodeRunErrored, Problem: strings.TrimRight(problem, ".") + "."}
}

func hardFailed(r scalr.Run) bool {
	return slices.ContainsFunc(r.Policies, func(p scalr.PolicyCheck) bool { return p.Status == "hard_failed" || p.Hard > 0 })
}

// failedPolicies names the policies with this result, and what they say.
func failedPolicies(r scalr.Run, result string) string {
	var names []string
	for _, check := range r.Policies {
		for _, p := range check.Policies {
			if p.Result == result {
				names = append(names, strings.TrimSuffix(fmt.Sprintf("%q: %s", p.Name, strings.Join(p.Messages, "; ")), ": "))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func ofStopped(r scalr.Run) step.Outcome {
	o := step.Outcome{Result: "canceled", Code: step.CodeRunCanceled}
	if r.Status == "discarded" {
		o = step.Outcome{Result: "discarded", Code: step.CodeRunDiscarded}
	}
	t, _ := r.LastTransition(r.Status)
	who := t.By
	if who == "" {
		who = "somebody"
	}
	o.Problem = fmt.Sprintf("The run was %s in Scalr by %s%s.", o.Result, who, lookup.Because(t.Reason))
	return o
}

// weighed corrects, by what the plan's JSON and its text say, whether a run that
// rests has changes: Scalr does not count all of them (drift, actions), and counts
// some where there are none.
func weighed(o step.Outcome, run scalr.Run, plan tfplan.Plan, changes gate.Answer) step.Outcome {
	switch {
	case o.Result == "no-changes" && run.Status.Over():
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.Result = "planned"
		}
	case o.Result == "no-changes":
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.Result = "needs-confirmation"
		}
	case o.Result == "planned" && changes == gate.No:
		o.Result = "no-changes"
	case o.Result == "needs-confirmation" && run.RefreshOnly && changes == gate.No && len(plan.Outputs) == 0 && plan.OutputDiff == "":
		o.Result = "no-changes"
	}
	return o
}
