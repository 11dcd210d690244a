package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// outcome is how a result is put.
type outcome struct {
	icon string
	word string // empty where the numbers say it all
	note string // a sentence below the headline
}

// outcomes holds every result of the contract.
var outcomes = map[result.Result]outcome{
	result.Planned:           {"📋", "", "A dry run: nothing was changed."},
	result.NoChanges:         {"✅", "no changes", "What exists matches the configuration."},
	result.Applied:           {"🚀", "applied", ""},
	result.Saved:             {"💾", "plan saved", "Nothing was changed yet: the saved plan waits to be applied."},
	result.NeedsConfirmation: {"⏸️", "waits for confirmation", "Nothing was changed yet: the run waits for a person to confirm it."},
	result.Started:           {"▶️", "started", "The run continues in Scalr; this step did not wait for it."},
	result.Checked:           {"✅", "ready to run", "Everything that a run needs is there. No run was created."},
	result.Discarded:         {"🗑️", "discarded", "The run was discarded: nothing was changed."},
	result.Canceled:          {"🛑", "canceled", ""},
	result.Overridden:        {"🔓", "policies overridden", "The run continues in Scalr; this step did not wait for it."},
	result.Errored:           {"❌", "failed", ""},
	result.PolicyFailed:      {"⛔", "forbidden by a policy", "Nothing was changed."},
	result.Rejected:          {"⛔", "rejected", "Nothing was changed: the plan does what `fail-on` forbids, or that cannot be ruled out."},
	result.Refused:           {"❌", "refused by Scalr", ""},
	result.Unreachable:       {"🔌", "Scalr is out of reach", ""},
	result.Invalid:           {"❌", "invalid input", "No run was created."},
	result.NeedsOverride:     {"✋", "waits for a policy override", "Nothing was changed yet: a person who may override the policy decides."},
	result.TimedOut:          {"⏱️", "timed out", ""},
	result.Interrupted:       {"🛑", "interrupted", ""},
}

// outcome gives the words for the result, and something true for a word that is new.
func (r Report) outcome() outcome {
	if r.cameTooLate() {
		return outcome{outcomes[r.Result].icon, "already finished: " + strings.ReplaceAll(strict(string(r.Run.Status)), "_", " "), "The run had already finished; this step did not change it."}
	}
	if r.Result == result.Rejected && r.Run.Applied() {
		return outcome{outcomes[r.Result].icon, "rejected, but applied", "The run was applied before this step judged it: the plan does what `fail-on` forbids, or that cannot be ruled out."}
	}
	if o, ok := refreshOutcomes[r.Result]; ok && r.Run.RefreshOnly {
		return o
	}
	if o, ok := outcomes[r.Result]; ok {
		return o
	}
	return outcome{icon: "❔", word: sanitize.Line(string(r.Result), 40)}
}

// cameTooLate reports whether the run was to be discarded or canceled and had
// ended in another way before.
func (r Report) cameTooLate() bool {
	switch r.Result {
	case result.Discarded:
		return r.Run.Status.IsFinal() && r.Run.Status != scalr.StatusDiscarded
	case result.Canceled: // which a run that only waited is by a discard
		return r.Run.Status.IsFinal() && r.Run.Stage() != scalr.Canceled
	}
	return false
}

// Line sums the run up in a few words on one line: "2 to add, 1 to change, 1 to
// destroy". It is the output `summary`, of strict characters only.
func (r Report) Line() string {
	numbers := r.numbers()
	word := r.outcome().word
	if _, ok := outcomes[r.Result]; !ok {
		word = ""
	}
	switch {
	case r.Result == result.Errored && r.failed() != "":
		word = r.failed() + " failed"
	case r.Result == result.NoChanges, numbers == "" && word != "":
		return word
	case r.Result == result.Planned || r.Result == result.Applied:
		word = ""
	}
	if numbers == "" && word == "" {
		return strings.ReplaceAll(strict(string(r.Result)), "-", " ")
	}
	if numbers == "" || word == "" {
		return numbers + word
	}
	if r.Run.RefreshOnly {
		return word + ", " + numbers
	}
	return word + ": " + numbers
}

// failed names the stage that failed; empty when none says so.
func (r Report) failed() string {
	switch {
	case r.Run.Apply != nil && r.Run.Apply.Status == scalr.TaskErrored:
		return "apply"
	case r.Run.Plan != nil && r.Run.Plan.Status == scalr.TaskErrored:
		return "plan"
	}
	return ""
}

// numbers words the counts: of what was done after an apply, else of what would be.
func (r Report) numbers() string {
	if r.Run.RefreshOnly {
		return r.driftLine()
	}
	f := r.Facts()
	if f.Additions == nil || f.Changes == nil || f.Destructions == nil {
		return ""
	}
	form := "%d to add, %d to change, %d to destroy"
	imports := "%d to import, "
	if r.Result == result.Applied {
		form, imports = "%d added, %d changed, %d destroyed", "%d imported, "
	}
	s := fmt.Sprintf(form, *f.Additions, *f.Changes, *f.Destructions)
	if f.Imports != nil && *f.Imports > 0 {
		s = fmt.Sprintf(imports, *f.Imports) + s
	}
	s += r.besides()
	none := *f.Additions+*f.Changes+*f.Destructions == 0 && (f.Imports == nil || *f.Imports == 0) && r.Plan.Besides == tfplan.Besides{}
	if none && (len(r.Plan.Outputs) > 0 || r.Plan.OutputDiff != "") {
		s += ", outputs change"
	}
	return s
}

// besides counts what Terraform's three numbers leave out.
func (r Report) besides() string {
	b, s := r.Plan.Besides, ""
	add := func(n int, planned, done string) {
		if n > 0 && r.Result == result.Applied {
			s += ", " + done
		} else if n > 0 {
			s += ", " + planned
		}
	}
	add(b.Moves, fmt.Sprintf("%d to move", b.Moves), fmt.Sprintf("%d moved", b.Moves))
	add(b.Forgets, fmt.Sprintf("%d to forget", b.Forgets), fmt.Sprintf("%d forgotten", b.Forgets))
	add(b.Invocations, things(b.Invocations, "action", "actions")+" to invoke", things(b.Invocations, "action", "actions")+" invoked")
	return s
}

// name is the workspace in words, with its environment if that is known.
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

// headline is the first line: icon, workspace, and what became of the run.
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
	return s.heading + r.outcome().icon + " " + words + "\n\n"
}
