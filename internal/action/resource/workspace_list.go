package resource

import (
	"context"
	"fmt"
	"strconv"

	"scalr-run-action/internal/action/lookup"
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
	workspaces, err := lookup.ListWorkspaces(ctx, w.client, w.in.Environment, w.in.Filter, w.notice)
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
		list = append(list, listedWorkspace{ws.ID, ws.Name, ws.EnvironmentID, ws.Environment, lookup.TagNames(tags)})
		w.Job.Infof("%s; tags: %s", lookup.Title(ws), quoted(lookup.TagNames(tags)))
	}
	end()
	w.out.Set("count", strconv.Itoa(len(list)))
	return w.out.SetJSON("workspaces", list)
}
