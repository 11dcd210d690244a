package run

import (
	"cmp"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// setTerraformOutputs sets the outputs terraform-outputs and terraform-outputs-file after an apply. Sensitive values
// are read only if requested, and masked first.
func (r *command) setTerraformOutputs(o step.Outcome) {
	if o.Result != result.Applied || r.in.TerraformOutputs == inputs.TerraformOutputsNone {
		return
	}
	if r.facts.outputs == nil {
		r.readOutputs()
	}
	list, err := r.facts.outputs.list, r.facts.outputs.err
	if err != nil {
		r.Job.Warnf("Terraform's outputs could not be read: %s", step.Sentence(err))
		return
	}
	ctx, cancel := r.ReportingContext(30 * time.Second)
	defer cancel()
	sensitive := r.in.TerraformOutputs == inputs.TerraformOutputsAll
	if sensitive && !maskSensitive(ctx, r.Job, list) {
		r.Job.Warnf("terraform-outputs omits the sensitive outputs: more than %d values, or one of more than %s, cannot be masked. "+
			"Read them in Scalr.", maxMasked, units.Size(maxMaskedLength))
		sensitive = false
	}
	text := step.OutputsJSON(list, sensitive)
	if err := r.SetTerraformOutputs(&r.out, "scalr-"+r.facts.run.ID+"-outputs.json", text, sensitive); err != nil {
		r.Job.Warnf("%s terraform-outputs is left empty.", step.Sentence(err))
	}
}

// terraformOutputs is the result of reading the Terraform outputs.
type terraformOutputs struct {
	list []scalr.Output
	err  error
}

func (r *command) readOutputs() {
	ctx, cancel := r.ReportingContext(30 * time.Second)
	defer cancel()
	list, err := r.client.Outputs(ctx, cmp.Or(r.facts.workspace.ID, r.facts.run.WorkspaceID), r.in.TerraformOutputs == inputs.TerraformOutputsAll)
	r.facts.outputs = &terraformOutputs{list, err}
}
