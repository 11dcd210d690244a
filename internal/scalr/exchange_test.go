package scalr_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/scalr"
)

// requestText returns the method, the path below the API's base path, the decoded query and the body of a request.
func requestText(t *testing.T, r *http.Request) string {
	t.Helper()
	path, ok := strings.CutPrefix(r.URL.Path, "/api/iacp/v3/")
	if !ok {
		t.Errorf("got the path %s", r.URL.Path)
	}
	text := r.Method + " " + path
	if query, err := url.QueryUnescape(r.URL.RawQuery); err != nil {
		t.Error(err)
	} else if query != "" {
		text += "?" + query
	}
	if r.GetBody == nil {
		return text
	}
	body, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	sent, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return text + " " + string(sent)
}

// jsonText returns a value as JSON, or an error as text.
func jsonText(value any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// done returns the result of a call that returns only an error.
func done(err error) (any, error) { return "done", err }

const (
	environmentAnswer = `{"data":{"type":"environments","id":"env-1","attributes":{"name":"prod","status":"Active","locked":true,` +
		`"lock-reason":"audit","mask-sensitive-output":true,"remote-backend":false,"cost-estimation-enabled":true,` +
		`"permissions":["environments:read","workspaces:*"]},"relationships":{"account":{"data":{"type":"accounts","id":"acc-1"}},` +
		`"tags":{"data":[{"type":"tags","id":"tag-1"},{"type":"tags","id":"tag-2"}]},` +
		`"policy-groups":{"data":[{"type":"policy-groups","id":"pgrp-1"}]},` +
		`"provider-configurations":{"data":[{"type":"provider-configurations","id":"pcfg-1"},{"type":"provider-configurations","id":"pcfg-2"}]},` +
		`"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"pcfg-2"}]}}},` +
		`"included":[{"type":"tags","id":"tag-1","attributes":{"name":"eu"}}]}`
	environmentResult = `{"ID":"env-1","Name":"prod","Status":"Active","AccountID":"acc-1","Locked":true,"LockReason":"audit",` +
		`"MaskSensitive":true,"RemoteBackend":false,"CostEstimation":true,"Tags":[{"ID":"tag-1","Name":"eu"},{"ID":"tag-2","Name":""}],` +
		`"Policies":["pgrp-1"],"Providers":["pcfg-1","pcfg-2"],"DefaultProviders":["pcfg-2"],"Permissions":["environments:read","workspaces:*"]}`
	linkedProvider = `{"data":{"type":"provider-configurations","id":"pcfg-1","attributes":{"name":"aws","provider-name":"aws","is-shared":false},` +
		`"relationships":{"environments":{"data":[{"type":"environments","id":"env-1"},{"type":"environments","id":"env-2"}]}}}}`
	firstPage = "page[number]=1&page[size]=100"
)

// exchangeTest is one call of the client, the requests that it must send, and the result that it must read.
type exchangeTest struct {
	call     func(context.Context, *scalr.Client) (any, error)
	requests []string // not compared if nil
	answers  []string // the last one for all further requests; without a body if empty
	want     string   // JSON, or an error
}

func (c exchangeTest) run(t *testing.T) {
	var requests []string
	client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
		requests = append(requests, requestText(t, r))
		body := c.answers[min(len(requests), len(c.answers))-1]
		if body == "" {
			return respond(r, http.StatusNoContent, ""), nil
		}
		return respond(r, http.StatusOK, body), nil
	}))
	if diff := cmp.Diff(c.want, jsonText(c.call(t.Context(), client))); diff != "" {
		t.Errorf("the result differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.requests, requests); diff != "" && c.requests != nil {
		t.Errorf("the requests differ (-want +got):\n%s", diff)
	}
}

func runExchanges(t *testing.T, tests map[string]exchangeTest) {
	t.Helper()
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, c.run)
		})
	}
}

