package tfplan

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func logSection(s string) *io.SectionReader {
	return io.NewSectionReader(strings.NewReader(s), 0, int64(len(s)))
}

// changes formats a plan's changes for a comparison.
func changes(list []Change) []string {
	all := []string{}
	for _, c := range list {
		all = append(all, fmt.Sprintf("%s %s [%s]", c.Action, c.Address, describe(c)))
	}
	slices.Sort(all)
	return all
}

// describe formats the details of a change for a comparison.
func describe(c Change) string {
	all := []string{}
	for _, w := range []string{c.Deposed, c.Reason, c.Previous, c.ImportID} {
		if w != "" {
			all = append(all, w)
		}
	}
	return strings.Join(all, "; ")
}

// TestReadPlan reads the real plans from both sources.
func TestReadPlan(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"create":    {"create aws_instance.web[0] []", "create aws_instance.web[1] []", "create aws_security_group.web []"},
		"move":      {"move terraform_data.new [terraform_data.old]", "update terraform_data.another [terraform_data.other]"},
		"import":    {"import terraform_data.adopted [d9a2f0c4]", "update terraform_data.changed [77e0b1aa]"},
		"forget":    {"forget terraform_data.kept [destroy = false is set in the configuration]"},
		"outputs":   {},
		"unchanged": {},
		"replace": {
			"destroy aws_cloudwatch_log_group.worker[2] [its index is out of range for `count`]",
			"destroy aws_s3_bucket.legacy [it is no longer in the configuration]",
			"replace aws_db_instance.orders [`storage_encrypted` cannot be changed in place]",
			"replace aws_instance.web [`ami` cannot be changed in place]",
			"replace aws_security_group.web [`description` cannot be changed in place]",
			"update aws_cloudwatch_log_group.worker[0] []",
			"update aws_cloudwatch_log_group.worker[1] []",
		},
		"tainted": {
			"destroy terraform_data.each[\"goes\"] [its key is no longer in `for_each`]",
			"replace terraform_data.asked [as requested]",
			"replace terraform_data.follower [changes in `replace_triggered_by`]",
			"replace terraform_data.tainted [it is tainted]",
			"update terraform_data.trigger []",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(changes(realPlan(t, name).Changes), want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
}

// TestEitherSource: each source alone provides the same changes with diffs, and the same
// numbers.
func TestEitherSource(t *testing.T) {
	t.Parallel()
	dirs, err := os.ReadDir("testdata/plans")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		if strings.HasPrefix(dir.Name(), "error") {
			continue // a plan that failed has no JSON
		}
		t.Run(dir.Name(), func(t *testing.T) {
			t.Parallel()
			fromJSON := readPlan(planFile(t, dir.Name(), "plan.json"), nil)
			fromText := readPlan(nil, planFile(t, dir.Name(), "plan.log"))
			if diff := cmp.Diff(addresses(fromText.Changes), addresses(fromJSON.Changes)); diff != "" {
				t.Errorf("-text +JSON:\n%s", diff)
			}
			if fromText.Planned != nil && *fromText.Planned != *fromJSON.Planned {
				t.Errorf("the text counts %v, the JSON %v", *fromText.Planned, *fromJSON.Planned)
			}
			for _, c := range append(fromJSON.Changes, fromText.Changes...) {
				if c.Diff == "" {
					t.Errorf("%s %s has no diff", c.Action, c.Address)
				}
			}
			if (fromText.OutputDiff == "") != (fromJSON.OutputDiff == "") {
				t.Errorf("outputs: the text has %q, the JSON %q", fromText.OutputDiff, fromJSON.OutputDiff)
			}
		})
	}
}

func addresses(list []Change) []string {
	all := []string{}
	for _, c := range list {
		all = append(all, string(c.Action)+" "+c.Address+" "+c.Previous)
	}
	slices.Sort(all)
	return all
}

// TestPlanText reads texts that are old, rare, truncated or constructed.
func TestPlanText(t *testing.T) {
	t.Parallel()
	const block = "  + resource \"a\" \"b\" {\n      + id = 1\n    }\n"
	for _, tt := range []struct {
		name, log string
		want      []string
		diffs     int // changes with a diff
	}{
		{"none", "", []string{}, 0},
		{
			name: "deposed",
			log: "  # a.b (deposed object 0f3d) will be destroyed\n" +
				"  # (left over from a partially-failed replacement of this instance)\n  - resource \"a\" \"b\" {\n" +
				"      - id = 1 -> null\n    }\n",
			want:  []string{"destroy a.b [0f3d; left over from a partially-failed replacement of this instance]"},
			diffs: 1,
		},
		{
			name: "older words",
			log: "  # a.b is tainted, so must be replaced\n-/+ resource \"a\" \"b\" {\n" +
				"      ~ id = 1 -> 2 # forces replacement\n    }\n",
			want:  []string{"replace a.b [it is tainted]"},
			diffs: 1,
		},
		{
			name:  "OpenTofu",
			log:   "OpenTofu will perform the following actions:\n\n  # a.b will be created\n" + block,
			want:  []string{"create a.b []"},
			diffs: 1,
		},
		{
			name:  "no end mark, next header",
			log:   "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1\n  # a.c will be created\n" + block,
			want:  []string{"create a.b []", "create a.c []"},
			diffs: 1,
		},
		{
			name:  "no end mark, end of text",
			log:   "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1",
			want:  []string{"create a.b []"},
			diffs: 0,
		},
		{
			name: "no end mark, rule",
			log: "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = 1\n" + strings.Repeat("─", 77) +
				"\n    }\n",
			want:  []string{"create a.b []"},
			diffs: 0,
		},
		{
			name:  "no end mark, ASCII rule",
			log:   "  # a.b will be created\n  + resource \"a\" \"b\" {\n" + strings.Repeat("-", 77) + "\n",
			want:  []string{"create a.b []"},
			diffs: 0,
		},
		{"no block", "  # a.b will be created\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n", []string{"create a.b []"}, 0},
		{
			name:  "key with our words",
			log:   "  # a.b[\"x\\\"] will be destroyed # [\"] will be created\n" + block,
			want:  []string{"create a.b[\"x\\\"] will be destroyed # [\"] []"},
			diffs: 1,
		},
		{
			name: "words in a value",
			log: "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + t = <<-EOT\n" +
				"              # a.c will be destroyed\n            Plan: 9 to add, 9 to change, 9 to destroy.\n        EOT\n" +
				"    }\n",
			want:  []string{"create a.b []"},
			diffs: 1,
		},
		{
			name: "colored, CRLF",
			log: "\x1b[1m  # a.b\x1b[0m will be created\r\n\x1b[0m  \x1b[32m+\x1b[0m\x1b[0m resource \"a\" \"b\" {\r\n" +
				"      + id = 1\r\n    }\r\n",
			want:  []string{"create a.b []"},
			diffs: 1,
		},
		{"comments of hooks", "# not a plan\n  # neither is this\n#\n", []string{}, 0},
		{
			name: "huge line",
			log: "  # a.b will be created\n  + resource \"a\" \"b\" {\n      + id = \"" + strings.Repeat("x", 1<<20) +
				"\"\n    }\n",
			want:  []string{"create a.b []"},
			diffs: 1,
		},
		{
			name: "huge block",
			log: "  # a.b will be created\n  + resource \"a\" \"b\" {\n" + strings.Repeat("      + id = 1\n", 1<<15) +
				"    }\n",
			want:  []string{"create a.b []"},
			diffs: 1, // with a note
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := readPlan(nil, logSection(tt.log))
			if diff := cmp.Diff(changes(p.Changes), tt.want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			diffs := 0
			for _, c := range p.Changes {
				if c.Diff != "" {
					diffs++
				}
			}
			if diffs != tt.diffs {
				t.Errorf("got %d diffs, want %d", diffs, tt.diffs)
			}
		})
	}
}

func TestBrokenJSON(t *testing.T) {
	t.Parallel()
	const malformed, truncated = "the JSON is not well-formed", "unexpected EOF"
	for name, c := range map[string]struct{ document, problem string }{
		"empty":          {"", "it is empty"},
		"no JSON":        {"<html>Bad gateway</html>", malformed},
		"no plan":        {`{"errors":[]}`, "not a plan"},
		"an array":       {`[]`, malformed},
		"cut short":      {`{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{"actions":["create"]`, truncated},
		"cut in a word":  {`{"format_version":"1.2","resource_changes":[{"address":"a.b`, truncated},
		"wrong type":     {`{"format_version":"1.2","resource_changes":[{"address":7}]}`, "not a plan"},
		"no list":        {`{"format_version":"1.2","resource_changes":{"a":1}}`, malformed},
		"commas":         {`{"format_version":"1.2",,"resource_changes":[]}`, malformed},
		"brackets":       {`{"format_version":"1.2","x":]]}`, malformed},
		"missing colon":  {`{"format_version" "1.2"}`, malformed},
		"huge name":      {`{"` + strings.Repeat("x", 1<<16) + `":1}`, "not a plan"},
		"only an escape": {`{"\`, truncated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := readPlan(logSection(c.document), logSection("  # a.b will be created\n  + resource \"a\" \"b\" {\n    }\n"))
			if want := "the plan's JSON is unusable: " + c.problem; p.JSONProblem != want {
				t.Errorf("got %s, want %s", p.JSONProblem, want)
			}
			if got := changes(p.Changes); !slices.Equal(got, []string{"create a.b []"}) {
				t.Errorf("got %q: the text was not used", got)
			}
		})
	}
}

// TestRewrittenLog: the counts of a previous version of the log are kept, and a log that
// restarts too often is not complete.
func TestRewrittenLog(t *testing.T) {
	t.Parallel()
	const none, some = "No changes. Your infrastructure matches the configuration.\n", "  # a.b will be destroyed\n\n" +
		"Plan: 0 to add, 0 to change, 1 to destroy.\n"
	l := NewLog(nil)
	l.Write([]byte(some))
	l.Restart()
	l.Write([]byte(none))
	if p := l.Plan(t.Context(), nil); p.Text.Destructions != 1 || !p.Text.Complete || len(p.Changes) > 0 {
		t.Errorf("got %+v, %v", p.Text, p.Changes)
	}
	for range maxRestarts {
		l.Restart()
		l.Write([]byte(none))
	}
	if p := l.Plan(t.Context(), nil); p.Text.Destructions != 1 || p.Text.Complete {
		t.Errorf("after more restarts: got %+v", p.Text)
	}
}

// TestErroredPlanJSON: a plan that ended in an error is partial if either source says so; a log in JSON does not.
func TestErroredPlanJSON(t *testing.T) {
	t.Parallel()
	const begin = `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","change":{"actions":["create"],"after":{}}}]`
	for name, c := range map[string]struct {
		doc, log string
		want     bool
	}{
		"JSON":                    {begin + `,"errored":true}`, "", true},
		"log in JSON":             {begin + `,"errored":true}`, `{"@level":"info","@message":"Terraform 1.14.0","@module":"terraform.ui"}` + "\n", true},
		"the first of two":        {begin + `,"errored":true}` + begin + `,"errored":false}`, "", true},
		"text":                    {begin + "}", "Terraform planned the following actions, but then encountered a problem:\n", true},
		"neither":                 {begin + `,"errored":false}`, "", false},
		"JSON that is not usable": {begin + `,"errored":true}{`, "", false},
	} {
		if p := readPlan(logSection(c.doc), logSection(c.log)); p.Partial != c.want {
			t.Errorf("%s: got %v, want %v: %+v", name, p.Partial, c.want, p)
		}
	}
}
