package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// LastSuccess as the base selects the commit of the workflow's last successful run on the branch.
const LastSuccess = "last-success"

// ChangeQuery selects a change.
type ChangeQuery struct {
	Event    Event
	Checkout string // the commit that is checked out
	// PullRequest is the number of the pull request; 0 means that of the event.
	PullRequest int
	// Base is the base of the comparison: a commit, a branch, a tag or LastSuccess. Empty means
	// the base that the event names.
	Base string
	// Workflow is GITHUB_WORKFLOW_REF, RunID is GITHUB_RUN_ID; for LastSuccess.
	Workflow, RunID string
}

// Change is the complete list of changed paths.
type Change struct {
	// Paths are sorted and relative to the root of the repository. A renamed file has both.
	Paths []string
	// Deleted are those of the paths that the head does not have.
	Deleted []string
	// Base and Head are the commits between which the paths differ.
	Base, Head string
	// Of describes the source of the change, e.g. "pull request #7".
	Of string
}

// UnknownChangeError is the reason why the changed paths are unknown although all requests to GitHub succeeded.
type UnknownChangeError struct{ Reason string }

func (e *UnknownChangeError) Error() string { return e.Reason }

func unknownChange(format string, a ...any) error {
	return &UnknownChangeError{fmt.Sprintf(format, a...)}
}

// FindChange returns the paths that an event changed, as of the commit that is checked out. If the
// list cannot be complete, it returns an *UnknownChangeError or an *Error. It does not use t.Number.
func (t Thread) FindChange(ctx context.Context, q ChangeQuery) (Change, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	if !IsSHA(q.Checkout) {
		return Change{}, unknownChange("the commit that is checked out is unknown")
	}
	if isNoCommit(q.Base) {
		return Change{}, unknownChange("the base %s is not a commit", q.Base)
	}
	s, err := t.open()
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Op = "query GitHub" // not about a comment
	}
	if err != nil {
		return Change{}, err
	}
	var p changePayload
	// A payload that cannot be decoded is ignored.
	_ = json.Unmarshal(q.Event.Payload, &p)
	switch {
	case q.Base != "":
		return s.changeSince(ctx, q)
	case q.PullRequest > 0:
		return s.pullRequestChange(ctx, q, p, q.PullRequest)
	case q.Event.Name == "push":
		return s.pushChange(ctx, q, p)
	case q.Event.Name == "merge_group":
		return s.queueChange(ctx, q, p)
	}
	number, err := t.FindPullRequest(ctx, q.Event)
	switch {
	case err != nil:
		return Change{}, err
	case number == 0:
		return Change{}, unknownChange("the event %s does not describe a change", orNone(q.Event.Name))
	}
	return s.pullRequestChange(ctx, q, p, number)
}

func orNone(event string) string {
	if event == "" {
		return "(none)"
	}
	return event
}

