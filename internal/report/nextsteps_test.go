package report

import (
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
)

// TestNext compares what each result asks the user to do.
func TestNext(t *testing.T) {
	t.Parallel()
	const in = "[in Scalr](https://acme.scalr.io:8443/run-1)"
	step := func(words, mode string) string {
		pins := "    workspace-id: ws-1\n    expected-configuration-version-id: cv-1\n    destroy: true\n"
		if mode == "watch" {
			pins = "" // it changes nothing
		}
		return words + ":\n\n<details><summary>📋 <b>The step to paste</b></summary>\n\n```yaml\n- uses: acme/scalr-run-action@v1\n" +
			"  with:\n    base-url: https://acme.scalr.io:8443\n    token: ${{ secrets.SCALR_TOKEN }}\n    mode: " + mode +
			"\n    run-id: run-1\n" + pins + "```\n\n</details>\n\n"
	}
	for _, tt := range []struct {
		result result.Result
		status scalr.Status
		want   string
	}{
		{"needs-confirmation", "", "confirm or discard the run " + in + step(", or apply exactly this plan with a step", "confirm")},
		{"saved", "", "apply exactly this plan " + in + step(", or with a step, say in a job that waits for a review", "confirm")},
		{"needs-override", "", "override the failed policies " + in + step(", or with a step", "override")},
		{"started", "", "follow the run " + in + step(", or with a step", "watch")},
		{"overridden", "", "follow the run " + in + step(", or with a step", "watch")},
		{"timed-out", "planning", "the run may still be running. Check it " + in + step(", or follow it with a step", "watch")},
		{"timed-out", "applied", ""},
		{"interrupted", "applying", "the run may still be running. Check it " + in + step(", or follow it with a step", "watch")},
		{"interrupted", "brand_new", "the run may still be running. Check it " + in + step(", or follow it with a step", "watch")},
		{"interrupted", "canceled", ""},
		{"planned", "planned_and_finished", ""},
		{"errored", "errored", ""},
	} {
		t.Run(fmt.Sprint(tt.result, " ", tt.status), func(t *testing.T) {
			t.Parallel()
			r := Report{
				Result:    tt.result,
				Workspace: scalr.Workspace{ID: "ws-1"},
				Run:       scalr.Run{ID: "run-1", Status: tt.status, ConfigurationID: "cv-1", Destroy: true},
				RunURL:    "https://acme.scalr.io:8443/run-1",
				Action:    "acme/scalr-run-action@v1",
			}
			_, got, found := strings.Cut(r.Comment(CommentLimit), "**Next:** ")
			if got, _, _ = strings.Cut(got, "<sub>"); got != tt.want || found != (tt.want != "") {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			r.Run.ID = ""
			if got := r.Comment(CommentLimit); (tt.result == "timed-out" || tt.result == "interrupted") && strings.Contains(got, "Next") {
				t.Errorf("without a run: got\n%s", got)
			}
		})
	}
}

// TestStepToPaste: the step contains only names, ids and hosts of the usual form.
func TestStepToPaste(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64)
	for _, tt := range []struct {
		name, action, run, url string
		want                   string // the values of the step
	}{
		{"usual", "acme/scalr-run-action@v1", "run-1", "https://acme.scalr.io/x", "acme/scalr-run-action@v1 https://acme.scalr.io run-1"},
		{"a reference with slashes", "a.b_c-d/e.f/g@refs/heads/x_1.2-3", "run-1", "http://127.0.0.1:80/",
			"a.b_c-d/e.f/g@refs/heads/x_1.2-3 http://127.0.0.1:80 run-1"},
		{"a long id", "a/b@c", "run-" + long, "https://h", "a/b@c https://h run-" + long},
		{"an id that is too long", "a/b@c", "run-" + long + "a", "https://h", ""},
		{"an id without a prefix", "a/b@c", "-1", "https://h", ""},
		{"an id with capital letters", "a/b@c", "Run-1", "https://h", ""},
		{"an id of letters and digits", "a/b@c", "run-a_B-9", "https://h", "a/b@c https://h run-a_B-9"},
		{"an id with a space", "a/b@c", "run-1 ", "https://h", ""},
		{"no owner", "b@c", "run-1", "https://h", ""},
		{"no version", "a/b", "run-1", "https://h", ""},
		{"a space", "a/b@c d", "run-1", "https://h", ""},
		{"no URL", "a/b@c", "run-1", "", "a/b@c run-1"},
		{"a user in the URL", "a/b@c", "run-1", "https://user@h/", "a/b@c https://h run-1"},
		{"an IPv6 host", "a/b@c", "run-1", "https://[::1]/", "a/b@c run-1"},
		{"a host with other characters", "a/b@c", "run-1", "https://a_b/", "a/b@c run-1"},
		{"an invalid URL", "a/b@c", "run-1", "https://a b/", "a/b@c run-1"},
	} {
		r := Report{Result: "started", Run: scalr.Run{ID: tt.run}, RunURL: tt.url, Action: tt.action}
		_, text, _ := strings.Cut(r.Comment(CommentLimit), "- uses: ")
		text, _, _ = strings.Cut(text, "```")
		for _, fixed := range []string{"\n  with:\n", "    token: ${{ secrets.SCALR_TOKEN }}\n    mode: watch\n", "base-url:", "run-id:"} {
			text = strings.ReplaceAll(text, fixed, " ")
		}
		if got := strings.Join(strings.Fields(text), " "); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestStepToPasteQuotesNothing: an account, an audience or an id of another form is not part of the step.
func TestStepToPasteQuotesNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ account, audience, workspace, configuration, want string }{
		{"", "", "ws-1", "cv-1", "token: ${{ secrets.SCALR_TOKEN }}|mode: confirm|run-id: run-1|workspace-id: ws-1|expected-configuration-version-id: cv-1"},
		{"a.b_c+d-1@x.io", "", "", "", "service-account: a.b_c+d-1@x.io|mode: confirm|run-id: run-1"},
		{"a@x.io", "https://x.io:1/", "", "", "service-account: a@x.io|oidc-audience: https://x.io:1/|mode: confirm|run-id: run-1"},
		{"*a@x.io", "a #b", "ws-1\n", "***", "mode: confirm|run-id: run-1"},
		{"a@x.io:", "-", "ws 1", "cv-1 ", "mode: confirm|run-id: run-1"},
	} {
		r := Report{Result: "saved", Action: "a/b@c", ServiceAccount: tt.account, Audience: tt.audience,
			Workspace: scalr.Workspace{ID: tt.workspace}, Run: scalr.Run{ID: "run-1", ConfigurationID: tt.configuration}}
		_, text, _ := strings.Cut(r.Comment(CommentLimit), "\n  with:\n    ")
		text, _, _ = strings.Cut(text, "\n```")
		if got := strings.ReplaceAll(text, "\n    ", "|"); got != tt.want {
			t.Errorf("got\n%s\nwant\n%s", got, tt.want)
		}
	}
}

