package step

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestPermissionOfEachOperation checks the message for each operation that the server rejects with 403 or 404: it
// names the permission and its scope, and that the object may not exist. The permission must be listed in
// docs/oidc.md.
func TestPermissionOfEachOperation(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../../docs/oidc.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(document), "\n## Required permissions\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for status, begin := range map[int]string{
		http.StatusForbidden: " Either the token lacks a permission, or the object does not exist: the operation requires ",
		http.StatusNotFound:  " Either the object does not exist, or the token lacks a permission: the operation requires ",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.api+json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"errors":[{"title":"Refused"}]}`))
		}))
		t.Cleanup(server.Close)
		base, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		client, err := scalr.New(scalr.Config{
			BaseURL:   base,
			Token:     secret.New("tok-7e1c"),
			UserAgent: "test",
			HTTP:      server.Client(),
		})
		if err != nil {
			t.Fatal(err)
		}
		for want, refused := range refusedOperations(t, client) {
			got, ok := strings.CutPrefix(MissingPermission(refused), begin)
			if !ok || !strings.HasPrefix(got, want) {
				t.Errorf("%d %v:\ngot %q\nwant %q", status, refused, MissingPermission(refused), begin+want)
			}
			for _, name := range regexp.MustCompile("`[^`]+`").FindAllString(got, -1) {
				if !strings.Contains(table, name) {
					t.Errorf("docs/oidc.md, Required permissions, does not have %s", name)
				}
			}
		}
	}
}

// withoutPermission are the operations without a known permission, with the reason.
var withoutPermission = map[scalr.Operation]string{
	scalr.OpSignIn:              "it is sent without a token; sign-in has advice of its own",
	scalr.OpListAccounts:        "Scalr's list has no permission that shows the account",
	scalr.OpCreateConfiguration: "Scalr's list has none for configuration versions",
	scalr.OpReadConfiguration:   "Scalr's list has none for configuration versions",
	scalr.OpUpload:              "the signed address permits it",
	scalr.OpStopRun:             "it fails by conflict only; its requests are cancel and discard",
	scalr.OpReadOutputs:         "Scalr does not document which permission shows outputs",
}

// TestPermissionsCoverAllOperations checks that each operation has either a permission or an entry in
// withoutPermission.
func TestPermissionsCoverAllOperations(t *testing.T) {
	t.Parallel()
	for _, o := range scalr.Operations() {
		advice := MissingPermission(&scalr.Error{Op: scalr.Op{Operation: o}, HTTPStatus: http.StatusForbidden})
		if _, none := withoutPermission[o]; none == (advice != "") {
			t.Errorf("operation %q: advice %q, and a reason for none: %t", o, advice, none)
		}
	}
}

// TestPermissionTexts compares the advice for each operation with testdata/permissions.txt.
func TestPermissionTexts(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, o := range scalr.Operations() {
		for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict} {
			advice := MissingPermission(&scalr.Error{Op: scalr.Op{Operation: o}, HTTPStatus: status})
			fmt.Fprintf(&got, "%s, %d:%s\n", o, status, advice)
		}
	}
	goldentest.Compare(t, filepath.Join("testdata", "permissions.txt"), got.String())
}

// refusedOperations calls each operation and returns the errors by the expected text.
func refusedOperations(t *testing.T, c *scalr.Client) map[string]error {
	ctx := t.Context()
	last := func(values ...any) error {
		err, _ := values[len(values)-1].(error)
		return err
	}
	run := scalr.RunRequest{WorkspaceID: "ws-1", ConfigurationID: "cv-1"}
	return map[string]error{
		"`runs:create`":                            last(c.CreateRun(ctx, run)),
		"`runs:apply`":                             c.Confirm(ctx, "run-1", "", nil),
		"`policy-checks:override`":                 c.Override(ctx, "polchk-1", nil),
		"`plans:read-json-output`":                 last(c.PlanJSON(ctx, "plan-1")),
		"`*:read` on the workspace":                last(c.Run(ctx, "run-1")),
		"`workspaces:read`":                        last(c.Workspace(ctx, "ws-1")),
		"`workspaces:create`":                      last(c.CreateWorkspace(ctx, "env-1", scalr.WorkspaceSettings{Name: "a"})),
		"`workspaces:update`":                      last(c.UpdateWorkspace(ctx, "ws-1", scalr.WorkspaceSettings{})),
		"`workspaces:delete`":                      c.DeleteWorkspace(ctx, "ws-1", nil),
		"`environments:read`":                      last(c.Environment(ctx, "env-1")),
		"`environments:create` on the account.":    last(c.CreateEnvironment(ctx, scalr.EnvironmentSettings{Name: "a"})),
		"`environments:update`":                    last(c.UpdateEnvironment(ctx, "env-1", scalr.EnvironmentSettings{})),
		"`environments:delete`":                    c.DeleteEnvironment(ctx, "env-1", nil),
		"`*:read` on the account.":                 last(c.Tags(ctx, "a")),
		"`*:update` on the account.":               c.AddTags(ctx, scalr.WorkspaceKind, "ws-1", []string{"tag-1"}),
		"`cloud-credentials:read` on the account.": last(c.Providers(ctx)),
		"`policy-groups:read` on the account.":     last(c.PolicyGroups(ctx)),
		"`policy-groups:update` on the account.":   c.LinkPolicyGroup(ctx, "pgrp-1", "env-1"),
		"`agent-pools:read` on the account.":       last(c.AgentPools(ctx)),
		"`variables:read`":                         last(c.WorkspaceVariables(ctx, "ws-1")),
		"`workspaces:link-provider-configuration`": c.DeleteProviderLink(ctx, "pcl-1"),
	}
}
