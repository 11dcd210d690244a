package inputs

import (
	"strings"
)

// modeWords are common words that are not modes.
var modeWords = map[string]string{
	"plan":      "mode: run with dry-run: true, the default",
	"dry-run":   "mode: run with dry-run: true, the default",
	"apply":     "mode: run with dry-run: false, or mode: confirm for a run that waits",
	"auto":      "mode: run with auto-apply: true and dry-run: false",
	"destroy":   "mode: run with destroy: true",
	"approve":   "mode: confirm",
	"wait":      "mode: watch",
	"stop":      "mode: cancel",
	"reject":    "mode: discard",
	"preflight": "mode: check",
}

// mode reads the mode and the run on which it acts.
func (r *reader) mode(in *Run) {
	modes := []Mode{ModeRun, ModeWatch, ModeConfirm, ModeOverride, ModeDiscard, ModeCancel, ModeCheck}
	v := r.value("mode")
	if meant := otherMode(v, texts(modes)); meant != "" {
		r.badf("mode", "is not a mode: %s. %s. The modes are %s", r.quote(v), meant, strings.Join(texts(modes), ", "))
	} else {
		in.Mode = enum(r, "mode", modes...)
	}
	in.RunID = r.id("run-id", "run")
	if r.value("run-id") == "" && in.Mode.NeedsRunID() {
		r.badf("run-id", "is empty, but mode: %s acts on a run that exists. Write its id, such as run-id: run-v0abc123, "+
			"from the output run-id of the step that created it", in.Mode)
	}
	in.ExpectedConfigurationID = r.id("expected-configuration-version-id", "cv")
	if r.value("expected-configuration-version-id") != "" && r.value("run-id") == "" && !in.Mode.NeedsRunID() {
		r.badf("expected-configuration-version-id", "must be used with run-id, whose configuration version it names: %s. "+
			"Set mode: confirm (or watch, override, discard, cancel) and run-id, or remove expected-configuration-version-id",
			r.quote(r.value("expected-configuration-version-id")))
	}
	if r.value("run-id") != "" && in.Mode == ModeRun {
		r.badf("run-id", "is set, but mode: run creates a new run: %s. Set mode: watch (or confirm, override, discard, cancel) "+
			"to act on that run, or remove run-id", r.quote(r.value("run-id")))
	}
}

// otherMode advises what to write instead of a word that is not a mode, or returns "".
func otherMode(v string, modes []string) string {
	if _, ok := nearest(v, modes); ok {
		return ""
	}
	var words []string
	for w := range modeWords {
		words = append(words, w)
	}
	near, ok := nearest(v, words)
	switch {
	case !ok:
		return ""
	case near == v:
		return "Set " + modeWords[near]
	}
	return "Did you mean " + near + "? Then write " + modeWords[near]
}

// target reads the workspace, by id or by name.
func (r *reader) target(in *Run) {
	in.WorkspaceID = r.id("workspace-id", "ws")
	in.Environment, in.Workspace = r.workspace()
	hasID, hasName := r.value("workspace-id") != "", r.value("workspace") != ""
	switch {
	case hasID && hasName:
		r.badf("workspace-id", "cannot be combined with workspace: %s and %s. "+
			"Remove one of the two and keep the other, such as workspace-id: ws-v0abc123", r.quote(r.value("workspace-id")), r.quote(r.value("workspace")))
	case !hasID && !hasName && !in.Mode.NeedsRunID() && in.Mode != "":
		r.badf("workspace-id", "is empty, and so is workspace. Set one of them, such as "+
			"workspace-id: ws-v0abc123 or workspace: production/network")
	}
}

// workspace reads environment/workspace; an environment's name may contain slashes.
func (r *reader) workspace() (environment, workspace string) {
	v := r.line("workspace", 511, "production/network")
	if v == "" {
		return "", ""
	}
	slash := strings.LastIndex(v, "/")
	switch {
	case webAddress(v):
		r.badf("workspace", "is a web address: %s. %s", r.quote(v), fromAddress(v, "ws", "workspace-id", "workspace: production/network"))
	case slash < 0 && ids["ws"].pattern.MatchString(v):
		r.badf("workspace", "looks like an id, not a name: %s. Set workspace-id: %s", r.quote(v), v)
	case slash < 0:
		r.badf("workspace", "names no environment: %s. Write environment and workspace with a slash between, such as "+
			"workspace: production/network", r.quote(v))
	default:
		environment, workspace = strings.TrimSpace(v[:slash]), strings.TrimSpace(v[slash+1:])
		if environment != "" && workspace != "" {
			return environment, workspace
		}
		r.badf("workspace", "has nothing on one side of the slash: %s. Write environment and workspace, such as "+
			"workspace: production/network", r.quote(v))
	}
	return "", ""
}
