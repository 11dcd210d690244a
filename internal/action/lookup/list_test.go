package lookup_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestHasTag checks whether an object has a tag, and whether its tags are listed.
func TestHasTag(t *testing.T) {
	t.Parallel()
	var app string
	server := scalrsim.New(scalrsim.Scenario{Setup: func(s *scalrsim.Server) {
		app = s.AddWorkspace(scalrsim.StagingID, "app", nil, "blue", "eu")
		s.AddTag("green")
	}})
	defer server.Close()
	client := scalrtest.NewClient(t, server.Client().Transport)
	ids := map[string]string{"": ""}
	tags, err := client.Tags(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range tags {
		ids[tag.Name] = tag.ID
	}
	for name, c := range map[string]struct {
		known    []string
		tag      string
		want     bool
		requests int
	}{
		"no tag":            {known: []string{"blue"}, want: true},
		"known":             {known: []string{"eu", "blue"}, tag: "blue", want: true},
		"not in the list":   {known: []string{"eu"}, tag: "blue", want: true, requests: 1},
		"no known tags":     {tag: "blue", want: true, requests: 1},
		"other tag":         {known: []string{"eu", "blue"}, tag: "green", requests: 1},
		"other, none known": {tag: "green", requests: 1},
	} {
		var known []scalr.Tag
		for _, tag := range c.known {
			known = append(known, scalr.Tag{ID: ids[tag], Name: tag})
		}
		before := len(server.Requests())
		got, err := lookup.HasTag(context.Background(), client, scalr.WorkspaceKind, app, known, ids[c.tag])
		if n := len(server.Requests()) - before; got != c.want || err != nil || n != c.requests {
			t.Errorf("%s: %v, %v after %d requests; want %v after %d", name, got, err, n, c.want, c.requests)
		}
	}
}

// TestListWorkspaces checks which workspaces the filters select, or the error.
func TestListWorkspaces(t *testing.T) {
	t.Parallel()
	unfiltered := scalrsim.Fault{Op: "GET /workspaces", Times: -1, Action: scalrsim.Edit, Change: func(body string) string {
		return strings.ReplaceAll(body, `"name":"network"`, `"name":"other"`)
	}}
	for name, c := range map[string]struct {
		environment string
		filter      inputs.WorkspaceFilter
		faults      []scalrsim.Fault
		want        string // the names, or the error
		notice      string
	}{
		"all in an environment": {environment: "staging", want: "[app app-2]"},
		"by id":                 {environment: scalrsim.StagingID, want: "[app app-2]"},
		"name":                  {environment: "staging", filter: inputs.WorkspaceFilter{Name: "app"}, want: "[app]"},
		"name that differs":     {environment: "production", filter: inputs.WorkspaceFilter{Name: "network"}, faults: []scalrsim.Fault{unfiltered}, want: "[]"},
		"operator":              {environment: "staging", filter: inputs.WorkspaceFilter{Name: "like:app"}, want: "[app app-2]"},
		"tag":                   {environment: "staging", filter: inputs.WorkspaceFilter{Tag: "blue"}, want: "[app]"},
		"tag anywhere":          {filter: inputs.WorkspaceFilter{Tag: "blue"}, want: "[app]"},
		"unknown tag": {filter: inputs.WorkspaceFilter{Tag: "blu"}, want: "[]",
			notice: `Tag "blu" not found: nothing matches the filter. Did you mean "blue"?`},
		"unknown environment": {environment: "stagin", want: `Environment "stagin" not found, or the token cannot read it. Did you mean "staging"?`},
		"unknown id":          {environment: "env-nowhere", want: `Environment "env-nowhere" not found, or the token cannot read it.`},
		"forbidden tags": {filter: inputs.WorkspaceFilter{Tag: "blue"}, faults: []scalrsim.Fault{refused("GET /tags", 1)},
			want: "list tags: Forbidden (HTTP 403)"},
		"forbidden environment": {environment: scalrsim.StagingID, faults: []scalrsim.Fault{refused("GET /environments/*", 1)},
			want: "read environment " + scalrsim.StagingID + ": Forbidden (HTTP 403)"},
		"forbidden workspaces": {environment: "staging", faults: []scalrsim.Fault{refused("GET /workspaces", 1)},
			want: "list workspaces: Forbidden (HTTP 403)"},
		"forbidden tags of a workspace": {environment: "staging", filter: inputs.WorkspaceFilter{Tag: "blue"},
			faults: []scalrsim.Fault{
				refused("GET /workspaces/*/relationships/tags", 1),
				{Op: "GET /workspaces", Action: scalrsim.Misreport, Member: "tags", Times: -1},
			},
			want: "list the tags of WORKSPACE: Forbidden (HTTP 403)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var app string
			server := scalrsim.New(scalrsim.Scenario{Faults: c.faults, Setup: func(s *scalrsim.Server) {
				app = s.AddWorkspace(scalrsim.StagingID, "app", nil, "blue")
				s.AddWorkspace(scalrsim.StagingID, "app-2", nil)
			}})
			defer server.Close()
			notice := ""
			client := scalrtest.NewClient(t, server.Client().Transport)
			list, err := lookup.ListWorkspaces(context.Background(), client, c.environment, c.filter, func(s string) { notice += s })
			var names []string
			for _, w := range list {
				names = append(names, w.Name)
			}
			slices.Sort(names)
			got := fmt.Sprint(names)
			if err != nil {
				got = strings.ReplaceAll(err.Error(), app, "WORKSPACE")
			}
			if got != c.want || notice != c.notice {
				t.Errorf("got %s with the notice %q, want %s with %q", got, notice, c.want, c.notice)
			}
		})
	}
}

