package resource

import (
	"context"
	"fmt"
	"strconv"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/scalr"
)

// listedEnvironment is an element of the output environments.
type listedEnvironment struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Status string   `json:"status"`
	Tags   []string `json:"tags"`
}

func (e *environmentCommand) list(ctx context.Context) error {
	environments, err := e.listFiltered(ctx)
	if err != nil {
		return err
	}
	end := e.Job.Group(fmt.Sprintf("Environments: %d", len(environments)))
	list := make([]listedEnvironment, 0, len(environments))
	for _, env := range environments {
		tags, err := e.resolveTagNames(ctx, env.Tags)
		if err != nil {
			return err
		}
		list = append(list, listedEnvironment{env.ID, env.Name, env.Status, lookup.TagNames(tags)})
		e.Job.Infof("%q (%s) %s; tags: %s", env.Name, env.ID, env.Status, quoted(lookup.TagNames(tags)))
	}
	end()
	e.out.Set("count", strconv.Itoa(len(list)))
	return e.out.SetJSON("environments", list)
}

// listFiltered lists environments by the filters of the inputs. It resolves names, because Scalr's filters require ids.
func (e *environmentCommand) listFiltered(ctx context.Context) ([]scalr.Environment, error) {
	f := scalr.EnvironmentFilter{AccountID: e.in.AccountID, Query: e.in.Filter.Query, LatestRunDate: e.in.Filter.LatestRunDate, Sort: e.in.Filter.Sort}
	tag, some, err := lookup.TagFilter(ctx, e.client, e.in.Filter.Tag, e.notice)
	if err != nil || !some {
		return nil, err
	}
	f.Tag = tag
	if e.in.Filter.PolicyGroup != "" {
		groups, err := e.policyGroups(ctx, []string{e.in.Filter.PolicyGroup})
		if err != nil {
			return nil, err
		}
		f.PolicyGroup = groups[0].ID
	}
	list, err := e.client.Environments(ctx, f)
	var kept []scalr.Environment
	for _, env := range list {
		has, err := lookup.HasTag(ctx, e.client, scalr.EnvironmentKind, env.ID, env.Tags, tag)
		if err != nil {
			return nil, err
		}
		if has && (f.AccountID == "" || env.AccountID == "" || env.AccountID == f.AccountID) {
			kept = append(kept, env)
		}
	}
	return kept, err
}
