package run

import (
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// applyPolicy determines who starts the apply of a run. It is computed once.
type applyPolicy int

const (
	// appliesNever is the policy of a dry run.
	appliesNever applyPolicy = iota
	// appliesByItself means that Scalr applies the plan as soon as its policy checks pass.
	appliesByItself
	// appliesAfterGates means that Scalr waits and this step confirms the run after the gates pass.
	appliesAfterGates
	// appliesByOthers means that a person or another step confirms the run.
	appliesByOthers
)

// policyFor returns the policy for the run that the inputs describe.
func policyFor(in inputs.Run, w scalr.Workspace) applyPolicy {
	auto := w.AutoApply
	if in.AutoApply != nil {
		auto = *in.AutoApply
	}
	switch {
	case in.Dry:
		return appliesNever
	case !auto, in.SavePlan:
		return appliesByOthers
	case in.FailOn.Any():
		return appliesAfterGates
	}
	return appliesByItself
}

// stepConfirms reports whether this step confirms the run.
func (p applyPolicy) stepConfirms() bool { return p == appliesAfterGates }
