package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// TestUnusualResponses: each call reads exactly this result from a response that is valid but unusual.
func TestUnusualResponses(t *testing.T) {
	t.Parallel()
	workspaceWith := func(attributes string) []string {
		return []string{`{"data":{"type":"workspaces","id":"ws-1","attributes":{` + attributes + `}}}`}
	}
	terragrunt := func(ctx context.Context, c *scalr.Client) (any, error) {
		w, err := c.Workspace(ctx, "ws-1")
		return []bool{w.Terragrunt, w.RunAll}, err
	}
	numbers := func(ctx context.Context, c *scalr.Client) (any, error) {
		w, err := c.Workspace(ctx, "ws-1")
		return []any{w.AutoDestroyDays, w.RunTimeout, w.VarFiles, w.Locked}, err
	}
	costs := func(ctx context.Context, c *scalr.Client) (any, error) {
		r, err := c.Run(ctx, "run-1")
		if err != nil || r.Cost == nil {
			return nil, err
		}
		return []any{r.Cost.Prior, r.Cost.Proposed, r.Cost.Delta, r.Cost.Unreadable}, err
	}
	costOf := func(attributes string) []string {
		return []string{`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"cost-estimate":{"data":{"id":"ce-1"}}}},` +
			`"included":[{"type":"cost-estimates","id":"ce-1","attributes":{"status":"finished",` + attributes + `}}]}`}
	}
	permissions := func(ctx context.Context, c *scalr.Client) (any, error) {
		e, err := c.Environment(ctx, "env-1")
		return e.Permissions, err
	}
	permissionsOf := func(value string) []string {
		return []string{`{"data":{"type":"environments","id":"env-1","attributes":{"permissions":` + value + `}}}`}
	}
	runExchanges(t, map[string]exchangeTest{
		"outputs in a list": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			answers: []string{`[{"name":"a"}]`},
			want:    `null`,
		},
		"errors in place of outputs": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			answers: []string{`{"errors":[{"title":"No"}]}`, `{"errors":[{"title":"No"}],"data":[]}`, `{"data":[],"error":"No"}`},
			want:    `error: read the outputs of workspace ws-1: No (HTTP 200)`,
		},
		"errors in place of a list": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.ActiveRuns(ctx, "ws-1") },
			answers: []string{`{"errors":[{"title":"No"}],"data":[]}`},
			want:    `error: list the runs of workspace ws-1: No (HTTP 200)`,
		},
		"outputs without names": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Outputs(ctx, "ws-1", true) },
			answers: []string{`{"data":[1,"a",[2],{"name":3}],"data2":{}}`},
			want: `[{"Name":"","Value":null,"Sensitive":false},{"Name":"","Value":null,"Sensitive":false},` +
				`{"Name":"","Value":null,"Sensitive":false},{"Name":"","Value":null,"Sensitive":false}]`,
		},
		"Terragrunt without a flag": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":{}`), want: `[true,true]`,
		},
		"Terragrunt with run-all": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":{"use-run-all":true}`), want: `[true,true]`,
		},
		"Terragrunt without run-all": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":{"use-run-all":false}`), want: `[true,false]`,
		},
		"Terragrunt of another form": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":"yes"`), want: `[true,true]`,
		},
		"Terragrunt with a flag twice": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":{"use-run-all":false,"use-run-all":false}`), want: `[true,true]`,
		},
		"no Terragrunt": {
			call: terragrunt, answers: workspaceWith(`"terragrunt":null`), want: `[false,false]`,
		},
		"numbers as texts": {
			call: numbers, answers: workspaceWith(`"auto-destroy-days":"7","run-operation-timeout":"30.0","locked":"true"`), want: `[7,30,null,true]`,
		},
		"numbers that are not whole": {
			call: numbers, answers: workspaceWith(`"auto-destroy-days":7.5,"run-operation-timeout":"30.5"`), want: `[null,null,null,false]`,
		},
		"numbers that are too large": {
			call: numbers, answers: workspaceWith(`"auto-destroy-days":9007199254740993,"run-operation-timeout":9007199254740994`),
			want: `[9007199254740992,null,null,false]`,
		},
		"negative numbers": {
			call: numbers, answers: workspaceWith(`"auto-destroy-days":-9007199254740992,"run-operation-timeout":"-1"`),
			want: `[-9007199254740992,-1,null,false]`,
		},
		"values of other types": {
			call: numbers, answers: workspaceWith(`"auto-destroy-days":true,"run-operation-timeout":[],"var-files":[null],"locked":1`),
			want: `[null,null,null,true]`,
		},
		"texts in an empty list": {
			call: numbers, answers: workspaceWith(`"var-files":[],"run-operation-timeout":null`), want: `[null,0,[],false]`,
		},
		"texts that are null": {
			call: numbers, answers: workspaceWith(`"var-files":null`), want: `[null,null,[],false]`,
		},
		"amounts as numbers": {
			call: costs, answers: costOf(`"prior-monthly-cost":1.25,"proposed-monthly-cost":0,"delta-monthly-cost":-1.25`), want: `["1.25","0","-1.25",false]`,
		},
		"amounts with spaces": {
			call: costs, answers: costOf(`"prior-monthly-cost":" 1.250 ","proposed-monthly-cost":"2","delta-monthly-cost":""`), want: `["1.250","2","",false]`,
		},
		"amounts at the limit": {
			call:    costs,
			answers: costOf(`"prior-monthly-cost":"123456789012345.123456789","proposed-monthly-cost":"1234567890123456"`),
			want:    `["123456789012345.123456789","","",true]`,
		},
		"permissions in an object": {
			call: permissions, answers: permissionsOf(`{"a":true,"b":false,"c":"true"}`), want: `["a"]`,
		},
		"permissions in a list": {
			call: permissions, answers: permissionsOf(`["a","b"]`), want: `["a","b"]`,
		},
		"permissions of another form": {
			call: permissions, answers: permissionsOf(`["a",1]`), want: `null`,
		},
		"an agent pool that cannot be read": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, ok := c.AgentPoolOf(ctx, "ws-1")
				return []any{p.Name, ok}, nil
			},
			requests: []string{readWorkspaceRequest, "GET agent-pools/apool-1?include=agents"},
			answers:  []string{workspaceAnswer, `{"data":{"type":"runs","id":"apool-1","attributes":{"name":"x"}}}`},
			want:     `["",false]`,
		},
		"agent pools that cannot be listed": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				p, ok := c.AgentPoolOf(ctx, "ws-1")
				return []any{p.Name, ok}, nil
			},
			requests: []string{readWorkspaceRequest, "GET agent-pools?" + firstPage},
			answers:  []string{`{"data":{"type":"workspaces","id":"ws-1"}}`, `{"data":{}}`},
			want:     `["",false]`,
		},
		"a tag that exists": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				tag, created, err := c.EnsureTag(ctx, "eu")
				return []any{tag, created}, err
			},
			requests: []string{"GET tags?filter[name]=eu&" + firstPage},
			answers:  []string{listOf(object("tags", "tag-2", "EU", "", ""), object("tags", "tag-1", "eu", "", ""))},
			want:     `[{"ID":"tag-1","Name":"eu"},false]`,
		},
		"a tag that is created": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				tag, created, err := c.EnsureTag(ctx, "eu")
				return []any{tag, created}, err
			},
			requests: []string{"GET tags?filter[name]=eu&" + firstPage, `POST tags {"data":{"attributes":{"name":"eu"},"type":"tags"}}`},
			answers:  []string{listOf(), `{"data":` + object("tags", "tag-1", "eu", "", "") + `}`},
			want:     `[{"ID":"tag-1","Name":"eu"},true]`,
		},
		"a tag that exists twice": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				tag, created, err := c.EnsureTag(ctx, "eu")
				return []any{tag, created}, err
			},
			answers: []string{listOf(object("tags", "tag-2", "eu", "", ""), object("tags", "tag-1", "eu", "", ""))},
			want:    `error: 2 tags are named "eu": tag-2, tag-1`,
		},
		"a list with an entry of another type": {
			call:    func(ctx context.Context, c *scalr.Client) (any, error) { return c.Tags(ctx, "") },
			answers: []string{listOf(object("tags", "tag-1", "eu", "", ""), object("users", "user-1", "eu", "", ""))},
			want:    `error: list tags: the response is of type "users", not "tags"`,
		},
	})
}

