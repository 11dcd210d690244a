package bundle

import (
	"fmt"
	"math/rand/v2"
	"path"
	"strings"
	"testing"
)

// The tests with hostile input use at most 1 MiB of it, designed to cost as much time as possible. They count
// steps, not seconds.

// lines returns n lines.
func lines(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
		b.WriteByte('\n')
	}
	return b.String()
}

// deepPath returns a path of n bytes with directories of one letter.
func deepPath(n int) string { return strings.Repeat("a/", n/2) + "a" }

var hostileRules = []struct {
	name  string
	text  string
	steps int // maximum per byte of the path
	least int // minimum in total: steps that are not counted would delay the checks of the context
}{
	{"names", lines(40_000, func(i int) string { return fmt.Sprintf("n%d", i) }), 2, 74},
	{"directories", lines(40_000, func(i int) string { return fmt.Sprintf("d%d/", i) }), 2, 67},
	{"extensions", lines(40_000, func(i int) string { return fmt.Sprintf("*.x%d", i) }), 2, 76},
	{"prefixes", lines(40_000, func(i int) string { return fmt.Sprintf("t%d*", i) }), 2, 88},
	{"names of one letter", lines(40_000, func(i int) string { return string(rune('a' + i%26)) }), 2, 70},
	{"paths at any depth", lines(500, func(i int) string { return deepPath(2 * i)[1:] + "b" }), 2, 84},
	{"paths at the root", lines(40_000, func(i int) string { return fmt.Sprintf("/a/a/%d", i) }), 2, 84},
	{"included paths", "*\n" + lines(40_000, func(i int) string { return fmt.Sprintf("!/a/%d/b", i) }), 4, 103},
	{"deep included paths", "*\n" + lines(250, func(i int) string { return "!/" + deepPath(4000) + fmt.Sprint(i) }), 4, 4401},
	{"a repeated rule", lines(40_000, func(int) string { return "!aaa" }), 2, 78},
	{"wildcards", lines(1000, func(i int) string { return fmt.Sprintf("*a*%d", i%10) }), 1200, 25860},
	{"many stars", lines(30, func(int) string { return strings.Repeat("*a", 500) + "*" }), 1200, 780},
	{"question marks", lines(30, func(i int) string { return strings.Repeat("?*", 400) + fmt.Sprint("a", i) }), 1200, 780},
	{"repeated **", lines(60, func(int) string { return strings.Repeat("a**", 300) + "/b*" }), 1200, 5163660},
	{"classes", lines(14, func(int) string { return "*" + strings.Repeat("[a-z0-9]", 400) + "*" }), 1200, 396},
	{"big classes", lines(14, func(int) string { return "*[" + strings.Repeat("ab", 1800) + "]*c" }), 1200, 396},
}

func TestHostileRulesCostPerPath(t *testing.T) {
	t.Parallel()
	paths := []string{"a", "main.tf", "n39999", "d1/d2/main.tf", deepPath(300), deepPath(4000), strings.Repeat("a", 255), "a/" + strings.Repeat("a", 255),
		"a/b/t17x", "x.x77", "a/1/b/c", strings.Repeat("é", 100)}
	for _, c := range hostileRules {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, err := parseRules(t.Context(), []byte(c.text), func(string) {})
			if err != nil {
				t.Fatal(err)
			}
			if len(c.text) > maxIgnoreFile {
				t.Fatalf("the text has %d bytes, more than the limit for an ignore file", len(c.text))
			}
			m, total := newRules(list).inArchive, 0
			for _, p := range paths {
				for _, isDir := range []bool{false, true} {
					m.work = 0
					v := m.match(top, []byte(p), strings.LastIndexByte(p, '/')+1, isDir)
					if isDir && v.excluded {
						m.mayReinclude(v, []byte(p))
					}
					if most := c.steps*2*(len(p)+1) + 2000; m.work > most {
						t.Errorf("%.40q of %d bytes, directory %v: got %d steps, want at most %d", p, len(p), isDir, m.work, most)
					}
					total += m.work
				}
			}
			if total < c.least {
				t.Errorf("got %d steps in total, want at least %d", total, c.least)
			}
		})
	}
}

