package action_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// listing returns a fault that changes the nth and all later lists of workspaces.
func listing(nth int, change func(list map[string]any)) scalrsim.Fault {
	return scalrsim.Fault{Op: "GET /workspaces", Nth: nth, Times: -1, Action: scalrsim.Edit, Change: rewritten(change)}
}

// rewritten returns a function that changes the JSON of a response.
func rewritten(change func(doc map[string]any)) func(string) string {
	return func(body string) string {
		doc := map[string]any{}
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			return body
		}
		change(doc)
		text, _ := json.Marshal(doc) // cannot fail
		return string(text)
	}
}

func emptied(doc map[string]any) {
	doc["data"], doc["included"] = []any{}, nil
	pagination(doc)["total-count"] = 0
}

func pagination(doc map[string]any) map[string]any {
	meta, _ := doc["meta"].(map[string]any)
	p, _ := meta["pagination"].(map[string]any)
	return p
}

func withoutHome(doc map[string]any) {
	for _, one := range doc["data"].([]any) {
		delete(one.(map[string]any)["relationships"].(map[string]any), "environment")
	}
}

// Deleting an environment deletes its workspaces, so an empty list alone does not prove that there are none.
func TestEnvironmentDeletionRequiresProofOfEmptiness(t *testing.T) {
	t.Parallel()
	unverified := func(says ...string) deletionResult { return inUse(append(says, "cannot be verified")...) }
	contradicts := unverified("contradicts its own length")
	may := func(permissions any) func(*scalrsim.Server) {
		return func(s *scalrsim.Server) { s.SetAttribute(scalrsim.StagingID, "permissions", permissions) }
	}
	blind := listing(1, emptied)
	emptyBut := func(member string, value any) scalrsim.Fault {
		return listing(1, func(doc map[string]any) { emptied(doc); pagination(doc)[member] = value })
	}
	link := map[string]any{"next": "https://acme.scalr.test/api/iacp/v3/workspaces?page[number]=2"}
	fails := func(status int) scalrsim.Fault {
		return scalrsim.Fault{Op: "GET /workspaces", Times: -1, Action: scalrsim.Status, Status: status}
	}
	for name, c := range map[string]struct {
		deletionResult
		fault scalrsim.Fault
		setup func(*scalrsim.Server)
	}{
		"empty, other environments are not": {
			deletionResult: deleted("has no workspaces; the token sees 5 in other environments"),
			fault:          scalrsim.Fault{},
		},
		"token sees no workspaces": {
			deletionResult: unverified("no workspace in any environment", "`workspaces:read`"),
			fault:          blind,
		},
		"permission to read": {
			deletionResult: deleted("the token has the permission workspaces:read there"),
			fault:          blind,
			setup:          may(map[string]any{"workspaces:read": true}),
		},
		"no permission to read": {
			deletionResult: unverified("no workspace in any environment"),
			fault:          blind,
			setup:          may(map[string]any{"workspaces:read": false, "workspaces:update": true}),
		},
		"permission in a list": {
			deletionResult: deleted("the permission *:read"),
			fault:          blind,
			setup:          may([]any{"environments:delete", "*:read"}),
		},
		"other permission": {
			deletionResult: unverified("no workspace in any environment"),
			fault:          blind,
			setup:          may([]any{"environments:delete", "workspaces:create"}),
		},
		"total count is higher": {deletionResult: contradicts, fault: emptyBut("total-count", 1)},
		"total count is text":   {deletionResult: contradicts, fault: emptyBut("total-count", "7")},
		"total count is a word": {deletionResult: contradicts, fault: emptyBut("total-count", "none")},
		"total pages is higher": {deletionResult: contradicts, fault: emptyBut("total-pages", 2)},
		"next page":             {deletionResult: contradicts, fault: emptyBut("next-page", 2)},
		"next page is the same": {deletionResult: contradicts, fault: emptyBut("next-page", 1)},
		"link to next page": {
			deletionResult: contradicts,
			fault:          listing(1, func(doc map[string]any) { emptied(doc); doc["links"] = link }),
		},
		"hidden by filter at first": {
			deletionResult: inUse(`It has 1: "app"`),
			fault:          scalrsim.Fault{Op: "GET /workspaces", Action: scalrsim.Edit, Change: rewritten(emptied)},
			setup:          withApp,
		},
		"unreported environments": {
			deletionResult: unverified("does not report the environment of"),
			fault:          listing(1, withoutHome),
		},
		"unreported environment in list": {
			deletionResult: unverified(`Scalr lists "app" for it and does not report their environment`),
			fault:          listing(1, withoutHome),
			setup:          withApp,
		},
		"lists forbidden": {deletionResult: refusedWith("not-allowed"), fault: fails(http.StatusForbidden)},
		"lists not found": {deletionResult: refusedWith("not-allowed"), fault: fails(http.StatusNotFound)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenario := scalrsim.Scenario{Setup: c.setup}
			if c.fault.Op != "" {
				scenario.Faults = []scalrsim.Fault{c.fault}
			}
			withCompanions(t, scenario, func(d *companionTest) {
				v := d.environment("mode=absent", "name=staging")
				c.check(v, "DELETE /environments/"+scalrsim.StagingID)
			})
		})
	}
}

