package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// examination is an examination of a simulated account and its output.
type examination struct {
	sim  *scalrsim.Server
	code int
	rows map[string][]string // by id: assumed, found, verdict
	text string
}

// examine runs an examination in virtual time. The test fails if a request changes an existing object, or if an
// object remains. The examination is interrupted during the given request, counted from 1; 0 means never.
func examine(t *testing.T, interrupted int, faults ...scalrsim.Fault) examination {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sim := scalrsim.New(scalrsim.Scenario{Faults: faults})
	defer sim.Close()
	client, requests := sim.Client(), 0
	next := client.Transport
	client.Transport = transport(func(r *http.Request) (*http.Response, error) {
		if requests++; requests == interrupted {
			cancel()
		}
		return next.RoundTrip(r)
	})
	base, err := url.Parse(sim.URL())
	if err != nil {
		t.Fatal(err)
	}
	var out, log strings.Builder
	a := &account{
		api:   api{base: base, token: scalrsim.Token, http: client},
		poll:  2 * time.Second,
		limit: 10 * time.Minute,
		log:   &log,
		found: map[string]string{},
	}
	e := examination{sim: sim, rows: map[string][]string{}}
	e.code = report(&out, a, a.examine(ctx))
	e.text = out.String()
	for line := range strings.Lines(e.text) {
		fields := splitColumns(line)
		if len(fields) == 4 {
			e.rows[fields[0]] = fields[1:]
		}
	}
	if strings.Contains(e.text+log.String(), scalrsim.Token) {
		t.Error("the token is printed")
	}
	return e
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

func splitColumns(line string) (fields []string) {
	for part := range strings.SplitSeq(strings.TrimSpace(line), "  ") {
		if part = strings.TrimSpace(part); part != "" {
			fields = append(fields, part)
		}
	}
	return fields
}

// wantClean checks that no object remains and that no existing object was changed.
func (e examination) wantClean(t *testing.T) {
	t.Helper()
	for _, r := range e.sim.Requests() {
		if r.Method == http.MethodGet || strings.HasSuffix(r.Path, "/assume") {
			continue
		}
		for _, id := range []string{scalrsim.EnvironmentID, scalrsim.StagingID, scalrsim.WorkspaceID,
			scalrsim.LockedWorkspaceID} {
			if strings.Contains(r.Path, id) || strings.Contains(r.Body, id) {
				t.Errorf("%s %s changes what was there before", r.Method, r.Path)
			}
		}
	}
	if names := e.remaining(t); len(names) > 0 {
		t.Errorf("left behind: %v\n%s", names, e.text)
	}
}

// remaining returns the environments and tags with a name of the examination.
func (e examination) remaining(t *testing.T) (names []string) {
	base, _ := url.Parse(e.sim.URL())
	client := api{base: base, token: scalrsim.Token, http: e.sim.Client()}
	for _, kind := range []string{"environments", "tags"} {
		all, err := client.list(context.Background(), kind, url.Values{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if name := fmt.Sprint(r.Attributes["name"]); strings.HasPrefix(name, "scalr-run-action-check-") {
				names = append(names, kind+" "+name)
			}
		}
	}
	return names
}

// TestSimulatorMatchesAssumptions checks that the simulator matches every row.
func TestSimulatorMatchesAssumptions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := examine(t, 0)
		for _, row := range assumptions {
			if got := e.rows[row.id]; len(got) != 3 || got[2] != "same" {
				t.Errorf("%s: %q", row.id, got)
			}
		}
		if e.code != 0 {
			t.Errorf("exit code %d\n%s", e.code, e.text)
		}
		e.wantClean(t)
	})
}

// TestDifferencesAreReported changes one behavior of the account at a time, and checks that the row differs, that
// the exit code is 1, and that all objects are deleted.
func TestDifferencesAreReported(t *testing.T) {
	t.Parallel()
	status := func(op string, nth, status int) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Nth: nth, Times: 1, Action: scalrsim.Status, Status: status}
	}
	misreport := func(op, member string, value any) scalrsim.Fault {
		return scalrsim.Fault{Op: op, Times: -1, Action: scalrsim.Misreport, Member: member, Value: value}
	}
	for row, fault := range map[string]scalrsim.Fault{
		"no-prefer":                  status("GET /environments", 1, 406),
		"wrong-token":                status("GET /environments", 2, 403),
		"unknown-run":                status("GET /runs/*", 1, 403),
		"unknown-plan":               status("GET /plans/*", 1, 404),
		"permissions":                misreport("GET /permissions", "applicable-scopes", []any{"account"}),
		"permission-discard":         misreport("GET /permissions", "description", "Allows users to discard runs."),
		"environment-remote-backend": status("PATCH /environments/*", 1, 200),
		"environment-delete":         status("DELETE /environments/*", 1, 409),
		"workspace-defaults":         misreport("POST /workspaces", "auto-apply", true),
		"workspace-name-form":        status("POST /workspaces", 3, 201),
		"workspace-lock":             status("POST /workspaces/*/actions/lock", 2, 200),
		"workspace-unlock":           status("POST /workspaces/*/actions/unlock", 2, 200),
		"tag-name-form":              status("POST /tags", 1, 201),
		"workspace-version":          status("POST /workspaces", 4, 201),
		"tag-create":                 status("POST /tags", 2, 403),
		"tag-remove":                 status("DELETE /workspaces/*/relationships/tags", 2, 204),
		"upload":                     status("PUT /upload/*", 1, 403),
		"version-create":             status("POST /configuration-versions", 1, 409),
		"run-create":                 status("POST /runs", 1, 422),
		"run-dry-end":                misreport("GET /runs/*", "status", "applied"),
		"run-statuses": {
			Op:     "GET /runs/*",
			Nth:    2,
			Action: scalrsim.Misreport,
			Member: "status",
			Value:  "reviewing",
		},
		"plan-counts":          misreport("GET /plans/*", "resource-additions", 2),
		"plan-log":             status("GET /plans/*/output", 1, 204),
		"plan-json":            status("GET /plans/*/sanitized-json-output", 1, 307),
		"run-finished-actions": status("POST /runs/*/actions/apply", 1, 202),
		"run-discard":          status("POST /runs/*/actions/discard", 2, 403),
	} {
		t.Run(row, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := examine(t, 0, fault)
				if got := e.rows[row]; len(got) != 3 || got[2] != "differs" {
					t.Errorf("%s: %q\n%s", row, got, e.text)
				}
				if e.code != 1 || len(e.sim.UnusedFaults()) > 0 {
					t.Errorf("exit code %d\n%s", e.code, e.text)
				}
				e.wantClean(t)
			})
		})
	}
}

