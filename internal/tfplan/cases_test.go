package tfplan

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/goldentest"
)

// TestCases reads the plans of testdata/cases/*.txt and compares everything that is known about them with golden files. A case
// begins with "=== name"; its parts begin with "--- log", "--- json" or "--- apply". "--- units" declares several units, and
// "--- restart" begins another version of the log. A log in colors has ^[ for the escape character.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, one := range strings.Split("\n"+string(text), "\n=== ")[1:] {
				name, parts, _ := strings.Cut(one, "\n")
				fmt.Fprintf(&all, "=== %s\n%s", name, describeCase(t, parts+"\n"))
			}
			goldentest.Compare(t, strings.TrimSuffix(file, ".txt")+".golden", all.String())
		})
	}
}

func describeCase(t *testing.T, text string) string {
	t.Helper()
	l := NewLog(nil)
	var planJSON io.Reader
	for _, part := range strings.Split("\n"+text, "\n--- ")[1:] {
		kind, content, _ := strings.Cut(part, "\n")
		content = strings.ReplaceAll(content, "^[", "\x1b")
		switch kind {
		case "units":
			l.SeveralUnits()
		case "restart":
			l.Restart()
			io.WriteString(l, content)
		case "log":
			io.WriteString(l, content)
		case "json":
			planJSON = strings.NewReader(content)
		case "apply":
			io.WriteString(l, content)
			return describeApply(l.Apply())
		default:
			t.Fatalf("unknown part %q", kind)
		}
	}
	return describePlan(l.Plan(t.Context(), planJSON))
}

// describePlan returns everything that is known about a plan, without what is empty.
func describePlan(p Plan) string {
	var out strings.Builder
	for _, c := range p.Changes {
		out.WriteString(describeChange("change", c))
	}
	for _, c := range p.Drift {
		out.WriteString(describeChange("drift", c))
	}
	if len(p.Outputs) > 0 {
		fmt.Fprintf(&out, "outputs: %q\n", p.Outputs)
	}
	if p.OutputDiff != "" {
		fmt.Fprintf(&out, "changes of outputs:\n%s", indented(p.OutputDiff))
	}
	if p.Planned != nil {
		fmt.Fprintf(&out, "planned: %s\n", describeCounts(*p.Planned))
	}
	if p.OtherCounts != (OtherCounts{}) || p.Omitted > 0 || p.Partial {
		b := p.OtherCounts
		fmt.Fprintf(&out, "others: {Moves:%d Forgets:%d Invocations:%d}", b.Moves, b.Forgets, b.Invocations)
		if b.Deferrals > 0 {
			fmt.Fprintf(&out, ", deferrals: %d", b.Deferrals)
		}
		fmt.Fprintf(&out, ", omitted: %d, partial: %t\n", p.Omitted, p.Partial)
	}
	out.WriteString(describeTotals("JSON", p.JSON) + describeTotals("text", p.Text))
	if p.JSONProblem != "" {
		fmt.Fprintf(&out, "problem of the JSON: %s\n", p.JSONProblem)
	}
	return out.String() + describeDiagnostics(p.Diagnostics)
}

func describeTotals(source string, t Totals) string {
	if fmt.Sprint(t) == fmt.Sprint(Totals{}) {
		return ""
	}
	text := source + ": " + describeCounts(t.Counts)
	if t.Most != t.Counts {
		text += ", most: " + describeCounts(t.Most)
	}
	for _, one := range []struct {
		name string
		n    int
	}{
		{"moves", t.OtherCounts.Moves}, {"forgets", t.OtherCounts.Forgets}, {"invocations", t.OtherCounts.Invocations},
		{"deferrals", t.OtherCounts.Deferrals},
		{"others", t.Others}, {"drift", t.Drift}, {"reads", t.Reads}, {"warnings", t.Warnings},
	} {
		if one.n != 0 {
			text += fmt.Sprintf(", %d %s", one.n, one.name)
		}
	}
	if t.Limited {
		text += ", limited"
	}
	return text + fmt.Sprintf(", %d documents, complete %t, changes %t, empty %t, problems %q\n",
		t.Documents, t.Complete, t.HasChanges(), t.Empty(), t.Problems)
}

// describeCounts lists imports, additions, changes and destructions.
func describeCounts(c Counts) string {
	return fmt.Sprintf("%d/%d/%d/%d", c.Imports, c.Additions, c.Changes, c.Destructions)
}

func describeChange(kind string, c Change) string {
	text := fmt.Sprintf("%s: %s %s", kind, c.Action, c.Address)
	for _, detail := range []struct{ name, value string }{
		{"unit", c.Unit}, {"from", c.Previous}, {"deposed", c.Deposed}, {"import", c.ImportID}, {"reason", c.Reason},
	} {
		if detail.value != "" {
			text += fmt.Sprintf(", %s %q", detail.name, detail.value)
		}
	}
	if c.Imported {
		text += ", imported"
	}
	return text + "\n" + indented(c.Diff)
}

func describeDiagnostics(list []Diagnostic) string {
	var out strings.Builder
	for _, d := range list {
		fmt.Fprintf(&out, "%s %q at %s:%d, message %q\n%s", d.Level, d.Title, d.File, d.Line, d.Message, indented(d.Text))
	}
	return out.String()
}

func describeApply(a Apply) string {
	var out strings.Builder
	for _, d := range a.Done {
		fmt.Fprintf(&out, "%s %s\n", d.What, d.Address)
	}
	return out.String() + describeDiagnostics(a.Diagnostics) + "end of the log:\n" + indented(a.Tail)
}

func indented(text string) string {
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}
