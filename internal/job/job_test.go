package job_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInput(t *testing.T) {
	t.Parallel()
	j, _ := newJob(t, "INPUT_RUN-ID= run-1 ", "INPUT_WORKSPACE_ID=ws-1", "INPUT_PATH=", "INPUT_DRY-RUN=true", "INPUT_DRY_RUN=false", "INPUT_A_B=c", "OTHER=x")
	for name, want := range map[string]string{
		"run-id": " run-1 ", "workspace-id": "ws-1", "path": "", "dry-run": "true", "a b": "c", "unknown": "",
	} {
		if got := j.Input(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	want := []string{"a_b", "dry-run", "dry_run", "path", "run-id", "workspace_id"}
	if diff := cmp.Diff(want, j.InputNames()); diff != "" {
		t.Errorf("names: %s", diff)
	}
}

// On GitHub every declared input is set: an undeclared one with underscores must not replace an empty one.
func TestInputPrefersTheDeclaredName(t *testing.T) {
	t.Parallel()
	j, _ := onGitHub(t, "INPUT_RUN-ID=", "INPUT_RUN_ID=run-1")
	if got := j.Input("run-id"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	j, _ := newJob(t, "A=1", "A=2", "B=x=y", "C", "STATE_run-id=run-1", "GITHUB_ACTIONS=false")
	for name, want := range map[string]string{"A": "2", "B": "x=y", "C": "", "D": ""} {
		if got := j.Env(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if j.OnGitHub() || j.Debugging() {
		t.Errorf("on GitHub %v, debugging %v, want neither", j.OnGitHub(), j.Debugging())
	}
	if got, want := j.State("run-id"), "run-1"; got != want {
		t.Errorf("state: got %q, want %q", got, want)
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	j, _ := newJob(t, "GITHUB_WORKSPACE=/github/workspace")
	if got, want := j.Root(), "/github/workspace"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if j, _ = newJob(t); j.Root() != here {
		t.Errorf("got %q, want %q", j.Root(), here)
	}
}

func TestTempDirs(t *testing.T) {
	t.Parallel()
	runner, tmp := t.TempDir(), t.TempDir()
	file := filepath.Join(tmp, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ runner, tmp, want string }{
		"both":               {runner, tmp, runner + " " + tmp},
		"the same":           {tmp, tmp, tmp},
		"a path of the host": {"/home/runner/work/_temp-that-is-not-here", tmp, tmp},
		"a file":             {file, "", ""},
		"relative":           {".", "", ""},
		"none":               {"", "", ""},
	} {
		j, _ := newJob(t, "RUNNER_TEMP="+c.runner, "TMPDIR="+c.tmp)
		got := strings.Join(j.TempDirs(), " ")
		if !strings.HasPrefix(got, c.want) || strings.Contains(got, "not-here") || strings.Contains(got, file) || strings.HasPrefix(got, ".") {
			t.Errorf("%s: got %q, want %q first", name, got, c.want)
		}
		if c.want == "" && strings.Contains(got, tmp) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// The runner passes these to every container; the password of a proxy is the administrator's.
func TestGivenSecretsAreRedacted(t *testing.T) {
	t.Parallel()
	j, out := newJob(
		t, "ACTIONS_RUNTIME_TOKEN=runtime-"+canary, "ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-"+canary,
		"HTTPS_PROXY=http://me:proxy-pass-word@proxy:3128", "http_proxy=http://[",
	)
	j.Infof("a runtime-%s b request-%s c proxy-pass-word d me", canary, canary)
	if got, want := out.String(), "a *** b *** c *** d me\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
