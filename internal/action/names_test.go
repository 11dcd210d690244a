package action_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// lookalikes are names that look like "café-1", or become equal to it after normalization. None of them equals it.
var lookalikes = []string{
	"café\u200b-1", "\ufeffcafé-1", "café-1\u00ad", "c\u2060afé-1", "café-1\u202e", "cafe\u0301-1", "Café-1", "CAFÉ-1",
	"café-1 ", " café-1", "café-1\n",
	"café-1\x00", "caf\u00e9\u2010\u0031", "café-1\U000e0001", "\u0441afé-1", "café-１", "café-1\u180e", "café--1",
	"café-11", "café-",
}

const looksLike = "café-1"

// A name that only looks the same does not match, in any mode of any action.
func TestNamesAreComparedExactly(t *testing.T) {
	t.Parallel()
	setup := func(s *scalrsim.Server) {
		for _, name := range lookalikes {
			s.AddEnvironment(name)
			s.AddWorkspace(scalrsim.StagingID, name, nil)
			s.AddTag(name)
		}
	}
	withCompanions(t, scalrsim.Scenario{Setup: setup}, func(d *companionTest) {
		d.environment("mode=absent", "name="+looksLike).want(0, "result=done", "changed=false").wantWrites().
			logContains("nothing to delete")
		d.environment("mode=show", "name="+looksLike).
			want(3, "result=not-found", "error-code=environment-not-found", "environment-id=").logContains("Did you mean")
		d.workspace("mode=absent", "environment=staging", "name="+looksLike).want(0, "result=done", "changed=false").wantWrites().
			logContains("nothing to delete")
		d.workspace("mode=show", "environment=staging", "name="+looksLike).
			want(3, "result=not-found", "error-code=workspace-not-found", "workspace-id=")
		d.workspace("mode=absent", "environment="+looksLike, "name=network").want(0, "result=done", "changed=false").wantWrites()
		d.workspace("mode=outputs", "environment="+looksLike, "name=network").want(3, "error-code=environment-not-found")
		d.workspace("mode=list", "filter-tag="+looksLike).want(0, "count=0").logContains("not found: nothing matches the filter")
		d.workspace("mode=list", "filter-name="+looksLike).want(0, "count=0")
		d.environment("name="+looksLike).want(0, "created=true", "name="+looksLike)
		d.environment("mode=absent", "name="+looksLike).want(0, "changed=true")
	})
}

// The run action compares the names of the environment and of the workspace exactly.
func TestRunComparesNamesExactly(t *testing.T) {
	t.Parallel()
	for _, name := range lookalikes {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			t.Parallel()
			for workspace, setup := range map[string]func(*scalrsim.Server){
				"staging/" + looksLike: func(s *scalrsim.Server) { s.AddWorkspace(scalrsim.StagingID, name, nil) },
				looksLike + "/network": func(s *scalrsim.Server) { s.AddWorkspace(s.AddEnvironment(name), "network", nil) },
			} {
				p := newStepTest(t, scalrsim.Scenario{Setup: setup}).set("workspace-id=", "workspace="+workspace).play()
				p.want(3, "result=refused")
				if code := p.outputs["error-code"]; !strings.HasSuffix(code, "-not-found") || len(p.runs) > 0 {
					t.Errorf("%s: error-code %q, %d runs", workspace, code, len(p.runs))
				}
			}
		})
	}
}

// A name of several objects is ambiguous in all inputs.
func TestDuplicateNamesAreAmbiguous(t *testing.T) {
	t.Parallel()
	setup := func(s *scalrsim.Server) {
		for range 2 {
			s.AddWorkspace(scalrsim.StagingID, "app", nil)
			s.AddTag("duplicate")
			s.AddWorkspace(s.AddEnvironment("double"), "app", nil)
		}
	}
	withCompanions(t, scalrsim.Scenario{Setup: setup}, func(d *companionTest) {
		for _, mode := range []string{"present", "absent", "show", "outputs"} {
			d.workspace("mode="+mode, "environment=staging", "name=app").
				want(3, "result=refused", "error-code=workspace-ambiguous", "workspace-id=").logContains(`2 workspaces are named "app"`).
				wantWrites()
			d.workspace("mode="+mode, "environment=double", "name=app").
				want(3, "result=refused", "error-code=environment-ambiguous").wantWrites()
		}
		for _, mode := range []string{"present", "absent", "show"} {
			d.environment("mode="+mode, "name=double").want(3, "result=refused", "error-code=environment-ambiguous").
				logContains(`2 environments are named "double"`).wantWrites()
		}
		d.environment("name=staging", "tags=duplicate").want(3, "result=refused", "error-code=tag-ambiguous").
			logContains(`2 tags are named "duplicate"`).wantWrites()
		d.workspace("mode=list", "filter-tag=duplicate").want(3, "error-code=tag-ambiguous")
	})
	p := newStepTest(t, scalrsim.Scenario{Setup: setup}).set("workspace-id=", "workspace=staging/app").play()
	p.want(3, "result=refused", "error-code=workspace-ambiguous")
}

