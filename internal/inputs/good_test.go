package inputs_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/secret"
)

func access() inputs.Access {
	return inputs.Access{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.io"}, Token: secret.New(goodToken)}
}

// defaultRun returns the result for the minimal inputs.
func defaultRun() inputs.Run {
	return inputs.Run{
		Access: access(), WorkspaceID: "ws-v0abc123", Path: ".", Dry: true, Refresh: true, Mode: inputs.ModeRun, Wait: true,
		Timeout: time.Hour, OnCancel: inputs.OnCancelStop, TerraformOutputs: inputs.TerraformOutputsNonSensitive, Summary: true,
		Comment: inputs.CommentNone,
	}
}

func TestLoadRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		with with
		env  map[string]string
		want func(*inputs.Run)
	}{
		{"defaults", nil, nil, func(*inputs.Run) {}},
		{"from the environment", with{"token": " ", "base-url": ""},
			map[string]string{"SCALR_TOKEN": "other-token-123", "SCALR_HOSTNAME": "globex.scalr.io"},
			func(r *inputs.Run) { r.Token = secret.New("other-token-123"); r.BaseURL.Host = "globex.scalr.io" }},
		{"inputs before the environment", nil,
			map[string]string{"SCALR_TOKEN": "other-token-123", "SCALR_HOSTNAME": "globex.scalr.io"}, func(*inputs.Run) {}},
		{"token with white space around it", with{"token": " " + goodToken + "\n"}, nil, func(*inputs.Run) {}},
		{"service account", with{"token": "", "service-account": "ci@acme.scalr.io", "oidc-audience": "scalr"}, nil,
			func(r *inputs.Run) {
				r.Token, r.ServiceAccount, r.Audience = secret.Value{}, "ci@acme.scalr.io", "scalr"
			}},
		{"service account before SCALR_TOKEN", with{"token": "", "service-account": "ci@acme.scalr.io"},
			map[string]string{"SCALR_TOKEN": "bad token"},
			func(r *inputs.Run) { r.Token, r.ServiceAccount = secret.Value{}, "ci@acme.scalr.io" }},
		{"blanks around an id", with{"workspace-id": "  ws-v0abc123\t\n"}, nil, func(*inputs.Run) {}},
		{"workspace by name", with{"workspace-id": "", "workspace": "production/network"}, nil,
			func(r *inputs.Run) { r.WorkspaceID, r.Environment, r.Workspace = "", "production", "network" }},
		{"workspace in an environment by id", with{"workspace-id": "", "workspace": "env-v0abc/network"}, nil,
			func(r *inputs.Run) { r.WorkspaceID, r.Environment, r.Workspace = "", "env-v0abc", "network" }},
		{"split at the last slash", with{"workspace-id": "", "workspace": "team a/prod / net"}, nil,
			func(r *inputs.Run) { r.WorkspaceID, r.Environment, r.Workspace = "", "team a/prod", "net" }},
		{"booleans in any case", with{"dry-run": "FALSE", "destroy": "True", "refresh": "false", "summary": "False", "auto-apply": "tRUE "}, nil,
			func(r *inputs.Run) {
				r.Dry, r.Destroy, r.Refresh, r.Summary, r.AutoApply = false, true, false, false, new(true)
			}},
		{"auto-apply off", with{"auto-apply": "false"}, nil, func(r *inputs.Run) { r.AutoApply = new(false) }},
		{"saved plan", with{"save-plan": "true", "dry-run": "false", "auto-apply": "false"}, nil,
			func(r *inputs.Run) { r.SavePlan, r.Dry, r.AutoApply = true, false, new(false) }},
		{"refresh only", with{"refresh-only": "true"}, nil, func(r *inputs.Run) { r.RefreshOnly = true }},
		{"addresses", with{"targets": "\n module.vpc \r\n\r\nmodule.a[\"x,y\"].aws_subnet.b[0]\nmodule.vpc\n", "replace": "aws_instance.web[\"a\\\"b\"]"}, nil,
			func(r *inputs.Run) {
				r.Targets = []string{"module.vpc", `module.a["x,y"].aws_subnet.b[0]`}
				r.Replace = []string{`aws_instance.web["a\"b"]`}
			}},
		{"gates", with{"fail-on": "destroy\r\n\n needs-confirmation\ncost-increase\ndestroy", "max-cost-increase": "12.5"}, nil,
			func(r *inputs.Run) {
				r.FailOn = inputs.FailOn{Destroy: true, NeedsConfirmation: true, CostIncrease: true}
				r.MaxCostIncrease = 12.5
			}},
		{"shortest token", with{"token": "abc12345"}, nil, func(r *inputs.Run) { r.Token = secret.New("abc12345") }},
		{"shortest timeout", with{"timeout": "1s"}, nil, func(r *inputs.Run) { r.Timeout = time.Second }},
		{"longest timeout", with{"timeout": "120h"}, nil, func(r *inputs.Run) { r.Timeout = 120 * time.Hour }},
		{"brackets that begin no expression", with{"variables": "a=[\nb={\n", "environment-variables": "C=(\nD=["}, nil,
			func(r *inputs.Run) {
				r.Variables = []inputs.Variable{{Key: "a", Value: secret.Declared("["), Category: "terraform"},
					{Key: "b", Value: secret.Declared("{"), Category: "terraform"}, {Key: "C", Value: secret.Declared("("), Category: "shell"},
					{Key: "D", Value: secret.Declared("["), Category: "shell"}}
			}},
		{"first port", with{"base-url": "https://acme.scalr.io:1"}, nil, func(r *inputs.Run) { r.BaseURL.Host = "acme.scalr.io:1" }},
		{"last port", with{"base-url": "https://acme.scalr.io:65535"}, nil, func(r *inputs.Run) { r.BaseURL.Host = "acme.scalr.io:65535" }},
		{"timeout", with{"timeout": "1h30m"}, nil, func(r *inputs.Run) { r.Timeout = 90 * time.Minute }},
		{"waiting for a lock", with{"dry-run": "false", "wait-for-lock": "15m"}, nil,
			func(r *inputs.Run) { r.Dry, r.WaitForLock = false, 15*time.Minute }},
		{"no waiting", with{"wait": "false"}, nil, func(r *inputs.Run) { r.Wait = false }},
		{"no waiting to override", with{"mode": "override", "run-id": "run-1", "wait": "false"}, nil,
			func(r *inputs.Run) {
				r.Mode, r.RunID, r.OnCancel, r.Wait = inputs.ModeOverride, "run-1", inputs.OnCancelLeave, false
			}},
		{"on-cancel", with{"on-cancel": "stop-apply"}, nil, func(r *inputs.Run) { r.OnCancel = inputs.OnCancelStopApply }},
		{"watch leaves the run alone", with{"mode": "watch", "run-id": "run-v0abc", "workspace-id": ""}, nil,
			func(r *inputs.Run) {
				r.WorkspaceID, r.Mode, r.RunID, r.OnCancel = "", inputs.ModeWatch, "run-v0abc", inputs.OnCancelLeave
			}},
		{"the run that was reviewed", with{"mode": "confirm", "run-id": "run-v0abc", "workspace-id": "", "workspace": "production/network",
			"expected-configuration-version-id": "cv-v0abc123", "destroy": "true"}, nil,
			func(r *inputs.Run) {
				r.Mode, r.RunID, r.ExpectedConfigurationID, r.OnCancel = inputs.ModeConfirm, "run-v0abc", "cv-v0abc123", inputs.OnCancelLeave
				r.WorkspaceID, r.Environment, r.Workspace, r.Destroy = "", "production", "network", true
			}},
		{"watch that stops", with{"mode": "watch", "run-id": "run-v0abc", "on-cancel": "stop"}, nil,
			func(r *inputs.Run) { r.Mode, r.RunID = inputs.ModeWatch, "run-v0abc" }},
		{"check", with{"mode": "check"}, nil, func(r *inputs.Run) { r.Mode, r.OnCancel = inputs.ModeCheck, inputs.OnCancelLeave }},
		{"comment", with{"comment": "True", "github-token": "ghs_0123456789\n", "comment-tag": "eu west/1", "pr-number": "42"}, nil,
			func(r *inputs.Run) {
				r.Comment, r.GitHubToken, r.CommentTag, r.PullRequest = inputs.CommentUpdate, secret.New("ghs_0123456789"), "eu west/1", 42
			}},
		{"other comment", with{"comment": "hide-and-new"}, nil, func(r *inputs.Run) { r.Comment = inputs.CommentHideAndNew }},
		{"no comment, no token", with{"github-token": "${{ github.token }}"}, nil, func(*inputs.Run) {}},
		{"all Terraform outputs", with{"terraform-outputs": "all"}, nil, func(r *inputs.Run) { r.TerraformOutputs = inputs.TerraformOutputsAll }},
		{"fork's head allowed", with{"allow-pull-request-target": "true"}, nil, func(r *inputs.Run) { r.AllowPullRequestTarget = true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := inputs.LoadRun(row{with: tt.with, env: tt.env}.source())
			if err != nil {
				t.Fatal(err)
			}
			want := defaultRun()
			tt.want(&want)
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestGoodBaseURL(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://acme.scalr.io":                      "https://acme.scalr.io",
		"acme.scalr.io":                              "https://acme.scalr.io",
		"  acme.scalr.io/\n":                         "https://acme.scalr.io",
		"//acme.scalr.io":                            "https://acme.scalr.io",
		"HTTPS://ACME.Scalr.io/":                     "https://acme.scalr.io",
		"https://acme.scalr.io.":                     "https://acme.scalr.io",
		"https://acme.scalr.io./":                    "https://acme.scalr.io",
		"https://acme.scalr.io/api/iacp/v3/":         "https://acme.scalr.io",
		"https://acme.scalr.io/api/iacp/v3":          "https://acme.scalr.io",
		"https://acme.scalr.io//":                    "https://acme.scalr.io",
		"https://acme.scalr.io:443":                  "https://acme.scalr.io",
		"https://acme.scalr.io:08443":                "https://acme.scalr.io:8443",
		"https://acme.scalr.io:":                     "https://acme.scalr.io",
		"acme.scalr.io:8443":                         "https://acme.scalr.io:8443",
		"scalr.corp.example":                         "https://scalr.corp.example",
		"https://scalr:8443":                         "https://scalr:8443",
		"https://xn--bcher-kva.example":              "https://xn--bcher-kva.example",
		"https://10.0.0.1":                           "https://10.0.0.1",
		"https://[2001:DB8::1]:8443":                 "https://[2001:db8::1]:8443",
		"http://127.0.0.1:8080":                      "http://127.0.0.1:8080",
		"http://127.8.9.10":                          "http://127.8.9.10",
		"http://[::1]:8080/":                         "http://[::1]:8080",
		"http://localhost:80":                        "http://localhost",
		"http://LOCALHOST.:8080":                     "http://localhost:8080",
		"http://[::ffff:127.0.0.1]:8080":             "http://127.0.0.1:8080",
		"localhost":                                  "https://localhost",
		"https://a_b.scalr.io":                       "https://a_b.scalr.io",
		"http://127.0.0.1:8080/api/iacp/v3/":         "http://127.0.0.1:8080",
		"https://" + strings.Repeat("a", 63) + ".io": "https://" + strings.Repeat("a", 63) + ".io",
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			got, _, err := inputs.LoadRun(row{with: with{"base-url": value}}.source())
			if err != nil {
				t.Fatal(err)
			}
			if got.BaseURL.String() != want {
				t.Errorf("got %s, want %s", got.BaseURL, want)
			}
		})
	}
}

