package runner_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// hostile is text that a shell must not interpret.
const hostile = "it's \"quoted\" `touch canary` $(touch canary) ${HOME} \\ %s ; touch canary & é\n" +
	"SCALR_RESULT='forged'\n'; touch canary; '"

// gitLabToken has the form of GitLab's ID tokens. Its claims are {"iss": "https://gitlab.com", "sub":
// "project_path:acme/infra:ref_type:branch:ref:main", "aud": "https://acme.scalr.io", "project_path": "acme/infra"}.
const gitLabToken = "eyJraWQiOiJrIiwidHlwIjoiSldUIiwiYWxnIjoiUlMyNTYifQ." +
	"eyJpc3MiOiJodHRwczovL2dpdGxhYi5jb20iLCJzdWIiOiJwcm9qZWN0X3BhdGg6YWNtZS9pbmZyYTpyZWZfdHlwZTpicmFuY2g6cmVmOm1haW4i" +
	"LCJhdWQiOiJodHRwczovL2FjbWUuc2NhbHIuaW8iLCJwcm9qZWN0X3BhdGgiOiJhY21lL2luZnJhIn0.c2lnbmF0dXJlc2lnbmF0dXJl"

// signedIn is the environment of a job of GitLab that signs in with its ID token.
var signedIn = []string{"SCALR_ID_TOKEN=" + gitLabToken, "INPUT_SERVICE_ACCOUNT=deployer@acme.scalr.io"}

// shell runs a script by sh in a checkout, with the image under test.
func shell(t *testing.T, dir, script string, server *scalrsim.Server, env ...string) *exec.Cmd {
	t.Helper()
	script = releasedImage.ReplaceAllLiteralString(script, image(t))
	script = strings.ReplaceAll(script, "acme.scalr.io", server.URL())
	script = strings.ReplaceAll(script, "docker run --rm", "docker run --rm --network host")
	script = strings.ReplaceAll(script, `rm -rf "$out"`, "true") // the tests read these files
	agent := filepath.Join(outside(dir), "buildkite-agent")
	if err := os.WriteFile(agent, []byte("#!/bin/sh\necho \"$*\" >>\"${0%/*}/agent.log\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-eu", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SCALR_HOSTNAME="+server.URL(), "SCALR_TOKEN="+scalrsim.Token, "SCALR_IMAGE="+image(t),
		"INPUT_MESSAGE="+hostile)
	cmd.Env = append(cmd.Env, "TMPDIR="+outside(dir), "WORKSPACE_TMP="+outside(dir), "CI_PROJECT_DIR="+dir,
		"BASH_ENV="+filepath.Join(outside(dir), "bash_env"),
		"AGENT_TEMPDIRECTORY="+outside(dir), "PATH="+outside(dir)+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, signedIn...)
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// outside is the directory for files outside the checkout.
func outside(dir string) string { return dir + ".tmp" }

func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	copyDir(t, filepath.Join(root(t), "demo/network"), filepath.Join(dir, "infra"))
	if err := os.Mkdir(outside(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(outside(dir)) })
	// Files in a branch with the names of the action's files.
	for _, name := range []string{"scalr.env", "scalr.properties"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("touch canary\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("canary", filepath.Join(dir, "scalr.md")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// written returns the path of a file that the script has outside the checkout.
func written(t *testing.T, dir, name string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(outside(dir), "*", name))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s is at %q, want one place outside the checkout (%v)", name, found, err)
	}
	return found[0]
}

// sourced returns the outputs as sh reads them, and checks that sh executes nothing.
func sourced(t *testing.T, dir string) map[string]string {
	t.Helper()
	cmd := exec.Command("sh", "-eu", "-c", `set -a; . "$0"; exec env -0`, written(t, dir, "scalr.env"))
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH")}
	values := map[string]string{}
	for pair := range strings.SplitSeq(output(t, cmd), "\x00") {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "SCALR_") {
			values[name] = value
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "canary")); err == nil {
		t.Error("a value was executed")
	}
	return values
}

func TestShell(t *testing.T) {
	t.Parallel()
	image(t)
	scripts := shellScripts(t)
	delete(scripts, "Jenkins' apply")
	delete(scripts, "GitLab's apply")
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, server := checkout(t), scalr(t, named(t, "plan-changes"))
			cmd := shell(t, dir, script, server, "BUILD_TAG="+hostile, "BUILD_URL=https://jenkins.acme.example/7",
				"BRANCH_NAME=wider",
				"bamboo_scalr_token_secret="+scalrsim.Token, "bamboo_buildResultKey="+hostile,
				"bamboo_buildResultsUrl=https://bamboo.acme.example",
				"CI_COMMIT_TITLE="+hostile, "CI_JOB_URL=https://gitlab.acme.example/7", "INPUT_DRY_RUN=true", "BUILD_BUILDNUMBER=7",
				"BUILD_SOURCEVERSIONMESSAGE="+hostile,
				"CIRCLE_PROJECT_REPONAME=infra", "CIRCLE_BRANCH="+hostile, "CIRCLE_BUILD_URL=https://circle.acme.example/7",
				"BUILDKITE_MESSAGE="+hostile, "BUILDKITE_BUILD_URL=https://buildkite.acme.example/7")
			log := output(t, cmd)
			got := sourced(t, dir)
			runs := server.Runs()
			if len(runs) != 1 || got["SCALR_RUN_ID"] != runs[0].ID || got["SCALR_RESULT"] != "planned" || !runs[0].Dry {
				t.Errorf("the outputs are %v, the runs are %+v", got, runs)
			}
			if message, _ := runs[0].Attributes["message"].(string); !strings.Contains(message,
				"`touch canary` $(touch canary)") {
				t.Errorf("the message is %q, want the hostile one", message)
			}
			if (name == "GitLab") != strings.Contains(log, "Signed in as deployer@acme.scalr.io") {
				t.Errorf("want GitLab's job, and no other, signed in with an ID token:\n%s", log)
			}
			if strings.Contains(log, "::") || strings.Contains(log, scalrsim.Token) || strings.Contains(log, gitLabToken) {
				t.Errorf("want a plain log without the token:\n%s", log)
			}
			if summary, err := os.ReadFile(written(t, dir, "scalr.md")); err != nil ||
				!strings.Contains(string(summary), got["SCALR_RUN_URL"]) {
				t.Errorf("the summary is %q, %v", summary, err)
			}
			if name == "Jenkins" || name == "Bamboo" || name == "GitLab" { // the file is an artifact
				if artifact, err := os.ReadFile(filepath.Join(dir, "scalr.md")); err != nil ||
					!strings.Contains(string(artifact), got["SCALR_RUN_URL"]) {
					t.Errorf("the artifact is %q, %v", artifact, err)
				}
			}
		})
	}
}

