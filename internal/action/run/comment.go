package run

import (
	"cmp"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/report"
	"scalr-run-action/internal/result"
)

// commentOn writes the result of the run to the pull request comment. If the workspace is unknown, it marks the
// report of an earlier run as outdated.
func (r *command) commentOn(o step.Outcome, rep report.Report) {
	switch {
	case r.in.Comment == inputs.CommentNone:
	case r.facts.workspace.ID != "":
		r.commenter().Publish(github.Mode(r.in.Comment), r.commentPost(o, rep), func(url string) { r.out.Set("comment-url", url) })
	default:
		r.markOutdated(o, rep)
	}
}

func (r *command) commenter() step.Commenter {
	return step.Commenter{Step: r.Step, Token: r.in.GitHubToken, PullRequest: r.in.PullRequest}
}

// commentName is the first part of the hidden marker in the comments of this action.
const commentName = "scalr-run-action"

// commentPost returns the content of the comment about the run.
func (r *command) commentPost(o step.Outcome, rep report.Report) github.Post {
	facts, shown := rep.Facts(), rep.Redacted(r.Redact)
	return github.Post{
		Marker:     github.Marker(commentName, r.facts.workspace.ID, r.in.CommentTag),
		Body:       shown.Comment(github.MaxBody),
		Shorter:    shown.Comment(github.MaxBody / 4),
		HasChanges: !isFalse(facts.HasChanges) || o.ExitCode() != 0,
		Closed:     o.Result == result.Applied,
		Workspace:  r.workspaceInput(),
	}
}

// workspaceInput returns the value of the input that names the workspace.
func (r *command) workspaceInput() string {
	return cmp.Or(strings.TrimSpace(r.Job.Input("workspace")), r.in.WorkspaceID)
}
