package scalr_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestRedirectOrigin: the error of a redirect names the origin that it leads to, and nothing of an invalid address.
func TestRedirectOrigin(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://other.test/path?token=x": "https://other.test",
		"http://other.test:8080":          "http://other.test:8080",
		"/elsewhere":                      "",
		"https://%zz":                     "",
		"":                                "",
	} {
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			res := respond(r, http.StatusFound, "")
			res.Header.Set("Location", location)
			return res, nil
		}))
		_, err := client.Run(t.Context(), "run-1")
		var e *scalr.Error
		if !errors.As(err, &e) || e.Location != want {
			t.Errorf("%q: got %+v, want the origin %q", location, e, want)
		}
	}
}

// TestErrorReason: the reason is Scalr's message, the client's note or the status, with the status and the request's id.
func TestErrorReason(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]scalr.Error{
		"no valid response":                     {},
		"not found, or so":                      {Note: "not found, or so"},
		"gone [request r-1]":                    {Note: "gone", RequestID: "r-1"},
		"200 OK":                                {HTTPStatus: 200},
		"599":                                   {HTTPStatus: 599},
		"the response is cut":                   {HTTPStatus: 200, Note: "the response is cut"},
		"the response is cut (HTTP 300)":        {HTTPStatus: 300, Note: "the response is cut"},
		"a; b; and 2 more (HTTP 422)":           {HTTPStatus: 422, Problems: []scalr.Problem{{Detail: "a"}, {Title: "b"}}, More: 2, Note: "no"},
		"a (HTTP 404) [request r-2]":            {HTTPStatus: 404, Problems: []scalr.Problem{{Code: "a"}}, RequestID: "r-2"},
		"a: b (/data) (HTTP 409)":               {HTTPStatus: 409, Problems: []scalr.Problem{{Title: "a", Detail: "b", Pointer: "/data"}}},
		"(/data) (HTTP 409)":                    {HTTPStatus: 409, Problems: []scalr.Problem{{Pointer: "/data"}}},
		"404 Not Found [request " + "r-3" + "]": {HTTPStatus: 404, RequestID: "r-3"},
	} {
		if got := e.Reason(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestAmbiguousError names at most ten objects.
func TestAmbiguousError(t *testing.T) {
	t.Parallel()
	ids := strings.Split("a b c d e f g h i j k l", " ")
	for n, want := range map[int]string{
		2:  `2 tags are named "eu": a, b`,
		10: `10 tags are named "eu": a, b, c, d, e, f, g, h, i, j`,
		12: `12 tags are named "eu": a, b, c, d, e, f, g, h, i, j and 2 more`,
	} {
		if err := (&scalr.AmbiguousError{Thing: "tag", Name: "eu", IDs: ids[:n]}); err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestReadsWorkspaces: each of these permissions lets the token read workspaces.
func TestReadsWorkspaces(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"workspaces:read", "workspaces:*", "*:read", "*:*", "can-read-workspaces", "can-list-workspaces"} {
		if got := (scalr.Environment{Permissions: []string{"runs:read", name}}).ReadsWorkspaces(); got != name {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if got := (scalr.Environment{Permissions: []string{"", "runs:read", "workspaces:update"}}).ReadsWorkspaces(); got != "" {
		t.Errorf("got %q without the permission", got)
	}
}

// TestCreateEnvironmentInAccount: if Scalr requires the account, the environment is created in the only account of the
// token; otherwise the refusal is reported.
func TestCreateEnvironmentInAccount(t *testing.T) {
	t.Parallel()
	const (
		pointer   = `,"source":{"pointer":"/data/relationships/account"}`
		noAccount = "create environment prod: no (/data/relationships/account) (HTTP 400)"
	)
	account := func(id string) string { return `{"type":"accounts","id":"` + id + `","attributes":{"name":"n"}}` }
	for name, c := range map[string]struct {
		accountID, pointer string
		status             int // of the refusal
		accounts           string
		want               string // the requests after the first
		says               string
	}{
		"one account":  {"", pointer, 422, listOf(account("acc-1")), "GET accounts, POST environments acc-1", ""},
		"two accounts": {"", pointer, 400, listOf(account("acc-1"), account("acc-2"), account("acc-3")), "GET accounts", noAccount},
		"no account":   {"", pointer, 400, listOf(), "GET accounts", noAccount},
		"two accounts of many": {"", pointer, 400,
			strings.TrimSuffix(listOf(account("acc-1"), account("acc-2")), "}") + `,"meta":{"pagination":{"next-page":2}}}`, "GET accounts", noAccount},
		"unreadable accounts": {"", pointer, 400, "403", "GET accounts", "list accounts: no (HTTP 403)"},
		"account in request":  {"acc-2", pointer, 400, listOf(account("acc-1")), "", noAccount},
		"another member": {"", `,"source":{"pointer":"/data/attributes/name"}`, 400, listOf(account("acc-1")), "",
			"create environment prod: no (/data/attributes/name) (HTTP 400)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var requests []string
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				text := requestText(t, r)
				switch {
				case r.Method == http.MethodGet && c.accounts == "403":
					requests = append(requests, "GET accounts")
					return respond(r, 403, `{"errors":[{"detail":"no"}]}`), nil
				case r.Method == http.MethodGet:
					if !strings.HasPrefix(text, "GET accounts?fields[accounts]=name&") {
						t.Errorf("%s: got %s", name, text)
					}
					requests = append(requests, "GET accounts")
					return respond(r, 200, c.accounts), nil
				case len(requests) == 0:
					requests = append(requests, "POST environments")
					return respond(r, c.status, `{"errors":[{"detail":"other"},{"detail":"no"`+c.pointer+`}]}`), nil
				}
				if strings.Contains(text, `"relationships":{"account":{"data":{"type":"accounts","id":"acc-1"}}}`) {
					requests = append(requests, "POST environments acc-1")
				}
				return respond(r, 201, environmentAnswer), nil
			}))
			e, created, err := client.CreateEnvironment(t.Context(), scalr.EnvironmentSettings{Name: "prod", AccountID: c.accountID})
			if got := strings.Join(requests[1:], ", "); got != c.want || created != (c.says == "") || created && e.ID != "env-1" {
				t.Errorf("%s: got the requests %s and %+v, want %s", name, got, e, c.want)
			}
			if says := strings.Replace(jsonText(nil, err), "other; ", "", 1); err != nil && says != "error: "+c.says {
				t.Errorf("%s: got %v, want %s", name, err, c.says)
			}
		})
	}
}

// TestAddresses: the pages of Scalr have the scheme and host of the base URL, and an address without an id is empty.
func TestAddresses(t *testing.T) {
	t.Parallel()
	client, _ := dialed(t, "https://acme.scalr.test/ignored?x=1", nil)
	for got, want := range map[string]string{
		client.RunURL("env-1", "ws-1", "run-1"): "https://acme.scalr.test/v2/e/env-1/workspaces/ws-1/runs/run-1",
		client.WorkspaceURL("env-1", "ws-1"):    "https://acme.scalr.test/v2/e/env-1/workspaces/ws-1",
		client.EnvironmentURL("env-1"):          "https://acme.scalr.test/v2/e/env-1/workspaces",
		client.RunURL("", "ws-1", "run-1"):      "",
		client.WorkspaceURL("", "ws-1") + "w":   "w",
		client.WorkspaceURL("env-1", "") + "e":  "e",
		client.RunURL("env-1", "", "run-1"):     "",
		client.RunURL("env-1", "ws-1", ""):      "",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for address, want := range map[string]string{
		"":                        "the address of Scalr is missing",
		"https:///x":              "the address of Scalr is missing",
		"http://acme.scalr.test":  "the address of Scalr is not https",
		"http://127.0.0.1:1":      "",
		"https://acme.scalr.test": "",
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if address == "" {
			base = nil
		}
		says := ""
		if _, err := scalr.New(scalr.Config{BaseURL: base}); err != nil {
			says = err.Error()
		}
		if says != want {
			t.Errorf("%q: got %q, want %q", address, says, want)
		}
	}
}

// TestAssumeErrors: only a refused form of the request leads to a second request.
func TestAssumeErrors(t *testing.T) {
	t.Parallel()
	const ok = `{"access-token":"tok-1","expire-time":"2026-01-02T03:04:05Z"}`
	for name, c := range map[string]struct {
		statuses []int
		answer   string
		want     []string // the members of the requests
		says     string
	}{
		"accepted":         {[]int{200}, ok, []string{"id-token"}, ""},
		"second spelling":  {[]int{422, 200}, ok, []string{"id-token", "id_token"}, ""},
		"both refused":     {[]int{422, 404}, ok, []string{"id-token", "id_token"}, "HTTP 422"},
		"identity refused": {[]int{401}, ok, []string{"id-token"}, "HTTP 401"},
		"then not allowed": {[]int{400, 403}, ok, []string{"id-token", "id_token"}, "HTTP 403"},
		"no token":         {[]int{200}, `{"expire-time":"x"}`, nil, "the response contains no access token"},
		"a member twice":   {[]int{200}, `{"access-token":"a","access-token":"b"}`, nil, "contains a member twice"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var members []string
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				text := requestText(t, r)
				for _, member := range []string{"id-token", "id_token"} {
					if text == `POST service-accounts/assume {"`+member+`":"e30.e30.e30","service-account-email":"a@b.test"}` {
						members = append(members, member)
					}
				}
				if got := r.Header.Get("Authorization") + r.Header.Get("Accept") + r.Header.Get("Content-Type"); got != "application/jsonapplication/json" {
					t.Errorf("got the headers %s", got)
				}
				if status := c.statuses[min(len(members), len(c.statuses))-1]; status >= 400 {
					return respond(r, status, `{"errors":[{"detail":"no"}]}`), nil
				}
				return respond(r, 200, c.answer), nil
			}))
			token, expires, err := client.Assume(t.Context(), "a@b.test", secret.New("e30.e30.e30"))
			if c.want != nil && !slices.Equal(members, c.want) {
				t.Errorf("%s: got the requests %q, want %q", name, members, c.want)
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v, want %q", name, err, c.says)
			}
			if err == nil && (token.Reveal() != "tok-1" || expires.Unix() != 1767323045) {
				t.Errorf("%s: got %s until %s", name, token.Reveal(), expires)
			}
		})
	}
}

// TestCheckBeforeEachAttempt: a check is made before every attempt, and its error ends the deletion.
func TestCheckBeforeEachAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		checks, requests := 0, 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			return respond(r, 503, ""), nil
		}))
		refused := errors.New("the workspace is in use")
		err := client.DeleteWorkspace(t.Context(), "ws-1", func(context.Context) error {
			if checks++; checks == 3 {
				return refused
			}
			return nil
		})
		if err != refused || checks != 3 || requests != 2 {
			t.Errorf("got %v after %d checks and %d requests, want the error of the third check", err, checks, requests)
		}
	})
}
