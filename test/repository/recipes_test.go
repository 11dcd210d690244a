package repository_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestAlertPayload runs the check of the payload in examples/alert.yml: its outputs must consist of values from
// the recipe.
func TestAlertPayload(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"STATE":     "ACTIVATED",
		"PRIORITY":  "CRITICAL",
		"CONDITION": "Checkout queue is long",
		"ISSUE":     "0ea2df1c-adab-45d2-aae0-042b609d2322",
	}
	for name, c := range map[string]struct {
		payload map[string]string
		want    string
	}{
		"good": {
			payload: map[string]string{"STATE": "ACTIVATED"},
			want:    "workspace=production/checkout\nworkers=8\nissue=0ea2df1c-adab-45d2-aae0-042b609d2322\n",
		},
		"closed":            {payload: map[string]string{"STATE": "CLOSED"}},
		"not critical":      {payload: map[string]string{"PRIORITY": "LOW"}},
		"unknown condition": {payload: map[string]string{"CONDITION": "x"}, want: "exit"},
		"command":           {payload: map[string]string{"CONDITION": "$(touch hit)"}, want: "exit"},
		"pattern":           {payload: map[string]string{"CONDITION": "*"}, want: "exit"},
		"forged output":     {payload: map[string]string{"ISSUE": "0ea2df1c\nworkspace=production/vault"}, want: "exit"},
		"no issue":          {payload: map[string]string{"ISSUE": ""}, want: "exit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := playScript(t, "alert.yml", "answer", "alert", changed(good, c.payload), "")
			if got != c.want {
				t.Errorf("got the outputs %q, want %q", got, c.want)
			}
		})
	}
}

// TestChatPayload does the same for examples/chat.yml.
func TestChatPayload(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"COMMAND":    "apply",
		"WORKSPACE":  "checkout",
		"SLACK_USER": "U012AB3CD",
		"MAY_APPLY":  "U0AAAAAAA U012AB3CD",
	}
	for name, c := range map[string]struct {
		payload map[string]string
		want    string
	}{
		"apply": {
			payload: map[string]string{"COMMAND": "apply"},
			want:    "dry-run=false\nauto-apply=true\nworkspace=staging/checkout\nuser=U012AB3CD\n",
		},
		"plan": {
			payload: map[string]string{"COMMAND": "plan"},
			want:    "dry-run=true\nauto-apply=\nworkspace=staging/checkout\nuser=U012AB3CD\n",
		},
		"other command":           {payload: map[string]string{"COMMAND": "destroy"}, want: "exit"},
		"an apply is not allowed": {payload: map[string]string{"MAY_APPLY": ""}, want: "exit"},
		"others may apply":        {payload: map[string]string{"MAY_APPLY": "U012AB3CDE"}, want: "exit"},
		"pattern as a user":       {payload: map[string]string{"SLACK_USER": "*"}, want: "exit"},
		"forged user": {
			payload: map[string]string{"SLACK_USER": "U012AB3CD\ndry-run=false", "COMMAND": "plan"},
			want:    "exit",
		},
		"other workspace":  {payload: map[string]string{"WORKSPACE": "../production/checkout"}, want: "exit"},
		"forged workspace": {payload: map[string]string{"WORKSPACE": "checkout\nuser=x"}, want: "exit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := playScript(t, "chat.yml", "command", "command", changed(good, c.payload), "")
			if got != c.want {
				t.Errorf("got the outputs %q, want %q", got, c.want)
			}
		})
	}
}

// TestDriftIssue runs the script of examples/drift.yml with a fake gh: there must be at most one issue.
func TestDriftIssue(t *testing.T) {
	t.Parallel()
	const other, ours = `{"number":3,"title":"Drift in staging/network"}`, `{"number":7,"title":"Drift in ` +
		`production/network"}`
	for name, c := range map[string]struct{ drift, issues, want string }{
		"drift, no issue":    {"true", "[" + other + "]", "issue create"},
		"drift, an issue":    {"true", "[" + other + "," + ours + "]", "issue edit 7"},
		"no drift, no issue": {"false", "[" + other + "]", ""},
		"no drift, an issue": {"false", "[" + ours + "]", "issue close 7"},
		"not known":          {"", "[" + ours + "]", "exit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gh := `case "$1 $2" in "label create") ;; "issue list") printf '%s' "$ISSUES" ;; *) echo "$1 $2 $3" ` +
				`>>"$GITHUB_OUTPUT" ;; esac`
			env := map[string]string{
				"TITLE":   "Drift in production/network",
				"DRIFT":   c.drift,
				"RUN_URL": "https://acme.scalr.io/run",
				"ISSUES":  c.issues,
			}
			got := strings.TrimSpace(strings.TrimSuffix(playScript(t, "drift.yml", "drift", "Open, update or close the issue",
				env, gh), "--title\n"))
			if got != c.want {
				t.Errorf("got the call %q, want %q", got, c.want)
			}
		})
	}
}

