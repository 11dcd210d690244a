package scalr_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// respondingWith returns a client whose requests all receive the text as response, and the recorded requests.
func respondingWith(t *testing.T, text string) (*scalr.Client, *[]*http.Request) {
	t.Helper()
	var requests []*http.Request
	client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
		requests = append(requests, r)
		return respond(r, 200, text), nil
	}))
	return client, &requests
}

// TestFilters: each filter of a list is a parameter of its request; an empty filter is omitted.
func TestFilters(t *testing.T) {
	t.Parallel()
	environments := func(f scalr.EnvironmentFilter) func(*scalr.Client) error {
		return func(c *scalr.Client) error { _, err := c.Environments(t.Context(), f); return err }
	}
	workspaces := func(f scalr.WorkspaceFilter) func(*scalr.Client) error {
		return func(c *scalr.Client) error { _, err := c.Workspaces(t.Context(), f); return err }
	}
	for _, c := range []struct {
		name string
		list func(*scalr.Client) error
		want string // the parameters that begin with filter, query or sort
	}{
		{"all environments", environments(scalr.EnvironmentFilter{}), ""},
		{"environments of an account", environments(scalr.EnvironmentFilter{AccountID: "acc-1"}), "filter[account]=acc-1"},
		{"environments by name", environments(scalr.EnvironmentFilter{Name: "a b"}), "filter[name]=a b"},
		{"environments by name with operator syntax", environments(scalr.EnvironmentFilter{Name: "in:a"}), ""},
		{"environments by query", environments(scalr.EnvironmentFilter{Query: "prod"}), "query=prod"},
		{"environments by tag", environments(scalr.EnvironmentFilter{Tag: "tag-1"}), "filter[tag]=tag-1"},
		{"environments by policy group", environments(scalr.EnvironmentFilter{PolicyGroup: "pgrp-1"}), "filter[policy-group]=pgrp-1"},
		{"environments by run", environments(scalr.EnvironmentFilter{LatestRunDate: "between:a,b"}), "filter[latest-run-date]=between:a,b"},
		{"sorted environments", environments(scalr.EnvironmentFilter{Sort: "-name"}), "sort=-name"},
		{"all workspaces", workspaces(scalr.WorkspaceFilter{}), ""},
		{"workspaces of an environment", workspaces(scalr.WorkspaceFilter{EnvironmentID: "env-1"}), "filter[environment]=env-1"},
		{"workspaces of an environment by name", workspaces(scalr.WorkspaceFilter{Environment: "prod"}), "filter[environment][name]=prod"},
		{"workspaces by name", workspaces(scalr.WorkspaceFilter{Name: "network"}), "filter[name]=network"},
		{"workspaces by query", workspaces(scalr.WorkspaceFilter{Query: "net"}), "query=net"},
		{"workspaces by tag", workspaces(scalr.WorkspaceFilter{Tag: "tag-1"}), "filter[tag]=tag-1"},
		{"tags", func(c *scalr.Client) error { _, err := c.Tags(t.Context(), ""); return err }, ""},
		{"tags by name", func(c *scalr.Client) error { _, err := c.Tags(t.Context(), "eu"); return err }, "filter[name]=eu"},
	} {
		client, requests := respondingWith(t, `{"data":[]}`)
		if err := c.list(client); err != nil || len(*requests) != 1 {
			t.Errorf("%s: got %v after %d requests", c.name, err, len(*requests))
			continue
		}
		got := ""
		for name, values := range (*requests)[0].URL.Query() {
			if strings.HasPrefix(name, "filter") || name == "query" || name == "sort" {
				got += name + "=" + strings.Join(values, " and ")
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestUnreadableCosts: absent amounts are unknown; invalid amounts are reported as unreadable.
func TestUnreadableCosts(t *testing.T) {
	t.Parallel()
	for attributes, want := range map[string]struct {
		unreadable      bool
		prior, proposed string
	}{
		`"status":"finished"`: {false, "", ""},
		`"prior-monthly-cost":"1.50","proposed-monthly-cost":"2"`:      {false, "1.50", "2"},
		`"prior-monthly-cost":null,"proposed-monthly-cost":""`:         {false, "", ""},
		`"prior-monthly-cost":"1.50","proposed-monthly-cost":"much"`:   {true, "1.50", ""},
		`"prior-monthly-cost":"about 1","proposed-monthly-cost":"2"`:   {true, "", "2"},
		`"prior-monthly-cost":["1.50"],"proposed-monthly-cost":"2.00"`: {true, "", "2.00"},
	} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"cost-estimate":`+
			`{"data":{"type":"cost-estimates","id":"ce-1"}}}},"included":[{"type":"cost-estimates","id":"ce-1","attributes":{`+attributes+`}}]}`)
		run, err := client.Run(t.Context(), "run-1")
		if err != nil || run.Cost == nil {
			t.Errorf("%s: got %v", attributes, err)
			continue
		}
		if run.Cost.Unreadable != want.unreadable || run.Cost.Prior != want.prior || run.Cost.Proposed != want.proposed {
			t.Errorf("%s: got %+v, want %+v", attributes, *run.Cost, want)
		}
	}
}

// TestStateOfEstimates: an estimate reports why it failed, and whether it leaves out resources of the plan.
func TestStateOfEstimates(t *testing.T) {
	t.Parallel()
	for attributes, want := range map[string]struct{ failure, coverage string }{
		`"status":"finished"`: {},
		`"status":"finished","resources-count":5,"matched-resources-count":5`:                     {},
		`"status":"finished","resources-count":5,"matched-resources-count":3`:                     {"", "3 of 5 resources estimated"},
		`"status":"finished","resources-count":5,"matched-resources-count":0`:                     {"", "0 of 5 resources estimated"},
		`"status":"finished","resources-count":1,"matched-resources-count":0`:                     {"", "0 of 1 resource estimated"},
		`"status":"finished","resources-count":0,"matched-resources-count":0`:                     {},
		`"status":"finished","resources-count":5,"matched-resources-count":-1`:                    {},
		`"status":"finished","resources-count":null,"matched-resources-count":3`:                  {},
		`"status":"finished","resources-count":5`:                                                 {},
		`"status":"errored","error-message":"no prices.","resources-count":5`:                     {"the cost estimate failed: no prices", ""},
		`"status":"errored","error-message":null,"resources-count":5,"matched-resources-count":0`: {"the cost estimate failed", ""},
		`"status":"canceled","error-message":"no prices"`:                                         {},
	} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"cost-estimate":`+
			`{"data":{"type":"cost-estimates","id":"ce-1"}}}},"included":[{"type":"cost-estimates","id":"ce-1","attributes":{`+attributes+`}}]}`)
		run, err := client.Run(t.Context(), "run-1")
		if err != nil || run.Cost.Failure() != want.failure || run.Cost.Coverage() != want.coverage {
			t.Errorf("%s: got %q, %q and %v, want %+v", attributes, run.Cost.Failure(), run.Cost.Coverage(), err, want)
		}
	}
	var none *scalr.CostEstimate
	if none.Failure() != "" || none.Coverage() != "" {
		t.Errorf("without an estimate: got %q, %q", none.Failure(), none.Coverage())
	}
}

