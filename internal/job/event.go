package job

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// Event describes what started the job. A field is zero if its value is unknown. Names, titles and messages are untrusted.
type Event struct {
	Name       string // pull_request, push, schedule …
	Action     string // opened, synchronize …
	Repository string // owner/name
	SHA        string // the head commit of a pull request, not the merge commit that is tested; unknown for a comment on one
	Ref        string // refs/heads/main
	RefName    string // main
	Actor      string

	Attempt        int    // counts re-runs of the workflow run, from 1
	WorkflowRunURL string // of this attempt
	ServerURL      string
	APIURL         string
	GraphQLURL     string // empty if it follows from APIURL

	PullRequest   PullRequest
	Head          Head
	ClientPayload ClientPayload
	// MergeGroupPullRequest is the number of the pull request at the head of a merge queue's group.
	MergeGroupPullRequest int
	HeadCommitMessage     string // its first line, on a push
	IsDependabot          bool   // if so, GitHub provides only Dependabot's secrets
}

// PullRequest is the pull request that an event is about. Number is 0 if there is none. An event about a comment
// contains only Number and Title, so the head, and whether it is in a fork, is unknown.
type PullRequest struct {
	Number   int
	Title    string
	HeadSHA  string
	HeadRepo string // owner/name; empty if it was deleted
	BaseRepo string
	Fork     bool // the head is in another repository than the base
}

// ClientPayload holds the fields of a repository_dispatch that identify a pull request.
type ClientPayload struct {
	PullRequestNumber int
	PullRequestURL    string
}

// Event returns what started the job, from the environment and the event's payload. It treats an unreadable payload as
// empty.
func (j *Job) Event() Event { return j.event() }

// EventPayload returns the payload of the event, which is untrusted JSON or not JSON at all; nil if its file cannot be
// read or exceeds GitHub's limit for payloads. The file is read once. The caller must not change the payload.
func (j *Job) EventPayload() []byte { return j.payload() }

// CommitURL returns the address of the commit, "" if the repository or the commit is unknown.
func (e Event) CommitURL() string {
	if e.Repository == "" || e.SHA == "" {
		return ""
	}
	return e.ServerURL + "/" + e.Repository + "/commit/" + e.SHA
}

func (j *Job) readEvent() Event {
	p := decodePayload(j.EventPayload())
	e := Event{
		Name:       j.Env("GITHUB_EVENT_NAME"),
		Action:     p.Action,
		Repository: j.Env("GITHUB_REPOSITORY"),
		SHA:        j.Env("GITHUB_SHA"),
		Ref:        j.Env("GITHUB_REF"),
		RefName:    j.Env("GITHUB_REF_NAME"),
		Actor:      j.Env("GITHUB_ACTOR"),
		ServerURL:  j.envOr("GITHUB_SERVER_URL", "https://github.com"),
		APIURL:     j.envOr("GITHUB_API_URL", "https://api.github.com"),
		GraphQLURL: j.envOr("GITHUB_GRAPHQL_URL", ""),

		PullRequest:           p.pullRequest(),
		Head:                  p.head(j.Env("GITHUB_EVENT_NAME"), j.Env("GITHUB_REPOSITORY"), j.Env("GITHUB_REF")),
		ClientPayload:         p.clientPayload(),
		MergeGroupPullRequest: mergeGroupPullRequest(p.MergeGroup.HeadRef),
		HeadCommitMessage:     firstLine(p.HeadCommit.Message),
		IsDependabot:          j.Env("GITHUB_ACTOR") == "dependabot[bot]",
	}
	e.Attempt, _ = strconv.Atoi(j.Env("GITHUB_RUN_ATTEMPT"))
	e.WorkflowRunURL = e.workflowRunURL(j.Env("GITHUB_RUN_ID"))
	if e.PullRequest.HeadSHA != "" || p.PullRequest == nil && e.PullRequest.Number > 0 {
		e.SHA = e.PullRequest.HeadSHA // of a comment, GITHUB_SHA is that of the default branch
	}
	return e
}

func (j *Job) envOr(name, otherwise string) string {
	if value := j.Env(name); value != "" {
		return strings.TrimRight(value, "/")
	}
	return otherwise
}