// Jenkins applies the approved run.
func TestShellJenkinsApplies(t *testing.T) {
	t.Parallel()
	image(t)
	scripts, dir, server := shellScripts(t), checkout(t), scalr(t, scalrsim.Scenario{})
	output(t, shell(t, dir, scripts["Jenkins"], server, "BUILD_TAG=b-7", "BUILD_URL=https://jenkins.acme.example/7",
		"BRANCH_NAME=main"))
	got := sourced(t, dir)
	if got["SCALR_RESULT"] != "needs-confirmation" {
		t.Fatalf("the outputs of the plan are %v", got)
	}
	output(t, shell(t, dir, scripts["Jenkins' apply"], server, "SCALR_RUN_ID="+got["SCALR_RUN_ID"],
		"SCALR_VERSION_ID="+got["SCALR_CONFIGURATION_VERSION_ID"]))
	if runs := server.Runs(); len(runs) != 1 || runs[0].Status != "applied" {
		t.Errorf("the runs are %+v, want one that is applied", runs)
	}
}

// GitLab applies the run of the previous job, whose ids are in the dotenv report.
func TestShellGitLabApplies(t *testing.T) {
	t.Parallel()
	image(t)
	scripts, dir, server := shellScripts(t), checkout(t), scalr(t, scalrsim.Scenario{})
	output(t, shell(t, dir, scripts["GitLab"], server, "INPUT_DRY_RUN=false", "INPUT_AUTO_APPLY=false",
		"CI_COMMIT_TITLE=wider", "CI_JOB_URL=https://gitlab.acme.example/7"))
	report, err := os.ReadFile(filepath.Join(dir, "scalr.dotenv"))
	if err != nil {
		t.Fatal(err)
	}
	variables := strings.Fields(string(report))
	if len(variables) != 3 || variables[0] != "SCALR_RESULT=needs-confirmation" {
		t.Fatalf("the dotenv report is %q", report)
	}
	output(t, shell(t, dir, scripts["GitLab's apply"], server, variables...))
	if runs := server.Runs(); len(runs) != 1 || runs[0].Status != "applied" {
		t.Errorf("the runs are %+v, want one that is applied", runs)
	}
}