// TestCreationOfObjectThatExists: an object whose name is taken is searched for, and so is one whose creation has an
// unknown outcome.
func TestCreationOfObjectThatExists(t *testing.T) {
	t.Parallel()
	environment := object("environments", "env-1", "n", "accounts", "acc-1")
	variable := func(id, category string) string {
		return fmt.Sprintf(`{"type":"vars","id":%q,"attributes":{"key":"n","category":%q},"relationships":{"workspace":{"data":{"id":"ws-1"}}}}`, id, category)
	}
	creations := map[string]struct {
		do    func(context.Context, *scalr.Client) (string, bool, error)
		list  string
		whole string
	}{
		"environment": {
			func(ctx context.Context, c *scalr.Client) (string, bool, error) {
				e, created, err := c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "n", AccountID: "acc-1"})
				return e.ID, created, err
			},
			listOf(environment), `{"data":` + environment + `}`,
		},
		"tag": {
			func(ctx context.Context, c *scalr.Client) (string, bool, error) {
				tag, created, err := c.EnsureTag(ctx, "n")
				return tag.ID, created, err
			},
			listOf(object("tags", "tag-1", "n", "", "")), "",
		},
		"workspace": {
			func(ctx context.Context, c *scalr.Client) (string, bool, error) {
				w, created, err := c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: "n"})
				return w.ID, created, err
			},
			listOf(object("workspaces", "ws-1", "n", "environments", "env-1")), "",
		},
		"variable": {
			func(ctx context.Context, c *scalr.Client) (string, bool, error) {
				v, created, err := c.CreateVariable(ctx, "ws-1", scalr.Variable{Key: "n", Shell: true})
				return v.ID, created, err
			},
			listOf(variable("var-2", "terraform"), variable("var-1", "shell")), "",
		},
	}
	ids := map[string]string{"environment": "env-1", "tag": "tag-1", "workspace": "ws-1", "variable": "var-1"}
	for kind, creation := range creations {
		for name, c := range map[string]struct {
			status  int
			pointer string
			appears int // the list contains the object from this request on; 0 means never
			created bool
			posts   int
			took    time.Duration
			fails   string
		}{
			"taken":               {status: 409, appears: 1, posts: 1},
			"invalid, taken":      {status: 422, appears: 1, posts: 1},
			"taken, appears late": {status: 409, appears: 3, posts: 1, took: 3 * time.Second},
			"taken, not found":    {status: 409, posts: 1, took: 5 * time.Second, fails: "no (HTTP 409)"},
			"another attribute is invalid": {status: 422, pointer: "/data/attributes/terraform-version", appears: 1, posts: 1,
				fails: "no (/data/attributes/terraform-version) (HTTP 422)"},
			"name is invalid":     {status: 422, pointer: "/data/attributes/name", appears: 2, posts: 1, took: time.Second},
			"key is invalid":      {status: 422, pointer: "/data/attributes/key", appears: 2, posts: 1, took: time.Second},
			"category is invalid": {status: 422, pointer: "/data/attributes/category", appears: 2, posts: 1, took: time.Second},
			"alias is invalid":    {status: 422, pointer: "/data/attributes/alias", appears: 2, posts: 1, took: time.Second},
			"relation is invalid": {status: 422, pointer: "/data/relationships/environment", posts: 1, took: 5 * time.Second,
				fails: "no (/data/relationships/environment) (HTTP 422)"},
			"invalid":            {status: 400, appears: 1, posts: 1, fails: "no (HTTP 400)"},
			"lost":               {status: 503, appears: 1, created: true, posts: 1},
			"lost, appears late": {status: 503, appears: 3, created: true, posts: 1, took: 3 * time.Second},
			"lost, not found":    {status: 503, posts: 3, took: 3 * time.Minute, fails: "no (HTTP 503)"},
		} {
			synctest.Test(t, func(t *testing.T) {
				began, lists, posts := time.Now(), 0, 0
				client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
					switch {
					case r.Method == http.MethodPost:
						posts++
						return respond(r, c.status, `{"errors":[{"detail":"no","source":{"pointer":"`+c.pointer+`"}}]}`), nil
					case strings.HasSuffix(r.URL.Path, "/env-1"):
						return respond(r, 200, creation.whole), nil
					case posts == 0: // the search for a tag before its creation
						return respond(r, 200, listOf()), nil
					}
					if lists++; c.appears > 0 && lists >= c.appears {
						return respond(r, 200, creation.list), nil
					}
					return respond(r, 200, listOf()), nil
				}))
				id, created, err := creation.do(t.Context(), client)
				if c.fails != "" {
					if err == nil || !strings.HasSuffix(err.Error(), c.fails) || created {
						t.Errorf("%s, %s: got %q, %t, %v", kind, name, id, created, err)
					}
				} else if err != nil || id != ids[kind] || created != c.created {
					t.Errorf("%s, %s: got %q, %t, %v", kind, name, id, created, err)
				}
				if took := time.Since(began); took != c.took || posts != c.posts {
					t.Errorf("%s, %s: got %d creations in %s, want %d in %s", kind, name, posts, took, c.posts, c.took)
				}
			})
		}
	}
}