// TestSweptPreviews runs the script of examples/preview-sweep.yml: it must select only previews of closed pull
// requests, and continue after a preview without a pull request.
func TestSweptPreviews(t *testing.T) {
	t.Parallel()
	gh := `case "$3" in 5) exit 1 ;; 8) echo OPEN ;; 9) echo MERGED ;; *) echo CLOSED ;; esac`
	env := map[string]string{
		"ENVIRONMENTS": `[{"name":"preview-5"},{"name":"preview-7"},{"name":"preview-8"},{"name":"preview-9"},` +
			`{"name":"preview-7x"},{"name":"$(touch hit)"}]`,
	}
	got := playScript(t, "preview-sweep.yml", "find", "closed", env, gh)
	if want := "numbers=[7,9]\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFanOutBeyondOneMatrix runs the check of the matrix size in examples/fan-out.yml.
func TestFanOutBeyondOneMatrix(t *testing.T) {
	t.Parallel()
	for count, want := range map[string]string{"0": "", "256": "", "257": "exit", "1000": "exit"} {
		if got := playScript(t, "fan-out.yml", "list", "Check the limit of a matrix",
			map[string]string{"COUNT": count}, ""); got != want {
			t.Errorf("%s environments: got %q, want %q", count, got, want)
		}
	}
}

// TestAllPlans runs the required check of examples/matrix.yml: only an unnecessary plan may be missing.
func TestAllPlans(t *testing.T) {
	t.Parallel()
	const some = `[{"workspace":"staging/network","path":"infra/network"}]`
	for name, c := range map[string]struct{ changes, workspaces, plan, want string }{
		"planned":                   {"success", some, "success", ""},
		"nothing to plan":           {"success", "[]", "skipped", ""},
		"skipped":                   {"success", some, "skipped", "exit"},
		"failed":                    {"success", some, "failure", "exit"},
		"canceled":                  {"success", some, "cancelled", "exit"},
		"workspaces not found":      {"failure", "", "skipped", "exit"},
		"canceled before":           {"cancelled", "[]", "skipped", "exit"},
		"no list of workspaces":     {"success", "", "skipped", "exit"},
		"skipped from the first on": {"skipped", "", "skipped", "exit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"CHANGES": c.changes, "WORKSPACES": c.workspaces, "PLAN": c.plan}
			if got := playScript(t, "matrix.yml", "all", "Check that each changed workspace has been planned", env,
				""); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func changed(all, some map[string]string) map[string]string {
	env := maps.Clone(all)
	maps.Copy(env, some)
	return env
}

// playScript runs the script of a recipe's step like the runner, with the source of a fake gh, and returns the
// outputs; "exit" if the step failed.
func playScript(t *testing.T, file, jobName, stepName string, env map[string]string, gh string) string {
	t.Helper()
	for _, tool := range []string{"bash", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to play scripts of recipes", tool)
		}
	}
	dir := t.TempDir()
	output := filepath.Join(dir, "output")
	if err := os.WriteFile(output, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "gh"), []byte("#!/bin/sh\n"+gh+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script(t, file, jobName, stepName))
	command.Dir = dir
	command.Env = []string{"PATH=" + dir + string(os.PathListSeparator) + os.Getenv("PATH"), "GITHUB_OUTPUT=" + output}
	for name, value := range env {
		command.Env = append(command.Env, name+"="+value)
	}
	log, err := command.CombinedOutput()
	if _, hit := os.Stat(filepath.Join(dir, "hit")); hit == nil {
		t.Error("the payload was executed")
	}
	if err != nil {
		t.Logf("%v: %s", err, log)
		return "exit"
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// script finds a step by its id or name.
func script(t *testing.T, file, jobName, stepName string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("examples", file))
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	if err := yaml.Unmarshal(content, &w); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Jobs[jobName].Steps {
		if s.Run != "" && (s.ID == stepName || s.Name == stepName) {
			return s.Run
		}
	}
	t.Fatalf("examples/%s has no step %q with a script", file, stepName)
	return ""
}
