package lookup

import (
	"fmt"

	"scalr-run-action/internal/scalr"
)

// Title returns the quoted name of a workspace, with its environment if known, and its id; or only the id if the name
// is unknown.
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

// By returns " by " and the name, or "" if the name is unknown.
func By(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}
