package step

import (
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// OutcomeOfRun says what a run that rests means by its status. It is the only place that
// turns statuses into results; a status that is not known is never a success.
func OutcomeOfRun(r scalr.Run) Outcome {
	switch r.Stage() {
	case scalr.Succeeded:
		if r.Status != "applied" && hardFailed(r) {
			return ofFailure(r)
		}
		return Outcome{Result: success(r)}
	case scalr.Failed:
		return ofFailure(r)
	case scalr.Stopped:
		return ofStopped(r)
	case scalr.Override:
		return Outcome{Result: "needs-override", Code: CodeOverrideNeeded, Problem: "The run waits for an override" + failedPolicies(r, "soft_failed") + "."}
	case scalr.Saved:
		return Outcome{Result: "saved"}
	}
	switch {
	case r.Idle():
		return Outcome{Result: "no-changes"}
	case r.Waiting():
		return Outcome{Result: "needs-confirmation"}
	case r.Status == "post_apply_finished":
		return Outcome{Result: "applied"}
	}
	return Outcome{Result: "errored", Code: CodeUnknownStatus}
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

func ofFailure(r scalr.Run) Outcome {
	if hardFailed(r) {
		return Outcome{Result: "policy-failed", Code: CodePolicyFailed, Problem: "A hard policy failed" + failedPolicies(r, "hard_failed") + "."}
	}
	problem := "The run failed"
	if r.Applied() {
		problem = "The apply failed"
	}
	if r.ErrorMessage != "" {
		problem += ": " + r.ErrorMessage
	}
	return Outcome{Result: "errored", Code: CodeRunErrored, Problem: strings.TrimRight(problem, ".") + "."}
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

func ofStopped(r scalr.Run) Outcome {
	o := Outcome{Result: "canceled", Code: CodeRunCanceled}
	if r.Status == "discarded" {
		o = Outcome{Result: "discarded", Code: CodeRunDiscarded}
	}
	t, _ := r.LastTransition(r.Status)
	who := t.By
	if who == "" {
		who = "somebody"
	}
	o.Problem = fmt.Sprintf("The run was %s in Scalr by %s%s.", o.Result, who, because(t.Reason))
	return o
}

// Weighed corrects, by what the plan's JSON and its text say, whether a run that
// rests has changes: Scalr does not count all of them (drift, actions), and counts
// some where there are none.
func Weighed(o Outcome, run scalr.Run, plan tfplan.Plan, changes gate.Answer) Outcome {
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

// because appends a reason, if there is one.
func because(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", reason)
}
