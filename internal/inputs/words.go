package inputs

// Mode is what the root action does.
type Mode string

// The modes of the root action. Check looks for obstacles and spends no run;
// Watch and those after it act on a run that exists.
const (
	ModeRun      Mode = "run"
	ModeWatch    Mode = "watch"
	ModeConfirm  Mode = "confirm"
	ModeOverride Mode = "override"
	ModeDiscard  Mode = "discard"
	ModeCancel   Mode = "cancel"
	ModeCheck    Mode = "check"
)

// NeedsRunID reports whether the mode acts on a run that exists.
func (m Mode) NeedsRunID() bool {
	switch m {
	case ModeWatch, ModeConfirm, ModeOverride, ModeDiscard, ModeCancel:
		return true
	}
	return false
}

// LetsRunGoOn reports whether the mode may lead to the apply of a run that exists.
func (m Mode) LetsRunGoOn() bool { return m == ModeConfirm || m == ModeOverride }

// OnCancel is what happens to the run when the job is cancelled or times out.
type OnCancel string

// What may happen to the run: OnCancelStop cancels a plan and discards a waiting
// run, OnCancelStopApply cancels an apply too, OnCancelLeave touches nothing.
const (
	OnCancelStop      OnCancel = "stop"
	OnCancelStopApply OnCancel = "stop-apply"
	OnCancelLeave     OnCancel = "leave"
)

// TerraformOutputs says which outputs of Terraform become outputs of the step.
type TerraformOutputs string

// Which outputs of Terraform are passed on; of TerraformOutputsAll the sensitive ones are masked first.
const (
	TerraformOutputsNone         TerraformOutputs = "none"
	TerraformOutputsNonSensitive TerraformOutputs = "non-sensitive"
	TerraformOutputsAll          TerraformOutputs = "all"
)

// CommentMode says how to comment on the pull request.
type CommentMode string

// How to comment: keep one comment up to date, write a new one each time, hide
// the older ones too, or keep one up to date only if something changes.
const (
	CommentNone        CommentMode = "false"
	CommentUpdate      CommentMode = "update"
	CommentNew         CommentMode = "new"
	CommentHideAndNew  CommentMode = "hide-and-new"
	CommentChangesOnly CommentMode = "changes-only"
)

// FailOn holds the gates: which findings in a plan make the step fail.
type FailOn struct {
	Changes           bool
	Destroy           bool // replacements too
	NeedsConfirmation bool
	CostIncrease      bool // beyond Run.MaxCostIncrease
	Warnings          bool // of Terraform, while it planned
}

// Any reports whether there is any gate.
func (f FailOn) Any() bool { return f != FailOn{} }
