package github

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// Event is the part of the job's event that identifies a pull request.
type Event struct {
	Name      string // GITHUB_EVENT_NAME
	SHA       string // GITHUB_SHA
	Ref       string // GITHUB_REF
	ServerURL string // GITHUB_SERVER_URL, for links in dispatch payloads
	Payload   []byte // the event file; may be empty or broken
}

// FindPullRequest returns the number of an event's pull request:
//
//   - that of a pull request event, or of a comment on a pull request
//   - that at the head of a merge group
//   - for a push, the merged one, or else the open one of the branch
//   - that of the head of a workflow run
//   - that which client_payload.pull_request of a repository dispatch names by number or URL
//
// The number is 0 if there is none. If there are several, the error has the kind Misused. t.Number is
// not used.
func (t Thread) FindPullRequest(ctx context.Context, e Event) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	var p payload
	// A payload that cannot be decoded is ignored.
	_ = json.Unmarshal(e.Payload, &p)
	switch {
	case e.Name == "repository_dispatch":
		return t.dispatched(ctx, e, p.Client.PullRequest)
	case e.Name == "push":
		return t.pushed(ctx, e)
	case e.Name == "workflow_run":
		return t.ofWorkflowRun(ctx, p.WorkflowRun)
	case e.Name == "merge_group":
		return queued(p.MergeGroup.HeadRef, e.Ref), nil
	case p.PullRequest.Number > 0:
		return p.PullRequest.Number, nil
	case p.Issue.PullRequest != nil:
		return max(p.Issue.Number, 0), nil
	}
	return 0, nil
}

type payload struct {
	PullRequest struct {
		Number int     `json:"number"`
		Head   pullEnd `json:"head"`
	} `json:"pull_request"`
	WorkflowRun endedRun `json:"workflow_run"`
	Issue       struct {
		Number      int             `json:"number"`
		PullRequest json.RawMessage `json:"pull_request"`
	} `json:"issue"`
	MergeGroup struct {
		HeadRef string `json:"head_ref"`
	} `json:"merge_group"`
	Client struct {
		PullRequest json.RawMessage `json:"pull_request"`
	} `json:"client_payload"`
}

// The branches of a merge queue have names such as
// gh-readonly-queue/main/pr-104-<sha of the base>.
var queueBranch = lazyregexp.New(`gh-readonly-queue/.+/pr-([1-9][0-9]{0,8})-[0-9a-f]{40,64}$`)

func queued(refs ...string) int {
	for _, ref := range refs {
		if m := queueBranch.FindStringSubmatch(ref); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

// dispatched checks that the pull request in the payload exists, since the sender can write anything
// there.
func (t Thread) dispatched(ctx context.Context, e Event, raw json.RawMessage) (int, error) {
	text := named(raw)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		n = t.numberIn(text, e.ServerURL)
	}
	if n < 1 {
		return 0, misused("client_payload.pull_request of the event names no pull request of %s", t.Repository)
	}
	s, err := t.open()
	if err != nil {
		return 0, err
	}
	found, err := s.pull(ctx, n)
	return found.Number, err
}

// named returns the number or the URL in client_payload.pull_request, which may be either, or an
// object as in GitHub's own events.
func named(raw json.RawMessage) string {
	var one any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&one) != nil {
		return ""
	}
	fields, ok := one.(map[string]any)
	if !ok {
		fields = map[string]any{"number": one}
	}
	for _, name := range []string{"url", "html_url", "number"} {
		switch v := fields[name].(type) {
		case string:
			return v
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// numberIn returns the number in the API or web URL of a pull request in the thread's repository, or
// 0.
func (t Thread) numberIn(text, server string) int {
	u, err := url.Parse(text)
	if err != nil || u.User != nil {
		return 0
	}
	for _, form := range []struct{ base, path string }{
		{t.APIURL, "/repos/" + t.Repository + "/pulls/"},
		{server, "/" + t.Repository + "/pull/"},
	} {
		base, err := url.Parse(strings.TrimRight(form.base, "/"))
		if err != nil || form.base == "" || origin(base) != origin(u) {
			continue
		}
		prefix := base.Path + form.path
		if len(u.Path) > len(prefix) && strings.EqualFold(u.Path[:len(prefix)], prefix) {
			if n, err := strconv.Atoi(u.Path[len(prefix):]); err == nil {
				return n
			}
		}
	}
	return 0
}
