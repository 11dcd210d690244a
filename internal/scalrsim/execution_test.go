package scalrsim

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const executedConfiguration = `
variable "name" { default = "world" }
variable "secret" {
  default   = "none"
  sensitive = true
}
resource "terraform_data" "first" { input = "hello ${var.name}" }
resource "terraform_data" "second" { input = var.secret }
output "greeting" { value = terraform_data.first.output }
output "secret" {
  value     = terraform_data.second.output
  sensitive = true
}
`

// executing returns a server that executes configurations. It skips the test if no tool is installed.
func executing(t *testing.T) (*Server, *http.Client) {
	t.Helper()
	s := New(Scenario{Script: RunScript{Execute: true}})
	if !s.Executes() {
		t.Skip("neither terraform nor tofu is on the PATH")
	}
	t.Cleanup(s.Close)
	return s, s.Client()
}

// until waits for one of the statuses and returns the document of the run.
func until(t *testing.T, s *Server, run string, want ...string) string {
	t.Helper()
	for range 600 {
		_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+run+"?include=plan,apply", "")
		for _, status := range want {
			if get(t, body, "data.attributes.status") == status {
				return body
			}
		}
		if err := wait(t.Context(), 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("the run did not reach %v: %s", want, statuses(s))
	return ""
}

func TestExecutes(t *testing.T) {
	t.Parallel()
	s, client := executing(t)
	api := s.URL() + BasePath
	files := map[string]string{"main.tf": executedConfiguration}

	dry := start(t, s, client, files, `{"is-dry":true,"variables":[
		{"key":"name","value":"${moon}","category":"terraform"},
		{"key":"secret","value":"sim-secret-17","category":"terraform","sensitive":true}]}`)
	body := until(t, s, dry, "planned_and_finished", "errored")
	plan := get(t, body, "data.relationships.plan.data.id").(string)
	if !strings.Contains(body, `"resource-additions":2`) || get(t, body, "data.attributes.has-changes") != true {
		t.Errorf("got %s, want a plan that adds two resources", body)
	}
	if strings.Contains(body, "sim-secret-17") {
		t.Errorf("the response includes the value of a sensitive variable: %s", body)
	}
	_, log := send(t, client, "GET", api+"/plans/"+plan+"/output", "")
	if !strings.Contains(log, "\x1b[") || !strings.Contains(log, "hello ${moon}") {
		t.Errorf("got the log %q, want colors and the variable", log)
	}
	_, clean := send(t, client, "GET", api+"/plans/"+plan+"/output?clean=true", "")
	if strings.Contains(clean, "\x1b") || !strings.Contains(clean, "Plan: 2 to add") {
		t.Errorf("got the log %q, want no colors", clean)
	}
	_, sanitized := send(t, client, "GET", api+"/plans/"+plan+"/sanitized-json-output", "")
	if strings.Contains(sanitized, "sim-secret-17") || !strings.Contains(sanitized, "hello ${moon}") {
		t.Errorf("not sanitized: %s", sanitized)
	}
	_, full := send(t, client, "GET", api+"/plans/"+plan+"/json-output", "")
	if !strings.Contains(full, "sim-secret-17") {
		t.Errorf("the full plan does not contain the secret: %s", full)
	}
	wantNoObjections(t, s)
}

func TestExecutionState(t *testing.T) {
	t.Parallel()
	s, client := executing(t)
	api := s.URL() + BasePath
	files := map[string]string{"main.tf": executedConfiguration}

	run := start(t, s, client, files, `{"is-dry":false,"auto-apply":false}`)
	until(t, s, run, "planned", "errored")
	if r, _ := send(t, client, "POST", api+"/runs/"+run+"/actions/apply", `{"comment":"go"}`); r.StatusCode != 202 {
		t.Errorf("confirm: got %d, want 202", r.StatusCode)
	}
	body := until(t, s, run, "applied", "errored")
	if !strings.Contains(body, `"resource-additions":2`) || get(t, body, "data.attributes.status") != "applied" {
		t.Errorf("got %s, want an apply that adds two resources", body)
	}
	_, outputs := send(t, client, "GET", api+"/workspaces/"+WorkspaceID+"/outputs", "", func(r *http.Request) { r.Header.Set("Accept", "application/json") })
	if want := `{"data":[{"name":"greeting","sensitive":false,"value":"hello world"},{"name":"secret","sensitive":true,"value":"none"}]}`; outputs != want {
		t.Errorf("outputs\ngot  %s\nwant %s", outputs, want)
	}

	again := start(t, s, client, files, `{"is-dry":true}`)
	if body := until(t, s, again, "planned_and_finished", "errored"); get(t, body, "data.attributes.has-changes") != false {
		t.Errorf("got %s, want a second plan without changes", body)
	}
	destroy := start(t, s, client, files, `{"is-dry":false,"auto-apply":true,"is-destroy":true}`)
	if body := until(t, s, destroy, "applied", "errored"); !strings.Contains(body, `"resource-destructions":2`) {
		t.Errorf("got %s, want a run that destroys two resources", body)
	}
	wantNoObjections(t, s)
}

func TestExecutionFails(t *testing.T) {
	t.Parallel()
	s, client := executing(t)
	run := start(t, s, client, map[string]string{"main.tf": `resource "terraform_data" {`}, `{"is-dry":true}`)
	body := until(t, s, run, "errored")
	plan := get(t, body, "data.relationships.plan.data.id").(string)
	_, log := send(t, client, "GET", s.URL()+BasePath+"/plans/"+plan+"/output?clean=true", "")
	if !strings.Contains(log, "Error: ") {
		t.Errorf("the log does not contain the error: %q", log)
	}
	if get(t, body, "data.attributes.error-message") == nil {
		t.Error("the run has no error-message")
	}
}

// TestCancelInterruptsTool checks that a cancel ends the command that the tool executes.
func TestCancelInterruptsTool(t *testing.T) {
	t.Parallel()
	s, client := executing(t)
	file := filepath.Join(t.TempDir(), "pid")
	run := start(t, s, client, map[string]string{"main.tf": fmt.Sprintf(`
resource "terraform_data" "slow" {
  provisioner "local-exec" { command = "echo $$ >%[1]s.new; mv %[1]s.new %[1]s; exec sleep 600" }
}`, file)}, `{"is-dry":false,"auto-apply":true}`)
	until(t, s, run, "applying", "errored")
	var pid int
	eventually(t, func() bool {
		text, _ := os.ReadFile(file)
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid > 0
	})
	command, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Kill() })
	if r, _ := send(t, client, "POST", s.URL()+BasePath+"/runs/"+run+"/actions/cancel", `{}`); r.StatusCode != 202 {
		t.Errorf("cancel: got %d, want 202", r.StatusCode)
	}
	until(t, s, run, "canceled")
	eventually(t, func() bool { return command.Signal(syscall.Signal(0)) != nil })
}

