package inputs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/secret"
)

func TestLoadOverview(t *testing.T) {
	t.Parallel()
	defaults := func(change func(*inputs.Overview)) inputs.Overview {
		in := inputs.Overview{
			Workspaces: []inputs.OverviewWorkspace{{Environment: "production", Name: "network"}},
			FailOn:     inputs.OverviewFailOn{Failed: true, Missing: true}, Summary: true, Comment: inputs.CommentUpdate,
		}
		change(&in)
		return in
	}
	for name, tt := range map[string]struct {
		with   with
		change func(*inputs.Overview)
	}{
		"defaults": {nil, func(*inputs.Overview) {}},
		"everything": {with{"needs": `{"plan":{"result":"failure","outputs":{}},"list":{"result":"success"}}`, "fail-on": "changes\n\ndestroy",
			"redact": "hunter2secret\n", "summary": "false", "comment": "hide-and-new", "comment-tag": "eu", "pr-number": "7",
			"github-token": "ghs_1234567890"},
			func(in *inputs.Overview) {
				in.Needs = []inputs.NeededJob{{Name: "list", Result: "success"}, {Name: "plan", Result: "failure"}}
				in.FailOn = inputs.OverviewFailOn{Changes: true, Destroy: true}
				in.Redact = []secret.Value{secret.New("hunter2secret")}
				in.Summary, in.Comment, in.CommentTag, in.PullRequest = false, inputs.CommentHideAndNew, "eu", 7
				in.GitHubToken = secret.New("ghs_1234567890")
			}},
		"objects": {with{
			"workspaces": `[{"id":"ws-v0a","name":"a","environment-id":"env-v0p","environment":"prod / eu",` +
				`"tags":[],"because":"a/main.tf","wave":0},{"id":"ws-v0a"},{"name":"b","environment":"prod"}]`,
		},
			func(in *inputs.Overview) {
				in.Workspaces = []inputs.OverviewWorkspace{
					{ID: "ws-v0a", Name: "a", EnvironmentID: "env-v0p", Environment: "prod / eu", Because: "a/main.tf"},
					{Environment: "prod", Name: "b"},
				}
			}},
		"ids": {
			with{"workspaces": `["ws-v0a", "ws-v0b","ws-v0a"]`},
			func(in *inputs.Overview) { in.Workspaces = []inputs.OverviewWorkspace{{ID: "ws-v0a"}, {ID: "ws-v0b"}} },
		},
		"lines": {with{"workspaces": "ws-v0a\n\n eu/prod/b \nws-v0a"}, func(in *inputs.Overview) {
			in.Workspaces = []inputs.OverviewWorkspace{{ID: "ws-v0a"}, {Environment: "eu/prod", Name: "b"}}
		}},
		"none":         {with{"workspaces": " [ ] "}, func(in *inputs.Overview) { in.Workspaces = nil }},
		"missing":      {with{"fail-on": "missing"}, func(in *inputs.Overview) { in.FailOn = inputs.OverviewFailOn{Missing: true} }},
		"failed":       {with{"fail-on": "failed"}, func(in *inputs.Overview) { in.FailOn = inputs.OverviewFailOn{Failed: true} }},
		"no condition": {with{"fail-on": "none"}, func(in *inputs.Overview) { in.FailOn = inputs.OverviewFailOn{} }},
		"canceled list": {with{"workspaces": "", "needs": `{"list":{"result":"cancelled"},"plan":{"result":"skipped"}}`}, func(in *inputs.Overview) {
			in.Workspaces, in.Unlisted = nil, true
			in.Needs = []inputs.NeededJob{{Name: "list", Result: "cancelled"}, {Name: "plan", Result: "skipped"}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, notes, err := inputs.LoadOverview(row{action: "overview", with: tt.with}.source())
			if err != nil || len(notes) > 0 {
				t.Fatalf("got %v and notes %v", err, notes)
			}
			want := defaults(tt.change)
			want.Access = access()
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
		})
	}
}

func TestBadOverview(t *testing.T) {
	t.Parallel()
	one := func(name, input, value, says string) row {
		return row{name: name, action: "overview", with: with{input: value}, input: input, says: says}
	}
	runRows(t, []row{
		one("nothing", "workspaces", " \n", "is empty|workspaces: "),
		{
			name: "nothing after success", action: "overview",
			with: with{"workspaces": "", "needs": `{"list":{"result":"success"}}`}, input: "workspaces",
			says: "is empty",
		},
		{
			name: "nothing after skipped", action: "overview",
			with: with{"workspaces": "", "needs": `{"list":{"result":"skipped"}}`}, input: "workspaces",
			says: "is empty",
		},
		one("not evaluated", "workspaces", "${{ needs.list.outputs.workspaces }}", "the expression was not evaluated"),
		one("cut JSON", "workspaces", `[{"id":"ws-v0a"}`, "is not a JSON array"),
		one("object", "workspaces", `{"include":[]}`, "is not a JSON array"),
		one("object with a blank", "workspaces", `{ "include":[]}`, "is not a JSON array"),
		one("string", "workspaces", `"ws-v0abc123"`, "is not a JSON array"),
		one("number", "workspaces", `["ws-v0a",7]`, "item 2 is not a workspace"),
		one("other id", "workspaces", `["env-v0a"]`, "item 1 is not a workspace"),
		one("null", "workspaces", `[null]`, "item 1 is not a workspace"),
		one("object of nothing", "workspaces", `[{}]`, "item 1 is not a workspace"),
		one("id of another kind", "workspaces", `[{"id":"run-v0a","name":"a","environment":"b"}]`, "item 1 is not a workspace"),
		one("name alone", "workspaces", "production/network\nnetwork", "line 2 is not a workspace|workspaces: production/network"),
		one("no environment", "workspaces", "/network", "line 1 is not a workspace"),
		one("half a name", "workspaces", "production/", "line 1 is not a workspace"),
		{name: "needs", action: "overview", with: with{"needs": "success-of-list"}, input: "needs", says: "is not the output of toJSON(needs)", unquoted: true},
		one("needs not evaluated", "needs", "${{ toJSON(needs) }}", "the expression was not evaluated"),
		one("fail-on", "fail-on", "failed\nchange", "line 2 is not a condition|Did you mean changes?|fail-on: failed"),
		one("fail-on in one line", "fail-on", "failed, missing", "Write one item per line"),
		one("none and more", "fail-on", "none\nfailed", `line 1 is "none", together with other conditions`),
		one("name with a control character", "workspaces", `[{"name":"a\u0001","environment":"b"}]`, "item 1 is not a workspace"),
		one("name that is too long", "workspaces", `[{"name":"`+strings.Repeat("a", 1021)+`","environment":"b"}]`, "item 1 is not a workspace"),
		one("environment that is too long", "workspaces", `[{"name":"b","environment":"`+strings.Repeat("a", 1021)+`"}]`, "item 1 is not a workspace"),
		one("object without an environment", "workspaces", `[{"name":"a"}]`, "item 1 is not a workspace"),
		one("object without a name", "workspaces", `[{"environment":"a"}]`, "item 1 is not a workspace"),
		one("list in a list", "workspaces", `[[]]`, "item 1 is not a workspace"),
		one("address", "workspaces", "https://acme.scalr.io/a", "line 1 is not a workspace"),
		one("line that is too long", "workspaces", "a/"+strings.Repeat("b", 2039), "line 1 is not a workspace"),
		one("line with a control character", "workspaces", "a/b\x01c", "line 1 is not a workspace"),
		one("fail-on not evaluated", "fail-on", "${{ inputs.x }}", "the expression was not evaluated"),
		one("comment", "comment", "yes", "is not a comment mode"),
		one("pr-number", "pr-number", "x", "is not a whole number"),
		{
			name: "redact", action: "overview", with: with{"redact": "${{ secrets.A }}"}, input: "redact",
			says: "line 1: the expression was not evaluated", unquoted: true,
		},
	})
}

// TestOverviewQuotesNoSecret checks that problems quote neither redact nor the outputs of jobs.
func TestOverviewQuotesNoSecret(t *testing.T) {
	t.Parallel()
	_, _, err := inputs.LoadOverview(row{action: "overview", with: with{"redact": "s3cr3t-of-the-matrix", "workspaces": "s3cr3t-of-the-matrix",
		"needs": `{"list":{"outputs":{"a":"other-s3cr3t"}`}}.source())
	if err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("got %v", err)
	}
}

