package action_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr/scalrtest"
)

// listing is a fault that gives lists of workspaces other contents, from the nth on.
func listing(nth int, change func(list map[string]any)) scalrtest.Fault {
	return scalrtest.Fault{Op: "GET /workspaces", Nth: nth, Times: -1, Action: scalrtest.Edit, Change: rewritten(change)}
}

// rewritten changes an answer as JSON.
func rewritten(change func(doc map[string]any)) func(string) string {
	return func(body string) string {
		doc := map[string]any{}
		if err := json.Unmarshal([]byte(body), &doc); err != nil {
			return body
		}
		change(doc)
		text, _ := json.Marshal(doc) // it was JSON before
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

func homeless(doc map[string]any) {
	for _, one := range doc["data"].([]any) {
		delete(one.(map[string]any)["relationships"].(map[string]any), "environment")
	}
}

// The deletion of an environment takes its workspaces with it, so that an empty
// list of them must be more than a list that nothing stands in.
func TestEnvironmentEmptinessIsProved(t *testing.T) {
	t.Parallel()
	refused := func(says ...string) proof { return proof{code: 3, says: append(says, "cannot be verified")} }
	for name, c := range map[string]struct {
		proof
		faults []scalrtest.Fault
		setup  func(*scalrtest.Server)
	}{
		"it is empty, and others are not": {proof: proof{says: []string{"Checked right before the deletion", "has no workspaces; the token sees 5 in other environments"}}},
		"the token sees no workspaces":    {proof: refused("no workspace in any environment", "`workspaces:read`"), faults: []scalrtest.Fault{listing(1, emptied)}},
		"but may read them, it is said": {proof: proof{says: []string{"the token has the permission workspaces:read there"}}, faults: []scalrtest.Fault{listing(1, emptied)},
			setup: func(s *scalrtest.Server) {
				s.SetAttribute(scalrtest.StagingID, "permissions", map[string]any{"workspaces:read": true})
			}},
		"and may not, it is said": {proof: refused("no workspace in any environment"), faults: []scalrtest.Fault{listing(1, emptied)},
			setup: func(s *scalrtest.Server) {
				s.SetAttribute(scalrtest.StagingID, "permissions", map[string]any{"workspaces:read": false, "workspaces:update": true})
			}},
		"and may, said as a list": {proof: proof{says: []string{"the permission *:read"}}, faults: []scalrtest.Fault{listing(1, emptied)},
			setup: func(s *scalrtest.Server) {
				s.SetAttribute(scalrtest.StagingID, "permissions", []any{"environments:delete", "*:read"})
			}},
		"the list says that it is longer": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			pagination(doc)["total-count"] = 1
		})}},
		"as text": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			pagination(doc)["total-count"] = "7"
		})}},
		"in pages": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			pagination(doc)["total-pages"] = 2
		})}},
		"another page follows": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			pagination(doc)["next-page"] = 2
		})}},
		"another page follows by its link": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			doc["links"] = map[string]any{"next": "https://acme.scalr.test/api/iacp/v3/workspaces?page[number]=2"}
		})}},
		"the same page follows": {proof: refused("contradicts its own length"), faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			emptied(doc)
			pagination(doc)["next-page"] = 1
		})}},
		"the filter hides one": {proof: proof{code: 3, says: []string{`It has 1: "app"`}}, setup: withApp,
			faults: []scalrtest.Fault{{Op: "GET /workspaces", Action: scalrtest.Edit, Change: rewritten(emptied)}}},
		"environments are not reported": {proof: refused("does not report the environment of"), faults: []scalrtest.Fault{listing(1, homeless)}},
		"one that is not reported is listed": {proof: refused(`Scalr lists "app" for it and does not report their environment`), setup: withApp,
			faults: []scalrtest.Fault{listing(1, homeless)}},
		"the filter is ignored, and none is in it": {proof: proof{says: []string{"the token sees 5 in other environments"}}, faults: []scalrtest.Fault{listing(1, func(doc map[string]any) {
			for _, one := range doc["data"].([]any) {
				one.(map[string]any)["relationships"].(map[string]any)["environment"] = map[string]any{"data": map[string]any{"type": "environments", "id": scalrtest.EnvironmentID}}
			}
		})}},
		"lists are forbidden": {proof: proof{code: 3, outputs: []string{"error-code=not-allowed"}}, faults: []scalrtest.Fault{{Op: "GET /workspaces", Times: -1, Action: scalrtest.Status, Status: 403}}},
		"lists are not found": {proof: proof{code: 3, outputs: []string{"error-code=not-allowed"}}, faults: []scalrtest.Fault{{Op: "GET /workspaces", Times: -1, Action: scalrtest.Status, Status: 404}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atDesk(t, scalrtest.Scenario{Faults: c.faults, Setup: c.setup}, func(d *desk) {
				v := d.environment("mode=absent", "name=staging")
				c.check(v, "DELETE /environments/"+scalrtest.StagingID)
			})
		})
	}
}

