package action

import (
	"fmt"
	"scalr-run-action/internal/job"
)

// verdict gives out the two outputs that every story has.
func (s *step) verdict(o outcome, out *outputs) {
	out.set("result", o.result)
	out.set("error-code", o.code)
}

// conclude says the verdict and gives the exit code: on failure by the one
// annotation that tells what is wrong and what to do. Without outputs of a story
// it gives out the verdict as well.
func (s *step) conclude(o outcome, out *outputs) int {
	if out == nil {
		out = &outputs{job: s.job}
		s.verdict(o, out)
	}
	if o.exit() == 0 && out.err == nil {
		s.wellDone(o)
		return 0
	}
	if o.exit() == 0 {
		o = advised(outcome{code: codeOutputs, problem: fmt.Sprintf("The result is %s, but the outputs could not be written: %v.", o.result, out.err)})
	}
	s.job.Error(job.Annotation{Title: headline(o), Message: message(o) + s.documentation(o.code)})
	return o.exit()
}

// wellDone says a good result; one that leaves something to do stands out.
func (s *step) wellDone(o outcome) {
	if o.problem != "" {
		s.job.Noticef("%s", message(o))
	}
	s.job.Infof("Result: %s", o.result)
}

func headline(o outcome) string {
	if o.input != "" {
		return fmt.Sprintf("Scalr: %s (%s)", o.code, o.input)
	}
	if o.code == "" {
		return "Scalr: " + o.result
	}
	return "Scalr: " + o.code
}

func message(o outcome) string {
	text := o.problem
	for _, h := range o.hints {
		text += "\n" + h
	}
	return text
}
