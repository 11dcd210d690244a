package run

import (
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// applyPolicy says who lets a run go on to its apply. It is decided once and passed on.
type applyPolicy int

const (
	// appliesNever: a dry run.
	appliesNever applyPolicy = iota
	// appliesByItself: Scalr applies the plan as soon as its policy checks pass.
	appliesByItself
	// appliesAfterGates: Scalr waits; this step confirms the run once it passes fail-on.
	appliesAfterGates
	// appliesByOthers: this step leaves the decision to a person, or to another step.
	appliesByOthers
)

// policyFor is the policy for a run that the inputs ask for.
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

// stepConfirms reports whether this step lets the run go on.
func (p applyPolicy) stepConfirms() bool { return p == appliesAfterGates }