// TestApplyCounts: each count is read from its own attribute.
func TestApplyCounts(t *testing.T) {
	t.Parallel()
	client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"applied"},"relationships":{"apply":`+
		`{"data":{"type":"applies","id":"apply-1"}},"plan":{"data":{"type":"plans","id":"plan-1"}}}},"included":[`+
		`{"type":"applies","id":"apply-1","attributes":{"status":"finished","resource-additions":1,"resource-changes":2,`+
		`"resource-destructions":3,"resource-imports":4}},`+
		`{"type":"plans","id":"plan-1","attributes":{"status":"finished","resource-additions":5,"resource-changes":6,`+
		`"resource-destructions":7,"resource-imports":8}}]}`)
	run, err := client.Run(t.Context(), "run-1")
	if err != nil || run.Apply == nil || run.Plan == nil {
		t.Fatalf("got %+v, %v", run, err)
	}
	for i, n := range []*int{run.Apply.Additions, run.Apply.Changes, run.Apply.Destructions, run.Apply.Imports,
		run.Plan.Additions, run.Plan.Changes, run.Plan.Destructions} {
		if n == nil || *n != i+1 {
			t.Errorf("count %d: got %v", i+1, n)
		}
	}
}

// TestRelatedResourcesOfOtherType: a related resource of an unexpected type is ignored.
func TestRelatedResourcesOfOtherType(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"configuration-versions": "x-1", "workspaces": "", "": "x-1"} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{`+
			`"configuration-version":{"data":{"type":"`+kind+`","id":"x-1"}}}}}`)
		if run, err := client.Run(t.Context(), "run-1"); err != nil || run.ConfigurationID != want {
			t.Errorf("%q: got %q, %v, want %q", kind, run.ConfigurationID, err, want)
		}
	}
	for kind, want := range map[string]string{"workspaces": "x-1", "environments": "", "": "x-1"} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{`+
			`"workspace":{"data":{"type":"`+kind+`","id":"x-1"}}}}}`)
		if run, err := client.Run(t.Context(), "run-1"); err != nil || run.WorkspaceID != want {
			t.Errorf("%q: got %q, %v, want %q", kind, run.WorkspaceID, err, want)
		}
	}
}

// TestStreamsRejectInvalidIDs: an invalid id is an error, not a missing log.
func TestStreamsRejectInvalidIDs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"../runs/run-1", "a b", "?x", "plan-1/output"} {
		client, requests := respondingWith(t, "text")
		if body, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: id}, 10*time.Second); err == nil || body != nil {
			t.Errorf("log %q: got %v, %v", id, body, err)
		}
		if body, err := client.PlanJSON(t.Context(), id); err == nil || body != nil {
			t.Errorf("plan %q: got %v, %v", id, body, err)
		}
		if len(*requests) > 0 {
			t.Errorf("%q: got %d requests", id, len(*requests))
		}
	}
}

// TestNextPages: the client reads another page if Scalr reports one, in each form in which Scalr may report it.
func TestNextPages(t *testing.T) {
	t.Parallel()
	for meta, more := range map[string]bool{
		`"next-page":2`:    true,
		`"next-page":"2"`:  true,
		`"next-page":null`: false,
		`"next-page":null,"total-pages":1,"total-count":1`: false,
	} {
		pages := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			text := `{"data":[{"type":"tags","id":"tag-2","attributes":{"name":"b"}}],"meta":{"pagination":{"next-page":null}}}`
			if pages++; r.URL.Query().Get("page[number]") == "1" {
				text = `{"data":[{"type":"tags","id":"tag-1","attributes":{"name":"a"}}],"meta":{"pagination":{` + meta + `}}}`
			}
			return respond(r, 200, text), nil
		}))
		tags, err := client.Tags(t.Context(), "")
		if err != nil || (len(tags) == 2) != more || (pages > 1) != more {
			t.Errorf("%s: got %d tags in %d requests, %v, want more: %v", meta, len(tags), pages, err, more)
		}
	}
}

// tagServer responds to requests for tags: to each creation with the next of the statuses, and with the last one from
// then on.
type tagServer struct {
	creations []int
	list      int  // the status of each list after the first
	listed    bool // the lists contain the tag

	posts, lists int
}

func (s *tagServer) RoundTrip(r *http.Request) (*http.Response, error) {
	const tag = `{"type":"tags","id":"tag-1","attributes":{"name":"eu"}}`
	status, text := 200, `{"data":[]}`
	switch {
	case r.Method == http.MethodPost:
		status, text = s.creations[min(s.posts, len(s.creations)-1)], `{"data":`+tag+`}`
		s.posts++
	case s.lists > 0:
		if status = s.list; s.listed {
			text = `{"data":[` + tag + `]}`
		}
		fallthrough
	default:
		s.lists++
	}
	if status >= 400 {
		text = `{"errors":[{"detail":"Name has already been taken"}]}`
	}
	return respond(r, status, text), nil
}

// TestEnsureTagReportsCreation: a tag is reported as created only if its creation succeeded, or if the response was lost
// and the tag is listed afterwards.
func TestEnsureTagReportsCreation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server  tagServer
		created bool
		problem string // a part of the error
		posts   int
	}{
		"created":                            {tagServer{creations: []int{201}, list: 200}, true, "", 1},
		"lost response, tag listed":          {tagServer{creations: []int{504}, list: 200, listed: true}, true, "", 1},
		"lost response, tag not listed":      {tagServer{creations: []int{504, 201}, list: 200}, true, "", 2},
		"all responses lost, tag not listed": {tagServer{creations: []int{504}, list: 200}, false, "504", 3},
		"created by another client":          {tagServer{creations: []int{422}, list: 200, listed: true}, false, "", 1},
		"refused":                            {tagServer{creations: []int{422}, list: 200}, false, "taken", 1},
		"lost response, list forbidden":      {tagServer{creations: []int{504}, list: 403}, false, "it is unknown whether it exists", 1},
		"rejected, list forbidden":           {tagServer{creations: []int{422}, list: 403}, false, "it is unknown whether it exists", 1},
		"forbidden":                          {tagServer{creations: []int{403}, list: 200}, false, "403", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", &c.server)
			tag, created, err := client.EnsureTag(t.Context(), "eu")
			if created != c.created || (err == nil) != (c.problem == "") || err == nil && tag.ID != "tag-1" || c.server.posts != c.posts {
				t.Errorf("%s: got %+v, created %v after %d requests, %v", name, tag, created, c.server.posts, err)
			}
			if err != nil && (!strings.Contains(err.Error(), c.problem) ||
				strings.Contains(err.Error(), "it is unknown whether it exists") != (c.server.list == 403)) {
				t.Errorf("%s: got %v, want %q in it", name, err, c.problem)
			}
		})
	}
}

// TestCreatedWorkspacesHaveTags: the request contains the environment, and the tags if there are any.
func TestCreatedWorkspacesHaveTags(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]string{
		"":            `"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}}}`,
		"tag-1":       `"tags":{"data":[{"type":"tags","id":"tag-1"}]}`,
		"tag-1 tag-2": `"tags":{"data":[{"type":"tags","id":"tag-1"},{"type":"tags","id":"tag-2"}]}`,
	} {
		client, requests := respondingWith(t, `{"data":{"type":"workspaces","id":"ws-1","attributes":{"name":"network"},`+
			`"relationships":{"environment":{"data":{"type":"environments","id":"env-1"}}}}}`)
		_, created, err := client.CreateWorkspace(t.Context(), "env-1", scalr.WorkspaceSettings{Name: "network", TagIDs: strings.Fields(tags)})
		if err != nil || !created || len(*requests) != 1 {
			t.Errorf("%q: created %v, %v", tags, created, err)
			continue
		}
		sent, err := (*requests)[0].GetBody()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(sent)
		if !strings.Contains(string(text), want) || tags == "" && strings.Contains(string(text), "tags") {
			t.Errorf("%q: sent %s, want %s in it", tags, text, want)
		}
	}
}