// TestTagFilter checks the id of a tag, and that there is none for a tag that does not exist.
func TestTagFilter(t *testing.T) {
	t.Parallel()
	server := scalrsim.New(scalrsim.Scenario{Setup: func(s *scalrsim.Server) { s.AddTag("blue") }})
	defer server.Close()
	client := scalrtest.NewClient(t, server.Client().Transport)
	blue, _, err := client.TagNamed(context.Background(), "blue")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tag, id string
		exists  bool
		notice  string
	}{
		"existing": {tag: "blue", id: blue.ID, exists: true},
		"unknown":  {tag: "red", notice: `Tag "red" not found: nothing matches the filter.`},
		"no tag":   {exists: true},
	} {
		notice := ""
		id, exists, err := lookup.TagFilter(context.Background(), client, c.tag, func(s string) { notice += s })
		if id != c.id || exists != c.exists || err != nil || notice != c.notice {
			t.Errorf("%s: got %q, %t, %v with the notice %q", name, id, exists, err, notice)
		}
	}
}

// TestTagResolver checks that missing names are added, and that the tags of the account are listed once.
func TestTagResolver(t *testing.T) {
	t.Parallel()
	server := scalrsim.New(scalrsim.Scenario{Setup: func(s *scalrsim.Server) { s.AddTag("blue") }})
	defer server.Close()
	r := &lookup.TagResolver{Client: scalrtest.NewClient(t, server.Client().Transport)}
	named := []scalr.Tag{{ID: "tag-1", Name: "one"}}
	got, err := r.Resolve(context.Background(), named)
	if n := len(server.Requests()); err != nil || !slices.Equal(got, named) || n != 0 {
		t.Errorf("got %+v, %v after %d requests", got, err, n)
	}
	all, err := r.Client.Tags(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		tags := []scalr.Tag{{ID: all[0].ID}, {ID: all[0].ID, Name: "other"}, {ID: "tag-unknown"}}
		got, err = r.Resolve(context.Background(), tags)
		want := []scalr.Tag{all[0], {ID: all[0].ID, Name: "other"}, {ID: "tag-unknown"}}
		if n := len(server.Requests()); err != nil || !slices.Equal(got, want) || n != 2 || tags[0].Name != "" {
			t.Errorf("got %+v, %v after %d requests, want %+v", got, err, n, want)
		}
	}
	if names := lookup.TagNames([]scalr.Tag{{Name: "b"}, {Name: "a"}}); !slices.Equal(names, []string{"a", "b"}) || lookup.TagNames(nil) == nil {
		t.Errorf("the names are %q", names)
	}
}

// TestTexts checks the parts of messages that name workspaces and people.
func TestTexts(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		lookup.Title(scalr.Workspace{ID: "ws-1"}):                                             "ws-1",
		lookup.Title(scalr.Workspace{ID: "ws-1", Environment: "production"}):                  "ws-1",
		lookup.Title(scalr.Workspace{ID: "ws-1", Name: "network"}):                            `"network" (ws-1)`,
		lookup.Title(scalr.Workspace{ID: "ws-1", Name: "network", Environment: "production"}): `"production/network" (ws-1)`,
		lookup.By("ada"): " by ada",
		lookup.By(""):    "",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestEnvironment checks the requests that find an environment by its name or id.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		want   string // the path of each request
		found  bool
		faults []scalrsim.Fault
		err    string
	}{
		"staging":          {want: "/environments /environments/ID", found: true},
		"nowhere":          {want: "/environments"},
		"env-prod":         {want: "/environments/env-prod /environments /environments/ID", found: true},
		"env-a b":          {want: "/environments /environments/ID", found: true},
		"env-a/b":          {want: "/environments /environments/ID", found: true},
		"env-nowhere":      {want: "/environments/env-nowhere /environments"},
		scalrsim.StagingID: {want: "/environments/" + scalrsim.StagingID, found: true},
		"env-secret": {want: "/environments/env-secret", faults: []scalrsim.Fault{refused("GET /environments/*", 1)},
			err: "read environment env-secret: Forbidden (HTTP 403)"},
	} {
		server := scalrsim.New(scalrsim.Scenario{Faults: c.faults, Setup: func(s *scalrsim.Server) {
			for _, name := range []string{"env-prod", "env-a b", "env-a/b"} {
				s.AddEnvironment(name)
			}
		}})
		env, found, err := lookup.Environment(context.Background(), scalrtest.NewClient(t, server.Client().Transport), name)
		var paths []string
		for _, r := range server.Requests() {
			paths = append(paths, r.Path)
		}
		text := ""
		if err != nil {
			text = err.Error()
		}
		if found != c.found || (env.ID != "") != c.found || text != c.err || strings.Join(paths, " ") != strings.ReplaceAll(c.want, "ID", env.ID) {
			t.Errorf("%s: found %v (%q) with the requests %q and the error %q, want %v, %q, %q", name, found, env.ID, paths, text, c.found, c.want, c.err)
		}
		server.Close()
	}
}
