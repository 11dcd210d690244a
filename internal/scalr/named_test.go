package scalr_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
)

// pathServer responds according to the path of the request; a number is a status, and a missing path is a 404.
type pathServer map[string]string

func (s pathServer) RoundTrip(r *http.Request) (*http.Response, error) {
	status, text := 200, s[strings.TrimPrefix(r.URL.Path, "/api/iacp/v3/")]
	switch text {
	case "":
		status = 404
	case "403":
		status = 403
	}
	if status != 200 {
		text = `{"errors":[{"detail":"no"}]}`
	}
	return respond(r, status, text), nil
}

func (s pathServer) client(t *testing.T) *scalr.Client {
	t.Helper()
	client, _ := dialed(t, "https://acme.scalr.test", s)
	return client
}

// object returns a resource with a name. If parent is not empty, it is the id of the resource's account or environment.
func object(kind, id, name, parentKind, parent string) string {
	text := `{"type":"` + kind + `","id":"` + id + `","attributes":{"name":"` + name + `"}`
	if parent != "" {
		text += `,"relationships":{"` + strings.TrimSuffix(parentKind, "s") + `":{"data":{"type":"` + parentKind + `","id":"` + parent + `"}}}`
	}
	return text + `}`
}

func listOf(objects ...string) string { return `{"data":[` + strings.Join(objects, ",") + `]}` }

// TestEnvironmentNamed: an environment is found only by its exact name and in the exact account.
func TestEnvironmentNamed(t *testing.T) {
	t.Parallel()
	prod := func(id, name, account string) string { return object("environments", id, name, "accounts", account) }
	one := listOf(prod("env-1", "prod", "acc-1"))
	inBoth := listOf(prod("env-2", "prod", "acc-2"), prod("env-1", "prod", "acc-1"))
	twice := listOf(prod("env-2", "prod", "acc-1"), prod("env-1", "prod", "acc-1"))
	whole := func(name, account string) string { return `{"data":` + prod("env-1", name, account) + `}` }
	for name, c := range map[string]struct {
		list, whole, account string
		want                 string // the id, "" if there is none, "error" or "ambiguous"
	}{
		"found":                         {one, whole("prod", "acc-1"), "acc-1", "env-1"},
		"any account":                   {one, whole("prod", "acc-1"), "", "env-1"},
		"any account, unreported":       {listOf(prod("env-1", "prod", "")), whole("prod", ""), "", "env-1"},
		"missing environment":           {listOf(), "", "acc-1", ""},
		"another name":                  {listOf(prod("env-1", "Prod", "acc-1")), whole("Prod", "acc-1"), "acc-1", ""},
		"another account":               {listOf(prod("env-1", "prod", "acc-2")), whole("prod", "acc-2"), "acc-1", ""},
		"same name in both accounts":    {inBoth, whole("prod", "acc-1"), "acc-1", "env-1"},
		"two in account":                {twice, whole("prod", "acc-1"), "acc-1", "ambiguous"},
		"list forbidden":                {"403", whole("prod", "acc-1"), "acc-1", "error"},
		"deleted after the list":        {one, "", "acc-1", ""},
		"environment forbidden":         {one, "403", "acc-1", "error"},
		"renamed after the list":        {one, whole("old", "acc-1"), "acc-1", ""},
		"moved after the list":          {one, whole("prod", "acc-2"), "acc-1", ""},
		"account missing in list":       {listOf(prod("env-1", "prod", "")), whole("prod", "acc-1"), "acc-1", "env-1"},
		"unreported account":            {one, whole("prod", ""), "acc-1", "error"},
		"other account missing in list": {listOf(prod("env-1", "prod", "")), whole("prod", "acc-2"), "acc-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, ok, err := pathServer{"environments": c.list, "environments/env-1": c.whole}.client(t).EnvironmentNamed(t.Context(), c.account, "prod")
			if got := outcome(found.ID, err); got != c.want || ok != (err == nil && c.want != "") {
				t.Errorf("got %q, %v, %v; want %q", got, ok, err, c.want)
			}
		})
	}
}

// outcome returns the id or the kind of the error.
func outcome(id string, err error) string {
	var several *scalr.AmbiguousError
	switch {
	case errors.As(err, &several) && len(several.IDs) == 2 && id == "":
		return "ambiguous"
	case err != nil && id == "":
		return "error"
	}
	return id
}

// TestWorkspaceAndTagNamed: workspaces and tags are found only by their exact names.
func TestWorkspaceAndTagNamed(t *testing.T) {
	t.Parallel()
	workspace := func(id, name, environment string) string {
		return object("workspaces", id, name, "environments", environment)
	}
	tag := func(id, name string) string { return object("tags", id, name, "", "") }
	for name, c := range map[string]struct{ workspaces, tags, want string }{
		"one":         {listOf(workspace("1", "net", "env-1")), listOf(tag("1", "net")), "1"},
		"none":        {listOf(), listOf(), ""},
		"other names": {listOf(workspace("1", "nets", "env-1")), listOf(tag("1", "Net")), ""},
		"one of several": {listOf(workspace("2", "net", "env-2"), workspace("1", "net", "env-1")),
			listOf(tag("2", "n"), tag("1", "net")), "1"},
		"several": {listOf(workspace("2", "net", "env-1"), workspace("1", "net", "env-1")),
			listOf(tag("2", "net"), tag("1", "net")), "ambiguous"},
		"forbidden": {"403", "403", "error"},
	} {
		client := pathServer{"workspaces": c.workspaces, "tags": c.tags}.client(t)
		w, ok, err := client.WorkspaceNamed(t.Context(), "env-1", "net")
		if got := outcome(w.ID, err); got != c.want || ok != (err == nil && c.want != "") {
			t.Errorf("workspace, %s: got %q, %v, %v; want %q", name, got, ok, err, c.want)
		}
		found, ok, err := client.TagNamed(t.Context(), "net")
		if got := outcome(found.ID, err); got != c.want || ok != (err == nil && c.want != "") {
			t.Errorf("tag, %s: got %q, %v, %v; want %q", name, got, ok, err, c.want)
		}
	}
}
