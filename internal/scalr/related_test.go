package scalr_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestRelatedTypes: a related resource is used if its type is the one of the relationship or is not reported, and ignored
// otherwise.
func TestRelatedTypes(t *testing.T) {
	t.Parallel()
	run := func(read func(scalr.Run) string) func(*scalr.Client) string {
		return func(c *scalr.Client) string {
			r, err := c.ReadRun(t.Context(), "x-1", scalr.Once)
			if err != nil {
				t.Error(err)
			}
			return read(r)
		}
	}
	workspace := func(read func(scalr.Workspace) string) func(*scalr.Client) string {
		return func(c *scalr.Client) string {
			w, err := c.Workspace(t.Context(), "x-1")
			if err != nil {
				t.Error(err)
			}
			return read(w)
		}
	}
	planOf := func(r scalr.Run) string {
		if r.Plan == nil {
			return ""
		}
		return r.Plan.ID
	}
	applyOf := func(r scalr.Run) string {
		if r.Apply == nil {
			return ""
		}
		return r.Apply.ID
	}
	costOf := func(r scalr.Run) string {
		if r.Cost == nil {
			return ""
		}
		return r.Cost.ID
	}
	for _, c := range []struct {
		kind, name, related string
		read                func(*scalr.Client) string
	}{
		{"runs", "workspace", "workspaces", run(func(r scalr.Run) string { return r.WorkspaceID })},
		{"runs", "environment", "environments", run(func(r scalr.Run) string { return r.EnvironmentID })},
		{"runs", "configuration-version", "configuration-versions", run(func(r scalr.Run) string { return r.ConfigurationID })},
		{"runs", "plan", "plans", run(planOf)},
		{"runs", "apply", "applies", run(applyOf)},
		{"runs", "cost-estimate", "cost-estimates", run(costOf)},
		{"workspaces", "environment", "environments", workspace(func(w scalr.Workspace) string { return w.EnvironmentID })},
		{"workspaces", "locked-by-run", "runs", workspace(func(w scalr.Workspace) string { return w.LockedByRun })},
		{"workspaces", "agent-pool", "agent-pools", workspace(func(w scalr.Workspace) string { return w.AgentPoolID })},
		{"environments", "account", "accounts", func(c *scalr.Client) string {
			e, err := c.Environment(t.Context(), "x-1")
			if err != nil {
				t.Error(err)
			}
			return e.AccountID
		}},
	} {
		for kind, want := range map[string]string{c.related: "y-1", "": "y-1", "users": "", "wrong": ""} {
			client, _ := respondingWith(t, fmt.Sprintf(`{"data":{"type":%q,"id":"x-1","attributes":{"status":"planned"},`+
				`"relationships":{%q:{"data":{"type":%q,"id":"y-1"}}}}}`, c.kind, c.name, kind))
			if got := c.read(client); got != want {
				t.Errorf("%s of %s, type %q: got %q, want %q", c.name, c.kind, kind, got, want)
			}
		}
	}
}

// TestRelatedPoolOfAnEnvironment: the default agent pool of an included environment has the type that the relationship
// requires, too.
func TestRelatedPoolOfAnEnvironment(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"agent-pools": "y-1", "": "y-1", "users": ""} {
		client, _ := respondingWith(t, fmt.Sprintf(`{"data":{"type":"workspaces","id":"ws-1","relationships":{"environment":{"data":{"id":"env-1"}}}},`+
			`"included":[{"type":"environments","id":"env-1","relationships":{"default-workspace-agent-pool":{"data":{"type":%q,"id":"y-1"}}}}]}`, kind))
		w, err := client.Workspace(t.Context(), "ws-1")
		if err != nil || w.EnvironmentAgentPoolID != want {
			t.Errorf("type %q: got %q, %v, want %q", kind, w.EnvironmentAgentPoolID, err, want)
		}
	}
}

