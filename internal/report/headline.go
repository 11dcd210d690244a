package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// outcome is the presentation of a result.
type outcome struct {
	icon string
	word string // empty if the numbers are sufficient
	note string // a sentence below the headline
}

// outcomes holds every result of the action.
var outcomes = map[result.Result]outcome{
	result.Planned:   {"📋", "", "A dry run: nothing was changed."},
	result.NoChanges: {"✅", "no changes", "The infrastructure matches the configuration."},
	result.Applied:   {"🚀", "applied", ""},
	result.Saved:     {"💾", "plan saved", "Nothing was changed yet: the saved plan waits to be applied."},
	result.NeedsConfirmation: {
		icon: "⏸️",
		word: "waits for confirmation",
		note: "Nothing was changed yet: the run waits for a person to confirm it.",
	},
	result.Started:      {"▶️", "started", "The run continues in Scalr; this step did not wait for it."},
	result.Checked:      {"✅", "ready to run", "Everything is ready for a run. No run was created."},
	result.Discarded:    {"🗑️", "discarded", "The run was discarded: nothing was changed."},
	result.Canceled:     {"🛑", "canceled", ""},
	result.Overridden:   {"🔓", "policies overridden", "The run continues in Scalr; this step did not wait for it."},
	result.Errored:      {"❌", "failed", ""},
	result.PolicyFailed: {"⛔", "denied by a policy", "Nothing was changed."},
	result.Rejected: {
		icon: "⛔",
		word: "rejected",
		note: "Nothing was changed: the plan does not pass `fail-on`.",
	},
	result.Refused:     {"❌", "refused", ""},
	result.Unreachable: {"🔌", "unreachable", ""},
	result.Invalid:     {"❌", "invalid input", "No run was created."},
	result.NeedsOverride: {
		icon: "✋",
		word: "waits for a policy override",
		note: "Nothing was changed yet: a person with the permission to override the policy must decide.",
	},
	result.TimedOut:    {"⏱️", "timed out", ""},
	result.Interrupted: {"🛑", "interrupted", ""},
}

// outcome returns the presentation of the result, or a generic one if the result is not known.
func (r Report) outcome() outcome {
	if r.alreadyFinished() {
		return outcome{
			icon: outcomes[r.Result].icon,
			word: "already finished: " + strings.ReplaceAll(safeWord(string(r.Run.Status)), "_", " "),
			note: "The run had finished before this step could stop it.",
		}
	}
	if r.deniedButApplying() {
		o := outcomes[r.Result]
		o.word += ", but being applied"
		o.note = "The run was confirmed in Scalr and is being applied."
		return o
	}
	if r.Result == result.Rejected && r.Run.Applied() {
		return outcome{
			icon: outcomes[r.Result].icon,
			word: "rejected, but applied",
			note: "The run was applied, although the plan does not pass `fail-on`.",
		}
	}
	if r.applyCanceled() {
		o := outcomes[r.Result]
		if r.Result == result.Canceled {
			o.word = "apply canceled"
		}
		o.note = "The run was canceled during its apply: some of its changes may have been made."
		return o
	}
	if r.Result == result.NoChanges && r.limited() {
		word := "no current changes"
		if r.Run.RefreshOnly && r.Plan.OtherCounts.Deferrals == 0 {
			word = refreshOutcomes[r.Result].word
		}
		return outcome{icon: outcomes[r.Result].icon, word: word}
	}
	if o, ok := refreshOutcomes[r.Result]; ok && r.Run.RefreshOnly {
		return r.withoutApply(o)
	}
	if r.Result == result.NoChanges && r.Run.Destroy { // the configuration may describe objects that do not exist
		return outcome{icon: outcomes[r.Result].icon, word: outcomes[r.Result].word, note: "No objects need to be destroyed."}
	}
	if o, ok := outcomes[r.Result]; ok {
		return r.withoutApply(o)
	}
	return outcome{icon: "❔", word: sanitize.Line(string(r.Result), 40)}
}

// withoutApply changes the note of a planned run that is not a dry run: it finished although it could have been applied.
func (r Report) withoutApply(o outcome) outcome {
	if r.Result == result.Planned && r.Run.Status == scalr.StatusPlannedAndFinished && !r.Run.Dry {
		o.note = "The run finished without an apply: nothing was changed."
	}
	return o
}

// alreadyFinished reports whether the run was to be discarded or canceled, but had finished otherwise before.
func (r Report) alreadyFinished() bool {
	switch r.Result {
	case result.Discarded:
		return r.Run.Status.IsFinal() && r.Run.Status != scalr.StatusDiscarded
	case result.Canceled: // a run that was only waiting is discarded instead
		return r.Run.Status.IsFinal() && r.Run.State() != scalr.Canceled
	}
	return false
}

// deniedButApplying reports whether the run should not be applied, but was confirmed before this step could discard it.
func (r Report) deniedButApplying() bool {
	applyEnded := r.Run.Apply != nil && r.Run.Apply.Status.Final()
	return (r.Result == result.Rejected || r.Result == result.PolicyFailed) && r.Run.Status.Applying() && !applyEnded
}

