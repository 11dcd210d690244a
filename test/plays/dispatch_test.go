package plays

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// workers is a configuration in which an alert changes the number of workers.
func workers() map[string]string {
	return map[string]string{"infra/service/main.tf": `
variable "workers" {
  type    = number
  default = 1
}
resource "terraform_data" "worker" { count = var.workers }
`}
}

// TestExampleAlert checks that a configured alert only sets values from the file.
func TestExampleAlert(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t))
	for _, name := range []string{"checkout", "search"} {
		s.scalr.AddWorkspace(scalrsim.EnvironmentID, name, nil)
	}
	s.commit("main", workers())
	payload := object{
		"issueId":   "d1bc04e1-3f5b-4a1d-9c5e-2a4c8c8a1b7d",
		"state":     "ACTIVATED",
		"priority":  "CRITICAL",
		"condition": "Checkout queue is long",
	}
	job := s.run("alert.yml", dispatch("newrelic-alert", payload)).ended("answer", "success")
	if got := job.step("run").outputs["summary"]; got != "8 added, 0 changed, 0 destroyed" {
		t.Errorf("the run: %s", got)
	}
	run := s.scalr.Runs()[0]
	if run.Attributes["message"] != "New Relic issue d1bc04e1-3f5b-4a1d-9c5e-2a4c8c8a1b7d "+
		"https://github.com/acme/infra/actions/runs/1/attempts/1" {
		t.Errorf("got the message %q", run.Attributes["message"])
	}
	if s.run("alert.yml", dispatch("slack-command", payload)).started {
		t.Error("another dispatch started the workflow")
	}
}

// hostile contains payload values that an attacker with the token could send.
var hostile = []any{
	"",
	nil,
	"a'; touch pwned; '",
	"$(touch pwned)",
	"`touch pwned`",
	"x\nworkspace=production/network",
	"x\r\nworkspace=production/network",
	"x\n::set-output name=workspace::production/network",
	"../../production/network",
	"*",
	"[a-z]*",
	"-n",
	"%0Aworkspace=production/network",
	"x\nworkspace<<E\nproduction/network\nE",
	"${{ secrets.SCALR_TOKEN }}",
	strings.Repeat("A", 100<<10),
	object{"a": "b"},
	list{"plan"},
	true,
	1e21,
	"\u202eplan",
	"plan\n",
	" plan",
	"d1bc04e1\nworkspace=production/network",
}

// someHostile returns every third of the hostile values, beginning with the given one, or all with TESTS=all or SOAK=1:
// each of them is a workflow with several processes.
func someHostile(first int) (some []any) {
	if everything() {
		return slices.Clone(hostile)
	}
	for i := first % 3; i < len(hostile); i += 3 {
		some = append(some, hostile[i])
	}
	return some
}

func TestExampleAlertRefusesHostilePayloads(t *testing.T) {
	t.Parallel()
	good := object{
		"issueId":   "d1bc04e1-3f5b",
		"state":     "ACTIVATED",
		"priority":  "CRITICAL",
		"condition": "Checkout queue is long",
	}
	s := newTestbed(t, scripted())
	s.commit("main", workers())
	for i, name := range []string{"issueId", "condition"} {
		for _, text := range someHostile(i) {
			s.refuses("alert.yml", "answer", "newrelic-alert", good, name, text, "failure")
		}
	}
	// Only critical alerts start a run.
	for i, name := range []string{"state", "priority"} {
		for _, text := range append(someHostile(i+2), "CLOSED", "activated") {
			s.refuses("alert.yml", "answer", "newrelic-alert", good, name, text, "success")
		}
	}
	s.run("alert.yml", dispatch("newrelic-alert", nil)).ended("answer", "success")
	s.run("alert.yml", dispatch("newrelic-alert", list{"x"})).ended("answer", "success")
	s.nothingWritten()
}

