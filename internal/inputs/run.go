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

// maxMessage is the maximum number of characters of a run's message (openapi.yml, Run).
const maxMessage = 512

// Run holds the inputs of the root action.
type Run struct {
	Access

	// WorkspaceID is "" if the workspace is given by name. In the modes that act on a run, the
	// workspace is optional; if it is set, the run must belong to it.
	WorkspaceID string
	// Environment is the name or the id of Workspace's environment: a name may look like an id.
	Environment, Workspace string

	// Path is clean and relative to the checkout; outside of GitHub it may be absolute.
	Path string
	// Dry and Destroy are the kind of the run.
	Dry, Destroy bool
	// AutoApply is nil for the setting of the workspace.
	AutoApply *bool
	// SavePlan, Refresh and RefreshOnly are passed to Scalr.
	SavePlan, Refresh, RefreshOnly bool
	// Targets and Replace are resource addresses without duplicates.
	Targets, Replace []string
	// Variables are those of all three inputs, in order; keys are unique within a category.
	Variables []Variable
	// Message has at most 512 characters; "" means a message that is derived from the event.
	Message string

	Mode Mode
	// RunID is set in the modes for which Mode.NeedsRunID.
	RunID string
	// ExpectedConfigurationID is the configuration version that the run must have; "" means any.
	ExpectedConfigurationID string
	// WaitForLock is the maximum wait for a locked workspace before a run that is not dry; 0 means to fail immediately.
	WaitForLock time.Duration
	// Wait is false to return when the run has been created.
	Wait bool
	// Timeout is for the whole step.
	Timeout time.Duration
	// OnCancel is never empty: its default depends on Mode.
	OnCancel OnCancel
	FailOn   FailOn
	// MaxCostIncrease is in USD per month; 0 allows no increase.
	MaxCostIncrease float64

	TerraformOutputs TerraformOutputs
	Summary          bool
	Comment          CommentMode
	CommentTag       string
	// PullRequest is the number of the pull request to comment on; 0 means that of the event.
	PullRequest int
	// GitHubToken is the token for the comment; empty if there is none or no comment is requested.
	GitHubToken            secret.Value
	AllowPullRequestTarget bool
}

// LoadRun reads the inputs of the root action. The error is of type Problems and contains all problems.
// The notes are complete even with an error.
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

// content reads the attributes of the run.
func (r *reader) content(in *Run) {
	in.Path = r.path("path")
	in.Dry, in.Destroy = r.boolean("dry-run"), r.boolean("destroy")
	in.AutoApply = r.optionalBool("auto-apply")
	in.SavePlan = r.boolean("save-plan")
	in.Refresh, in.RefreshOnly = r.boolean("refresh"), r.boolean("refresh-only")
	in.Targets, in.Replace = r.addresses("targets"), r.addresses("replace")
	in.Variables = r.variables()
	in.Message = r.message()
}

// message reads the message, which is never an error: invalid characters are removed.
func (r *reader) message() string {
	v := strings.ToValidUTF8(r.value("message"), "\uFFFD")
	if githubExpression.FindString(v) == v && v != "" {
		r.warnf("message is an expression, and the expression was not evaluated. " + evaluationAdvice + ", or give the plain text.")
	}
	v = strings.Map(func(c rune) rune {
		if c != '\n' && c != '\t' && unprintable(string(c)) != "" {
			return -1
		}
		return c
	}, v)
	return cutRunes(v, maxMessage)
}

// waiting reads how long to wait for the run, and what happens when that is interrupted.
func (r *reader) waiting(in *Run) {
	in.Wait = r.boolean("wait")
	in.Timeout = r.duration("timeout", shortestTimeout, longestTimeout)
	if r.value("wait-for-lock") != "" {
		in.WaitForLock = r.duration("wait-for-lock", shortestTimeout, longestTimeout)
	}
	in.OnCancel = enum(r, "on-cancel", OnCancelStop, OnCancelStopApply, OnCancelLeave)
	if in.OnCancel == "" {
		// This step did not create the run, and must not stop it or discard its reviewed plan.
		in.OnCancel = OnCancelLeave
		if in.Mode == ModeRun {
			in.OnCancel = OnCancelStop
		}
	}
	in.FailOn = r.failOn()
	in.MaxCostIncrease = r.dollars("max-cost-increase")
}

// reporting reads how the result is reported.
func (r *reader) reporting(in *Run) {
	in.TerraformOutputs = enum(r, "terraform-outputs", TerraformOutputsNonSensitive, TerraformOutputsNone, TerraformOutputsAll)
	in.Summary = r.boolean("summary")
	in.Comment = r.comment()
	in.CommentTag = r.commentTag()
	in.PullRequest = r.number("pr-number")
	if in.Comment != CommentNone {
		in.GitHubToken = r.gitHubToken()
	}
	in.AllowPullRequestTarget = r.boolean("allow-pull-request-target")
}
