package tfplan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const planSummary = "Plan: 1 to add, 0 to change, 0 to destroy.\n"

const (
	initStart = "Initializing the backend...\n"
	initEnd   = "\nTerraform has been successfully initialized!\n"
)

// colored returns lines as Terraform colors them.
func colored(lines string) string {
	return strings.ReplaceAll("\x1b[0m\x1b[1m"+strings.TrimSuffix(lines, "\n"), "\n", "\n\x1b[1m") + "\x1b[0m\n"
}

// boxed returns a diagnostic in a box.
func boxed(lines ...string) string { return "╷\n│ " + strings.Join(lines, "\n│ ") + "\n╵\n" }

// TestOnlyToolDiagnosticsCount: the output of hooks, ssh and scripts contains no diagnostics.
func TestOnlyToolDiagnosticsCount(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, log string
		want      []string // levels and titles
		warnings  int
	}{
		{
			name: "hooks around boxes",
			log: "Error: from a hook\n\nmore\n" + planSummary + boxed("Warning: Old", "", "Use new.") +
				"\nWarning: ssh\n\ntext\n\nError: script\n\ntext\n",
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{"ssh first", "Warning: Permanently added 'github.com' to the list of known hosts.\n\n" + planSummary, nil, 0},
		{"within other lines", "\nhook:\nError: a\nWarning: b\n\n" + planSummary, nil, 0},
		{"a title with nothing", "\nWarning: only this\n\n" + planSummary, nil, 0},
		{"followed by a line", "\nWarning: ssh\nError: ssh\n\n" + planSummary, nil, 0},
		{
			name:     "no colors where the tool has some",
			log:      "\x1b[1mTerraform will perform the following actions:\x1b[0m\n\nWarning: hook\n\ntext\n\n" + planSummary,
			want:     nil,
			warnings: 0,
		},
		{
			name: "colors of Terraform 0.14",
			log: "\x1b[1mPlan:\x1b[0m 1 to add, 0 to change, 0 to destroy.\n\n" +
				"\x1b[33m\x1b[1mWarning: \x1b[0m\x1b[1mOld\x1b[0m\n\n  on a.tf line 1:\n\ntext\n\nError: hook\n\ntext\n",
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{
			name: "a summary of several lines in the colors of Terraform 0.14",
			log: "\x1b[1mInitializing the backend...\x1b[0m\n\x1b[33m\n\x1b[1m\x1b[33mWarning: \x1b[0m\x1b[0m\x1b[1m2 problems:\n" +
				"\t* a\n\t* b\n\n\x1b[0m\n\n\x1b[0m  on main.tf line 3:\n",
			want:     []string{"warning 2 problems: * a * b"},
			warnings: 1,
		},
		{"a script's title with several lines", "\nWarning: script\nmore\nand more\n\n" + planSummary, nil, 0},
		{
			name:     "a script's title with output of the tool below",
			log:      "\nWarning: script\nTerraform will perform the following actions:\n\n" + planSummary,
			want:     nil,
			warnings: 0,
		},
		{
			name:     "ssh within a script",
			log:      "\nWarning: Permanently added 'github.com' to the list of known hosts.\nCloning\n\nDone.\n\n" + planSummary,
			want:     nil,
			warnings: 0,
		},
		{
			name:     "a long title",
			log:      "\nWarning: " + strings.Repeat("x", maxDiagnosticSize) + "\n\ntext\n",
			want:     []string{"warning " + strings.Repeat("x", maxDiagnosticSize)},
			warnings: 1,
		},
		{
			name:     "a long title in a box",
			log:      boxed("", "Warning: "+strings.Repeat("x", maxDiagnosticSize), "", "text"),
			want:     []string{"warning " + strings.Repeat("x", maxDiagnosticSize)},
			warnings: 1,
		},
		{"colors of a hook", "\x1b[31mhook\x1b[0m\n" + planSummary + "\nWarning: Old\n\ntext\n", []string{"warning Old"}, 1},
		{
			name:     "boxes of a script",
			log:      "╭──────╮\n│ Error: x │\n│ Warning: y │\n╰──────╯\n╷\n│ Done\n│ Error: z\n╵\n" + planSummary,
			want:     nil,
			warnings: 0,
		},
		{
			name:     "CRLF",
			log:      strings.ReplaceAll(planSummary+boxed("Warning: Old", "", "Use new."), "\n", "\r\n"),
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{
			name: "similar",
			log: boxed("Warning: Old", "", "Use new.", "", "(and 2 more similar warnings elsewhere)") +
				boxed("Warning: Odd", "", "(and one more similar warning elsewhere)"),
			want:     []string{"warning Old", "warning Odd"},
			warnings: 5,
		},
		{
			name: "similar after a long text",
			log: boxed("Warning: Old", "", strings.Repeat("x", maxDiagnosticSize), "",
				"(and 2 more similar warnings elsewhere)"),
			want:     []string{"warning Old"},
			warnings: 3,
		},
		{
			name:     "similar within the text",
			log:      boxed("Warning: Old", "", "(and 2 more similar warnings elsewhere)", "is what it says."),
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{"similar errors", boxed("Error: Old", "", "(and 2 more similar warnings elsewhere)"), []string{"error Old"}, 0},
		{
			name: "boxes of init, and a plan without colors",
			log: initStart + boxed("Warning: Old", "", "text") + initEnd + planSummary +
				"\nWarning: Check\n\n  on main.tf line 9:\n   9: x\n\ndown\n",
			want:     []string{"warning Old", "warning Check"},
			warnings: 2,
		},
		{
			name: "colored boxes of init, and a plan without colors that fails",
			log: colored(initStart) + boxed("Warning: Old", "", "text") + colored(initEnd) +
				"\nError: Unsupported block type\n\n  on main.tf line 9:\n   9: x\n\ntext\n",
			want:     []string{"warning Old", "error Unsupported block type"},
			warnings: 1,
		},
		{
			name: "colored boxes of init, and a plan without colors",
			log: colored(initStart) + boxed("Warning: Old", "", "text") + colored(initEnd) + planSummary +
				"\nWarning: Check\n\ndown\n\n(and 2 more similar warnings elsewhere)\n",
			want:     []string{"warning Old", "warning Check"},
			warnings: 4,
		},
		{
			name: "init without colors, and boxes of the plan",
			log: initStart + "\nWarning: Old\n\ntext\n" + initEnd + colored(planSummary) +
				boxed("Warning: Check", "", "down"),
			want:     []string{"warning Old", "warning Check"},
			warnings: 2,
		},
		{
			name: "hooks of a run in colors",
			log: "\nWarning: before init\n\ntext\n\n" + colored(initStart) + colored(initEnd) +
				"\nWarning: before the plan\n\ntext\n\n" + colored("Terraform will perform the following actions:\n") +
				"\nWarning: while it plans\n\ntext\n\n" + planSummary + boxed("Warning: Old", "", "text") + "\nError: after the plan\n\ntext\n",
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{
			name: "a hook before a plan in colors without diagnostics",
			log: colored(initStart) + boxed("Warning: Old", "", "text") + colored(initEnd) +
				"\nWarning: before the plan\n\ntext\n\n" + colored("Terraform will perform the following actions:\n") + planSummary,
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{
			name:     "a hook before init, without colors",
			log:      "Error: hook\n\ntext\n\n" + initStart + initEnd + planSummary + boxed("Warning: Old", "", "text"),
			want:     []string{"warning Old"},
			warnings: 1,
		},
		{
			name:     "a hook before init without any box",
			log:      "Error: hook\n\ntext\n\n" + initStart + initEnd + planSummary,
			want:     []string{"error hook"},
			warnings: 0,
		},
		{
			name: "two commands with init",
			log: initStart + initEnd + planSummary + boxed("Warning: A", "", "text") + initStart +
				"\nWarning: B\n\ntext\n" + initEnd + planSummary,
			want:     []string{"warning A", "warning B"},
			warnings: 2,
		},
		{
			name: "compact",
			log: "\x1b[1m\x1b[33mWarnings:\n\x1b[0m\n- A\n  on main.tf line 12 (and 3 more)\n- B\n" +
				"  (2 occurences of this warning)\n- C\n  with x.y\n\n" +
				"To see the full warning notes, run OpenTofu without -compact-warnings.\n" + boxed("Error: E", "", "text"),
			want:     []string{"error E", "warning A", "warning B", "warning C"},
			warnings: 7,
		},
		{
			name: "compact and boxes",
			log: boxed("Warning: Old", "", "text") +
				"\nWarnings:\n\n- A\n\nTo see the full warning notes, run Terraform without -compact-warnings.\n",
			want:     []string{"warning Old", "warning A"},
			warnings: 2,
		},
		{
			name: "two compact lists",
			log: strings.Repeat("Warnings:\n\n- A\n\n"+
				"To see the full warning notes, run Terraform without -compact-warnings.\n", 2),
			want:     []string{"warning A", "warning A"},
			warnings: 2,
		},
		{
			name: "compact with summaries of several lines",
			log: "Warnings:\n\n- A\nb\n\tc\nd\ne\nf\n  on main.tf line 12 (and 3 more)\n- B\n  on main.tf line 13\n- \nC\n\n" +
				"To see the full warning notes, run Terraform without -compact-warnings.\n",
			want:     []string{"warning A b c d", "warning B", "warning C"},
			warnings: 6,
		},
		{
			name:     "a list of a script",
			log:      "Warnings:\n\n- A\n- B\n\nDone.\nTo see the full warning notes, run Terraform without -compact-warnings.\n",
			want:     nil,
			warnings: 0,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plan := readPlan(nil, logSection(tt.log))
			var got []string
			for _, d := range plan.Diagnostics {
				got = append(got, d.Level+" "+d.Title)
			}
			if diff := cmp.Diff(got, tt.want); diff != "" {
				t.Errorf("got -, want +:\n%s", diff)
			}
			if plan.Text.Warnings != tt.warnings {
				t.Errorf("%d warnings are counted, want %d", plan.Text.Warnings, tt.warnings)
			}
		})
	}
}

func TestCompactWarnings(t *testing.T) {
	t.Parallel()
	log, err := os.ReadFile(filepath.Join("testdata", "diagnostics", "compact.log"))
	if err != nil {
		t.Fatal(err)
	}
	plan := readPlan(nil, logSection(string(log)))
	want := []Diagnostic{
		{
			Level: "warning",
			File:  "main.tf",
			Line:  12,
			Title: "Argument is deprecated",
			Text:  "Warning: Argument is deprecated\n  on main.tf line 12 (and 3 more)",

			Similar: 3,
		},
		{
			Level: "warning",
			Title: "Deprecated attribute",
			Text:  "Warning: Deprecated attribute\n  with module.x.aws_s3_bucket.b",
		},
	}
	if diff := cmp.Diff(plan.Diagnostics, want); diff != "" || plan.Text.Warnings != 5 || !plan.Text.Complete {
		t.Errorf("%d warnings, want 5, complete %t; got -, want +:\n%s", plan.Text.Warnings, plan.Text.Complete,
			diff)
	}
}

// TestWarningsAreAllCounted: all warnings of all versions of the log are counted, even
// those that are not kept.
func TestWarningsAreAllCounted(t *testing.T) {
	t.Parallel()
	boxes := strings.Repeat(boxed("Warning: w", "", "x"), 300)
	l := NewLog(nil)
	fmt.Fprint(l, planSummary+boxes)
	fmt.Fprint(l,
		"Warnings:\n\n"+strings.Repeat("- w\n  on a.tf line 1 (and 1 more)\n", 70)+
			"\nTo see the full warning notes, run Terraform without -compact-warnings.\n")
	l.Restart()
	fmt.Fprint(l, planSummary)
	if n := l.Plan(t.Context(), nil).Text.Warnings; n != 440 {
		t.Errorf("%d warnings are counted, want 440", n)
	}
}

// TestDiagnosticWithoutAFile: a diagnostic of a variable's value has no file.
func TestDiagnosticWithoutAFile(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"<value for var.environment>", "<input-prompt>"} {
		log := boxed("Error: Invalid value for variable", "", "  on "+place+" line 1:", "  (source code not available)", "",
			"Use dev or prod.")
		want := []Diagnostic{
			{
				Level:   "error",
				Title:   "Invalid value for variable",
				Message: "Use dev or prod.",
				Text: "Error: Invalid value for variable\n\n  on " + place +
					" line 1:\n  (source code not available)\n\nUse dev or prod.",
			},
		}
		if diff := cmp.Diff(readPlan(nil, logSection(log)).Diagnostics, want); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", place, diff)
		}
	}
}

// TestTitlesWithoutText: without a box, a title that a blank line follows is an error, but a warning has more text.
func TestTitlesWithoutText(t *testing.T) {
	t.Parallel()
	rule := strings.Repeat("─", 20)
	for _, end := range []string{"", "\n", rule + "\n", "Terraform will perform the following actions:\n", "  # a.b will be created\n", "Error: next\n"} {
		for title, want := range map[string]string{
			"Error: E":           "error E: ",
			"Warning: W":         "",
			"Error: E\n\ntext":   "error E: text",
			"Warning: W\n\ntext": "warning W: text",
			"Error: ":            "",
			"Warning: ":          "",
			"Note: N":            "",
		} {
			got := ""
			for _, d := range readPlan(nil, logSection("start\n\n"+title+"\n\n"+end)).Diagnostics {
				got += d.Level + " " + d.Title + ": " + d.Message
			}
			if got != want {
				t.Errorf("%q before %q: got %q, want %q", title, end, got, want)
			}
		}
	}
}

// TestTargetingWarning: the warning that a plan is limited by -target or -exclude is found in all forms of a log.
func TestTargetingWarning(t *testing.T) {
	t.Parallel()
	const none = "No changes. Your infrastructure matches the configuration.\n"
	const title = "Resource targeting is in effect"
	const inJSON = `{"severity":"warning","summary":"` + title + `"}`
	for name, c := range map[string]struct {
		log  string
		want bool
	}{
		"in a box":              {none + "╷\n│ Warning: " + title + "\n│ \n│ You are creating a plan with the -target option.\n╵\n", true},
		"without a box":         {none + "\nWarning: " + title + "\n\nYou are creating a plan with the -target option.\n", true},
		"in a list":             {none + "\nWarnings:\n\n- " + title + "\n\nTo see the full warning notes, run Terraform without -compact-warnings.\n", true},
		"in JSON":               {fmt.Sprintf(`{"@level":"warn","@message":"x","@module":"tofu.ui","diagnostic":%s}`+"\n", inJSON), true},
		"an error":              {"╷\n│ Error: " + title + "\n│ \n│ x\n╵\n", false},
		"of a line of the code": {none + "╷\n│ Warning: " + title + "\n│ \n│   on main.tf line 1:\n│    1: x\n│ \n│ x\n╵\n", false},
		"another warning":       {none + "╷\n│ Warning: " + title + " now\n│ \n│ x\n╵\n", false},
	} {
		p := readPlan(nil, logSection(c.log))
		if p.Text.Targeted != c.want || p.IsLimited() != c.want || p.Text.Limited {
			t.Errorf("%s: got %+v, want %v", name, p.Text, c.want)
		}
		l := NewLog(nil)
		l.Write([]byte(c.log))
		l.Restart()
		l.Write([]byte(none))
		if p := l.Plan(t.Context(), nil); p.Text.Targeted != c.want {
			t.Errorf("%s, then another version of the log: got %+v, want %v", name, p.Text, c.want)
		}
	}
}