// emptyFilter is a Scalr server that finds no workspaces in any environment.
type emptyFilter struct{ http.RoundTripper }

func (l emptyFilter) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	if query.Has("filter[environment]") {
		query.Set("filter[environment]", "env-none")
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	return l.RoundTripper.RoundTrip(r)
}

// The list of the environment is empty, but the list of the account contains a workspace in it.
func TestEnvironmentWithContradictoryLists(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{Setup: withApp}, func(d *companionTest) {
		d.http = emptyFilter{d.http}
		d.environment("mode=absent", "name=staging").want(3, "result=refused", "error-code=in-use", "changed=false").
			logContains(`It has 1: "app"`).wantWrites()
	})
}

func withApp(s *scalrsim.Server) { s.AddWorkspace(scalrsim.StagingID, "app", nil) }

// deletionResult is the expected result of a deletion.
type deletionResult struct {
	code    int
	outputs []string
	says    []string
}

func deleted(says ...string) deletionResult {
	return deletionResult{outputs: []string{"result=done", "changed=true"}, says: append(says, "Checked right before the deletion")}
}

func inUse(says ...string) deletionResult {
	return deletionResult{3, []string{"result=refused", "error-code=in-use", "changed=false"}, says}
}

func refusedWith(code string, says ...string) deletionResult {
	return deletionResult{3, []string{"error-code=" + code, "changed=false"}, says}
}

// check compares the result of a step with the expected one, and the number of requests to delete the object.
func (p deletionResult) check(v *companionResult, deletion string) {
	v.t.Helper()
	v.want(p.code, p.outputs...).logContains(p.says...)
	if p.code == 0 {
		v.wantWrites(deletion)
	} else {
		v.wantWrites()
	}
}

// beforeRequest is a transport that calls a function before a request is served.
type beforeRequest struct {
	http.RoundTripper
	op   string
	nth  int
	then func()
}

func (b *beforeRequest) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/iacp/v3") == b.op {
		if b.nth--; b.nth == 0 {
			b.then()
		}
	}
	return b.RoundTripper.RoundTrip(r)
}

// A workspace that is created during the step is not deleted with its environment: the last check precedes each
// attempt to delete it.
func TestEnvironmentGetsWorkspaceDuringDeletion(t *testing.T) {
	t.Parallel()
	deletion := "DELETE /environments/" + scalrsim.StagingID
	for name, c := range map[string]struct {
		op     string
		nth    int
		faults []scalrsim.Fault
	}{
		"after first check": {op: "GET /environments/" + scalrsim.StagingID, nth: 2},
		"before last check": {op: "GET /workspaces", nth: 3},
		"before second attempt": {
			op:     deletion,
			nth:    1,
			faults: []scalrsim.Fault{{Op: "DELETE /environments/*", Action: scalrsim.Status, Status: 503}},
		},
		"after lost connection": {
			op:     deletion,
			nth:    1,
			faults: []scalrsim.Fault{{Op: "DELETE /environments/*", Action: scalrsim.Reset}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: c.faults}, func(d *companionTest) {
				d.http = &beforeRequest{RoundTripper: d.http, op: c.op, nth: c.nth, then: func() { withApp(d.server) }}
				v := d.environment("mode=absent", "name=staging").want(3, "result=refused", "error-code=in-use", "changed=false").
					logContains(`It has 1: "app"`)
				if len(c.faults) == 0 {
					v.wantWrites()
				}
				if got := d.count("/workspaces", "app"); got != 1 {
					t.Errorf("%d workspaces are named app, want the one that was created in the meantime", got)
				}
			})
		})
	}
	for name, then := range map[string]func(d *companionTest){
		"renamed": func(d *companionTest) { d.server.SetAttribute(scalrsim.StagingID, "name", "live") },
		"deleted": func(d *companionTest) {
			r, err := http.NewRequest("DELETE", d.server.URL()+scalrsim.BasePath+"/environments/"+scalrsim.StagingID, nil)
			if err != nil {
				t.Fatal(err)
			}
			d.send(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
				d.http = &beforeRequest{
					RoundTripper: d.http,
					op:           "GET /environments/" + scalrsim.StagingID,
					nth:          2,
					then:         func() { then(d) },
				}
				v := d.environment("mode=absent", "name=staging")
				if name == "deleted" {
					v.want(0, "result=done", "changed=false").logContains("already deleted by another client")
					return
				}
				v.want(3, "error-code=in-use", "changed=false").logContains(`was renamed to "live"`).wantWrites()
			})
		})
	}
}

// send sends a request of another client.
func (d *companionTest) send(r *http.Request) {
	d.t.Helper()
	for key, value := range map[string]string{
		"Authorization": "Bearer " + scalrsim.Token,
		"Accept":        "application/vnd.api+json",
		"Prefer":        "profile=preview",
		"User-Agent":    "test",
	} {
		r.Header.Set(key, value)
	}
	response, err := d.server.Client().Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	response.Body.Close()
}
