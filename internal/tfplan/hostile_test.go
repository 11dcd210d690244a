package tfplan

import (
	"cmp"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func updateOf(before, after string) string {
	return `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a","name":"b",` +
		`"change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],"before":{"x":` +
		before + `},"after":{"x":` + after + `}}}]}`
}

func textOf(lines string) string {
	return "Terraform will perform the following actions:\n\n  # a.b will be updated in-place\n" +
		"  ~ resource \"a\" \"b\" {\n" + lines + "    }\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n"
}

// TestNumbersWithHugeExponents: numbers that would need too much memory and time if they
// were written in full are shown as they are.
func TestNumbersWithHugeExponents(t *testing.T) {
	t.Parallel()
	for _, n := range []string{"1e600000000", "1e-600000000", "1E+99999999999999999999", strings.Repeat("9", 20_000)} {
		p := readPlan(sectionOf([]byte(updateOf("1", n))), sectionOf([]byte(textOf("      ~ x = 1 -> "+n+"\n"))))
		if len(p.Changes) != 1 || !strings.Contains(p.Changes[0].Diff, n[:10]) {
			t.Errorf("%.20s: got %.300q", n, fmt.Sprint(p.Changes))
		}
	}
}

// TestHiddenLongNameDoesNotWidenOthers: attributes are aligned to the longest name that
// is shown, not to the longest name that exists.
func TestHiddenLongNameDoesNotWidenOthers(t *testing.T) {
	t.Parallel()
	var attributes strings.Builder
	for i := range 400 {
		fmt.Fprintf(&attributes, `"x%d":1,`, i)
	}
	after := `{` + attributes.String() + `"` + strings.Repeat("long", 30_000) + `":1}`
	p := readPlan(sectionOf([]byte(updateOf("{}", after))), nil)
	if len(p.Changes) != 1 || p.Changes[0].Diff == "" || len(p.Changes[0].Diff) > 1000*(maxNameLength+50) {
		t.Errorf("got a diff of %d bytes", len(p.Changes[0].Diff))
	}
}

// TestDeepValuesAreNotShown: comparing a value visits each level with all that it
// contains, so that a change of a deeply nested value is counted, but not shown.
func TestDeepValuesAreNotShown(t *testing.T) {
	t.Parallel()
	for depth, shown := range map[int]bool{50: true, 400: false} {
		deep := func(in string) string { return strings.Repeat(`[`, depth) + in + strings.Repeat(`]`, depth) }
		p := readPlan(sectionOf([]byte(updateOf(deep("1"), deep(`"]["`)))), nil)
		if len(p.Changes) != 1 || isComplete(p.Changes[0].Diff) != shown || p.JSON.Counts.Changes != 1 {
			t.Errorf("%d levels: got %.300q", depth, fmt.Sprint(p.Changes))
		}
	}
}

// TestManyChangesAreCounted: a plan with more changes than are listed is complete, and
// destructive changes are not displaced by others.
func TestManyChangesAreCounted(t *testing.T) {
	t.Parallel()
	var text, doc strings.Builder
	text.WriteString("Terraform will perform the following actions:\n\n")
	doc.WriteString(`{"format_version":"1.2","resource_changes":[`)
	const creations = maxChanges + 500
	for i := range creations {
		fmt.Fprintf(&doc, `{"address":"a.b[%d]","change":{"actions":["create"]}},`, i)
		fmt.Fprintf(&text, "  # a.b[%d] will be created\n  + resource \"a\" \"b\" {\n    }\n", i)
	}
	doc.WriteString(`{"address":"c.r","change":{"actions":["delete","create"]}},{"address":"c.d","change":{"actions":["delete"]}}]}`)
	fmt.Fprintf(&text,
		"  # c.r must be replaced\n-/+ resource \"c\" \"r\" {\n    }\n  # c.d will be destroyed\n  - resource \"c\" \"d\" {\n    }\n\n"+
			"Plan: %d to add, 0 to change, 2 to destroy.\n", creations+1)
	for name, p := range map[string]Plan{
		"JSON": readPlan(sectionOf([]byte(doc.String())), nil),
		"text": readPlan(nil, sectionOf([]byte(text.String()))),
	} {
		totals := p.JSON
		if name == "text" {
			totals = p.Text
		}
		if !totals.Complete || totals.Additions != creations+1 || totals.Destructions != 2 || p.Planned.Additions != creations+1 {
			t.Errorf("%s: got %+v", name, totals)
		}
		destroyed := 0
		for _, c := range p.Changes {
			if c.Action == Destroy || c.Action == Replace {
				destroyed++
			}
		}
		if name == "JSON" && destroyed != 2 || len(p.Changes)+p.Omitted != creations+2 {
			t.Errorf("%s: %d are listed, %d of them destroy, %d are omitted", name, len(p.Changes), destroyed, p.Omitted)
		}
	}
}

// TestTooManyActionLists: a change with too many lists of actions makes the JSON incomplete.
func TestTooManyActionLists(t *testing.T) {
	t.Parallel()
	p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[{"address":"a.b","change":{`+
		strings.Repeat(`"actions":["no-op"],`, 100_000)+`"x":1}}]}`)), nil)
	if p.JSON.Complete || p.JSONProblem == "" {
		t.Errorf("got %+v", p.JSON)
	}
}

// TestLogMemoryIsBounded: the memory kept of a log is bounded for any kind of line.
func TestLogMemoryIsBounded(t *testing.T) {
	long := strings.Repeat("x", 4000)
	for name, c := range map[string]struct {
		line  string // with the number of the line, if it has %d
		times int
		most  int64 // kept, in MiB; 24 if 0
	}{
		"headers of one address":    {line: "  # a.b will be created\n", times: 250_000},
		"headers of many addresses": {line: "  # a.b[%d] will be created\n", times: 100_000},
		"headers with long ends":    {line: "  # a.b[%d] will be created " + long + "\n", times: 10_000},
		"long addresses":            {line: "  # a.b[\"%d" + long + "\"] will be created\n", times: 10_000},
		"notes":                     {line: "  # a.b will be created\n  # (%d " + long[:900] + ")\n", times: 50_000},
		"short lines of blocks": {
			line:  "  # a.b[%d] will be created\n  + resource \"a\" \"b\" {\n" + strings.Repeat("    \n", 100) + "    }\n",
			times: 15_000,
		},
		"outputs":           {line: "Changes to Outputs:\n  + x%d = 1\n", times: 100_000},
		"done":              {line: "a.b[%d]: Creation complete after 1s\n", times: 100_000},
		"lines of an error": {line: "Error: %d " + long + "\n", times: 1_000, most: 1},
		"errors":            {line: "╷\n│ Error: %d " + long + "\n╵\n", times: 1_000, most: 1},
	} {
		l := NewLog(nil)
		l.Write([]byte("Terraform will perform the following actions:\n\n"))
		before := heapInUse()
		var line []byte
		for i := range c.times {
			line = append(line[:0], strings.Replace(c.line, "%d", fmt.Sprint(i), 1)...)
			l.Write(line)
		}
		if held := heapInUse() - before; held > cmp.Or(c.most, 24)<<20 {
			t.Errorf("%s: %d MiB are kept", name, held>>20)
		}
		l.Plan(t.Context(), nil)
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestCutChangeCounts: a destruction counts even if the document ends within its record.
func TestCutChangeCounts(t *testing.T) {
	t.Parallel()
	const until = `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed",` +
		`"change":{"actions":["delete"]`
	for _, end := range []string{``, `,"before":{`, `,"before":null,"aft`, `}`, `}},{"address":"a.c"`} {
		plan := NewLog(nil).Plan(t.Context(), strings.NewReader(until+end))
		if plan.JSON.Destructions != 1 || plan.JSON.Complete {
			t.Errorf("%q: %d destructions, complete %t, want 1 and false", end, plan.JSON.Destructions, plan.JSON.Complete)
		}
	}
}
