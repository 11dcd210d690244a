package run

import (
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
)

// state is the information for the post step in case this step is killed.
type state struct {
	run           string // id of the run that this step created
	configuration string // saved before the run is created, since the response with its id may be lost
	workspace     string
	onCancel      inputs.OnCancel
	finished      bool // this step ended normally; the post step has nothing to do
}

// The names of the values in GITHUB_STATE.
const (
	stateRun           = "run-id"
	stateConfiguration = "configuration-version-id"
	stateWorkspace     = "workspace-id"
	stateOnCancel      = "on-cancel"
	stateFinished      = "finished"
)

// saveState writes the fields that are set to GITHUB_STATE. An error is only logged: it matters only if the step is
// killed.
func (r *command) saveState(st state) {
	finished := ""
	if st.finished {
		finished = "true"
	}
	for _, pair := range [][2]string{{stateRun, st.run}, {stateConfiguration, st.configuration}, {stateWorkspace, st.workspace},
		{stateOnCancel, string(st.onCancel)}, {stateFinished, finished}} {
		if pair[1] == "" {
			continue
		}
		err := r.Job.SaveState(pair[0], pair[1])
		switch {
		case err == nil:
		case r.stateWarned:
			r.Job.Debugf("keep %s for the post step: %v", pair[0], err)
		default:
			r.stateWarned = true
			r.Job.Warnf("GITHUB_STATE cannot be written (%v): if this step is killed, the post step cannot stop its run.", err)
		}
	}
}

// loadState returns the state that the main step saved.
func loadState(j *job.Job) state {
	return state{
		run: j.State(stateRun), configuration: j.State(stateConfiguration), workspace: j.State(stateWorkspace),
		onCancel: inputs.OnCancel(j.State(stateOnCancel)), finished: j.State(stateFinished) == "true",
	}
}