// lyingFilter is a Scalr that finds nothing in any environment.
type lyingFilter struct{ http.RoundTripper }

func (l lyingFilter) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	if query.Has("filter[environment]") {
		query.Set("filter[environment]", "env-none")
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	return l.RoundTripper.RoundTrip(r)
}

// An environment's list says that it is empty, and the list of the account shows
// a workspace in it.
func TestEnvironmentListsDisagree(t *testing.T) {
	t.Parallel()
	atDesk(t, scalrtest.Scenario{Setup: withApp}, func(d *desk) {
		d.http = lyingFilter{d.http}
		d.environment("mode=absent", "name=staging").want(3, "result=refused", "error-code=in-use", "changed=false").says(`It has 1: "app"`).wrote()
	})
}

func withApp(s *scalrtest.Server) { s.AddWorkspace(scalrtest.StagingID, "app", nil) }

// proof is what comes of the wish to delete something.
type proof struct {
	code    int
	outputs []string
	says    []string
}

// check takes a refusal for in-use unless the outputs say otherwise.
func (p proof) check(v *visit, deletion string) {
	v.t.Helper()
	switch {
	case p.code == 0:
		v.want(0, "result=done", "changed=true").says(p.says...).wrote(deletion)
	case p.outputs == nil:
		p.outputs = []string{"result=refused", "error-code=in-use", "changed=false"}
		fallthrough
	default:
		v.want(p.code, p.outputs...).says(p.says...).wrote()
	}
}

// between is a Scalr in which something happens before a request is served.
type between struct {
	http.RoundTripper
	op   string
	nth  int
	then func()
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method+" "+strings.TrimPrefix(r.URL.Path, "/api/iacp/v3") == b.op {
		if b.nth--; b.nth == 0 {
			b.then()
		}
	}
	return b.RoundTripper.RoundTrip(r)
}

// What comes into an environment while it is looked at is not deleted with it:
// the last look is right before each attempt at the deletion.
func TestEnvironmentFillsMeanwhile(t *testing.T) {
	t.Parallel()
	deletion := "DELETE /environments/" + scalrtest.StagingID
	for name, c := range map[string]struct {
		op     string
		nth    int
		faults []scalrtest.Fault
	}{
		"after the first look":            {op: "GET /environments/" + scalrtest.StagingID, nth: 2},
		"right before the last":           {op: "GET /workspaces", nth: 3},
		"before the deletion is repeated": {op: deletion, nth: 1, faults: []scalrtest.Fault{{Op: "DELETE /environments/*", Action: scalrtest.Status, Status: 503}}},
		"after a lost connection":         {op: deletion, nth: 1, faults: []scalrtest.Fault{{Op: "DELETE /environments/*", Action: scalrtest.Reset}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atDesk(t, scalrtest.Scenario{Faults: c.faults}, func(d *desk) {
				d.http = &between{RoundTripper: d.http, op: c.op, nth: c.nth, then: func() { withApp(d.server) }}
				v := d.environment("mode=absent", "name=staging").want(3, "result=refused", "error-code=in-use", "changed=false").says(`It has 1: "app"`)
				if len(c.faults) == 0 {
					v.wrote()
				}
				if got := d.count("/workspaces", "app"); got != 1 {
					t.Errorf("%d workspaces are called app, want the one that came meanwhile", got)
				}
			})
		})
	}
	for name, then := range map[string]func(d *desk){
		"renamed": func(d *desk) { d.server.SetAttribute(scalrtest.StagingID, "name", "live") },
		"deleted": func(d *desk) {
			r, err := http.NewRequest("DELETE", d.server.URL()+scalrtest.BasePath+"/environments/"+scalrtest.StagingID, nil)
			if err != nil {
				t.Fatal(err)
			}
			d.send(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atDesk(t, scalrtest.Scenario{}, func(d *desk) {
				d.http = &between{RoundTripper: d.http, op: "GET /environments/" + scalrtest.StagingID, nth: 2, then: func() { then(d) }}
				v := d.environment("mode=absent", "name=staging")
				if name == "deleted" {
					v.want(0, "result=done", "changed=false").says("deleted by somebody else meanwhile")
					return
				}
				v.want(3, "error-code=in-use", "changed=false").says(`was renamed to "live"`).wrote()
			})
		})
	}
}

