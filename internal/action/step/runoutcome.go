package step

import (
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// OutcomeOfRun returns the outcome of a run that is final or waiting. It is the only function that maps statuses to
// results; an unknown status is never a success.
func OutcomeOfRun(r scalr.Run) Outcome {
	switch r.State() {
	case scalr.Succeeded:
		if r.Status != scalr.StatusApplied && hardFailed(r) {
			return outcomeOfFailure(r)
		}
		return outcomeOfSuccess(r)
	case scalr.Failed:
		return outcomeOfFailure(r)
	case scalr.Canceled:
		return outcomeOfStopped(r)
	}
	switch state := r.State(); {
	case (state == scalr.Override || state == scalr.Saved || state == scalr.MaybeWaiting) && Contradictory(r):
		return outcomeOfContradictory(r)
	case state == scalr.Override:
		return Outcome{Result: result.NeedsOverride, Code: CodeOverrideNeeded,
			Problem: "The run waits for an override" + failedPolicies(r, "soft_failed") + "."}
	case state == scalr.Saved:
		return Outcome{Result: result.Saved}
	case r.NothingToApply():
		return Outcome{Result: result.NoChanges}
	case r.Waiting():
		return Outcome{Result: result.NeedsConfirmation}
	case r.Status == scalr.StatusPostApplyFinished:
		return outcomeOfSuccess(r)
	}
	return Outcome{Result: result.Errored, Code: CodeUnknownStatus}
}

// outcomeOfSuccess returns the outcome of a run whose status is a success. If a task contradicts it, the run failed.
func outcomeOfSuccess(r scalr.Run) Outcome {
	applied := r.Status != scalr.StatusPlannedAndFinished
	switch {
	case r.Plan != nil && unsuccessful(r.Plan.Status):
		return outcomeOfContradiction(r, fmt.Sprintf("its plan is %q", r.Plan.Status))
	case applied && r.Apply != nil && unsuccessful(r.Apply.Status) && !(r.Apply.Status == scalr.TaskUnreachable && r.Unchanged()):
		return outcomeOfContradiction(r, fmt.Sprintf("its apply is %q", r.Apply.Status))
	case applied:
		return Outcome{Result: result.Applied}
	case r.Unchanged():
		return Outcome{Result: result.NoChanges}
	}
	return Outcome{Result: result.Planned}
}

// Contradictory reports whether a task of a run that seems to wait for a person failed, so that the run must be neither
// confirmed nor overridden.
func Contradictory(r scalr.Run) bool {
	return hardFailed(r) || r.Plan != nil && unsuccessful(r.Plan.Status) || slices.ContainsFunc(r.Policies, checkErrored)
}

func checkErrored(p scalr.PolicyCheck) bool { return p.Status == scalr.TaskErrored }

func outcomeOfContradictory(r scalr.Run) Outcome {
	switch {
	case hardFailed(r):
		return outcomeOfFailure(r)
	case slices.ContainsFunc(r.Policies, checkErrored):
		return outcomeOfContradiction(r, fmt.Sprintf("a policy check is %q", scalr.TaskErrored))
	}
	return outcomeOfContradiction(r, fmt.Sprintf("its plan is %q", r.Plan.Status))
}

// unsuccessful reports whether a task ended without success, or will not start.
func unsuccessful(s scalr.TaskStatus) bool {
	return s == scalr.TaskErrored || s == scalr.TaskCanceled || s == scalr.TaskUnreachable
}

func outcomeOfContradiction(r scalr.Run, contradiction string) Outcome {
	problem := fmt.Sprintf("Scalr reports the run as %q, but %s", r.Status, contradiction)
	if r.ErrorMessage != "" {
		problem += ": " + r.ErrorMessage
	}
	return Outcome{Result: result.Errored, Code: CodeRunErrored, Problem: strings.TrimRight(problem, ".") + "."}
}

func outcomeOfFailure(r scalr.Run) Outcome {
	if hardFailed(r) {
		return Outcome{Result: result.PolicyFailed, Code: CodePolicyFailed, Problem: "A hard-mandatory policy failed" + failedPolicies(r, "hard_failed") + "."}
	}
	problem := "The run failed"
	if r.Applied() {
		problem = "The apply failed"
	}
	if r.ErrorMessage != "" {
		problem += ": " + r.ErrorMessage
	}
	return Outcome{Result: result.Errored, Code: CodeRunErrored, Problem: strings.TrimRight(problem, ".") + "."}
}

func hardFailed(r scalr.Run) bool {
	return slices.ContainsFunc(r.Policies, func(p scalr.PolicyCheck) bool { return p.Status == scalr.TaskHardFailed || p.Hard > 0 })
}

// failedPolicies returns the names and messages of the policies with this result, in parentheses.
func failedPolicies(r scalr.Run, result string) string {
	var names []string
	for _, check := range r.Policies {
		for _, p := range check.Policies {
			if p.Result == result {
				messages := make([]string, len(p.Messages)) // each as a clause without a final period
				for i, m := range p.Messages {
					messages[i] = strings.TrimRight(m, ". ")
				}
				names = append(names, strings.TrimSuffix(fmt.Sprintf("%q: %s", p.Name, strings.Join(messages, "; ")), ": "))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + strings.Join(names, ", ") + ")"
}

func outcomeOfStopped(r scalr.Run) Outcome {
	o := Outcome{Result: result.Canceled, Code: CodeRunCanceled}
	if r.Status == scalr.StatusDiscarded {
		o = Outcome{Result: result.Discarded, Code: CodeRunDiscarded}
	}
	t, _ := r.LastTransition(r.Status)
	who := t.By
	if who == "" {
		who = "an unknown user"
	}
	o.Problem = fmt.Sprintf("The run was %s in Scalr by %s%s.", o.Result, who, Because(t.Reason))
	if o.Result == result.Canceled && r.Applied() {
		o.Problem += " Its apply had started."
	}
	return o
}

// CorrectByPlan corrects the result of a run by the changes in its plan, because Scalr's counts are not exact: they
// omit drift and actions, and sometimes include resources without changes. A run that is not a dry run and has finished
// without applying its changes, or without changes that are known, failed, because it cannot be confirmed any more, unless Scalr
// itself reports no changes: what it does with, for example, a plan that changes only outputs is unknown.
func CorrectByPlan(o Outcome, run scalr.Run, plan tfplan.Plan, changes gate.Answer) Outcome {
	switch {
	case o.Result == result.NoChanges && run.Status.IsFinal():
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.Result = result.Planned
		}
	case o.Result == result.NoChanges:
		if changes == gate.Yes || run.RefreshOnly && changes == gate.Unknown {
			o.Result = result.NeedsConfirmation
		}
	case o.Result == result.Planned && changes == gate.No:
		o.Result = result.NoChanges
	case o.Result == result.NeedsConfirmation && run.RefreshOnly && changes == gate.No && len(plan.Outputs) == 0 && plan.OutputDiff == "":
		o.Result = result.NoChanges
	}
	switch unapplied := o.Result == result.Planned && !run.Dry && !run.Unchanged(); {
	case unapplied && changes == gate.Yes:
		return outcomeOfContradiction(run, "its plan has changes that were not applied")
	case unapplied && changes == gate.Unknown:
		return outcomeOfContradiction(run, "nothing was applied, and it is unknown whether its plan has changes")
	}
	return o
}

// IdleReason is the reason with which the run action discards its own run that has nothing to apply.
const IdleReason = "nothing to apply"

// DiscardedIdle reports whether a run was discarded because it had nothing to apply, which the run action does with its
// own runs: its result is no-changes then. Scalr may not report the reason; then its counts decide.
func DiscardedIdle(r scalr.Run) bool {
	if r.Status != scalr.StatusDiscarded || r.Dry || r.Applied() || Contradictory(r) || r.Plan == nil || r.Plan.Status != scalr.TaskFinished {
		return false
	}
	t, _ := r.LastTransition(r.Status)
	if t.Reason == "" {
		_, overridable := r.LastTransition(scalr.StatusPolicyOverride)
		return r.Unchanged() && !overridable
	}
	return strings.Contains(t.Reason, IdleReason)
}

// Because returns the reason in parentheses, or "" if there is none.
func Because(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", reason)
}
