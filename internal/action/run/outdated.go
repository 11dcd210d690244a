package run

import (
	"slices"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
)

// markOutdated marks the report of an earlier run as outdated, because this run failed before it found its workspace.
// Otherwise the earlier plan would appear to describe the new commit. It creates no comment.
func (r *command) markOutdated(o step.Outcome, rep report.Report) {
	if !r.makesReportOutdated(o) {
		return
	}
	r.commenter().MarkOutdated(github.Failure{
		Name: commentName, Tag: r.in.CommentTag, Workspace: r.workspaceInput(), WorkspaceID: r.in.WorkspaceID,
		Note: rep.Redacted(r.Redact).OutdatedNote(github.MaxNote),
	})
}

// makesReportOutdated reports whether the outcome of a step that found no workspace makes an earlier report outdated,
// and whether the inputs identify that report. If run-id names an unexpected run, the outcome does not concern the
// workspace of the inputs.
func (r *command) makesReportOutdated(o step.Outcome) bool {
	if o.ExitCode() == 0 || slices.Contains([]step.Code{step.CodeWrongWorkspace, step.CodeWrongConfiguration, step.CodeRunNotExpected}, o.Code) {
		return false
	}
	return r.workspaceInput() != "" && r.commenter().CanMarkOutdated(r.in.CommentTag)
}

// reportInvalidInputs ends a step with invalid inputs. It reports the error first and then updates the pull request
// comment.
func reportInvalidInputs(s *step.Step, in inputs.Run, o step.Outcome) int {
	r := newCommand(s, in)
	code := s.Finish(o, nil)
	r.commentOn(o, r.makeReport(o))
	return code
}