// TestManyMembers: the members of each part of a document count towards the limit of memory.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	members := func(format string) string {
		var b strings.Builder
		for i := range 90_000 {
			fmt.Fprintf(&b, format+",", i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	for name, part := range map[string]string{
		"attributes":    `"attributes":{"status":"planned",` + members(`"a%d":1`) + `}`,
		"relationships": `"relationships":{` + members(`"a%d":{}`) + `}`,
		"links":         `"links":{` + members(`"a%d":""`) + `}`,
		"results":       `"attributes":{"result":{` + members(`"a%d":1`) + `}}`,
	} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1",`+part+`}}`)
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		if exceeds := err != nil && strings.Contains(err.Error(), "needs more than 8 MiB of memory"); !exceeds {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestManyOutputs: outputs without content count towards the limit of memory, too.
func TestManyOutputs(t *testing.T) {
	t.Parallel()
	for n, fits := range map[int]bool{80_000: true, 90_000: false} {
		client, _ := respondingWith(t, `{"data":`+listText(n, func(int) string { return "{}" })+`}`)
		list, err := client.Outputs(t.Context(), "ws-1", true)
		if fits && (err != nil || len(list) != n) || !fits && (err == nil || !strings.HasSuffix(err.Error(), "needs more than 8 MiB of memory")) {
			t.Errorf("%d outputs: got %d, %v", n, len(list), err)
		}
	}
}

// TestLogInSmallPieces: a log that storage serves is complete, however it is read.
func TestLogInSmallPieces(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a", "ab", "a\nb\n", strings.Repeat("line\n", 20_000)} {
		for name, pieces := range map[string]func(io.Reader) io.Reader{
			"whole":    func(r io.Reader) io.Reader { return r },
			"bytes":    iotest.OneByteReader,
			"halves":   iotest.HalfReader,
			"data+EOF": iotest.DataErrReader,
		} {
			synctest.Test(t, func(t *testing.T) {
				client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
					res := respond(r, 302, "")
					res.Header.Set("Location", "https://blob.test/log?signature=0123456789abcdef")
					if r.URL.Host == "blob.test" {
						res = respond(r, 200, "")
						res.Body = io.NopCloser(pieces(strings.NewReader(text)))
					}
					return res, nil
				}))
				log, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				defer log.Close()
				if got, err := io.ReadAll(iotest.OneByteReader(log)); err != nil || string(got) != text || log.Size != -1 {
					t.Errorf("%d bytes, %s: got %d bytes, %v, size %d", len(text), name, len(got), err, log.Size)
				}
			})
		}
	}
}

// TestEveryStructuralMemberTwice: a list that contains any of these members twice is invalid.
func TestEveryStructuralMemberTwice(t *testing.T) {
	t.Parallel()
	for text, twice := range map[string]bool{
		`"data":[]`:                                                                                           false,
		`"data":[],"data":[]`:                                                                                 true,
		`"data":[],"included":[],"included":[]`:                                                               true,
		`"data":[],"meta":{},"meta":{}`:                                                                       true,
		`"data":[],"links":{},"links":{}`:                                                                     true,
		`"data":[],"links":{"next":"","next":""}`:                                                             true,
		`"data":[],"links":{"self":"","self":""}`:                                                             false,
		`"data":[],"meta":{"pagination":{},"pagination":{}}`:                                                  true,
		`"data":[],"meta":{"other":1,"other":2}`:                                                              false,
		`"data":[{"type":"workspaces","type":"a","id":"ws-1"}]`:                                               true,
		`"data":[{"type":"workspaces","id":"ws-1","id":"ws-2"}]`:                                              true,
		`"data":[{"type":"workspaces","id":"ws-1","attributes":{},"attributes":{}}]`:                          true,
		`"data":[{"type":"workspaces","id":"ws-1","relationships":{},"relationships":{}}]`:                    true,
		`"data":[{"type":"workspaces","id":"ws-1","links":{"a":"","a":""}}]`:                                  true,
		`"data":[{"type":"workspaces","id":"ws-1","attributes":{"a":1,"a":1}}]`:                               true,
		`"data":[{"type":"workspaces","id":"ws-1","relationships":{"a":{},"a":{}}}]`:                          true,
		`"data":[{"type":"workspaces","id":"ws-1","relationships":{"a":{"data":null,"data":null}}}]`:          true,
		`"data":[{"type":"workspaces","id":"ws-1","relationships":{"a":{"data":{"id":"b","id":"c"}}}}]`:       true,
		`"data":[{"type":"workspaces","id":"ws-1","relationships":{"a":{"data":[{"type":"b","type":"c"}]}}}]`: true,
		`"data":[],"meta":{"pagination":{"next-page":null,"next-page":null}}`:                                 true,
		`"data":[],"meta":{"pagination":{"total-count":0,"total-count":0}}`:                                   true,
		`"data":[],"meta":{"pagination":{"total-pages":1,"total-pages":1}}`:                                   true,
		`"data":[],"meta":{"pagination":{"other":1,"other":1}}`:                                               false,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := respondingWith(t, "{"+text+"}")
			_, err := client.EnvironmentContents(t.Context(), "env-1")
			if (err != nil) != twice || err != nil && !strings.Contains(err.Error(), "the response contains a member twice") {
				t.Errorf("%s: got %v", text, err)
			}
		})
	}
}

