package fleet

import (
	"cmp"
	"slices"

	"scalr-run-action/internal/scalr"
)

// mergeTargets returns one target for each workspace, in order. The input may list a workspace by its name and by its
// id, which only the search can recognize.
func mergeTargets(all []*searchTarget) []*searchTarget {
	byKey, mergedInto := map[string]*searchTarget{}, map[*searchTarget]*searchTarget{}
	for _, w := range all {
		for _, key := range w.keys() {
			same := byKey[key]
			for mergedInto[same] != nil {
				same = mergedInto[same]
			}
			if same != nil && same != w && sameWorkspace(same.workspace(), w.workspace()) {
				same.merge(w)
				mergedInto[w], w = same, same
			}
		}
		for _, key := range w.keys() {
			byKey[key] = w
		}
	}
	return slices.DeleteFunc(all, func(w *searchTarget) bool { return mergedInto[w] != nil })
}

// workspace returns the workspace of the run that was found, or that of the input.
func (w *searchTarget) workspace() scalr.Workspace {
	s := scalr.Workspace{ID: w.ID, Name: w.Name, EnvironmentID: w.EnvironmentID, Environment: w.Environment}
	if r := w.run; r != nil {
		s.ID, s.EnvironmentID = cmp.Or(r.WorkspaceID, s.ID), cmp.Or(r.EnvironmentID, s.EnvironmentID)
		s.Name, s.Environment = cmp.Or(r.Workspace.Name, s.Name), cmp.Or(r.Workspace.Environment, s.Environment)
	}
	return s
}

// keys returns the id of the workspace, and its name with the id and with the name of its environment, if they are
// known.
func (w *searchTarget) keys() []string {
	s := w.workspace()
	var keys []string
	if s.ID != "" {
		keys = append(keys, s.ID)
	}
	for _, environment := range []string{s.EnvironmentID, s.Environment} {
		if environment != "" && s.Name != "" {
			keys = append(keys, environment+"/"+s.Name)
		}
	}
	return keys
}

// sameWorkspace reports whether no known id differs between two workspaces with a common key.
func sameWorkspace(a, b scalr.Workspace) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return !differ(a.ID, b.ID) && !differ(a.EnvironmentID, b.EnvironmentID)
}

// merge adds what is known of another target for the same workspace. The newer run counts.
func (w *searchTarget) merge(other *searchTarget) {
	switch a, b := w.run, other.run; {
	case b == nil:
	case a == nil || b.CreatedAt.After(a.CreatedAt):
		w.run, w.unsure = b, other.unsure
	case a.ID == b.ID:
		w.unsure = w.unsure && other.unsure
	}
	w.absent = w.run == nil && (w.absent || other.absent)
	w.ID, w.Name = cmp.Or(w.ID, other.ID), cmp.Or(w.Name, other.Name)
	w.EnvironmentID, w.Environment = cmp.Or(w.EnvironmentID, other.EnvironmentID), cmp.Or(w.Environment, other.Environment)
	w.Because = cmp.Or(w.Because, other.Because)
}
