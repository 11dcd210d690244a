package action

import (
	"context"
	"errors"
	"fmt"
	"path"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/scalr"
)

// prepare finds the workspace and refuses, before a run is spent, what could not
// end well.
func (r *runStory) prepare(ctx context.Context, l *bundle.Listing) error {
	w, err := r.find(ctx)
	if err != nil {
		return err
	}
	r.at(w)
	if r.in.WaitForLock > 0 && !r.in.Dry && refusesRuns(w) && firstRefusal(r.obstacles(w, l)).code == codeWorkspaceLocked {
		if w, err = r.waitForLock(ctx, w); err != nil {
			return err
		}
		r.report.Workspace = w // its settings may have changed meanwhile
	}
	list := r.obstacles(w, l)
	for _, o := range list {
		if o.warning {
			r.job.Warnf("%s", o.problem)
		}
	}
	if refusal := firstRefusal(list); refusal.code != "" {
		return &refusal
	}
	return nil
}

// firstRefusal is the first obstacle that is more than a warning; zero for none.
func firstRefusal(list []obstacle) finding {
	for _, o := range list {
		if !o.warning {
			return o.finding
		}
	}
	return finding{}
}

// at takes down where the run happens, as soon as it is known.
func (r *runStory) at(w scalr.Workspace) {
	r.report.Workspace = w
	r.logs.severalUnits = w.RunAll
	r.report.WorkspaceURL = r.client.WorkspaceURL(w.EnvironmentID, w.ID)
	r.out.set("workspace-id", w.ID)
	r.out.set("environment-id", w.EnvironmentID)
	r.job.Infof("Workspace %s %s", title(w), r.report.WorkspaceURL)
}

// obstacle is a finding that may be no more than a warning.
type obstacle struct {
	finding
	warning bool
}

// obstacles are the reasons why a run in the workspace could not end well, the
// most telling first.
func (r *runStory) obstacles(w scalr.Workspace, l *bundle.Listing) []obstacle {
	var list []obstacle
	add := func(warning bool, code, format string, args ...any) {
		list = append(list, obstacle{finding{code: code, problem: fmt.Sprintf(format, args...)}, warning})
	}
	switch {
	case w.ModuleVersionID != "":
		add(false, codeWorkspaceModule, "Workspace %s is driven by a module of the registry: nothing can be uploaded to it.", title(w))
	case w.VCS != "":
		add(false, codeWorkspaceVCS, "Workspace %s takes its configuration from the repository %q: nothing can be uploaded to it.", title(w), w.VCS)
	}
	if w.ExecutionMode == "local" {
		add(false, codeWorkspaceLocal, "Workspace %s has the execution mode local: Scalr runs nothing in it.", title(w))
	}
	if w.EnvironmentLocked {
		add(false, codeEnvironmentLock, "The environment %q is locked%s: no run in it is started.", w.Environment, because(w.EnvironmentLockReason))
	}
	if r.in.FailOn.CostIncrease && isFalse(w.CostEstimation) {
		add(false, codeCostOff, "The environment %q has cost estimation off (`cost-estimation-enabled` is false): `fail-on: cost-increase` cannot be judged.", w.Environment)
	}
	list = append(list, workingDirectory(w, l)...)
	return append(list, r.lockObstacles(w)...)
}

// workingDirectory looks for what Scalr would run in the bundle.
func workingDirectory(w scalr.Workspace, l *bundle.Listing) []obstacle {
	dir := path.Clean("/" + w.WorkingDirectory)[1:]
	switch {
	case !l.HasDir(dir):
		return []obstacle{{finding: finding{code: codeDirectoryMissing,
			problem: fmt.Sprintf("The workspace's working directory %q is not in what path %q names.", dir, l.Path())}}}
	case !l.HasTerraform(dir) && !w.Terragrunt && !w.Hooks:
		return []obstacle{{warning: w.WorkingDirectory == "", finding: finding{code: codeDirectoryEmpty,
			problem: fmt.Sprintf("The workspace's working directory %q has no .tf or .tofu files in what path %q names.", "./"+dir, l.Path())}}}
	}
	return nil
}

// find reads the workspace, by its id or by its name.
func (r *runStory) find(ctx context.Context) (scalr.Workspace, error) {
	if r.in.WorkspaceID == "" {
		w, err := findWorkspace(ctx, r.client, r.in.Environment, r.in.Workspace)
		return r.client.WithLockHolder(ctx, w), err
	}
	w, err := r.client.Workspace(ctx, r.in.WorkspaceID)
	if errors.Is(err, scalr.ErrNotFound) || errors.Is(err, scalr.ErrForbidden) {
		return w, found(codeWorkspaceMissing, "There is no workspace %s, or the token cannot see it. %s.", r.in.WorkspaceID, sentence(err))
	}
	return r.client.WithLockHolder(ctx, w), err
}