// eventually waits until the condition holds.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for range 600 {
		if condition() {
			return
		}
		if err := wait(t.Context(), 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the condition does not hold after a minute")
}

func TestExecutesWithRunAndWorkspaceSettings(t *testing.T) {
	t.Parallel()
	s := New(Scenario{Script: RunScript{Execute: true}, Config: Config{Workspace: object{"working-directory": "live", "var-files": list{"eu.tfvars"}}}})
	if !s.Executes() {
		t.Skip("neither terraform nor tofu is on the PATH")
	}
	t.Cleanup(s.Close)
	run := start(t, s, s.Client(), map[string]string{
		"live/eu.tfvars": `region = "eu"`,
		"live/main.tf": `
variable "region" {}
variable "zones" { type = list(string) }
variable "owner" {}
resource "terraform_data" "wanted" { input = "${var.region} ${join("+", var.zones)} ${var.owner}" }
resource "terraform_data" "other" {}`,
	}, `{"is-dry":true,"target-addrs":["terraform_data.wanted"],"variables":[
		{"key":"zones","value":"[\"a\", \"b\"]","category":"terraform","hcl":true},
		{"key":"TF_VAR_owner","value":"ops","category":"shell"}]}`)
	body := until(t, s, run, "planned_and_finished", "errored")
	_, log := send(t, s.Client(), "GET", s.URL()+BasePath+"/plans/"+get(t, body, "data.relationships.plan.data.id").(string)+"/output?clean=true", "")
	if !strings.Contains(log, "eu a+b ops") || !strings.Contains(log, "Plan: 1 to add") {
		t.Errorf("got %s", log)
	}
}

// TestExecutesBetweenRequests checks that an executed run progresses without requests.
func TestExecutesBetweenRequests(t *testing.T) {
	t.Parallel()
	s, client := executing(t)
	start(t, s, client, example, `{"is-dry":true}`)
	for range 300 {
		s.mu.Lock()
		final := terminal(s.runs[0].status)
		s.mu.Unlock()
		if final {
			return
		}
		if err := wait(t.Context(), 100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("the run did not finish, its statuses are %s", statuses(s))
}

// TestChangesOfPlan: an object that is replaced but kept is not counted as destroyed.
func TestChangesOfPlan(t *testing.T) {
	t.Parallel()
	for actions, want := range map[string]string{
		`"create"`: "create", `"delete","create"`: "replace", `"create","delete"`: "replace", `"create","forget"`: "create", `"forget","create"`: "create",
	} {
		changes, changed, err := changesIn([]byte(`{"resource_changes":[{"address":"a.b","mode":"managed","change":{"actions":[` + actions + `]}}]}`))
		if err != nil || !changed || len(changes) != 1 || changes[0].Action != want {
			t.Errorf("%s: got %v, %t, %v, want %s", actions, changes, changed, err, want)
		}
	}
}
