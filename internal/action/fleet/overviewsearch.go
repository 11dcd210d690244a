package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

const (
	// maxListRequests is the maximum number of requests to find all runs, regardless of the number of workspaces.
	maxListRequests = 20
	// maxLists is the maximum number of environments whose runs are listed separately. If there are more, the list
	// of all runs is read instead.
	maxLists = 8
	// maxNamedEnvironments is the maximum number of environments that are looked up by name. Each lookup takes two
	// requests.
	maxNamedEnvironments = 3
)

// searchTarget is a workspace for which the search must find a run.
type searchTarget struct {
	inputs.OverviewWorkspace
	byName bool             // the input has no id
	run    *scalr.ListedRun // the newest run found so far
	// absent is set if the workspace certainly has no run.
	absent bool
	// unsure is set if run may not be the newest one, because the list was neither sorted nor read completely.
	unsure bool
}

// search finds the newest run of each workspace with the URL of the workflow run in its message.
type search struct {
	client       *scalr.Client
	address      string
	all          []*searchTarget
	lists        []*runList
	requestsLeft int // remaining requests
}

// runList is a list of runs that is read page by page, newest first.
type runList struct {
	scope    scalr.RunScope
	wanted   []*searchTarget
	page     int // the last page read
	complete bool
	unsorted bool // the list is not sorted
	// unnamed is set if the list does not include the workspace of a run, so that it cannot be found by name.
	unnamed bool
	last    scalr.ListedRun
}

// run reads pages until all runs are found or the requests are used up.
func (s *search) run(ctx context.Context) error {
	if err := s.choose(ctx); err != nil {
		return err
	}
	for _, l := range s.lists {
		if err := s.readPage(ctx, l); err != nil {
			return err
		}
	}
	for {
		open := s.unresolved()
		if len(open) == 0 {
			break
		}
		single, err := s.workspaceLists(ctx, open)
		if err != nil {
			return err
		}
		if len(single) > 0 {
			for _, l := range single {
				if err := s.readPage(ctx, l); err != nil {
					return err
				}
			}
			break
		}
		before := s.requestsLeft
		for _, l := range s.lists {
			if !l.complete && len(l.missing()) > 0 {
				if err := s.readPage(ctx, l); err != nil {
					return err
				}
			}
		}
		if s.requestsLeft == before {
			break
		}
	}
	s.markAbsent()
	return s.nameMissing(ctx)
}

// choose selects the lists to read: one for each environment, or the list of all runs.
func (s *search) choose(ctx context.Context) error {
	if err := s.findEnvironments(ctx); err != nil {
		return err
	}
	byEnvironment := map[string]*runList{}
	var everything runList
	for _, w := range s.all {
		switch l := byEnvironment[w.EnvironmentID]; {
		case w.absent:
		case w.EnvironmentID == "":
			everything.wanted = append(everything.wanted, w)
		case l != nil:
			l.wanted = append(l.wanted, w)
		default:
			l = &runList{scope: scalr.RunScope{EnvironmentID: w.EnvironmentID}, wanted: []*searchTarget{w}}
			byEnvironment[w.EnvironmentID] = l
			s.lists = append(s.lists, l)
		}
	}
	if len(s.lists) > maxLists {
		for _, l := range s.lists {
			everything.wanted = append(everything.wanted, l.wanted...)
		}
		s.lists = nil
	}
	if len(everything.wanted) > 0 {
		s.lists = append(s.lists, &everything)
	}
	return nil
}

// findEnvironments looks up environments that are known only by name, unless there are too many. A workspace in an
// environment that does not exist has no run.
func (s *search) findEnvironments(ctx context.Context) error {
	byName := map[string][]*searchTarget{}
	var names []string
	for _, w := range s.all {
		if w.byName = w.ID == ""; w.byName {
			if byName[w.Environment] == nil {
				names = append(names, w.Environment)
			}
			byName[w.Environment] = append(byName[w.Environment], w)
		}
	}
	if len(names) > maxNamedEnvironments {
		return nil
	}
	for _, name := range names {
		s.requestsLeft -= 2
		environment, ok, err := lookup.Environment(ctx, s.client, name)
		if err != nil {
			return err
		}
		for _, w := range byName[name] {
			w.EnvironmentID, w.absent = environment.ID, !ok
			if ok {
				w.Environment = environment.Name
			}
		}
	}
	return nil
}

// unresolved returns the workspaces whose newest run is still unknown.
func (s *search) unresolved() []*searchTarget {
	var open []*searchTarget
	for _, l := range s.lists {
		open = append(open, l.missing()...)
	}
	return open
}

