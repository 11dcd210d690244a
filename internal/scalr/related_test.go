package scalr_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

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
		"policies":      `"attributes":{"result":{"policies":[` + strings.TrimSuffix(strings.Repeat(`{},`, 90_000), ",") + `]}}`,
	} {
		client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1",`+part+`}}`)
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		if exceeds := err != nil && strings.Contains(err.Error(), "needs more than 8 MiB of memory"); exceeds != (name != "policies") {
			t.Errorf("%s: got %v", name, err)
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
				log, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"})
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
