package report

import (
	"fmt"
	"strings"
)

// Affected is the report of the affected action.
type Affected struct {
	// Scope is "exact" or "everything". Reason describes the comparison, or the reason why all workspaces are listed.
	Scope, Reason string
	Considered    int
	Workspaces    []AffectedWorkspace
	Removed       []AffectedWorkspace // whose directories the change deletes
	Unclaimed     []string            // changed directories of no selected workspace
	Waves         bool                // whether to show the waves
	Problem       string              // why the step failed; empty if it succeeded
}

// AffectedWorkspace is a workspace of the list.
type AffectedWorkspace struct {
	Environment, Name, Directory string
	// Because is the changed file that affects the workspace; empty if all workspaces are listed.
	Because string
	Wave    int
}

func (w AffectedWorkspace) title() string { return w.Environment + "/" + w.Name }

// maxAffected is the number of workspaces that the summary shows. The log contains all of them.
const maxAffected = 500

// Summary renders the list for the job summary.
func (a Affected) Summary() string {
	var out strings.Builder
	fmt.Fprintf(&out, "## %s\n\n", a.headline())
	fmt.Fprintf(&out, "%s\n\n", prose(a.scope()))
	if a.Problem != "" {
		fmt.Fprintf(&out, "**%s**\n\n", prose(a.Problem))
	}
	if len(a.Workspaces) > 0 {
		out.WriteString(a.table())
	}
	if len(a.Removed) > 0 {
		out.WriteString("### Directories deleted\n\n" +
			"The resources of these workspaces stay. Destroy them before this change is merged.\n\n")
		for _, w := range a.Removed[:min(len(a.Removed), maxAffected)] {
			fmt.Fprintf(&out, "- %s in %s\n", code(w.title()), code(w.Directory))
		}
		out.WriteString("\n")
	}
	if len(a.Unclaimed) > 0 {
		out.WriteString("### Changed directories of no selected workspace\n\n")
		for _, dir := range a.Unclaimed[:min(len(a.Unclaimed), maxAffected)] {
			fmt.Fprintf(&out, "- %s\n", code(dir))
		}
		out.WriteString("\n")
	}
	return out.String()
}

func (a Affected) headline() string {
	switch {
	case len(a.Workspaces) == 0 && a.Problem != "":
		return "❌ The affected workspaces are unknown"
	case len(a.Workspaces) == 0:
		return "No workspace is affected"
	case len(a.Workspaces) == 1:
		return fmt.Sprintf("1 of %d workspaces is affected", a.Considered)
	}
	return fmt.Sprintf("%d of %d workspaces are affected", len(a.Workspaces), a.Considered)
}

func (a Affected) scope() string {
	switch {
	case a.Scope == "exact":
		return "Compared: " + a.Reason + "."
	case len(a.Workspaces) == 0 && a.Problem != "":
		return "Nothing was compared: " + a.Reason + "."
	}
	return "Every workspace is listed: " + a.Reason + "."
}

func (a Affected) table() string {
	var out strings.Builder
	wave, line := "", ""
	if a.Waves {
		wave, line = " Wave |", " --: |"
	}
	fmt.Fprintf(&out, "| Workspace | Directory | Because of |%s\n| :-- | :-- | :-- |%s\n", wave, line)
	for _, w := range a.Workspaces[:min(len(a.Workspaces), maxAffected)] {
		fmt.Fprintf(&out, "| %s | %s | %s |", code(w.title()), code(w.Directory), code(w.Because))
		if a.Waves {
			fmt.Fprintf(&out, " %d |", w.Wave)
		}
		out.WriteString("\n")
	}
	if n := len(a.Workspaces) - maxAffected; n > 0 {
		fmt.Fprintf(&out, "\nThe log lists %d more.\n", n)
	}
	return out.String() + "\n"
}
