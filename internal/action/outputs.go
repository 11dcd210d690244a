package action

import (
	"encoding/json"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
)

// mostOutput is the size of an output that GitHub still carries, in bytes.
const mostOutput = 1 << 20

// outputs are the outputs of a step. A file that cannot be written is remembered.
type outputs struct {
	job *job.Job
	err error
}

// newOutputs gives the step's outputs.
func (s *step) newOutputs() outputs { return outputs{job: s.job} }

// set writes an output at once, so that it survives whatever comes later.
func (o *outputs) set(name, value string) {
	if err := o.job.SetOutput(name, value); err != nil && o.err == nil {
		o.err = err
	}
}

// outputsJSON is one line: an object of names and values.
func outputsJSON(list []scalr.Output, sensitive bool) string {
	values := map[string]json.RawMessage{}
	for _, o := range list {
		if (sensitive || !o.Sensitive) && json.Valid(o.Value) {
			values[o.Name] = o.Value
		}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return ""
	}
	return string(text)
}
