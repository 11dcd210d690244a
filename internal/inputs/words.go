package inputs

// Mode selects the operation of the root action.
type Mode string

// The modes of the root action. ModeCheck runs the preflight checks and creates no run. ModeWatch,
// ModeConfirm, ModeOverride, ModeDiscard and ModeCancel act on an existing run.
const (
	ModeRun      Mode = "run"
	ModeWatch    Mode = "watch"
	ModeConfirm  Mode = "confirm"
	ModeOverride Mode = "override"
	ModeDiscard  Mode = "discard"
	ModeCancel   Mode = "cancel"
	ModeCheck    Mode = "check"
)

// NeedsRunID reports whether the mode acts on an existing run.
func (m Mode) NeedsRunID() bool {
	switch m {
	case ModeWatch, ModeConfirm, ModeOverride, ModeDiscard, ModeCancel:
		return true
	}
	return false
}

// ContinuesRun reports whether the mode may lead to the apply of an existing run.
func (m Mode) ContinuesRun() bool { return m == ModeConfirm || m == ModeOverride }

// OnCancel selects how to handle the run when the job is canceled or times out.
type OnCancel string

// The values of OnCancel: OnCancelStop cancels a plan and discards a waiting run, OnCancelStopApply also
// cancels an apply, OnCancelLeave does not change the run.
const (
	OnCancelStop      OnCancel = "stop"
	OnCancelStopApply OnCancel = "stop-apply"
	OnCancelLeave     OnCancel = "leave"
)

// TerraformOutputs selects the Terraform outputs that become outputs of the step.
type TerraformOutputs string

// The values of TerraformOutputs. With TerraformOutputsAll, sensitive outputs are masked first.
const (
	TerraformOutputsNone         TerraformOutputs = "none"
	TerraformOutputsNonSensitive TerraformOutputs = "non-sensitive"
	TerraformOutputsAll          TerraformOutputs = "all"
)

// CommentMode is how to comment on the pull request.
type CommentMode string

// The values of CommentMode: no comment, update one comment, create one for each run, also minimize the
// older ones, or update one comment but create it only for changes.
const (
	CommentNone        CommentMode = "false"
	CommentUpdate      CommentMode = "update"
	CommentNew         CommentMode = "new"
	CommentHideAndNew  CommentMode = "hide-and-new"
	CommentChangesOnly CommentMode = "changes-only"
)

// FailOn are the gates: the conditions on a plan for which the step fails.
type FailOn struct {
	Changes           bool
	Destroy           bool // including replacements
	NeedsConfirmation bool
	CostIncrease      bool // by more than Run.MaxCostIncrease
	Warnings          bool // of Terraform, in the plan
}

// Any reports whether at least one gate is set.
func (f FailOn) Any() bool { return f != FailOn{} }
