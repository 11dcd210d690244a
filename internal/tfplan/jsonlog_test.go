package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/secret"
)

// uiLine returns a line of a log of `terraform plan -json`.
func uiLine(message, members string) string {
	return fmt.Sprintf(`{"@level":"info","@message":%q,"@module":"terraform.ui","@timestamp":"2026-08-23T11:47:00Z"%s}`, message, members) + "\n"
}

func uiDiagnostic(members string) string {
	return uiLine("x", `,"type":"diagnostic","diagnostic":{`+members+`}`)
}

const (
	uiVersion = `{"@level":"info","@message":"Terraform 1.14.3","@module":"terraform.ui","type":"version","ui":"1.2"}` + "\n"
	uiRange   = `"range":{"filename":"main.tf","start":{"line":3,"column":1,"byte":1},"end":{"line":3,"column":2,"byte":2}}`
)

// TestJSONLog: the errors and warnings of a log of `terraform plan -json` are read, and the log counts as no plan.
func TestJSONLog(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("d", 7000)
	for _, c := range []struct {
		name, log string
		want      []Diagnostic
	}{
		{"nothing", uiVersion + uiLine("Plan: 1 to add, 0 to change, 0 to destroy.", `,"type":"change_summary"`), nil},
		{"OpenTofu", strings.Replace(uiVersion, "terraform.ui", "tofu.ui", 1), nil},
		{
			name: "an error and a warning",
			log: uiVersion + uiDiagnostic(`"severity":"error","summary":"Bad\u001b[0m","detail":"No <b>.",`+uiRange) +
				uiDiagnostic(`"severity":"warning","summary":"Old","detail":"Use y\n\tor z."`),
			want: []Diagnostic{
				{Level: "error", File: "main.tf", Line: 3, Title: "Bad", Message: "No <b>.", Text: "Error: Bad\n\n  on main.tf line 3:\n\nNo <b>."},
				{Level: "warning", Title: "Old", Message: "Use y\n    or z.", Text: "Warning: Old\n\nUse y\n    or z."},
			},
		},
		{
			name: "all members",
			log: uiDiagnostic(`"severity":"error","summary":"Two\nlines","detail":"","address":"a.b",` + uiRange +
				`,"snippet":{"context":"resource \"a\" \"b\"","code":"  x = 1","start_line":3,"values":[]}`),
			want: []Diagnostic{{Level: "error", File: "main.tf", Line: 3, Title: "Two lines", Message: "Two\nlines",
				Text: "Error: Two\nlines\n\n  with a.b,\n  on main.tf line 3, in resource \"a\" \"b\":\n   3: x = 1"}},
		},
		{
			name: "no place",
			log:  uiDiagnostic(`"severity":"error","summary":"S","detail":"D","range":{"filename":"<value for var.x>","start":{"line":1}}`),
			want: []Diagnostic{{Level: "error", Title: "S", Message: "D", Text: "Error: S\n\nD"}},
		},
		{
			name: "a long detail",
			log:  uiDiagnostic(`"severity":"error","summary":"S","detail":"` + long + `"`),
			want: []Diagnostic{{Level: "error", Title: "S", Message: long, Text: ("Error: S\n\n" + long)[:maxDiagnosticSize]}},
		},
		{"another severity", uiDiagnostic(`"severity":"note","summary":"S"`), nil},
		{"no summary", uiDiagnostic(`"severity":"error","summary":" "`), nil},
		{"a line that is too long", uiDiagnostic(`"severity":"error","summary":"` + strings.Repeat(long, 2) + `"`), nil},
		{
			name: "a secret",
			log:  uiDiagnostic(`"severity":"error","summary":"hunter\u0032","detail":"is hunter2"`),
			want: []Diagnostic{{Level: "error", Title: "***", Message: "is ***", Text: "Error: ***\n\nis ***"}},
		},
		{
			name: "Terragrunt",
			log:  "10:15:02.101 STDOUT [live/vpc] tofu: " + uiDiagnostic(`"severity":"error","summary":"S","detail":"D",`+uiRange),
			want: []Diagnostic{{Level: "error", Unit: "live/vpc", File: "live/vpc/main.tf", Line: 3, Title: "S", Message: "D",
				Text: "Error: S\n\n  on main.tf line 3:\n\nD"}},
		},
	} {
		redactor := new(secret.Redactor)
		redactor.Add(secret.Declared("hunter2"))
		l := NewLog(redactor)
		fmt.Fprint(l, c.log)
		p := l.Plan(t.Context(), nil)
		if diff := cmp.Diff(c.want, p.Diagnostics); diff != "" || !p.JSONLog || p.Text.Complete || p.Text.Documents != 0 {
			t.Errorf("%s: got a JSON log %t, complete %t, %d documents (-want +got):\n%s", c.name, p.JSONLog, p.Text.Complete, p.Text.Documents, diff)
		}
		warnings := 0
		for _, d := range c.want {
			if d.Level == "warning" {
				warnings++
			}
		}
		if p.Text.Warnings != warnings {
			t.Errorf("%s: got %d warnings, want %d", c.name, p.Text.Warnings, warnings)
		}
		if diff := cmp.Diff(c.want, l.Apply().Diagnostics); diff != "" {
			t.Errorf("%s, as an apply (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestNoJSONLog: a text is not a JSON log, whatever JSON other programs print.
func TestNoJSONLog(t *testing.T) {
	t.Parallel()
	other := strings.Replace(uiDiagnostic(`"severity":"error","summary":"S"`), "terraform.ui", "provider.terraform-provider-aws", 1)
	for name, log := range map[string]string{
		"empty":              "",
		"text":               "Initializing plugins...\n",
		"a provider's log":   other,
		"indented":           " " + uiVersion,
		"another log":        `{"level":"info","message":"x"}` + "\n",
		"broken":             strings.Replace(uiVersion, `"type"`, `type`, 1),
		"a line in a text":   uiVersion + "No changes. Your infrastructure matches the configuration.\n",
		"no module":          `{"@level":"info","@message":"x"}` + "\n",
		"Terragrunt's lines": `{"level":"info","msg":"done","prefix":"vpc","tf-path":"tofu"}` + "\n",
	} {
		l := NewLog(nil)
		fmt.Fprint(l, log)
		if p := l.Plan(t.Context(), nil); p.JSONLog || len(p.Diagnostics) > 0 {
			t.Errorf("%s: got a JSON log %t with the diagnostics %v", name, p.JSONLog, p.Diagnostics)
		}
	}
}

// TestManyJSONDiagnostics: the number of diagnostics that are kept is bounded; all warnings are counted.
func TestManyJSONDiagnostics(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	for range 1000 {
		fmt.Fprint(l, uiDiagnostic(`"severity":"warning","summary":"S"`)+uiDiagnostic(`"severity":"error","summary":"S"`))
	}
	if p := l.Plan(t.Context(), nil); len(p.Diagnostics) != 2*maxDiagnostics || p.Text.Warnings != 1000 {
		t.Errorf("got %d diagnostics and %d warnings", len(p.Diagnostics), p.Text.Warnings)
	}
}

// TestUnitsInJSON: Terragrunt's JSON format is read like its other formats.
func TestUnitsInJSON(t *testing.T) {
	t.Parallel()
	wrap := func(unit string, lines []string) string {
		var all strings.Builder
		for i, line := range lines {
			prefix := ""
			if unit != "" {
				prefix = fmt.Sprintf(`,"prefix":%q`, unit)
			}
			fmt.Fprintf(&all, `{"level":%q,"msg":%q%s,"tf-path":"tofu","time":"2026-08-23T11:47:00Z"}`+"\n", []string{"stdout", "stderr"}[i%2], line, prefix)
		}
		return all.String()
	}
	for _, c := range []struct{ name, log, want string }{
		{"two units", wrap("vpc", unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy")) +
			wrap("db", unitPlan("t.n", "destroyed", "-", "0 to add, 0 to change, 1 to destroy")),
			"create t.n in vpc, destroy t.n in db; No destroyed at db/main.tf, No created at vpc/main.tf"},
		{"one unit", wrap("", unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy")), "create t.n in ; No created at main.tf"},
		{"one message", wrap("vpc", []string{strings.Join(unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy"), "\n") + "\n"}),
			"create t.n in vpc; No created at vpc/main.tf"},
	} {
		l := NewLog(nil)
		fmt.Fprint(l, c.log)
		p := l.Plan(t.Context(), nil)
		var changes, diagnostics []string
		for _, one := range p.Changes {
			changes = append(changes, fmt.Sprintf("%s %s in %s", one.Action, one.Address, one.Unit))
		}
		for _, d := range p.Diagnostics {
			diagnostics = append(diagnostics, d.Title+" at "+d.File)
		}
		if got := strings.Join(changes, ", ") + "; " + strings.Join(diagnostics, ", "); got != c.want || p.Text.Complete || p.JSONLog {
			t.Errorf("%s: got %s, complete %t, JSON log %t, want %s", c.name, got, p.Text.Complete, p.JSONLog, c.want)
		}
	}
}
