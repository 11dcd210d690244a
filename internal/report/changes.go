package report

import (
	"fmt"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/tfplan"
	"scalr-run-action/internal/units"
)

// groups are the actions in the order of their importance for a reviewer. The first two have no title because the report
// on a single run shows them in an alert, see losses.
var groups = []struct {
	action tfplan.Action
	title  string
	rank   int
}{
	{action: tfplan.Destroy},
	{action: tfplan.Replace},
	{tfplan.Update, "Update in place", 3},
	{tfplan.Create, "Create", 4},
	{tfplan.Import, "Import", 5},
	{tfplan.Move, "Move", 5},
	{tfplan.Forget, "Forget: kept, but no longer managed", 5},
	{tfplan.Invoke, "Invoke", 5},
	{tfplan.Read, "Read during the apply", 7},
	{tfplan.Other, "Other", 6},
	{tfplan.Defer, "Deferred to the next plan", 6},
}

var icons = map[tfplan.Action]string{
	tfplan.Destroy: "🗑️",
	tfplan.Replace: "♻️",
	tfplan.Update:  "✏️",
	tfplan.Create:  "➕",
	tfplan.Import:  "📥",
	tfplan.Move:    "🚚",
	tfplan.Forget:  "👋",
	tfplan.Succeed: "👋",
	tfplan.Invoke:  "⚡",
	tfplan.Read:    "🔎",
	tfplan.Other:   "❔",
	tfplan.Defer:   "⏭️",
}

// groups renders the plan's changes except losses, with a group for each action and a collapsed section for each
// resource. A large group is itself collapsed.
func (r Report) groups(s style) []section {
	var page []section
	list := unitsOf(r.Plan.Changes)
	for _, unit := range list {
		page = append(page, r.groupsOf(unit, len(list) > 1 || unit != "", s)...)
	}
	if r.Plan.Partial && len(page) > 0 {
		page = append([]section{{open: "Planned before the error:\n\n"}}, page...)
	}
	if r.Plan.Omitted > 0 {
		page = append(page, section{
			open: fmt.Sprintf("… and %s, not listed here: %s.\n\n", units.Count(r.Plan.Omitted, "more change", "more changes"),
				r.more()),
		})
	}
	return page
}

// unitsOf returns Terragrunt's units in the order of their first change.
func unitsOf(changes []tfplan.Change) []string {
	var units []string
	seen := map[string]bool{}
	for _, c := range changes {
		if !seen[c.Unit] {
			seen[c.Unit] = true
			units = append(units, c.Unit)
		}
	}
	return units
}

func unitName(unit string) string {
	if unit == "" {
		return "Unit not known"
	}
	return "Unit " + code(unit)
}

// groupsOf returns the groups of one unit, with its name as the heading if named is true.
func (r Report) groupsOf(unit string, named bool, s style) []section {
	var page []section
	for _, g := range groups {
		if g.action == tfplan.Destroy || g.action == tfplan.Replace {
			continue
		}
		var sec section
		if named {
			sec.heading = "#### 📦 " + unitName(unit) + "\n\n"
		}
		for _, c := range r.Plan.Changes {
			if c.Unit != unit {
				continue
			}
			if c.Action == g.action || c.Action == tfplan.Succeed && g.action == tfplan.Forget {
				sec.items = append(sec.items, changeItem(c, g.rank))
			}
		}
		n := len(sec.items)
		if n == 0 {
			continue
		}
		title := fmt.Sprintf("%s %s (%d)", icons[g.action], g.title, n)
		sec.open = "#### " + title + "\n\n"
		if n > s.open {
			sec.open, sec.close = "<details><summary><b>"+title+"</b></summary>\n\n", "</details>\n\n"
		}
		page = append(page, sec)
	}
	return page
}

// changeItem returns a change as a collapsed section with its diff, or as one line.
func changeItem(c tfplan.Change, rank int) item {
	it := item{rank: rank}
	reason := changeDetails(c)
	if reason == "" && c.Action == tfplan.Update {
		reason = changedAttributes(c.Diff)
	}
	title := htmlCode(changeName(c))
	it.brief = "- " + code(changeName(c))
	if reason != "" {
		title += " " + prose("("+reason+")")
		it.brief += ": " + prose(reason)
	}
	it.brief += "\n"
	if c.Diff != "" {
		it.full = details(title, codeBlock("diff", c.Diff))
	}
	return it
}

// changeName returns the address, with the unit and the deposed object if there are any.
func changeName(c tfplan.Change) string {
	if c.Unit != "" {
		c.Address += " in " + c.Unit
	}
	if c.Deposed != "" {
		return c.Address + " (deposed " + c.Deposed + ")"
	}
	return c.Address
}

// changeDetails returns the reason and other details of a change.
func changeDetails(c tfplan.Change) string {
	var all []string
	if c.Action == tfplan.Succeed {
		all = append(all, "a new object takes its place")
	}
	if c.Reason != "" {
		all = append(all, c.Reason)
	}
	if c.Previous != "" {
		all = append(all, "moved from "+quoteCode(c.Previous))
	}
	if c.Imported && c.ImportID != "" {
		all = append(all, "imported from "+quoteCode(c.ImportID))
	} else if c.Imported && c.Action != tfplan.Import {
		all = append(all, "imported")
	}
	return strings.Join(all, "; ")
}

// attributeLine matches a line of a diff that changes an attribute or a block at the top level of the resource. The end
// mark of a multi-line text is at the same column.
var attributeLine = lazyregexp.New(`(?m)^[-+!] {5}([A-Za-z_][A-Za-z0-9_-]*) (?: *= |\{|").*$`)

// changedAttributes returns the attributes that a diff changes, for the title of the collapsed diff.
func changedAttributes(diff string) string {
	var names []string
	seen := map[string]bool{}
	for _, m := range attributeLine.FindAllStringSubmatch(diff, -1) {
		if !showsNoChange(m[0]) && !seen[m[1]] {
			seen[m[1]] = true
			names = append(names, m[1])
		}
	}
	if len(names) > 4 {
		names = append(names[:3], fmt.Sprintf("%d more", len(names)-3))
	}
	return strings.Join(names, ", ")
}

// showsNoChange reports whether a line does not show that an attribute changes: OpenTofu prints each write-only attribute of
// a resource that changes.
func showsNoChange(line string) bool {
	return strings.HasSuffix(line, "(known after apply)") || strings.HasSuffix(line, "(write-only attribute)")
}

// quoteCode quotes untrusted text for prose.
func quoteCode(s string) string {
	return "`" + strings.ReplaceAll(sanitize.Name(s, maxNameLength), "`", "'") + "`"
}

// outputs renders the outputs that change.
func (r Report) outputs() section {
	if r.Plan.OutputDiff == "" {
		return section{}
	}
	title := "📤 <b>Changed outputs</b>"
	if n := len(r.Plan.Outputs); n > 0 {
		title += fmt.Sprintf(" (%d)", n)
	}
	return section{items: []item{{full: details(title, codeBlock("diff", r.Plan.OutputDiff)), brief: title + "\n", rank: 4}}}
}