// An environment or workspace does not match if its name is missing in the list, or if it has another name when it is
// read.
func TestUnreportedNames(t *testing.T) {
	t.Parallel()
	nameless := func(doc map[string]any) {
		one := func(v any) { delete(v.(map[string]any)["attributes"].(map[string]any), "name") }
		switch data := doc["data"].(type) {
		case []any:
			for _, v := range data {
				one(v)
			}
		default:
			one(data)
		}
		included, _ := doc["included"].([]any)
		for _, v := range included {
			if v.(map[string]any)["type"] == "environments" {
				one(v)
			}
		}
	}
	onlyIncluded := func(doc map[string]any) {
		data := doc["data"]
		doc["data"] = []any{}
		nameless(doc)
		doc["data"] = data
	}
	edit := func(op string, change func(map[string]any)) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Edit, Change: rewritten(change)}
	}
	for _, mode := range []string{"absent", "show"} {
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{edit("GET /environments", nameless)}},
			func(d *companionTest) {
				v := d.environment("mode="+mode, "name=staging").wantWrites()
				if mode == "absent" {
					v.want(0, "changed=false")
				} else {
					v.want(3, "error-code=environment-not-found")
				}
			})
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{edit("GET /environments/*", nameless)}},
			func(d *companionTest) {
				d.environment("mode="+mode, "name=staging").wantWrites()
			})
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{edit("GET /workspaces", nameless)}},
			func(d *companionTest) {
				d.workspace("mode="+mode, "environment=production", "name=network").wantWrites()
			})
	}
	for name, faults := range map[string][]scalrsim.Fault{
		"name of environment, any environment": {
			edit("GET /workspaces", onlyIncluded),
			edit("GET /workspaces/*", func(doc map[string]any) { delete(doc, "included") }),
			edit("GET /environments/*", nameless),
		},
		"names of both": {edit("GET /workspaces", nameless)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newStepTest(t, scalrsim.Scenario{Faults: faults}).set("workspace-id=", "workspace=production/network").play()
			p.want(3, "result=refused")
			if len(p.runs) > 0 {
				t.Error("a run was created")
			}
			if name != "names of both" {
				p.want(3, "error-code=workspace-ambiguous").
					logContains("Scalr does not report whether the workspace \"network\"", "`workspace-id`")
			}
		})
	}
	t.Run("reported only by workspace", func(t *testing.T) {
		t.Parallel()
		newStepTest(t, scalrsim.Scenario{Faults: []scalrsim.Fault{edit("GET /workspaces", onlyIncluded)}}).
			set("workspace-id=", "workspace=production/network").play().want(0, "result=planned")
	})
}

// unfiltered is a Scalr server that ignores filters.
type unfiltered struct {
	http.RoundTripper
	name string
}

func (u unfiltered) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	query.Del(u.name)
	r = r.Clone(r.Context())
	r.URL.RawQuery = query.Encode()
	return u.RoundTripper.RoundTrip(r)
}

// Other steps may delete the objects of a list, so it contains only objects that match the filters.
func TestListsContainOnlyMatches(t *testing.T) {
	t.Parallel()
	for filter, in := range map[string][2]string{
		"filter[tag]":         {"filter-tag=preview", "filter-tag=preview"},
		"filter[environment]": {"", "environment=preview-1"},
		"filter[name]":        {"", "filter-name=app"},
	} {
		withCompanions(t, scalrsim.Scenario{Setup: func(s *scalrsim.Server) {
			s.AddWorkspace(s.AddEnvironment("preview-1", "preview"), "app", nil, "preview")
			s.AddTag("other")
		}}, func(d *companionTest) {
			d.http = unfiltered{d.http, filter}
			if in[0] != "" {
				v := d.environment("mode=list", in[0]).want(0, "count=1")
				wantListed(t, v.outputs["environments"], 1)
			}
			d.workspace("mode=list", in[1]).want(0, "count=1")
		})
	}
}

// The response for one environment is not used for another.
func TestResponseForAnotherEnvironment(t *testing.T) {
	t.Parallel()
	other := scalrsim.Fault{
		Op:     "GET /environments/" + scalrsim.StagingID,
		Times:  -1,
		Action: scalrsim.Edit,
		Change: rewritten(func(doc map[string]any) {
			doc["data"].(map[string]any)["id"] = scalrsim.EnvironmentID
		}),
	}
	for _, by := range []string{"name=staging", "environment-id=" + scalrsim.StagingID} {
		withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{other}}, func(d *companionTest) {
			d.environment("mode=absent", by).want(3, "error-code=no-usable-answer", "changed=false").wantWrites().
				logContains("another environment")
		})
	}
}

// With account-id, an environment does not match if it belongs to another account, or if its account is not reported.
func TestNamesWithAccountID(t *testing.T) {
	t.Parallel()
	account := func(id any) scalrsim.Fault {
		return scalrsim.Fault{
			Op:     "GET /environments/*",
			Times:  -1,
			Action: scalrsim.Edit,
			Change: rewritten(func(doc map[string]any) {
				doc["data"].(map[string]any)["relationships"].(map[string]any)["account"] = map[string]any{"data": id}
			}),
		}
	}
	other := map[string]any{"type": "accounts", "id": "acc-v0other0000001"}
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{account(other)}}, func(d *companionTest) {
		d.environment("mode=absent", "name=staging", "account-id="+scalrsim.AccountID).want(0, "changed=false").wantWrites()
	})
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{account(nil)}}, func(d *companionTest) {
		d.environment("mode=absent", "name=staging", "account-id="+scalrsim.AccountID).want(3, "changed=false").
			logContains("does not name its account").wantWrites()
	})
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		d.environment("mode=absent", "name=staging", "account-id="+scalrsim.AccountID).want(0, "changed=true")
	})
}
