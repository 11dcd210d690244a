package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unitPlan returns the text of a plan with one change and a boxed error.
func unitPlan(address, words, sign, sum string) []string {
	return strings.Split("OpenTofu will perform the following actions:\n\n  # "+address+" will be "+words+"\n  "+sign+
		" resource \"t\" \"n\" {\n      "+sign+
		" id = \"1\"\n    }\n\nPlan: "+sum+".\n╷\n│ Error: No "+words+"\n│ \n│   on main.tf line 3:\n│    3: x\n╵", "\n")
}

// prefixed adds Terragrunt's prefixes to lines.
func prefixed(unit, tool string, lines []string) []string {
	return prefixedAs("pretty", unit, tool, lines)
}

// prefixedAs adds Terragrunt's prefixes to lines in one of its formats.
func prefixedAs(format, unit, tool string, lines []string) []string {
	var all []string
	for i, l := range lines {
		switch stream := []string{"stdout", "stderr"}[i%2]; format {
		case "key-value":
			l = fmt.Sprintf("time=2026-08-23T11:47:%02d+03:00 level=%s prefix=%s tf-path=%s msg=%s", i, stream, unit, tool, l)
		case "bare":
			l = fmt.Sprintf("[%s] %s", unit, l)
		default:
			l = fmt.Sprintf("10:15:%02d.101 %s [%s] %s: %s", i, strings.ToUpper(stream), unit, tool, l)
		}
		all = append(all, strings.TrimRight(l, " "))
	}
	return all
}

// TestUnits: the lines of several units, sequential or interleaved, are distinguished by
// Terragrunt's prefix.
func TestUnits(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{}
	for _, format := range []string{"pretty", "key-value", "bare"} {
		vpc := prefixedAs(format, "live/vpc", "tofu", unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy"))
		db := prefixedAs(format, "db", "terraform", unitPlan("t.n", "destroyed", "-", "0 to add, 0 to change, 1 to destroy"))
		var mixed []string
		for i := range max(len(vpc), len(db)) {
			mixed = append(mixed, vpc[min(i, len(vpc)-1):min(i+1, len(vpc))]...)
			mixed = append(mixed, db[min(i, len(db)-1):min(i+1, len(db))]...)
		}
		cases[format+", one after the other"] = append(append([]string{
			"10:15:00.000 INFO   The runner-pool runner at . will be deployed",
		}, vpc...), db...)
		cases[format+", mixed"] = mixed
	}
	for name, lines := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := readPlan(nil, logSection(strings.Join(lines, "\n")+"\n"))
			got := map[string]string{}
			for _, c := range p.Changes {
				got[c.Unit] = string(c.Action) + " " + c.Address + "\n" + c.Diff
			}
			want := map[string]string{
				"live/vpc": "create t.n\n+ resource \"t\" \"n\" {\n+     id = \"1\"\n  }",
				"db":       "destroy t.n\n- resource \"t\" \"n\" {\n-     id = \"1\"\n  }",
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
			if p.Planned == nil || *p.Planned != (Counts{Additions: 1, Destructions: 1}) || p.Text.Complete {
				t.Errorf("planned %+v, complete %v", p.Planned, p.Text.Complete)
			}
			places := []string{}
			for _, d := range p.Diagnostics {
				places = append(places, fmt.Sprintf("%s:%d %s", d.File, d.Line, d.Title))
			}
			if diff := cmp.Diff(places, []string{"db/main.tf:3 No destroyed", "live/vpc/main.tf:3 No created"}); diff != "" {
				t.Errorf("-got +want:\n%s", diff)
			}
		})
	}
}

// TestUnitOfJSON: a change of the JSON has the unit of its text if that is unique.
func TestUnitOfJSON(t *testing.T) {
	t.Parallel()
	const doc = `{"format_version":"1.2","resource_changes":[{"address":"%s","mode":"managed","type":"t","name":"n",` +
		`"change":{"actions":["create"],"before":null,"after":{"id":"1"},"after_unknown":{},"before_sensitive":false,` +
		`"after_sensitive":{}}}]}`
	log := append(prefixed("vpc", "tofu", unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy")),
		prefixed("db", "tofu", unitPlan("t.other", "created", "+", "1 to add, 0 to change, 0 to destroy"))...)
	log = append(log,
		prefixed("web", "tofu", unitPlan("t.other", "created", "+", "1 to add, 0 to change, 0 to destroy"))...)
	p := readPlan(sectionOf(fmt.Appendf(nil, doc+doc+doc, "t.n", "t.other", "t.other")),
		logSection(strings.Join(log, "\n")+"\n"))
	units := []string{}
	for _, c := range p.Changes {
		units = append(units, c.Address+" "+c.Unit)
	}
	if diff := cmp.Diff(units, []string{"t.n vpc", "t.other ", "t.other "}); diff != "" || p.Planned.Additions != 3 {
		t.Errorf("-got +want (%+v):\n%s", p.Planned, diff)
	}
}

// TestBracketsInScriptOutput: a word in brackets that a script prints is not a unit.
func TestBracketsInScriptOutput(t *testing.T) {
	t.Parallel()
	lines := append([]string{"[INFO] before the plan", "[hook/x] Plan: 0 to add"},
		unitPlan("t.n", "created", "+", "1 to add, 0 to change, 0 to destroy")[:8]...)
	p := readPlan(nil, logSection(strings.Join(append(lines, "[INFO] done"), "\n")+"\n"))
	if len(p.Changes) != 1 || p.Changes[0].Unit != "" || !p.Text.Complete {
		t.Errorf("%+v, complete %v", p.Changes, p.Text.Complete)
	}
}