// TestInterruptDeletesObjects interrupts while each request in turn is sent.
func TestInterruptDeletesObjects(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		var over bool
		synctest.Test(t, func(t *testing.T) {
			e := examine(t, n)
			over = e.code == 0 // the examination had already ended
			if !over && (e.code != 1 || !strings.Contains(e.text, "interrupted")) {
				t.Errorf("request %d: exit code %d\n%s", n, e.code, e.text)
			}
			e.wantClean(t)
		})
		if over || t.Failed() {
			if n < 40 {
				t.Errorf("only %d requests", n)
			}
			return
		}
	}
}

// TestLostCreationsAreFoundByName loses the response to each creation.
func TestLostCreationsAreFoundByName(t *testing.T) {
	t.Parallel()
	for op, nth := range map[string]int{"POST /environments": 1, "POST /tags": 2} {
		for _, action := range []scalrsim.Action{scalrsim.Reset, scalrsim.Empty, scalrsim.HTML} {
			synctest.Test(t, func(t *testing.T) {
				e := examine(t, 0, scalrsim.Fault{Op: op, Nth: nth, Phase: scalrsim.After, Action: action})
				if e.code != 1 {
					t.Errorf("%s %s: exit code %d\n%s", op, action, e.code, e.text)
				}
				e.wantClean(t)
			})
		}
	}
}

// TestUndeletedObjectsAreReported checks that objects that cannot be deleted are named, with exit code 2.
func TestUndeletedObjectsAreReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := examine(t, 0, scalrsim.Fault{Op: "DELETE /environments/*", Times: -1, Action: scalrsim.Status, Status: 403})
		if left := e.remaining(t); e.code != 2 || len(left) != 1 ||
			!strings.Contains(e.text, "LEFT BEHIND, delete it in Scalr: environment scalr-run-action-check-") {
			t.Errorf("exit code %d, %v\n%s", e.code, left, e.text)
		}
	})
}

// TestDocumentHasEachRow checks that docs/scalr.md lists the source of each row, and no other rows.
func TestDocumentHasEachRow(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/scalr.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(document), "<!-- rows of test/account -->\n")
	table, _, _ = strings.Cut(table, "<!-- end of rows -->")
	for _, row := range assumptions {
		if !strings.Contains(table, "| `"+row.id+"` | "+row.assumed+" |") {
			t.Errorf("docs/scalr.md lacks | `%s` | %s |", row.id, row.assumed)
		}
	}
	if got := strings.Count(table, "\n| `"); got != len(assumptions) {
		t.Errorf("docs/scalr.md has %d rows, not %d", got, len(assumptions))
	}
}

// TestSettings checks that the command validates its settings before the first request.
func TestSettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ host, token, want string }{
		"no host":     {"", "t", "SCALR_HOSTNAME is not set"},
		"no token":    {"acme.scalr.io", "", "SCALR_TOKEN is not set"},
		"plain http":  {"http://acme.scalr.io", "t", "must be reached by https"},
		"credentials": {"https://a:b@acme.scalr.io", "t", "not a host name"},
	} {
		var out, errs strings.Builder
		code := command(func(name string) string {
			return map[string]string{"SCALR_HOSTNAME": test.host, "SCALR_TOKEN": test.token}[name]
		}, &out, &errs)
		if code != 1 || !strings.Contains(errs.String(), test.want) {
			t.Errorf("%s: code %d, %q", name, code, errs.String())
		}
	}
}

// TestNamedTestsExist checks that the tests in docs/scalr.md exist.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/scalr.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		code.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(document), -1)
	if len(names) < 20 {
		t.Errorf("docs/scalr.md names only %d tests", len(names))
	}
	for _, name := range names {
		if !strings.Contains(code.String(), "\nfunc "+name[1]+"(t *testing.T)") {
			t.Errorf("docs/scalr.md names %s, which does not exist", name[1])
		}
	}
}
