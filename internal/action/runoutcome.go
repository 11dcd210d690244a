package action

import (
	"context"
	"fmt"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
	"slices"
	"strings"
)

// outcomeOf says what a run that rests means, by its status and its plan.
func (r *runStory) outcomeOf(ctx context.Context, run scalr.Run) outcome {
	o := ofRun(run)
	switch o.result {
	case "no-changes", "planned", "needs-confirmation":
		plan := r.planToJudge(ctx, run)
		return weighed(o, run, plan, gate.EffectsOf(run, plan, r.severalUnits()).Changes)
	}
	return o
}

// ofRun says what a run that rests means by its status. It is the only place that
// turns statuses into results; a status that is not known is never a success.
func ofRun(r scalr.Run) outcome {
	switch r.Stage() {
	case scalr.Succeeded:
		if r.Status != "applied" && hardFailed(r) {
			return ofFailure(r)
		}
		return outcome{result: success(r)}
	case scalr.Failed:
		return ofFailure(r)
	case scalr.Stopped:
		return ofStopped(r)
	case scalr.Override:
		return outcome{result: "needs-override", code: codeOverrideNeeded, problem: "The run waits for an override" + failedPolicies(r, "soft_failed") + "."}
	case scalr.Saved:
		return outcome{result: "saved"}
	}
	switch {
	case r.Idle():
		return outcome{result: "no-changes"}
	case r.Waiting():
		return outcome{result: "needs-confirmation"}
	case r.Status == "post_apply_finished":
		return outcome{result: "applied"}
	}
	return outcome{result: "errored", code: codeUnknownStatus}
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

func ofFailure(r scalr.Run) outcome {
	if hardFailed(r) {
		return outcome{result: "policy-failed", code: codePolicyFailed, problem: "A hard policy failed" + failedPolicies(r, "hard_failed") + "."}
	}
	problem := "The run failed"
	if r.Applied() {
		problem = "The apply failed"
	}
	if r.ErrorMessage != "" {
		problem += ": " + r.ErrorMessage
	}
	return outcome{result: "errored", code: codeRunErrored, problem: strings.TrimRight(problem, ".") + "."}
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

func ofStopped(r scalr.Run) outcome {
	o := outcome{result: "canceled", code: codeRunCanceled}
	if r.Status == "discarded" {
		o = outcome{result: "discarded", code: codeRunDiscarded}
	}
	t, _ := r.LastTransition(r.Status)
	who := t.By
	if who == "" {
		who = "somebody"
	}
	o.problem = fmt.Sprintf("The run was %s in Scalr by %s%s.", o.result, who, because(t.Reason))
	return o
}

// weighed corrects, by what the plan's JSON and its text say, whether a run that
// rests has changes: Scalr does not count all of them (drift, actions), and counts
// some where there are none.
func weighed(o outcome, run scalr.Run, plan tfplan.Plan, changes gate.Answer) outcome {
	switch {
	case o.result == "no-changes" && run.Status.Over():
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.result = "planned"
		}
	case o.result == "no-changes":
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.result = "needs-confirmation"
		}
	case o.result == "planned" && changes == gate.No:
		o.result = "no-changes"
	case o.result == "needs-confirmation" && run.RefreshOnly && changes == gate.No && len(plan.Outputs) == 0 && plan.OutputDiff == "":
		o.result = "no-changes"
	}
	return o
}
