package github

import (
	"crypto/rand"
	"strings"
	"unicode/utf8"
)

// task is what a workflow run wants of the thread. It is asked again whenever
// the comments turn out to have changed.
type task interface {
	// from is the run and the commit that it speaks for.
	from() (Order, Head)
	// matches reports whether a comment is about the same subject.
	matches(c remote) bool
	// needsComments is false if next needs none of them.
	needsComments() bool
	// next says what to write, given the comments that match.
	next(matching []remote) write
	// older are the comments to minimize once kept says what there is to say.
	older(matching []remote, kept remote) []remote
	// shorten takes the next shorter text; false if there is none.
	shorten() bool
}

// write is one write to a comment: to the target, or to a new comment if that
// has no ID.
type write struct {
	needless bool // the target, if there is one, says all already
	target   remote
	nonce    string
	text     string
}

// draft is the task to publish a Post: redacted, and only with bodies that fit.
type draft struct {
	mode      Mode
	marker    string
	state     state
	head      Head
	bodies    []string // in the order in which they are to be tried
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
	if post.Workspace != "" {
		d.state.workspace = workspaceKey(s.redact(post.Workspace))
	}
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

// shownHead is the head for the hidden line. A secret that looks like one stays
// out of it; nothing is decided by it.
func (s *session) shownHead(h Head) string {
	if s.redact(h.SHA) != h.SHA {
		return ""
	}
	return h.SHA
}

func (d *draft) from() (Order, Head) { return d.state.order, d.head }

func (d *draft) matches(c remote) bool { return c.marker == d.marker }

// needsComments is false for a new comment of a run that yields to none.
func (d *draft) needsComments() bool { return d.mode != New || d.state.order.known() }

func (d *draft) shorten() bool {
	if len(d.bodies) == 1 {
		return false
	}
	d.bodies = d.bodies[1:]
	return true
}

// next rewrites the comment of this very task, should an earlier try have
// created it, or else the one that the mode says.
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
	w.needless = w.target.ID != 0 && w.target.says(w.text) || w.target.ID == 0 && !d.mayCreate
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

// newest is the comment of the newest run among those that are wanted, of the
// same run the one that was created last, and zero if there is none.
func newest(list []remote, wanted func(remote) bool) remote {
	var last remote
	for _, c := range list {
		if wanted(c) && (last.ID == 0 || c.compare(last) > 0) {
			last = c
		}
	}
	return last
}
