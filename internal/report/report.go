// Package report renders the report of a run: the job summary, the comment on a pull request, and the facts that later
// steps read.
//
// The same report always renders to the same bytes; the package neither fetches nor prints anything. Untrusted text
// (names, plans, messages) is sanitized and only occurs in code, so that it cannot format, link, or mention anybody.
package report

import (
	"time"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Report contains everything known about a run, or the reason why there is none. Zero fields are unknown; a Report with
// only a Result can be rendered.
type Report struct {
	Result    result.Result
	ErrorCode string   // the stable error code
	Problem   string   // one sentence; text in backticks is rendered as code
	Hints     []string // how to solve the problem, in the same form
	Gates     []string // the conditions of fail-on that the plan matches

	Workspace    scalr.Workspace
	Run          scalr.Run
	RunURL       string
	WorkspaceURL string

	Plan            tfplan.Plan  // from its JSON and its log
	PlanJSONMissing string       // why the plan JSON is missing; empty if it is not missing or was not requested
	Apply           tfplan.Apply // from its log

	Bundle *Bundle       // nil if no archive was uploaded
	Stages []Stage       // in chronological order
	Took   time.Duration // duration of the whole step
	Source Source
	Action string // the action's name for `uses:`, owner/repository@v1

	ServiceAccount, Audience string // the inputs that signed in; both empty with a token
}

// Bundle is the archive that was uploaded.
type Bundle struct {
	Files      int
	Bytes      int64 // size of all files
	Compressed int64 // size of the archive
	SHA256     string
}

// Stage is the duration of one stage of the run.
type Stage struct {
	Name string // as in the log: Bundle, Queue, Plan, Cost estimate …
	Took time.Duration
}

// Source is the origin of the configuration.
type Source struct {
	Repository     string
	SHA            string
	CommitURL      string
	WorkflowRunURL string
	Actor          string
}

// The size limits of GitHub, each with a margin. GitHub drops a summary above 1,048,576 bytes, and rejects a comment
// above 65,536 characters.
const (
	SummaryLimit = 1_000_000
	CommentLimit = 65_000
)

// Summary is the job summary in Markdown, at most SummaryLimit bytes.
func (r Report) Summary() string { return r.render(SummaryLimit, summaryStyle) }

// Comment is the comment on a pull request in Markdown, at most limit bytes, and so at most as many characters.
// CommentLimit is the usual limit; a smaller one is for a server that rejected that.
func (r Report) Comment(limit int) string { return r.render(min(limit, CommentLimit), commentStyle) }

// style contains the differences between the summary and the comment.
type style struct {
	heading string // mark of the headline
	listed  int    // maximum number of entries of a list
	open    int    // maximum number of changes in a group that is not collapsed
	stages  bool
}

var (
	summaryStyle = style{heading: "## ", listed: 100, open: 40, stages: true}
	commentStyle = style{heading: "### ", listed: 20, open: 12}
)
