package action_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/scalrsim"
)

// createEnvironments creates environments until there are 145.
func createEnvironments(s *scalrsim.Server) {
	for i := range 143 {
		s.AddEnvironment(fmt.Sprintf("preview-%03d", i), "preview", []string{"eu", "us"}[i%2])
	}
}

// smallerPages is a server that returns smaller pages than requested.
type smallerPages struct {
	http.RoundTripper
	size string
}

func (s smallerPages) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	if query.Has("page[size]") {
		query.Set("page[size]", s.size)
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	return s.RoundTripper.RoundTrip(r)
}

func TestListOf145Environments(t *testing.T) {
	t.Parallel()
	for size, requests := range map[string]int{"20": 15, "100": 3} { // each page but the last is read again after the next
		t.Run("pages of "+size, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Setup: createEnvironments}, func(d *companionTest) {
				d.http = smallerPages{d.http, size}
				v := d.environment("mode=list").want(0, "result=done", "count=145", "created=false", "changed=false").wantWrites()
				if got := len(v.queries("/environments")); got != requests {
					t.Errorf("%d pages were read, want %d", got, requests)
				}
				wantListed(t, v.outputs["environments"], 145)
			})
		})
	}
}

// wantListed parses the output like a matrix and checks that each environment is listed once, on a single line.
func wantListed(t *testing.T, output string, want int) {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(output), &list); err != nil || strings.Contains(output, "\n") {
		t.Fatalf("%q is not one line of JSON: %v", output, err)
	}
	ids := map[any]bool{}
	for _, e := range list {
		ids[e["id"]] = true
		if len(e) != 4 || e["name"] == "" || e["status"] != "Active" || e["tags"] == nil {
			t.Errorf("an element is %v, want id, name, status and tags", e)
		}
	}
	if len(list) != want || len(ids) != want {
		t.Errorf("%d environments, %d different ones, want %d", len(list), len(ids), want)
	}
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	eu, guard := "", ""
	for name, c := range map[string]struct {
		inputs []string
		count  string
		query  func() url.Values // without page and fields
	}{
		"tag by name": {
			inputs: []string{"filter-tag=eu"},
			count:  "72",
			query:  func() url.Values { return url.Values{"filter[tag]": {eu}} },
		},
		"policy group by name": {
			inputs: []string{"filter-policy-group=guard"},
			count:  "1",
			query:  func() url.Values { return url.Values{"filter[policy-group]": {guard}} },
		},
		"query": {
			inputs: []string{"query=preview-01"},
			count:  "10",
			query:  func() url.Values { return url.Values{"query": {"preview-01"}} },
		},
		"dates": {
			inputs: []string{"filter-latest-run-date=between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"},
			count:  "0",
			query: func() url.Values {
				return url.Values{"filter[latest-run-date]": {"between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z"}}
			},
		},
		"account": {
			inputs: []string{"account-id=" + scalrsim.AccountID},
			count:  "145",
			query:  func() url.Values { return url.Values{"filter[account]": {scalrsim.AccountID}} },
		},
		"sorted, all filters": {
			inputs: []string{"sort=-name", "query=stag"},
			count:  "1",
			query:  func() url.Values { return url.Values{"sort": {"-name"}, "query": {"stag"}} },
		},
		"missing tag": {inputs: []string{"filter-tag=prev"}, count: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			withCompanions(t, scalrsim.Scenario{Setup: createEnvironments}, func(d *companionTest) {
				guard, eu = d.server.AddPolicyGroup("guard"), d.id("/tags", "eu")
				d.environment("name=staging", "policy-groups=guard").want(0)
				v := d.environment(append([]string{"mode=list"}, c.inputs...)...).want(0, "count="+c.count)
				queries := v.queries("/environments")
				if c.query == nil {
					v.want(0, "environments=[]").logContains(`Tag "prev" not found`, `Did you mean "preview"`)
					return
				}
				want := c.query()
				for name, value := range map[string]string{
					"include":              "tags",
					"fields[environments]": "name,status,account,tags",
					"fields[tags]":         "name",
					"page[number]":         "1",
					"page[size]":           "100",
				} {
					want.Set(name, value)
				}
				if len(queries) == 0 || queries[0] != want.Encode() {
					t.Errorf("got the query %q, want first %q", queries, want.Encode())
				}
			})
		})
	}
}

func TestListForMatrix(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{}, func(d *companionTest) {
		id := d.server.AddEnvironment("preview <7>", "blue", "a, b")
		v := d.environment("mode=list", "query=preview").want(0, "count=1")
		want := `[{"id":"` + id + `","name":"preview \u003c7\u003e","status":"Active","tags":["a, b","blue"]}]`
		if got := v.outputs["environments"]; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// A list that exceeds GitHub's limit for outputs is an error and is not truncated.
func TestListTooLarge(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{Setup: func(s *scalrsim.Server) {
		for i := range 4600 {
			s.AddEnvironment(fmt.Sprintf("%s-%d", strings.Repeat("long", 50), i))
		}
	}}, func(d *companionTest) {
		d.environment("mode=list").want(3, "result=refused", "error-code=output-too-large", "environments=", "count=4602").
			logContains("with a filter")
	})
}
