package resource

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/scalr"
)

// listedWorkspace is an element of the output workspaces.
type listedWorkspace struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	EnvironmentID string   `json:"environment-id"`
	Environment   string   `json:"environment"`
	Tags          []string `json:"tags"`
}

func (w *workspaceCommand) list(ctx context.Context) error {
	workspaces, err := w.filtered(ctx)
	if err != nil {
		return err
	}
	end := w.Job.Group(fmt.Sprintf("Workspaces: %d", len(workspaces)))
	list := make([]listedWorkspace, 0, len(workspaces))
	for _, ws := range workspaces {
		tags, err := w.resolveTagNames(ctx, ws.Tags)
		if err != nil {
			return err
		}
		list = append(list, listedWorkspace{ws.ID, ws.Name, ws.EnvironmentID, ws.Environment, tagNames(tags)})
		w.Job.Infof("%s; tags: %s", lookup.Title(ws), quoted(tagNames(tags)))
	}
	end()
	w.out.Set("count", strconv.Itoa(len(list)))
	return w.setJSON("workspaces", list)
}

// filtered lists by the filters. A name is meant exactly, unless it begins with
// an operator of Scalr's, which no workspace's name can.
func (w *workspaceCommand) filtered(ctx context.Context) ([]scalr.Workspace, error) {
	f := scalr.WorkspaceFilter{Query: w.in.Filter.Query, Name: w.in.Filter.Name}
	tag, some, err := w.tagFilter(ctx, w.in.Filter.Tag)
	if err != nil || !some {
		return nil, err
	}
	f.Tag = tag
	if w.in.Environment != "" {
		env, ok, err := lookup.Environment(ctx, w.client, w.in.Environment)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, lookup.MissingEnvironment(ctx, w.client, w.in.Environment)
		}
		f.EnvironmentID = env.ID
	}
	list, err := w.client.Workspaces(ctx, f)
	var kept []scalr.Workspace
	for _, ws := range list {
		named := f.Name == "" || strings.Contains(f.Name, ":") || ws.Name == f.Name
		if !named || f.EnvironmentID != "" && ws.EnvironmentID != f.EnvironmentID {
			continue
		}
		has, err := w.hasTag(ctx, scalr.WorkspaceKind, ws.ID, ws.Tags, tag)
		if err != nil {
			return nil, err
		}
		if has {
			kept = append(kept, ws)
		}
	}
	return kept, err
}
