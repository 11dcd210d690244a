package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/scalr"
)

// reconcileTags updates the tags of an environment or workspace to match the inputs, and returns the resulting tags.
// known are the tags in the response that contained the object.
func (c *companion) reconcileTags(ctx context.Context, kind scalr.Kind, id string, known []scalr.Tag, want inputs.Tags) ([]scalr.Tag, error) {
	if want.Mode == inputs.TagsAdd && len(want.Names) == 0 {
		return c.resolveTagNames(ctx, known)
	}
	ids, err := c.client.TagIDs(ctx, kind, id)
	if err != nil {
		return nil, err
	}
	have, err := c.resolveTagNames(ctx, withNames(ids, known))
	if err != nil {
		return nil, err
	}
	switch want.Mode {
	case inputs.TagsClear:
		return c.clearTags(ctx, kind, id, have)
	case inputs.TagsRemove:
		return c.removeTags(ctx, kind, id, have, want.Names)
	case inputs.TagsReplace:
		return c.replaceTags(ctx, kind, id, have, want.Names)
	}
	return c.addTags(ctx, kind, id, have, want.Names)
}

// withNames returns the tags with these ids, and with the names of the known tags.
func withNames(ids []string, known ...[]scalr.Tag) []scalr.Tag {
	names := map[string]string{}
	for _, t := range slices.Concat(known...) {
		if names[t.ID] == "" {
			names[t.ID] = t.Name
		}
	}
	tags := make([]scalr.Tag, 0, len(ids))
	for _, id := range ids {
		tags = append(tags, scalr.Tag{ID: id, Name: names[id]})
	}
	return tags
}

// resolveTagNames adds missing names to tags.
func (c *companion) resolveTagNames(ctx context.Context, tags []scalr.Tag) ([]scalr.Tag, error) {
	c.tags.Client = c.client
	return c.tags.Resolve(ctx, tags)
}

func (c *companion) clearTags(ctx context.Context, kind scalr.Kind, id string, have []scalr.Tag) ([]scalr.Tag, error) {
	if len(have) == 0 {
		return nil, nil
	}
	if err := c.client.ReplaceTags(ctx, kind, id, nil); err != nil {
		return nil, err
	}
	c.recordChange("Removed all tags: %s.", quoted(lookup.TagNames(have)))
	return nil, nil
}

func (c *companion) removeTags(ctx context.Context, kind scalr.Kind, id string, have []scalr.Tag, names []string) ([]scalr.Tag, error) {
	var kept, dropped []scalr.Tag
	drop := setOf(names)
	for _, t := range have {
		if drop[t.Name] {
			dropped = append(dropped, t)
		} else {
			kept = append(kept, t)
		}
	}
	if len(dropped) == 0 {
		return have, nil
	}
	if err := c.unlinkTags(ctx, kind, id, tagIDs(dropped)); err != nil {
		return nil, err
	}
	c.recordChange("Removed the tags %s.", quoted(lookup.TagNames(dropped)))
	return kept, nil
}

// unlinkTags removes tags from an object. Scalr returns 404 if one of the links no longer exists, for example after a
// lost response or a change by another client; unlinkTags then removes the remaining links. If all links exist, the
// 404 means that Scalr rejects the request.
func (c *companion) unlinkTags(ctx context.Context, kind scalr.Kind, id string, ids []string) error {
	for {
		err := c.client.RemoveTags(ctx, kind, id, ids)
		if !lookup.Gone(err) {
			return err
		}
		now, listErr := c.client.TagIDs(ctx, kind, id)
		if listErr != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(ids), func(tag string) bool { return !slices.Contains(now, tag) })
		switch len(left) {
		case 0:
			return nil
		case len(ids):
			return err
		}
		ids = left
	}
}

func (c *companion) replaceTags(ctx context.Context, kind scalr.Kind, id string, have []scalr.Tag, names []string) ([]scalr.Tag, error) {
	want, err := c.ensureTags(ctx, have, names)
	if err != nil || sameSet(tagIDs(have), tagIDs(want)) {
		return want, err
	}
	if err := c.client.ReplaceTags(ctx, kind, id, tagIDs(want)); err != nil {
		return nil, err
	}
	c.recordChange("Replaced the tags %s with %s.", quoted(lookup.TagNames(have)), quoted(lookup.TagNames(want)))
	return want, nil
}