// TestOverviewItems: items for the same workspace are one, and an invalid id of an environment is ignored.
func TestOverviewItems(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("a", 1020)
	for text, want := range map[string]string{
		`["ws-v0a","ws-v0a",{"id":"ws-v0a","name":"x"}]`:                     "[{ws-v0a    }]",
		`[{"id":"ws-v0a","environment-id":"env-v0b"}]`:                       "[{ws-v0a  env-v0b  }]",
		`[{"id":"ws-v0a","environment-id":"x"}]`:                             "[{ws-v0a    }]",
		`[" a/b ","a/b",{"name":"b","environment":"a","because":"f"},"b/b"]`: "[{ b  a } { b  b }]",
		`[{"name":"b","environment":"a","because":"f"}]`:                     "[{ b  a f}]",
		`[{"name":"` + longest + `","environment":"a"}]`:                     "[{ " + longest + "  a }]",
		"a/b\n a / b \nws-v0a\na/b/c":                                        "[{ b  a } {ws-v0a    } { c  a/b }]",
		"a/" + strings.Repeat("b", 2038):                                     "[{ " + strings.Repeat("b", 2038) + "  a }]",
		"[]":                                                                 "[]",
	} {
		in, _, err := inputs.LoadOverview(row{action: "overview", with: with{"workspaces": text}}.source())
		if got := fmt.Sprint(in.Workspaces); err != nil || got != want || in.Unlisted {
			t.Errorf("%.80s: got %.200s and %v, want %.200s", text, got, err, want)
		}
	}
}

// TestOverviewItemLimit: a list has at most 10,000 items.
func TestOverviewItemLimit(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{10_000: "", 10_001: "workspaces: has more than 10000 items. Split it among several steps"} {
		list := "[" + strings.Repeat(`"ws-v0a",`, n-1) + `"ws-v0a"]`
		_, _, err := inputs.LoadOverview(row{action: "overview", with: with{"workspaces": list}}.source())
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%d items: got %v, want %q", n, err, want)
		}
	}
}

// TestBrokenJobs: a job is broken unless it succeeded or was skipped.
func TestBrokenJobs(t *testing.T) {
	t.Parallel()
	for result, want := range map[string]bool{"success": false, "skipped": false, "failure": true, "cancelled": true, "": true, "new": true} {
		if got := (inputs.NeededJob{Result: result}).Broken(); got != want {
			t.Errorf("%q: got %t", result, got)
		}
	}
}
