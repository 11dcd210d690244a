package job

import (
	"slices"
	"strings"
)

// Head is the origin of the code that a job with secrets may check out.
type Head int

// GitHub passes no secrets to the pull requests of forks (pull_request, pull_request_review and
// pull_request_review_comment), and the head of most other events is a branch of the repository: these are
// HeadTrusted.
const (
	HeadTrusted Head = iota
	HeadFork         // the event has secrets and is about the head of a fork
	HeadUnknown      // the event has secrets and does not identify the head's repository
)

// headsOfRuns contains the events for which workflow_run reports the repository of the head.
var headsOfRuns = []string{"push", "schedule", "workflow_dispatch", "repository_dispatch", "merge_group", "release", "create",
	"pull_request", "pull_request_review", "pull_request_review_comment"}

// head classifies the events that run on the default branch, with secrets, and can refer to code of a fork
// (docs.github.com, Events that trigger workflows, and Webhook events and payloads).
func (p payload) head(event, repository, ref string) Head {
	switch event {
	case "pull_request_target":
		return inRepository(p.PullRequest != nil && p.PullRequest.Number > 0, !p.pullRequest().Fork)
	case "issue_comment":
		// The payload of a comment does not contain the head of the pull request.
		return inRepository(p.Issue != nil && p.Issue.Number > 0 && p.Issue.PullRequest == nil, true)
	case "workflow_run":
		run := p.WorkflowRun
		return inRepository(slices.Contains(headsOfRuns, run.Event) && repository != "", strings.EqualFold(run.HeadRepository.FullName, repository))
	case "check_suite":
		return inRepository(p.CheckSuite != nil, p.CheckSuite.branch() != "")
	case "check_run":
		return inRepository(p.CheckRun.CheckSuite != nil, p.CheckRun.CheckSuite.branch() != "")
	case "status":
		return inRepository(len(p.Branches) > 0, true)
	case "repository_dispatch":
		// Sending one requires write access to the repository; some forward a whole pull request. Its repository is null
		// if the fork was deleted.
		head := p.Client.PullRequest.Head
		return inRepository(true, head == nil || repository != "" && strings.EqualFold(head.Repo.FullName, repository))
	case "deployment", "deployment_status":
		// A preview service can deploy the commit of a fork's pull request. The ref is then that of the pull request, or
		// empty if the deployment names the commit.
		return inRepository(strings.HasPrefix(ref, "refs/heads/") || strings.HasPrefix(ref, "refs/tags/"), true)
	}
	return HeadTrusted
}

func inRepository(known, inside bool) Head {
	switch {
	case !known:
		return HeadUnknown
	case !inside:
		return HeadFork
	}
	return HeadTrusted
}

type workflowRunPayload struct {
	Event          string      `json:"event"`
	HeadRepository repoPayload `json:"head_repository"` // null when the fork was deleted
}

type repoPayload struct {
	FullName string `json:"full_name"`
}

type checkRunPayload struct {
	CheckSuite *checkSuitePayload `json:"check_suite"`
}

// checkSuitePayload has no branch if the head is in a fork.
type checkSuitePayload struct {
	HeadBranch string `json:"head_branch"`
}

func (c *checkSuitePayload) branch() string {
	if c == nil {
		return ""
	}
	return c.HeadBranch
}
