package scalrsim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// wantJSON compares two documents regardless of the order of their members.
func wantJSON(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%v in %s", err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("\ngot  %s\nwant %s", got, want)
	}
}

// TestWire compares complete responses. The clock of synctest starts at midnight UTC on 2000-01-01.
func TestWire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Script: RunScript{Cost: &Cost{"1.000", "3.500", "2.500"}, Policies: []Policy{{"tags", "advisory_failed", []string{"no owner"}}}}})
		client, api := s.Client(), s.URL()+BasePath

		r, body := send(t, client, "POST", api+"/configuration-versions", `{"data":{"type":"configuration-versions",
			"attributes":{"auto-queue-runs":false,"is-dry":true},
			"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-v0netw00000001"}}}}}`)
		if r.StatusCode != 201 || r.Header.Get("Content-Type") != "application/vnd.api+json" || r.Header.Get("Preference-Applied") != "profile=preview" {
			t.Errorf("got %d %v", r.StatusCode, r.Header)
		}
		version := get(t, body, "data.id").(string)
		link := get(t, body, "data.links.upload").(string)
		wantJSON(t, body, `{"data":{"id":"`+version+`","type":"configuration-versions",
			"attributes":{"auto-queue-runs":false,"is-dry":true,"status":"pending","source":"api","size":null,"error-message":null,
				"inputs":[],"created-at":"2000-01-01T00:00:00Z","status-timestamps":{}},
			"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-v0netw00000001"}},"vcs-revision":{"data":null}},
			"links":{"self":"https://acme.scalr.test/api/iacp/v3/configuration-versions/`+version+`","upload":"`+link+`"}}}`)

		r, body = send(t, client, "PUT", link, pack(t, example), upload)
		if r.StatusCode != 200 || body != "" {
			t.Errorf("upload: got %d %s", r.StatusCode, body)
		}
		if got := s.Uploaded(version)["main.tf"]; got != example["main.tf"] {
			t.Errorf("uploaded: got %q", got)
		}
		for i, want := range []string{"pending", "pending", "uploaded"} {
			_, body = send(t, client, "GET", api+"/configuration-versions/"+version, "")
			if got := get(t, body, "data.attributes.status"); got != want {
				t.Errorf("read %d: got %v, want %s", i+1, got, want)
			}
			if strings.Contains(body, `"upload"`) {
				t.Errorf("a read includes the upload link: %s", body)
			}
		}

		_, body = send(t, client, "POST", api+"/runs", `{"data":{"type":"runs",
			"attributes":{"is-dry":true,"message":"try it","source":"api","target-addrs":["terraform_data.a"],
				"variables":[{"key":"region","value":"eu","category":"terraform"},{"key":"TOKEN","value":"s","category":"shell","sensitive":true}]},
			"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-v0netw00000001"}},
				"configuration-version":{"data":{"type":"configuration-versions","id":"`+version+`"}}}}}`)
		run := get(t, body, "data.id").(string)
		plan := get(t, body, "data.relationships.plan.data.id").(string)
		cost := get(t, body, "data.relationships.cost-estimate.data.id").(string)
		check := get(t, body, "data.relationships.policy-checks.data").([]any)[0].(map[string]any)["id"].(string)
		transition := get(t, body, "data.relationships.status-transitions.data").([]any)[0].(map[string]any)["id"].(string)
		wantJSON(t, body, `{"data":{"type":"runs","id":"`+run+`",
			"attributes":{"is-dry":true,"is-destroy":false,"auto-apply":false,"message":"try it","source":"api","refresh":true,
				"refresh-only":false,"save-plan":false,"target-addrs":["terraform_data.a"],"replace-addrs":null,"inputs":null,"plan-at":null,
				"apply-at":null,"iac-platform":"terraform","status":"pending","status-timestamps":{"pending-at":"2000-01-01T00:00:00Z"},
				"created-at":"2000-01-01T00:00:00Z","has-changes":false,"error-message":null,"position-in-queue":null,"permissions":{},
				"variables":[{"key":"region","value":"eu","category":"terraform"},{"key":"TOKEN","value":null,"category":"shell","sensitive":true}]},
			"relationships":{"workspace":{"data":{"type":"workspaces","id":"ws-v0netw00000001"}},
				"environment":{"data":{"type":"environments","id":"env-v0prod00000001"}},
				"configuration-version":{"data":{"type":"configuration-versions","id":"`+version+`"}},
				"created-by":{"data":{"type":"users","id":"user-v0bot000000001"}},
				"plan":{"data":{"type":"plans","id":"`+plan+`"}},"apply":{"data":null},
				"cost-estimate":{"data":{"type":"cost-estimates","id":"`+cost+`"}},
				"policy-checks":{"data":[{"type":"policy-checks","id":"`+check+`"}]},
				"status-transitions":{"data":[{"type":"status-transitions","id":"`+transition+`"}]},
				"created-by-run":{"data":null},"vcs-revision":{"data":null},"tags":{"data":[]},"state-versions":{"data":[]}},
			"links":{"self":"https://acme.scalr.test/api/iacp/v3/runs/`+run+`"}}}`)

		time.Sleep(time.Minute)
		_, body = send(t, client, "GET", api+"/runs/"+run+"?include=plan,cost-estimate,policy-checks&fields[runs]=status,has-changes,plan", "")
		wantJSON(t, body, `{"data":{"type":"runs","id":"`+run+`","attributes":{"status":"planned_and_finished","has-changes":true},
				"relationships":{"plan":{"data":{"type":"plans","id":"`+plan+`"}}},
				"links":{"self":"https://acme.scalr.test/api/iacp/v3/runs/`+run+`"}},
			"included":[{"type":"plans","id":"`+plan+`",
					"attributes":{"status":"finished","has-changes":true,"resource-additions":1,"resource-changes":0,"resource-destructions":0,
						"execution-details":{},
						"status-timestamps":{"queued-at":"2000-01-01T00:00:00Z","running-at":"2000-01-01T00:00:00Z",
							"finished-at":"2000-01-01T00:00:02Z"}},
					"links":{"self":"https://acme.scalr.test/api/iacp/v3/plans/`+plan+`","output":"https://acme.scalr.test/api/iacp/v3/plans/`+plan+`/output",
						"json-output":"https://acme.scalr.test/api/iacp/v3/plans/`+plan+`/json-output"}},
				{"type":"cost-estimates","id":"`+cost+`",
					"attributes":{"status":"finished","error-message":null,"prior-monthly-cost":"1.000","proposed-monthly-cost":"3.500",
						"delta-monthly-cost":"2.500","resources-count":1,"matched-resources-count":1,"unmatched-resources-count":null,
						"status-timestamps":{"queued-at":"2000-01-01T00:00:02Z","finished-at":"2000-01-01T00:00:02Z"}},
					"links":{"self":"https://acme.scalr.test/api/iacp/v3/cost-estimates/`+cost+`",
						"output":"https://acme.scalr.test/api/iacp/v3/cost-estimates/`+cost+`/output","breakdown":null}},
				{"type":"policy-checks","id":"`+check+`",
					"attributes":{"status":"passed","permissions":{},
						"status-timestamps":{"queued-at":"2000-01-01T00:00:03Z","passed-at":"2000-01-01T00:00:03Z"},
						"result":{"result":true,"passed":0,"advisory-failed":1,"soft-failed":0,"hard-failed":0,"total-failed":1,"duration-ms":0,
							"policies":[{"name":"tags","result":"advisory_failed","messages":["no owner"]}]}},
					"links":{"output":"https://acme.scalr.test/api/iacp/v3/policy-checks/`+check+`/output"}}]}`)
		wantNoObjections(t, s)
	})
}

