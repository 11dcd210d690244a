package action

import (
	"context"
	"errors"
	"os"

	"scalr-run-action/internal/comment"
	"scalr-run-action/internal/inputs"
)

// commentOn keeps the pull request's comment up to date. It never changes the
// verdict: what goes wrong is a warning.
func (r *runStory) commentOn(o outcome) {
	if r.in.Comment == inputs.CommentNone || r.report.Workspace.ID == "" {
		return
	}
	if r.in.GitHubToken.Empty() {
		r.job.Warnf("No comment was written: github-token is empty.")
		return
	}
	ctx, cancel := r.publishing(publishingTime)
	defer cancel()
	t := r.thread()
	number, err := r.pullRequest(ctx, t)
	if err == nil && number == 0 {
		r.job.Infof("No comment was written: the event %q belongs to no pull request. pr-number can name one.", r.job.Event().Name)
		return
	}
	url := ""
	if t.Number = number; err == nil {
		url, err = t.Publish(ctx, comment.Mode(r.in.Comment), r.post(o))
		r.out.set("comment-url", url)
	}
	switch {
	case err != nil && url != "":
		r.job.Warnf("The comment on the pull request was written, but older ones could not be folded: %v.%s", err, commentAdvice(err))
	case err != nil:
		r.job.Warnf("The comment on the pull request could not be written: %v.%s", err, commentAdvice(err))
	}
}

func (r *runStory) thread() comment.Thread {
	e := r.job.Event()
	return comment.Thread{HTTP: r.env.HTTP, APIURL: e.APIURL, GraphQLURL: e.GraphQLURL, Token: r.in.GitHubToken,
		Repository: e.Repository, Redact: r.redact.String, UserAgent: r.userAgent()}
}

// post is what the run has to say on the pull request.
func (r *runStory) post(o outcome) comment.Post {
	facts := r.report.Facts()
	return comment.Post{
		Marker:     comment.Marker("scalr-run-action", r.report.Workspace.ID, r.in.CommentTag),
		Body:       r.report.Comment(comment.MaxBody),
		Shorter:    r.report.Comment(comment.MaxBody / 4),
		HasChanges: truth(facts.HasChanges) || o.exit() != 0,
		Closed:     o.result == "applied",
	}
}

func (r *runStory) pullRequest(ctx context.Context, t comment.Thread) (int, error) {
	if r.in.PullRequest > 0 {
		return r.in.PullRequest, nil
	}
	e := r.job.Event()
	payload, err := readLimited(r.job.Env("GITHUB_EVENT_PATH"))
	if err != nil {
		payload = nil
	}
	return t.FindPullRequest(ctx, comment.Event{Name: e.Name, SHA: r.job.Env("GITHUB_SHA"), Ref: e.Ref, ServerURL: e.ServerURL, Payload: payload})
}

const mostPayload = 10 << 20

func readLimited(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil || info.Size() > mostPayload {
		return nil, errors.New("no usable event file")
	}
	return os.ReadFile(name)
}

// commentAdvice is the advice on what GitHub refuses.
func commentAdvice(err error) string {
	var e *comment.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Kind {
	case comment.Forbidden:
		return " The token may not write comments: give the job `permissions: pull-requests: write`. Workflows of forks and of Dependabot never may."
	case comment.Unauthorized:
		return " Check the token that github-token names."
	case comment.Gone:
		return " Check pr-number, and that the token may read the repository."
	case comment.Locked:
		return " The conversation is locked."
	}
	return ""
}