func (e Event) workflowRunURL(runID string) string {
	if e.Repository == "" || runID == "" {
		return ""
	}
	address := fmt.Sprintf("%s/%s/actions/runs/%s", e.ServerURL, e.Repository, runID)
	if e.Attempt > 0 {
		address += fmt.Sprintf("/attempts/%d", e.Attempt)
	}
	return address
}

// payload holds the fields of the event's file that the action uses.
type payload struct {
	Action      string            `json:"action"`
	Number      int               `json:"number"`
	PullRequest *pullPayload      `json:"pull_request"`
	Issue       *issuePayload     `json:"issue"`
	MergeGroup  mergeGroupPayload `json:"merge_group"`
	HeadCommit  commitPayload     `json:"head_commit"`
	Client      clientPayload     `json:"client_payload"`

	WorkflowRun workflowRunPayload `json:"workflow_run"`
	CheckRun    checkRunPayload    `json:"check_run"`
	CheckSuite  *checkSuitePayload `json:"check_suite"`
	Branches    []struct{}         `json:"branches"` // that hold the commit of a status
}

type pullPayload struct {
	Number int        `json:"number"`
	Title  string     `json:"title"`
	Head   endPayload `json:"head"`
	Base   endPayload `json:"base"`
}

type endPayload struct {
	SHA  string      `json:"sha"`
	Repo repoPayload `json:"repo"`
}

// issuePayload is a pull request if it has an address as one: a comment on a pull request is a comment on an issue.
type issuePayload struct {
	Number      int    `json:"number"`
	Title       string `json:"title"`
	PullRequest *struct {
		URL string `json:"url"`
	} `json:"pull_request"`
}

type mergeGroupPayload struct {
	HeadRef string `json:"head_ref"`
}

type commitPayload struct {
	Message string `json:"message"`
}

type clientPayload struct {
	PullRequest struct {
		Number  int    `json:"number"`
		HTMLURL string `json:"html_url"`
		URL     string `json:"url"`
		// Head is nil if the sender forwards only the number or the address.
		Head *endPayload `json:"head"`
	} `json:"pull_request"`
}

// payloadLimit is the maximum number of bytes read from an event's file, at least GitHub's own limit of 25 MB
// (docs.github.com, "Webhook events and payloads").
const payloadLimit = 25 << 20

func (j *Job) readPayload() []byte {
	text, err := readFile(j.Env("GITHUB_EVENT_PATH"), payloadLimit)
	if err != nil {
		return nil
	}
	return text
}

// decodePayload returns what it can decode; a field with an unexpected type stays zero.
func decodePayload(text []byte) payload {
	var p payload
	// Decoding continues after a value of the wrong type, but decodes nothing from invalid JSON such as a truncated file.
	_ = json.Unmarshal(text, &p)
	return p
}

func (p payload) pullRequest() PullRequest {
	switch {
	case p.PullRequest != nil && p.PullRequest.Number > 0:
		pull := PullRequest{
			Number:   p.PullRequest.Number,
			Title:    p.PullRequest.Title,
			HeadSHA:  p.PullRequest.Head.SHA,
			HeadRepo: p.PullRequest.Head.Repo.FullName,
			BaseRepo: p.PullRequest.Base.Repo.FullName,
		}
		// The repository is null if the fork was deleted.
		pull.Fork = pull.HeadRepo == "" || !strings.EqualFold(pull.HeadRepo, pull.BaseRepo)
		return pull
	case p.Issue != nil && p.Issue.PullRequest != nil && p.Issue.Number > 0:
		return PullRequest{Number: p.Issue.Number, Title: p.Issue.Title}
	default:
		return PullRequest{}
	}
}

func (p payload) clientPayload() ClientPayload {
	pull := p.Client.PullRequest
	c := ClientPayload{PullRequestNumber: max(0, pull.Number), PullRequestURL: pull.HTMLURL}
	if c.PullRequestURL == "" {
		c.PullRequestURL = pull.URL
	}
	return c
}

// mergeGroupRef is refs/heads/gh-readonly-queue/main/pr-104-0123abcd….
var mergeGroupRef = lazyregexp.New(`^refs/heads/gh-readonly-queue/.+/pr-([0-9]{1,9})-[0-9a-f]+$`)

func mergeGroupPullRequest(headRef string) int {
	found := mergeGroupRef.FindStringSubmatch(headRef)
	if found == nil {
		return 0
	}
	n, _ := strconv.Atoi(found[1])
	return n
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(line)
}
