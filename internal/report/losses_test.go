package report

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"scalr-run-action/internal/report/reporttest"
	"scalr-run-action/internal/result"
	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/tfplan"
)

// TestDestroyedResourcesAreShownOnce: the alert has a section for each destroyed or replaced resource, and no other place does.
func TestDestroyedResourcesAreShownOnce(t *testing.T) {
	t.Parallel()
	for name, build := range outcomeReports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			for form, page := range map[string]string{"summary": r.Summary(), "comment": r.Comment(CommentLimit)} {
				page = html.UnescapeString(page)
				for _, c := range append(changesOf(r.Plan, tfplan.Destroy), changesOf(r.Plan, tfplan.Replace)...) {
					name := "<code>" + changeName(c) + "</code>"
					entry := "\n> <details><summary>" + icons[c.Action] + " " + name
					if c.Diff == "" {
						name = "`" + changeName(c) + "`"
						entry = "\n> - " + icons[c.Action] + " " + name
					}
					shown := strings.Count(strings.ReplaceAll(page, "<details open>", "<details>"), entry)
					if all := strings.Count(page, name); shown != 1 || all-shown > problemsNaming(r, c) {
						t.Errorf("%s: %s has %d sections in the alert and is named %d times", form, changeName(c), shown, all)
					}
				}
			}
		})
	}
}

// problemsNaming is how often policies name the resource, which does not repeat the alert.
func problemsNaming(r Report, c tfplan.Change) int {
	n := 0
	for _, check := range r.Run.Policies {
		for _, p := range check.Policies {
			n += strings.Count(strings.Join(p.Messages, " "), c.Address)
		}
	}
	return n
}

// TestFirstReplacementIsExpanded: the first replacement whose diff shows its cause is expanded, unless the diff is very
// long.
func TestFirstReplacementIsExpanded(t *testing.T) {
	t.Parallel()
	replaced := func(address, attribute string, lines int) tfplan.Change {
		diff := "-/+ resource {\n" + strings.Repeat("!     a = 1 -> 2\n", lines) + attribute + "  }\n"
		return tfplan.Change{Address: address, Action: tfplan.Replace, Diff: diff}
	}
	const (
		forces = "!     ami = 1 -> 2 # forces replacement\n"
		spaces = "!     data = jsonencode( # whitespace changes force replacement\n"
	)
	for name, tt := range map[string]struct {
		changes []tfplan.Change
		want    string
	}{
		"the first":          {[]tfplan.Change{replaced("a.a", forces, 1), replaced("a.b", forces, 1)}, "a.a"},
		"after a tainted":    {[]tfplan.Change{replaced("a.a", "", 1), replaced("a.b", forces, 1)}, "a.b"},
		"forced by spaces":   {[]tfplan.Change{replaced("a.a", "", 1), replaced("a.b", spaces, 1)}, "a.b"},
		"none is forced":     {[]tfplan.Change{replaced("a.a", "", 1), replaced("a.b", "", 1)}, "a.a"},
		"after a long diff":  {[]tfplan.Change{replaced("a.a", forces, 500), replaced("a.b", forces, 1)}, "a.b"},
		"only a long diff":   {[]tfplan.Change{replaced("a.a", forces, 500)}, ""},
		"60 lines":           {[]tfplan.Change{replaced("a.a", forces, 57)}, "a.a"},
		"61 lines":           {[]tfplan.Change{replaced("a.a", forces, 58)}, ""},
		"a diff later":       {[]tfplan.Change{{Address: "a.a", Action: tfplan.Replace}, replaced("a.b", "", 1)}, "a.b"},
		"without a diff":     {[]tfplan.Change{{Address: "a.a", Action: tfplan.Replace}}, ""},
		"a destroyed one":    {[]tfplan.Change{{Address: "a.a", Action: tfplan.Destroy, Diff: "- resource\n"}}, ""},
		"destroyed and long": {[]tfplan.Change{replaced("a.b", forces, 500), {Address: "a.a", Action: tfplan.Destroy, Diff: "- resource\n"}}, ""},
		"behind a destroyed": {[]tfplan.Change{replaced("a.b", forces, 1), {Address: "a.a", Action: tfplan.Destroy, Diff: "- resource\n"}}, "a.b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := baseReport("planned", "planned_and_finished")
			r.Plan.Changes = tt.changes
			_, open, found := strings.Cut(r.Comment(CommentLimit), "<details open>")
			if tt.want == "" && !found {
				return
			}
			if want := "<summary>♻️ <code>" + tt.want + "</code>"; !strings.HasPrefix(open, want) || strings.Contains(open, "<details open>") {
				t.Errorf("open is %.80q, want %q", open, want)
			}
		})
	}
}

