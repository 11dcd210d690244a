package lookup

import (
	"fmt"

	"scalr-run-action/internal/scalr"
)

// Title describes a workspace by its name, as far as it is known, and its id.
func Title(w scalr.Workspace) string {
	if w.Name == "" {
		return w.ID
	}
	name := w.Name
	if w.Environment != "" {
		name = w.Environment + "/" + name
	}
	return fmt.Sprintf("%q (%s)", name, w.ID)
}

// Because appends a reason, if there is one.
func Because(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", reason)
}

// By appends who did it, if that is known.
func By(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}
