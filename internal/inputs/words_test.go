package inputs_test

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

// TestNamesOfSimilarActions: for the name of another action's input, the warning suggests the input of this action.
func TestNamesOfSimilarActions(t *testing.T) {
	t.Parallel()
	for action, meant := range map[string]map[string]string{
		"": {
			"token": "api-token scalr-token api-key", "base-url": "hostname host url address scalr-hostname", "path": "directory dir working-dir",
			"workspace": "workspace-name", "dry-run": "plan-only speculative is-dry", "destroy": "is-destroy",
			"targets": "target target-addrs", "replace": "replace-addrs", "variables": "vars", "environment-variables": "env-vars",
			"sensitive-environment-variables": "sensitive-env-vars secret-environment-variables",
			"timeout":                         "timeout-minutes", "oidc-audience": "audience", "id-token": "oidc-token jwt",
			"pr-number": "pull-request pull-request-number",
		},
		"environment": {"name": "environment-name", "rename-to": "new-name", "tags": "tag"},
		"workspace":   {"tags": "tag", "deletion-protection": "deletion-protection-enabled"},
	} {
		for input, others := range meant {
			for _, other := range strings.Fields(others) {
				src := row{action: action}.source()
				src.Given = []string{"INPUT_" + strings.ToUpper(strings.ReplaceAll(other, "-", "_"))}
				notes, err := load(action, src)
				want := fmt.Sprintf("%q is not an input of this action. Did you mean %s?", strings.ReplaceAll(other, "-", "_"), input)
				if err != nil || len(notes) != 1 || notes[0] != (inputs.Note{Text: want, Warning: true}) {
					t.Errorf("%s: got %v, %v, want %q", other, notes, err, want)
				}
			}
		}
	}
}

// TestUnknownModeAdvice: for a word that describes a mode, the message suggests that mode.
func TestUnknownModeAdvice(t *testing.T) {
	t.Parallel()
	var rows []row
	for word, advice := range map[string]string{
		"plan":      "Write mode: run with dry-run: true, the default",
		"dry-run":   "Write mode: run with dry-run: true, the default",
		"apply":     "Write mode: run with dry-run: false, or mode: confirm for a run that waits",
		"auto":      "Write mode: run with auto-apply: true and dry-run: false",
		"destroy":   "Write mode: run with destroy: true",
		"approve":   "Write mode: confirm",
		"wait":      "Write mode: watch",
		"stop":      "Write mode: cancel",
		"reject":    "Write mode: discard",
		"preflight": "Write mode: check",
	} {
		rows = append(rows, row{name: word, with: with{"mode": word}, input: "mode",
			says: fmt.Sprintf("is not a mode: %q|%s. The modes are run, watch, confirm, override, discard, cancel, check", word, advice)})
	}
	runRows(t, rows)
}

// TestFailOnConditions: each condition sets one gate, and the message about a misspelled one suggests it.
func TestFailOnConditions(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]inputs.FailOn{
		"changes": {Changes: true}, "destroy": {Destroy: true}, "needs-confirmation": {NeedsConfirmation: true},
		"cost-increase": {CostIncrease: true}, "warnings": {Warnings: true},
	} {
		in, _, err := inputs.LoadRun(row{with: with{"fail-on": word}}.source())
		if err != nil || in.FailOn != want {
			t.Errorf("%s: got %+v, %v", word, in.FailOn, err)
		}
		_, _, err = inputs.LoadRun(row{with: with{"fail-on": word + "x"}}.source())
		if all := "Write one of changes, destroy, needs-confirmation, cost-increase, warnings, such as fail-on: destroy"; err == nil ||
			!strings.Contains(err.Error(), "Did you mean "+word+"? "+all) {
			t.Errorf("%sx: got %v", word, err)
		}
	}
}
