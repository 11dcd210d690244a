package scalrsim

import (
	"fmt"
	"strings"
)

// driftOf returns the objects that, in a refresh-only plan, have changed outside of Terraform: those that the
// stage updates or deletes. Terraform lists no other objects in such a plan, and Scalr counts none of them.
func driftOf(g Stage, r *run) []Change {
	if !r.flag("refresh-only") {
		return nil
	}
	var drift []Change
	for _, c := range g.Changes {
		if c.Action == "update" || c.Action == "delete" {
			drift = append(drift, c)
		}
	}
	return drift
}

// driftText returns the log of a refresh-only plan in the format of Terraform 1.11.
func driftText(drift []Change) string {
	var b strings.Builder
	b.WriteString("Initializing the backend...\nInitializing provider plugins...\n\n" +
		green + bold + "Terraform has been successfully initialized!" + plainc + "\n\n")
	if len(drift) == 0 {
		b.WriteString(bold + green + "No changes." + plainc + bold + " Your infrastructure still matches the configuration." + plainc + "\n\n" +
			"Terraform has checked that the real remote objects still match the result of\nyour most recent changes, and found no differences.\n")
		return b.String()
	}
	b.WriteString(bold + "Note:" + plainc + " Objects have changed outside of Terraform\n\n" +
		"Terraform detected the following changes made outside of Terraform since the\n" +
		"last \"terraform apply\" which may have affected this plan:\n\n")
	for _, c := range drift {
		kind, name, _ := strings.Cut(c.Address, ".")
		words, end := "has changed", ""
		if c.Action == "delete" {
			words, end = "has been deleted", " -> null"
		}
		fmt.Fprintf(&b, "%s  # %s %s%s\n", bold, c.Address, words, plainc)
		fmt.Fprintf(&b, "  %s%s resource %q %q {\n", sign(c.Action), plainc, kind, name)
		if c.Action == "update" {
			fmt.Fprintf(&b, "        id    = \"1\"\n      %s~%s input = \"as applied\" -> \"as found\"\n", yellow, plainc)
		} else {
			fmt.Fprintf(&b, "      %s-%s id    = \"1\"%s\n      %s-%s input = \"as applied\"%s\n", red, plainc, end, red, plainc, end)
		}
		b.WriteString("    }\n\n")
	}
	b.WriteString("\nThis is a refresh-only plan, so Terraform will not take any actions to undo\n" +
		"these. If you were expecting these changes then you can apply this plan to\n" +
		"record the updated values in the Terraform state without changing any remote\nobjects.\n")
	return b.String()
}

// driftDocument returns the plan of a refresh-only run in Terraform's JSON format.
func driftDocument(drift []Change) []byte {
	var found list
	for _, c := range drift {
		kind, name, _ := strings.Cut(c.Address, ".")
		change := object{"actions": list{c.Action}, "before": object{"id": "1", "input": "as applied"}, "after": nil,
			"after_unknown": object{}, "before_sensitive": object{}, "after_sensitive": object{}}
		if c.Action == "update" {
			change["after"] = object{"id": "1", "input": "as found"}
		}
		found = append(found, object{"address": c.Address, "mode": "managed", "type": kind, "name": name,
			"provider_name": "terraform.io/builtin/terraform", "change": change})
	}
	return encode(object{"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": object{}, "resource_drift": found,
		"output_changes": object{}, "complete": true, "errored": false, "applyable": len(drift) > 0})
}
