package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Head is the commit of a workflow run according to its event. The zero value is unknown.
type Head struct {
	SHA string

	// Branch and Repository are empty if SHA is the head of the pull request in the event.
	// Otherwise SHA is the head of this branch, and only compared if this is the head branch of
	// the pull request.
	Branch, Repository string
}

// Head returns the event's commit, which is compared with the current head of the given pull request
// of the repository. It is known for an event of this pull request. An event on a branch (push,
// workflow_dispatch) or of a workflow run on a branch is compared if the pull request has this head
// branch.
func (e Event) Head(repository string, number int) Head {
	var p payload
	// As in FindPullRequest, a payload that cannot be decoded is ignored.
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
	if !IsSHA(head.SHA) || (head.Branch == "") != (head.Repository == "") {
		return Head{}
	}
	return head
}

// dispatchedHead returns the head in a dispatched pull request object. The sender can write anything
// there; a wrong head only prevents the comment.
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

// checkHead reads the head of the pull request. The error has the kind Superseded if this run is for
// another commit. An unknown head of the run is not an error.
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
	case !IsSHA(now.Head.SHA):
		return &Error{Kind: Rejected, Op: c.op, Message: "GitHub's response has no head"}
	case head.Branch != "" && (head.Branch != now.Head.Ref || !strings.EqualFold(head.Repository, now.Head.Repo.FullName)):
		return nil
	case head.SHA != now.Head.SHA:
		return superseded("the head of the pull request is now commit %.7s, this run is for commit %.7s", now.Head.SHA, head.SHA)
	}
	return nil
}
