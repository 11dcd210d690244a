package github

import (
	"crypto/rand"
	"strings"
	"unicode/utf8"
)

// task decides what a workflow run writes to the thread. It decides again when the comments have
// changed.
type task interface {
	// from returns the workflow run and its commit.
	from() (Order, Head)
	// matches reports whether a comment is about the same subject.
	matches(c remote) bool
	// needsComments reports whether next uses the matching comments.
	needsComments() bool
	// next returns the write that the matching comments require.
	next(matching []remote) write
	// older returns the comments to minimize after kept was written.
	older(matching []remote, kept remote) []remote
	// shorten switches to the next shorter text, if there is one.
	shorten() bool
}

// write is one write to a comment: to the target, or to a new comment if the target has no ID.
type write struct {
	needless bool // the target, if any, already has this text
	target   remote
	nonce    string
	text     string
}

// draft is the task to publish a Post, with redacted bodies that fit the limit.
type draft struct {
	mode      Mode
	marker    string
	state     state
	head      Head
	bodies    []string // in the order of the attempts
	mayCreate bool
}

func (s *session) draft(mode Mode, post Post) (*draft, error) {
	d := &draft{mode: mode, marker: s.redact(post.Marker), head: post.Head, mayCreate: true}
	switch mode {
	case Update, New, HideAndNew:
	case ChangesOnly:
		d.mayCreate = post.HasChanges
	default:
		return nil, misused("the mode %q is unknown", mode)
	}
	inner, ok := strings.CutPrefix(d.marker, "<!-- ")
	inner, ok2 := strings.CutSuffix(inner, " -->")
	if !ok || !ok2 || strings.ContainsAny(inner, "\r\n") || strings.Contains(inner, "--") || utf8.RuneCountInString(d.marker) > maxMarker {
		return nil, misused("the marker is not a short hidden line")
	}
	d.state = state{nonce: rand.Text(), closed: post.Closed, order: post.Order, head: s.shownHead(post.Head)}
	d.state.workspace = workspaceKey(s.redact(post.Workspace))
	for _, body := range []string{post.Body, post.Shorter} {
		body = normal(s.redactPage(body))
		if body != "" && utf8.RuneCountInString(body) <= MaxBody {
			d.bodies = append(d.bodies, body)
		}
	}
	if len(d.bodies) == 0 {
		return nil, &Error{Kind: TooLong, Op: "comment", Message: "the text is empty or too long"}
	}
	return d, nil
}

// shownHead returns the head for the second hidden line. It leaves out a head that contains a secret.
// The head in the line is informational.
func (s *session) shownHead(h Head) string {
	if s.redact(h.SHA) != h.SHA {
		return ""
	}
	return h.SHA
}

func (d *draft) from() (Order, Head) { return d.state.order, d.head }

func (d *draft) matches(c remote) bool { return c.marker == d.marker }

// needsComments is false for a new comment of a run with an unknown order.
func (d *draft) needsComments() bool { return d.mode != New || d.state.order.known() }

func (d *draft) shorten() bool {
	if len(d.bodies) == 1 {
		return false
	}
	d.bodies = d.bodies[1:]
	return true
}

// next rewrites the comment of this task, if an earlier attempt created it, or else the comment that
// the mode selects.
func (d *draft) next(matching []remote) write {
	w := write{nonce: d.state.nonce}
	for _, c := range matching {
		if c.state.nonce == d.state.nonce {
			w.target = c
		}
	}
	if w.target.ID == 0 && (d.mode == Update || d.mode == ChangesOnly) {
		w.target = newest(matching, remote.open)
		if w.target.state.nonce != "" {
			w.nonce = w.target.state.nonce
		}
	}
	state := d.state
	state.nonce = w.nonce
	w.text = d.marker + "\n" + state.line() + "\n" + d.bodies[0]
	w.needless = w.target.ID != 0 && w.target.hasText(w.text) || w.target.ID == 0 && !d.mayCreate
	return w
}

func (d *draft) older(matching []remote, kept remote) []remote {
	var older []remote
	for _, c := range matching {
		newer := d.state.order.known() && c.compare(kept) > 0 // written while this run wrote
		if c.ID != kept.ID && !newer && (d.mode == HideAndNew || d.mode != New && c.open()) {
			older = append(older, c)
		}
	}
	return older
}

// newest returns the wanted comment of the newest run (of one run, the one that was created last), or
// the zero value.
func newest(list []remote, wanted func(remote) bool) remote {
	var last remote
	for _, c := range list {
		if wanted(c) && (last.ID == 0 || c.compare(last) > 0) {
			last = c
		}
	}
	return last
}