// TestHostileRulesAreBounded checks that an ignore file whose rules exceed the limits is rejected.
func TestHostileRulesAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"too many rules":          lines(maxRules+1, func(int) string { return "a" }),
		"too many wildcards":      lines(1201, func(i int) string { return fmt.Sprintf("*a*%d", i) }),
		"too many long patterns":  lines(20, func(int) string { return strings.Repeat("*a", 2000) }),
		"too many big classes":    lines(40, func(int) string { return "*[" + strings.Repeat("ab", 1800) + "]*c" }),
		"too many infixes":        lines(1201, func(i int) string { return fmt.Sprintf("*%d*", i) }),
		"too many path wildcards": lines(1201, func(i int) string { return fmt.Sprintf("a/**/b%d/*", i) }),
	} {
		list, err := parseRules(t.Context(), []byte(text), func(string) {})
		if err == nil {
			t.Errorf("%s: got %d rules, want an error", name, len(list))
		}
	}
	ordinary := lines(1000, func(i int) string { return fmt.Sprintf("**/generated-%d/**/*.[ch]", i) }) + lines(20_000,
		func(i int) string { return fmt.Sprintf("dir-%d/", i) })
	if _, err := parseRules(t.Context(), []byte(ordinary), func(string) {}); err != nil {
		t.Errorf("21,000 ordinary lines: %v", err)
	}
	repeated := lines(1200, func(i int) string { return fmt.Sprint("a", strings.Repeat("**", 100), i) })
	if _, err := parseRules(t.Context(), []byte(repeated), func(string) {}); err != nil {
		t.Errorf("1,200 patterns with a ** that is repeated: %v", err)
	}
}

func TestManyInvalidLinesAreCounted(t *testing.T) {
	t.Parallel()
	var warned []string
	if _, err := parseRules(t.Context(), []byte(strings.Repeat("[\n", 200_000)), func(s string) { warned = append(warned, s) }); err != nil {
		t.Fatal(err)
	}
	if len(warned) != maxBadLines+1 || !strings.Contains(warned[maxBadLines], "199990 more lines") {
		t.Errorf("got %d warnings, the last %q; want %d and then the count of the others", len(warned), warned[len(warned)-1], maxBadLines)
	}
}

// TestIgnoreManyRulesAgainstReference compares the index with matching all rules one by one.
func TestIgnoreManyRulesAgainstReference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	letters := []string{"a", "b", "aa", "ab", "ba", "bb", "a.b", ".b"}
	word := func() string { return letters[r.IntN(len(letters))] }
	pattern := func() string {
		p := word()
		for range r.IntN(3) {
			p += "/" + word()
		}
		switch r.IntN(8) {
		case 0:
			p = "*" + p
		case 1:
			p += "*"
		case 2:
			p = "*" + p + "*"
		case 3:
			p = strings.Replace(p, "a", "?", 1)
		case 4:
			p = "**/" + p + "/**"
		}
		return []string{"", "", "/", "!", "!", "!/"}[r.IntN(6)] + p + []string{"", "", "/"}[r.IntN(3)]
	}
	for range 1500 {
		text := lines(1+r.IntN(12), func(int) string { return pattern() })
		name := word()
		for range r.IntN(4) {
			name = path.Join(name, word())
		}
		compareWithReference(t, text, name, r.IntN(2) == 0)
	}
}

// TestReincludeAgainstReference checks that mayInclude is true for every directory in which an anchored rule
// could match.
func TestReincludeAgainstReference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	part := func() string { return []string{"a", "b", "ab", "a-b", "a0"}[r.IntN(5)] }
	name := func() string {
		p := part()
		for range r.IntN(4) {
			p += "/" + part()
		}
		return p
	}
	for range 3000 {
		text := "*\n" + lines(1+r.IntN(9), func(int) string { return "!/" + name() + []string{"", "*", "/**"}[r.IntN(3)] })
		list, err := parseRules(t.Context(), []byte(text), func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		dir, after := name(), r.IntN(len(list))
		want := false
		for i, rule := range list {
			head := rule.pattern.head
			want = want || i > after && rule.negate && (!rule.pattern.anchored || strings.HasPrefix(head, dir+"/") || strings.HasPrefix(dir+"/", head))
		}
		b, work := newReincluder(list, func(*rule) bool { return true }), 0
		if got := b.mayInclude([]byte(dir), after, &work); got != want {
			t.Fatalf("rules %q, directory %q, after rule %d: got %v, want %v", text, dir, after, got, want)
		}
	}
}
