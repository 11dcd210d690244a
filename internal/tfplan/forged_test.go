package tfplan

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var colors = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestForgedBlocks: text in a log that imitates a plan, at any position, changes no
// diff, adds no resource and changes no number.
func TestForgedBlocks(t *testing.T) {
	t.Parallel()
	const block = "  # aws_instance.web must be replaced\n" +
		"-/+ resource \"aws_instance\" \"web\" {\n      ~ ami = \"FORGED\" -> \"FORGED\" # forces replacement\n    }\n"
	const document = "\nTerraform will perform the following actions:\n\n" + block +
		"\nPlan: 0 to add, 0 to change, 0 to destroy.\n"
	const outputs = "\nChanges to Outputs:\n  + FORGED = \"FORGED\"\n"
	check := "\nWarning: Check block assertion failed\n\n  on main.tf line 3, in check \"c\":\n" +
		"   3:     condition = false\n\nThe check said:\n\n"
	log := string(contents(t, "replace", "plan.log"))
	plain := colors.ReplaceAllString(log, "")
	boxed := func(s string) string {
		return "╷\n│ Warning: Check block assertion failed\n│ \n│ " +
			strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n│ ") + "\n╵\n"
	}
	header := strings.Index(plain, "Terraform will perform the following actions:")
	sum := strings.Index(plain, "Plan: ")
	at := strings.Index(plain, "  # aws_db_instance.orders")
	if header < 0 || sum < header || at < header {
		t.Fatal("testdata/plans/replace/plan.log has an unexpected form")
	}
	for name, forged := range map[string]string{
		"a block after the plan":              plain + check + block,
		"a block after the plan, without end": plain + check + strings.TrimSuffix(block, "    }\n"),
		"a block in a box":                    log + boxed(block),
		"a plan after the plan":               plain + check + document,
		"a plan and outputs after the plan":   plain + check + document + outputs,
		"outputs after the plan":              plain + check + outputs,
		"a block before the plan":             block + plain,
		"a plan before the plan":              document + plain,
		"a plan that ends before the plan": document + outputs +
			"\nNo changes. Your infrastructure matches the configuration.\n" + plain,
		"drift before the plan": "Note: Objects have changed outside of Terraform\n\n" +
			strings.Replace(block, "must be replaced", "has changed", 1) + plain,
		"a block among the others": plain[:at] + block + "\n" + plain[at:],
		"a note of the next block": plain[:at] + "  # (imported from \"\n" + block + "\")\n" + plain[at:],
		"unknown words": plain[:at] +
			strings.Replace(block, "must be replaced", "will be FORGED", 1) + plain[at:],
		"colored": log +
			"\x1b[1m  # aws_instance.web\x1b[0m must be \x1b[1m\x1b[31mreplaced\x1b[0m\n" +
			strings.SplitAfterN(block, "\n", 2)[1],
		"a block instead of the plan": plain[:header] + block + "\nPlan: 3 to add, 2 to change, 5 to destroy.\n",
		"a truncated plan":            block + plain[:at],
		"carriage returns":            plain + strings.ReplaceAll(check+block, "\n", "\r\n"),
		"with an escape sequence":     plain + check + strings.Replace(block, "  # ", "\x1b[2K\x1b[1G  # ", 1),
		"a deposed object of the same name": plain +
			strings.Replace(block, "aws_instance.web", "aws_instance.web (deposed object 0f3d)", 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := readPlan(planFile(t, "replace", "plan.json"), logSection(plain))
			got := readPlan(planFile(t, "replace", "plan.json"), logSection(forged))
			if strings.Contains(got.OutputDiff, "FORGED") ||
				slices.ContainsFunc(got.Changes, func(c Change) bool { return strings.Contains(c.Diff, "FORGED") }) {
				t.Errorf("a forged diff is shown: %+v, %q", got.Changes, got.OutputDiff)
			}
			if diff := cmp.Diff(changes(got.Changes), changes(want.Changes)); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if *got.Planned != *want.Planned || len(got.Drift) != len(want.Drift) {
				t.Errorf("got the counts %v and %d drifted objects, want %v and %d", *got.Planned, len(got.Drift), *want.Planned,
					len(want.Drift))
			}
			for i, c := range got.Changes {
				if c.Diff == "" {
					t.Errorf("%s has no diff", c.Address)
				}
				if c.Address != "aws_instance.web" && name != "a truncated plan" &&
					name != "a block instead of the plan" && c.Diff != want.Changes[i].Diff {
					t.Errorf("%s has another diff, though nothing was forged for it:\n%s", c.Address, c.Diff)
				}
			}
		})
	}
}

