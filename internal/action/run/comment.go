package run

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
)

// commentOn writes what became of the run into the comment on the pull request,
// or that nothing is known of it, above the report of an earlier run. It never
// changes the verdict: what goes wrong is a warning.
func (r *command) commentOn(o step.Outcome) {
	switch {
	case r.in.Comment == inputs.CommentNone:
	case r.report.Workspace.ID != "":
		r.writeComment(o)
	default:
		r.markOutdated(o)
	}
}

func (r *command) writeComment(o step.Outcome) {
	if r.in.GitHubToken.Empty() {
		r.Job.Warnf("No comment was written: github-token is empty.")
		return
	}
	ctx, cancel := r.ReportingContext(publishingTime)
	defer cancel()
	t := r.thread()
	number, err := r.pullRequest(ctx, t)
	if err == nil && number == 0 {
		r.Job.Infof("No comment was written: the event %q belongs to no pull request. pr-number can name one.", r.Job.Event().Name)
		return
	}
	url := ""
	if t.Number = number; err == nil {
		url, err = t.Publish(ctx, github.Mode(r.in.Comment), r.post(o, number))
		r.out.Set("comment-url", url)
	}
	switch {
	case superseded(err):
		r.Job.Noticef("No comment was written: %v.", err)
	case err != nil && url != "":
		r.Job.Warnf("The comment on the pull request was written, but older ones could not be minimized: %v.%s", err, commentAdvice(err))
	case err != nil:
		r.Job.Warnf("The comment on the pull request could not be written: %v.%s", err, commentAdvice(err))
	}
}

// superseded reports whether a newer run, or one of a newer head, has the say.
func superseded(err error) bool {
	var e *github.Error
	return errors.As(err, &e) && e.Kind == github.Superseded
}

func (r *command) thread() github.Thread {
	e := r.Job.Event()
	return github.Thread{HTTP: r.Env.HTTP, APIURL: e.APIURL, GraphQLURL: e.GraphQLURL, Token: r.in.GitHubToken,
		Repository: e.Repository, Redact: r.Redact.String, RedactPage: r.Redact.Rendered, UserAgent: r.UserAgent()}
}

// commentName begins the hidden mark of our comments.
const commentName = "scalr-run-action"

// post is what the run has to say on the pull request.
func (r *command) post(o step.Outcome, number int) github.Post {
	facts, shown := r.report.Facts(), r.report.Redacted(r.Redact)
	return github.Post{
		Marker:     github.Marker(commentName, r.report.Workspace.ID, r.in.CommentTag),
		Body:       shown.Comment(github.MaxBody),
		Shorter:    shown.Comment(github.MaxBody / 4),
		HasChanges: !isFalse(facts.HasChanges) || o.ExitCode() != 0,
		Closed:     o.Result == "applied",
		Order:      r.commentOrder(),
		Head:       r.commentEvent().Head(r.Job.Event().Repository, number),
		Workspace:  r.workspaceInput(),
	}
}

// commentOrder is the place of this workflow run among those that comment.
func (r *command) commentOrder() github.Order {
	return github.NewOrder(r.Job.Env("GITHUB_RUN_ID"), r.Job.Env("GITHUB_RUN_ATTEMPT"))
}

// workspaceInput is the input that names the workspace, as it was given.
func (r *command) workspaceInput() string {
	return cmp.Or(strings.TrimSpace(r.Job.Input("workspace")), r.in.WorkspaceID)
}

func (r *command) pullRequest(ctx context.Context, t github.Thread) (int, error) {
	if r.in.PullRequest > 0 {
		return r.in.PullRequest, nil
	}
	return t.FindPullRequest(ctx, r.commentEvent())
}

func (r *command) commentEvent() github.Event {
	e := r.Job.Event()
	payload, err := job.ReadFile(r.Job.Env("GITHUB_EVENT_PATH"), mostPayload)
	if err != nil {
		payload = nil
	}
	return github.Event{Name: e.Name, SHA: r.Job.Env("GITHUB_SHA"), Ref: e.Ref, ServerURL: e.ServerURL, Payload: payload}
}

const mostPayload = 10 << 20

// commentAdvice is the advice on what GitHub refuses.
func commentAdvice(err error) string {
	var e *github.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Kind {
	case github.Forbidden:
		return " The token may not write comments: give the job `permissions: pull-requests: write`. Workflows of forks and of Dependabot never may."
	case github.Unauthorized:
		return " Check the token that github-token names."
	case github.Gone:
		return " Check pr-number, and that the token may read the repository."
	case github.Locked:
		return " The conversation is locked."
	}
	return ""
}
