package scalr

import (
	"cmp"
	"context"
	"net/url"
	"slices"
)

// Contents are the workspaces of an environment that the token can read.
type Contents struct {
	Inside Some // in the environment
	// Doubtful counts the workspaces whose environment is not reported.
	Doubtful Some
	// Outside is the number of listed workspaces that are in other environments.
	Outside int
	// Whole is true if nothing in the responses indicates that the list is incomplete.
	Whole bool
}

// Some counts workspaces and names the first of them.
type Some struct {
	Count int
	First []string // at most ten names, or ids where Scalr reports no name
}

func (s *Some) add(w Workspace) {
	if s.Count++; s.Count <= maxIDs {
		s.First = append(s.First, cmp.Or(w.Name, w.ID))
	}
}

// EnvironmentContents lists the workspaces of an environment.
func (c *Client) EnvironmentContents(ctx context.Context, id string) (Contents, error) {
	return c.contents(ctx, id, url.Values{"filter[environment]": {id}})
}

// AccountContents lists all workspaces of all environments that the token can read. It shows whether an empty list of
// [Client.EnvironmentContents] is conclusive: without the permission to read workspaces every list is empty.
func (c *Client) AccountContents(ctx context.Context, id string) (Contents, error) {
	return c.contents(ctx, id, url.Values{})
}

func (c *Client) contents(ctx context.Context, id string, query url.Values) (found Contents, err error) {
	found.Whole, err = c.wholeList(ctx, Op{Operation: OpListWorkspaces}, []string{"workspaces"}, "workspaces",
		query, defaultPolicy, func(r resource, d document) bool {
			w := d.workspace(r)
			switch w.EnvironmentID {
			case id:
				found.Inside.add(w)
			case "":
				found.Doubtful.add(w)
			default:
				found.Outside++
			}
			return true
		})
	return found, err
}

// ReadsWorkspaces returns the name of the permission that lets the token read the workspaces of the environment, or ""
// if Scalr does not report one.
func (e Environment) ReadsWorkspaces() string {
	for _, name := range []string{"workspaces:read", "workspaces:*", "*:read", "*:*", "can-read-workspaces", "can-list-workspaces"} {
		if slices.Contains(e.Permissions, name) {
			return name
		}
	}
	return ""
}
