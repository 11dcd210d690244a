package run

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
)

// listingOf lists a directory "infra" with these files.
func listingOf(t *testing.T, files ...string) *bundle.Listing {
	t.Helper()
	root := t.TempDir()
	for _, name := range files {
		name = filepath.Join(root, "infra", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestPreflightProblems checks which properties of a workspace stop a run, which only lead to a warning, and what the
// step reports about each.
func TestPreflightProblems(t *testing.T) {
	t.Parallel()
	const name = `Workspace "production/network" (ws-1) `
	yes, no := true, false
	minutes := func(n int) *int { return &n }
	waits := func(d time.Duration) inputs.Run { return inputs.Run{Wait: true, Timeout: d} }
	timeout := func(limit, minutes, whose string) string {
		return fmt.Sprintf(`warning : timeout is %s, but Scalr stops each plan and apply in workspace "production/network" (ws-1) after %s `+
			`minutes (%s). Raise the workspace's run-operation-timeout (at most 720 minutes), or shorten timeout.`, limit, minutes, whose)
	}
	const defaultLimit, ownLimit = "Scalr's default; it has no run-operation-timeout", "its run-operation-timeout"
	held := func(by scalr.Workspace, status scalr.Status) scalr.Workspace {
		by.Locked, by.LockedByRun, by.LockHolder.Status = true, "run-2", status
		return by
	}
	for title, c := range map[string]struct {
		w    scalr.Workspace
		in   inputs.Run
		want []string
		log  string
	}{
		"none": {},
		"module": {
			w:    scalr.Workspace{ModuleVersionID: "modver-1", VCS: "acme/network"},
			want: []string{"workspace-module-driven: " + name + "uses a module from the registry: nothing can be uploaded to it."},
		},
		"repository": {
			w: scalr.Workspace{VCS: "acme/network"},
			want: []string{"workspace-vcs-driven: " + name + `takes its configuration from the repository "acme/network": ` +
				"nothing can be uploaded to it."},
		},
		"local": {
			w:    scalr.Workspace{ExecutionMode: "local"},
			want: []string{"workspace-local: " + name + "has the execution mode local: Scalr does not run Terraform in it."},
		},
		"remote": {w: scalr.Workspace{ExecutionMode: "remote"}},
		"locked environment": {
			w:    scalr.Workspace{EnvironmentLocked: true, EnvironmentLockReason: "freeze"},
			want: []string{`environment-locked: Environment "production" is locked ("freeze"): Scalr does not start runs in it.`},
		},
		"locked environment without a reason": {
			w:    scalr.Workspace{EnvironmentLocked: true},
			want: []string{`environment-locked: Environment "production" is locked: Scalr does not start runs in it.`},
		},
		"no cost estimation": {
			w: scalr.Workspace{CostEstimation: &no}, in: inputs.Run{FailOn: inputs.FailOn{CostIncrease: true}},
			want: []string{`cost-estimation-off: Environment "production" has cost estimation off (` +
				"`cost-estimation-enabled` is false): `fail-on: cost-increase` cannot be evaluated."},
		},
		"no cost estimation, other gate": {w: scalr.Workspace{CostEstimation: &no}, in: inputs.Run{FailOn: inputs.FailOn{Changes: true}}},
		"cost estimation":                {w: scalr.Workspace{CostEstimation: &yes}, in: inputs.Run{FailOn: inputs.FailOn{CostIncrease: true}}},
		"unknown cost estimation":        {in: inputs.Run{FailOn: inputs.FailOn{CostIncrease: true}}},
		"working directory":              {w: scalr.Workspace{WorkingDirectory: "live"}},
		"working directory, not clean":   {w: scalr.Workspace{WorkingDirectory: "./live/"}},
		"working directory above":        {w: scalr.Workspace{WorkingDirectory: "../live"}},
		"missing working directory": {
			w:    scalr.Workspace{WorkingDirectory: "live/prod"},
			want: []string{`working-directory-missing: The workspace's working directory "live/prod" is not in path "infra".`},
		},
		"missing working directory with hooks": {
			w:    scalr.Workspace{WorkingDirectory: "live/prod", Hooks: true, Terragrunt: true},
			want: []string{`working-directory-missing: The workspace's working directory "live/prod" is not in path "infra".`},
		},
		"empty working directory": {
			w:    scalr.Workspace{WorkingDirectory: "docs"},
			want: []string{`working-directory-empty: The workspace's working directory "docs" has no .tf or .tofu files in path "infra".`},
		},
		"empty working directory, Terragrunt": {w: scalr.Workspace{WorkingDirectory: "docs", Terragrunt: true}},
		"empty working directory, hooks":      {w: scalr.Workspace{WorkingDirectory: "docs", Hooks: true}},
		"timeout within the workspace's":      {w: scalr.Workspace{RunTimeout: minutes(90)}, in: waits(90 * time.Minute)},
		"longer timeout": {
			w: scalr.Workspace{RunTimeout: minutes(90)}, in: waits(90*time.Minute + time.Second), want: []string{timeout("1h30m1s", "90", ownLimit)},
		},
		"longer timeout without waiting": {w: scalr.Workspace{RunTimeout: minutes(90)}, in: inputs.Run{Timeout: 2 * time.Hour}},
		"timeout within Scalr's default": {w: scalr.Workspace{RunTimeout: minutes(0)}, in: waits(time.Hour)},
		"timeout over Scalr's default": {
			w: scalr.Workspace{RunTimeout: minutes(0)}, in: waits(61 * time.Minute), want: []string{timeout("1h1m0s", "60", defaultLimit)},
		},
		"timeout of a minute": {
			w: scalr.Workspace{RunTimeout: minutes(1)}, in: waits(2 * time.Minute), want: []string{timeout("2m0s", "1", ownLimit)},
		},
		"negative run-operation-timeout": {
			w: scalr.Workspace{RunTimeout: minutes(-1)}, in: waits(61 * time.Minute), want: []string{timeout("1h1m0s", "60", defaultLimit)},
		},
		"largest run-operation-timeout": {
			w: scalr.Workspace{RunTimeout: minutes(1 << 50)}, in: waits(1<<20*time.Minute + time.Minute),
			want: []string{timeout("17476h17m0s", "1048576", ownLimit)},
		},
		"unreported run-operation-timeout": {in: waits(100 * time.Hour)},
		"locked by a person": {
			w: scalr.Workspace{Locked: true, LockedBy: "ada@acme.example", LockReason: "Migration"},
			want: []string{"workspace-locked: " + name + `is locked by ada@acme.example ("Migration"). ` +
				"Ask the person named to unlock the workspace, or unlock it in Scalr; `wait-for-lock: 15m` lets the step wait for that. " +
				"Dry runs are not affected."},
		},
		"locked by a person that the step can wait for": {
			w: scalr.Workspace{Locked: true}, in: inputs.Run{WaitForLock: time.Minute},
			want: []string{"workspace-locked: " + name + "is locked. Ask the person named to unlock the workspace, or unlock it in Scalr. " +
				"Dry runs are not affected."},
		},
		"locked by a person, dry run": {
			w: scalr.Workspace{Locked: true}, in: inputs.Run{Dry: true},
			want: []string{"warning workspace-locked: " + name + "is locked. Ask the person named to unlock the workspace, or unlock it in Scalr. " +
				"Dry runs are not affected."},
		},
		"locked by a finished run": {
			w: held(scalr.Workspace{}, "errored"),
			want: []string{"workspace-locked: " + name + `is locked by run run-2, which has finished ("errored") and did not release the lock. ` +
				step.AdviceLockedByFinished},
		},
		"locked by a finished run that may be replaced": {
			w: held(scalr.Workspace{ForceLatestRun: true}, "errored"),
			log: name + `is locked by run run-2, which has finished ("errored") and did not release the lock. ` +
				"The workspace's setting force-latest-run lets a new run take it over.\n",
		},
		"locked by an active run": {
			w:   held(scalr.Workspace{}, "planning"),
			log: name + `is locked by run run-2, which is running ("planning"). A run that can apply waits for it in the queue.` + "\n",
		},
		"locked by an unreadable run": {
			w: held(scalr.Workspace{}, ""),
			want: []string{"warning workspace-locked: " + name + "is locked by run run-2, whose status the token cannot read. " +
				step.AdviceLockedByHiddenRun},
		},
		"locked by an unreadable run, dry run": {w: held(scalr.Workspace{}, ""), in: inputs.Run{Dry: true}},
		"everything": {
			w: scalr.Workspace{VCS: "acme/network", ExecutionMode: "local", EnvironmentLocked: true, CostEstimation: &no,
				WorkingDirectory: "docs", RunTimeout: minutes(1), Locked: true},
			in: inputs.Run{FailOn: inputs.FailOn{CostIncrease: true}, Wait: true, Timeout: time.Hour},
			want: []string{"workspace-vcs-driven", "workspace-local", "environment-locked", "cost-estimation-off", "working-directory-empty",
				"warning : timeout is", "workspace-locked"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			r := &command{Step: &step.Step{Job: job.New(job.Options{Stdout: &log})}, in: c.in}
			c.w.ID, c.w.Name, c.w.Environment = "ws-1", "network", "production"
			var got []string
			for _, p := range r.preflightProblems(c.w, listingOf(t, "main.tf", "live/main.tf", "docs/index.md")) {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s%s: %s %s", map[bool]string{true: "warning "}[p.warning], p.Code, p.Problem, p.Advice)))
			}
			same := func(a, b string) bool { return a == b || title == "everything" && strings.HasPrefix(a, b) }
			if !slices.EqualFunc(got, c.want, same) {
				t.Errorf("problems:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if log.String() != c.log {
				t.Errorf("logged %q, want %q", log.String(), c.log)
			}
		})
	}
}

// TestFilesWithoutTerraform checks that a directory without Terraform files is a warning if the workspace sets no working
// directory, and otherwise an error.
func TestFilesWithoutTerraform(t *testing.T) {
	t.Parallel()
	l := listingOf(t, "README.md", "live/main.tf", "docs/index.md")
	got := map[string]string{}
	for _, dir := range []string{"", ".", "live", "docs"} {
		for _, p := range workingDirectory(scalr.Workspace{WorkingDirectory: dir}, l) {
			got[dir] = fmt.Sprint(p.warning, " ", p.Problem)
		}
	}
	wantTexts(t, got, map[string]string{
		"":     `true Path "infra" has no .tf or .tofu files of its own, and the workspace has no working directory.`,
		".":    `false The workspace's working directory "." has no .tf or .tofu files in path "infra".`,
		"live": "",
		"docs": `false The workspace's working directory "docs" has no .tf or .tofu files in path "infra".`,
	})
}
