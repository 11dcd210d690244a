package step

import (
	"fmt"

	"scalr-run-action/internal/job"
)

// SetResult sets the outputs result and error-code, which every command has.
func (s *Step) SetResult(o Outcome, out *Outputs) {
	out.Set("result", string(o.Result))
	out.Set("error-code", string(o.Code))
}

// Finish reports the result and returns the exit code. On failure it writes one error annotation with the problem and
// the advice. If out is nil, Finish also sets the outputs result and error-code.
func (s *Step) Finish(o Outcome, out *Outputs) int {
	if out == nil {
		out = &Outputs{job: s.Job}
		s.SetResult(o, out)
	}
	if o.ExitCode() == 0 && out.err == nil {
		s.reportSuccess(o)
		return 0
	}
	if o.ExitCode() == 0 {
		problem := fmt.Sprintf("The result is %s, but the outputs could not be written: %v.", o.Result, out.err)
		o = WithAdvice(Outcome{Code: CodeOutputsUnwritable, Problem: problem})
	}
	if o.Input == "workspace" && s.Job.Input("workspace-id") != "" {
		o.Input = "workspace-id"
	}
	s.Job.Error(job.Annotation{Title: headline(o), Message: message(o) + s.documentation(o.Code)})
	return o.ExitCode()
}

// reportSuccess logs the result. It adds a notice if the outcome describes a problem.
func (s *Step) reportSuccess(o Outcome) {
	if o.Problem != "" {
		s.Job.Noticef("%s", message(o))
	}
	s.Job.Infof("Result: %s", o.Result)
}

func headline(o Outcome) string {
	if o.Input != "" {
		return fmt.Sprintf("Scalr: %s (%s)", o.Code, o.Input)
	}
	if o.Code == "" {
		return "Scalr: " + string(o.Result)
	}
	return "Scalr: " + string(o.Code)
}

func message(o Outcome) string {
	text := o.Problem
	for _, h := range o.Hints {
		text += "\n" + h
	}
	return text
}
