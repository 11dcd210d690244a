package scalrsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// names returns the names in a list document in their order.
func names(t *testing.T, body string) string {
	t.Helper()
	var found []string
	for _, item := range get(t, body, "data").([]any) {
		found = append(found, item.(map[string]any)["attributes"].(map[string]any)["name"].(string))
	}
	return strings.Join(found, " ")
}

func TestListings(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	blue := s.AddTag("blue")
	s.AddEnvironment("preview-1", "blue")
	s.AddEnvironment("preview-2", "blue", "green")
	group := s.AddPolicyGroup("guard")
	tests := map[string]struct{ path, want string }{
		"all":                       {"/environments", "production staging preview-1 preview-2"},
		"name matches a prefix":     {"/environments?filter[name]=pre", "preview-1 preview-2"},
		"like":                      {"/environments?filter[name]=like:view", "preview-1 preview-2"},
		"one of":                    {"/environments?filter[name]=in:staging,preview-1", "staging preview-1"},
		"tag":                       {"/environments?filter[tag]=" + blue, "preview-1 preview-2"},
		"id":                        {"/environments?filter[environment]=" + StagingID, "staging"},
		"query by id":               {"/environments?query=" + StagingID, "staging"},
		"policy group":              {"/environments?filter[policy-group]=" + group, ""},
		"never ran":                 {"/environments?filter[latest-run-date]=between:2022-01-01T00:00:00Z,2022-02-01T00:00:00Z", ""},
		"sorted":                    {"/environments?sort=name", "preview-1 preview-2 production staging"},
		"sorted backwards":          {"/environments?sort=-name", "staging production preview-2 preview-1"},
		"second page":               {"/environments?page[size]=3&page[number]=2", "preview-2"},
		"beyond the last page":      {"/environments?page[number]=9", ""},
		"workspaces by name":        {"/workspaces?filter[name]=network", "network network-edge"},
		"in an environment":         {"/workspaces?filter[environment]=" + EnvironmentID, "network network-edge vcs-driven locked local"},
		"in an environment by name": {"/workspaces?filter[environment][name]=stag", ""},
		"accounts":                  {"/accounts", "acme"},
		"tags":                      {"/tags?filter[name]=bl", "blue"},
		"policy groups":             {"/policy-groups?filter[name]=guard", "guard"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := send(t, s.Client(), "GET", s.URL()+BasePath+test.path, "")
			if r.StatusCode != 200 {
				t.Fatalf("got %d %s", r.StatusCode, body)
			}
			if got := names(t, body); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			wantNoObjections(t, s)
		})
	}
	if r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/environments?filter[account]=acc-none", ""); r.StatusCode != 404 {
		t.Errorf("an unknown account: got %d, want 404", r.StatusCode)
	}
}

func TestPagination(t *testing.T) {
	t.Parallel()
	s := New(Scenario{Setup: func(s *Server) {
		for i := range 143 { // 145 with the two default environments
			s.AddEnvironment(fmt.Sprintf("preview-%03d", i))
		}
	}})
	list := s.URL() + BasePath + "/environments"
	_, body := send(t, s.Client(), "GET", list, "")
	wantJSON(t, jsonOfPart(t, body, "meta"), `{"pagination":{"current-page":1,"next-page":2,"prev-page":null,"total-count":145,"total-pages":8}}`)
	wantJSON(t, jsonOfPart(t, body, "links"), `{"self":"`+list+`?page%5Bnumber%5D=1&page%5Bsize%5D=20","first":"`+list+`?page%5Bnumber%5D=1&page%5Bsize%5D=20",
		"last":"`+list+`?page%5Bnumber%5D=8&page%5Bsize%5D=20","next":"`+list+`?page%5Bnumber%5D=2&page%5Bsize%5D=20"}`)
	_, body = send(t, s.Client(), "GET", list+"?page[size]=1000&page[number]=2", "")
	if got := len(get(t, body, "data").([]any)); got != 45 {
		t.Errorf("second page with page[size]=1000: got %d items, want 45 because of the limit of 100", got)
	}
	s = New(Scenario{Config: Config{Null: true}})
	_, body = send(t, s.Client(), "GET", s.URL()+BasePath+"/environments", "")
	if !strings.Contains(body, `"included":null`) || !strings.Contains(body, `"next":null`) {
		t.Errorf("got %s, want null for empty members", body)
	}
}

