package github

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// query sends a query to GitHub's GraphQL API, which reports most errors with the status 200
// (docs.github.com, "Forming calls with GraphQL" and "Rate limits ... for the GraphQL API"). data may
// be set in addition to an error.
func (s *session) query(ctx context.Context, c call, text string, variables map[string]any, data any) error {
	var answer graphAnswer
	c.method, c.url = http.MethodPost, s.graphql
	c.body = map[string]any{"query": text, "variables": variables}
	c.check = func(h http.Header) *Error {
		got := answer
		answer = graphAnswer{}
		if len(got.Data) > 0 && data != nil && json.Unmarshal(got.Data, data) != nil {
			return &Error{Kind: Rejected, Op: c.op, Message: "the response does not have the requested form"}
		}
		if len(got.Errors) == 0 {
			return nil
		}
		return s.graphError(c, h, got.Errors[0])
	}
	_, err := s.do(ctx, c, &answer)
	return err
}

type graphAnswer struct {
	Data   json.RawMessage `json:"data"`
	Errors []graphTrouble  `json:"errors"`
}

type graphTrouble struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

func (s *session) graphError(c call, h http.Header, t graphTrouble) *Error {
	e := &Error{Kind: Rejected, Op: c.op, Status: http.StatusOK, Message: strings.TrimRight(s.clean(t.Message), ".")}
	switch {
	case t.Type == "RATE_LIMITED" || strings.Contains(strings.ToLower(t.Message), "rate limit"):
		e.Kind, e.temporary, e.Wait = RateLimited, true, rateLimitDelay(h)
	case t.Type == "FORBIDDEN" || t.Type == "INSUFFICIENT_SCOPES":
		e.Kind = Forbidden
	case t.Type == "NOT_FOUND":
		e.Kind = Gone
	case t.Type == "" && strings.HasPrefix(t.Message, "Something went wrong"):
		e.Kind, e.temporary = Unreachable, true
	}
	return e
}

// everyWorkflow is the login of GITHUB_TOKEN in every workflow.
const everyWorkflow = "github-actions[bot]"

// tokenLogin returns the login of the token. The token of an app cannot read /user, but can query the
// GraphQL viewer.
func (s *session) tokenLogin(ctx context.Context) (string, error) {
	if s.login != "" {
		return s.login, nil
	}
	const op = "look up the user of the GitHub token"
	var me struct {
		Viewer author `json:"viewer"`
		author
	}
	err := s.query(ctx, call{op: op, tries: 3}, "query { viewer { login } }", nil, &me)
	if s.login = me.Viewer.Login; err == nil && s.login != "" {
		return s.login, nil
	}
	if err != nil && !is(err, Forbidden, Gone, Rejected, Unreachable) {
		return "", err
	}
	_, err = s.do(ctx, call{op: op, method: http.MethodGet, url: s.api + "/user"}, &me)
	if s.login = me.Login; err == nil && s.login != "" {
		return s.login, nil
	}
	if err != nil && !is(err, Forbidden, Gone) {
		return "", err
	}
	s.login = everyWorkflow
	return s.login, nil
}

// is reports whether the login is this author's. GraphQL may omit the suffix of an app's REST login.
func (a author) is(login string) bool {
	return strings.EqualFold(a.Login, login) || a.Type == "Bot" && strings.EqualFold(a.Login, login+"[bot]")
}

// minimize minimizes comments as outdated, unless they are minimized already. If a newer run has
// rewritten one of them, the error has the kind Superseded.
func (s *session) minimize(ctx context.Context, t task, old []remote) error {
	const most = 100 // ids in one query
	op := s.op("minimize the older comments on")
	for len(old) > 0 {
		n := min(len(old), most)
		shown, err := s.shown(ctx, op, old[:n])
		if err != nil {
			return err
		}
		for _, id := range shown {
			if err := s.minimizeOne(ctx, t, op, id); err != nil && !is(err, Gone) {
				return err
			}
		}
		old = old[n:]
	}
	return nil
}

func (s *session) minimizeOne(ctx context.Context, t task, op, id string) error {
	const ask = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) " +
		"{ minimizedComment { ... on IssueComment { body } } } }"
	var data struct {
		Minimize struct {
			Comment struct {
				Body string `json:"body"`
			} `json:"minimizedComment"`
		} `json:"minimizeComment"`
	}
	if err := s.query(ctx, call{op: op}, ask, map[string]any{"id": id}, &data); err != nil {
		return err
	}
	order, _ := t.from()
	_, now := parse(data.Minimize.Comment.Body)
	if !order.known() || now.order.compare(order) <= 0 {
		return nil
	}
	matching, err := s.ours(ctx, t.matches)
	if err != nil {
		return err
	}
	if err := s.showNewest(ctx, matching, id); err != nil {
		return err
	}
	return superseded("%s, which is newer than %s, has written a comment at the same time", now.order, order)
}

// showNewest unminimizes a comment if it is the comment of the newest run.
func (s *session) showNewest(ctx context.Context, matching []remote, id string) error {
	if newest(matching, remote.open).NodeID != id {
		return nil
	}
	const ask = "mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }"
	return s.query(ctx, call{op: s.op("unminimize the comment on")}, ask, map[string]any{"id": id}, nil)
}

// shown returns the ids of the comments that are not minimized.
func (s *session) shown(ctx context.Context, op string, old []remote) ([]string, error) {
	ids := make([]string, len(old))
	for i, c := range old {
		ids[i] = c.NodeID
	}
	const ask = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }"
	var data struct {
		Nodes []struct {
			ID          string `json:"id"`
			IsMinimized bool   `json:"isMinimized"`
		} `json:"nodes"`
	}
	// For a deleted comment, the response has an error in addition to the data of the others.
	if err := s.query(ctx, call{op: op}, ask, map[string]any{"ids": ids}, &data); err != nil && !is(err, Gone) {
		return nil, err
	}
	var shown []string
	for _, n := range data.Nodes {
		if n.ID != "" && !n.IsMinimized {
			shown = append(shown, n.ID)
		}
	}
	return shown, nil
}
