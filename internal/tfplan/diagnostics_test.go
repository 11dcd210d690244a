package tfplan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	ignoreText := cmpopts.IgnoreFields(Diagnostic{}, "Text")
	for _, tt := range []struct {
		name, log string
		want      []Diagnostic
	}{
		{
			name: "in a box",
			log: "╷\n│ \x1b[31mError: \x1b[0mInvalid index\n│ \n│   on modules/net/main.tf line 12, in locals:\n" +
				"│   12:   x = [][3]\n│     ├────────────────\n│     │ a is 1\n│ \n│ The key\n│ is wrong.\n╵\n",
			want: []Diagnostic{
				{Level: "error", File: "modules/net/main.tf", Line: 12, Title: "Invalid index", Message: "The key\nis wrong."},
			},
		},
		{
			name: "with an address",
			log: "╷\n│ Warning: Old\n│ \n│   with aws_x.y,\n│   on a b.tf line 1, in resource \"aws_x\" \"y\":\n" +
				"│    1: resource \"aws_x\" \"y\" {\n│ \n│ Use another.\n│ \n│ (and 2 more similar warnings elsewhere)\n╵\n",
			want: []Diagnostic{
				{
					Level:   "warning",
					File:    "a b.tf",
					Line:    1,
					Title:   "Old",
					Message: "Use another.\n\n(and 2 more similar warnings elsewhere)",
					Similar: 2,
				},
			},
		},
		{
			name: "without a place",
			log:  "╷\n│ Error: No access\n│ \n│ Ask an administrator.\n╵\n",
			want: []Diagnostic{{Level: "error", Title: "No access", Message: "Ask an administrator."}},
		},
		{
			name: "without colors",
			log: "Plan: 1 to add, 0 to change, 0 to destroy.\n\nWarning: Check failed\n\n" +
				"  on main.tf line 3, in check \"c\":\n   3:     condition = false\n" +
				"    ├────────────────\n    │ x is 1\n\nAMI is wrong.\nReally.\n\n" + strings.Repeat("─", 77) +
				"\n\nNote: no -out\n",
			want: []Diagnostic{
				{Level: "warning", File: "main.tf", Line: 3, Title: "Check failed", Message: "AMI is wrong.\nReally."},
			},
		},
		{
			name: "two without colors",
			log:  "Error: One\n\nfirst\n\nError: Two\n\n  on x.tf line 2:\n   2: a\n\nsecond\n",
			want: []Diagnostic{
				{Level: "error", Title: "One", Message: "first"},
				{Level: "error", File: "x.tf", Line: 2, Title: "Two", Message: "second"},
			},
		},
		{
			name: "a box that breaks off",
			log:  "╷\n│ Error: One\n│ \n│ half\nsomething else\n",
			want: []Diagnostic{{Level: "error", Title: "One", Message: "half"}},
		},
		{
			name: "a box with blank lines",
			log:  "╷\n│\n│ \n│ Error: One\n│ \n│ text\n│ \n╵\n",
			want: []Diagnostic{{Level: "error", Title: "One", Message: "text"}},
		},
		{
			name: "a summary of several lines in a box",
			log: boxed("Error: 2 errors occurred:", "\t* creating: NotFound", "\t* waiting: timeout", "", "", "  with aws_x.y,",
				"  on main.tf line 3, in resource \"aws_x\" \"y\":", "   3: resource \"aws_x\" \"y\" {", ""),
			want: []Diagnostic{
				{
					Level:   "error",
					File:    "main.tf",
					Line:    3,
					Title:   "2 errors occurred: * creating: NotFound * waiting: timeout",
					Message: "2 errors occurred:\n    * creating: NotFound\n    * waiting: timeout",
				},
			},
		},
		{
			name: "a summary of several paragraphs and details",
			log: boxed("Warning: 1 error(s) occurred:", "", "* denied", "status code: 403", "", "  on main.tf line 3:",
				"   3: x", "", "Ask for", "access.", "", "Or wait."),
			want: []Diagnostic{
				{
					Level:   "warning",
					File:    "main.tf",
					Line:    3,
					Title:   "1 error(s) occurred: * denied status code: 403",
					Message: "1 error(s) occurred:\n\n* denied\nstatus code: 403\n\nAsk for\naccess.\n\nOr wait.",
				},
			},
		},
		{
			name: "a summary of several lines without a place",
			log:  boxed("Error: listing: AccessDenied", "\tstatus code: 403", "", "Details."),
			want: []Diagnostic{
				{
					Level:   "error",
					Title:   "listing: AccessDenied status code: 403",
					Message: "listing: AccessDenied\n    status code: 403\n\nDetails.",
				},
			},
		},
		{
			name: "a summary that begins with a line break",
			log:  boxed("Warning: ", "Warning: Failed to update data", "", "Terraform was unable", "to do it."),
			want: []Diagnostic{
				{Level: "warning", Title: "Warning: Failed to update data", Message: "Terraform was unable\nto do it."},
			},
		},
		{
			name: "no summary",
			log:  boxed("Warning: ", "", "  on main.tf line 3:", "   3: x", "", "Only", "details.") + boxed("Error: "),
			want: []Diagnostic{
				{Level: "warning", File: "main.tf", Line: 3, Title: "Only", Message: "Only\ndetails."},
				{Level: "error", Title: "Error"},
			},
		},
		{
			name: "a long summary of several lines",
			log:  boxed("Error: "+strings.Repeat("a", 200), strings.Repeat("b", 99), strings.Repeat("c", 99)),
			want: []Diagnostic{
				{
					Level:   "error",
					Title:   strings.Repeat("a", 200) + " " + strings.Repeat("b", 99) + " …",
					Message: strings.Repeat("a", 200) + "\n" + strings.Repeat("b", 99) + "\n" + strings.Repeat("c", 99),
				},
			},
		},
		{"a box of another program", "╷\n│ Hello\n╵\n", nil},
		{
			name: "a line that is absurd",
			log:  "╷\n│ Error: E\n│ \n│   on x.tf line 99999999999999999999, in x:\n│ \n│ m\n╵\n",
			want: []Diagnostic{{Level: "error", Title: "E", Message: "on x.tf line 99999999999999999999, in x:\n\nm"}},
		},
		{
			name: "a summary of several lines without colors",
			log: "\nError: launching: x is invalid\n\tstatus code: 400\n\n  on main.tf line 3:\n   3: x\n\n" +
				"\nWarning: Odd\nthings\n\n  with aws_x.y,\n  on main.tf line 4:\n   4: x\n\nReally.\n",
			want: []Diagnostic{
				{
					Level:   "error",
					File:    "main.tf",
					Line:    3,
					Title:   "launching: x is invalid status code: 400",
					Message: "launching: x is invalid\n    status code: 400",
				},
				{Level: "warning", File: "main.tf", Line: 4, Title: "Odd things", Message: "Odd\nthings\n\nReally."},
			},
		},
		{
			name: "a summary that begins with a line break, without colors",
			log:  "\nWarning: \nWarning: Failed to update data\n\nTerraform was unable\nto do it.\n",
			want: []Diagnostic{
				{Level: "warning", Title: "Warning: Failed to update data", Message: "Terraform was unable\nto do it."},
			},
		},
		{"in a value of a plan", "  + x = <<-EOT\n        Error: no error\n        │ Error: nor this\n    EOT\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(readPlan(nil, logSection(tt.log)).Diagnostics, tt.want, ignoreText); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if diff := cmp.Diff(readApply(logSection(tt.log)).Diagnostics, tt.want, ignoreText); diff != "" {
				t.Errorf("apply: -got +want:\n%s", diff)
			}
		})
	}
}

// TestManyDiagnostics: an error after a large number of warnings is kept.
func TestManyDiagnostics(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("╷\n│ Warning: w\n│ "+strings.Repeat("x", 9000)+"\n╵\n", 1000) + "╷\n│ Error: e\n╵\n"
	found := readPlan(nil, logSection(log)).Diagnostics
	if len(found) != maxDiagnostics+1 || found[len(found)-1].Title != "e" {
		t.Errorf("got %d diagnostics, the last %q", len(found), found[len(found)-1].Title)
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	for i := range 500 {
		log.WriteString(strings.Repeat("é", i) + "\n")
	}
	got := strings.Split(readApply(logSection(log.String())).Tail, "\n")
	if len(got) != tailLines {
		t.Errorf("got %d lines, want %d", len(got), tailLines)
	}
	if last := got[len(got)-1]; !strings.HasSuffix(last, "é…") || len(last) > 510 {
		t.Errorf("the last line is %q", last)
	}
}

func TestDone(t *testing.T) {
	t.Parallel()
	got := readApply(planFile(t, "apply", "apply.log")).Done
	want := []Done{{"terraform_data.first", "created"}, {"terraform_data.second", "created"}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want:\n%s", diff)
	}
}
