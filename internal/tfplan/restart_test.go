package tfplan

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCountsOfVersions: each number is the maximum of all versions of the log, in whichever order they were written.
func TestCountsOfVersions(t *testing.T) {
	t.Parallel()
	const none = "No changes. Your infrastructure matches the configuration.\n"
	const all = "Note: Objects have changed outside of Terraform\n\n  # a.d has changed\n  ~ resource \"a\" \"d\" {\n    }\n\n" +
		"Terraform will perform the following actions:\n\n" +
		"  # a.b will be created\n  # a.c will be destroyed\n  # a.e will be updated in-place\n  # a.f will be imported\n" +
		"  # a.g has moved to a.h\n  # a.i will no longer be managed by Terraform\n  # data.a.j will be read during apply\n" +
		"  # a.k will be frobnicated\n\n" +
		"Plan: 1 to import, 1 to add, 1 to change, 1 to destroy, 1 to forget. Actions: 2 to invoke.\n\n" +
		"╷\n│ Warning: W\n│ \n│ text\n╵\n"
	want := Totals{
		Counts:      Counts{Imports: 1, Additions: 1, Changes: 1, Destructions: 1},
		Most:        Counts{Imports: 1, Additions: 1, Changes: 1, Destructions: 1},
		OtherCounts: OtherCounts{Moves: 1, Forgets: 1, Invocations: 2},
		Others:      3,
		Drift:       1,
		Reads:       1,
		Warnings:    1,
		Documents:   1,
		Complete:    true,
		Problems:    []string{`the words "will be frobnicated" are unknown`},
	}
	for name, versions := range map[string][]string{
		"only one":        {all},
		"first":           {all, none},
		"last":            {none, all},
		"both":            {all, all},
		"first of three":  {all, none, none},
		"second of three": {none, all, none},
	} {
		l := NewLog(nil)
		for i, text := range versions {
			if i > 0 {
				l.Restart()
			}
			io.WriteString(l, text)
		}
		if diff := cmp.Diff(want, l.Plan(t.Context(), nil).Text); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// TestNumberOfRestarts: a log that was rewritten twice is complete evidence, and not if it was rewritten more often.
func TestNumberOfRestarts(t *testing.T) {
	t.Parallel()
	for restarts := range 6 {
		l := NewLog(nil)
		for range restarts {
			io.WriteString(l, "No changes.\n")
			l.Restart()
		}
		io.WriteString(l, "No changes.\n")
		if got := l.Plan(t.Context(), nil).Text.Complete; got != (restarts < 3) {
			t.Errorf("%d restarts: complete is %t", restarts, got)
		}
	}
}

// TestSeveralUnitsAfterRestart: after a restart, the plans of several units are listed as before.
func TestSeveralUnitsAfterRestart(t *testing.T) {
	t.Parallel()
	const plan = "Terraform will perform the following actions:\n\n  # a.b will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n\n" +
		"Terraform will perform the following actions:\n\n  # a.c will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	for several, want := range map[bool]int{true: 2, false: 1} {
		for restarts := range 3 {
			l := NewLog(nil)
			if several {
				l.SeveralUnits()
			}
			for range restarts {
				io.WriteString(l, plan)
				l.Restart()
			}
			io.WriteString(l, plan)
			if got := len(l.Plan(t.Context(), nil).Changes); got != want {
				t.Errorf("several units %t, %d restarts: got %d changes, want %d", several, restarts, got, want)
			}
		}
	}
}