func TestEnvironmentOperations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{})
		client, api := s.Client(), s.URL()+BasePath
		tag, config := s.AddTag("blue"), s.AddProviderConfiguration("cloud", "aws")

		r, body := send(t, client, "POST", api+"/environments", `{"data":{"type":"environments",
			"attributes":{"name":"preview","cost-estimation-enabled":false,"mask-sensitive-output":false},
			"relationships":{"account":{"data":{"type":"accounts","id":"acc-v0acme00000001"}},"tags":{"data":[{"type":"tags","id":"`+tag+`"}]},
				"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"`+config+`"}]}}}}`)
		id := get(t, body, "data.id").(string)
		if r.StatusCode != 201 || !strings.HasPrefix(id, "env-") {
			t.Fatalf("got %d %s", r.StatusCode, body)
		}
		wantJSON(t, body, `{"data":{"type":"environments","id":"`+id+`","links":{"self":"https://acme.scalr.test/api/iacp/v3/environments/`+id+`"},
			"attributes":{"name":"preview","status":"Active","created-at":"2000-01-01T00:00:00Z","created-by-email":"ada@acme.example","updated-at":null,
				"remote-backend":true,"remote-backend-overridable":true,"mask-sensitive-output":false,"is-federated-to-account":false,
				"locked":false,"lock-reason":null,"favorite":false,"permissions":{}},
			"relationships":{"account":{"data":{"type":"accounts","id":"acc-v0acme00000001"}},"created-by":{"data":{"type":"users","id":"user-v0ada000000001"}},
				"updated-by":{"data":null},"locked-by":{"data":null},"tags":{"data":[{"type":"tags","id":"`+tag+`"}]},"policy-groups":{"data":[]},
				"provider-configurations":{"data":[]},"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"`+config+`"}]},
				"drift-detection-schedules":{"data":[]},"default-workspace-agent-pool":{"data":null},"storage-profile":{"data":null}}}}`)

		rename := func(name string) (*http.Response, string) {
			return send(t, client, "PATCH", api+"/environments/"+id, `{"data":{"type":"environments","id":"`+id+`","attributes":{"name":"`+name+`"}}}`)
		}
		if r, body := rename("staging"); r.StatusCode != 422 || !strings.Contains(body, "already been taken") {
			t.Errorf("existing name: got %d %s", r.StatusCode, body)
		}
		if r, body := rename("renamed"); r.StatusCode != 200 || get(t, body, "data.attributes.name") != "renamed" {
			t.Errorf("rename: got %d %s", r.StatusCode, body)
		}
		_, body = send(t, client, "GET", api+"/environments/"+id+"?include=tags,account", "")
		if got := len(get(t, body, "included").([]any)); got != 2 {
			t.Errorf("got %d included, want 2: %s", got, body)
		}

		workspace := s.AddWorkspace(id, "network", nil)
		if r, body := send(t, client, "DELETE", api+"/environments/"+id, ""); r.StatusCode != 204 {
			t.Errorf("delete with a workspace: got %d %s", r.StatusCode, body)
		}
		for _, path := range []string{"/workspaces/" + workspace, "/environments/" + id} {
			if r, _ := send(t, client, "GET", api+path, ""); r.StatusCode != 404 {
				t.Errorf("%s still exists: %d", path, r.StatusCode)
			}
		}
		wantNoObjections(t, s)
	})
}

func TestOldServer(t *testing.T) {
	t.Parallel()
	s := New(Scenario{Config: Config{Old: true}})
	group := s.AddPolicyGroup("guard")
	_, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/environments",
		`{"data":{"type":"environments","attributes":{"name":"a","cost-estimation-enabled":false},
		"relationships":{"policy-groups":{"data":[{"type":"policy-groups","id":"`+group+`"}]}}}}`)
	if get(t, body, "data.attributes.cost-estimation-enabled") != false || !strings.Contains(body, group) {
		t.Errorf("got %s, want both settings", body)
	}
	wantNoObjections(t, s)
}

func TestTagOperations(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"/environments/" + EnvironmentID, "/workspaces/" + WorkspaceID} {
		s := New(Scenario{})
		tags := map[string]string{"a": s.AddTag("a"), "b": s.AddTag("b"), "c": s.AddTag("c")}
		path := s.URL() + BasePath + place + "/relationships/tags"
		for _, step := range []struct {
			method, tags, want string
			status             int
		}{
			{"POST", "a b", "a b", 204}, {"POST", "b c", "a b c", 204}, {"DELETE", "a c", "b", 204}, {"DELETE", "a b", "b", 404},
			{"PATCH", "c a", "c a", 204}, {"PATCH", "", "", 204},
		} {
			var ids []string
			for _, name := range strings.Fields(step.tags) {
				ids = append(ids, `{"type":"tags","id":"`+tags[name]+`"}`)
			}
			if r, body := send(t, s.Client(), step.method, path, `{"data":[`+strings.Join(ids, ",")+`]}`); r.StatusCode != step.status {
				t.Errorf("%s %s: got %d, want %d: %s", step.method, step.tags, r.StatusCode, step.status, body)
			}
			_, body := send(t, s.Client(), "GET", path, "")
			var got []string
			for _, item := range get(t, body, "data").([]any) {
				for name, id := range tags {
					if id == item.(map[string]any)["id"] {
						got = append(got, name)
					}
				}
			}
			if got := strings.Join(got, " "); got != step.want {
				t.Errorf("after %s %s: got %q, want %q", step.method, step.tags, got, step.want)
			}
		}
		r, body := send(t, s.Client(), "POST", path, `{"data":[{"type":"tags","id":"tag-none"}]}`)
		if r.StatusCode != 422 || !strings.Contains(body, "Validation Error") {
			t.Errorf("an unknown tag: got %d %s", r.StatusCode, body)
		}
		wantNoObjections(t, s)
	}
}