// changePayload is the part of the event that names commits.
type changePayload struct {
	Before     string `json:"before"`
	After      string `json:"after"`
	HeadCommit struct {
		ID string `json:"id"`
	} `json:"head_commit"`
	PullRequest pull `json:"pull_request"`
	MergeGroup  struct {
		HeadSHA string `json:"head_sha"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

// isNoCommit reports whether a push names no commit, because its branch was created or deleted.
func isNoCommit(sha string) bool { return sha != "" && strings.Trim(sha, "0") == "" }

func (s *session) pushChange(ctx context.Context, q ChangeQuery, p changePayload) (Change, error) {
	branch, onBranch := strings.CutPrefix(q.Event.Ref, "refs/heads/")
	tag, onTag := strings.CutPrefix(q.Event.Ref, "refs/tags/")
	of := "push to " + strings.TrimPrefix(branch, "refs/tags/")
	head := p.After
	switch { // for an annotated tag, after is the tag object
	case onTag && IsSHA(p.HeadCommit.ID):
		head = p.HeadCommit.ID
	case onTag && IsSHA(q.Event.SHA):
		head = q.Event.SHA
	}
	switch {
	case isNoCommit(p.After):
		return Change{}, unknownChange("the push deletes %s", q.Event.Ref)
	case !IsSHA(p.After) || !IsSHA(p.Before):
		return Change{}, unknownChange("the event does not name the commits of the push")
	case onTag && isNoCommit(p.Before):
		return Change{}, unknownChange("the first push of tag %s has no previous commit to compare with", tag)
	case head != q.Checkout:
		return Change{}, unknownChange("the checkout is commit %.7s and not %.7s, the head of the push", q.Checkout, head)
	case onTag:
		return s.twoCommits(ctx, of, s.taggedCommit(ctx, p.Before), head)
	case !isNoCommit(p.Before):
		return s.twoCommits(ctx, of, p.Before, head)
	case !onBranch:
		return Change{}, unknownChange("the first push of %s has no previous commit to compare with", q.Event.Ref)
	case p.Repository.DefaultBranch == "":
		return Change{}, unknownChange("the event does not name the default branch, with which the first push of %s is compared", branch)
	case p.Repository.DefaultBranch == branch:
		return Change{}, unknownChange("it is the first push of the default branch %s", branch)
	}
	return s.twoCommits(ctx, "first push of "+branch, p.Repository.DefaultBranch, head)
}

// maxTags is the number of tag objects that are followed from an annotated tag to its commit.
const maxTags = 3

// taggedCommit returns the commit of a tag object, which comparisons do not accept. It returns any other object unchanged,
// also if GitHub does not return the tag: then the comparison fails.
func (s *session) taggedCommit(ctx context.Context, object string) string {
	for range maxTags {
		var tag struct {
			Object struct {
				SHA string `json:"sha"`
			} `json:"object"`
		}
		c := call{op: fmt.Sprintf("read tag object %s of %s", ShortSHA(object), s.thread.Repository), method: http.MethodGet}
		c.url = fmt.Sprintf("%s/repos/%s/git/tags/%s", s.api, s.thread.Repository, url.PathEscape(object))
		if _, err := s.do(ctx, c, &tag); err != nil || !IsSHA(tag.Object.SHA) {
			break
		}
		object = tag.Object.SHA
	}
	return object
}

// queueChange compares with the target branch. The base in the event is the previous entry of the
// queue, which is not merged yet.
func (s *session) queueChange(ctx context.Context, q ChangeQuery, p changePayload) (Change, error) {
	head, target := p.MergeGroup.HeadSHA, strings.TrimPrefix(p.MergeGroup.BaseRef, "refs/heads/")
	switch {
	case !IsSHA(head) || target == "":
		return Change{}, unknownChange("the event does not name the head and the target branch of the merge group")
	case head != q.Checkout:
		return Change{}, unknownChange("the checkout is commit %.7s and not %.7s, the head of the merge group", q.Checkout, head)
	}
	d, found, err := s.between(ctx, target, head)
	switch {
	case err != nil:
		return Change{}, err
	case found == nil:
		return Change{}, unknownChange("GitHub cannot compare the merge group with %s", target)
	case found.mergeBase == head:
		return Change{}, unknownChange("%s already contains the merge group", target)
	}
	return Change{Paths: d.paths, Deleted: d.deleted, Base: found.base, Head: head, Of: "merge group for " + target}, nil
}

func (s *session) twoCommits(ctx context.Context, of, base, head string) (Change, error) {
	d, found, err := s.between(ctx, base, head)
	if found != nil {
		base = found.base
	}
	return Change{Paths: d.paths, Deleted: d.deleted, Base: base, Head: head, Of: of}, err
}

// changeSince compares the checkout with q.Base.
func (s *session) changeSince(ctx context.Context, q ChangeQuery) (Change, error) {
	if q.Base != LastSuccess {
		return s.twoCommits(ctx, "changes since "+ShortSHA(q.Base), q.Base, q.Checkout)
	}
	last, err := s.lastSuccess(ctx, q)
	if err != nil {
		return Change{}, err
	}
	return s.twoCommits(ctx, "changes since the last successful run, of "+ShortSHA(last), last, q.Checkout)
}

// pullRequestChange returns the changes of a pull request, from its merge base to its head, which
// must be checked out.
func (s *session) pullRequestChange(ctx context.Context, q ChangeQuery, p changePayload, number int) (Change, error) {
	base, head, err := s.checkedOutPull(ctx, q, p.PullRequest, number)
	if err != nil {
		return Change{}, err
	}
	found, err := s.compare(ctx, base, head)
	if err != nil {
		return Change{}, err
	}
	change := Change{Base: found.mergeBase, Head: head, Of: fmt.Sprintf("pull request #%d", number)}
	switch {
	case found.mergeBase == head:
		// An open pull request has at least one commit of its own.
		return Change{}, unknownChange("the base branch already contains the head of pull request #%d", number)
	}
	d := found.difference()
	if !found.isWhole() {
		d, err = s.treeDifference(ctx, found.mergeBase, head)
	}
	change.Paths, change.Deleted = d.paths, d.deleted
	return change, err
}

// checkedOutPull returns the head of the pull request that is checked out, and a commit of the base
// branch. It tries the event's head first, since a newer push changes the pull request's head.
func (s *session) checkedOutPull(ctx context.Context, q ChangeQuery, event pull, number int) (base, head string, err error) {
	var parents []string
	asked := false
	matches := func(p pull) (string, bool, error) {
		switch {
		case !IsSHA(p.Head.SHA) || !IsSHA(p.Base.SHA):
			return "", false, nil
		case p.Head.SHA == q.Checkout:
			return p.Base.SHA, true, nil
		case !asked:
			asked = true
			if parents, err = s.parents(ctx, q.Checkout); err != nil && !is(err, Gone, Rejected) {
				return "", false, err
			}
		}
		if len(parents) == 2 && parents[1] == p.Head.SHA {
			return parents[0], true, nil
		}
		return "", false, nil
	}
	if event.Number == number {
		if base, ok, err := matches(event); ok || err != nil {
			return base, event.Head.SHA, err
		}
	}
	now, err := s.pull(ctx, number)
	if err != nil {
		return "", "", err
	}
	base, ok, err := matches(now)
	if err == nil && !ok {
		err = unknownChange(
			"the checkout is commit %.7s, which is neither the head of pull request #%d (%.7s) nor its merge commit",
			q.Checkout, number, now.Head.SHA,
		)
	}
	return base, now.Head.SHA, err
}

func (s *session) pull(ctx context.Context, number int) (pull, error) {
	var found pull
	c := call{op: fmt.Sprintf("find the pull request %s#%d", s.thread.Repository, number), method: http.MethodGet}
	c.url = fmt.Sprintf("%s/repos/%s/pulls/%d", s.api, s.thread.Repository, number)
	_, err := s.do(ctx, c, &found)
	return found, err
}

// parents returns the parents of a commit, which may be given by a branch or a tag.
func (s *session) parents(ctx context.Context, commit string) ([]string, error) {
	var found struct {
		Parents []struct {
			SHA string `json:"sha"`
		} `json:"parents"`
	}
	c := call{op: fmt.Sprintf("read commit %s of %s", ShortSHA(commit), s.thread.Repository), method: http.MethodGet}
	// The files are not used; one per page is the minimum.
	c.url = fmt.Sprintf("%s/repos/%s/commits/%s?per_page=1", s.api, s.thread.Repository, url.PathEscape(commit))
	_, err := s.do(ctx, c, &found)
	var list []string
	for _, p := range found.Parents {
		list = append(list, p.SHA)
	}
	return list, err
}