// TestOverrideNamesPolicies: the next step names at most ten policies that still have to be overridden.
func TestOverrideNamesPolicies(t *testing.T) {
	t.Parallel()
	soft := func(n int) (all []scalr.Policy) {
		for i := range n {
			all = append(all, scalr.Policy{Name: fmt.Sprint("p", i), Result: "soft_failed"})
		}
		return all
	}
	for name, tt := range map[string]struct {
		checks []scalr.PolicyCheck
		want   string
	}{
		"none":           {nil, "override the failed policies in Scalr."},
		"one":            {[]scalr.PolicyCheck{{Policies: soft(1)}}, "override `p0` in Scalr."},
		"two checks":     {[]scalr.PolicyCheck{{Policies: soft(1)}, {Policies: soft(2)}}, "override `p0`, `p0`, `p1` in Scalr."},
		"one overridden": {[]scalr.PolicyCheck{{Policies: soft(1)}, {Status: "overridden", Policies: soft(2)}}, "override `p0` in Scalr."},
		"other results": {
			checks: []scalr.PolicyCheck{{Policies: []scalr.Policy{{Name: "a", Result: "passed"}, {Name: "b", Result: "hard_failed"}}}},
			want:   "override the failed policies in Scalr.",
		},
		"ten": {[]scalr.PolicyCheck{{Policies: soft(10)}}, "override `p0`, `p1`, `p2`, `p3`, `p4`, `p5`, `p6`, `p7`, `p8`, `p9` in Scalr."},
		"eleven": {[]scalr.PolicyCheck{{Policies: soft(11)}},
			"override `p0`, `p1`, `p2`, `p3`, `p4`, `p5`, `p6`, `p7`, `p8`, `p9`, … in Scalr."},
	} {
		r := Report{Result: "needs-override", Run: scalr.Run{Policies: tt.checks}}
		_, got, _ := strings.Cut(r.Comment(CommentLimit), "**Next:** ")
		if got, _, _ = strings.Cut(got, "#### "); strings.TrimSpace(got) != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}
