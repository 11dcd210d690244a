package affected_test

import (
	"strings"
	"testing"

	"scalr-run-action/internal/affected"
)

// TestDoubtsNameTheFile: a doubt about the files names the first one, and what it leaves open.
func TestDoubtsNameTheFile(t *testing.T) {
	t.Parallel()
	dynamic := "module \"m\" {\n source = var.m\n}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"two files":            {map[string]string{"app/a.tf": dynamic, "app/b.tf": dynamic}, "app/a.tf: the source of a module is an expression"},
		"a module":             {map[string]string{"app/a.tf": moduleCall("../m"), "m/main.tf": dynamic}, "m/main.tf: the source of a module is an expression"},
		"the directory itself": {
			files: map[string]string{"app/a.tf": dynamic + moduleCall("../m"), "m/main.tf": dynamic},
			want:  "app/a.tf: the source of a module is an expression",
		},
		"a syntax error":       {map[string]string{"app/a.tf": `x = "abc`}, "app/a.tf: a string, comment or heredoc has no end"},
	} {
		answers, err := findAffected(checkout(c.files), []string{"z"}, workspaces("app"), nil)
		file, _, _ := strings.Cut(c.want, ":")
		if err != nil || !answers[0].Affected || answers[0].Doubt != c.want || answers[0].Because != file {
			t.Errorf("%s: got %+v and %v, want the doubt %s", name, answers[0], err, c.want)
		}
	}
}

// TestParsePattern: blank lines and comments are no patterns, and what can match no path is an error.
func TestParsePattern(t *testing.T) {
	t.Parallel()
	const (
		empty       = `it has an empty, "." or ".." element, which matches no path`
		unclosed    = "it has a [ without a ] or ends in a backslash"
		placeholder = "it has a placeholder other than {environment} and {workspace}"
	)
	for line, want := range map[string]struct {
		ok  bool
		err string
	}{
		"": {}, "  ": {}, "# a": {}, "!": {},
		"a": {true, ""}, " a/ ": {true, ""}, "/a/**/b": {true, ""}, "!#a": {true, ""}, "!a": {true, ""}, `\#a`: {true, ""},
		"x/{environment}-{workspace}/y": {true, ""},
		"a//b":                          {true, empty}, "/": {true, empty}, "../a": {true, empty}, "./a": {true, empty}, "a/.": {true, empty}, ".": {true, empty},
		"[a": {true, unclosed}, `a\`: {true, unclosed},
		"x/{env}/y": {true, placeholder}, "a}": {true, placeholder}, "{": {true, placeholder},
	} {
		p, ok, err := affected.ParsePattern(line)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if ok != want.ok || message != want.err {
			t.Errorf("%q: got %t, %q, want %+v", line, ok, message, want)
		}
		if ok && p.String() != strings.TrimSpace(line) {
			t.Errorf("%q is written as %q", line, p)
		}
	}
}
