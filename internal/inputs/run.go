package inputs

import (
	"strings"
	"time"

	"scalr-run-action/internal/secret"
)

// Limits of the inputs timeout and wait-for-lock: the longest job of a self-hosted runner lasts five days.
const (
	shortestTimeout = time.Second
	longestTimeout  = 120 * time.Hour
)

// maxMessage is how many characters a run's message may have (openapi.yml, Run).
const maxMessage = 512

// Run holds the inputs of the root action.
type Run struct {
	Access

	// WorkspaceID is "" when the workspace is given by name. In the modes that act on a
	// run, a workspace is optional: it is the one that the run must be of.
	WorkspaceID string
	// Environment is the name or, perhaps, the id of the environment in which
	// Workspace is the name: a name may look like an id.
	Environment, Workspace string

	// Path is relative to the checkout and cleaned; off GitHub it may be absolute.
	Path string
	// Dry and Destroy say what kind of run it is.
	Dry, Destroy bool
	// AutoApply is nil to leave it to the workspace.
	AutoApply *bool
	// SavePlan, Refresh and RefreshOnly are passed on as they are.
	SavePlan, Refresh, RefreshOnly bool
	// Targets and Replace are resource addresses, each at most once.
	Targets, Replace []string
	// Variables are those of all three inputs, in their order; no category has a key twice.
	Variables []Variable
	// Message has at most 512 characters; "" asks for one that is made from the event.
	Message string

	Mode Mode
	// RunID is set in the modes for which Mode.NeedsRunID.
	RunID string
	// ExpectedConfigurationID is the configuration version that the run RunID must be of; "" for any.
	ExpectedConfigurationID string
	// WaitForLock is how long a real run waits for a locked workspace; 0 to refuse at once.
	WaitForLock time.Duration
	// Wait is false to return as soon as the run is started.
	Wait bool
	// Timeout is for the whole step.
	Timeout time.Duration
	// OnCancel is never empty: without the input it follows from Mode.
	OnCancel OnCancel
	FailOn   FailOn
	// MaxCostIncrease is in USD a month, 0 if any increase is too much.
	MaxCostIncrease float64

	TerraformOutputs TerraformOutputs
	Summary          bool
	Comment          CommentMode
	CommentTag       string
	// PullRequest is the one to comment on, 0 for that of the event.
	PullRequest int
	// GitHubToken is for the comment; empty if there is none or no comment is asked for.
	GitHubToken            secret.Value
	AllowPullRequestTarget bool
}

// LoadRun reads the inputs of the root action. The error is of type Problems
// and holds everything that is wrong; the notes are complete either way.
func LoadRun(src Source) (Run, Notes, error) {
	r := newReader(src, RunNames())
	in := Run{Access: r.access()}
	r.mode(&in)
	r.target(&in)
	r.content(&in)
	r.waiting(&in)
	r.reporting(&in)
	r.combinations(in)
	notes, err := r.done()
	return in, notes, err
}

// content reads what the run is to do.
func (r *reader) content(in *Run) {
	in.Path = r.path("path")
	in.Dry, in.Destroy = r.boolean("dry-run"), r.boolean("destroy")
	in.AutoApply = r.choice("auto-apply")
	in.SavePlan = r.boolean("save-plan")
	in.Refresh, in.RefreshOnly = r.boolean("refresh"), r.boolean("refresh-only")
	in.Targets, in.Replace = r.addresses("targets"), r.addresses("replace")
	in.Variables = r.variables()
	in.Message = r.message()
}

// message reads a text that can be no error: what cannot be sent is taken out.
func (r *reader) message() string {
	v := strings.ToValidUTF8(r.given("message"), "\uFFFD")
	v = strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && unprintable(string(c)) != "" {
			return -1
		}
		return c
	}, v)
	return cutRunes(v, maxMessage)
}

// waiting reads how long to follow the run, and what may not happen meanwhile.
func (r *reader) waiting(in *Run) {
	in.Wait = r.boolean("wait")
	in.Timeout = r.duration("timeout", shortestTimeout, longestTimeout)
	if r.given("wait-for-lock") != "" {
		in.WaitForLock = r.duration("wait-for-lock", shortestTimeout, longestTimeout)
	}
	in.OnCancel = word(r, "on-cancel", OnCancelStop, OnCancelStopApply, OnCancelLeave)
	if in.OnCancel == "" {
		// A run that this step did not create, or its reviewed plan, belongs to somebody else.
		in.OnCancel = OnCancelLeave
		if in.Mode == ModeRun {
			in.OnCancel = OnCancelStop
		}
	}
	in.FailOn = r.failOn()
	in.MaxCostIncrease = r.dollars("max-cost-increase")
}

// reporting reads where the result is told.
func (r *reader) reporting(in *Run) {
	in.TerraformOutputs = word(r, "terraform-outputs", TerraformOutputsNonSensitive, TerraformOutputsNone, TerraformOutputsAll)
	in.Summary = r.boolean("summary")
	in.Comment = r.comment()
	in.CommentTag = r.commentTag()
	in.PullRequest = r.number("pr-number")
	if in.Comment != CommentNone {
		in.GitHubToken = r.gitHubToken()
	}
	in.AllowPullRequestTarget = r.boolean("allow-pull-request-target")
}
