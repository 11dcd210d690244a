package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestRanksOfEntries compares the order in which the kinds of entries are dropped from the page of a failed apply: those in
// the last line first.
func TestRanksOfEntries(t *testing.T) {
	t.Parallel()
	r := Report{Result: "errored", Run: scalr.Run{Apply: &scalr.Apply{Status: "errored"}}}
	r.Plan.OutputDiff = "! output"
	for _, action := range slices.Sorted(maps.Keys(icons)) {
		r.Plan.Changes = append(r.Plan.Changes, tfplan.Change{Address: fmt.Sprint(action), Action: action, Diff: "! x"})
	}
	r.Plan.Drift = []tfplan.Change{{Address: "drift", Action: tfplan.Update}}
	r.Plan.Diagnostics = []tfplan.Diagnostic{{Level: "warning", Title: "warning"}}
	r.Apply.Done = []tfplan.Done{{Address: "done", What: "created"}}
	r.Apply.Diagnostics = []tfplan.Diagnostic{{Level: "error", Title: "error"}}
	r.Apply.Tail = "log"
	var lines [8]string // by rank
	page := append(r.groups(summaryStyle), r.errors(), r.losses(), r.completedChanges(), r.outputs(), r.drift(summaryStyle), r.warnings(), r.logEnd())
	for _, sec := range page {
		for _, it := range sec.items {
			name, _, _ := strings.Cut(strings.Trim(it.brief+it.full, "- "), "\n")
			lines[it.rank] += strings.ReplaceAll(name, "`", "") + ";"
		}
	}
	const want = `error;
♻️ replace;<details><summary>📜 <b>End of the apply's log</b></summary>;
🗑️ destroy;
update;done created;warning;
create;📤 <b>Changed outputs</b>;
import;move;create-forget: a new object takes its place;forget;invoke;drift;
other;defer;
read;`
	if got := strings.Join(lines[:], "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
