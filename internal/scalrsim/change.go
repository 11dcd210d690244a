package scalrsim

import (
	"encoding/json"
	"fmt"
	"strings"
)

// changesOf returns the changes in the plan of a run, according to the attributes of the run.
func changesOf(g Stage, r *run) []Change {
	changes := g.Changes
	if changes == nil {
		changes = []Change{{Address: "terraform_data.example", Action: "create"}}
	}
	if r.flag("refresh-only") {
		return nil
	}
	if !r.flag("is-destroy") {
		return changes
	}
	var destroyed []Change
	for _, c := range changes {
		destroyed = append(destroyed, Change{Address: c.Address, Action: "delete"})
	}
	return destroyed
}

// findsChanges reports whether the plan of the run has changes.
func (r *run) findsChanges() bool {
	return r.planned != nil && r.planned.changed || hasChanges(changesOf(r.resultsOf, r)) || len(driftOf(r.resultsOf, r)) > 0
}

func hasChanges(changes []Change) bool {
	for _, c := range changes {
		if c.Action != "no-op" {
			return true
		}
	}
	return false
}

// counts returns the counts that Scalr shows. A replacement counts as an addition and a destruction; an
// import is not included in the other counts.
func counts(changes []Change) (additions, updates, destructions, imports int) {
	for _, c := range changes {
		switch c.Action {
		case "create":
			additions++
		case "update":
			updates++
		case "delete":
			destructions++
		case "replace":
			additions++
			destructions++
		case "import":
			imports++
		}
	}
	return additions, updates, destructions, imports
}

const (
	bold   = "\x1b[1m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	red    = "\x1b[31m"
	plainc = "\x1b[0m"
)

// planLog returns the log of the run's plan.
func planLog(g Stage, r *run) string {
	if r.flag("refresh-only") && g.Fails == "" {
		return driftText(driftOf(g, r))
	}
	return planText(changesOf(g, r), g.Fails)
}

// planText returns a plan log in Terraform's format, with colors.
func planText(changes []Change, fails string) string {
	var b strings.Builder
	b.WriteString("Initializing the backend...\nInitializing provider plugins...\n\n" +
		green + bold + "Terraform has been successfully initialized!" + plainc + "\n\n")
	if fails != "" {
		b.WriteString(errorText(fails, `  on main.tf line 3, in resource "terraform_data" "example":`))
		return b.String()
	}
	if !hasChanges(changes) {
		b.WriteString(bold + green + "No changes." + plainc + bold + " Your infrastructure matches the configuration." + plainc + "\n")
		return b.String()
	}
	b.WriteString("Terraform will perform the following actions:\n\n")
	for _, c := range changes {
		fmt.Fprintf(&b, "%s  # %s will be %s%s\n", bold, c.Address, participle(c.Action), plainc)
		fmt.Fprintf(&b, "  %s%s resource %q {}\n\n", sign(c.Action), plainc, c.Address)
	}
	additions, updates, destructions, imports := counts(changes)
	b.WriteString(bold + "Plan:" + plainc + " ")
	if imports > 0 {
		fmt.Fprintf(&b, "%d to import, ", imports)
	}
	fmt.Fprintf(&b, "%d to add, %d to change, %d to destroy.\n", additions, updates, destructions)
	return b.String()
}

// errorText returns an error message in Terraform's format.
func errorText(problem string, more ...string) string {
	bar := red + "│" + plainc + " "
	text := red + "╷" + plainc + "\n" + bar + bold + red + "Error: " + plainc + problem + "\n"
	for _, line := range more {
		text += bar + line + "\n"
	}
	return text + red + "╵" + plainc + "\n"
}

func participle(action string) string {
	return map[string]string{"create": "created", "update": "updated in-place", "delete": "destroyed", "replace": "replaced",
		"import": "imported"}[action]
}

func sign(action string) string {
	return map[string]string{"create": green + "+", "update": yellow + "~", "delete": red + "-",
		"replace": red + "-" + plainc + "/" + green + "+"}[action]
}

func applyText(changes []Change, fails string) string {
	var b strings.Builder
	for _, c := range changes {
		if c.Action != "no-op" {
			fmt.Fprintf(&b, "%s%s: %s...%s\n", bold, c.Address, strings.ToUpper(c.Action[:1])+c.Action[1:], plainc)
		}
	}
	if fails != "" {
		b.WriteString(errorText(fails))
		return b.String()
	}
	additions, updates, destructions, _ := counts(changes)
	fmt.Fprintf(&b, "\n%s%sApply complete! Resources: %d added, %d changed, %d destroyed.%s\n", bold, green, additions, updates, destructions, plainc)
	return b.String()
}

// planDocument returns a plan in Terraform's JSON format, reduced to the resource changes.
func planDocument(changes []Change) []byte {
	actions := map[string]list{"create": {"create"}, "update": {"update"}, "delete": {"delete"}, "replace": {"delete", "create"},
		"import": {"no-op"}, "no-op": {"no-op"}}
	resources := list{}
	for _, c := range changes {
		kind, name, _ := strings.Cut(c.Address, ".")
		change := object{"actions": actions[c.Action], "before": nil, "after": object{}, "after_unknown": object{},
			"before_sensitive": false, "after_sensitive": object{}}
		if c.Action == "import" {
			change["importing"] = object{"id": name}
		}
		resources = append(resources, object{"address": c.Address, "mode": "managed", "type": kind, "name": name,
			"provider_name": "terraform.io/builtin/terraform", "change": change})
	}
	return encode(object{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": resources,
		"output_changes": object{}, "complete": true, "errored": false, "applyable": hasChanges(changes)})
}

func encode(document object) []byte {
	body, err := json.Marshal(document)
	if err != nil {
		return nil // cannot happen for these types
	}
	return body
}
