package scalr

import (
	"cmp"
	"context"
	"net/url"
	"slices"
)

// Contents are the workspaces of an environment, as far as the token sees them.
type Contents struct {
	Inside Some // in the environment
	// Doubtful are those of which the service does not report the environment.
	Doubtful Some
	// Outside is how many was included that are in other environments.
	Outside int
	// Whole is true if nothing contradicts that these are all.
	Whole bool
}

// Some are workspaces of which only the first are named.
type Some struct {
	Count int
	First []string // names, or ids where no name was reported; ten at most
}

func (s *Some) add(w Workspace) {
	if s.Count++; s.Count <= mostIDs {
		s.First = append(s.First, cmp.Or(w.Name, w.ID))
	}
}

// EnvironmentContents lists the workspaces of an environment.
func (c *Client) EnvironmentContents(ctx context.Context, id string) (Contents, error) {
	return c.contents(ctx, id, url.Values{"filter[environment]": {id}})
}

// AccountContents lists all workspaces that the token sees, in whatever
// environment. It shows whether an empty list of [Client.EnvironmentContents]
// means anything: without the permission to read workspaces every list is empty.
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

// ReadsWorkspaces returns the permission by which the token reads the workspaces of the environment, "" where the
// service does not name it.
func (e Environment) ReadsWorkspaces() string {
	for _, name := range []string{"workspaces:read", "workspaces:*", "*:read", "*:*", "can-read-workspaces", "can-list-workspaces"} {
		if slices.Contains(e.Permissions, name) {
			return name
		}
	}
	return ""
}