// TestRemoteBackendIsImmutable checks that remote-backend cannot be changed: Scalr's Terraform provider
// replaces an environment to change it.
func TestRemoteBackendIsImmutable(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	for value, status := range map[string]int{"true": 200, "false": 422} {
		r, body := send(t, s.Client(), "PATCH", s.URL()+BasePath+"/environments/"+StagingID,
			`{"data":{"type":"environments","id":"`+StagingID+`","attributes":{"remote-backend":`+value+`}}}`)
		if r.StatusCode != status {
			t.Errorf("remote-backend %s: got %d, want %d: %s", value, r.StatusCode, status, body)
		}
	}
}

func TestPolicyGroupEnvironments(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	group := s.AddPolicyGroup("guard")
	linked := func() []string {
		_, body := send(t, client, "GET", api+"/environments?filter[policy-group]="+group, "")
		return strings.Fields(names(t, body))
	}
	path := api + "/policy-groups/" + group + "/relationships/environments"
	if r, _ := send(t, client, "POST", path, `{"data":[{"type":"environments","id":"`+EnvironmentID+`"}]}`); r.StatusCode != 204 {
		t.Errorf("add: got %d", r.StatusCode)
	}
	if got := linked(); !slices.Equal(got, []string{"production"}) {
		t.Errorf("after adding: %q", got)
	}
	send(t, client, "POST", path, `{"data":[{"type":"environments","id":"`+StagingID+`"}]}`)
	if got := linked(); !slices.Equal(got, []string{"production", "staging"}) {
		t.Errorf("after adding another: %q", got)
	}
	send(t, client, "PATCH", path, `{"data":[{"type":"environments","id":"`+StagingID+`"}]}`)
	if got := linked(); !slices.Equal(got, []string{"staging"}) {
		t.Errorf("after replacing: %q", got)
	}
	if r, _ := send(t, client, "DELETE", path+"/"+StagingID, ""); r.StatusCode != 204 {
		t.Errorf("remove: got %d", r.StatusCode)
	}
	if r, _ := send(t, client, "DELETE", path+"/"+StagingID, ""); r.StatusCode != 404 {
		t.Errorf("remove again: got %d, want 404", r.StatusCode)
	}
	if got := linked(); len(got) != 0 {
		t.Errorf("after removing: %q", got)
	}
	wantNoObjections(t, s)
}

func TestWorkspaceRules(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	create := func(name, attributes string) (*http.Response, string) {
		return send(t, client, "POST", api+"/workspaces", `{"data":{"type":"workspaces","attributes":{"name":"`+name+`"`+attributes+`},
			"relationships":{"environment":{"data":{"type":"environments","id":"`+EnvironmentID+`"}}}}}`)
	}
	r, body := create("app", `,"iac-platform":"opentofu","terraform-version":"1.9.0","auto-destroy-days":7,"working-directory":"live"`)
	if r.StatusCode != 201 || get(t, body, "data.attributes.iac-platform") != "opentofu" || get(t, body, "data.attributes.auto-destroy-days") != 7.0 {
		t.Fatalf("got %d %s", r.StatusCode, body)
	}
	id := get(t, body, "data.id").(string)
	for name, want := range map[string]string{"app": "already been taken", "with blank": "letters, digits", "": "cannot be empty"} {
		if r, body := create(name, ""); r.StatusCode != 422 || !strings.Contains(body, want) {
			t.Errorf("%q: got %d %s", name, r.StatusCode, body)
		}
	}
	lock := func(verb string) int {
		content := func(r *request) { r.Header.Set("Content-Type", "application/json") }
		body := `{"reason":"by hand"}`
		if verb == "unlock" {
			body, content = "", func(r *request) { r.Header.Del("Content-Type") }
		}
		r, _ := send(t, client, "POST", api+"/workspaces/"+id+"/actions/"+verb, body, content)
		return r.StatusCode
	}
	if got := []int{lock("lock"), lock("lock"), lock("unlock"), lock("unlock")}; !slices.Equal(got, []int{200, 409, 200, 409}) {
		t.Errorf("lock, lock, unlock, unlock: got %v", got)
	}
	s.SetAttribute(id, "has-resources", true)
	if r, _ := send(t, client, "DELETE", api+"/workspaces/"+id, ""); r.StatusCode != 409 {
		t.Errorf("protected and with resources: got %d, want 409", r.StatusCode)
	}
	send(t, client, "PATCH", api+"/workspaces/"+id, `{"data":{"type":"workspaces","id":"`+id+`","attributes":{"deletion-protection-enabled":false}}}`)
	if r, _ := send(t, client, "DELETE", api+"/workspaces/"+id, ""); r.StatusCode != 204 {
		t.Errorf("without protection: got %d, want 204", r.StatusCode)
	}
	wantNoObjections(t, s)
}

// jsonOfPart returns the value at a path of a document as JSON.
func jsonOfPart(t *testing.T, body, path string) string {
	t.Helper()
	text, err := json.Marshal(get(t, body, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
