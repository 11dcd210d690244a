package action

import (
	"slices"
	"strings"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/inputs"
)

// markOutdated writes above the report of an earlier run that this one failed
// before it knew its workspace. Without that, a plan that looks harmless would
// stand for a commit of which nothing is known. It creates no comment.
func (r *runStory) markOutdated(o outcome) {
	if !r.outdates(o) {
		return
	}
	ctx, cancel := r.publishing(publishingTime)
	defer cancel()
	t := r.thread()
	number, err := r.pullRequest(ctx, t)
	if err == nil && number == 0 {
		return
	}
	url := ""
	if t.Number = number; err == nil {
		url, err = t.MarkOutdated(ctx, github.Failure{
			Name: commentName, Tag: r.in.CommentTag, Workspace: r.workspaceInput(), WorkspaceID: r.in.WorkspaceID,
			Note: r.report.Redacted(r.redact).OutdatedNote(github.MaxNote), Order: r.commentOrder(),
			Head: r.commentEvent().Head(r.job.Event().Repository, number),
		})
	}
	switch {
	case superseded(err):
		r.job.Noticef("The comment of an earlier run was not marked as outdated: %v.", err)
	case err != nil:
		r.job.Warnf("The comment of an earlier run could not be marked as outdated: %v.%s", err, commentAdvice(err))
	case url != "":
		r.job.Infof("The comment of an earlier run is marked as outdated: %s", url)
	}
}

// outdates reports whether an outcome without a workspace makes an earlier report
// outdated, and whether it is known which. A run of run-id that is not the
// expected one says nothing about the workspace that was given.
func (r *runStory) outdates(o outcome) bool {
	if o.exit() == 0 || slices.Contains([]string{codeWrongWorkspace, codeWrongConfig, codeNotExpected}, o.code) {
		return false
	}
	return !r.in.GitHubToken.Empty() && r.workspaceInput() != "" && r.usable("pr-number", r.in.PullRequest > 0) && r.usable("comment-tag", r.in.CommentTag != "")
}

// usable reports whether an input is empty or could be read.
func (r *runStory) usable(name string, read bool) bool {
	return read || strings.TrimSpace(r.job.Input(name)) == ""
}

// refuseInputs ends a step whose inputs are wrong. The verdict comes first: no
// request leaves before it is given.
func refuseInputs(s *step, in inputs.Run, o outcome) int {
	r := newRunStory(s, in)
	code := s.conclude(o, nil)
	r.complete(o)
	r.commentOn(o)
	return code
}
