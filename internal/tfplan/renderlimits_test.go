package tfplan

import (
	"fmt"
	"strings"
	"testing"
)

// TestRenderedLines: a change that is rendered from the JSON has at most 500 lines, and is not shown otherwise.
func TestRenderedLines(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{1: 3, 497: 499, 498: 500, 499: 501, 500: 502} {
		var before, after []string
		for i := range n {
			before, after = append(before, fmt.Sprintf(`"a%d":1`, i)), append(after, fmt.Sprintf(`"a%d":2`, i))
		}
		p := readPlan(sectionOf(fmt.Appendf(nil, `{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed",`+
			`"type":"a","name":"b","change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],"before":{%s},"after":{%s}}}]}`,
			strings.Join(before, ","), strings.Join(after, ","))), nil)
		got := 0
		if len(p.Changes) == 1 && p.Changes[0].Diff != "" {
			got = 1 + strings.Count(p.Changes[0].Diff, "\n")
		}
		if got != want {
			t.Errorf("%d attributes: got %d lines, want %d", n, got, want)
		}
	}
}

// TestNesting: a change is not shown if a value is nested more than 64 levels deep, in the record of the change.
func TestNesting(t *testing.T) {
	t.Parallel()
	for n, shown := range map[int]bool{1: true, 61: true, 62: false} {
		nested := func(value string) string { return strings.Repeat("[", n) + value + strings.Repeat("]", n) }
		for name, values := range map[string]string{
			"before and after": `"before":{"x":` + nested("1") + `},"after":{"x":` + nested("2") + `}`,
			"brackets in text": `"before":{"x":"` + strings.Repeat("[", 100) + `\"{"},"after":{"x":` + nested("2") + `}`,
			"objects":          `"before":{"x":` + strings.Repeat(`{"k":`, n) + "1" + strings.Repeat("}", n) + `},"after":{"x":1}`,
			"many siblings":    `"before":{"y":[` + strings.Repeat("[],{},", 100) + `[]]},"after":{"x":` + nested("2") + `}`,
		} {
			p := readPlan(sectionOf([]byte(`{"format_version":"1.2","resource_changes":[{"address":"a.b","mode":"managed","type":"a",`+
				`"name":"b","change":{"before_sensitive":{},"after_sensitive":{},"actions":["update"],`+values+`}}]}`)), nil)
			if len(p.Changes) != 1 || isComplete(p.Changes[0].Diff) != shown {
				t.Errorf("%s, %d levels: got %.100v", name, n, p.Changes)
			}
		}
	}
}

// TestNestingOfBrokenValues: the levels of a value that breaks off are counted up to its end.
func TestNestingOfBrokenValues(t *testing.T) {
	t.Parallel()
	for _, tail := range []string{"", `"`, `"a`, `"a\`, `"a\"`, `"[{`, "1", "]", "]]", "}", `"a"`} {
		for n, deep := range map[int]bool{0: false, 64: false, 65: true} {
			if got := tooDeep([]byte(strings.Repeat("[", n) + tail)); got != deep {
				t.Errorf("%d levels and %s: got %t, want %t", n, tail, got, deep)
			}
		}
	}
}
