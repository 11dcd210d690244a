package action_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// workspaceIDs maps the names of workspaces in tests to the simulator's ids.
var workspaceIDs = map[string]string{
	"production/network":                     scalrsim.WorkspaceID,
	scalrsim.EnvironmentID + "/network":      scalrsim.WorkspaceID,
	"production/network-edge":                scalrsim.EdgeWorkspaceID,
	scalrsim.EnvironmentID + "/network-edge": scalrsim.EdgeWorkspaceID,
}

// expectedWorkspace returns the id of the workspace that the inputs name, "" if there is none, or the name if the
// workspace does not exist.
func (r *stepTest) expectedWorkspace() string {
	name := r.inputs["workspace"]
	switch {
	case r.inputs["workspace-id"] != "":
		return r.inputs["workspace-id"]
	case workspaceIDs[name] != "":
		return workspaceIDs[name]
	}
	return name
}

// actionsOf returns the actions of the step that Scalr executed or, if tried is set, all that it received.
func (p *stepResult) actionsOf(run scalrsim.RunRecord, tried bool) []scalrsim.RunAction {
	return slices.DeleteFunc(slices.Clone(run.Actions), func(a scalrsim.RunAction) bool {
		return a.At.Before(p.began) || a.At.After(p.began.Add(p.took)) || !tried && a.Answer >= 300
	})
}

// ownWorkspace is invariant I10: the step sends no action on a run of another workspace.
func (r *stepTest) ownWorkspace(p *stepResult) error {
	want := r.expectedWorkspace()
	for _, run := range p.runs {
		if actions := p.actionsOf(run, true); want != "" && run.Workspace != want && len(actions) > 0 {
			return fmt.Errorf("run %s of workspace %s received %s, want only runs of workspace %s", run.ID, run.Workspace,
				actions[0].Verb, want)
		}
	}
	return nil
}

// requested is invariant I11: a step whose run differs from the request does not succeed.
func (r *stepTest) requested(p *stepResult) error {
	run, ok := p.reportedRun()
	late := p.outputs["result"] == "started" && r.scenario.Script.DeviationsAfter > 0
	if p.code != 0 || !ok || r.inputs["mode"] != "" && r.inputs["mode"] != "run" || r.name != "scalr-run" || late {
		return nil
	}
	never := run.Dry || run.Deviations["save-plan"] == true || run.Attributes["save-plan"] == true
	for name, is := range run.Deviations {
		was := run.Attributes[name]
		if was == nil {
			was = reflect.Zero(reflect.TypeOf(is)).Interface()
		}
		if !reflect.DeepEqual(is, was) && !(name == "auto-apply" && never) {
			return fmt.Errorf("%s, but run %s has %s %v instead of %v", p.outputs["result"], run.ID, name, is, was)
		}
	}
	if dry := r.inputs["dry-run"] != "false"; run.Attributes["is-dry"] != dry {
		return fmt.Errorf("dry-run is %v, but is-dry was requested as %v", dry, run.Attributes["is-dry"])
	}
	return nil
}

// wrongRunStopped is invariant I12: a run that differs from the request is stopped, or the message reports that it may
// continue.
func wrongRunStopped(p *stepResult) error {
	run, ok := p.reportedRun()
	if p.outputs["error-code"] != "wrong-run" || !ok || slices.Contains(finalStatuses, run.Status) {
		return nil
	}
	if head := errorAnnotation(p.log); len(acceptedStops(run)) == 0 &&
		!strings.Contains(head, "may still be applied: "+p.outputs["run-url"]) {
		return fmt.Errorf("run %s is %s, was not stopped, and the message does not report that", run.ID, run.Status)
	}
	return nil
}

// continuesExpectedRun is invariant I13: a mode lets a run continue only if it has the expected configuration
// version, and a destroy run only if the inputs allow it.
func (r *stepTest) continuesExpectedRun(p *stepResult) error {
	for _, run := range p.runs {
		for _, a := range p.actionsOf(run, false) {
			version := r.inputs["expected-configuration-version-id"]
			destroys := run.Attributes["is-destroy"] == true && (a.Verb == "apply" || a.Verb == "override" && run.AutoApply)
			switch existing := r.inputs["run-id"] == run.ID; {
			case existing && version != "" && version != run.Configuration:
				return fmt.Errorf("run %s of %s received %s, want only %s", run.ID, run.Configuration, a.Verb, version)
			case existing && destroys && r.inputs["destroy"] != "true":
				return fmt.Errorf("the destroy run %s received %s without destroy: true", run.ID, a.Verb)
			}
		}
	}
	return nil
}

// randomExistingRun makes a step act on a run of another job, with random faults.
func randomExistingRun(d dice, r *stepTest) {
	s := &r.scenario
	s.Faults = nil
	for range d.IntN(5) {
		f := randomFault(d)
		f.Op = d.one("* /**", "GET /workspaces/*", "GET /workspaces", "GET /runs/*", "GET /runs/*", "POST /runs/*/actions/*",
			"POST /policy-checks/*/actions/*")
		s.Faults = append(s.Faults, f)
	}
	workspace, expect := d.one(scalrsim.WorkspaceID, scalrsim.EdgeWorkspaceID), d.IntN(3)
	attributes := map[string]any{
		"is-dry":     d.maybe(20),
		"is-destroy": d.maybe(40),
		"auto-apply": d.maybe(30),
		"save-plan":  d.maybe(20),
	}
	s.Setup = func(s *scalrsim.Server) {
		r.set("run-id=" + s.AddRun(workspace, attributes))
		if version := s.Runs()[0].Configuration; expect > 0 {
			r.set("expected-configuration-version-id=" + map[bool]string{true: version, false: "cv-other"}[expect == 1])
		}
	}
	r.set("mode="+d.one("watch", "confirm", "confirm", "override", "discard", "cancel"), "destroy="+d.one("true", "false"),
		"timeout="+d.one("60m", "20s", "5m"),
		"workspace-id=",
		d.one("workspace-id="+scalrsim.WorkspaceID, "workspace-id="+scalrsim.EdgeWorkspaceID, "workspace=production/network",
			"workspace=production/network-edge", "workspace="+scalrsim.EnvironmentID+"/network", "workspace=staging/network",
			"workspace="))
	// The expected value may be missing or wrong in responses. A wrong value that matches the inputs cannot be
	// detected.
	if lie := map[bool]any{true: "x-lie"}[d.maybe(50)]; expect > 0 && d.maybe(30) {
		s.Faults = append(s.Faults, misreported(readRun, 1+d.IntN(6), "configuration-version", lie))
	} else if r.expectedWorkspace() != "" && d.maybe(30) {
		s.Faults = append(s.Faults, misreported(readRun, 1+d.IntN(6), "workspace", lie))
	}
	if d.maybe(30) {
		r.set("on-cancel=" + d.one("stop", "stop-apply", "leave"))
	}
	r.later, r.anyFault = d.upTo(time.Minute), true
}