func (c *companion) addTags(ctx context.Context, kind scalr.Kind, id string, have []scalr.Tag, names []string) ([]scalr.Tag, error) {
	has := setOf(lookup.TagNames(have))
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return has[name] })
	if len(missing) == 0 {
		return have, nil
	}
	added, err := c.ensureTags(ctx, nil, missing)
	if err != nil {
		return nil, err
	}
	if err := c.client.AddTags(ctx, kind, id, tagIDs(added)); err != nil {
		return nil, err
	}
	c.recordChange("Added the tags %s.", quoted(lookup.TagNames(added)))
	return append(slices.Clone(have), added...), nil
}

// ensureTags returns the tags with these names and creates missing ones.
func (c *companion) ensureTags(ctx context.Context, known []scalr.Tag, names []string) ([]scalr.Tag, error) {
	byName := map[string]scalr.Tag{}
	for _, t := range known {
		if _, ok := byName[t.Name]; !ok {
			byName[t.Name] = t
		}
	}
	for _, name := range unsafeFirst(names) {
		if _, ok := byName[name]; ok {
			continue
		}
		t, created, err := c.client.EnsureTag(ctx, name)
		if err != nil {
			return nil, tagNameError(name, err)
		}
		if created {
			c.recordChange("Created the tag %q.", name)
		}
		byName[name] = t
	}
	tags := make([]scalr.Tag, 0, len(names))
	for _, name := range names {
		tags = append(tags, byName[name])
	}
	return tags, nil
}

// Characters that Scalr accepts in the name of a tag. Scalr does not document the rule, so it may accept others.
var (
	safeTag     = lazyregexp.New(`^[A-Za-z0-9_.:-]+$`)
	unsafeInTag = lazyregexp.New(`[^A-Za-z0-9_.:-]+`)
)

// unsafeFirst moves the names that Scalr may reject to the front, so that no tag is created if one of them is
// rejected.
func unsafeFirst(names []string) []string {
	sorted := slices.Clone(names)
	slices.SortStableFunc(sorted, func(a, b string) int {
		switch x, y := safeTag.MatchString(a), safeTag.MatchString(b); {
		case x == y:
			return 0
		case y:
			return -1
		}
		return 1
	})
	return sorted
}

// tagNameError returns the error for a tag name that Scalr rejected, with a valid name as a suggestion.
func tagNameError(name string, err error) error {
	var e *scalr.Error
	if safeTag.MatchString(name) || !errors.As(err, &e) || !errors.Is(e, scalr.ErrInvalid) {
		return err
	}
	f := &step.Refusal{Code: step.CodeTagNameInvalid, Problem: fmt.Sprintf("Scalr rejected the tag name %q: %s.", name, strings.TrimSuffix(e.Reason(), "."))}
	if safe := strings.Trim(unsafeInTag.ReplaceAllString(name, "-"), "-"); safe != "" {
		f.Advice = step.Advice(step.CodeTagNameInvalid) + fmt.Sprintf(" Here: %q.", safe)
	}
	return f
}

// tagsForCreation returns the tags with which a new object is created.
func (c *companion) tagsForCreation(ctx context.Context, want inputs.Tags) ([]scalr.Tag, error) {
	if want.Mode != inputs.TagsAdd && want.Mode != inputs.TagsReplace {
		return nil, nil
	}
	return c.ensureTags(ctx, nil, want.Names)
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}

func tagIDs(tags []scalr.Tag) []string {
	ids := make([]string, 0, len(tags))
	for _, t := range tags {
		ids = append(ids, t.ID)
	}
	return ids
}

// quoted returns the quoted names, separated by commas, or "none".
func quoted(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	list := make([]string, 0, len(names))
	for _, n := range names {
		list = append(list, fmt.Sprintf("%q", n))
	}
	return strings.Join(list, ", ")
}
