package tfplan

import (
	"strings"
	"testing"
)

// TestInvisibleDifferencesInJSON: of two lines that would look the same, the differences are escaped.
func TestInvisibleDifferencesInJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after, want string }{
		"a tab":                {"a\tb\nc", "a    b\nc", "-         a\\u0009b\n+         a    b\n          c\n"},
		"a tab at the start":   {"\ta\nc", "    a\nc", "-         \\u0009a\n+             a\n          c\n"},
		"no width":             {"a\u200bb\nc", "ab\nc", "-         a\\u200bb\n+         ab\n          c\n"},
		"spaces at the end":    {"a\nc", "a  \nc", "-         a\n+         a\\u0020\\u0020\n          c\n"},
		"a carriage return":    {"a\r\nc", "a\nc", "-         a\\u000d\n+         a\n          c\n"},
		"other lines":          {"a\tb\nc\td\ne", "a    b\nc\tx\ne", "-         a\\u0009b\n-         c\td\n+         a    b\n+         c\tx\n          e\n"},
		"a tab in a new line":  {"a\nc", "a\n\tb\nc", "          a\n+         \tb\n          c\n"},
		"spaces in blank ones": {"a\n\nc", "a\n  \nc", "          a\n-\n+\n          c\n"},
	} {
		if got := updated(c.before, c.after); !strings.Contains(got, c.want) || strings.Contains(got, invisibleNote) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

// TestInvisibleDifferencesInText: a note says that a change is not visible in Terraform's text.
func TestInvisibleDifferencesInText(t *testing.T) {
	t.Parallel()
	text := func(lines string) string { return "      ~ x = <<-EOT\n" + lines + "        EOT\n" }
	for name, c := range map[string]struct {
		before, after, lines string
		noted                bool
	}{
		"a tab":               {"a\tb\nc", "a    b\nc", text("          - a\tb\n          + a    b\n            c\n"), true},
		"added first":         {"a\tb\nc", "a    b\nc", text("          + a    b\n          - a\tb\n            c\n"), true},
		"spaces at the end":   {"a\nc", "a  \nc", text("          - a\n          + a  \n            c\n"), true},
		"spaces only":         {"a\n\nc", "a\n  \nc", text("            a\n          - \n          +   \n            c\n"), false},
		"several":             {"a\nb\nc", "x\nb \nc", text("          - a\n          - b\n          + x\n          + b \n            c\n"), true},
		"visible":             {"a\nc", "b\nc", text("          - a\n          + b\n            c\n"), false},
		"moved":               {"a\nb\nc", "b\na\nc", text("          - a\n            b\n          + a\n            c\n"), false},
		"a value":             {"a\u200bb", "ab", "      ~ x = \"a\u200bb\" -> \"ab\"\n", true},
		"a value that forces": {"a\u200bb", "ab", "      ~ x = \"a\u200bb\" -> \"ab\" # forces replacement\n", true},
		"a visible value":     {"ab", "ba", "      ~ x = \"ab\" -> \"ba\"\n", false},
		"secrets":             {"a ***\u200b\nc", "a ***\nc", text("          - a ***\n          + a ***\n            c\n"), false},
		"a secret":            {"***\u200b", "***", "      ~ x = \"***\" -> \"***\"\n", false},
		"the end is cut":      {"a…\u200b\nc", "a…\nc", text("          - a…\n          + a…\n            c\n"), false},
		"an arrow":            {" -> ", "->", "      ~ x = \" -> \" -> \"->\"\n", false},
	} {
		for from, planJSON := range map[string]string{"JSON": updateOf(string(mustJSON(c.before)), string(mustJSON(c.after))), "text": ""} {
			p := readPlan(nil, sectionOf([]byte(textOf(c.lines))))
			if planJSON != "" {
				p = readPlan(sectionOf([]byte(planJSON)), sectionOf([]byte(textOf(c.lines))))
			}
			got := onlyDiff(t, p)
			if has := strings.HasSuffix(got, "\n      "+invisibleNote+"\n  }"); has != c.noted || strings.Count(got, "#") > strings.Count(c.lines, "#")+1 {
				t.Errorf("%s, %s: got\n%s\nwant a note: %v", name, from, got, c.noted)
			}
		}
	}
	log := "Changes to Outputs:\n  ~ x = \"a\u200bb\" -> \"ab\"\n\nYou can apply this plan to save these new output values.\n"
	if got, want := readPlan(nil, sectionOf([]byte(log))).OutputDiff, "! x = \"ab\" -> \"ab\"\n  "+invisibleNote; got != want {
		t.Errorf("outputs: got\n%s\nwant\n%s", got, want)
	}
	list := "      ~ x = [\n          ~ \"a\u200bb\" -> \"ab\",\n        ]\n"
	if got := onlyDiff(t, readPlan(nil, sectionOf([]byte(textOf(list))))); !strings.Contains(got, invisibleNote) {
		t.Errorf("an element: got\n%s", got)
	}
}