func TestGoodPath(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, root, want string }{
		{"empty", "", "/github/workspace", "."},
		{"dot", "./", "/github/workspace", "."},
		{"cleaned", "./infra//network/../dns/", "/github/workspace", "infra/dns"},
		{"archive", "build/config.tar.gz", "/github/workspace", "build/config.tar.gz"},
		{"space and comma", "my infra, new", "/github/workspace", "my infra, new"},
		{"two dots in a name", "..infra", "/github/workspace", "..infra"},
		{"checkout as the runner rewrites it", "/github/workspace", "/github/workspace", "."},
		{"below the checkout", "/github/workspace/infra/", "/github/workspace", "infra"},
		{"below a root with a slash", "/src/infra", "/src/", "infra"},
		{"absolute off GitHub", "/home/me/infra/", "", "/home/me/infra"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := row{with: with{"path": tt.value}, env: map[string]string{"GITHUB_WORKSPACE": tt.root}}
			got, _, err := inputs.LoadRun(c.source())
			if err != nil {
				t.Fatal(err)
			}
			if got.Path != tt.want {
				t.Errorf("got %q, want %q", got.Path, tt.want)
			}
		})
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	got, _, err := inputs.LoadRun(row{with: with{
		"variables":             "region = eu-west-1\r\n\nempty=\nurl=https://x.example/?a=b,c\nzones:=[\"a\", \"b\"]\nnote=a:=b\nsize := 3",
		"sensitive-variables":   "password=  s3=cret== ",
		"environment-variables": "TF_VAR_region=us\nregion=x\n_A1=",

		"sensitive-environment-variables": "DB_PASSWORD=s3=cret==\nEMPTY=",
	}}.source())
	if err != nil {
		t.Fatal(err)
	}
	v := func(key, value string) inputs.Variable {
		return inputs.Variable{Key: key, Value: secret.New(value), Category: "terraform"}
	}
	hcl := func(key, value string) inputs.Variable {
		return inputs.Variable{Key: key, Value: secret.New(value), Category: "terraform", HCL: true}
	}
	shell := func(key, value string) inputs.Variable {
		return inputs.Variable{Key: key, Value: secret.New(value), Category: "shell"}
	}
	want := []inputs.Variable{
		v("region", "eu-west-1"), v("empty", ""), v("url", "https://x.example/?a=b,c"), hcl("zones", `["a", "b"]`), v("note", "a:=b"), hcl("size", "3"),
		{Key: "password", Value: secret.New("s3=cret=="), Category: "terraform", Sensitive: true},
		shell("TF_VAR_region", "us"), shell("region", "x"), shell("_A1", ""),
		{Key: "DB_PASSWORD", Value: secret.New("s3=cret=="), Category: "shell", Sensitive: true}, {Key: "EMPTY", Category: "shell", Sensitive: true},
	}
	if diff := cmp.Diff(got.Variables, want); diff != "" {
		t.Errorf("got -, want +:\n%s", diff)
	}
}