// TestLossesAreOmittedLast checks that, at any limit, other entries are omitted before destroyed or replaced resources.
func TestLossesAreOmittedLast(t *testing.T) {
	t.Parallel()
	const n = 90
	inUnits, errored := baseReport("planned", "planned_and_finished"), erroredApply(t)
	errored.Plan.Changes = nil
	for i := range n {
		action := []tfplan.Action{tfplan.Destroy, tfplan.Replace}[i%2]
		gone := tfplan.Change{Address: fmt.Sprintf("a.gone_long_name[%d]", i), Action: action, Diff: "- resource\n"}
		made := tfplan.Change{Address: fmt.Sprintf("a.made[%d]", i), Action: tfplan.Create, Diff: "+ resource\n"}
		errored.Plan.Changes = append(errored.Plan.Changes, made, gone)
		made.Unit, gone.Unit = fmt.Sprintf("unit/%d", i), fmt.Sprintf("unit/%d", i)
		inUnits.Plan.Changes = append(inUnits.Plan.Changes, made, gone)
	}
	forbidden := policyFailed(t)
	forbidden.Plan = errored.Plan
	for name, tt := range map[string]struct {
		report Report
		reason string // shown at every limit at which resources are
	}{
		"in units":           {inUnits, ""},
		"a failed apply":     {errored, "Error running command"},
		"forbidden policies": {forbidden, "encrypted-storage"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			most := 0
			for limit := 1000; limit <= CommentLimit; limit += 200 + limit/5 {
				page := tt.report.Comment(limit)
				reporttest.Check(t, page, limit, allowedHosts...)
				gone, made := strings.Count(page, "a.gone"), strings.Count(page, "a.made")
				if made > 0 && gone < n {
					t.Errorf("at %d bytes %d created and %d destroyed are listed", limit, made, gone)
				}
				if gone > 0 && !strings.Contains(page, tt.reason) {
					t.Errorf("at %d bytes the reason is missing", limit)
				}
				most = max(most, made)
			}
			if most != n {
				t.Errorf("with much room %d of %d created are listed", most, n)
			}
		})
	}
}

// TestErrorsComeFirst: only the headline precedes what Terraform prints.
func TestErrorsComeFirst(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"errored-plan", "errored-partial", "errored-apply"} {
		r := outcomeReports[name](t)
		for _, page := range []string{r.Summary(), r.Comment(CommentLimit)} {
			if _, rest, _ := strings.Cut(page, "\n\n"); !strings.HasPrefix(rest, "#### ❌ 1 error\n\n```text\nError: ") {
				t.Errorf("%s: below the headline is %.80q", name, rest)
			}
		}
	}
}

