package scalrsim

import (
	"strings"
	"testing"
)

func TestProviderLinks(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	id := s.AddProviderConfiguration("cloud", "aws")
	link := func(environment string) int {
		r, _ := send(t, client, "PATCH", api+"/provider-configurations/"+id, `{"data":{"type":"provider-configurations",
			"relationships":{"environments":{"data":[{"type":"environments","id":"`+environment+`"}]}}}}`)
		return r.StatusCode
	}
	if got := link(StagingID); got != 200 {
		t.Fatalf("got %d, want 200", got)
	}
	if _, body := send(t, client, "GET", api+"/environments/"+StagingID, ""); !strings.Contains(body, `"provider-configurations":{"data":[{"id":"`+id) {
		t.Errorf("the environment does not contain the link: %s", body)
	}
	link(EnvironmentID)
	if _, body := send(t, client, "GET", api+"/environments/"+StagingID, ""); strings.Contains(body, id) {
		t.Errorf("the list was not replaced: %s", body)
	}
	if got := link("env-none"); got != 404 {
		t.Errorf("an unknown environment: got %d, want 404", got)
	}
	wantNoObjections(t, s)
	// According to Environment in openapi.yml, the list in an environment is read-only.
	send(t, client, "PATCH", api+"/environments/"+StagingID, `{"data":{"type":"environments",
		"relationships":{"provider-configurations":{"data":[{"type":"provider-configurations","id":"`+id+`"}]}}}}`)
	if len(s.Objections()) != 1 {
		t.Errorf("writing the environment's own list: got %q, want one objection", s.Objections())
	}
}

// TestDefaultsAreShared checks that a default provider configuration must be shared with the environment.
func TestDefaultsAreShared(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	all, private := s.AddProviderConfiguration("all", "aws"), s.AddProviderConfiguration("private", "aws")
	s.SetAttribute(private, "is-shared", false)
	defaults := func(method, path, attributes, id string) int {
		r, _ := send(t, client, method, api+path, `{"data":{"type":"environments",`+attributes+`"relationships":{"default-provider-configurations":{"data":[
			{"type":"provider-configurations","id":"`+id+`"}]}}}}`)
		return r.StatusCode
	}
	staging := "/environments/" + StagingID
	for i, got := range []int{defaults("PATCH", staging, "", all), defaults("POST", "/environments", `"attributes":{"name":"one"},`, all)} {
		if got != 200+i {
			t.Errorf("shared with all: got %d, want %d", got, 200+i)
		}
	}
	for _, got := range []int{defaults("PATCH", staging, "", private), defaults("POST", "/environments", `"attributes":{"name":"two"},`, private)} {
		if got != 422 {
			t.Errorf("not shared: got %d, want 422", got)
		}
	}
	for environment, want := range map[string]int{EnvironmentID: 422, StagingID: 200} {
		send(t, client, "PATCH", api+"/provider-configurations/"+private, `{"data":{"type":"provider-configurations","id":"`+private+`",
			"attributes":{"name":"private","provider-name":"aws"},"relationships":{"environments":{"data":[{"type":"environments","id":"`+environment+`"}]}}}}`)
		if got := defaults("PATCH", staging, "", private); got != want {
			t.Errorf("shared with %s: got %d, want %d", environment, got, want)
		}
	}
	wantNoObjections(t, s)
}
