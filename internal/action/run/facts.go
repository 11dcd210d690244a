package run

import (
	"cmp"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// facts is the information that a command has collected about its workspace, archive, run and plan. Each value is
// recorded as soon as it is known; the report is built from them at the end.
type facts struct {
	workspace    scalr.Workspace
	workspaceURL string
	// directory is the packed directory, relative to the checkout; "" for a prebuilt archive.
	directory       string
	archive         *bundle.Archive // nil until it is packed
	configurationID string
	run             scalr.Run // the last known state, with the ids of earlier responses
	runURL          string
	plan            *tfplan.Plan // nil until it is read
	planID          string       // id of the plan that was read
	planFile        string       // name of the plan JSON for later steps; "" for none
	planJSONMissing string       // why there is no plan JSON; "" if there is, or it was not read
	planJSONErr     error        // error of the download, unless Scalr has no plan JSON or does not serve it
	outputs         *terraformOutputs
}

// complete fills in ids that the response omits.
func (f *facts) complete(run scalr.Run) scalr.Run {
	run.WorkspaceID = cmp.Or(run.WorkspaceID, f.run.WorkspaceID, f.workspace.ID)
	run.EnvironmentID = cmp.Or(run.EnvironmentID, f.run.EnvironmentID, f.workspace.EnvironmentID)
	run.ConfigurationID = cmp.Or(run.ConfigurationID, f.run.ConfigurationID, f.configurationID)
	return run
}

// recordWorkspace records the workspace of the run and sets its outputs.
func (r *command) recordWorkspace(w scalr.Workspace) {
	r.facts.workspace = w
	r.logs.severalUnits = w.RunAll
	r.facts.workspaceURL = r.client.WorkspaceURL(w.EnvironmentID, w.ID)
	r.out.Set("workspace-id", w.ID)
	r.out.Set("environment-id", w.EnvironmentID)
	r.Job.Infof("Workspace %s %s", lookup.Title(w), r.facts.workspaceURL)
}

// recordRun records the identity and the URL of the run and returns the run with all ids.
func (r *command) recordRun(run scalr.Run) scalr.Run {
	run = r.facts.complete(run)
	r.facts.run = run
	r.facts.runURL = r.client.RunURL(run.EnvironmentID, run.WorkspaceID, run.ID)
	r.logger.RunURL, r.logs.runID = r.facts.runURL, run.ID
	return run
}

// setRunOutputs sets the outputs about the run.
func (r *command) setRunOutputs() {
	r.out.Set("run-id", r.facts.run.ID)
	r.out.Set("run-url", r.facts.runURL)
	r.Job.Infof("Run %s %s", r.facts.run.ID, r.facts.runURL)
}

// updateRun records the latest state of the run.
func (r *command) updateRun(run scalr.Run) {
	if run.ID != "" {
		r.facts.run = r.facts.complete(run)
	}
}