func TestErrorDocuments(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	client, api := s.Client(), s.URL()+BasePath
	tests := map[string]struct {
		method, path, body string
		status             int
		title, pointer     string
		detail             any
	}{
		"unknown run": {"GET", "/runs/run-none", "", 404, "Run with ID 'run-none' not found or user unauthorized.", "", nil},
		"plans are forbidden": {"GET", "/plans/plan-none", "", 403, "Forbidden", "",
			"You do not have permission to perform this action."},
		"unknown workspace of a run": {"POST", "/runs", inWorkspace("runs", "{}", "ws-none"),
			404, "Invalid Relationship", "/data/relationships/workspace", "Workspace with ID 'ws-none' not found or user unauthorized."},
		"no version to run": {"POST", "/runs", inWorkspace("runs", "{}", WorkspaceID),
			422, "Invalid Relationship", "/data/relationships/configuration-version",
			"No configuration versions available to create the run from. Upload at least one or link the workspace to a VCS provider."},
		"local workspace": {"POST", "/runs", inWorkspace("runs", "{}", LocalWorkspaceID),
			422, "Invalid Relationship", "/data/relationships/workspace", "Runs are not possible in a workspace with local execution mode."},
		"blank tag": {"POST", "/tags", `{"data":{"type":"tags","attributes":{"name":""}}}`,
			422, "Invalid Attribute", "/data/attributes/name", "Name cannot be empty."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := send(t, client, test.method, api+test.path, test.body)
			var doc struct{ Errors []map[string]any }
			if err := json.Unmarshal([]byte(body), &doc); err != nil || len(doc.Errors) != 1 {
				t.Fatalf("got %s", body)
			}
			e := doc.Errors[0]
			if r.StatusCode != test.status || e["title"] != test.title || e["detail"] != test.detail {
				t.Errorf("got %d %s", r.StatusCode, body)
			}
			if source, _ := e["source"].(map[string]any); test.pointer != "" && source["pointer"] != test.pointer {
				t.Errorf("pointer: got %v, want %s", source["pointer"], test.pointer)
			}
		})
	}
}

func TestVCSWorkspaceHasNoUploadLink(t *testing.T) {
	t.Parallel()
	s := New(Scenario{})
	_, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/configuration-versions", `{"data":{"type":"configuration-versions",
		"attributes":{"auto-queue-runs":false,"is-dry":true},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+VCSWorkspaceID+`"}}}}}`)
	if got := get(t, body, "data.links.upload"); got != nil {
		t.Errorf("got %v, want null", got)
	}
}

func TestCorruptArchive(t *testing.T) {
	t.Parallel()
	for name, archive := range map[string]string{
		"no gzip":   "PK\x03\x04",
		"cut short": pack(t, map[string]string{"main.tf": strings.Repeat("x", 10_000)})[:60],
		"escapes":   pack(t, map[string]string{"../main.tf": ""}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Scenario{Config: Config{Processing: -1}})
			api := s.URL() + BasePath
			_, body := send(t, s.Client(), "POST", api+"/configuration-versions", `{"data":{"type":"configuration-versions",
				"attributes":{"auto-queue-runs":false,"is-dry":true},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
			send(t, s.Client(), "PUT", get(t, body, "data.links.upload").(string), archive, upload)
			_, body = send(t, s.Client(), "GET", api+"/configuration-versions/"+get(t, body, "data.id").(string), "")
			if get(t, body, "data.attributes.status") != "errored" || get(t, body, "data.attributes.error-message") == nil {
				t.Errorf("got %s", body)
			}
			if objected := len(s.Objections()) > 0; objected != (name == "escapes") {
				t.Errorf("objections: %q", s.Objections())
			}
		})
	}
}