// send makes a request as an outsider and gives the answer's body.
func (d *desk) send(r *http.Request) *http.Response {
	d.t.Helper()
	for key, value := range map[string]string{"Authorization": "Bearer " + scalrtest.Token, "Accept": "application/vnd.api+json", "Prefer": "profile=preview", "User-Agent": "test"} {
		r.Header.Set(key, value)
	}
	response, err := d.server.Client().Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { response.Body.Close() })
	return response
}

// Each status that a run may have keeps the workspace, but for those in which it has finished.
func TestWorkspaceWithRunsStays(t *testing.T) {
	t.Parallel()
	finished := map[string]bool{"applied": true, "planned_and_finished": true, "errored": true, "discarded": true, "canceled": true}
	for _, status := range []string{"pending", "plan_queued", "planning", "planned", "cost_estimated", "policy_override", "policy_checked", "planned_and_saved", "confirmed", "applying",
		"applied", "planned_and_finished", "errored", "discarded", "canceled", "some_new_status"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			atDesk(t, scalrtest.Scenario{Faults: []scalrtest.Fault{{Op: "GET /runs", Times: -1, Action: scalrtest.Edit, Change: runsOf(scalrtest.WorkspaceID, 1, status)}}}, func(d *desk) {
				p := proof{says: []string{"Checked right before the deletion", "all its runs have finished"}}
				if !finished[status] {
					p = proof{code: 3, says: []string{"it has runs that have not finished: run-000 (\"" + status + "\")"}}
				}
				p.check(d.workspace("mode=absent", "environment=production", "name=network"), "DELETE /workspaces/"+scalrtest.WorkspaceID)
			})
		})
	}
}

// runsOf makes an answer a list of n runs of the workspace: the last one has the
// status, those before have finished.
func runsOf(workspaceID string, n int, status string) func(string) string {
	return rewritten(func(doc map[string]any) {
		var runs []any
		for i := range n {
			s := "errored"
			if i == n-1 {
				s = status
			}
			runs = append(runs, map[string]any{"type": "runs", "id": fmt.Sprintf("run-%03d", i), "attributes": map[string]any{"status": s},
				"relationships": map[string]any{"workspace": map[string]any{"data": map[string]any{"type": "workspaces", "id": workspaceID}}}})
		}
		doc["data"] = runs
		pagination(doc)["total-count"] = n
	})
}

