// Package github keeps one comment on a pull request up to date, and finds the pull request and the changed files of an
// event.
//
// It changes only comments that start with the action's marker and were written by the same token. One comment exists
// at the end, even if a response is lost: after a creation without a response, the package searches for the comment
// before it creates another one.
package github

import (
	"context"
	"net/http"
	"time"

	"scalr-run-action/internal/secret"
)

// Thread is the conversation of one pull request, accessed with one token. It may be copied and used
// concurrently.
type Thread struct {
	HTTP       *http.Client
	APIURL     string              // of GITHUB_API_URL: https, or http on a loopback address
	GraphQLURL string              // of the same origin as APIURL; empty means derived from it
	Token      secret.Value        // sent to the origin of APIURL only
	Repository string              // owner/name
	Number     int                 // of the pull request; FindPullRequest does not use it
	Redact     func(string) string // applied to all texts that are sent and to all errors; may be nil
	RedactPage func(string) string // replaces Redact for bodies and notes; may be nil
	UserAgent  string
	// Retrying is called before a request is repeated, once for each different error in a row; it may be nil.
	Retrying func(error)
}

// Mode is how Publish treats the comments of earlier runs. The values are those of the action's
// input.
type Mode string

const (
	Update      Mode = "update"       // rewrite the open comment, or create one
	New         Mode = "new"          // create a comment and do not change the others
	HideAndNew  Mode = "hide-and-new" // create a comment and minimize the older ones as outdated
	ChangesOnly Mode = "changes-only" // like Update, but create a comment only for changes
)

// Post is the report of one run.
type Post struct {
	Marker    string // the result of Marker, the same for every run with the same subject
	Body      string // Markdown of at most MaxBody characters
	Shorter   string // replaces a Body that is too long or that GitHub refuses with 422; may be empty
	Closed    bool   // no later run rewrites this comment, as after an apply
	Order     Order  // of this workflow run; if unknown, comments of newer runs are not considered
	Head      Head   // the commit of this workflow run
	Workspace string // the input that names the workspace, for MarkOutdated; may be empty
	// HasChanges allows ChangesOnly to create a comment. It is also true for a failure that the
	// comment should report.
	HasChanges bool
}

// Publish stops when it has waited for retryBudget in total, or after limit. The run has finished by
// then, and the job waits.
const (
	retryBudget = 60 * time.Second
	limit       = 2 * time.Minute
)

// Publish writes post to the thread and returns the URL of the comment, which is empty if ChangesOnly
// had nothing to report. It writes nothing if the comment already has this text. An error with a URL
// means that the comment was written but older ones could not be minimized.
//
// Publish does not replace the comment of a newer run, and writes nothing for a commit that is no
// longer the head of the pull request; the error then has the kind Superseded. Errors are of type
// *Error unless the context ended.
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
		return "", misused("pull request number %d is invalid", t.Number)
	}
	do, err := prepare(s)
	if err != nil {
		return "", err
	}
	return s.perform(ctx, do)
}
