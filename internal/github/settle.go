package github

import (
	"context"
	"strings"
)

// version is a current or previous text of a comment of the action.
type version struct {
	order     Order
	text      string
	minimized bool // as outdated
}

const maxRepairs = 3

// settle reads a rewritten comment again. If an older text has replaced a newer one, of this run or of
// another, it restores the newest text. The error has the kind Superseded if that is another run's.
// Otherwise settle returns the comments in before that the rewritten one replaces.
func (s *session) settle(ctx context.Context, t task, w write, before []remote) ([]remote, error) {
	order, _ := t.from()
	for range maxRepairs {
		now, earlier, err := s.history(ctx, w)
		if err != nil {
			// The comment was written. It is only unknown whether it is still current.
			return before, nil
		}
		if now.minimized {
			return s.settleMinimized(ctx, t, w)
		}
		best := version{order: order, text: w.text}
		for _, v := range earlier {
			if v.order.compare(best.order) > 0 {
				best = v
			}
		}
		switch {
		case now.order.compare(best.order) < 0:
			if err := s.rewrite(ctx, w.target, best.text); err != nil {
				return nil, err
			}
		case now.order.compare(order) > 0:
			return nil, superseded("%s, which is newer than %s, has written %s", now.order, order, w.target.URL)
		default:
			return before, nil
		}
	}
	return before, nil
}

// settleMinimized unminimizes a rewritten comment, unless a newer run has written another one.
func (s *session) settleMinimized(ctx context.Context, t task, w write) ([]remote, error) {
	order, _ := t.from()
	matching, err := s.ours(ctx, t.matches)
	if err != nil {
		return nil, err
	}
	if err := supersededBy(matching, order); err != nil {
		return nil, err
	}
	kept := newest(matching, func(c remote) bool { return c.ID == w.target.ID })
	return t.older(matching, kept), s.showNewest(ctx, matching, w.target.NodeID)
}

// history returns the current text of a comment and, if GitHub reports them, the previous texts that the token wrote.
func (s *session) history(ctx context.Context, w write) (now version, before []version, err error) {
	const ask = "query($id: ID!) { node(id: $id) { ... on IssueComment { body isMinimized minimizedReason " +
		"userContentEdits(first: 5) { nodes { diff editor { __typename login } } } } } }"
	var data struct {
		Node *struct {
			Body      *string `json:"body"`
			Minimized bool    `json:"isMinimized"`
			Reason    string  `json:"minimizedReason"`
			Edits     struct {
				Nodes []edit `json:"nodes"`
			} `json:"userContentEdits"`
		} `json:"node"`
	}
	c := call{op: s.op("reread the comment on"), tries: 1}
	err = s.query(ctx, c, ask, map[string]any{"id": w.target.NodeID}, &data)
	if err != nil || data.Node == nil || data.Node.Body == nil {
		again, err := s.read(ctx, w.target)
		return w.version(again.Body), nil, err
	}
	for _, e := range data.Node.Edits.Nodes {
		if v := w.version(e.Diff); v.order.known() && e.Editor.wrote(w.target) {
			before = append(before, v)
		}
	}
	now = w.version(*data.Node.Body)
	now.minimized = data.Node.Minimized && strings.EqualFold(data.Node.Reason, "outdated")
	return now, before, nil
}

// version returns a text of the target with the order of its run, which is unknown if the marker is not
// that of the target.
func (w write) version(text string) version {
	marker, state := parse(text)
	if marker != w.target.marker {
		return version{text: text}
	}
	return version{order: state.order, text: text}
}

// edit is a previous or current text of a comment. GitHub calls it a diff, but it is the complete text.
type edit struct {
	Diff   string `json:"diff"`
	Editor editor `json:"editor"`
}

type editor struct {
	Type  string `json:"__typename"`
	Login string `json:"login"`
}

// wrote reports whether the editor is also the author of the comment. GraphQL may omit the suffix of a
// bot's login.
func (e editor) wrote(c remote) bool {
	return e.Type == c.User.Type && c.User.is(e.Login)
}