func TestExampleChatRefusesHostilePayloads(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, scripted(), "jq", "curl")
	s.commit("main", workers())
	url, letters := mailbox(t)
	s.secrets["SLACK_WEBHOOK_URL"] = url
	s.vars["SLACK_USERS"] = "U012AB3CD W99999"
	good := object{"command": "plan", "workspace": "checkout", "user": "U012AB3CD"}
	for i, name := range []string{"command", "workspace", "user"} {
		for _, text := range someHostile(i) {
			s.refuses("chat.yml", "command", "slack-command", good, name, text, "failure")
		}
	}
	for _, user := range []string{"U012AB3CE", "W9999", "U012AB3CD W99999", "U012AB3C"} {
		s.refuses("chat.yml", "command", "slack-command", object{"command": "apply", "workspace": "checkout", "user": user},
			"user", user, "failure")
	}
	s.vars["SLACK_USERS"] = ""
	s.refuses("chat.yml", "command", "slack-command", object{"command": "apply", "workspace": "checkout"}, "user",
		"U012AB3CD", "failure")
	s.nothingWritten()
	if got := letters(); len(got) > 0 {
		t.Errorf("the channel heard %q", got)
	}
}

// refuses runs a dispatch with one invalid value. No step after the check may start, and the value must have no effect.
func (s *testbed) refuses(file, job, kind string, good object, name string, value any, result string) {
	s.t.Helper()
	payload := maps.Clone(good)
	payload[name] = value
	e := dispatch(kind, payload)
	e.about += fmt.Sprintf(" with %s %.60q", name, fmt.Sprint(value))
	p := s.run(file, e)
	record := p.ended(job, result)
	if got := record.steps[0].outputs; len(got) > 0 {
		s.t.Errorf("%s %q: the check gave the outputs %q", name, value, got)
	}
	for _, step := range record.steps[1:] {
		if step.outcome != "skipped" {
			s.t.Errorf("%s %q: step %q was %s", name, value, step.title, step.outcome)
		}
	}
	for _, dir := range s.workspaces {
		if found, _ := filepath.Glob(filepath.Join(dir, "*")); len(found) > 0 {
			s.t.Errorf("%s %q: it left %s", name, value, found)
		}
		os.RemoveAll(dir)
	}
	s.workspaces = nil
}

func (s *testbed) nothingWritten() {
	s.t.Helper()
	if got := s.scalr.Requests(); len(got) > 0 {
		s.t.Errorf("Scalr got %d requests, the first %s %s", len(got), got[0].Method, got[0].Path)
	}
}

// TestExampleChat tests both commands, and a run that fails.
func TestExampleChat(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraform(t), "jq", "curl")
	s.scalr.AddWorkspace(scalrsim.StagingID, "checkout", nil)
	s.commit("main", workers())
	url, letters := mailbox(t)
	s.secrets["SLACK_WEBHOOK_URL"] = url
	s.vars["SLACK_USERS"] = "W99999 U012AB3CD"
	for i, c := range []struct{ command, workspace, user, ends, posts string }{
		{
			command:   "plan",
			workspace: "checkout",
			user:      "U555555",
			ends:      "success",
			posts:     "staging/checkout: planned 1 to add, 0 to change, 0 to destroy " + s.scalrURL,
		},
		{
			command:   "apply",
			workspace: "checkout",
			user:      "U012AB3CD",
			ends:      "success",
			posts:     "staging/checkout: applied 1 added, 0 changed, 0 destroyed " + s.scalrURL,
		},
		{command: "plan", workspace: "search", user: "U555555", ends: "failure", posts: "staging/search: refused "},
	} {
		payload := object{"command": c.command, "workspace": c.workspace, "user": c.user}
		s.run("chat.yml", dispatch("slack-command", payload)).ended("command", c.ends)
		got := letters()
		if len(got) != i+1 || !strings.HasPrefix(got[i], `POST application/json {`) ||
			!strings.Contains(got[i], fmt.Sprintf(`"text": "%s`, c.posts)) {
			t.Errorf("%s: the channel heard %q, want %q at the end", c.command, got, c.posts)
		}
	}
	runs := s.scalr.Runs()
	if len(runs) != 2 || !runs[0].Dry || runs[1].Dry ||
		!strings.HasPrefix(fmt.Sprint(runs[1].Attributes["message"]),
			"Slack user U012AB3CD https://github.com/acme/infra/actions/runs/") {
		t.Errorf("got the runs %v", runs)
	}
}
