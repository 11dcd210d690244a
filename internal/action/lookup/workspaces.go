// Package lookup finds workspaces and environments by name or id, and suggests similar names for one that does not
// exist.
package lookup

import (
	"context"
	"errors"
	"strings"

	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/scalr"
)

// Workspace finds the workspace with exactly this name; it is an error if there are several. The environment is a
// name or an id.
func Workspace(ctx context.Context, c *scalr.Client, environment, name string) (scalr.Workspace, error) {
	environmentID := ""
	if strings.HasPrefix(environment, "env-") {
		environmentID = environment
	}
	n, err := namedWorkspaces(ctx, c,
		scalr.WorkspaceFilter{EnvironmentID: environmentID, Environment: unless(environmentID, environment), Name: name}, name)
	if environmentID != "" && (err != nil || len(n.matches) == 0) {
		// The name of an environment may look like an id.
		if byName, nameErr := namedWorkspaces(ctx, c, scalr.WorkspaceFilter{Environment: environment, Name: name}, name); nameErr == nil &&
			len(byName.matches) > 0 {
			n, err = byName, nil
		}
	}
	switch {
	case err != nil:
		return scalr.Workspace{}, err
	case len(n.matches) > 1:
		return scalr.Workspace{}, step.Refuse(step.CodeWorkspaceAmbiguous, "%d workspaces are named %q in the environment %q.", len(n.matches),
			name, environment)
	case len(n.matches) == 1:
		return n.matches[0], nil
	case len(n.unplaced) > 0:
		return scalr.Workspace{}, step.Refuse(step.CodeWorkspaceAmbiguous,
			"Scalr does not report whether the workspace %q (%s) is in the environment %q.",
			name, strings.Join(n.unplaced, ", "), environment)
	}
	return scalr.Workspace{}, missingWorkspace(ctx, c, environment, name, n.others)
}

// Gone reports whether err means that the object does not exist or that the token cannot read it.
func Gone(err error) bool { return errors.Is(err, scalr.ErrNotFound) }

// unless returns s if id is empty, and "" otherwise.
func unless(id, s string) string {
	if id != "" {
		return ""
	}
	return s
}

// MaxNamed is the maximum number of objects listed in a message.
const MaxNamed = 10

// workspaceMatches is the result of a search for workspaces by name.
type workspaceMatches struct {
	matches  []scalr.Workspace
	others   []string // other workspace names in the environment
	unplaced []string // ids of workspaces with this name whose environment Scalr does not report
}

// namedWorkspaces lists the workspaces that match f and sorts them by whether name and environment match exactly,
// because Scalr's filters may return other workspaces.
func namedWorkspaces(ctx context.Context, c *scalr.Client, f scalr.WorkspaceFilter, name string) (n workspaceMatches, err error) {
	list, err := c.Workspaces(ctx, f)
	if err != nil {
		return n, err
	}
	reads := 0
	for _, w := range list {
		if w.Name == name && unplaced(w, f) && reads < MaxNamed {
			// The list omits the environment of this workspace; the workspace resource may include it.
			reads++
			switch whole, err := c.Workspace(ctx, w.ID); {
			case err == nil:
				w = whole
			case !Gone(err):
				return n, err
			}
		}
		inside := (f.EnvironmentID == "" || w.EnvironmentID == f.EnvironmentID) && (f.Environment == "" || w.Environment == f.Environment)
		switch {
		case inside && w.Name == name:
			n.matches = append(n.matches, w)
		case inside:
			n.others = append(n.others, w.Name)
		case w.Name == name && unplaced(w, f) && len(n.unplaced) < MaxNamed:
			n.unplaced = append(n.unplaced, w.ID)
		}
	}
	return n, nil
}

// unplaced reports whether Scalr omits the attribute of the workspace by which the filter selects the environment.
func unplaced(w scalr.Workspace, f scalr.WorkspaceFilter) bool {
	return f.EnvironmentID != "" && w.EnvironmentID == "" || f.Environment != "" && w.Environment == ""
}

// missingWorkspace returns the error for a workspace that was not found. The error suggests similar names.
func missingWorkspace(ctx context.Context, c *scalr.Client, environment, name string, others []string) error {
	if len(others) == 0 {
		f := scalr.WorkspaceFilter{Environment: environment}
		if strings.HasPrefix(environment, "env-") {
			f = scalr.WorkspaceFilter{EnvironmentID: environment}
		}
		if list, err := c.Workspaces(ctx, f); err == nil {
			for _, w := range list {
				if f.Environment == "" || w.Environment == environment {
					others = append(others, w.Name)
				}
			}
		}
	}
	if len(others) == 0 {
		return emptyEnvironment(ctx, c, environment, name)
	}
	return step.Refuse(step.CodeWorkspaceNotFound, "Environment %q has no workspace %q that the token can read.%s", environment, name,
		DidYouMean(name, others))
}

// emptyEnvironment returns the error for an environment without readable workspaces: either the environment does not
// exist, or the token cannot read any of its workspaces.
func emptyEnvironment(ctx context.Context, c *scalr.Client, environment, name string) error {
	var names []string
	list, _ := c.Environments(ctx, scalr.EnvironmentFilter{})
	for _, e := range list {
		if e.Name == environment || e.ID == environment {
			return step.Refuse(step.CodeWorkspaceNotFound, "Environment %q has no workspace that the token can read, so %q was not found.",
				environment, name)
		}
		names = append(names, e.Name)
	}
	return step.Refuse(step.CodeEnvironmentNotFound, "Environment %q of workspace %q not found, or the token cannot read it.%s", environment, name,
		DidYouMean(environment, names))
}