// TestForgedTextWithoutJSON: without JSON, a change that occurs twice in the log has no
// diff, and text after the plan is counted, but not listed: the report says that changes
// are omitted.
func TestForgedTextWithoutJSON(t *testing.T) {
	t.Parallel()
	const header = "Terraform will perform the following actions:\n\n"
	const b = "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1\n    }\n\n"
	const c = "  # a.c will be created\n  + resource \"a\" \"c\" {\n      + id = 2\n    }\n"
	const sum = "\nPlan: 2 to add, 0 to change, 0 to destroy.\n"
	const plan = header + b + c + sum
	const warning, failure = "\nWarning: Check block assertion failed\n\n", "\nError: Resource precondition failed\n\n"
	const forgedB = "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = \"FORGED\"\n    }\n"
	const forgedD = "  # a.d will be created\n  + resource \"a\" \"d\" {\n      + id = \"FORGED\"\n    }\n"
	const outputs = "Changes to Outputs:\n  + url = \"FORGED\"\n"
	imported := func(id string) string {
		return "  # a.i will be imported\n    # (imported from \"" + id +
			"\")\n    resource \"a\" \"i\" {\n        id = 3\n    }\n\n"
	}
	failed := strings.Replace(header, "will perform the following actions:",
		"planned the following actions, but then encountered a problem:", 1)
	for name, c := range map[string]struct {
		log       string
		several   bool
		listed    string // the addresses, with a "!" for a missing diff
		omitted   int
		outputs   bool
		additions int
	}{
		"nothing forged": {log: plan, listed: "a.b a.c", additions: 2},
		"blocks after the plan": {
			log:       plan + warning + forgedB + forgedD,
			listed:    "a.b! a.c",
			omitted:   2,
			additions: 4,
		},
		"blocks directly after the plan": {log: plan + forgedD, listed: "a.b a.c", omitted: 1, additions: 3},
		"blocks before the plan":         {log: forgedB + forgedD + plan, listed: "a.b! a.d a.c", additions: 4},
		"a second plan": {
			log:       plan + warning + header + forgedB + forgedD + sum,
			listed:    "a.b! a.c",
			omitted:   2,
			additions: 4,
		},
		"a second plan of OpenTofu": {
			log:       plan + warning + strings.Replace(header, "Terraform", "OpenTofu", 1) + forgedD + sum,
			listed:    "a.b a.c",
			omitted:   1,
			additions: 4,
		},
		"drift after the plan": {
			log: plan + warning + "Note: Objects have changed outside of Terraform\n\n" +
				strings.Replace(forgedD, "will be created", "has changed", 1),
			listed:    "a.b a.c",
			omitted:   1,
			additions: 2,
		},
		"outputs after a warning": {log: plan + warning + outputs, listed: "a.b a.c", additions: 2},
		"outputs of the plan":     {log: plan + "\n" + outputs, listed: "a.b a.c", outputs: true, additions: 2},
		"outputs alone": {
			log: outputs + "\nYou can apply this plan to save these new output values to the Terraform\n" +
				"state, without changing any real infrastructure.\n",
			outputs: true,
		},
		"a plan after no changes": {
			log:       "No changes. Your infrastructure matches the configuration.\n" + warning + header + forgedD + sum,
			omitted:   1,
			additions: 2,
		},
		"an import id that ends the plan": {
			log:       header + imported("x\")\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n") + b + c + sum,
			listed:    "a.i!",
			omitted:   2,
			additions: 2,
		},
		"an import id with the text of no changes": {
			log:       header + imported("x\")\n\nNo changes. All is well.\n\n") + b + c + sum,
			listed:    "a.i!",
			omitted:   2,
			additions: 2,
		},
		"a plan after a failed plan": {
			log:       failed + b + failure + header + forgedD,
			listed:    "a.b",
			omitted:   1,
			additions: 2,
		},
		"a block after an error": {
			log:       failed + b + failure + forgedB + forgedD,
			listed:    "a.b!",
			omitted:   2,
			additions: 3,
		},
		"a block after a boxed error": {
			log:       failed + b + "╷\n│ Error: no\n╵\n" + forgedD,
			listed:    "a.b",
			omitted:   1,
			additions: 2,
		},
		"the plans of several units": {
			log:       plan + header + forgedD + sum,
			several:   true,
			listed:    "a.b a.c a.d",
			additions: 4,
		},
		"several units, of which one failed": {
			log:       failed + b + failure + header + forgedD + sum,
			several:   true,
			listed:    "a.b a.d",
			additions: 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := NewLog(nil)
			if c.several {
				l.SeveralUnits()
			}
			io.WriteString(l, c.log)
			p := l.Plan(t.Context(), nil)
			var listed []string
			for _, change := range slices.Concat(p.Changes, p.Drift) {
				if change.Diff == "" {
					change.Address += "!"
				}
				listed = append(listed, change.Address)
			}
			if got := strings.Join(listed, " "); got != c.listed || p.Omitted != c.omitted || (p.OutputDiff != "") != c.outputs {
				t.Errorf("got %q, %d omitted and outputs %q; want %q and %d", got, p.Omitted, p.OutputDiff, c.listed, c.omitted)
			}
			if p.Text.Additions != c.additions {
				t.Errorf("got %d additions, want %d", p.Text.Additions, c.additions)
			}
		})
	}
}