// TestSensitiveValues checks that sensitive values are secrets of the right kind.
func TestSensitiveValues(t *testing.T) {
	t.Parallel()
	got, _, err := inputs.LoadRun(row{with: with{
		"sensitive-variables":             "text=\"quoted\"\nexpression:=\"quoted\"\nlist:=[\"x9Q2xLw7\", \"eu-west-1\"]",
		"sensitive-environment-variables": `KEY={"password":"x9Q2xLw7","region":"eu-west-1"}`,
	}}.source())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"text": {`"quoted"`}, "expression": {"quoted"}, "list": {`["x9Q2xLw7", "eu-west-1"]`, "x9Q2xLw7"},
		"KEY": {`{"password":"x9Q2xLw7","region":"eu-west-1"}`, "x9Q2xLw7"}}
	for _, v := range got.Variables {
		if diff := cmp.Diff(v.Value.Lines(), want[v.Key]); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", v.Key, diff)
		}
	}
}

// TestMessage checks that no message is an error.
func TestMessage(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, want string }{
		{"empty", "", ""},
		{"as it is", `Deploy "}],"data":{ ::error::x 🎉`, `Deploy "}],"data":{ ::error::x 🎉`},
		{"lines", "one\n\ttwo\n", "one\n\ttwo"},
		{"control characters", "a\x00b\x1b[31mc\rd\u202ee", "ab[31mcde"},
		{"bytes", "a\xffb", "a\uFFFDb"},
		{"expression", "${{ github.sha }}", "${{ github.sha }}"},
		{"512 characters", strings.Repeat("ä", 512), strings.Repeat("ä", 512)},
		{"513 characters", strings.Repeat("🎉", 513), strings.Repeat("🎉", 511) + "…"},
		{"1 MiB", strings.Repeat("a", 1<<20), strings.Repeat("a", 511) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := inputs.LoadRun(row{with: with{"message": tt.value}}.source())
			if err != nil {
				t.Fatal(err)
			}
			if got.Message != tt.want {
				t.Errorf("got %q, want %q", got.Message, tt.want)
			}
		})
	}
}