// What Scalr does not report about a workspace counts as the worst.
func TestWorkspaceEmptinessIsProved(t *testing.T) {
	t.Parallel()
	read := func(change func(attributes, relationships map[string]any)) scalrtest.Fault {
		return scalrtest.Fault{Op: "GET /workspaces/*", Times: -1, Action: scalrtest.Edit, Change: rewritten(func(doc map[string]any) {
			data := doc["data"].(map[string]any)
			change(data["attributes"].(map[string]any), data["relationships"].(map[string]any))
		})}
	}
	resources := func(value any) scalrtest.Fault {
		return read(func(attributes, _ map[string]any) { attributes["has-resources"] = value })
	}
	locked := read(func(_, relationships map[string]any) {
		relationships["locked-by-run"] = map[string]any{"data": map[string]any{"type": "runs", "id": "run-1"}}
	})
	runs := func(change func(map[string]any)) scalrtest.Fault {
		return scalrtest.Fault{Op: "GET /runs", Times: -1, Action: scalrtest.Edit, Change: rewritten(change)}
	}
	lockedBy := func(status string) []scalrtest.Fault {
		return []scalrtest.Fault{locked, {Op: "GET /runs/run-1", Action: scalrtest.Status, Status: 200, Body: `{"data":{"type":"runs","id":"run-1","attributes":{"status":"` + status + `"}}}`}}
	}
	for name, c := range map[string]struct {
		proof
		faults []scalrtest.Fault
	}{
		"resources are not reported": {proof{code: 3, says: []string{"Scalr does not report whether it manages resources"}},
			[]scalrtest.Fault{read(func(attributes, _ map[string]any) { delete(attributes, "has-resources") })}},
		"resources are null":            {proof{code: 3, says: []string{"Scalr does not report whether"}}, []scalrtest.Fault{resources(nil)}},
		"resources are a number":        {proof{code: 3, says: []string{"Scalr does not report whether"}}, []scalrtest.Fault{resources(0)}},
		"resources are a word":          {proof{code: 3, says: []string{"Scalr does not report whether"}}, []scalrtest.Fault{resources("no")}},
		"there are some":                {proof{code: 3, says: []string{"it manages resources"}}, []scalrtest.Fault{resources(true)}},
		"a run is one of many":          {proof{code: 3, says: []string{`not finished: run-099 ("planned")`}}, []scalrtest.Fault{{Op: "GET /runs", Action: scalrtest.Edit, Change: runsOf(scalrtest.WorkspaceID, 100, "planned")}}},
		"a run does not say where":      {proof{code: 3, says: []string{"not finished: run-000"}}, []scalrtest.Fault{{Op: "GET /runs", Action: scalrtest.Edit, Change: runsOf("", 1, "planned")}}},
		"a run is of another workspace": {proof{}, []scalrtest.Fault{{Op: "GET /runs", Action: scalrtest.Edit, Change: runsOf(scalrtest.EdgeWorkspaceID, 1, "planned")}}},
		"runs have no status":           {proof{code: 3, says: []string{`not finished: run-000 ("")`}}, []scalrtest.Fault{{Op: "GET /runs", Action: scalrtest.Edit, Change: runsOf(scalrtest.WorkspaceID, 1, "")}}},
		"the list of runs is longer":    {proof{code: 3, outputs: []string{"result=unreachable", "error-code=no-usable-answer"}, says: []string{"contradicts its own length"}}, []scalrtest.Fault{runs(func(doc map[string]any) { pagination(doc)["total-count"] = 3 })}},
		"runs cannot be read":           {proof{code: 3, outputs: []string{"error-code=not-allowed"}}, []scalrtest.Fault{{Op: "GET /runs", Action: scalrtest.Status, Status: 403}}},
		"a run holds the lock":          {proof{code: 3, says: []string{`locked by a run that has not finished: run-1 ("applying")`}}, lockedBy("applying")},
		"a run left the lock":           {proof{}, lockedBy("errored")},
		"nobody sees who holds it":      {proof{code: 3, says: []string{"locked by run run-1, which the token cannot see"}}, []scalrtest.Fault{locked}},
		"it has another name by then":   {proof{code: 3, says: []string{`it became "production/live"`}}, []scalrtest.Fault{read(func(attributes, _ map[string]any) { attributes["name"] = "live" })}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			atDesk(t, scalrtest.Scenario{Faults: c.faults}, func(d *desk) {
				c.check(d.workspace("mode=absent", "environment=production", "name=network"), "DELETE /workspaces/"+scalrtest.WorkspaceID)
			})
		})
	}
}
