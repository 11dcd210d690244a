package action

import (
	"fmt"
	"scalr-run-action/internal/scalr"
)

// title names a workspace by its name, as far as that is known, and its id.
func title(w scalr.Workspace) string {
	if w.Name == "" {
		return w.ID
	}
	name := w.Name
	if w.Environment != "" {
		name = w.Environment + "/" + name
	}
	return fmt.Sprintf("%q (%s)", name, w.ID)
}

// because appends a reason, if there is one.
func because(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", reason)
}

// by appends who did it, if that is known.
func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}
