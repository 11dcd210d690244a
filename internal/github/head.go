package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Head is the commit that a workflow run is about, as far as its event says.
// The zero value is unknown.
type Head struct {
	SHA string

	// Branch and Repository are empty if the event names SHA as the head of the
	// pull request. Otherwise SHA is the head of this branch, and says something
	// about the pull request only if that is its head branch too.
	Branch, Repository string
}

// Head returns the commit that the event is about, to be compared with the
// present head of the given pull request of the repository. An event of a pull
// request names it, one of another pull request does not. What was started on a
// branch (push, workflow_dispatch) or by a workflow run on one is about that
// branch: it is compared if the pull request comes from there.
func (e Event) Head(repository string, number int) Head {
	var p payload
	// As in FindPullRequest: what can be read counts.
	_ = json.Unmarshal(e.Payload, &p)
	branch, onBranch := strings.CutPrefix(e.Ref, "refs/heads/")
	head := Head{}
	switch {
	case e.Name == "repository_dispatch":
		head.SHA = dispatchedHead(p.Client.PullRequest, number)
	case p.PullRequest.Number > 0:
		if p.PullRequest.Number == number {
			head.SHA = p.PullRequest.Head.SHA
		}
	case e.Name == "workflow_run":
		from := p.WorkflowRun
		head = Head{SHA: from.HeadSHA, Branch: from.HeadBranch, Repository: from.HeadRepository.FullName}
	case onBranch:
		head = Head{SHA: e.SHA, Branch: branch, Repository: repository}
	}
	if !commitSHA.MatchString(head.SHA) || (head.Branch == "") != (head.Repository == "") {
		return Head{}
	}
	return head
}

// dispatchedHead is the head in a whole pull request that was dispatched. Its
// sender may write anything there, but only to keep the comment from being
// written.
func dispatchedHead(raw json.RawMessage, number int) string {
	var p struct {
		Number int     `json:"number"`
		Head   pullEnd `json:"head"`
	}
	if json.Unmarshal(raw, &p) != nil || p.Number != number {
		return ""
	}
	return p.Head.SHA
}

// checkHead reads the head of the pull request. It returns an error of the kind
// Superseded if this run is for another commit, and none if the run's head is
// unknown.
func (s *session) checkHead(ctx context.Context, head Head) error {
	if head.SHA == "" {
		return nil
	}
	var now pull
	c := call{op: s.op("read the head of"), method: http.MethodGet}
	c.url = fmt.Sprintf("%s/repos/%s/pulls/%d", s.api, s.thread.Repository, s.thread.Number)
	if _, err := s.do(ctx, c, &now); err != nil {
		return err
	}
	switch {
	case !commitSHA.MatchString(now.Head.SHA):
		return &Error{Kind: Rejected, Op: c.op, Message: "GitHub's answer has no head"}
	case head.Branch != "" && (head.Branch != now.Head.Ref || !strings.EqualFold(head.Repository, now.Head.Repo.FullName)):
		return nil
	case head.SHA != now.Head.SHA:
		return superseded("the head of the pull request is now commit %.7s, this run is for commit %.7s", now.Head.SHA, head.SHA)
	}
	return nil
}
