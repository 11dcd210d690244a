package scalrsim

import (
	"strings"
	"testing"
)

// TestTagNamesAreChecked checks that names such as "! / nope" are rejected, as Scalr's own clients expect.
func TestTagNamesAreChecked(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	old := s.AddTag("old / one")
	for name, want := range map[string]int{
		"a": 201, "Team-A_1.2:prod": 201,
		"": 422, " ": 422, "! / nope": 422, "a b": 422, "feature/x": 422, "a,b": 422, "é": 422,
	} {
		r, body := send(t, client, "POST", api+"/tags", `{"data":{"type":"tags","attributes":{"name":"`+name+`"}}}`)
		if r.StatusCode != want || want == 422 && !strings.Contains(body, `"pointer":"/data/attributes/name"`) {
			t.Errorf("%q: got %d, want %d: %s", name, r.StatusCode, want, body)
		}
	}
	rename := func(name string) int {
		r, _ := send(t, client, "PATCH", api+"/tags/"+old, `{"data":{"type":"tags","id":"`+old+`","attributes":{"name":"`+name+`"}}}`)
		return r.StatusCode
	}
	if bad, good := rename("still / bad"), rename("good"); bad != 422 || good != 200 {
		t.Errorf("renaming: got %d and %d, want 422 and 200", bad, good)
	}
	wantNoObjections(t, s)
}

func TestVersionsAreChecked(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	for attributes, want := range map[string]int{
		`"terraform-version":"1.5.7"`:                              200,
		`"terraform-version":"1.5.8"`:                              422,
		`"terraform-version":"latest"`:                             422,
		`"iac-platform":"opentofu","terraform-version":"1.10.7"`:   200,
		`"iac-platform":"opentofu","terraform-version":"1.5.7"`:    422,
		`"iac-platform":"terraform","terraform-version":"1.10.7"`:  422,
		`"iac-platform":"terraform","terraform-version":"1.12.0"`:  200,
		`"iac-platform":"terraform","terraform-version":"1.12.00"`: 422,
	} {
		r, body := send(t, client, "POST", api+"/workspaces", `{"data":{"type":"workspaces","attributes":{"name":"`+
			strings.Map(letters, attributes)+`",`+attributes+`},"relationships":{"environment":{"data":{"type":"environments","id":"`+EnvironmentID+`"}}}}}`)
		if created := map[bool]int{true: 201, false: 422}[want == 200]; r.StatusCode != created {
			t.Errorf("create with %s: got %d, want %d: %s", attributes, r.StatusCode, created, body)
		}
		w := s.AddWorkspace(StagingID, "w", nil)
		r, body = send(t, client, "PATCH", api+"/workspaces/"+w, `{"data":{"type":"workspaces","id":"`+w+`","attributes":{`+attributes+`}}}`)
		if r.StatusCode != want || want == 422 && !strings.Contains(body, `"pointer":"/data/attributes/terraform-version"`) {
			t.Errorf("update with %s: got %d, want %d: %s", attributes, r.StatusCode, want, body)
		}
	}
	wantNoObjections(t, s)
}

// letters removes characters that are not allowed in the name of a workspace.
func letters(r rune) rune {
	if workspaceName.MatchString(string(r)) {
		return r
	}
	return -1
}
