package step

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/secret"
	"scalr-run-action/internal/units"
)

// publishingTime is the time limit for publishing one comment.
const publishingTime = 3 * time.Minute

// Commenter writes comments on one pull request. It never changes the outcome of a step: errors are logged as
// warnings.
type Commenter struct {
	*Step
	Token       secret.Value
	PullRequest int // 0 means the pull request of the event
}

// Publish writes a comment in the given mode. If it sends a comment, it calls written with the URL, which is empty on
// failure. Publish sets post.Order and post.Head.
func (c Commenter) Publish(mode github.Mode, post github.Post, written func(url string)) {
	if c.Token.Empty() {
		if !c.Job.OnGitHub() {
			c.Job.Warnf("No comment was written: comments are written only on GitHub Actions.")
			return
		}
		c.Job.Warnf("No comment was written: github-token is empty.")
		return
	}
	ctx, cancel := c.ReportingContext(publishingTime)
	defer cancel()
	t := c.thread()
	number, err := c.number(ctx, t)
	if err == nil && number == 0 {
		c.Job.Infof("No comment was written: the event %q does not belong to a pull request. Set pr-number to comment on one.", c.Job.Event().Name)
		return
	}
	url := ""
	if t.Number = number; err == nil {
		post.Order, post.Head = c.order(), c.GitHubEvent().Head(c.Job.Event().Repository, number)
		url, err = t.Publish(ctx, mode, post)
		written(url)
	}
	switch {
	case superseded(err):
		c.Job.Noticef("No comment was written: %v.", err)
	case err != nil && url != "":
		c.Job.Warnf("The comment on the pull request was written, but older ones could not be minimized: %v.%s", err, commentAdvice(err))
	case err != nil:
		c.Job.Warnf("The comment on the pull request could not be written: %v.%s", err, commentAdvice(err))
	}
}

// MarkOutdated marks the report of an earlier run as outdated, because this run failed without a report. Otherwise
// the earlier report would appear to describe the new commit. MarkOutdated creates no comment. It sets f.Order and
// f.Head.
func (c Commenter) MarkOutdated(f github.Failure) {
	ctx, cancel := c.ReportingContext(publishingTime)
	defer cancel()
	t := c.thread()
	number, err := c.number(ctx, t)
	if err == nil && number == 0 {
		return
	}
	url := ""
	if t.Number = number; err == nil {
		f.Order, f.Head = c.order(), c.GitHubEvent().Head(c.Job.Event().Repository, number)
		url, err = t.MarkOutdated(ctx, f)
	}
	switch {
	case superseded(err):
		c.Job.Noticef("The comment of an earlier run was not marked as outdated: %v.", err)
	case err != nil:
		c.Job.Warnf("The comment of an earlier run could not be marked as outdated: %v.%s", err, commentAdvice(err))
	case url != "":
		c.Job.Infof("The comment of an earlier run is marked as outdated: %s", url)
	}
}

// CanMarkOutdated reports whether the inputs identify the comment of an earlier run even after an error of an input: each
// of pr-number and comment-tag is empty or valid.
func (c Commenter) CanMarkOutdated(tag string) bool {
	usable := func(input string, valid bool) bool { return valid || strings.TrimSpace(c.Job.Input(input)) == "" }
	return !c.Token.Empty() && usable("pr-number", c.PullRequest > 0) && usable("comment-tag", tag != "")
}

// superseded reports whether the comment belongs to a newer workflow run or to a newer head commit.
func superseded(err error) bool {
	var e *github.Error
	return errors.As(err, &e) && e.Kind == github.Superseded
}

func (c Commenter) thread() github.Thread {
	e := c.Job.Event()
	return github.Thread{HTTP: c.Env.HTTP, APIURL: e.APIURL, GraphQLURL: e.GraphQLURL, Token: c.Token,
		Repository: e.Repository, Redact: c.Redact.String, RedactPage: c.Redact.Rendered, UserAgent: c.UserAgent(), Retrying: c.RetryingGitHub}
}

// RetryingGitHub logs that a request to GitHub is repeated: otherwise a step that waits for GitHub would print nothing.
func (s *Step) RetryingGitHub(err error) {
	var e *github.Error
	when := ""
	if errors.As(err, &e) && e.Wait > 0 {
		when = " in " + units.Duration(e.Wait)
	}
	s.Job.Infof("%v; retrying%s", err, when)
}

// order returns the position of this workflow run among the runs that write comments.
func (c Commenter) order() github.Order {
	return github.NewOrder(c.Job.Env("GITHUB_RUN_ID"), c.Job.Env("GITHUB_RUN_ATTEMPT"))
}

func (c Commenter) number(ctx context.Context, t github.Thread) (int, error) {
	if c.PullRequest > 0 {
		return c.PullRequest, nil
	}
	return t.FindPullRequest(ctx, c.GitHubEvent())
}

// GitHubEvent returns the event of the job, from which package github finds pull requests and changed files.
func (s *Step) GitHubEvent() github.Event {
	e := s.Job.Event()
	return github.Event{Name: e.Name, SHA: s.Job.Env("GITHUB_SHA"), Ref: e.Ref, ServerURL: e.ServerURL, Payload: s.Job.EventPayload()}
}

// commentAdvice returns advice about an error of GitHub's API.
func commentAdvice(err error) string {
	var e *github.Error
	if !errors.As(err, &e) {
		return ""
	}
	if e.NotAPIResponse {
		return " Check the proxies and firewalls between the runner and GitHub's API."
	}
	switch e.Kind {
	case github.RateLimited:
		if e.Wait <= 0 { // GitHub allowed a retry at once, each time
			return ""
		}
		return fmt.Sprintf(" GitHub requires a wait of %s, and the step has no more time for it.", units.Duration(e.Wait))
	case github.Forbidden:
		return " The token may not write comments: give the job `permissions: pull-requests: write`. " +
			"Workflows of forks cannot have this permission."
	case github.Unauthorized:
		return " Check the token in github-token."
	case github.Gone:
		return " Check pr-number, and that the token may read the repository."
	case github.Locked:
		return " The conversation is locked."
	}
	return ""
}
