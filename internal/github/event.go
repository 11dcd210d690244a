package github

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Event is what of the job's event leads to a pull request.
type Event struct {
	Name      string // GITHUB_EVENT_NAME
	SHA       string // GITHUB_SHA
	Ref       string // GITHUB_REF
	ServerURL string // GITHUB_SERVER_URL, for the links that people copy
	Payload   []byte // the event file; may be empty or broken
}

// FindPullRequest returns the number of the pull request that an event is
// about: its own for the events of a pull request or of a comment on one, the
// one at the head of a merge group, the merged one of a push, or else the open one
// of the branch that was pushed to, the one of the head of a workflow run, and the
// one that client_payload.pull_request of a repository dispatch names by number or
// by address. It is 0 without an error if there is none, and an error of the kind
// Misused if there are several. t.Number is not used.
func (t Thread) FindPullRequest(ctx context.Context, e Event) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	var p payload
	// A payload that cannot be read says nothing; the other facts may.
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

// A merge queue builds on branches of its own, e.g.
// gh-readonly-queue/main/pr-104-<sha of the base>.
var queueBranch = regexp.MustCompile(`gh-readonly-queue/.+/pr-([1-9][0-9]{0,8})-[0-9a-f]{40,64}$`)

func queued(refs ...string) int {
	for _, ref := range refs {
		if m := queueBranch.FindStringSubmatch(ref); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

// dispatched asks GitHub whether there is the pull request that the payload
// names, since the payload is anybody's.
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
	var found pull
	c := call{op: fmt.Sprintf("find the pull request %s#%d", t.Repository, n), method: http.MethodGet}
	c.url = fmt.Sprintf("%s/repos/%s/pulls/%d", s.api, t.Repository, n)
	_, err = s.do(ctx, c, &found)
	return found.Number, err
}

// named returns the number or the address in client_payload.pull_request,
// which may be either, or an object as GitHub's own events have it.
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

// numberIn reads the number out of an address of a pull request of our
// repository, of the API or of the web, and is 0 for any other address.
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
