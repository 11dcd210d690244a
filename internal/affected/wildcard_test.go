package affected_test

import (
	"strings"
	"testing"
)

// TestWildcards checks which names patterns match, by the rules of gitignore.
func TestWildcards(t *testing.T) {
	t.Parallel()
	for pattern, names := range map[string]string{ // a name with a leading - does not match
		"[!_]*.yml":        "a.yml é.yml -_a.yml -.txt",
		"[^_]*.yml":        "a.yml -_a.yml",
		"[_!]a":            "_a !a -xa",
		"[!!]a":            "xa -!a",
		"[]a].yml":         "].yml a.yml -b.yml",
		"[!]a].yml":        "b.yml -].yml -a.yml",
		`[\]a]`:            `] a -\`,
		`[\!a]`:            `! a -\ -b`,
		"[[:alpha:]]*":     "a1 Z -1a -_ -é",
		"[![:alpha:]]*":    "1a é -a",
		"[[:digit:]_]x":    "0x 9x _x -:x -ax",
		"[[:alpha:]-z]":    "a z - -0",
		"[[:]a]":           "[a] :a] -a]",
		"[[:a]":            "[ : a -b",
		"[a-c]":            "a b c -d -`",
		"[a-]":             "a - -b",
		"[-a]":             "a - -b",
		"[c-a]":            "c -b -a",
		`[a-\c]`:           "b c -d",
		"[a-c-e]":          "b - e -d",
		"[é-ü]":            "é ö ü -z",
		"[[:alnum:]]":      "0 9 A Z a z -: -@ -[ -` -{",
		"[[:blank:]]":      "-x -_",
		"[[:cntrl:]]":      "-x -~",
		"[[:graph:]]":      "! ~ a -é",
		"[[:print:]]":      "! ~ a -é",
		"[[:punct:]]":      "! ~ _ -a -0 -Z",
		"[[:space:]]":      "-x -_",
		"[[:upper:]]":      "A Z -a -@ -[",
		"[[:lower:]]":      "a z -A -` -{",
		"[[:xdigit:]]":     "0 9 A F a f -g -G -@ -`",
		"a?c":              "abc aéc -ac -abbc",
		"a*":               "a ab abc -ba",
		"*a*b*c":           "abc xaxbxc aabbcc abcbc -acb -abcd",
		"*ab":              "ab aab abab -aba",
		"a**b":             "ab axb -abx",
		`a\*`:              "a* -ab -a",
		`\a`:               `a -\a`,
		"*.[!o]":           "x.c x.o.c -x.o -x.",
		"{workspace}[!_]a": "appxa -app_a -xa",
	} {
		for _, text := range strings.Fields(names) {
			name, isOther := strings.CutPrefix(text, "-")
			if name == "" {
				name, isOther = "-", false
			}
			want := "app:" + name
			if isOther {
				want = ""
			}
			if got := affectedBy(t, checkout(nil), "app", name, parsePatterns(t, pattern)); got != want {
				t.Errorf("%s and %s: got %q, want %q", pattern, name, got, want)
			}
		}
	}
}

// TestWildcardsOfBlanks checks patterns that match blanks.
func TestWildcardsOfBlanks(t *testing.T) {
	t.Parallel()
	tree := mustReadTree(t, checkout(nil))
	for pattern, matched := range map[string]string{
		`global\ `: "global ", `global\  `: "global ", "a[[:blank:]]": "a a\t", "a[[:space:]]": "a a\ta\v", "a[[:print:]]": "a ", "a[[:cntrl:]]": "a\ta\va\x7f",
	} {
		var got strings.Builder
		for _, name := range []string{"global", "global ", "a ", "a\t", "a\v", "a\x7f"} {
			if tree.Find([]string{name}, workspaces("app"), parsePatterns(t, pattern))[0].Affected {
				got.WriteString(name)
			}
		}
		if got.String() != matched {
			t.Errorf("%s: matches %q, want %q", pattern, got.String(), matched)
		}
	}
}

// TestNegatedClassExcludes checks a negated class in a negated pattern, in a pattern for directories, and with path
// elements before and after it.
func TestNegatedClassExcludes(t *testing.T) {
	t.Parallel()
	for changed, want := range map[string]string{
		"conf/a.yml": "app:conf/a.yml", "conf/_a.yml": "", "conf/sub/a.yml": "", "dir/x": "app:dir/x", "_dir/x": "",
		"keep/_a": "app:keep/_a", "keep/a": "",
	} {
		patterns := parsePatterns(t, "/[!_ck]*/", "conf/[!_]*.yml", "keep/", "!keep/[!_]*")
		if got := affectedBy(t, checkout(nil), "app", changed, patterns); got != want {
			t.Errorf("%s: got %q, want %q", changed, got, want)
		}
	}
}