// TestEnvironmentExchanges: each call sends exactly these requests, and reads exactly this result from the responses.
func TestEnvironmentExchanges(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	runExchanges(t, map[string]exchangeTest{
		"read an environment": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Environment(ctx, "env-1") },
			requests: []string{"GET environments/env-1?include=tags"},
			answers:  []string{environmentAnswer},
			want:     environmentResult,
		},
		"read another environment": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Environment(ctx, "env-2") },
			requests: nil, // retried
			answers:  []string{environmentAnswer},
			want:     "error: read environment env-2: the response is for another environment: env-1",
		},
		"list environments": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return c.Environments(ctx, scalr.EnvironmentFilter{})
			},
			requests: []string{"GET environments?fields[environments]=name,status,account,tags&fields[tags]=name&include=tags&" + firstPage},
			answers:  []string{`{"data":[{"type":"environments","id":"env-1","attributes":{"name":"a"}},{"type":"environments","id":"env-1"}]}`},
			want: `[{"ID":"env-1","Name":"a","Status":"","AccountID":"","Locked":false,"LockReason":"","MaskSensitive":null,"RemoteBackend":null,` +
				`"CostEstimation":null,"Tags":null,"Policies":null,"Providers":null,"DefaultProviders":null,"Permissions":null}]`,
		},
		"create an environment with all settings": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				e, _, err := c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "prod", AccountID: "acc-1", MaskSensitive: &yes, RemoteBackend: &no,
					CostEstimation: &yes, TagIDs: []string{"tag-1"}, DefaultProviders: []string{"pcfg-2"}})
				return e, err
			},
			requests: []string{`POST environments {"data":{"attributes":{"cost-estimation-enabled":true,"mask-sensitive-output":true,"name":"prod",` +
				`"remote-backend":false},"relationships":{"account":{"data":{"type":"accounts","id":"acc-1"}},` +
				`"default-provider-configurations":{"data":[{"type":"provider-configurations","id":"pcfg-2"}]},` +
				`"tags":{"data":[{"type":"tags","id":"tag-1"}]}},"type":"environments"}}`},
			answers: []string{environmentAnswer},
			want:    environmentResult,
		},
		"create an environment with a name only": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				_, created, err := c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "prod"})
				return created, err
			},
			requests: []string{`POST environments {"data":{"attributes":{"name":"prod"},"type":"environments"}}`},
			answers:  []string{environmentAnswer},
			want:     "true",
		},
		"change an environment": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return c.UpdateEnvironment(ctx, "env-1", scalr.EnvironmentSettings{RemoteBackend: &yes})
			},
			requests: []string{`PATCH environments/env-1 {"data":{"attributes":{"remote-backend":true},"id":"env-1","type":"environments"}}`},
			answers:  []string{environmentAnswer},
			want:     environmentResult,
		},
		"delete an environment": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.DeleteEnvironment(ctx, "env-1", func(context.Context) error { return nil }))
			},
			requests: []string{"DELETE environments/env-1"},
			answers:  []string{""},
			want:     `"done"`,
		},
		"list provider configurations": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.Providers(ctx) },
			requests: []string{"GET provider-configurations?fields[provider-configurations]=name,is-shared,environments&" + firstPage},
			answers: []string{`{"data":[{"type":"provider-configurations","id":"pcfg-1","attributes":{"name":"aws","is-shared":true}},` +
				`{"type":"provider-configurations","id":"pcfg-2","attributes":{"name":"gcp"},` +
				`"relationships":{"environments":{"data":[{"type":"environments","id":"env-1"}]}}}]}`},
			want: `[{"ID":"pcfg-1","Name":"aws","Shared":true,"Environments":null},{"ID":"pcfg-2","Name":"gcp","Shared":null,"Environments":["env-1"]}]`,
		},
		"link a provider configuration": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.LinkProvider(ctx, "pcfg-1", "env-3"))
			},
			requests: []string{"GET provider-configurations/pcfg-1",
				`PATCH provider-configurations/pcfg-1 {"data":{"attributes":{"name":"aws","provider-name":"aws"},"id":"pcfg-1",` +
					`"relationships":{"environments":{"data":[{"type":"environments","id":"env-1"},{"type":"environments","id":"env-2"},` +
					`{"type":"environments","id":"env-3"}]}},"type":"provider-configurations"}}`},
			answers: []string{linkedProvider},
			want:    `"done"`,
		},
		"link a linked provider configuration": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.LinkProvider(ctx, "pcfg-1", "env-2"))
			},
			requests: []string{"GET provider-configurations/pcfg-1"},
			answers:  []string{linkedProvider},
			want:     `"done"`,
		},
		"unlink a provider configuration": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.UnlinkProvider(ctx, "pcfg-1", "env-1"))
			},
			requests: []string{"GET provider-configurations/pcfg-1",
				`PATCH provider-configurations/pcfg-1 {"data":{"attributes":{"name":"aws","provider-name":"aws"},"id":"pcfg-1",` +
					`"relationships":{"environments":{"data":[{"type":"environments","id":"env-2"}]}},"type":"provider-configurations"}}`},
			answers: []string{linkedProvider},
			want:    `"done"`,
		},
		"unlink a provider configuration that is not linked": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.UnlinkProvider(ctx, "pcfg-1", "env-3"))
			},
			requests: []string{"GET provider-configurations/pcfg-1"},
			answers:  []string{linkedProvider},
			want:     `"done"`,
		},
		"link a provider configuration with unknown links": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.LinkProvider(ctx, "pcfg-1", "env-3"))
			},
			requests: []string{"GET provider-configurations/pcfg-1"},
			answers:  []string{`{"data":{"type":"provider-configurations","id":"pcfg-1","relationships":{"environments":{"links":{}}}}}`},
			want:     "error: change provider configuration pcfg-1: " + scalr.ErrLinksUnknown.Error(),
		},
		"link a provider configuration with an overlong name": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.LinkProvider(ctx, "pcfg-1", "env-3"))
			},
			requests: []string{"GET provider-configurations/pcfg-1", `PATCH provider-configurations/pcfg-1 {"data":{"attributes":{"provider-name":"` +
				strings.Repeat("x", 1020) + `"},"id":"pcfg-1","relationships":{"environments":{"data":[{"type":"environments","id":"env-3"}]}},` +
				`"type":"provider-configurations"}}`},
			answers: []string{`{"data":{"type":"provider-configurations","id":"pcfg-1","attributes":{"name":"` + strings.Repeat("x", 1021) +
				`","provider-name":"` + strings.Repeat("x", 1020) + `"},"relationships":{"environments":{"data":[]}}}}`},
			want: `"done"`,
		},
		"list policy groups": {
			call:     func(ctx context.Context, c *scalr.Client) (any, error) { return c.PolicyGroups(ctx) },
			requests: []string{"GET policy-groups?fields[policy-groups]=name&" + firstPage},
			answers:  []string{`{"data":[{"type":"policy-groups","id":"pgrp-1","attributes":{"name":"base"}}]}`},
			want:     `[{"ID":"pgrp-1","Name":"base"}]`,
		},
		"link a policy group": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.LinkPolicyGroup(ctx, "pgrp-1", "env-1"))
			},
			requests: []string{`POST policy-groups/pgrp-1/relationships/environments {"data":[{"type":"environments","id":"env-1"}]}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"unlink a policy group": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.UnlinkPolicyGroup(ctx, "pgrp-1", "env-1"))
			},
			requests: []string{"DELETE policy-groups/pgrp-1/relationships/environments/env-1"},
			answers:  []string{""},
			want:     `"done"`,
		},
		"list the tags of an environment": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return c.TagIDs(ctx, scalr.EnvironmentKind, "env-1")
			},
			requests: []string{"GET environments/env-1/relationships/tags?" + firstPage},
			answers:  []string{`{"data":[{"type":"tags","id":"tag-1"},{"type":"tags","id":"tag-2"}]}`},
			want:     `["tag-1","tag-2"]`,
		},
		"add tags to a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.AddTags(ctx, scalr.WorkspaceKind, "ws-1", []string{"tag-1", "tag-2"}))
			},
			requests: []string{`POST workspaces/ws-1/relationships/tags {"data":[{"type":"tags","id":"tag-1"},{"type":"tags","id":"tag-2"}]}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"replace the tags of an environment by none": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.ReplaceTags(ctx, scalr.EnvironmentKind, "env-1", nil))
			},
			requests: []string{`PATCH environments/env-1/relationships/tags {"data":[]}`},
			answers:  []string{""},
			want:     `"done"`,
		},
		"remove tags from a workspace": {
			call: func(ctx context.Context, c *scalr.Client) (any, error) {
				return done(c.RemoveTags(ctx, scalr.WorkspaceKind, "ws-1", []string{"tag-1"}))
			},
			requests: []string{`DELETE workspaces/ws-1/relationships/tags {"data":[{"type":"tags","id":"tag-1"}]}`},
			answers:  []string{""},
			want:     `"done"`,
		},
	})
}
