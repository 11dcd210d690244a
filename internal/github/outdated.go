package github

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"
)

// Failure is a run that failed before it knew the id of its workspace, and therefore has no report.
type Failure struct {
	Name, Tag   string // the first and the last key of Marker
	Workspace   string // as in Post; the input that names the workspace
	WorkspaceID string // if the input is an id
	Note        string // the reason, for the top of the comment: Markdown of at most MaxNote characters
	Order       Order
	Head        Head
}

// MaxNote is the maximum number of characters of a Failure.Note.
const MaxNote = 1_200

// endOfNote separates the note that a report is outdated from the report.
const endOfNote = "<!-- the outdated report -->"

// MarkOutdated writes a note above the newest report on the workspace of a failed run, and returns the
// URL of the comment. It creates no comment: the URL is empty if there is none, or only that of a run
// that applied. Errors are as in Publish.
func (t Thread) MarkOutdated(ctx context.Context, f Failure) (string, error) {
	return t.publish(ctx, func(s *session) (task, error) {
		note := normal(s.redactPage(f.Note))
		if note == "" || utf8.RuneCountInString(note) > MaxNote {
			return nil, &Error{Kind: TooLong, Op: "comment", Message: "the note is empty or too long"}
		}
		m := &marking{note: note, head: f.Head, order: f.Order, shownHead: s.shownHead(f.Head), nonce: rand.Text()}
		m.prefix, m.suffix = "<!-- "+f.Name+" ", "/"+s.redact(markerKey(f.Tag))+" -->"
		m.workspace = workspaceKey(s.redact(f.Workspace))
		if f.WorkspaceID != "" {
			m.marker = s.redact(Marker(f.Name, f.WorkspaceID, f.Tag))
		}
		return m, nil
	})
}

// marking is the task of MarkOutdated.
type marking struct {
	note           string
	order          Order
	head           Head
	shownHead      string
	prefix, suffix string // of the marker
	marker         string // empty if the workspace's id is unknown
	workspace      string
	nonce          string // for a comment without one
	withoutReport  bool
}

func (m *marking) from() (Order, Head) { return m.order, m.head }

func (m *marking) matches(c remote) bool {
	if m.marker != "" && c.marker == m.marker {
		return true
	}
	return m.workspace != "" && c.state.workspace == m.workspace &&
		strings.HasPrefix(c.marker, m.prefix) && strings.HasSuffix(c.marker, m.suffix)
}

func (m *marking) needsComments() bool { return true }

func (m *marking) older([]remote, remote) []remote { return nil }

func (m *marking) shorten() bool {
	again := m.withoutReport
	m.withoutReport = true
	return !again
}

func (m *marking) next(matching []remote) write {
	c := newest(matching, func(remote) bool { return true })
	if c.ID == 0 || !c.open() {
		return write{needless: true}
	}
	state := c.state
	state.outdated, state.order, state.head = true, m.order, m.shownHead
	if state.nonce == "" {
		state.nonce = m.nonce
	}
	head := c.marker + "\n" + state.line() + "\n"
	text := head + m.note + "\n\n" + endOfNote + "\n\n" + c.report()
	if m.withoutReport || utf8.RuneCountInString(text) > maxSent {
		text = head + m.note + "\n\n" + endOfNote + "\n\nThe outdated report is left out: with this note it is too long for a comment."
	}
	return write{target: c, nonce: state.nonce, text: text, needless: c.hasText(text)}
}

// report returns the text of a comment without the hidden lines and without an outdated note.
func (c remote) report() string {
	_, text, _ := strings.Cut(normal(c.Body), "\n")
	if c.state.nonce != "" {
		_, text, _ = strings.Cut(text, "\n")
	}
	if c.state.outdated {
		if _, after, ok := strings.Cut(text, endOfNote); ok {
			text = after
		}
	}
	return strings.TrimSpace(text)
}
