package report

import (
	"testing"

	"scalr-run-action/internal/report/reporttest"
)

var allowedHosts = []string{"acme.scalr.io", "github.com"}

// TestEveryOutcomeIsWellFormed checks all outcomes with the oracle.
func TestEveryOutcomeIsWellFormed(t *testing.T) {
	t.Parallel()
	for name, build := range outcomeReports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			reporttest.Check(t, r.Summary(), SummaryLimit, allowedHosts...)
			reporttest.Check(t, r.Comment(CommentLimit), CommentLimit, allowedHosts...)
		})
	}
}

// TestOracleFindsProblems checks that the oracle finds each kind of problem.
func TestOracleFindsProblems(t *testing.T) {
	t.Parallel()
	for name, markdown := range map[string]string{
		"open fold":      "<details><summary>x</summary>\n\ntext\n",
		"closed twice":   "<details><summary>x</summary>\n\n</details>\n\n</details>\n",
		"foreign html":   "text <img src=x>\n",
		"foreign block":  "<h1>x</h1>\n",
		"automatic link": "see https://example.com now\n",
		"picture":        "![x](https://example.com/x.png)\n",
		"strike":         "~~gone~~\n",
		"mention":        "by @octocat\n",
		"issue":          "fixes #1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if len(reporttest.Parse(markdown).Problems) == 0 {
				t.Errorf("no problem was found in %q", markdown)
			}
		})
	}
}