// The image works for any owner of the directory.
func TestShellAsOtherUser(t *testing.T) {
	t.Parallel()
	image(t)
	if os.Getuid() != 0 {
		t.Skip("only root can give a directory to another user")
	}
	dir, server := checkout(t), scalr(t, named(t, "plan-changes"))
	files := filepath.Join(outside(dir), "files")
	if err := os.Mkdir(files, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{dir, files} {
		if err := os.Chown(d, 1234, 1234); err != nil {
			t.Fatal(err)
		}
	}
	output(t, shell(t, dir,
		strings.NewReplacer("$(id -u):$(id -g)", "1234:1234", "$(mktemp -d)", files).Replace(shellScripts(t)["line"]),
		server))
	if got := sourced(t, dir); got["SCALR_RESULT"] != "planned" {
		t.Errorf("the outputs are %v", got)
	}
	info, err := os.Stat(written(t, dir, "scalr.md"))
	if err != nil {
		t.Fatal(err)
	}
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != 1234 {
		t.Errorf("the summary belongs to %d, want 1234", owner)
	}
}

func TestShellHostileOutputs(t *testing.T) {
	t.Parallel()
	image(t)
	scenario := scalrsim.Scenario{Script: scalrsim.RunScript{Outputs: []scalrsim.Output{{Name: "banner", Value: hostile}}}}
	dir, server := checkout(t), scalr(t, scenario)
	script := strings.Replace(shellScripts(t)["line"], "--env INPUT_MESSAGE",
		"--env INPUT_MESSAGE --env INPUT_DRY_RUN=false --env INPUT_AUTO_APPLY=true", 1)
	output(t, shell(t, dir, script, server))
	got := sourced(t, dir)
	var outputs map[string]string
	if err := json.Unmarshal([]byte(got["SCALR_TERRAFORM_OUTPUTS"]), &outputs); err != nil ||
		outputs["banner"] != hostile {
		t.Errorf("the outputs are %q (%v), want %q", outputs, err, hostile)
	}
	if got["SCALR_RESULT"] != "applied" {
		t.Errorf("the result is %q among %v, want applied", got["SCALR_RESULT"], slices.Sorted(maps.Keys(got)))
	}
}

func TestShellBadInput(t *testing.T) {
	t.Parallel()
	image(t)
	server := scalr(t, scalrsim.Scenario{})
	cmd := shell(t, checkout(t), strings.Replace(shellScripts(t)["line"], "INPUT_PATH=infra", "INPUT_PATH=nowhere", 1),
		server)
	if log, err := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(log), "nowhere") {
		t.Errorf("the line ended with %v, want exit code 2:\n%s", err, log)
	}
}

func TestShellSignals(t *testing.T) {
	t.Parallel()
	image(t)
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			dir, server := checkout(t),
				scalr(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 5 * time.Minute}}})
			cmd := shell(t, dir, strings.Replace(shellScripts(t)["line"], "docker run", "exec docker run", 1), server)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			awaitSeen(t, server, "planning")
			if err := cmd.Process.Signal(signal); err != nil {
				t.Error(err)
			}
			if err := cmd.Wait(); cmd.ProcessState.ExitCode() != code {
				t.Errorf("the line ended with %v, want exit code %d", err, code)
			}
			if run := server.Runs()[0]; run.Status != "canceled" || sourced(t, dir)["SCALR_RESULT"] != "interrupted" {
				t.Errorf("the run is %s, the outputs are %v", run.Status, sourced(t, dir))
			}
		})
	}
}
