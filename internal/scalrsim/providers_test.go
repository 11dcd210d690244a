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
		t.Errorf("the environment does not show the link: %s", body)
	}
	link(EnvironmentID)
	if _, body := send(t, client, "GET", api+"/environments/"+StagingID, ""); strings.Contains(body, id) {
		t.Errorf("the list was not replaced: %s", body)
	}
	if got := link("env-none"); got != 404 {
		t.Errorf("an unknown environment: got %d, want 404", got)
	}
	wantNoObjections(t, s)
	// openapi.yml, Environment: the list that an environment shows is read-only.
	send(t, client, "PATCH", api+"/environments/"+StagingID, `{"data":{"type":"environments",
		"relationships":{"provider-configurations":{"data":[{"type":"provider-configurations","id":"`+id+`"}]}}}}`)
	if len(s.Objections()) != 1 {
		t.Errorf("writing the environment's own list: got %q, want one objection", s.Objections())
	}
}