// TestWholeRuns: a listed run is whole if the status of each of its parts is included, and it has at most 100 policy checks.
func TestWholeRuns(t *testing.T) {
	t.Parallel()
	part := func(kind, id string) string {
		return `{"type":"` + kind + `","id":"` + id + `","attributes":{"status":"finished"}}`
	}
	checks := func(n int) (string, string) {
		refs := listText(n, func(i int) string { return fmt.Sprintf(`{"type":"policy-checks","id":"pc-%d"}`, i) })
		included := listText(n, func(i int) string { return part("policy-checks", fmt.Sprint("pc-", i)) })
		return `"policy-checks":{"data":` + refs + `}`, strings.Trim(included, "[]")
	}
	most, mostIncluded := checks(100)
	more, moreIncluded := checks(101)
	for _, c := range []struct {
		relationships, included string
		whole                   bool
	}{
		{"", "", true},
		{`"plan":{"data":{"id":"p-1"}}`, "", false},
		{`"plan":{"data":{"id":"p-1"}}`, part("plans", "p-1"), true},
		{`"apply":{"data":{"id":"a-1"}}`, "", false},
		{`"apply":{"data":{"id":"a-1"}}`, part("applies", "a-1"), true},
		{`"cost-estimate":{"data":{"id":"c-1"}}`, "", false},
		{`"cost-estimate":{"data":{"id":"c-1"}}`, part("cost-estimates", "c-1"), true},
		{`"plan":{"data":{"id":"p-1"}},"apply":{"data":{"id":"a-1"}}`, part("plans", "p-1"), false},
		{`"policy-checks":{"data":[{"id":"pc-1"},{"id":"pc-2"}]}`, part("policy-checks", "pc-1"), false},
		{`"policy-checks":{"data":[{"id":"pc-1"},{"id":"pc-2"}]}`, part("policy-checks", "pc-2"), false},
		{most, mostIncluded, true},
		{more, moreIncluded, false},
	} {
		client, _ := respondingWith(t, `{"data":[{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{`+c.relationships+
			`}}],"included":[`+c.included+`]}`)
		page, err := client.RunsPage(t.Context(), scalr.RunScope{}, 1)
		if err != nil || len(page.Runs) != 1 || page.Runs[0].Whole != c.whole || !page.Last {
			t.Errorf("%.100s: got %d runs, %v, want a whole run: %t", c.relationships, len(page.Runs), err, c.whole)
		}
	}
}

// TestScopes: the scope of a list of runs is a parameter, and is named in errors.
func TestScopes(t *testing.T) {
	t.Parallel()
	for scope, want := range map[scalr.RunScope]string{
		{}:                       "the account",
		{WorkspaceID: "ws-1"}:    "workspace ws-1",
		{EnvironmentID: "env-1"}: "environment env-1",
		{EnvironmentID: "env-1", WorkspaceID: "ws-1"}: "workspace ws-1",
	} {
		if got := scope.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
