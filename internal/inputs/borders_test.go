package inputs_test

import (
	"errors"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

// TestLongestValues checks that an input accepts a value of its greatest length and no longer one.
func TestLongestValues(t *testing.T) {
	t.Parallel()
	letters := func(before, after string) func(n int) string {
		return func(n int) string { return before + strings.Repeat("n", n-len(before)-len(after)) + after }
	}
	withoutToken := with{"token": "", "service-account": "ci@acme.scalr.io"}
	for name, c := range map[string]struct {
		action string
		with   with
		input  string
		limit  int
		value  func(n int) string
	}{
		"token":           {input: "token", limit: 8192, value: letters("", "")},
		"ID token":        {with: withoutToken, input: "id-token", limit: 32 << 10, value: letters("a.b.", "")},
		"audience":        {with: withoutToken, input: "oidc-audience", limit: 255, value: letters("", "")},
		"service account": {with: with{"token": ""}, input: "service-account", limit: 254, value: letters("", "@acme.scalr.io")},
		"workspace id":    {input: "workspace-id", limit: 64, value: letters("ws-", "")},
		"configuration version": {
			with: with{"mode": "confirm", "run-id": "run-v0abc123"}, input: "expected-configuration-version-id", limit: 64, value: letters("cv-", ""),
		},
		"run id":                {with: with{"mode": "watch"}, input: "run-id", limit: 64, value: letters("run-", "")},
		"workspace":             {with: with{"workspace-id": ""}, input: "workspace", limit: 511, value: letters("production/", "")},
		"path":                  {input: "path", limit: 4096, value: letters("", "")},
		"comment tag":           {input: "comment-tag", limit: 100, value: letters("", "")},
		"address":               {input: "targets", limit: 262143, value: letters("a.", "")},
		"key of a variable":     {input: "variables", limit: 128 + len("=x"), value: letters("", "=x")},
		"value of a variable":   {input: "variables", limit: len("k=") + 65535, value: letters("k=", "")},
		"name of environment":   {action: "environment", input: "name", limit: 255, value: letters("", "")},
		"environment id":        {action: "environment", with: with{"name": ""}, input: "environment-id", limit: 64, value: letters("env-", "")},
		"account id":            {action: "environment", input: "account-id", limit: 64, value: letters("acc-", "")},
		"tag":                   {action: "environment", input: "tags", limit: 255, value: letters("", "")},
		"name of workspace":     {action: "workspace", input: "name", limit: 255, value: letters("", "")},
		"environment":           {action: "workspace", input: "environment", limit: 255, value: letters("", "")},
		"alias":                 {action: "workspace", input: "provider-configurations", limit: len("aws as ") + 128, value: letters("aws as ", "")},
		"version":               {action: "workspace", input: "terraform-version", limit: 64, value: letters("1.", "")},
		"affected workspace":    {action: "affected", input: "workspaces", limit: 2040, value: letters("a/", "")},
		"directory":             {action: "affected", input: "directories", limit: 4096, value: letters("", "")},
		"overview workspace":    {action: "overview", input: "workspaces", limit: 2040, value: letters("a/", "")},
		"overview workspace id": {action: "overview", input: "workspaces", limit: 64, value: letters("ws-", "")},
	} {
		for over := range 2 {
			all := with{c.input: c.value(c.limit + over)}
			for input, value := range c.with {
				all[input] = value
			}
			_, err := load(c.action, row{action: c.action, with: all}.source())
			var problems inputs.Problems
			if over == 0 && err != nil || over > 0 && (!errors.As(err, &problems) || len(problems) != 1 || problems[0].Input != c.input) {
				t.Errorf("%s, %d bytes: got %.300v", name, c.limit+over, err)
			}
		}
	}
}