// TestBrokenBodies: the end of a connection within the body of a response is an error, whether the body is used or not.
func TestBrokenBodies(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *scalr.Client) error{
		"a read": func(ctx context.Context, c *scalr.Client) error {
			_, err := c.ReadRun(ctx, "run-1", scalr.Once)
			return err
		},
		"an action": func(ctx context.Context, c *scalr.Client) error {
			return c.CancelRun(ctx, "run-1", "", scalr.Once, nil)
		},
		"a part of a run": func(ctx context.Context, c *scalr.Client) error { _, err := c.AgentPool(ctx, "apool-1"); return err },
		"a list":          func(ctx context.Context, c *scalr.Client) error { _, err := c.ActiveRuns(ctx, "ws-1"); return err },
		"the text of a page": func(ctx context.Context, c *scalr.Client) error {
			_, err := c.RunsPage(ctx, scalr.RunScope{}, 1)
			return err
		},
	} {
		for _, status := range []int{200, 403} {
			synctest.Test(t, func(t *testing.T) {
				client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
					res := respond(r, status, "")
					res.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"data":`), iotest.ErrReader(io.ErrUnexpectedEOF)))
					return res, nil
				}))
				err := call(t.Context(), client)
				var e *scalr.Error
				const want = "the connection to acme.scalr.test was closed before the response was complete"
				if !errors.As(err, &e) || e.Network != scalr.BrokenOff || e.Note != want {
					t.Errorf("%s, status %d: got %v", name, status, err)
				}
			})
		}
	}
}

// TestUnusedBodies: an action succeeds only if its response is empty or JSON without errors. Little more than the 64 KiB of
// a page that may be shown are read.
func TestUnusedBodies(t *testing.T) {
	t.Parallel()
	const document = `{"data":{"type":"policy-checks","id":"pc-1","attributes":{"errors":[{"title":"No"}]}},"meta":{}}`
	long := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		kind, body string
		want       string // "" for success
		most       int    // bytes read
	}{
		"no body":                    {"", "", "", 0},
		"no body, of a type":         {"text/html; charset=utf-8", "", "", 0},
		"white space":                {"text/html", " \r\n", "", 3},
		"a document":                 {"application/vnd.api+json", document, "", 0},
		"a document without a type":  {"", document, "", 0},
		"a document of another type": {"text/plain", document, "", 0},
		"plain JSON":                 {"application/json", `{"status":"queued"}`, "", 0},
		"null":                       {"application/json", `null`, "", 0},
		"no errors":                  {"application/json", `{"errors":[],"error":null}`, "", 0},
		"other empty errors":         {"application/json", `{"errors":{},"error":""}`, "", 0},
		"error: false":               {"application/json", `{"error":false}`, "", 0},
		"errors":                     {"application/json", `{"errors":[{"title":"Not allowed"}]}`, "Not allowed (HTTP 202)", 0},
		"several errors":             {"text/plain", `{"meta":{},"errors":[{"title":"A"},{"detail":"B"}]}`, "A; B (HTTP 202)", 0},
		"errors beside data":         {"application/json", document[:len(document)-1] + `,"errors":[{}]}`, "the response contains errors", 0},
		"an error that is a text":    {"application/json", `{"error":"sign in"}`, "sign in (HTTP 202)", 0},
		"an error that is an object": {"application/json", `{"error":{"code":5}}`, "the response contains errors", 0},
		"errors that are a number":   {"application/json", `{"errors":1}`, "the response contains errors", 0},
		"errors that are texts":      {"application/json", `{"errors":["No"]}`, "the response contains errors", 0},
		"a page":                     {"text/html", "<h1>Sign in</h1>", `expected JSON:API, got text/html: "Sign in"`, 0},
		"text":                       {"text/plain", "OK", `expected JSON:API, got text/plain: "OK"`, 0},
		"a page without a type":      {"", "<h1>Sign in</h1>", "the response is not complete JSON", 0},
		"a list of another type":     {"text/html", "[]", `expected JSON:API, got text/html: "[]"`, 0},
		"a truncated document":       {"application/json", document[:50], "the response is not complete JSON", 0},
		"two documents":              {"application/json", document + document, "the response is not complete JSON", 0},
		"a long page":                {"text/html", "<p>" + long, "expected JSON:API, got text/html", 128 << 10},
		"a long document":            {"application/json", `{"data":"` + long + `"}`, "", 0},
		"a very long document": {"application/json", `{"data":"` + strings.Repeat(long, 17) + `"}`,
			"the response is larger than 16 MiB", 17 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for verb, call := range map[string]func(*scalr.Client) error{
					"cancel":   func(client *scalr.Client) error { return client.CancelRun(t.Context(), "run-1", "", scalr.Once, nil) },
					"discard":  func(client *scalr.Client) error { return client.DiscardRun(t.Context(), "run-1", "", scalr.Once, nil) },
					"apply":    func(client *scalr.Client) error { return client.Confirm(t.Context(), "run-1", "", nil) },
					"override": func(client *scalr.Client) error { return client.Override(t.Context(), "pc-1", nil) },
					"delete":   func(client *scalr.Client) error { return client.DeleteWorkspace(t.Context(), "ws-1", nil) },
				} {
					left, requests := (*strings.Reader)(nil), 0
					client, retries := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
						if requests++; requests > 1 {
							return respond(r, 403, ""), nil // ends the retries
						}
						left = strings.NewReader(c.body)
						res := respond(r, 202, "")
						res.Header.Set("Content-Type", c.kind)
						res.Body = io.NopCloser(left)
						return res, nil
					}))
					err := call(client)
					first := err
					if len(*retries) > 0 {
						first = (*retries)[0].Err
					}
					var e *scalr.Error
					errors.As(first, &e)
					switch read := len(c.body) - left.Len(); {
					case c.want == "" && err != nil, c.want != "" && (err == nil || e == nil || !strings.HasPrefix(e.Reason(), c.want)):
						t.Errorf("%s: got %v (%v), want %q", verb, first, err, c.want)
					case c.most > 0 && read > c.most:
						t.Errorf("%s: %d bytes were read", verb, read)
					}
				}
			})
		})
	}
}

// TestKindsOfStatuses: each status has the kind of error that callers distinguish, and some may be temporary.
func TestKindsOfStatuses(t *testing.T) {
	t.Parallel()
	kinds := []error{scalr.ErrUnauthorized, scalr.ErrForbidden, scalr.ErrNotFound, scalr.ErrConflict, scalr.ErrInvalid, scalr.ErrRedirected,
		scalr.ErrRateLimited, scalr.ErrUnavailable}
	for status, want := range map[int][2]error{ // of Scalr and of storage
		0:   {scalr.ErrUnavailable, scalr.ErrUnavailable},
		200: {scalr.ErrUnavailable, scalr.ErrUnavailable},
		299: {scalr.ErrUnavailable, scalr.ErrUnavailable},
		300: {scalr.ErrRedirected, scalr.ErrRedirected},
		399: {scalr.ErrRedirected, scalr.ErrRedirected},
		400: {scalr.ErrInvalid, scalr.ErrInvalid},
		401: {scalr.ErrUnauthorized, scalr.ErrInvalid},
		403: {scalr.ErrForbidden, scalr.ErrInvalid},
		404: {scalr.ErrNotFound, scalr.ErrInvalid},
		408: {scalr.ErrUnavailable, scalr.ErrUnavailable},
		409: {scalr.ErrConflict, scalr.ErrInvalid},
		422: {scalr.ErrInvalid, scalr.ErrInvalid},
		425: {scalr.ErrUnavailable, scalr.ErrUnavailable},
		429: {scalr.ErrRateLimited, scalr.ErrRateLimited},
		499: {scalr.ErrInvalid, scalr.ErrInvalid},
		500: {scalr.ErrUnavailable, scalr.ErrUnavailable},
		599: {scalr.ErrUnavailable, scalr.ErrUnavailable},
	} {
		for i, storage := range []bool{false, true} {
			for _, kind := range kinds {
				if got := errors.Is(&scalr.Error{HTTPStatus: status, Storage: storage}, kind); got != (kind == want[i]) {
					t.Errorf("%d, storage %t: is %q: %t", status, storage, kind, got)
				}
			}
		}
	}
}

// TestLateWindow: how long a creation may still take effect.
func TestLateWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		e         scalr.Error
		ambiguous bool
		window    time.Duration
	}{
		"a server error":        {scalr.Error{HTTPStatus: 500}, true, time.Minute},
		"a gateway error":       {scalr.Error{HTTPStatus: 504}, true, time.Minute},
		"a request timeout":     {scalr.Error{HTTPStatus: 408}, true, 30 * time.Second},
		"an invalid response":   {scalr.Error{HTTPStatus: 201}, true, 30 * time.Second},
		"a broken connection":   {scalr.Error{Network: scalr.BrokenOff}, true, 30 * time.Second},
		"no response in time":   {scalr.Error{Network: scalr.TimedOut}, true, time.Minute},
		"a refused connection":  {scalr.Error{Network: scalr.Unreachable}, false, 30 * time.Second},
		"an unknown host":       {scalr.Error{Network: scalr.UnknownHost}, false, 30 * time.Second},
		"a certificate":         {scalr.Error{Network: scalr.Certificate}, false, 30 * time.Second},
		"a forbidden address":   {scalr.Error{Network: scalr.NotAllowed}, false, 30 * time.Second},
		"a refusal":             {scalr.Error{HTTPStatus: 422}, false, 30 * time.Second},
		"too many requests":     {scalr.Error{HTTPStatus: 429}, false, 30 * time.Second},
		"an error of a network": {scalr.Error{Network: scalr.OtherTrouble}, true, 30 * time.Second},
	} {
		if ambiguous, window := c.e.Ambiguous(), c.e.LateWindow(); ambiguous != c.ambiguous || window != c.window {
			t.Errorf("%s: got %t, %s", name, ambiguous, window)
		}
	}
}

// TestLongLists: a list ends after 1,000 pages, and is then incomplete. Each page but the last is read again after the next.
func TestLongLists(t *testing.T) {
	t.Parallel()
	for pages, whole := range map[int]bool{1: true, 999: true, 1000: true, 1001: false} {
		requests := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			page, _ := strconv.Atoi(r.URL.Query().Get("page[number]"))
			next := fmt.Sprint(page + 1)
			if page == pages {
				next = "null"
			}
			return respond(r, 200, fmt.Sprintf(`{"data":[{"type":"workspaces","id":"ws-%d"}],"meta":{"pagination":{"next-page":%s}}}`, page, next)), nil
		}))
		contents, err := client.AccountContents(t.Context(), "env-1")
		if err != nil || contents.Whole != whole || contents.Doubtful.Count != min(pages, 1000) || requests != 2*min(pages, 1000)-1 {
			t.Errorf("%d pages: got %d entries after %d requests, whole: %t, %v", pages, contents.Doubtful.Count, requests, contents.Whole, err)
		}
	}
}

// TestEndsOfLists: a list is whole if the pagination contains nothing that contradicts it.
func TestEndsOfLists(t *testing.T) {
	t.Parallel()
	for pagination, want := range map[string]struct {
		whole    bool
		requests int
	}{
		``: {true, 1},
		`"meta":{"pagination":{"next-page":null,"total-count":2,"total-pages":1}}`: {true, 1},
		`"meta":{"pagination":{"next-page":null,"total-count":"2"}}`:               {true, 1},
		`"meta":{"pagination":{"total-count":1}}`:                                  {true, 1},
		`"meta":{"pagination":{"total-count":3}}`:                                  {false, 1},
		`"meta":{"pagination":{"total-count":-1}}`:                                 {false, 1},
		`"meta":{"pagination":{"total-count":"many"}}`:                             {false, 1},
		`"meta":{"pagination":{"total-pages":0}}`:                                  {true, 1},
		`"meta":{"pagination":{"total-pages":2}}`:                                  {false, 1},
		`"meta":{"pagination":{"total-pages":{}}}`:                                 {false, 1},
		`"meta":{"pagination":{"next-page":1}}`:                                    {false, 1},
		`"meta":{"pagination":{"next-page":"x"}}`:                                  {false, 1},
		`"meta":{"pagination":{"next-page":2}}`:                                    {false, 3},
		`"meta":{"pagination":{"next-page":"2"}}`:                                  {false, 3},
		`"links":{"next":"https://acme.scalr.test/x"}`:                             {false, 1999},
		`"links":{"next":null}`:                                                    {true, 1},
		`"links":{"next":""}`:                                                      {true, 1},
		`"links":{"next":"https://x"},"meta":{"pagination":{"next-page":null}}`:    {false, 1999},
		`"links":{"next":"https://x"},"meta":{"pagination":{"next-page":1}}`:       {false, 1},
		`"links":[],"meta":[]`:                                                     {true, 1},
		`"meta":{"pagination":[]}`:                                                 {true, 1},
		`"meta":{"pagination":{"total-count":"99999999999999999999999999999999"}}`: {false, 1},
	} {
		requests := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			if pagination == "" {
				return respond(r, 200, listOf(object("workspaces", "ws-1", "a", "", ""), object("workspaces", "ws-2", "b", "", ""))), nil
			}
			return respond(r, 200, `{"data":[{"type":"workspaces","id":"ws-1"},{"type":"workspaces","id":"ws-2"}],`+pagination+`}`), nil
		}))
		contents, err := client.AccountContents(t.Context(), "env-1")
		if err != nil || contents.Whole != want.whole || requests != want.requests || contents.Doubtful.Count != 2 {
			t.Errorf("%s: got %d entries after %d requests, whole: %t, %v", pagination, contents.Doubtful.Count, requests, contents.Whole, err)
		}
	}
}

// TestRenewalEndsWithItsContext: a request that waits for the renewal of another one stops with its context.
func TestRenewalEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("the job was canceled")
		renewals := 0
		client, err := scalr.New(scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New(scalrsim.Token),
			HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 401, ""), nil })},
			Renew: func(context.Context) (secret.Value, error) {
				renewals++
				time.Sleep(time.Minute)
				return secret.Value{}, errors.New("no proof")
			}})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = client.Run(t.Context(), "run-1") }()
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(stop) })
		began := time.Now()
		if _, err := client.Run(ctx, "run-1"); !errors.Is(err, stop) || time.Since(began) != 5*time.Second || renewals != 1 {
			t.Errorf("got %v after %s and %d renewals", err, time.Since(began), renewals)
		}
		time.Sleep(time.Hour)
	})
}
