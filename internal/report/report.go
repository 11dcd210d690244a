// Package report says in words what became of a run: the summary of a job, the
// comment on a pull request, and the facts that later steps read.
//
// It renders what it is given. It fetches nothing, prints nothing, and the same
// report always gives the same bytes. Text that is not ours (names, plans,
// messages) is cleaned of what a terminal or a browser would obey, and stands in
// code only, so that it can neither format, nor link, nor mention anybody.
package report

import (
	"time"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// Report is all that is known of a run, or of why there is none. Zero fields
// were not known; a report of nothing but a Result still renders.
type Report struct {
	Result    result.Result
	ErrorCode string   // the contract's stable word for a failure
	Problem   string   // one sentence of ours; `code` in backticks is set as code
	Hints     []string // what to do about the problem, in the same form
	Gates     []string // the lines of fail-on that were hit

	Workspace    scalr.Workspace
	Run          scalr.Run
	RunURL       string
	WorkspaceURL string

	Plan            tfplan.Plan  // what its JSON and its log say
	PlanJSONMissing string       // why the plan JSON is missing; empty if it is not, or was not requested
	Apply           tfplan.Apply // what its log says

	Bundle *Bundle       // nil when none was sent
	Stages []Stage       // in the order in which they happened
	Took   time.Duration // the whole step
	Source Source
	Action string // what `uses:` names us by, for steps to paste: owner/repository@v1
}

// Bundle is the archive that was sent.
type Bundle struct {
	Files      int
	Bytes      int64 // of all files
	Compressed int64 // of the archive
	SHA256     string
}

// Stage is how long one stage of the run took.
type Stage struct {
	Name string // bundle, queue, plan, cost, policy, apply
	Took time.Duration
}

// Source is where the configuration came from.
type Source struct {
	Repository     string
	SHA            string
	CommitURL      string
	WorkflowRunURL string
	Actor          string
}

// The limits of what GitHub takes, each with room to spare. A summary above
// 1,048,576 bytes is dropped whole, a comment above 65,536 characters refused.
const (
	SummaryLimit = 1_000_000
	CommentLimit = 65_000
)

// Summary is the job summary in Markdown, at most SummaryLimit bytes.
func (r Report) Summary() string { return r.render(SummaryLimit, summaryStyle) }

// Comment is the comment on a pull request in Markdown, at most limit bytes
// (and so at most as many characters). CommentLimit is the usual limit; a
// smaller one is for a server that refused that.
func (r Report) Comment(limit int) string { return r.render(min(limit, CommentLimit), commentStyle) }

// style is what tells the two renderings apart.
type style struct {
	heading string // of the headline
	listed  int    // entries of a list before it ends in "and 12 more"
	open    int    // changes up to which the groups are not folded themselves
	stages  bool
}

var (
	summaryStyle = style{heading: "## ", listed: 100, open: 40, stages: true}
	commentStyle = style{heading: "### ", listed: 20, open: 12}
)
