package inputs_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

// TestInputsWithoutEffect: in a mode that does not use an input, a warning names it.
func TestInputsWithoutEffect(t *testing.T) {
	t.Parallel()
	workspaceChanges := map[string]string{"tags": "a", "iac-platform": "opentofu", "terraform-version": "1.9.0", "working-directory": "x", "auto-apply": "true",
		"execution-mode": "local", "auto-destroy-days": "7", "environment-type": "staging", "deletion-protection": "true", "var-files": "a.tfvars",
		"agent-pool": "p", "run-operation-timeout": "90", "force-latest-run": "true", "provider-configurations": "aws", "variables": "region=eu",
		"sensitive-variables": "a=0123456789", "environment-variables": "A=b", "sensitive-environment-variables": "A=0123456789"}
	environmentChanges := map[string]string{"rename-to": "x", "tags": "a", "cost-estimation-enabled": "true", "mask-sensitive-output": "true",
		"remote-backend": "true", "provider-configurations": "aws", "default-provider-configurations": "aws", "policy-groups": "base"}
	workspaceFilters := map[string]string{"query": "x", "filter-tag": "x", "filter-name": "x"}
	environmentFilters := map[string]string{"query": "x", "filter-tag": "x", "filter-policy-group": "x", "sort": "name",
		"filter-latest-run-date": "between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"}
	runChanges := map[string]string{"path": "x", "auto-apply": "true", "save-plan": "true", "refresh": "false", "refresh-only": "true", "targets": "a.b",
		"replace": "a.b", "variables": "region=eu", "sensitive-variables": "a=0123456789", "environment-variables": "A=b",
		"sensitive-environment-variables": "A=0123456789", "wait-for-lock": "5m"}
	for _, c := range []struct {
		action string
		base   with
		values map[string]string
		why    string // "" if the inputs have an effect
	}{
		{"workspace", with{"mode": "show"}, workspaceChanges, "mode: show acts on one workspace and sets nothing in it"},
		{"workspace", with{"mode": "absent"}, workspaceFilters, "mode: absent acts on one workspace and sets nothing in it"},
		{"workspace", with{"mode": "list", "name": ""}, workspaceChanges, "mode: list changes nothing and lists by filters"},
		{"workspace", with{"mode": "list", "name": ""}, map[string]string{"name": "x", "workspace-id": "ws-v0a"},
			"mode: list changes nothing and lists by filters"},
		{"workspace", with{"mode": "list", "name": ""}, workspaceFilters, ""},
		{"workspace", with{"mode": "present"}, workspaceFilters, "mode: present acts on one workspace"},
		{"workspace", with{"mode": "present"}, workspaceChanges, ""},
		{"environment", with{"mode": "absent"}, environmentChanges, "mode: absent acts on one environment and sets nothing in it"},
		{"environment", with{"mode": "absent"}, environmentFilters, "mode: absent acts on one environment and sets nothing in it"},
		{"environment", with{"mode": "list", "name": ""}, environmentChanges, "mode: list changes nothing and lists by filters"},
		{"environment", with{"mode": "list", "name": ""}, map[string]string{"name": "x", "environment-id": "env-v0a"},
			"mode: list changes nothing and lists by filters"},
		{"environment", with{"mode": "list", "name": ""}, environmentFilters, ""},
		{"environment", with{"mode": "present"}, environmentFilters, "mode: present acts on one environment"},
		{"environment", with{"mode": "present"}, environmentChanges, ""},
		{"", with{"mode": "watch", "run-id": "run-v0a"}, runChanges, "mode: watch acts on a run that exists"},
		{"", with{"mode": "confirm", "run-id": "run-v0a"}, runChanges, "mode: confirm acts on a run that exists"},
		{"", with{"mode": "watch", "run-id": "run-v0a"}, map[string]string{"destroy": "true"}, "mode: watch acts on a run that exists"},
		{"", with{"mode": "confirm", "run-id": "run-v0a"}, map[string]string{"destroy": "true"}, ""},
	} {
		for name, value := range c.values {
			in := maps.Clone(c.base)
			in[name] = value
			notes, err := load(c.action, row{action: c.action, with: in}.source())
			want := ""
			if c.why != "" {
				want = c.why + "; " + name + " has no effect."
			}
			if got := notesText(notes); err != nil || got != want {
				t.Errorf("%s %v: got %q, %v, want %q", c.action, in, got, err, want)
			}
		}
	}
}

// TestMeantBooleans: the message about a value that is not a boolean contains the one that is probably meant.
func TestMeantBooleans(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"yes": "true", "Y": "true", "ON": "true", "1": "true", "t": "true", "enabled": "true", "no": "false", "n": "false", "off": "false", "0": "false",
		"F": "false", "Disabled": "false", "flase": "false", "tru": "true", "fals": "false", "maybe": "true",
	} {
		_, _, err := inputs.LoadRun(row{with: with{"dry-run": value}}.source())
		if text := fmt.Sprintf("dry-run: is neither true nor false: %q. Set dry-run: %s", value, want); err == nil || err.Error() != text {
			t.Errorf("got %v, want %s", err, text)
		}
	}
	_, _, err := inputs.LoadRun(row{with: with{"auto-apply": "maybe"}}.source())
	if err == nil || !strings.HasSuffix(err.Error(), "Set auto-apply: true or false") {
		t.Errorf("got %v for an input without a default", err)
	}
}
