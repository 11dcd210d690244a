// Package github keeps one comment on a pull request up to date.
//
// Only comments that start with our marker and were written by our own token
// are ever touched. Whatever happens on the way to GitHub, one comment exists
// at the end: a comment whose creation got no answer is looked for before it
// is created again.
package github

import (
	"context"
	"net/http"
	"time"

	"scalr-run-action/internal/secret"
)

// Thread is the conversation of one pull request, seen with one token. It
// may be copied and used from several goroutines at once.
type Thread struct {
	HTTP       *http.Client
	APIURL     string              // of GITHUB_API_URL: https, or http on a loopback address
	GraphQLURL string              // same origin as APIURL; found from it when empty
	Token      secret.Value        // sent to the origin of APIURL only
	Repository string              // owner/name
	Number     int                 // of the pull request; FindPullRequest needs none
	Redact     func(string) string // applied to all that is sent and to all errors; may be nil
	RedactPage func(string) string // applied to bodies and notes in its place; may be nil
	UserAgent  string
}

// Mode says what becomes of the comments of earlier runs. The words are those
// of the action's input.
type Mode string

const (
	Update      Mode = "update"       // rewrite the open comment, or start one
	New         Mode = "new"          // start a comment and leave the others alone
	HideAndNew  Mode = "hide-and-new" // start a comment and minimize the older ones as outdated
	ChangesOnly Mode = "changes-only" // like Update, but only changes start a comment
)

// Post is what one run has to say.
type Post struct {
	Marker     string // as Marker makes it: the same for every run with the same subject
	Body       string // Markdown of at most MaxBody characters
	Shorter    string // sent once in place of a Body that is too long or that GitHub refuses with 422; may be empty
	HasChanges bool   // false keeps ChangesOnly from starting a comment, so a failure worth telling is true as well
	Closed     bool   // no later run rewrites this comment, as after an apply
	Order      Order  // of this workflow run; unknown, it yields to none
	Head       Head   // what this workflow run is about
	Workspace  string // the input that names the workspace, for MarkOutdated; may be empty
}

// Publishing stops after patience of waiting or limit of anything, whichever
// comes first: the run is over by then, and the job waits for us.
const (
	patience = 60 * time.Second
	limit    = 2 * time.Minute
)

// Publish brings the thread to what post says and returns the address of the
// comment, which is empty if ChangesOnly had nothing to report. It asks for no
// write if the comment says all this already. An error next to an address
// means that the comment stands but that older ones could not be minimized.
//
// A comment of a newer run stays as it is, and nothing is written for a commit
// that is not the head of the pull request any more; the error is of the kind
// Superseded then. Errors are of type *Error unless the context ended.
func (t Thread) Publish(ctx context.Context, mode Mode, post Post) (string, error) {
	return t.publish(ctx, func(s *session) (task, error) { return s.draft(mode, post) })
}

func (t Thread) publish(ctx context.Context, prepare func(*session) (task, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooSlow)
	defer cancel()
	s, err := t.open()
	if err != nil {
		return "", err
	}
	if t.Number < 1 {
		return "", misused("there is no pull request %d", t.Number)
	}
	do, err := prepare(s)
	if err != nil {
		return "", err
	}
	return s.perform(ctx, do)
}
