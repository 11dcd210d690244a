package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/units"
)

// prepare finds the workspace and returns an error for problems that would make the run fail, before anything is
// uploaded.
func (r *command) prepare(ctx context.Context, l *bundle.Listing) error {
	w, err := r.findWorkspace(ctx)
	if err != nil {
		return err
	}
	r.recordWorkspace(w)
	wait := r.in.WaitForLock > 0 && !r.in.Dry && refusesRuns(w) && firstRefusal(r.preflightProblems(w, l)).Code == step.CodeWorkspaceLocked
	if wait {
		if w, err = r.waitForLock(ctx, w); err != nil {
			return err
		}
		r.facts.workspace = w // its settings may have changed during the wait
	}
	list := r.preflightProblems(w, l)
	for _, o := range list {
		if o.warning {
			r.Job.Warnf("%s", strings.TrimSpace(o.Problem+" "+o.WhatToDo()))
		}
	}
	if refusal := firstRefusal(list); refusal.Code != "" {
		if wait && refusal.Code == step.CodeWorkspaceLocked {
			refusal.Problem += fmt.Sprintf(" The step waited %s for it to be unlocked (`wait-for-lock`).", units.Duration(r.in.WaitForLock))
		}
		return &refusal
	}
	return nil
}

// firstRefusal returns the first problem that is not a warning, or the zero value if there is none.
func firstRefusal(list []preflightProblem) step.Refusal {
	for _, o := range list {
		if !o.warning {
			return o.Refusal
		}
	}
	return step.Refusal{}
}

// preflightProblem is a problem found before a run is created.
type preflightProblem struct {
	step.Refusal
	warning bool
}

// preflightProblems returns the reasons why a run in the workspace could not succeed, the most specific first.
func (r *command) preflightProblems(w scalr.Workspace, l *bundle.Listing) []preflightProblem {
	var list []preflightProblem
	add := func(warning bool, code step.Code, format string, args ...any) {
		list = append(list, preflightProblem{step.Refusal{Code: code, Problem: fmt.Sprintf(format, args...)}, warning})
	}
	switch {
	case w.ModuleVersionID != "":
		add(false, step.CodeWorkspaceModuleDriven, "Workspace %s uses a module from the registry: nothing can be uploaded to it.",
			lookup.Title(w))
	case w.VCS != "":
		add(false, step.CodeWorkspaceVCSDriven, "Workspace %s takes its configuration from the repository %q: nothing can be uploaded to it.",
			lookup.Title(w), w.VCS)
	}
	if w.ExecutionMode == "local" {
		add(false, step.CodeWorkspaceLocal, "Workspace %s has the execution mode local: Scalr does not run Terraform in it.", lookup.Title(w))
	}
	if w.EnvironmentLocked {
		add(false, step.CodeEnvironmentLocked, "Environment %q is locked%s: Scalr does not start runs in it.", w.Environment,
			step.Because(w.EnvironmentLockReason))
	}
	if r.in.FailOn.CostIncrease && isFalse(w.CostEstimation) {
		add(false, step.CodeCostEstimationOff,
			"Environment %q has cost estimation off (`cost-estimation-enabled` is false): `fail-on: cost-increase` cannot be evaluated.",
			w.Environment)
	}
	list = append(list, workingDirectory(w, l)...)
	list = append(list, r.runTimeout(w)...)
	return append(list, r.lockProblems(w)...)
}

const (
	defaultRunTimeout = 60 * time.Minute // Scalr's default for a workspace without run-operation-timeout
	maxRunTimeout     = 1 << 20          // minutes; avoids an overflow of time.Duration
)

// runTimeout returns a warning if Scalr's time limit for plans and applies is shorter than the timeout of the step.
func (r *command) runTimeout(w scalr.Workspace) []preflightProblem {
	if w.RunTimeout == nil || !r.in.Wait {
		return nil
	}
	limit, whose := time.Duration(min(*w.RunTimeout, maxRunTimeout))*time.Minute, "its run-operation-timeout"
	if *w.RunTimeout <= 0 {
		limit, whose = defaultRunTimeout, "Scalr's default; it has no run-operation-timeout"
	}
	if r.in.Timeout <= limit {
		return nil
	}
	return []preflightProblem{{
		warning: true,
		Refusal: step.Refusal{
			Problem: fmt.Sprintf("timeout is %s, but Scalr stops each plan and apply in workspace %s after %d minutes (%s).",
				units.Duration(r.in.Timeout), lookup.Title(w), int(limit.Minutes()), whose),
			Advice: "Raise the workspace's run-operation-timeout (at most 720 minutes), or shorten timeout."},
	}}
}

// workingDirectory checks that the archive contains the workspace's working directory and that the directory contains
// Terraform files.
func workingDirectory(w scalr.Workspace, l *bundle.Listing) []preflightProblem {
	dir := path.Clean("/" + w.WorkingDirectory)[1:]
	switch {
	case !l.HasDir(dir):
		return []preflightProblem{{Refusal: step.Refusal{Code: step.CodeWorkingDirectoryMissing,
			Problem: fmt.Sprintf("The workspace's working directory %q is not in path %q.", dir, l.Path())}}}
	case !l.HasTerraform(dir) && !w.Terragrunt && !w.Hooks && w.WorkingDirectory == "":
		return []preflightProblem{{
			warning: true,
			Refusal: step.Refusal{Code: step.CodeWorkingDirectoryEmpty,
				Problem: fmt.Sprintf("Path %q has no .tf or .tofu files of its own, and the workspace has no working directory.", l.Path())},
		}}
	case !l.HasTerraform(dir) && !w.Terragrunt && !w.Hooks:
		return []preflightProblem{{Refusal: step.Refusal{Code: step.CodeWorkingDirectoryEmpty,
			Problem: fmt.Sprintf("The workspace's working directory %q has no .tf or .tofu files in path %q.", cmp.Or(dir, "."), l.Path())}}}
	}
	return nil
}

// findWorkspace reads the workspace, by its id or by its name.
func (r *command) findWorkspace(ctx context.Context) (scalr.Workspace, error) {
	if r.in.WorkspaceID == "" {
		w, err := lookup.Workspace(ctx, r.client, r.in.Environment, r.in.Workspace)
		return r.client.WithLockHolder(ctx, w), err
	}
	w, err := r.client.Workspace(ctx, r.in.WorkspaceID)
	if errors.Is(err, scalr.ErrNotFound) || errors.Is(err, scalr.ErrForbidden) {
		return w, step.Refuse(step.CodeWorkspaceNotFound, "Workspace %s not found, or the token cannot read it. %s.", r.in.WorkspaceID,
			step.Sentence(err))
	}
	return r.client.WithLockHolder(ctx, w), err
}
