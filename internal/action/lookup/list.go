package lookup

import (
	"context"
	"slices"
	"strings"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// ListWorkspaces lists the workspaces that match the filters of the inputs. The name filter is an exact match unless
// it starts with one of Scalr's filter operators; no workspace name starts with one. If the tag does not exist,
// ListWorkspaces calls notice and returns an empty list.
func ListWorkspaces(ctx context.Context, c *scalr.Client, environment string, filter inputs.WorkspaceFilter, notice func(string)) ([]scalr.Workspace, error) {
	f := scalr.WorkspaceFilter{Query: filter.Query, Name: filter.Name}
	tag, exists, err := TagFilter(ctx, c, filter.Tag, notice)
	if err != nil || !exists {
		return nil, err
	}
	f.Tag = tag
	if environment != "" {
		env, ok, err := Environment(ctx, c, environment)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, MissingEnvironment(ctx, c, environment)
		}
		f.EnvironmentID = env.ID
	}
	list, err := c.Workspaces(ctx, f)
	var kept []scalr.Workspace
	for _, ws := range list {
		named := f.Name == "" || strings.Contains(f.Name, ":") || ws.Name == f.Name
		if !named || f.EnvironmentID != "" && ws.EnvironmentID != f.EnvironmentID {
			continue
		}
		has, err := HasTag(ctx, c, scalr.WorkspaceKind, ws.ID, ws.Tags, tag)
		if err != nil {
			return nil, err
		}
		if has {
			kept = append(kept, ws)
		}
	}
	return kept, err
}

// TagFilter returns the id of the tag with the given name. If the tag does not exist, TagFilter calls notice and
// returns exists as false.
func TagFilter(ctx context.Context, c *scalr.Client, name string, notice func(string)) (id string, exists bool, err error) {
	if name == "" {
		return "", true, nil
	}
	t, ok, err := c.TagNamed(ctx, name)
	if ok || err != nil {
		return t.ID, ok, err
	}
	tags, _ := c.Tags(ctx, "")
	notice("Tag " + quoteDistinct(name) + " not found: nothing matches the filter." + DidYouMean(name, TagNames(tags)))
	return "", false, nil
}

// HasTag reports whether an object has the tag. It is needed even for a list filtered by tag: Scalr may return
// objects without the tag, and may omit some tags of an object.
func HasTag(ctx context.Context, c *scalr.Client, kind scalr.Kind, id string, known []scalr.Tag, tagID string) (bool, error) {
	if tagID == "" || slices.ContainsFunc(known, func(t scalr.Tag) bool { return t.ID == tagID }) {
		return true, nil
	}
	all, err := c.TagIDs(ctx, kind, id)
	return slices.Contains(all, tagID), err
}

// TagNames returns the sorted names of tags. The result is never nil.
func TagNames(tags []scalr.Tag) []string {
	names := make([]string, 0, len(tags))
	for _, t := range tags {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

// TagResolver adds missing names to tags. It lists the account's tags once, on first use.
type TagResolver struct {
	Client *scalr.Client
	names  map[string]string // by id; nil until the tags are listed
}

// Resolve returns the tags with their names.
func (r *TagResolver) Resolve(ctx context.Context, tags []scalr.Tag) ([]scalr.Tag, error) {
	if !slices.ContainsFunc(tags, func(t scalr.Tag) bool { return t.Name == "" }) {
		return tags, nil
	}
	if r.names == nil {
		all, err := r.Client.Tags(ctx, "")
		if err != nil {
			return nil, err
		}
		r.names = map[string]string{}
		for _, t := range all {
			r.names[t.ID] = t.Name
		}
	}
	named := slices.Clone(tags)
	for i, t := range named {
		if t.Name == "" {
			named[i].Name = r.names[t.ID]
		}
	}
	return named, nil
}
