package report

import (
	"strings"
	"testing"

	"scalr-run-action/internal/result"
	"scalr-run-action/internal/tfplan"
)

// TestWarningCount: the title includes the similar warnings that Terraform only counts, like the output, even if the
// output is unknown.
func TestWarningCount(t *testing.T) {
	t.Parallel()
	const none = "No changes. Your infrastructure matches the configuration.\n\n"
	const failure = "╷\n│ Error: Invalid\n│ \n│ text\n╵\n"
	four := "╷\n│ Warning: Deprecated\n│ \n│ Use another.\n│ \n│ (and 3 more similar warnings elsewhere)\n╵\n"
	two := "╷\n│ Warning: Odd\n│ \n│ text\n│ \n│ (and one more similar warning elsewhere)\n╵\n"
	unit := func(name, log string) (text string) {
		for line := range strings.Lines(log) {
			text += "10:15:02.101 STDOUT [" + name + "] tofu: " + line
		}
		return text
	}
	for name, c := range map[string]struct{ plan, apply, want string }{
		"a plan":                        {none + four, "", "4 warnings"},
		"a plan and its apply":          {none + four, four, "4 warnings"},
		"other warnings of the apply":   {none + four, two + four, "6 warnings"},
		"warnings of the apply":         {none, four + two, "6 warnings"},
		"a failed plan":                 {four + failure, "", "4 warnings"},
		"two units":                     {unit("a", none+four) + unit("b", four), "", "8 warnings"},
		"more warnings than are listed": {none + strings.Repeat(four, 60), "", "240 warnings"},
		"many warnings of the apply":    {none, strings.Repeat(four, 60), "240 warnings"},
		"many warnings of both stages":  {none + strings.Repeat(four, 60), two + strings.Repeat(four, 60), "242 warnings"},
	} {
		planLog, applyLog := tfplan.NewLog(nil), tfplan.NewLog(nil)
		_, _ = planLog.Write([]byte(c.plan))
		_, _ = applyLog.Write([]byte(c.apply))
		r := Report{Result: "planned", Plan: planLog.Plan(t.Context(), nil), Apply: applyLog.Apply()}
		for _, page := range []string{r.Comment(CommentLimit), r.Summary()} {
			if !strings.Contains(page, "<b>"+c.want+"</b>") {
				t.Errorf("%s: the title does not count %s:\n%.2000s", name, c.want, page)
			}
		}
	}
}

// TestDiagnosticsOfUnits: a diagnostic names its Terragrunt unit, in both of its forms.
func TestDiagnosticsOfUnits(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	for _, unit := range []string{"prod/eks", "dev/eks", "."} {
		for _, text := range []string{
			"│ Error: Unsupported argument\n│ \n│   on main.tf line 3:\n│    3: foo = 1\n", "│ Error: Denied\n│ \n│ text\n",
			"│ Error: In a module\n│ \n│   on ../../m.tf line 4:\n│    4: x\n",
		} {
			for line := range strings.Lines("╷\n" + text + "╵\n") {
				log.WriteString("10:15:02.101 STDERR [" + unit + "] tofu: " + line)
			}
		}
	}
	l := tfplan.NewLog(nil)
	_, _ = l.Write([]byte(log.String()))
	r := Report{Result: result.Errored, Plan: l.Plan(t.Context(), nil)}
	page := r.Comment(CommentLimit)
	for want, times := range map[string]int{
		"Unit `prod/eks`:\n\n```text\nError: Unsupported argument\n\n  on main.tf line 3:": 1,
		"Unit `dev/eks`:\n\n```text\nError: Unsupported argument\n\n  on main.tf line 3:":  1,
		"Unit `dev/eks`:\n\n```text\nError: Denied\n":                                      1,
		"Unit `": 6,
	} {
		if n := strings.Count(page, want); n != times {
			t.Errorf("%d times %q, want %d:\n%s", n, want, times, page)
		}
	}
	brief := ""
	for _, d := range r.Diagnostics() {
		brief += diagnosticItem(d, 0).brief
	}
	const want = "- Unsupported argument in `main.tf:3`\n- Denied\n- In a module in `../../m.tf:4`\n" +
		"- Unsupported argument in `dev/eks/main.tf:3`\n- Denied (unit `dev/eks`)\n- In a module in `m.tf:4` (unit `dev/eks`)\n" +
		"- Unsupported argument in `prod/eks/main.tf:3`\n- Denied (unit `prod/eks`)\n- In a module in `m.tf:4` (unit `prod/eks`)\n"
	if brief != want {
		t.Errorf("got the list\n%swant\n%s", brief, want)
	}
}