// TestHeadline has the cost and the policies where they matter.
func TestHeadline(t *testing.T) {
	t.Parallel()
	check := func(status scalr.TaskStatus, passed, advisory, soft, hard int) []scalr.PolicyCheck {
		return []scalr.PolicyCheck{{Status: status, Passed: passed, Advisory: advisory, Soft: soft, Hard: hard}}
	}
	for name, tt := range map[string]struct {
		delta    string
		policies []scalr.PolicyCheck
		want     string
	}{
		"no estimate":         {"", nil, ""},
		"a higher cost":       {"31.1", nil, " · **+31.10 USD** per month"},
		"a lower cost":        {"-4", nil, " · **-4.00 USD** per month"},
		"the same cost":       {"0.000", nil, ""},
		"not a number":        {"much", nil, ""},
		"policies pass":       {"1", check("passed", 6, 1, 0, 0), " · **+1.00 USD** per month"},
		"a mandatory one":     {"", check("hard_failed", 1, 0, 1, 1), " · **1 policy failed**"},
		"uncounted":           {"", check("hard_failed", 0, 0, 0, 0), " · **1 policy failed**"},
		"to override":         {"2", check("soft_failed", 1, 0, 2, 0), " · **+2.00 USD** per month · **2 policies to override**"},
		"one was overridden":  {"", append(check("overridden", 0, 0, 1, 0), check("soft_failed", 0, 0, 2, 0)...), " · **2 policies to override**"},
		"all were overridden": {"", check("overridden", 0, 0, 1, 0), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := planned("update")(t)
			r.Run.Policies = tt.policies
			if tt.delta != "" {
				r.Run.Cost = &scalr.CostEstimate{Status: "finished", Prior: "10", Proposed: "12", Delta: tt.delta}
			}
			head, _, _ := strings.Cut(r.Comment(CommentLimit), "\n")
			if _, got, _ := strings.Cut(head, "0 to destroy"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestOperatorFacts are in the summary only, and there at its end. The step to paste repeats the configuration version.
func TestOperatorFacts(t *testing.T) {
	t.Parallel()
	for name, build := range outcomeReports {
		r := build(t)
		if r.Bundle == nil || r.Run.ConfigurationID == "" {
			continue
		}
		comment, page, footer := r.Comment(CommentLimit), r.Summary(), ""
		if strings.Contains(page, "    mode: ") {
			pin := "    expected-configuration-version-id: " + r.Run.ConfigurationID + "\n"
			comment, page = strings.Replace(comment, pin, "", 1), strings.Replace(page, pin, "", 1)
		}
		if at := strings.LastIndex(page, "<sub>"); at >= 0 {
			page, footer = page[:at], page[at:]
		}
		for _, fact := range []string{r.Run.ConfigurationID, r.Bundle.SHA256[:12], "8.0 KiB"} {
			if strings.Contains(comment, fact) || strings.Contains(page, fact) || !strings.Contains(footer, fact) {
				t.Errorf("%s: %s is not in the footer of the summary alone", name, fact)
			}
		}
	}
}

// TestTagsInDiffsOfLosses: HTML in the values of a destroyed or replaced resource is shown as it is.
func TestTagsInDiffsOfLosses(t *testing.T) {
	t.Parallel()
	const diff = "-   help = \"<details><summary>Help</summary></details>\" # forces replacement\n"
	r := baseReport("planned", "planned_and_finished")
	r.Plan = tfplan.Plan{Changes: []tfplan.Change{
		{Address: "a.destroyed", Action: tfplan.Destroy, Diff: diff},
		{Address: "a.replaced", Action: tfplan.Replace, Diff: diff},
	}}
	if page := r.Comment(CommentLimit); strings.Count(page, "\n> "+strings.TrimSuffix(diff, "\n")+"\n") != 2 {
		t.Errorf("the diff is changed:\n%s", page)
	}
}

// TestTenseOfLosses checks that an applied run destroyed resources, also if it should have been stopped, and that one that is being
// applied destroys them.
func TestTenseOfLosses(t *testing.T) {
	t.Parallel()
	failed, running, ended := &scalr.Apply{Status: scalr.TaskErrored}, &scalr.Apply{Status: scalr.TaskRunning}, &scalr.Apply{Status: scalr.TaskFinished}
	for name, c := range map[string]struct {
		result result.Result
		run    scalr.Run
		want   string
	}{
		"applied":                               {result.Applied, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"applied, to be discarded":              {result.Discarded, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"applied, to be canceled":               {result.Canceled, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"applied before the timeout":            {result.TimedOut, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"applied, not the requested run":        {result.Refused, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"applied, but the apply failed":         {result.Errored, scalr.Run{Status: scalr.StatusApplied, Apply: failed}, "This plan destroys"},
		"discarded":                             {result.Discarded, scalr.Run{Status: scalr.StatusDiscarded}, "This plan would have destroyed"},
		"failed apply, to be discarded":         {result.Discarded, scalr.Run{Status: scalr.StatusErrored, Apply: failed}, "This plan destroys"},
		"rejected":                              {result.Rejected, scalr.Run{Status: scalr.StatusPlanned}, "This plan would have destroyed"},
		"rejected, but confirmed":               {result.Rejected, scalr.Run{Status: scalr.StatusConfirmed}, "This plan destroys"},
		"rejected, but being applied":           {result.Rejected, scalr.Run{Status: scalr.StatusApplying, Apply: running}, "This plan destroys"},
		"rejected, hooks after the apply":       {result.Rejected, scalr.Run{Status: scalr.StatusPostApplyRunning, Apply: ended}, "This run destroyed"},
		"rejected, but applied":                 {result.Rejected, scalr.Run{Status: scalr.StatusApplied}, "This run destroyed"},
		"denied by a policy":                    {result.PolicyFailed, scalr.Run{Status: scalr.StatusErrored}, "This plan would have destroyed"},
		"denied by a policy, but being applied": {result.PolicyFailed, scalr.Run{Status: scalr.StatusApplyQueued}, "This plan destroys"},
	} {
		r := Report{Result: c.result, Run: c.run}
		if _, subject, destroys, _ := r.lossWords(); subject+" "+destroys != c.want {
			t.Errorf("%s: got %q, want %q", name, subject+" "+destroys, c.want)
		}
	}
}