// completeFor reports whether the list was read completely and includes all runs of the workspace.
func (l *runList) completeFor(w *searchTarget) bool { return l.complete && !(l.unnamed && w.byName) }

// missing returns the workspaces whose newest run may be in the rest of the list: those without a run or, if the list is
// not sorted, all of them.
func (l *runList) missing() []*searchTarget {
	var list []*searchTarget
	for _, w := range l.wanted {
		if !w.absent && (w.run == nil || l.unsorted) && !l.completeFor(w) {
			list = append(list, w)
		}
	}
	return list
}

// workspaceLists returns a list for each of the remaining workspaces, if the remaining requests suffice. Reading them
// is more likely to find the runs than reading another page of all runs.
func (s *search) workspaceLists(ctx context.Context, open []*searchTarget) ([]*runList, error) {
	cost := 0
	for _, w := range open {
		switch {
		case w.ID != "":
			cost++
		case w.EnvironmentID == "":
			return nil, nil
		default:
			cost += 2 // including the search for the workspace's id
		}
	}
	if cost > s.requestsLeft {
		return nil, nil
	}
	var lists []*runList
	for _, w := range open {
		if w.ID == "" {
			s.requestsLeft--
			found, ok, err := s.client.WorkspaceNamed(ctx, w.EnvironmentID, w.Name)
			switch {
			case err != nil:
				return nil, err
			case !ok:
				w.absent = true
				continue
			}
			w.ID = found.ID
		}
		lists = append(lists, &runList{scope: scalr.RunScope{WorkspaceID: w.ID}, wanted: []*searchTarget{w}})
	}
	s.lists = append(s.lists, lists...)
	return lists, nil
}

// readPage reads the next page of a list.
func (s *search) readPage(ctx context.Context, l *runList) error {
	if s.requestsLeft <= 0 {
		return nil
	}
	s.requestsLeft--
	l.page++
	page, err := s.client.RunsPage(ctx, l.scope, l.page)
	if err != nil {
		return err
	}
	for _, r := range page.Runs {
		l.unsorted = l.unsorted || l.last.ID != "" && r.CreatedAt.After(l.last.CreatedAt)
		l.last = r
		l.unnamed = l.unnamed || r.Workspace.Name == ""
		if step.NamesWorkflowRun(r.Message, s.address) {
			l.record(r)
		}
	}
	l.complete = page.Last
	return nil
}

// record sets the run of a target if r is a newer run of its workspace.
func (l *runList) record(r scalr.ListedRun) {
	for _, w := range l.wanted {
		if w.matches(r) && (w.run == nil || supersedes(r.Run, w.run.Run)) {
			w.run = &r
		}
	}
}

// supersedes reports whether a run counts instead of another one: the newer of the two. A duplicate of a run, of the same
// configuration version, does not count if it was stopped, as the step that created them does.
func supersedes(r, other scalr.Run) bool {
	stopped, otherStopped := r.State() == scalr.Canceled, other.State() == scalr.Canceled
	if r.ConfigurationID != "" && r.ConfigurationID == other.ConfigurationID && stopped != otherStopped {
		return otherStopped
	}
	return r.CreatedAt.After(other.CreatedAt)
}

// matches reports whether the run belongs to the workspace.
func (w *searchTarget) matches(r scalr.ListedRun) bool {
	if w.ID != "" {
		return r.WorkspaceID == w.ID
	}
	if r.Workspace.Name != w.Name {
		return false
	}
	if w.EnvironmentID != "" {
		return r.EnvironmentID == w.EnvironmentID
	}
	return r.Workspace.Environment == w.Environment || r.EnvironmentID == w.Environment && strings.HasPrefix(w.Environment, "env-")
}

// markAbsent sets absent and unsure after the search.
func (s *search) markAbsent() {
	for _, w := range s.all {
		complete, unsorted := false, false
		for _, l := range s.lists {
			if slices.Contains(l.wanted, w) {
				complete, unsorted = complete || l.completeFor(w), unsorted || l.unsorted
			}
		}
		w.absent = w.absent || w.run == nil && complete
		w.unsure = w.run != nil && unsorted && !complete
	}
}

// nameMissing reads the names of workspaces that are known only by id, until the requests are used up.
func (s *search) nameMissing(ctx context.Context) error {
	for _, w := range s.all {
		if w.run != nil || w.ID == "" || w.Name != "" || s.requestsLeft <= 0 {
			continue
		}
		s.requestsLeft--
		found, err := s.client.Workspace(ctx, w.ID)
		switch {
		case lookup.Gone(err):
		case err != nil:
			return err
		default:
			w.Name, w.EnvironmentID, w.Environment = found.Name, found.EnvironmentID, cmp.Or(found.Environment, w.Environment)
		}
	}
	return nil
}
