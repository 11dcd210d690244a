package scalr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Scalr's filters may return more than requested. The functions of this file compare the results: exactly the name,
// exactly the place, and only one.

// AmbiguousError means that several objects have the same name.
type AmbiguousError struct {
	Thing string // environment, workspace or tag
	Name  string
	IDs   []string
}

func (e *AmbiguousError) Error() string {
	ids, more := e.IDs, ""
	if len(ids) > maxIDs {
		ids, more = ids[:maxIDs], fmt.Sprintf(" and %d more", len(ids)-maxIDs)
	}
	return fmt.Sprintf("%d %ss are named %q: %s%s", len(e.IDs), e.Thing, e.Name, strings.Join(ids, ", "), more)
}

const maxIDs = 10 // listed in an error

// onlyOne returns the object that was found, if there is exactly one.
func onlyOne[T any](thing, name string, found []T, id func(T) string) (one T, ok bool, err error) {
	switch len(found) {
	case 0:
		return one, false, nil
	case 1:
		return found[0], true, nil
	}
	ambiguous := &AmbiguousError{Thing: thing, Name: name}
	for _, f := range found {
		ambiguous.IDs = append(ambiguous.IDs, id(f))
	}
	return one, false, ambiguous
}

// EnvironmentNamed finds the environment with exactly the name, in the account if accountID is not empty. ok is false
// if there is none. The error is an *AmbiguousError if there are several.
func (c *Client) EnvironmentNamed(ctx context.Context, accountID, name string) (e Environment, ok bool, err error) {
	return c.environmentNamed(ctx, accountID, name, defaultPolicy)
}

func (c *Client) environmentNamed(ctx context.Context, accountID, name string, p policy) (e Environment, ok bool, err error) {
	list, err := c.environments(ctx, EnvironmentFilter{AccountID: accountID, Name: name}, p)
	if err != nil {
		return Environment{}, false, err
	}
	list = slices.DeleteFunc(list, func(e Environment) bool {
		return e.Name != name || accountID != "" && e.AccountID != "" && e.AccountID != accountID
	})
	one, ok, err := onlyOne("environment", name, list, func(e Environment) string { return e.ID })
	if !ok || err != nil {
		return Environment{}, false, err
	}
	// The list omits most attributes, and its entries are checked against the environment itself.
	whole, err := c.Environment(ctx, one.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return Environment{}, false, nil
	case err != nil:
		return Environment{}, false, err
	case accountID != "" && whole.AccountID == "":
		return Environment{}, false, malformed(OpReadEnvironment.on(one.ID), "the response does not name its account")
	case whole.Name != name || accountID != "" && whole.AccountID != accountID:
		return Environment{}, false, nil // it was renamed meanwhile
	}
	return whole, true, nil
}

// WorkspaceNamed finds the workspace with exactly the name in the environment. ok
// is false if there is none. The error is an *AmbiguousError if there are several.
func (c *Client) WorkspaceNamed(ctx context.Context, environmentID, name string) (w Workspace, ok bool, err error) {
	return c.workspaceNamed(ctx, environmentID, name, defaultPolicy)
}

func (c *Client) workspaceNamed(ctx context.Context, environmentID, name string, p policy) (Workspace, bool, error) {
	list, err := c.workspaces(ctx, WorkspaceFilter{EnvironmentID: environmentID, Name: name}, p)
	if err != nil {
		return Workspace{}, false, err
	}
	list = slices.DeleteFunc(list, func(w Workspace) bool { return w.Name != name || w.EnvironmentID != environmentID })
	return onlyOne("workspace", name, list, func(w Workspace) string { return w.ID })
}

// TagNamed finds the tag with exactly the name. ok is false if there is none. The
// error is an *AmbiguousError if there are several.
func (c *Client) TagNamed(ctx context.Context, name string) (t Tag, ok bool, err error) {
	return c.tagNamed(ctx, name, defaultPolicy)
}

func (c *Client) tagNamed(ctx context.Context, name string, p policy) (Tag, bool, error) {
	list, err := c.tagsNamed(ctx, name, p)
	if err != nil {
		return Tag{}, false, err
	}
	list = slices.DeleteFunc(list, func(t Tag) bool { return t.Name != name })
	return onlyOne("tag", name, list, func(t Tag) string { return t.ID })
}
