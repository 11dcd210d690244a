package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"scalr-run-action/internal/report"
)

func TestOutdatedNote(t *testing.T) {
	t.Parallel()
	source := report.Source{
		Repository:     "acme/infra",
		SHA:            strings.Repeat("ab", 20),
		Actor:          "octocat",
		CommitURL:      "https://github.com/acme/infra/commit/abab",
		WorkflowRunURL: "https://github.com/acme/infra/actions/runs/12/attempts/1",
	}
	const head = "> [!WARNING]\n> **The report below is outdated.**\n"
	const from = "> A later [workflow run](https://github.com/acme/infra/actions/runs/12/attempts/1) " +
		"(commit [`abababa`](https://github.com/acme/infra/commit/abab) of `acme/infra` by `octocat`) ended before it " +
		"reached the workspace: "
	for name, test := range map[string]struct {
		report report.Report
		want   string
	}{
		"a failure": {
			report: report.Report{
				Result:    "refused",
				ErrorCode: "token-rejected",
				Problem:   "Read workspace: no entry (HTTP 401)",
				Source:    source,
			},
			want: head + from + "`token-rejected`. What its commit would change is unknown.\n>\n" +
				"> Read workspace: no entry (HTTP 401)\n\n",
		},
		"without a problem": {report.Report{Result: "interrupted", Source: source},
			head + from + "`interrupted`. What its commit would change is unknown.\n\n"},
		"outside a workflow": {
			report: report.Report{Result: "invalid"},
			want: head + "> A later workflow run ended before it reached the workspace: `invalid`. What its commit would " +
				"change is unknown.\n\n",
		},
		"untrusted text": {
			report: report.Report{
				Result:  "refused",
				Problem: "x\n\n<!-- the outdated report -->\n# <b>@octocat</b> [no](https://evil.test) `--> y`",
			},
			want: head + "> A later workflow run ended before it reached the workspace: `refused`. What its commit would " +
				"change is unknown.\n>\n" +
				"> x &#60;&#33;-- the outdated report --&#62; &#35; &#60;b&#62;@&#8203;octocat&#60;/b&#62; " +
				"&#91;no&#93;(https:&#8203;//evil.test) <code>&#45;-&#62; y</code>\n\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.report.OutdatedNote(1200)
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestLongOutdatedNote: the note never exceeds its limit and contains the error code.
func TestLongOutdatedNote(t *testing.T) {
	t.Parallel()
	for _, c := range []string{"<", "é", "🙂", "`", "@a ", "x"} {
		r := report.Report{Result: "refused", ErrorCode: "token-rejected", Problem: strings.Repeat(c, 5000)}
		got := r.OutdatedNote(1200)
		if n := utf8.RuneCountInString(got); n > 1200 || n < 300 && c != "`" {
			t.Errorf("%q: %d characters", c, n)
		}
		if !strings.Contains(got, "`token-rejected`") {
			t.Errorf("%q: got %s", c, got)
		}
	}
}

// TestOutdatedNoteLimits: the problem is shortened in steps of 100 characters, and left out if nothing of it fits.
func TestOutdatedNoteLimits(t *testing.T) {
	t.Parallel()
	r := report.Report{Result: "refused", Problem: strings.Repeat("x", 700)}
	const head = "> [!WARNING]\n> **The report below is outdated.**\n> A later workflow run ended before it reached the workspace: " +
		"`refused`. What its commit would change is unknown.\n"
	with := func(n int) string { return head + ">\n> " + strings.Repeat("x", n-1) + "…\n\n" }
	size := utf8.RuneCountInString
	for _, tt := range []struct {
		limit int
		want  string
	}{
		{1200, with(600)},
		{size(with(600)), with(600)},
		{size(with(600)) - 1, with(500)},
		{size(with(500)), with(500)},
		{size(with(100)), with(100)},
		{size(with(100)) - 1, head + "\n"},
		{0, head + "\n"},
	} {
		if got := r.OutdatedNote(tt.limit); got != tt.want {
			t.Errorf("%d characters: got\n%s\nwant\n%s", tt.limit, got, tt.want)
		}
	}
	r.Problem = strings.Repeat("x", 600)
	if got, want := r.OutdatedNote(1200), head+">\n> "+r.Problem+"\n\n"; got != want {
		t.Errorf("600 characters: got\n%s\nwant\n%s", got, want)
	}
}

// TestOutdatedOverview is the note of an overview, which has no report.
func TestOutdatedOverview(t *testing.T) {
	t.Parallel()
	o := report.Overview{Source: report.Source{Actor: "jane"}}
	const want = "> [!WARNING]\n> **The report below is outdated.**\n> A later workflow run (by `jane`) ended before it reached the " +
		"workspace: `bad-input`. What its commit would change is unknown.\n>\n> No token\n\n"
	if got := o.OutdatedNote(1200, "bad-input", "No token"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
