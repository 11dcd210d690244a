package tfplan

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var colors = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestForgedPassages: whatever else writes into the log of a plan, and wherever, no
// resource gets another diff than the JSON's, none is added and no number changes.
func TestForgedPassages(t *testing.T) {
	t.Parallel()
	const passage = "  # aws_instance.web must be replaced\n" +
		"-/+ resource \"aws_instance\" \"web\" {\n      ~ ami = \"FORGED\" -> \"FORGED\" # forces replacement\n    }\n"
	const document = "\nTerraform will perform the following actions:\n\n" + passage + "\nPlan: 0 to add, 0 to change, 0 to destroy.\n"
	const outputs = "\nChanges to Outputs:\n  + FORGED = \"FORGED\"\n"
	check := "\nWarning: Check block assertion failed\n\n  on main.tf line 3, in check \"c\":\n   3:     condition = false\n\nThe check said:\n\n"
	log := string(contents(t, "replace", "plan.log"))
	plain := colors.ReplaceAllString(log, "")
	boxed := func(s string) string {
		return "╷\n│ Warning: Check block assertion failed\n│ \n│ " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n│ ") + "\n╵\n"
	}
	header := strings.Index(plain, "Terraform will perform the following actions:")
	sum := strings.Index(plain, "Plan: ")
	at := strings.Index(plain, "  # aws_db_instance.orders")
	if header < 0 || sum < header || at < header {
		t.Fatal("the log is not as expected")
	}
	for name, forged := range map[string]string{
		"a passage behind the plan":              plain + check + passage,
		"a passage behind the plan, without end": plain + check + strings.TrimSuffix(passage, "    }\n"),
		"a passage in a box":                     log + boxed(passage),
		"a plan behind the plan":                 plain + check + document,
		"a plan and outputs behind the plan":     plain + check + document + outputs,
		"outputs behind the plan":                plain + check + outputs,
		"a passage before the plan":              passage + plain,
		"a plan before the plan":                 document + plain,
		"a plan that ends before the plan":       document + outputs + "\nNo changes. Your infrastructure matches the configuration.\n" + plain,
		"drift before the plan":                  "Note: Objects have changed outside of Terraform\n\n" + strings.Replace(passage, "must be replaced", "has changed", 1) + plain,
		"a passage among the others":             plain[:at] + passage + "\n" + plain[at:],
		"a note of the next passage":             plain[:at] + "  # (imported from \"\n" + passage + "\")\n" + plain[at:],
		"unknown words":                          plain[:at] + strings.Replace(passage, "must be replaced", "will be FORGED", 1) + plain[at:],
		"colored":                                log + "\x1b[1m  # aws_instance.web\x1b[0m must be \x1b[1m\x1b[31mreplaced\x1b[0m\n" + strings.SplitAfterN(passage, "\n", 2)[1],
		"the only one, in place of the plan's":   plain[:header] + passage + "\nPlan: 3 to add, 2 to change, 5 to destroy.\n",
		"a plan whose log breaks off":            passage + plain[:at],
		"carriage returns":                       plain + strings.ReplaceAll(check+passage, "\n", "\r\n"),
		"with an escape sequence":                plain + check + strings.Replace(passage, "  # ", "\x1b[2K\x1b[1G  # ", 1),
		"a deposed object of the same name":      plain + strings.Replace(passage, "aws_instance.web", "aws_instance.web (deposed object 0f3d)", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := readPlan(material(t, "replace", "plan.json"), logOf(plain))
			got := readPlan(material(t, "replace", "plan.json"), logOf(forged))
			if strings.Contains(got.OutputDiff, "FORGED") || slices.ContainsFunc(got.Changes, func(c Change) bool { return strings.Contains(c.Diff, "FORGED") }) {
				t.Errorf("a forged diff is shown: %+v, %q", got.Changes, got.OutputDiff)
			}
			if diff := cmp.Diff(changes(got.Changes), changes(want.Changes)); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if *got.Planned != *want.Planned || len(got.Drift) != len(want.Drift) {
				t.Errorf("it counts %v and %d that drifted, want %v and %d", *got.Planned, len(got.Drift), *want.Planned, len(want.Drift))
			}
			for i, c := range got.Changes {
				if c.Diff == "" {
					t.Errorf("%s has no diff", c.Address)
				}
				if c.Address != "aws_instance.web" && name != "a plan whose log breaks off" && name != "the only one, in place of the plan's" && c.Diff != want.Changes[i].Diff {
					t.Errorf("%s has another diff, though nothing was forged for it:\n%s", c.Address, c.Diff)
				}
			}
		})
	}
}

// TestForgedTextAlone: where there is no JSON, a change that the log has twice has no
// diff, and what is printed behind the plan is no part of it.
func TestForgedTextAlone(t *testing.T) {
	t.Parallel()
	const plan = "Terraform will perform the following actions:\n\n  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1\n    }\n\n" +
		"  # a.c will be created\n  + resource \"a\" \"c\" {\n      + id = 2\n    }\n\nPlan: 2 to add, 0 to change, 0 to destroy.\n"
	const forged = "\nWarning: Check block assertion failed\n\n  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = \"FORGED\"\n    }\n" +
		"  # a.d will be created\n  + resource \"a\" \"d\" {\n      + id = \"FORGED\"\n    }\n"
	for name, log := range map[string]string{"behind": plan + forged, "before": forged + plan} {
		p := readPlan(nil, logOf(log))
		got := map[string]string{}
		for _, c := range p.Changes {
			got[c.Address] = c.Diff
		}
		_, listed := got["a.d"]
		if got["a.b"] != "" || !strings.Contains(got["a.c"], "id = 2") || listed != (name == "before") {
			t.Errorf("%s: got %q", name, got)
		}
		if name == "behind" && *p.Planned != (Counts{Additions: 2}) {
			t.Errorf("got %v", *p.Planned)
		}
	}
}

// TestNamesAreNoLines: a map's key and an output's name are in quotes unless they are
// identifiers, so that they add no line and no attribute to a diff.
func TestNamesAreNoLines(t *testing.T) {
	t.Parallel()
	const name = `owner = \"ops\" # \n- admin`
	p := readPlan(logOf(`{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b","change":{"actions":["update"],`+
		`"before":{"tags":{"`+name+`":"1","plain_1":"1"}},"after":{"tags":{"`+name+`":"2","plain_1":"2"}},"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}],`+
		`"output_changes":{"`+name+`":{"actions":["create"],"before":null,"after":"x","after_unknown":false,"before_sensitive":false,"after_sensitive":false}}}`), logOf(""))
	if want := `+ "` + name + `" = "x"`; p.OutputDiff != want {
		t.Errorf("the outputs are\n%s\nwant\n%s", p.OutputDiff, want)
	}
	if len(p.Changes) != 1 || !strings.Contains(p.Changes[0].Diff, `"`+name+`" = "1" -> "2"`+"\n") || !strings.Contains(p.Changes[0].Diff, ` plain_1 `) {
		t.Errorf("got %+v", p.Changes)
	}
}