// TestForgedDone: the output of provisioners and errors is not reported as a completed change.
func TestForgedDone(t *testing.T) {
	t.Parallel()
	log := "aws_s3_bucket.data: Creating...\n" +
		"null_resource.a (local-exec): aws_db.main: Destruction complete after 1s\n" +
		`null_resource.a["x"] (remote-exec): Creation complete after 1s` + "\n" +
		"aws_s3_bucket.data: Creation complete after 1s [id=x]\n" +
		`module.m["a b"].aws_x.y["c: d"]: Modifications complete after 2s [id=y]` + "\n" +
		"aws_x.z (deposed object 1234abcd): Destruction complete after 1s\n" +
		"\nError: boom\n\n  with null_resource.a\n\naws_db.other: Destruction complete after 1s\n"
	for name, log := range map[string]string{
		"plain": log,
		"boxed": strings.Replace(log, "\nError: boom\n\n  with null_resource.a\n\naws_db.",
			"╷\n│ Error: boom\n│ \n│ aws_db.", 1),
	} {
		l := NewLog(nil)
		io.WriteString(l, log)
		want := []Done{
			{"aws_s3_bucket.data", "created"},
			{`module.m["a b"].aws_x.y["c: d"]`, "changed"},
			{"aws_x.z (deposed object 1234abcd)", "destroyed"},
		}
		if diff := cmp.Diff(l.Apply().Done, want); diff != "" {
			t.Errorf("%s: -got +want:\n%s", name, diff)
		}
	}
}

// TestNamesAreQuoted: a map's key and an output's name are in quotes unless they are
// identifiers, so that they cannot add a line or an attribute to a diff.
func TestNamesAreQuoted(t *testing.T) {
	t.Parallel()
	const name = `owner = \"ops\" # \n- admin`
	p := readPlan(logSection(`{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a",`+
		`"name":"b","change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],`+
		`"before":{"tags":{"`+name+`":"1","plain_1":"1"}},"after":{"tags":{"`+name+
		`":"2","plain_1":"2"}},"after_unknown":{},"before_sensitive":{},"after_sensitive":{}}}],`+
		`"output_changes":{"`+name+`":{"actions":["create"],"before":null,"after":"x","after_unknown":false,`+
		`"before_sensitive":false,"after_sensitive":false}}}`), logSection(""))
	if want := `+ "` + name + `" = "x"`; p.OutputDiff != want {
		t.Errorf("the outputs are\n%s\nwant\n%s", p.OutputDiff, want)
	}
	if len(p.Changes) != 1 || !strings.Contains(p.Changes[0].Diff, `"`+name+`" = "1" -> "2"`+"\n") ||
		!strings.Contains(p.Changes[0].Diff, ` plain_1 `) {
		t.Errorf("got %+v", p.Changes)
	}
}

// TestSummaryExceedsList: a summary that counts more changes than are listed does not
// complete a plan: it is forged, or lines are missing.
func TestSummaryExceedsList(t *testing.T) {
	t.Parallel()
	const list = "Terraform will perform the following actions:\n\n  # terraform_data.a will be created\n" +
		"  + resource \"terraform_data\" \"a\" {\n    }\n\n"
	for text, complete := range map[string]bool{
		list + "Plan: 1 to add, 0 to change, 0 to destroy.\n": true,
		list + "Plan: 2 to add, 0 to change, 0 to destroy.\n": false,
		list + "Plan: 1 to add, 0 to change, 1 to destroy.\n": false,
		"Plan: 1 to add, 0 to change, 0 to destroy.\n":        false,
		"Plan: 0 to add, 0 to change, 0 to destroy.\n":        true,
	} {
		p := newPlanText(nil)
		for line := range strings.Lines(text) {
			p.add(strings.TrimSuffix(line, "\n"))
		}
		p.end()
		if got := p.totals().Complete; got != complete {
			t.Errorf("complete is %v, want %v:\n%s", got, complete, text)
		}
	}
}
