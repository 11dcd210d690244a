package step

import (
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// MaskVariables masks the values of sensitive variables. It must be called before any of them can be printed.
func (s *Step) MaskVariables(list []inputs.Variable) {
	all := true
	for _, v := range list {
		if v.Sensitive {
			all = s.Job.Mask(v.Value) && all
		}
	}
	if !all {
		s.Job.Warnf("There are too many sensitive variables, or they are too long, to redact them in every encoding: " +
			"log and reports may show some of them in base64 or hex.")
	}
}

// ScalrVariable converts a variable of the inputs to the type of Scalr's API.
func ScalrVariable(v inputs.Variable) scalr.Variable {
	return scalr.Variable{Key: v.Key, Value: v.Value.Reveal(), Shell: v.Category == "shell", HCL: v.HCL, Sensitive: v.Sensitive}
}
