package report

import (
	"maps"
	"slices"
	"testing"
	"time"

	"scalr-run-action/internal/progress"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// outcomeReports has a report for every result of the action, and for every real plan.
var outcomeReports = map[string]func(testing.TB) Report{
	"planned-create":       planned("create"),
	"planned-update":       planned("update"),
	"planned-replace":      planned("replace"),
	"planned-destroy":      plannedDestroy,
	"planned-move":         planned("move"),
	"planned-move-only":    planned("move-only"),
	"planned-import":       planned("import"),
	"planned-forget":       planned("forget"),
	"planned-drift":        planned("drift"),
	"planned-refresh":      plannedRefresh,
	"planned-outputs":      planned("outputs"),
	"planned-sensitive":    planned("sensitive"),
	"planned-huge":         planned("huge"),
	"planned-warning":      planned("warning"),
	"planned-tainted":      planned("tainted"),
	"planned-hostile":      planned("hostile"),
	"planned-mixed":        plannedMixed,
	"planned-every-action": plannedEveryAction,
	"planned-units":        plannedInUnits,
	"planned-json-only":    plannedJSONOnly,
	"planned-text-only":    plannedTextOnly,
	"no-changes":           noChanges,
	"applied":              applied,
	"saved":                saved,
	"confirmation":         needsConfirmation,
	"started":              started,
	"checked":              checked,
	"discarded":            stopped("discarded", "discarded"),
	"canceled":             stopped("canceled", "canceled"),
	"discarded-late":       stopped("discarded", "errored"),
	"canceled-late":        stopped("canceled", "applied"),
	"overridden":           overridden,
	"errored-plan":         erroredPlan,
	"errored-partial":      erroredPartial,
	"errored-apply":        erroredApply,
	"errored-unknown":      erroredUnknown,
	"policy-failed":        policyFailed,
	"needs-override":       needsOverride,
	"rejected":             rejected,
	"refused":              refused,
	"unreachable":          unreachable,
	"invalid":              invalid,
	"timed-out":            timedOut,
	"interrupted":          interrupted,
}

func sortedNames() []string { return slices.Sorted(maps.Keys(outcomeReports)) }

func planned(name string) func(testing.TB) Report {
	return func(t testing.TB) Report {
		r := baseReport("planned", "planned_and_finished")
		r.Plan = realPlan(t, name)
		return r
	}
}

func plannedMixed(t testing.TB) Report {
	r := planned("mixed")(t)
	r.Run.Cost = &scalr.CostEstimate{Status: "finished", Prior: "48.180", Proposed: "79.260", Delta: "31.080"}
	r.Run.Policies = []scalr.PolicyCheck{{Status: "passed", Passed: 6, Advisory: 1, Policies: []scalr.Policy{
		{
			Name:     "s3-lifecycle",
			Result:   "advisory_failed",
			Messages: []string{"`aws_s3_bucket.assets` has no lifecycle rule; old versions are kept forever."},
		},
	}}}
	return r
}

func plannedDestroy(t testing.TB) Report {
	r := planned("destroy")(t)
	r.Run.Destroy = true
	return r
}

func plannedRefresh(t testing.TB) Report {
	r := planned("refresh-only")(t)
	r.Run.RefreshOnly = true
	return r
}

func plannedJSONOnly(t testing.TB) Report {
	r := plannedMixed(t)
	r.Plan = readPlan(planFile(t, "mixed", "plan.json"), nil)
	return r
}

func plannedTextOnly(t testing.TB) Report {
	r := plannedMixed(t)
	r.Plan = readPlan(nil, planFile(t, "mixed", "plan.log"))
	r.PlanJSONMissing = "Scalr does not serve this plan as JSON (413)"
	return r
}

func noChanges(t testing.TB) Report {
	r := planned("unchanged")(t)
	r.Result = "no-changes"
	return r
}

func applied(t testing.TB) Report {
	r := planned("apply")(t)
	r.Result, r.Run.Status, r.Run.Dry = "applied", "applied", false
	r.Run.Apply = &scalr.Apply{
		Status:       "finished",
		Additions:    new(2),
		Changes:      new(0),
		Destructions: new(0),
		Imports:      new(0),
	}
	r.Apply = readLog(planFile(t, "apply", "apply.log")).Apply()
	r.Stages = append(r.Stages, Stage{progress.Apply, 73 * time.Second})
	r.Took = 125 * time.Second
	return r
}

func saved(t testing.TB) Report {
	r := planned("update")(t)
	r.Run.Status, r.Run.Dry = "planned_and_saved", false
	r = concluded(r)
	r.Problem = "Run " + r.Run.ID + " has saved its plan. A step with `mode: confirm` applies exactly this plan: " + r.RunURL
	return r
}

func needsConfirmation(t testing.TB) Report {
	r := planned("replace")(t)
	r.Run.Status, r.Run.Dry = "policy_checked", false
	r.Run.Cost = &scalr.CostEstimate{Status: "finished", Prior: "161.450", Proposed: "161.450", Delta: "0.000"}
	r.Run.Policies = []scalr.PolicyCheck{{Status: "passed", Passed: 7}}
	r = concluded(r)
	r.Problem = "Run " + r.Run.ID + " is waiting for confirmation: " + r.RunURL
	return r
}

func started(testing.TB) Report {
	r := baseReport("started", "pending")
	r.Stages, r.Took = r.Stages[:1], 2*time.Second
	return r
}

func checked(testing.TB) Report {
	r := baseReport("checked", "")
	r.Run, r.RunURL, r.Stages, r.Took = scalr.Run{}, "", nil, 1300*time.Millisecond
	return r
}

func stopped(word result.Result, status scalr.Status) func(testing.TB) Report {
	return func(t testing.TB) Report {
		r := planned("update")(t)
		r.Result, r.Run.Status, r.Run.Dry = word, status, false
		r.ErrorCode = "run-discarded"
		r.Problem = "`ada@example.com` " + string(word) + " the run in Scalr: “not on a Friday”"
		return r
	}
}

func softFailed(t testing.TB) Report {
	r := plannedMixed(t)
	r.Run.Dry = false
	r.Run.Policies = []scalr.PolicyCheck{{Status: "soft_failed", Passed: 5, Soft: 1, Advisory: 1, Policies: []scalr.Policy{
		{Name: "tags", Result: "passed"},
		{Name: "s3-lifecycle", Result: "advisory_failed", Messages: []string{"`aws_s3_bucket.assets` has no lifecycle rule"}},
		{
			Name:     "office-hours",
			Result:   "soft_failed",
			Messages: []string{"Production changes wait for office hours: it is Friday, 18:40."},
		},
	}}}
	return r
}

func needsOverride(t testing.TB) Report {
	r := softFailed(t)
	r.Run.Status = "policy_override"
	return concluded(r)
}

func overridden(t testing.TB) Report {
	r := softFailed(t)
	r.Result, r.Run.Status = "overridden", "policy_checked"
	r.Run.Policies[0].Status = "overridden"
	return r
}

func policyFailed(t testing.TB) Report {
	r := planned("replace")(t)
	r.Run.Status, r.Run.ErrorMessage = "errored", "Hard mandatory policies failed."
	r.Run.Policies = []scalr.PolicyCheck{{Status: "hard_failed", Passed: 4, Hard: 2, Advisory: 1, Policies: []scalr.Policy{
		{
			Name:     "no-database-replacement",
			Result:   "hard_failed",
			Messages: []string{"aws_db_instance.orders would be replaced: a database is migrated, never replaced."},
		},
		{
			Name:     "encrypted-storage",
			Result:   "hard_failed",
			Messages: []string{"aws_db_instance.orders: no KMS key", "aws_cloudwatch_log_group.worker[0]: no KMS key"},
		},
		{Name: "cost-tags", Result: "advisory_failed", Messages: []string{"aws_instance.web has no tag CostCenter"}},
	}}}
	return concluded(r)
}

func rejected(t testing.TB) Report {
	r := planned("replace")(t)
	r.Result, r.ErrorCode = "rejected", "gate-hit"
	r.Problem = "The plan was rejected by `fail-on`"
	r.Gates = []string{
		"`destroy`: 5 resources would be destroyed, 3 of them replaced",
		"`cost-increase`: 31.08 USD per month, more than 25.00",
	}
	r.Hints = []string{"Take the line out of `fail-on` if this is meant."}
	return r
}

func erroredPlan(t testing.TB) Report {
	r := baseReport("errored", "errored")
	r.Plan = readPlan(nil, planFile(t, "error", "plan.log"))
	r.Run.Plan = &scalr.Plan{Status: "errored"}
	r.Run.ErrorMessage = "Terraform exited with code 1."
	r.Stages = r.Stages[:3]
	return concluded(r)
}

func erroredPartial(t testing.TB) Report {
	r := erroredPlan(t)
	r.Plan = readPlan(nil, planFile(t, "error-partial", "plan.log"))
	return r
}

func erroredApply(t testing.TB) Report {
	r := planned("apply-error")(t)
	r.Run.Status, r.Run.Dry = "errored", false
	r.Run.Plan = &scalr.Plan{Status: "finished"}
	r.Run.Apply = &scalr.Apply{Status: "errored"}
	r.Apply = readLog(planFile(t, "apply-error", "apply.log")).Apply()
	r.Stages = append(r.Stages, Stage{progress.Apply, 8 * time.Second})
	return concluded(r)
}

func erroredUnknown(testing.TB) Report {
	r := baseReport("errored", "reviewing_by_llm")
	r.ErrorCode, r.Problem = "unknown-status", "Scalr calls the run `reviewing_by_llm`, which this version does not know"
	r.Hints = []string{"Look at the run in Scalr; use a newer version of this action."}
	return r
}

// reportWithoutRun returns a report of a step that did not get a run.
func reportWithoutRun(word result.Result, code, problem string, hints ...string) Report {
	return Report{Result: word, ErrorCode: code, Problem: problem, Hints: hints,
		Workspace: scalr.Workspace{Name: "shop", Environment: "production"}, Took: 900 * time.Millisecond}
}

func refused(testing.TB) Report {
	return reportWithoutRun("refused", "token-rejected", "acme.scalr.io does not accept the token (401)",
		"Check that the secret `SCALR_TOKEN` is set and not expired.", "Or sign in without a secret: see `service-account`.")
}

func unreachable(testing.TB) Report {
	return reportWithoutRun("unreachable", "scalr-unreachable",
		"acme.scalr.io did not answer for 2 minutes: connection refused",
		"Check `base-url`; the last answer was to `GET /api/iacp/v3/workspaces`.")
}

func invalid(testing.TB) Report {
	r := reportWithoutRun("invalid", "bad-input", "3 inputs are not right",
		"`auto-apply` is `true` although `dry-run` is `true` as well.", "`timeout` is `an hour`; a duration looks like "+
			"`90s` or `30m`.",
		"`path` is `infra/prod`, and there is no such directory in the checkout.")
	r.Workspace = scalr.Workspace{}
	return r
}

func timedOut(testing.TB) Report {
	r := baseReport("timed-out", "planning")
	r.ErrorCode, r.Problem, r.Took = "timed-out", "The run was not done after 1 h", time.Hour
	r.Hints = []string{"Give `timeout` more time, or look at what it waits for."}
	r.Plan = readPlan(nil, nil)
	return r
}

func interrupted(t testing.TB) Report {
	r := planned("update")(t)
	r.Result, r.Run.Status, r.Run.Dry = "interrupted", "applying", false
	r.Problem = "The job was canceled while changes were being applied: the apply continues. See " + r.RunURL
	return r
}
