package scalrsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAcceptsVendorClients sends requests that Scalr's SDK and CLI send to the real service.
func TestAcceptsVendorClients(t *testing.T) {
	t.Parallel()
	sdk := func(r *request) { r.Header.Del("Prefer") }
	for name, c := range map[string]struct {
		method, path, body string
		change             func(*request)
		status             int
	}{
		"without Prefer":                  {"GET", "/runs", "", sdk, 200},
		"tags of an account":              {"GET", "/tags?filter[account]=" + AccountID, "", sdk, 200},
		"policy groups of an account":     {"GET", "/policy-groups?filter[account]=" + AccountID, "", sdk, 200},
		"creators of service accounts":    {"GET", "/service-accounts?include=created-by", "", sdk, 200},
		"outputs as JSON:API":             {"GET", "/workspaces/" + WorkspaceID + "/outputs", "", sdk, 200},
		"assume as JSON:API with a token": {"POST", "/service-accounts/assume", "{}", func(r *request) { r.Header.Set("Content-Type", plain) }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Scenario{})
			r, body := send(t, s.Client(), c.method, s.URL()+BasePath+c.path, c.body, c.change)
			if r.StatusCode != c.status {
				t.Errorf("got %d, want %d: %s", r.StatusCode, c.status, body)
			}
			wantNoObjections(t, s)
		})
	}
}

func TestTagsByID(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	s.AddTag("blue")
	id := s.AddTag("green")
	_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/tags?filter[tag]="+id, "")
	var tags struct{ Data []struct{ ID string } }
	if err := json.Unmarshal([]byte(body), &tags); err != nil || len(tags.Data) != 1 || tags.Data[0].ID != id {
		t.Errorf("got %s, %v; want the tag %s only", body, err, id)
	}
}

func TestWorkspaceTagPagination(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	id := s.AddWorkspace(EnvironmentID, "tagged", nil, "a", "b", "c")
	_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/workspaces/"+id+"/relationships/tags?page[size]=2", "")
	if got := get(t, body, "meta.pagination"); got == nil || get(t, body, "meta.pagination.total-count") != 3.0 ||
		get(t, body, "meta.pagination.next-page") != 2.0 {
		t.Errorf("got %v in %s", got, body)
	}
}

// TestOriginsAreDifferentHosts checks that the two origins are different hosts: net/http forwards
// Authorization on a redirect to another port of the same host, and the simulator objects to a client that
// sends the token to the blob host.
func TestOriginsAreDifferentHosts(t *testing.T) {
	t.Parallel()
	for name, forwards := range map[string]bool{"Go's client": false, "a client that always sends the token": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Scenario{})
			listening(t, s)
			s.AddFault(Fault{Op: "GET /tags", Action: Redirect, Target: s.blob + "/logs/plan-1"})
			transport := &http.Transport{}
			t.Cleanup(transport.CloseIdleConnections)
			client := &http.Client{Transport: transport, CheckRedirect: func(r *request, via []*request) error {
				if forwards {
					r.Header.Set("Authorization", via[0].Header.Get("Authorization"))
				}
				return nil
			}}
			r, body := send(t, client, "GET", s.URL()+BasePath+"/tags", "")
			api, err := url.Parse(s.URL())
			if err != nil {
				t.Fatal(err)
			}
			if host := r.Request.URL.Hostname(); host == api.Hostname() {
				t.Errorf("redirected to %s, want a host other than that of the API", host)
			}
			objections := strings.Join(s.Objections(), "; ")
			if noticed := strings.Contains(objections, "Authorization was sent to the blob host"); noticed != forwards {
				t.Errorf("objections: %q, status %d %s", objections, r.StatusCode, body)
			}
		})
	}
}
