package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/gate"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// refreshOutcomes replace outcomes of refresh-only runs: such a run compares the actual resources with the state, and
// never with the configuration.
var refreshOutcomes = map[result.Result]outcome{
	result.NoChanges: {"✅", "no drift", "The infrastructure matches the Terraform state."},
	result.Planned:   {"🌊", "", "A dry run: nothing was changed."},
}

// driftLine summarizes the result of a refresh-only run; empty if it is unknown.
func (r Report) driftLine() string {
	switch r.Effects().Changes {
	case gate.No:
		return refreshOutcomes[result.NoChanges].word
	case gate.Unknown:
		return ""
	}
	line := "drift: " + units.Count(r.driftCount(), "object", "objects") + " changed outside of " + r.tool()
	if r.Result == result.Applied {
		line += ", recorded in the state"
	}
	return line
}

// tool returns the name of the tool that the workspace uses.
func (r Report) tool() string {
	if r.Workspace.Platform == "opentofu" {
		return "OpenTofu"
	}
	return "Terraform"
}

// driftCount returns the number of objects that changed outside of Terraform, according to the JSON if it is complete.
func (r Report) driftCount() int {
	if p := r.Plan; p.JSON.Complete && p.JSON.Drift > 0 {
		return p.JSON.Drift
	}
	return max(r.Plan.JSON.Drift, r.Plan.Text.Drift)
}

// drift renders what changed outside of Terraform. In a refresh-only run it is the plan itself, so a short list is not
// collapsed.
func (r Report) drift(s style) section {
	n := len(r.Plan.Drift)
	if n == 0 {
		return section{}
	}
	title := fmt.Sprintf("🌊 <b>Drift: changed outside of %s</b> (%d)", r.tool(), n)
	sec := section{open: "<details><summary>" + title + "</summary>\n\n", close: "</details>\n\n"}
	if r.Run.RefreshOnly && n <= s.open {
		sec = section{open: fmt.Sprintf("#### 🌊 Drift: changed outside of %s (%d)\n\n", r.tool(), n)}
	}
	for _, c := range r.Plan.Drift {
		it := changeItem(c, 5)
		if c.Action == tfplan.Destroy {
			it.brief = strings.TrimSuffix(it.brief, "\n") + " is gone\n"
		}
		sec.items = append(sec.items, it)
	}
	return sec
}