// applyCanceled reports whether the run was canceled after its apply had started.
func (r Report) applyCanceled() bool {
	switch r.Result {
	case result.Canceled, result.Interrupted, result.TimedOut:
		return r.Run.Applied() && r.Run.State() == scalr.Canceled
	}
	return false
}

// Line summarizes the run on one line: "2 to add, 1 to change, 1 to destroy". It is the output `summary` and contains
// only characters that are safe for outputs.
func (r Report) Line() string {
	numbers := r.numbers()
	word := r.outcome().word
	if _, ok := outcomes[r.Result]; !ok {
		word = ""
	}
	switch {
	case r.Result == result.Errored && r.failed() != "":
		word = r.failed() + " failed"
	case r.Result == result.NoChanges:
		return word + r.deferrals()
	case numbers == "" && word != "":
		return word
	case r.Result == result.Planned || r.Result == result.Applied:
		word = ""
	}
	if numbers == "" && word == "" {
		return strings.ReplaceAll(safeWord(string(r.Result)), "-", " ")
	}
	if numbers == "" || word == "" {
		return numbers + word
	}
	if r.Run.RefreshOnly {
		return word + ", " + numbers
	}
	return word + ": " + numbers
}

// failed returns the stage that failed; empty if no stage reports it.
func (r Report) failed() string {
	switch {
	case r.Run.Apply != nil && r.Run.Apply.Status == scalr.TaskErrored:
		return "apply"
	case r.Run.Plan != nil && r.Run.Plan.Status == scalr.TaskErrored:
		return "plan"
	}
	return ""
}

// numbers returns the counts as text: the changes made by an apply, otherwise the planned ones.
func (r Report) numbers() string {
	if r.Run.RefreshOnly {
		return r.driftLine()
	}
	f := r.Facts()
	if f.Additions == nil || f.Changes == nil || f.Destructions == nil {
		return ""
	}
	form, imports, outputs := "%d to add, %d to change, %d to destroy", "%d to import, ", ", outputs change"
	if r.Result == result.Applied {
		form, imports, outputs = "%d added, %d changed, %d destroyed", "%d imported, ", ", outputs changed"
	}
	s := fmt.Sprintf(form, *f.Additions, *f.Changes, *f.Destructions)
	if f.Imports != nil && *f.Imports > 0 {
		s = fmt.Sprintf(imports, *f.Imports) + s
	}
	s += r.otherNumbers()
	none := *f.Additions+*f.Changes+*f.Destructions == 0 && (f.Imports == nil || *f.Imports == 0) &&
		r.Plan.OtherCounts == tfplan.OtherCounts{Deferrals: r.Plan.OtherCounts.Deferrals}
	if none && (len(r.Plan.Outputs) > 0 || r.Plan.OutputDiff != "") {
		s += outputs
	}
	return s + r.deferrals()
}

// otherNumbers returns the counts of changes that are not additions, changes or destructions.
func (r Report) otherNumbers() string {
	b, s := r.Plan.OtherCounts, ""
	add := func(n int, planned, done string) {
		if n > 0 && r.Result == result.Applied {
			s += ", " + done
		} else if n > 0 {
			s += ", " + planned
		}
	}
	add(b.Moves, fmt.Sprintf("%d to move", b.Moves), fmt.Sprintf("%d moved", b.Moves))
	add(b.Forgets, fmt.Sprintf("%d to forget", b.Forgets), fmt.Sprintf("%d forgotten", b.Forgets))
	add(b.Invocations, units.Count(b.Invocations, "action", "actions")+" to invoke",
		units.Count(b.Invocations, "action", "actions")+" invoked")
	return s
}

// deferrals returns the number of deferred objects as the last of several numbers; empty if there are none.
func (r Report) deferrals() string {
	if n := r.Plan.OtherCounts.Deferrals; n > 0 {
		return fmt.Sprintf(", %d deferred", n)
	}
	return ""
}

// name returns the name of the workspace, with its environment if that is known.
func (r Report) name() string {
	name := r.Workspace.Name
	if name == "" {
		name = r.Workspace.ID
	}
	if r.Workspace.Environment != "" && name != "" {
		name = r.Workspace.Environment + "/" + name
	}
	return name
}

// headline returns the first line: the icon, the workspace, and the outcome of the run.
func (r Report) headline(s style) string {
	name := code(r.name())
	if r.RunURL != "" {
		name = link(name, r.RunURL)
	} else {
		name = link(name, r.WorkspaceURL)
	}
	words := r.Line()
	if words == "" {
		words = r.outcome().word
	}
	if r.name() != "" {
		words = name + ": " + words
	} else if r.RunURL != "" {
		words = link(words, r.RunURL)
	}
	for _, more := range []string{r.costDelta(), r.policyVerdict()} {
		if more != "" {
			words += " · " + more
		}
	}
	return s.heading + r.outcome().icon + " " + words + "\n\n"
}
