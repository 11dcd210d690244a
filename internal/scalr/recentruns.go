package scalr

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"scalr-run-action/internal/jsonstream"
)

// RunScope selects the runs to list: those of a workspace or of an environment. The zero value selects all runs that
// the token can read.
type RunScope struct{ EnvironmentID, WorkspaceID string }

func (s RunScope) String() string {
	switch {
	case s.WorkspaceID != "":
		return "workspace " + s.WorkspaceID
	case s.EnvironmentID != "":
		return "environment " + s.EnvironmentID
	}
	return "the account"
}

// RunPage is one page of a list of runs.
type RunPage struct {
	Runs []ListedRun
	// Last is true if the server reports that no page follows.
	Last bool
}

// ListedRun is an entry of a list of runs.
type ListedRun struct {
	Run
	// Workspace contains only an id if the response does not include the workspace.
	Workspace Workspace
	// Whole is false if a part of the run is not included; read the run to get it.
	Whole bool
}

// Parts of a run that a list includes. If the response exceeds its size limit with them, the list is requested again
// with fewer parts.
const (
	listIncludes  = runIncludes + ",workspace,environment"
	shortIncludes = "workspace,environment"
)

// RunsPage lists one page of 100 runs in the server's order, which in all known versions is newest first. Pages start
// at 1.
func (c *Client) RunsPage(ctx context.Context, scope RunScope, page int) (RunPage, error) {
	list, err := c.runsPage(ctx, scope, page, listIncludes)
	var limit *jsonstream.LimitError
	if errors.As(err, &limit) {
		return c.runsPage(ctx, scope, page, shortIncludes)
	}
	return list, err
}

func (c *Client) runsPage(ctx context.Context, scope RunScope, page int, include string) (list RunPage, err error) {
	query := url.Values{"include": {include}, "page[number]": {strconv.Itoa(page)}, "page[size]": {strconv.Itoa(pageSize)}}
	setIf(query, "filter[workspace]", scope.WorkspaceID)
	setIf(query, "filter[environment]", scope.EnvironmentID)
	op := OpListRuns.on(scope.String())
	err = c.do(ctx, call{op: op, method: http.MethodGet, path: []string{"runs"}, query: query, policy: defaultPolicy,
		read: func(a answer) error {
			list = RunPage{}
			all, doc, err := a.many(op, "runs")
			for _, r := range all {
				list.Runs = append(list.Runs, doc.listedRun(r))
			}
			list.Last = len(all) == 0 || !doc.more(page)
			return err
		}})
	return list, err
}

func (d document) listedRun(r resource) ListedRun {
	one := ListedRun{Run: d.run(r)}
	one.Workspace = Workspace{ID: one.WorkspaceID, EnvironmentID: one.EnvironmentID}
	if workspace, ok := d.included("workspaces", one.WorkspaceID); ok {
		one.Workspace = d.workspace(workspace)
	}
	if one.EnvironmentID == "" {
		one.EnvironmentID = one.Workspace.EnvironmentID
	}
	one.Whole = one.partsKnown() && len(one.Policies) <= mostChecks
	return one
}

// partsKnown reports whether the status of each of the run's tasks is known.
func (r Run) partsKnown() bool {
	known := (r.Plan == nil || r.Plan.Status != "") && (r.Apply == nil || r.Apply.Status != "") && (r.Cost == nil || r.Cost.Status != "")
	for _, p := range r.Policies {
		known = known && p.Status != ""
	}
	return known
}
