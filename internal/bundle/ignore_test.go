package bundle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// allStars matches patterns that consist only of ** and slashes.
var allStars = regexp.MustCompile(`^/*\*\*(/\*\*)*/*$`)

// reference is a simple implementation of the rules: each pattern is a regular expression, and all rules are
// matched with a path and each of its parents.
type reference []struct {
	negate, dirOnly bool
	re              *regexp.Regexp
}

func newReference(text string) (r reference) {
	for _, line := range append(append([]string{}, builtIn...), strings.Split(text, "\n")...) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if _, err := parseRule(line); err != nil {
			continue // TestInvalidIgnoreLinesAreReported tests invalid lines
		}
		line, negate := strings.CutPrefix(line, "!")
		bare := line
		for {
			short := strings.TrimSuffix(strings.TrimSuffix(bare, "/"), "/**")
			if short == bare || short == "" {
				break
			}
			bare = short
		}
		dirOnly := bare != line
		if allStars.MatchString(bare) {
			bare, dirOnly = "**", false
		}
		if rest, ok := strings.CutPrefix(bare, "./"); ok {
			bare = "/" + rest
		}
		expr := "^"
		if !strings.HasPrefix(bare, "/") {
			expr = "^(.*/)?"
		}
		expr += translate(strings.TrimPrefix(bare, "/")) + "$"
		r = append(r, struct {
			negate, dirOnly bool
			re              *regexp.Regexp
		}{negate, dirOnly, regexp.MustCompile("(?s)" + expr)})
	}
	return r
}

func translate(p string) (expr string) {
	for p != "" {
		_, n := utf8.DecodeRuneInString(p)
		switch {
		case p == "**":
			return expr + ".*"
		case strings.HasPrefix(p, "**/"):
			expr, n = expr+"(.*/)?", 3
		case strings.HasPrefix(p, "**"):
			expr, n = expr+"(.*/)?", 2
		case p[0] == '*':
			expr += "[^/]*"
		case p[0] == '?':
			expr += "[^/]"
		case len(p) > 1 && p[0] == '\\' && strings.Contains("dws", p[1:2]):
			expr, n = withPlus(expr+p[:2], p, 2)
		case len(p) > 1 && p[0] == '\\' && strings.Contains("DWS", p[1:2]):
			expr, n = withPlus(expr+"[^/"+strings.ToLower(p[:2])+"]", p, 2)
		case p[0] == '\\':
			_, m := utf8.DecodeRuneInString(p[1:])
			expr, n = expr+regexp.QuoteMeta(p[1:1+m]), 1+m
		case p[0] == '[':
			t, m, _ := parseClass([]byte(p))
			expr, n = withPlus(expr+alternatives(t), p, m)
		default:
			expr += regexp.QuoteMeta(p[:n])
		}
		p = p[n:]
	}
	return expr
}

// withPlus appends the + that follows a class of n bytes at the start of p, if there is one.
func withPlus(expr, p string, n int) (string, int) {
	if strings.HasPrefix(p[n:], "+") {
		return expr + "+", n + 1
	}
	return expr, n
}

// alternatives returns a regular expression for a class. Negated classes of package regexp would match the
// slash.
func alternatives(t token) string {
	var b strings.Builder
	for c := rune(1); c < 0x180; c++ {
		if c != '/' && t.accepts(c) {
			fmt.Fprintf(&b, `|\x{%x}`, c)
		}
	}
	if b.Len() == 0 {
		return `[^\x00-\x{10FFFF}]`
	}
	return "(" + b.String()[1:] + ")"
}

func (r reference) match(name string, isDir bool) (excluded bool, by int) {
	by = -1
	if dir := path.Dir(name); dir != "." {
		excluded, by = r.match(dir, true)
	}
	own := -1
	for i := range r {
		if r.matches(i, name, isDir) {
			own = i
		}
	}
	switch {
	case own < 0:
		return excluded, by
	case !r[own].negate && excluded:
		return true, max(own, by)
	case !r[own].negate:
		return true, own
	case excluded && own < by:
		return true, by
	}
	return false, own
}

func (r reference) matches(i int, name string, isDir bool) bool {
	if !r[i].dirOnly {
		return r[i].re.MatchString(name)
	}
	for ; name != "."; name, isDir = path.Dir(name), true {
		if isDir && r[i].re.MatchString(name) {
			return true
		}
	}
	return false
}

// compareWithReference compares the verdicts for a path and all of its parents with the reference.
func compareWithReference(t *testing.T, text, name string, isDir bool) {
	t.Helper()
	list, err := parseRules(t.Context(), []byte(text), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	m, ref := newRules(list).inArchive, newReference(text)
	v, pruned := top, false
	for at := 0; at < len(name); {
		end := strings.IndexByte(name[at:], '/')
		dir := end >= 0 || isDir
		if end < 0 {
			end = len(name) - at
		}
		part := name[:at+end]
		v = m.match(v, []byte(part), at, dir)
		want, _ := ref.match(part, dir)
		if v.excluded != want {
			t.Fatalf("rules %q, path %q (directory %v): got excluded %v, want %v", text, part, dir, v.excluded, want)
		}
		if pruned && !want {
			t.Fatalf("rules %q: %q is included, but its directory would not be read", text, part)
		}
		pruned = pruned || dir && v.excluded && !m.mayReinclude(v, []byte(part))
		at += end + 1
	}
}

func TestIgnoreAgainstReference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	pick := func(of []string, n int) string {
		var b strings.Builder
		for range 1 + r.IntN(n) {
			b.WriteString(of[r.IntN(len(of))])
		}
		return b.String()
	}
	names := []string{"a", "b", "ab", "12", "+", "c.tf", ".terraform", "modules", "x.tfstate", "[", "é"}
	patterns := []string{"a", "b", "ab", "*", "**", "/", "/", "?", "[ab]", "[!a]", ".tf", "**/", "/**", ".terraform/", "modules", `\*`, "é", "c",
		`\d`, `\w+`, `\S`, "[ab]+", "+"}
	rounds := 500
	if os.Getenv("SOAK") != "" {
		rounds = 4_000
	}
	for range rounds {
		var lines []string
		for range 1 + r.IntN(4) {
			line := pick(patterns, 4)
			if r.IntN(3) == 0 {
				line = "!" + line
			}
			lines = append(lines, line)
		}
		var parts []string
		for range 1 + r.IntN(4) {
			parts = append(parts, pick(names, 2))
		}
		compareWithReference(t, strings.Join(lines, "\n"), strings.Join(parts, "/"), r.IntN(2) == 0)
	}
}

func FuzzIgnore(f *testing.F) {
	for _, text := range []string{"*.md\n!keep.md", "a/**/b\n", "secrets\n!secrets/x", "[a-z]?*\n", "!\n/\n \n[\n\\", "**a**b**/c**", "\ufeffa\r\n",
		`x\d+[\w-]+\D+/` + "\n"} {
		f.Add(text, "a/b/keep.md", true)
		f.Add(text, "secrets/x", false)
	}
	f.Fuzz(func(t *testing.T, text, name string, isDir bool) {
		parseRules(t.Context(), []byte(text), func(string) {})
		if !utf8.ValidString(text) || !utf8.ValidString(name) || len(text) > 500 || len(name) > 100 || strings.ContainsAny(text, "\r\ufeff") ||
			name == "" || path.Clean("/"+name) != "/"+name || strings.ContainsFunc(text+name, func(r rune) bool { return r == 0 || r >= 0x180 }) {
			return
		}
		compareWithReference(t, text, name, isDir)
	})
}
