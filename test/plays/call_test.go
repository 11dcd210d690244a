package plays

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// call runs the workflow that the job calls.
func (j *jobRun) call() error {
	content, ok := callable[j.spec.Uses]
	if !ok {
		return fmt.Errorf("%s is not a workflow that can be called", j.spec.Uses)
	}
	text, err := document("examples/" + content)
	if err != nil {
		return err
	}
	inner := &execution{testbed: j.testbed, file: content, event: j.event, caller: j.granted, cancelWhen: j.cancelWhen}
	in := j.execution.scope().with("matrix", j.matrix)
	if j.spec.Name != "" {
		if j.record.title, err = fill(j.spec.Name, in); err != nil {
			return err
		}
	}
	in.contexts["secrets"] = texts(j.secrets)
	if inner.secrets, err = fillAll(j.spec.Secrets, in); err != nil {
		return err
	}
	if inner.inputs, err = callInputs(text, j.spec.With, in); err != nil {
		return err
	}
	if err := inner.execute(text); err != nil {
		return fmt.Errorf("%s: %w", content, err)
	}
	if inner.canceled() {
		j.execution.cancel()
	}
	j.record.result = "success"
	for _, r := range inner.jobs {
		j.record.steps = append(j.record.steps, r.steps...)
		if r.result != "success" && r.result != "skipped" {
			j.record.result = r.result
		}
	}
	j.record.outputs, err = inner.called()
	return err
}

// callable contains the reusable workflows by their `uses:` reference.
var callable = map[string]string{
	"acme/workflows/.github/workflows/reusable.yml@<commit>": "reusable.yml",
	"./.github/workflows/preview-teardown.yml":               "preview-teardown.yml",
}

// callInputs returns the inputs of a called workflow: their values and defaults, each of the type that it declares.
func callInputs(called []byte, with map[string]yaml.Node, in scope) (object, error) {
	var declared struct {
		On struct {
			Call struct {
				Inputs map[string]struct {
					Description, Type string
					Required          bool
					Default           any
				}
			} `yaml:"workflow_call"`
		}
	}
	if err := yaml.Unmarshal(called, &declared); err != nil {
		return nil, err
	}
	inputs := object{}
	for name, each := range declared.On.Call.Inputs {
		inputs[name] = each.Default
		if given, ok := with[name]; ok {
			v, err := filledNode(&given, in)
			if err != nil {
				return nil, err
			}
			inputs[name] = v
		} else if each.Required {
			return nil, fmt.Errorf("the input %s is required", name)
		}
		if _, isBool := inputs[name].(bool); isBool != (each.Type == "boolean") {
			return nil, fmt.Errorf("the input %s is a %s, not %v", name, each.Type, inputs[name])
		}
	}
	for name := range with {
		if _, ok := inputs[name]; !ok {
			return nil, fmt.Errorf("there is no input %s", name)
		}
	}
	return inputs, nil
}

// called returns the outputs of a called workflow.
func (p *execution) called() (object, error) {
	jobs := object{}
	for name, each := range p.needs {
		jobs[name] = each
	}
	outputs := object{}
	for name, filter := range pairs(&p.workflow.On) {
		if name != "workflow_call" {
			continue
		}
		var declared struct {
			Outputs map[string]struct{ Description, Value string }
			Inputs  yaml.Node
			Secrets yaml.Node
		}
		if err := filter.Decode(&declared); err != nil {
			return nil, err
		}
		for _, name := range sortedKeys(declared.Outputs) {
			text, err := fill(declared.Outputs[name].Value, scope{contexts: object{"jobs": jobs}})
			if err != nil {
				return nil, err
			}
			outputs[name] = text
		}
	}
	return outputs, nil
}
