package scalrsim

import (
	"strings"
	"testing"
)

// step is a request with its expected response.
type step struct {
	name, method, path, body string
	status                   int
	response                 string // a part of the expected body
	objection                string // a part of the expected objections; empty for none
}

func checkSteps(t *testing.T, s *Server, steps []step) {
	t.Helper()
	for _, c := range steps {
		before := len(s.Objections())
		r, body := send(t, s.Client(), c.method, s.URL()+BasePath+c.path, c.body)
		if r.StatusCode != c.status || !strings.Contains(body, c.response) {
			t.Errorf("%s: got %d, want %d with %s: %s", c.name, r.StatusCode, c.status, c.response, body)
		}
		if got := strings.Join(s.Objections()[before:], "; "); !strings.Contains(got, c.objection) || (c.objection == "") != (got == "") {
			t.Errorf("%s: objections: got %q, want %q", c.name, got, c.objection)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	inherited := s.AddVariable(EnvironmentID, map[string]any{"key": "region", "category": "terraform", "value": "us"})
	secret := s.AddVariable(WorkspaceID, map[string]any{"key": "TOKEN", "category": "env", "value": "s3cr3t-value", "sensitive": true})
	post := func(attributes string) string {
		return `{"data":{"type":"vars","attributes":` + attributes +
			`,"relationships":{"workspace":{"data":{"type":"workspaces","id":"` + WorkspaceID + `"}}}}}`
	}
	patch := func(attributes string) string { return `{"data":{"type":"vars","attributes":` + attributes + `}}` }
	checkSteps(t, s, []step{
		{"key of an environment variable", "POST", "/vars", post(`{"key":"region","category":"terraform","value":"eu"}`), 201, `"value":"eu"`, ""},
		{"existing key", "POST", "/vars", post(`{"key":"region","category":"terraform","value":"eu"}`), 422, "already exists", ""},
		{"same key for the shell", "POST", "/vars", post(`{"key":"region","category":"shell","hcl":true}`), 201, `"hcl":false`, ""},
		{"existing key, category env", "POST", "/vars", post(`{"key":"TOKEN","category":"shell"}`), 422, "already exists", ""},
		{"no category", "POST", "/vars", post(`{"key":"a"}`), 422, "category", "attribute category is missing"},
		{"long key", "POST", "/vars", post(`{"key":"` + strings.Repeat("k", 129) + `","category":"terraform"}`), 422, "128", "attribute key"},
		{"long value", "POST", "/vars", post(`{"key":"a","category":"terraform","value":"` + strings.Repeat("é", 65536) + `"}`),
			422, "65535", "attribute value"},
		{"numeric value", "POST", "/vars", post(`{"key":"a","category":"terraform","value":1}`), 422, "", "attribute value"},
		{"relationship to the account", "POST", "/vars", strings.Replace(post(`{"key":"a","category":"terraform"}`), `"workspace":`,
			`"account":{"data":null},"workspace":`, 1), 201, "", "relationship account"},
		{
			"unknown workspace", "POST", "/vars", strings.Replace(post(`{"key":"a","category":"terraform"}`), WorkspaceID, "ws-none", 1),
			404, "Workspace with ID 'ws-none'", "",
		},
		{"unknown workspace in a filter", "GET", "/vars?filter[workspace]=ws-none", "", 404, "ws-none", ""},
		{"filter by workspace", "GET", "/vars?filter[workspace]=" + WorkspaceID + "&filter[key]=region&filter[category]=terraform", "",
			200, `"total-count":1`, ""},
		{"filter with inherited ones", "GET", "/vars?filter[workspace]=in:null," + WorkspaceID + "&filter[key]=region", "", 200, `"total-count":3`, ""},
		{"read a sensitive variable", "GET", "/vars/" + secret, "", 200, `"value":null`, ""},
		{"update a sensitive variable", "PATCH", "/vars/" + secret, patch(`{"value":"other","sensitive":true}`), 200, `"value":null`, ""},
		{"make a variable not sensitive", "PATCH", "/vars/" + secret, patch(`{"sensitive":false}`), 422, "stays sensitive", "attribute sensitive"},
		{"change the category", "PATCH", "/vars/" + inherited, patch(`{"category":"shell"}`), 422, "Category", "attribute category"},
		{"make a variable sensitive", "PATCH", "/vars/" + inherited, patch(`{"sensitive":true}`), 200, `"value":null`, ""},
		{"delete", "DELETE", "/vars/" + inherited, "", 204, "", ""},
		{"delete again", "DELETE", "/vars/" + inherited, "", 404, "Variable with ID", ""},
		{"update after delete", "PATCH", "/vars/" + inherited, patch(`{"value":"a"}`), 404, "Variable with ID", ""},
	})
}

func TestProviderConfigurationLinksOfWorkspaces(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	aws, backup := s.AddProviderConfiguration("aws-production", "aws"), s.AddProviderConfiguration("aws-backup", "aws")
	google := s.AddProviderConfiguration("google", "google")
	id := s.LinkProvider(WorkspaceID, aws, "")
	of := "/workspaces/" + WorkspaceID + "/provider-configuration-links"
	link := func(provider, attributes string) string {
		return `{"data":{"type":"provider-configuration-links","attributes":` + attributes +
			`,"relationships":{"provider-configuration":{"data":{"type":"provider-configurations","id":"` + provider + `"}}}}}`
	}
	checkSteps(t, s, []step{
		{"default of the environment", "PATCH", "/environments/" + EnvironmentID, `{"data":{"type":"environments","relationships":{
			"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"` + google + `"}]}}}}`, 200, "", ""},
		{"list inherited and own links", "GET", of + "?include=provider-configuration", "", 200, `"total-count":2`, ""},
		{"second link with an alias", "POST", of, link(backup, `{"alias":"backup"}`), 201, `"alias":"backup"`, ""},
		{"second link without an alias", "POST", of, link(backup, `{}`), 422, "alias", ""},
		{"long alias", "POST", of, link(backup, `{"alias":"`+strings.Repeat("a", 129)+`"}`), 422, "128", "attribute alias"},
		{"no provider configuration", "POST", of, `{"data":{"type":"provider-configuration-links"}}`,
			422, "", "relationship provider-configuration is missing"},
		{"unknown provider configuration", "POST", of, link("pcfg-none", `{}`), 404, "ProviderConfiguration with ID", ""},
		{"read-only attribute", "POST", of, link(google, `{"default":true}`), 201, "", "attribute default"},
		{"change the alias", "PATCH", "/provider-configuration-links/" + id, link(aws, `{"alias":"main"}`), 200, `"alias":"main"`, ""},
		{"existing alias", "PATCH", "/provider-configuration-links/" + id, link(aws, `{"alias":"backup"}`), 422, "alias", ""},
		{"change the provider", "PATCH", "/provider-configuration-links/" + id, link(google, `{"alias":"main"}`), 200, "", "cannot be changed"},
		{"delete", "DELETE", "/provider-configuration-links/" + id, "", 204, "", ""},
		{"delete again", "DELETE", "/provider-configuration-links/" + id, "", 404, "", ""},
		{"unknown workspace", "GET", "/workspaces/ws-none/provider-configuration-links", "", 404, "", ""},
	})
	_, body := send(t, s.Client(), "GET", s.URL()+BasePath+of, "")
	inherited := get(t, body, "data").([]any)[0].(map[string]any)["id"].(string)
	checkSteps(t, s, []step{
		{"read an inherited link", "GET", "/provider-configuration-links/" + inherited, "", 200, `"default":true`, ""},
		{"delete an inherited link", "DELETE", "/provider-configuration-links/" + inherited, "", 422, "belongs to an environment", "belongs to an environment"},
	})
}

func TestAgentPools(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	pool := s.AddAgentPool("private", Agent{"runner-1", "busy"}, Agent{"runner-2", "idle"})
	write := func(attributes, to string) string {
		return `{"data":{"type":"workspaces","attributes":` + attributes + `,"relationships":{"agent-pool":{"data":` + to + `}}}}`
	}
	network, link := "/workspaces/"+WorkspaceID, `{"type":"agent-pools","id":"`+pool+`"}`
	checkSteps(t, s, []step{
		{"by name", "GET", "/agent-pools?filter[name]=priv", "", 200, `"total-count":1`, ""},
		{"include agents", "GET", "/agent-pools/" + pool + "?include=agents", "", 200, `"status":"busy"`, ""},
		{"link", "PATCH", network, write(`{"run-operation-timeout":90}`, link), 200, `"id":"` + pool, ""},
		{"workspaces of the pool", "GET", "/workspaces?filter[agent-pool]=" + pool, "", 200, `"total-count":1`, ""},
		{"in use", "GET", "/agent-pools?filter[in-use]=true", "", 200, `"total-count":1`, ""},
		{"unknown pool", "PATCH", network, write(`{}`, `{"type":"agent-pools","id":"apool-none"}`), 404, "AgentPool with ID", ""},
		{"two pools", "PATCH", network, write(`{}`, `[`+link+`]`), 422, "", "relationship agent-pool"},
		{"short timeout", "PATCH", network, write(`{"run-operation-timeout":9}`, link), 422, "from 10 to 720", ""},
		{"long timeout", "PATCH", network, write(`{"run-operation-timeout":721}`, link), 422, "from 10 to 720", ""},
		{
			"clear all", "PATCH", network, write(`{"run-operation-timeout":null,"var-files":[],"working-directory":null}`, "null"),
			200, `"agent-pool":{"data":null}`, "",
		},
		{"not in use", "GET", "/agent-pools/" + pool, "", 200, `"in-use":false`, ""},
		{"fields of agent pools", "GET", "/agent-pools?fields[agent-pools]=name", "", 200, "", "unknown query parameter"},
	})
}
