package fleet

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/units"
)

// evaluate returns the outcome of the overview, according to fail-on and the results of the needed jobs.
func (c *overviewCommand) evaluate() step.Outcome {
	var codes []step.Code
	var hints []string // empty for the advice of the first code
	reject := func(code step.Code, format string, args ...any) {
		codes = append(codes, code)
		c.page.Reasons = append(c.page.Reasons, fmt.Sprintf(format, args...))
	}
	if list := c.namesOf(failed); len(list) > 0 && c.in.FailOn.Failed {
		reject(step.CodeWorkspacesFailed, "The runs of %s failed: %s.", countWorkspaces(list), listFirst(list))
		hints = append(hints, step.Advice(step.CodeWorkspacesFailed))
	}
	if list := c.namesOf(needsOverride); len(list) > 0 && c.in.FailOn.Failed {
		reject(step.CodeWorkspacesFailed, "The runs of %s wait for a policy override: %s.", countWorkspaces(list), listFirst(list))
		hints = append(hints, step.Advice(step.CodeOverrideNeeded))
	}
	if list := c.namesOf(func(r report.Row) bool { return r.Kind() == report.Missing }); len(list) > 0 && c.in.FailOn.Missing {
		reject(step.CodeRunsMissing, "No finished run of this workflow run was found for %s: %s.", countWorkspaces(list), listFirst(list))
	}
	if list := c.namesOf(mayChange); len(list) > 0 && c.in.FailOn.Changes {
		reject(step.CodeGateHit, "%s changes, or that cannot be ruled out (`fail-on: changes`): %s.", workspacesHave(list), listFirst(list))
	}
	if list := c.namesOf(mayDestroy); len(list) > 0 && c.in.FailOn.Destroy {
		reject(step.CodeGateHit, "%s something to destroy, or that cannot be ruled out (`fail-on: destroy`): %s.", workspacesHave(list), listFirst(list))
	}
	for _, need := range c.in.Needs {
		if problem := c.neededJobProblem(need); problem != "" {
			reject(step.CodeJobFailed, "%s", problem)
		}
	}
	if len(codes) == 0 {
		return step.Outcome{Result: result.Done}
	}
	return step.WithAdvice(step.Outcome{Result: result.Rejected, Code: codes[0], Problem: strings.Join(c.page.Reasons, " "), Hints: hints})
}

// neededJobProblem returns the problem with a needed job, or "" if there is none. A skipped job is a problem if there
// are workspaces.
func (c *overviewCommand) neededJobProblem(need inputs.NeededJob) string {
	switch {
	case need.Result == "failure":
		return fmt.Sprintf("The job `%s` failed.", need.Name)
	case need.Result == "cancelled":
		return fmt.Sprintf("The job `%s` was canceled.", need.Name)
	case need.Broken():
		return fmt.Sprintf("The job `%s` ended as `%s`, which is not known to be a success.", need.Name, need.Result)
	case need.Result == "skipped" && len(c.in.Workspaces) > 0:
		return fmt.Sprintf("The job `%s` was skipped, although there are workspaces.", need.Name)
	}
	return ""
}

func failed(r report.Row) bool { return r.Kind() == report.Failed && !needsOverride(r) }

func needsOverride(r report.Row) bool { return r.Result == result.NeedsOverride }

// mayChange reports whether a run has changes or unknown changes. A workspace without a run has none.
func mayChange(r report.Row) bool {
	switch r.Kind() {
	case report.Waiting, report.Destroys, report.Changes:
		return true
	case report.Missing:
		return r.Result != report.RowMissing
	}
	return mayContinue(r) && r.Effects().Changes != gate.No
}

func mayDestroy(r report.Row) bool {
	switch r.Kind() {
	case report.Destroys:
		return true
	case report.Waiting:
		return r.Effects().Destroys != gate.No
	case report.Missing:
		return r.Result != report.RowMissing
	}
	return mayContinue(r) && r.Effects().Destroys != gate.No
}

// mayContinue reports whether a failed run may have changed something, or may still do so.
func mayContinue(r report.Row) bool {
	return r.Kind() == report.Failed && (needsOverride(r) || r.Run.Applied())
}

// namesOf returns the names of the workspaces in the rows for which wanted returns true.
func (c *overviewCommand) namesOf(wanted func(report.Row) bool) []string {
	var list []string
	for _, r := range c.page.Rows {
		if wanted(r) {
			list = append(list, "`"+title(r.Workspace)+"`")
		}
	}
	return list
}

func countWorkspaces(list []string) string { return units.Count(len(list), "workspace", "workspaces") }

func workspacesHave(list []string) string {
	return units.Count(len(list), "workspace has", "workspaces have")
}
