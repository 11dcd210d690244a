package run

import (
	"slices"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
)

// markOutdated writes above the report of an earlier run that this one failed
// before it knew its workspace. Without that, an earlier plan would seem to be
// that of a commit of which nothing is known. It creates no comment.
func (r *command) markOutdated(o step.Outcome, rep report.Report) {
	if !r.outdates(o) {
		return
	}
	r.commenter().MarkOutdated(github.Failure{
		Name: commentName, Tag: r.in.CommentTag, Workspace: r.workspaceInput(), WorkspaceID: r.in.WorkspaceID,
		Note: rep.Redacted(r.Redact).OutdatedNote(github.MaxNote),
	})
}

// outdates reports whether an outcome without a workspace makes an earlier report
// outdated, and whether it is known which. A run of run-id that is not the
// expected one says nothing about the workspace that was given.
func (r *command) outdates(o step.Outcome) bool {
	if o.ExitCode() == 0 || slices.Contains([]step.Code{step.CodeWrongWorkspace, step.CodeWrongConfig, step.CodeNotExpected}, o.Code) {
		return false
	}
	return !r.in.GitHubToken.Empty() && r.workspaceInput() != "" && r.usable("pr-number", r.in.PullRequest > 0) && r.usable("comment-tag", r.in.CommentTag != "")
}

// usable reports whether an input is empty or could be read.
func (r *command) usable(name string, read bool) bool {
	return read || strings.TrimSpace(r.Job.Input(name)) == ""
}

// refuseInputs ends a step whose inputs are wrong. The verdict comes first: no
// request leaves before it is given.
func refuseInputs(s *step.Step, in inputs.Run, o step.Outcome) int {
	r := newCommand(s, in)
	code := s.Finish(o, nil)
	r.commentOn(o, r.makeReport(o))
	return code
}
