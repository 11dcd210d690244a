package scalr_test

import (
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// TestDuplicateMembers: a document that contains a member or a resource twice is invalid, since parsers differ in
// which one they use (H35).
func TestDuplicateMembers(t *testing.T) {
	t.Parallel()
	plan := func(destructions string) string {
		return `{"type":"plans","id":"plan-9","attributes":{"status":"finished","resource-destructions":` + destructions + `}}`
	}
	elsewhere := `{"data":{"type":"workspaces","id":"ws-9"}}`
	for name, c := range map[string]struct {
		find, put string // put replaces the first occurrence of find in the response
		op        string
		requests  int
	}{
		"attributes":               {`"data":{`, `"data":{"attributes":{"is-destroy":true},`, readRun, 2},
		"relationships":            {`"data":{`, `"data":{"relationships":{"workspace":` + elsewhere + `},`, readRun, 2},
		"id":                       {`"data":{`, `"data":{"id":"run-9",`, readRun, 2},
		"type":                     {`"data":{`, `"data":{"type":"plans",`, readRun, 2},
		"included":                 {`"included":`, `"included":[],"included":`, readRun, 2},
		"data of a relationship":   {`"workspace":{"data":`, `"workspace":{"data":{"type":"workspaces","id":"ws-9"},"data":`, readRun, 2},
		"relationship, first null": {`"workspace":{`, `"workspace":{"data":null},"workspace":{`, readRun, 2},
		"id of a reference":        {`"workspace":{"data":{`, `"workspace":{"data":{"id":"ws-9",`, readRun, 2},
		"different plan":           {`"included":[`, `"included":[` + plan("3") + `,` + plan("0") + `,`, readRun, 2},
		"same plan":                {`"included":[`, `"included":[` + plan("3") + `,` + plan("3") + `,`, readRun, 1},
		"different user": {`"included":[`, `"included":[{"type":"users","id":"u-9","attributes":{"email":"a"}},` +
			`{"type":"users","id":"u-9","attributes":{"email":"b"}},`, readRun, 1},
		"meta":        {`"meta":{`, `"meta":{"pagination":{"total-count":7}},"meta":{`, listWorkspaces, 2},
		"pagination":  {`"pagination":{`, `"pagination":{"total-count":7},"pagination":{`, listWorkspaces, 2},
		"total-count": {`"total-count":`, `"total-count":7,"total-count":`, listWorkspaces, 2},
		"links":       {`"data":`, `"links":{"next":"x"},"links":{"next":null},"data":`, listWorkspaces, 2},
		"next":        {`"data":`, `"links":{"next":"x","next":null},"data":`, listWorkspaces, 2},
		"upload":      {`"upload":`, `"upload":"https://blob.scalr.test/of-others","upload":`, "POST /configuration-versions", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: 10 * time.Minute}}})
				run := r.MustStartRun(true)
				r.Sim.AddFault(scalrsim.Fault{Op: c.op, Action: scalrsim.Edit, Change: func(body string) string {
					if !strings.Contains(body, c.find) {
						t.Errorf("the response does not contain %s", c.find)
					}
					body = strings.Replace(body, `"links":`, `"was":`, strings.Count(c.put, `"links"`))
					return strings.Replace(body, c.find, c.put, 1)
				}})
				before, err := len(r.Received(c.op)), error(nil)
				switch c.op {
				case readRun:
					_, err = r.PollRun(t.Context(), run.ID)
				case listWorkspaces:
					_, err = r.EnvironmentContents(t.Context(), scalrsim.EnvironmentID)
				default:
					_, err = r.CreateConfiguration(t.Context(), scalrsim.WorkspaceID, true)
				}
				if got := len(r.Received(c.op)) - before; err != nil || got != c.requests {
					t.Errorf("got %d requests and the error %v, want %d requests", got, err, c.requests)
				}
			})
		})
	}
}

const listWorkspaces = "GET /workspaces"

// TestResponsesForOtherObjects: a part of a run and a configuration version are read by their ids, and a response with
// another id is invalid.
func TestResponsesForOtherObjects(t *testing.T) {
	t.Parallel()
	t.Run("part", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := scalrtest.New(t, scalrsim.Scenario{})
			run := r.MustStartRun(true)
			time.Sleep(time.Minute)
			r.Sim.AddFault(scalrsim.Fault{Op: readRun, Times: 2, Action: scalrsim.Edit, Change: func(body string) string {
				return strings.Replace(body, `"included":`, `"was":`, 1)
			}})
			seen := func() *scalr.Plan {
				look, err := r.PollRun(t.Context(), run.ID)
				if err != nil {
					t.Fatal(err)
				}
				return look.Plan
			}
			if plan := seen(); plan.ID != run.Plan.ID || plan.Status != "finished" {
				t.Fatalf("got %+v", plan)
			}
			r.Sim.AddFault(scalrsim.Fault{Op: "GET /plans/*", Action: scalrsim.Edit, Change: func(body string) string {
				return strings.ReplaceAll(body, run.Plan.ID, "plan-of-others")
			}})
			if plan := seen(); plan.ID != run.Plan.ID || plan.Status != "" {
				t.Errorf("the plan of another run was used: %+v", plan)
			}
		})
	})
	t.Run("configuration version", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			const read = "GET /configuration-versions/*"
			r := scalrtest.New(t, scalrsim.Scenario{})
			v, err := r.UploadConfiguration(t.Context(), true)
			if err != nil {
				t.Fatal(err)
			}
			before := len(r.Received(read))
			r.Sim.AddFault(scalrsim.Fault{Op: read, Action: scalrsim.Edit, Change: func(body string) string {
				return strings.ReplaceAll(body, v.ID, "cv-of-others")
			}})
			again, err := r.AwaitUploaded(t.Context(), v.ID, time.Minute, func(string) {})
			if got := len(r.Received(read)) - before; err != nil || again.ID != v.ID || got != 2 {
				t.Errorf("got %s after %d requests: %v", again.ID, got, err)
			}
		})
	})
}

