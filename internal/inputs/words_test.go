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
		"plan":      "Set mode: run with dry-run: true, the default",
		"dry-run":   "Set mode: run with dry-run: true, the default",
		"apply":     "Set mode: run with dry-run: false, or mode: confirm for a run that waits",
		"auto":      "Set mode: run with auto-apply: true and dry-run: false",
		"destroy":   "Set mode: run with destroy: true",
		"approve":   "Set mode: confirm",
		"wait":      "Set mode: watch",
		"stop":      "Set mode: cancel",
		"reject":    "Set mode: discard",
		"preflight": "Set mode: check",
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

// TestWords: each word that is documented has the meaning of its constant.
func TestWords(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]inputs.CommentMode{
		"false": inputs.CommentNone, "False": inputs.CommentNone, "": inputs.CommentNone, "true": inputs.CommentUpdate, "TRUE": inputs.CommentUpdate,
		"update": inputs.CommentUpdate, "new": inputs.CommentNew, "hide-and-new": inputs.CommentHideAndNew, "changes-only": inputs.CommentChangesOnly,
	} {
		in, _, err := inputs.LoadRun(row{with: with{"comment": word, "github-token": goodToken}}.source())
		if err != nil || in.Comment != want || in.GitHubToken.Empty() != (want == inputs.CommentNone) {
			t.Errorf("comment %q: got %q, %v", word, in.Comment, err)
		}
	}
	for word, want := range map[string]inputs.OnCancel{
		"": inputs.OnCancelStop, "stop": inputs.OnCancelStop, "stop-apply": inputs.OnCancelStopApply, "leave": inputs.OnCancelLeave,
	} {
		in, _, err := inputs.LoadRun(row{with: with{"on-cancel": word}}.source())
		if err != nil || in.OnCancel != want {
			t.Errorf("on-cancel %q: got %q, %v", word, in.OnCancel, err)
		}
	}
	for word, want := range map[string]inputs.TerraformOutputs{
		"": inputs.TerraformOutputsNonSensitive, "none": inputs.TerraformOutputsNone, "non-sensitive": inputs.TerraformOutputsNonSensitive,
		"all": inputs.TerraformOutputsAll,
	} {
		in, _, err := inputs.LoadRun(row{with: with{"terraform-outputs": word}}.source())
		if err != nil || in.TerraformOutputs != want {
			t.Errorf("terraform-outputs %q: got %q, %v", word, in.TerraformOutputs, err)
		}
	}
	for word, want := range map[string]inputs.TagsMode{
		"add": inputs.TagsAdd, "replace": inputs.TagsReplace, "remove": inputs.TagsRemove,
	} {
		in, _, err := inputs.LoadWorkspace(row{action: "workspace", with: with{"tags-mode": word, "tags": "a"}}.source())
		if err != nil || in.Tags.Mode != want {
			t.Errorf("tags-mode %q: got %q, %v", word, in.Tags.Mode, err)
		}
	}
	for word, c := range map[string]struct {
		mode             inputs.Mode
		needs, continues bool
	}{
		"": {inputs.ModeRun, false, false}, "run": {inputs.ModeRun, false, false}, "check": {inputs.ModeCheck, false, false},
		"watch": {inputs.ModeWatch, true, false}, "discard": {inputs.ModeDiscard, true, false}, "cancel": {inputs.ModeCancel, true, false},
		"confirm": {inputs.ModeConfirm, true, true}, "override": {inputs.ModeOverride, true, true},
	} {
		src := row{with: with{"mode": word}}
		if c.needs {
			src.with["run-id"] = "run-v0abc123"
		}
		in, _, err := inputs.LoadRun(src.source())
		if err != nil || in.Mode != c.mode || in.Mode.NeedsRunID() != c.needs || in.Mode.ContinuesRun() != c.continues {
			t.Errorf("mode %q: got %q, %v", word, in.Mode, err)
		}
	}
	if (inputs.FailOn{}).Any() || !(inputs.FailOn{Warnings: true}).Any() {
		t.Error("got the wrong result of Any")
	}
}

// TestCredentialsAreNotQuoted: a value in a wrong input that is one of the job's credentials is not shown.
func TestCredentialsAreNotQuoted(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 16<<10) + "." + strings.Repeat("b", 8<<10) + "." + strings.Repeat("c", 8<<10-2)
	for name, c := range map[string]row{
		"token":                       {with: with{"token": goodToken, "comment": goodToken}},
		"token of the environment":    {with: with{"token": "", "comment": goodToken}, env: map[string]string{"SCALR_TOKEN": " " + goodToken + "\n"}},
		"GitHub's token":              {with: with{"github-token": goodToken, "token": "other-token-0123", "comment": goodToken}},
		"ID token":                    {with: with{"id-token": longest, "token": "", "service-account": "ci@acme.scalr.io", "comment": longest}},
		"ID token of the environment": {with: with{"comment": goodIDToken}, env: map[string]string{"SCALR_ID_TOKEN": goodIDToken}},
	} {
		_, _, err := inputs.LoadRun(c.source())
		if err == nil || !strings.Contains(err.Error(), `is not a comment mode: "***"`) {
			t.Errorf("%s: got %.300v", name, err)
		}
	}
}
