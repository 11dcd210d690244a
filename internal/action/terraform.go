package action

import (
	"encoding/json"
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// mostOutput is the size of an output that GitHub still carries, in bytes.
const mostOutput = 1 << 20

// terraformOutputs hands on the outputs of the configuration after an apply.
// Scalr gives sensitive ones in clear: each is masked before anything else.
func (r *runStory) terraformOutputs(o outcome) {
	if o.result != "applied" || r.in.TerraformOutputs == inputs.TerraformOutputsNone {
		return
	}
	ctx, cancel := r.publishing(30 * time.Second)
	defer cancel()
	list, err := r.client.Outputs(ctx, r.report.Workspace.ID)
	if err != nil {
		r.job.Warnf("The outputs of Terraform could not be read: %s", sentence(err))
		return
	}
	text := outputsJSON(r.maskSensitive(list), r.in.TerraformOutputs == inputs.TerraformOutputsAll)
	if len(text) > mostOutput {
		r.job.Warnf("The outputs of Terraform are larger than GitHub carries (%s): terraform-outputs is left empty.", size(int64(len(text))))
		return
	}
	r.out.set("terraform-outputs", text)
}

// maskSensitive hides every sensitive value: whole, and each text within it.
func (s *step) maskSensitive(list []scalr.Output) []scalr.Output {
	for _, o := range list {
		if o.Sensitive {
			s.maskJSON(o.Value)
		}
	}
	return list
}

func (s *step) maskJSON(value json.RawMessage) {
	s.job.Mask(secret.New(string(value)))
	var v any
	if json.Unmarshal(value, &v) == nil {
		s.maskAll(v)
	}
}

func (s *step) maskAll(v any) {
	switch v := v.(type) {
	case string:
		s.job.Mask(secret.New(v))
	case []any:
		for _, e := range v {
			s.maskAll(e)
		}
	case map[string]any:
		for _, e := range v {
			s.maskAll(e)
		}
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