// TestUnreadableValues: an invalid member is distinguished from a missing one.
func TestUnreadableValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, want string // result: a number, none, unreadable
	}{
		{`null`, "none"}, {`0`, "0"}, {`3.0`, "3"}, {`"3"`, "3"}, {`"3.0"`, "3"}, {`-1`, "-1"}, {`"-1"`, "-1"}, {`1e0`, "1"},
		{
			`1.5`, "unreadable"}, {`1e300`, "unreadable"}, {`1e999`, "unreadable"}, {`99999999999999999999`,
			"unreadable"}, {`"many"`, "unreadable"}, {`""`, "unreadable"},
		{
			`"NaN"`, "unreadable"}, {`"inf"`, "unreadable"}, {`"1,000"`, "unreadable"}, {`"+3"`,
			"unreadable"}, {`" 3"`, "unreadable"}, {`"0x3"`, "unreadable"}, {`"1_000"`, "unreadable"},
		{`true`, "unreadable"}, {`[3]`, "unreadable"}, {`{"n":3}`, "unreadable"},
	} {
		t.Run(c.value, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{})
				run := r.MustStartRun(true)
				time.Sleep(time.Minute)
				r.Sim.AddFault(scalrsim.Fault{Op: readRun, Action: scalrsim.Edit, Change: func(body string) string {
					i := strings.Index(body, `"resource-destructions":`) + len(`"resource-destructions":`)
					return body[:i] + c.value + body[i+strings.IndexAny(body[i:], ",}"):]
				}})
				look, err := r.PollRun(t.Context(), run.ID)
				if err != nil {
					t.Fatal(err)
				}
				got := "none"
				switch n := look.Plan.Destructions; {
				case n != nil:
					got = strconv.Itoa(*n)
				case len(look.Plan.Unreadable) > 0:
					got = "unreadable"
				}
				if got != c.want {
					t.Errorf("got %s (%v), want %s", got, look.Plan.Unreadable, c.want)
				}
			})
		})
	}
}

// TestWorkspaceWorstCase: an invalid value of a workspace is treated as the most restrictive one.
func TestWorkspaceWorstCase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		member, value string
		want          string // result: several units, locked
	}{
		{"terragrunt", `null`, ""}, {"terragrunt", `{"use-run-all":false}`, ""}, {"terragrunt", `{"version":"0.5","use-run-all":true}`, "several units"},
		{
			"terragrunt", `{"version":"0.5"}`, "several units"}, {"terragrunt", `{"use-run-all":null}`,
			"several units"}, {"terragrunt", `{"use-run-all":1}`, "several units"},
		{"terragrunt", `"yes"`, "several units"}, {"terragrunt", `{"use-run-all":true,"use-run-all":false}`, "several units"},
		{
			"locked", `false`, ""}, {"locked", `null`, ""}, {"locked", `true`, "locked"}, {"locked", `1`,
			"locked"}, {"locked", `"maybe"`, "locked"}, {"locked", `[]`, "locked"},
	} {
		t.Run(c.member+" "+c.value, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{})
				r.Sim.AddFault(scalrsim.Fault{Op: "GET /workspaces/*", Action: scalrsim.Edit, Change: func(body string) string {
					body = strings.Replace(body, `"`+c.member+`":`, `"was":`, 1)
					return strings.Replace(body, `"attributes":{`, `"attributes":{"`+c.member+`":`+c.value+`,`, 1)
				}})
				w, err := r.Workspace(t.Context(), scalrsim.WorkspaceID)
				if err != nil {
					t.Fatal(err)
				}
				if (c.want == "several units") != w.RunAll || (c.want == "locked") != w.Locked {
					t.Errorf("several units %v, locked %v, want %q", w.RunAll, w.Locked, c.want)
				}
			})
		})
	}
}

// TestRelationshipToOtherType: a workspace relationship to another type than workspaces is ignored.
func TestRelationshipToOtherType(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"workspaces": scalrsim.WorkspaceID, "environments": "", "Workspaces": ""} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{})
				run := r.MustStartRun(true)
				r.Sim.AddFault(scalrsim.Fault{Op: readRun, Action: scalrsim.Edit, Change: func(body string) string {
					return strings.ReplaceAll(body, `"type":"workspaces"`, `"type":"`+kind+`"`)
				}})
				look, err := r.PollRun(t.Context(), run.ID)
				if err != nil || look.WorkspaceID != want {
					t.Errorf("got %q, want %q (%v)", look.WorkspaceID, want, err)
				}
			})
		})
	}
}

// TestInvalidDocumentsFailEarly: a document that contains a member twice or has an invalid id is requested three times,
// and then the error describes the problem.
func TestInvalidDocumentsFailEarly(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) string{
		"contains a member twice": func(body string) string {
			return strings.Replace(body, `"data":{`, `"data":{"attributes":{},`, 1)
		},
		"has the id": func(body string) string { return strings.Replace(body, `"id":"run-`, `"id":"../run-`, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := scalrtest.New(t, scalrsim.Scenario{})
				run := r.MustStartRun(true)
				r.Sim.AddFault(scalrsim.Fault{Op: readRun, Times: -1, Action: scalrsim.Edit, Change: change})
				before := len(r.Received(readRun))
				_, err := r.PollRun(t.Context(), run.ID)
				if got := len(r.Received(readRun)) - before; err == nil || !strings.Contains(err.Error(), name) || got != 3 {
					t.Errorf("got %d requests and the error %v, want 3 requests and an error that %s", got, err, name)
				}
			})
		})
	}
}
