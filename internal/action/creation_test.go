package action_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

func TestTagIsCreatedOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]scalrsim.Fault{
		"lost response":    {Op: "POST /tags", Phase: scalrsim.After, Action: scalrsim.EOF},
		"502 response":     {Op: "POST /tags", Phase: scalrsim.After, Action: scalrsim.Status, Status: 502},
		"lost request":     {Op: "POST /tags", Action: scalrsim.Reset},
		"delayed creation": {Op: "POST /tags", Action: scalrsim.LateCommit, Delay: 12 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *companionTest) {
				d.environment("name=staging", "tags=pre").want(0, "result=done", `tags=["pre"]`, "changed=true")
				if got := d.count("/tags", "pre"); got != 1 {
					t.Errorf("%d tags are named pre, want 1", got)
				}
			})
		})
	}
}

func TestEnvironmentIsCreatedOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault scalrsim.Fault
		posts int
	}{
		"lost response": {
			fault: scalrsim.Fault{Op: "POST /environments", Phase: scalrsim.After, Action: scalrsim.Reset},
			posts: 1,
		},
		"truncated response": {
			fault: scalrsim.Fault{Op: "POST /environments", Action: scalrsim.Truncate, Bytes: 40},
			posts: 1,
		},
		"500 response": {
			fault: scalrsim.Fault{Op: "POST /environments", Phase: scalrsim.After, Action: scalrsim.Status, Status: 500},
			posts: 1,
		},
		"stalled response": {
			fault: scalrsim.Fault{Op: "POST /environments", Phase: scalrsim.After, Action: scalrsim.Stall},
			posts: 1,
		},
		"lost request": {fault: scalrsim.Fault{Op: "POST /environments", Action: scalrsim.EOF}, posts: 2},
		"created after 20 s": {
			fault: scalrsim.Fault{Op: "POST /environments", Action: scalrsim.LateCommit, Delay: 20 * time.Second},
			posts: 1,
		},
		"gateway timeout, created after 50 s": {
			fault: scalrsim.Fault{Op: "POST /environments", Action: scalrsim.LateCommit, Status: 504, Delay: 50 * time.Second},
			posts: 1,
		},
		"rate limited": {
			fault: scalrsim.Fault{
				Op:     "POST /environments",
				Action: scalrsim.Status,
				Status: 429,
				Header: http.Header{"Retry-After": {"3"}},
			},
			posts: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{c.fault}}, func(d *companionTest) {
				d.server.AddEnvironment("preview-77")
				v := d.environment("name=preview-7", "tags=pre").
					want(0, "result=done", "created=true", "changed=true", "name=preview-7", `tags=["pre"]`)
				if got := v.count("POST /environments"); got != c.posts {
					t.Errorf("got %d requests, want %d", got, c.posts)
				}
				if got := d.count("/environments", "preview-7"); got != 1 {
					t.Errorf("%d environments are named preview-7, want 1", got)
				}
				d.environment("name=preview-7", "tags=pre").want(0, "changed=false").wantWrites()
			})
		})
	}
}

// The list does not show the new environment for longer than the step searches for it, and the second attempt to
// create it is rejected. The step must still adopt the environment.
func TestCreationWithOutdatedList(t *testing.T) {
	t.Parallel()
	withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{
		{Op: "POST /environments", Phase: scalrsim.After, Action: scalrsim.Reset},
		{Op: "GET /environments", Action: scalrsim.Garbage, Body: `{"data":[]}`, During: 31 * time.Second},
	}}, func(d *companionTest) {
		v := d.environment("name=preview-7").want(0, "result=done", "created=true", "name=preview-7")
		v.wantStatus("POST /environments", http.StatusUnprocessableEntity)
	})
}

// Another job has just created the environment: the list does not show it yet, and Scalr rejects the name.
func TestCreatedByAnotherJob(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lags, path string
		play       func(*companionTest) *companionResult
	}{
		"environment": {
			lags: "GET /environments",
			path: "/environments",
			play: func(d *companionTest) *companionResult { return d.environment("name=staging") },
		},
		"tag": {
			lags: "GET /tags",
			path: "/tags",
			play: func(d *companionTest) *companionResult { return d.environment("name=production", "tags=staging") },
		},
		"workspace": {
			lags: "GET /workspaces",
			path: "/workspaces",
			play: func(d *companionTest) *companionResult { return d.workspace("environment=staging", "name=staging") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withCompanions(t,
				scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: c.lags, Action: scalrsim.Garbage, Body: `{"data":[]}`, Times: 2}}},
				func(d *companionTest) {
					d.server.AddTag("staging")
					d.server.AddWorkspace(scalrsim.StagingID, "staging", nil)
					v := c.play(d).want(0, "result=done", "created=false")
					v.wantStatus("POST "+c.path, 422)
					if got := d.count(c.path, "staging"); got != 1 {
						t.Errorf("%d environments are named staging, want 1", got)
					}
				})
		})
	}
}

// The search for an object ends if Scalr rejects its name for another reason.
func TestCreationRejected(t *testing.T) {
	t.Parallel()
	refusal := `{"errors":[{"status":"422","title":"Invalid Attribute","detail":"Name is reserved.",` +
		`"source":{"pointer":"/data/attributes/name"}}]}`
	withCompanions(t,
		scalrsim.Scenario{
			Faults: []scalrsim.Fault{{Op: "POST /environments", Action: scalrsim.Status, Status: 422, Body: refusal}},
		}, func(d *companionTest) {
			v := d.environment("name=preview-7").
				want(3, "result=refused", "error-code=request-refused", "created=false", "changed=false").logContains("Name is reserved.")
			if v.took > 10*time.Second {
				t.Errorf("took %s, want less than 10s", v.took)
			}
		})
}

// Each search for an object that may have been created is logged, since it takes up to a minute. The error of the last
// attempt has their number.
func TestCreationSearchesAreLogged(t *testing.T) {
	t.Parallel()
	const waits = "checking for up to 1m0s whether it was created"
	for op, play := range map[string]func(*companionTest) *companionResult{
		"POST /environments": func(d *companionTest) *companionResult { return d.environment("name=preview-7") },
		"POST /tags":         func(d *companionTest) *companionResult { return d.environment("name=staging", "tags=new") },
		"POST /workspaces":   func(d *companionTest) *companionResult { return d.workspace("environment=staging", "name=new") },
		"POST /vars": func(d *companionTest) *companionResult {
			return d.workspace("environment=production", "name=network", "variables=region=eu")
		},
		"POST /workspaces/*/provider-configuration-links": func(d *companionTest) *companionResult {
			return d.workspace("environment=production", "name=network", "provider-configurations=aws")
		},
	} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			for times, code := range map[int]int{1: 0, -1: 3} {
				fault := scalrsim.Fault{Op: op, Times: times, Action: scalrsim.Status, Status: 500}
				withCompanions(t, scalrsim.Scenario{Faults: []scalrsim.Fault{fault}}, func(d *companionTest) {
					d.server.AddProviderConfiguration("aws", "aws")
					v := play(d).want(code)
					if code == 0 {
						v.logContains("(HTTP 500); " + waits + ", then retrying\n")
						return
					}
					v.logContains("(HTTP 500); "+waits+"\n", "(HTTP 500); tried 3 times in 3m0s")
					if got := strings.Count(v.log, waits+", then retrying\n"); got != 2 {
						t.Errorf("%d searches followed by an attempt are logged, want 2\n%s", got, v.log)
					}
				})
			}
		})
	}
}
