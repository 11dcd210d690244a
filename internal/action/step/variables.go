package step

import (
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// MaskVariables masks the values of sensitive variables, before anything can print
// them.
func (s *Step) MaskVariables(list []inputs.Variable) {
	all := true
	for _, v := range list {
		if v.Sensitive {
			all = s.Job.Mask(v.Value) && all
		}
	}
	if !all {
		s.Job.Warnf("There are too many sensitive variables, or they are too long, to redact them in every encoding: log and reports may show some of them in base64 or hex.")
	}
}

// ScalrVariable is a variable of the inputs as Scalr's API has it.
func ScalrVariable(v inputs.Variable) scalr.Variable {
	return scalr.Variable{Key: v.Key, Value: v.Value.Reveal(), Shell: v.Category == "shell", HCL: v.HCL, Sensitive: v.Sensitive}
}
