package action

import (
	"time"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// terraformOutputs hands on the outputs of the configuration after an apply.
// Sensitive ones are read only if they are asked for, and masked before anything else.
func (r *runStory) terraformOutputs(o outcome) {
	if o.result != "applied" || r.in.TerraformOutputs == inputs.TerraformOutputsNone {
		return
	}
	if r.applied == nil {
		r.readOutputs()
	}
	list, err := r.applied.outputs, r.applied.err
	if err != nil {
		r.job.Warnf("The outputs of Terraform could not be read: %s", sentence(err))
		return
	}
	ctx, cancel := r.publishing(30 * time.Second)
	defer cancel()
	sensitive := r.in.TerraformOutputs == inputs.TerraformOutputsAll
	if sensitive && !maskSensitive(ctx, r.job, list) {
		r.job.Warnf("Terraform's sensitive outputs hold more than can be masked: they are left out of terraform-outputs.")
		sensitive = false
	}
	text := outputsJSON(list, sensitive)
	if len(text) > mostOutput {
		r.job.Warnf("The outputs of Terraform are larger than GitHub carries (%s): terraform-outputs is left empty.", size(int64(len(text))))
		return
	}
	r.out.set("terraform-outputs", text)
}

// applied are the outputs of the configuration after the apply, as they were read.
type applied struct {
	outputs []scalr.Output
	err     error
}

func (r *runStory) readOutputs() {
	ctx, cancel := r.publishing(30 * time.Second)
	defer cancel()
	list, err := r.client.Outputs(ctx, r.report.Workspace.ID, r.in.TerraformOutputs == inputs.TerraformOutputsAll)
	r.applied = &applied{list, err}
}
