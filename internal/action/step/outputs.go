package step

import (
	"encoding/json"
	"fmt"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// MaxOutput is GitHub's size limit for an output, in bytes.
const MaxOutput = 1 << 20

// Outputs writes the outputs of a step and keeps the first write error.
type Outputs struct {
	job *job.Job
	err error
}

// NewOutputs returns the step's outputs.
func (s *Step) NewOutputs() Outputs { return Outputs{job: s.Job} }

// Set writes an output immediately, so that it is kept even if the step is killed later.
func (o *Outputs) Set(name, value string) {
	if err := o.job.SetOutput(name, value); err != nil && o.err == nil {
		o.err = err
	}
}

// SetSensitive is like Set for a value that is meant to contain secrets.
func (o *Outputs) SetSensitive(name, value string) {
	if err := o.job.SetSensitiveOutput(name, value); err != nil && o.err == nil {
		o.err = err
	}
}

// SetText writes untrusted text as a single-line output.
func (o *Outputs) SetText(name, text string) { o.Set(name, sanitize.Output(text)) }

// SetJSON writes an output as a single line of JSON, as fromJSON expects it.
func (o *Outputs) SetJSON(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("set output %s: %w", name, err)
	}
	return o.SetLarge(name, string(text))
}

// SetLarge writes an output, or returns an error if it exceeds MaxOutput.
func (o *Outputs) SetLarge(name, text string) error {
	if len(text) > MaxOutput {
		return outputTooLarge(name, text, "")
	}
	o.Set(name, text)
	return nil
}

// outputTooLarge returns the error for an output that is too large; an advice replaces that of the code.
func outputTooLarge(name, text, advice string) error {
	problem := fmt.Sprintf("The output %s exceeds GitHub's limit of 1 MiB: %s.", name, units.Size(int64(len(text))))
	return &Refusal{Code: CodeOutputTooLarge, Problem: problem, Advice: advice}
}

// OutputsJSON returns the outputs as a single-line JSON object of names and values. It omits sensitive outputs unless
// sensitive is set.
func OutputsJSON(list []scalr.Output, sensitive bool) string {
	values := map[string]json.RawMessage{}
	for _, o := range list {
		if (sensitive || !o.Sensitive) && json.Valid(o.Value) {
			values[o.Name] = o.Value
		}
	}
	text, _ := json.Marshal(values) // cannot fail: each value is valid JSON
	return string(text)
}
