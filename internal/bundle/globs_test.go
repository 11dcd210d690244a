package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// excludes reports whether the rules of an ignore file exclude a path.
func excludes(t *testing.T, text, name string) bool {
	t.Helper()
	list, err := parseRules(t.Context(), []byte(text), func(line string) { t.Error(line) })
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.HasSuffix(name, "/")
	return newRules(list).inArchive.matchPath(strings.TrimSuffix(name, "/"), dir).excluded
}

// TestPatterns covers each form of a pattern, also in patterns of more than 64 tokens.
func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, yes, no string }{
		{"name", "name a/name name/a a/name/b", "names aname a/b"},
		{"*.ext", ".ext a.ext b/a.ext", "a.ext2 ext"},
		{"pre*", "pre prefix a/prefix prefix/a", "apre"},
		{"*mid*", "mid amidb a/xmid", "mi d"},
		{"*?b*", "ab xbc d/ab", "b a bc"},
		{"*b?*", "ba abc d/ba", "b ab a"},
		{"*?b", "ab aab d/ab", "b ba a"},
		{"b?*", "ba bab d/ba", "b ab a"},
		{"*[a-c]b*", "ab xcbd", "b db"},
		{"a*b*c", "abc axbxc d/abxc", "ab a/bc abcd"},
		{"a/b", "a/b x/a/b a/b/c", "ab a/c xa/b a/bc"},
		{"/a/b", "a/b a/b/c", "x/a/b"},
		{"/a", "a a/b", "x/a"},
		{"/a*", "a ab ab/c", "x/ab"},
		{"/*/b", "a/b xy/b/c", "b a/x/b"},
		{"a/*", "a/b x/a/b", "a"},
		{"a/**/b", "a/b a/x/b a/x/y/b z/a/b", "ab a/xb"},
		{"/a/**/b", "a/b a/x/y/b", "x/a/b"},
		{"a/", "a/ a/b x/a/", "a x/a"},
		{"a/**", "a/ a/b", "a"},
		{"**/a/", "a/ x/a/", "a"},
		{"?", "a é x/b", "ab"},
		{"a?c", "abc a0c a.c aéc x/a.c", "ac abbc"},
		{"[abc]", "a b x/c", "d ab"},
		{"[a-c]x", "ax bx cx", "dx Ax"},
		{"[!a-c]x", "dx .x", "ax cx"},
		{"[^a-c]x", "dx", "bx"},
		{"[]a]", "] a", "b"},
		{"[a-]", "a -", "b"},
		{"x[[:digit:]].pem", "x1.pem", "xx.pem xd.pem x[].pem x:].pem"},
		{"[[:upper:]]*.key", "A.key", "a.key"},
		{"[[:digit:][:lower:]_]x", "1x ax _x", "Ax :x"},
		{"[^[:alpha:]]x", "1x éx", "ax Ax"},
		{"[[:^alpha:]]x", "1x éx", "ax Ax"},
		{"[![:^alnum:]]x", "1x ax Ax", "_x éx"},
		{"[[:word:]]x", "1x ax _x", "-x éx"},
		{"[[:^ascii:]]x", "éx", "ax"},
		{"[[:digit]", "[ : d g", "1"},
		{"[:digit:]", ": d g", "1 ["},
		{`[\]]`, "]", `\`},
		{`[a\-c]`, "a - c", "b"},
		{`\*`, "*", "a"},
		{`x\d.pem`, "x1.pem", "x.pem xd.pem x12.pem"},
		{`\d+`, "1 12 a/123", "a 1a d dd"},
		{`x\d+.pem`, "x1.pem x123.pem d/x12.pem", "x.pem xd.pem x1"},
		{`\w+-\s`, "", "a- ab-s -s"},
		{`\D\W\S`, "x-é a+1", "1-x x_x d-/"},
		{"[a-c]+x", "ax abcx cccx", "x adx aX"},
		{"[^a]+", "b bc é", "a ba a/a"},
		{"*[0-9]+z", "1z x12z 9z", "z az 1z2"},
		{"[0-9]+/a", "12/a x/1/a", "a /a 1/2"},
		{"[0-9]+**b", "1b 12/x/b", "b x1b"},
		{`[\d_]+`, "1 _ 1_2", "a d"},
		{`[^\D5]`, "1", "5 a"},
		{"a+b", "a+b", "ab aab"},
		{"c++", "c++ c++/x", "c cc"},
		{`a\?`, "a?", "ab"},
		{"[é-ü]", "é ö ü", "e z"},
		{"x[a-b][!c]*", "xad xbde", "xac xcd xa"},
		{"a**b", "ab a/b axy/b", "b ac axb"},
		{"**b", "b a/b", "c ab"},
		{"./a", "a", "x/a"},
	} {
		filler := strings.Repeat("?", 70)
		for _, long := range []bool{false, true} {
			pattern, prefix := c.pattern, ""
			if long && !strings.HasSuffix(pattern, "/") && !strings.HasSuffix(pattern, "/**") && !strings.HasPrefix(pattern, "**") {
				// The pattern matches below a directory whose name has 70 characters.
				prefix = strings.Repeat("z", 70) + "/"
				pattern = "/" + filler + "/" + strings.TrimPrefix(strings.TrimPrefix(pattern, "."), "/")
			} else if long {
				continue
			}
			for _, name := range strings.Fields(c.yes) {
				if long && strings.Contains(name, "/") && !strings.HasPrefix(c.pattern, "/") {
					continue
				}
				if !excludes(t, pattern, prefix+name) {
					t.Errorf("%s does not match %s", pattern, prefix+name)
				}
			}
			for _, name := range strings.Fields(c.no) {
				if excludes(t, pattern, prefix+name) {
					t.Errorf("%s matches %s", pattern, prefix+name)
				}
			}
		}
	}
}

// TestLaterRulesIncludeAgain checks which names a rule with ! includes again after another rule has excluded them.
func TestLaterRulesIncludeAgain(t *testing.T) {
	t.Parallel()
	for text, names := range map[string]string{
		"*.md\n!a/**":   "a/b.md a/b/c.md",
		"*.md\n!a/*":    "a/b.md",
		"*.md\n!a/*/c*": "a/b/c.md",
		"*.md\n!a/b**":  "a/b.md a/b/c.md a/bc/d/e.md",
	} {
		for name := range strings.FieldsSeq(names) {
			if excludes(t, text, name) {
				t.Errorf("%q excludes %s", text, name)
			}
		}
	}
	for text, name := range map[string]string{"*.md\n!a/*": "a/b/c.md", "!a/**\n*.md": "a/b/c.md"} {
		if !excludes(t, text, name) {
			t.Errorf("%q does not exclude %s", text, name)
		}
	}
}

// TestLongPatternForSeveralNames checks that a pattern of more than 64 tokens matches each name by itself.
func TestLongPatternForSeveralNames(t *testing.T) {
	t.Parallel()
	list, err := parseRules(t.Context(), []byte("/"+strings.Repeat("?", 70)+"a*"), func(line string) { t.Error(line) })
	if err != nil {
		t.Fatal(err)
	}
	m, start := newRules(list).inArchive, strings.Repeat("z", 70)
	for _, c := range []struct {
		name string
		want bool
	}{{start + "b", false}, {start + "ab", true}, {start + "b", false}, {start + "bc", false}, {start + "a", true}, {start + "ca", false}} {
		if got := m.matchPath(c.name, false).excluded; got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestInvalidPatterns: the warning about a skipped line names the line and the reason.
func TestInvalidPatterns(t *testing.T) {
	t.Parallel()
	const component = `no path in an archive has an empty, "." or ".." component`
	for line, want := range map[string]string{
		"!":                       "it has no pattern",
		"/":                       "it would match the archive itself",
		"!/":                      "it would match the archive itself",
		"a//b":                    component,
		"a/./b":                   component,
		"../a":                    component,
		"a[":                      "a [ in it is not closed",
		"a[b":                     "a [ in it is not closed",
		"a[]":                     "a [ in it is not closed",
		"a[!]":                    "a [ in it is not closed",
		"a[b-":                    "a [ in it is not closed",
		"a[-":                     "a [ in it is not closed",
		`a[\`:                     "a [ in it is not closed",
		`a[b-\`:                   "a [ in it is not closed",
		"[[:number:]]":            "it has an unknown class of characters; [[:alpha:]] and [[:digit:]], for example, are known",
		"[a[:^:]b]":               "it has an unknown class of characters; [[:alpha:]] and [[:digit:]], for example, are known",
		"[c-a]":                   "a range in it is reversed",
		`a\`:                      `it ends in a lone \`,
		strings.Repeat("a", 4097): "it is longer than 4096 bytes",
		strings.Repeat("a", 4096): "",
		"[a-a]":                   "",
		"#[":                      "",
		"**/":                     "",
	} {
		var warnings []string
		list, err := parseRules(t.Context(), []byte("\n"+line+"\n"), func(text string) { warnings = append(warnings, text) })
		if want != "" {
			want = fmt.Sprintf(".terraformignore line 2, %.80q, is skipped: %s.", line, want)
		}
		if got := strings.Join(warnings, "\n"); err != nil || got != want || want != "" && len(list) != len(builtIn) {
			t.Errorf("%.50s: got %s, %v, want %s", line, got, err, want)
		}
	}
	for n, want := range map[int]int{10: 10, 11: 11, 20: 11} {
		var warnings []string
		_, err := parseRules(t.Context(), []byte(strings.Repeat("[\n", n)), func(text string) { warnings = append(warnings, text) })
		if err != nil || len(warnings) != want || n > 10 && warnings[10] != fmt.Sprintf(".terraformignore: %d more lines are skipped.", n-10) {
			t.Errorf("%d lines: got %q, %v", n, warnings, err)
		}
	}
}

// TestRuleLimits: an ignore file has at most 100,000 rules.
func TestRuleLimits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{100_000: "", 100_001: "line 100001: it has more than 100000 rules"} {
		_, err := parseRules(t.Context(), bytes.Repeat([]byte("a\n"), n), func(string) {})
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%d rules: got %v, want %s", n, err, want)
		}
	}
	for _, pattern := range []string{"*a*\n", "a?b\n", "/a*b\n"} {
		for n, fits := range map[int]bool{1200: true, 1201: false} {
			_, err := parseRules(t.Context(), []byte(strings.Repeat(pattern, n)), func(string) {})
			if (err == nil) != fits || err != nil && !strings.HasPrefix(err.Error(), "line 1201: too many wildcards") {
				t.Errorf("%d rules %q: got %v", n, pattern, err)
			}
		}
	}
}

// TestRuleDescriptions: a rule is described by its line, and built-in rules apply before it.
func TestRuleDescriptions(t *testing.T) {
	t.Parallel()
	list, err := parseRules(t.Context(), []byte("# c\n!a.tfstate\n"), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range list {
		got = append(got, fmt.Sprint(r.describe(), " ", r.excludesState()))
	}
	want := []string{`built-in rule ".terraform/" false`, `built-in rule "!.terraform/modules/" false`, `built-in rule "*.tfstate" true`,
		`built-in rule "*.tfstate.*" true`, `.terraformignore line 2, "!a.tfstate" false`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, excluded := range map[string]bool{
		".terraform/x": true, "a/.terraform/": true, ".terraform": false, ".terraform/modules/x": false, "b.tfstate": true,
		"a.tfstate": false, "a.tfstate.backup": true,
	} {
		if got := excludes(t, "!a.tfstate", name); got != excluded {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestSourceArguments: a module source is the argument source in HCL or JSON, and not in a comment.
func TestSourceArguments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"source =": true, "  source=": true, "\tsource = ": true, "{source =": true, `{ "source": `: true, `"source":`: true,
		`x,"source": `: true, `"a" "source" =`: false,
		"resource =": false, "source": false, "sources =": false, "# source =": false, "// source =": false,
		"x-source =": false, "a = b, source =": true, "": false, "=": false,
	} {
		if got := isSourceArgument([]byte(text)); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

// TestInspectedFiles: pointers of Git LFS, keys and module sources outside the bundle are found.
func TestInspectedFiles(t *testing.T) {
	t.Parallel()
	const pointer = "version https://git-lfs.github.com/spec/v1\n"
	const key = "-----BEGIN PRIVATE KEY-----\nMIIE"
	for name, c := range map[string]struct {
		dir, file, text string
		size            int64
		want            string // pointers, keys, sources
	}{
		"a pointer":                    {".", "a.bin", pointer, 1023, `"a.bin"||`},
		"a pointer in a directory":     {"d", "a.tf", pointer, 100, `"d/a.tf"||`},
		"a file of 1 KiB":              {".", "a.bin", pointer, 1024, `||`},
		"a key":                        {"d", "a.txt", key, 30, `|"d/a.txt"|`},
		"a key with a known name":      {"d", "id_rsa", key, 30, `||`},
		"a module outside":             {".", "a.tf", `source = "../m"`, 20, `||"a.tf"`},
		"a module inside":              {"d/e", "a.tf", `source = "../m"`, 20, `||`},
		"a module above":               {"d", "a.tf", "source = \"../m\"\nsource = \"../../m\"", 20, `||"d/a.tf"`},
		"a module in a comment":        {".", "a.tf", "# source = \"../m\"\nx = \"../m\"", 20, `||`},
		"a module in another language": {".", "a.txt", `source = "../m"`, 20, `||`},
	} {
		var i inspector
		i.inspect(c.dir, []byte(c.file), []byte(c.text), c.size)
		if got := i.pointers.String() + "|" + i.keys.String() + "|" + i.sources.String(); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestNamesThatMayEscape: an absolute name, or one with a component .., may escape the archive's root.
func TestNamesThatMayEscape(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"/a": true, "..": true, "a/..": true, "a/../b": true, "../a": true, "a": false, "..a": false, "a../b": false, "": false,
	} {
		if got := mayEscape(name); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestArchiveInMemory: the bytes can be read from each position.
func TestArchiveInMemory(t *testing.T) {
	t.Parallel()
	data := text(chunkSize*2+100, 5)
	s := newSink(Options{})
	for i := 0; i < len(data); i += 100_000 {
		if n, err := s.Write(data[i:min(len(data), i+100_000)]); err != nil || n != min(100_000, len(data)-i) {
			t.Fatal(n, err)
		}
	}
	for _, at := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 2 * chunkSize, len(data) - 1, len(data)} {
		for _, n := range []int{0, 1, 2, chunkSize, len(data)} {
			buf := make([]byte, n)
			got, err := s.ReadAt(buf, int64(at))
			want := data[at:min(len(data), at+n)]
			if !bytes.Equal(buf[:got], want) || (err == io.EOF) != (len(want) < n) {
				t.Errorf("%d bytes at %d: got %d, %v", n, at, got, err)
			}
		}
	}
	if s.size != int64(len(data)) {
		t.Errorf("got %d bytes", s.size)
	}
	if err := errors.Join(s.close(), s.close()); err != nil {
		t.Error(err)
	}
}

// TestListedEntries: the debug log names each entry with its size or target.
func TestListedEntries(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]header{
		`packed "d/"`: {name: "d", kind: kindDir}, `packed "l", a link to "t"`: {name: "l", kind: kindLink, link: "t"},
		`packed "f", 7 bytes`: {name: "f", kind: kindFile, size: 7},
	} {
		if got := listed(h); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if join(".", "a") != "a" || join("d", "a") != "d/a" {
		t.Error("got the wrong path")
	}
}

// TestUnusableIgnoreFileTexts: the error says why the ignore file cannot be used.
func TestUnusableIgnoreFileTexts(t *testing.T) {
	t.Parallel()
	const prefix = `ignore file ".terraformignore" cannot be used, and without it excluded files would be uploaded: `
	for name, c := range map[string]struct{ text, link, want string }{
		"1 MiB":              {text: strings.Repeat("#", 1<<20)},
		"more than 1 MiB":    {text: strings.Repeat("#", 1<<20+1), want: prefix + "it is larger than 1 MiB"},
		"UTF-16":             {text: "\xff\xfea\x00", want: prefix + "it is UTF-16 text; it must be UTF-8"},
		"UTF-16, big endian": {text: "\xfe\xff\x00a", want: prefix + "it is UTF-16 text; it must be UTF-8"},
		"a link outside":     {link: "../x", want: prefix + `it is a link to "../x", outside the checkout`},
		"a link to .git":     {link: ".git/config", want: prefix + `it is a link to ".git/config", which is never uploaded`},
		"a link to a file":   {link: "main.tf"},
		"too many lookups":   {link: strings.Repeat("./", 1100) + "main.tf", want: prefix + "resolving the path takes too many lookups"},
		"a link to itself":   {link: ignoreFile, want: prefix + "not a regular file"},
		"too many wildcards": {text: strings.Repeat("a?b\n", 2000), want: prefix + "line 1201: too many wildcards up to here. " +
			"Names, *.ext, name* and plain paths do not count; at most about 1,000 other patterns with *, ? or [ are possible"},
	} {
		root := makeTree(t, "main.tf", ".git/config")
		file := filepath.Join(root, ignoreFile)
		err := os.WriteFile(file, []byte(c.text), 0o600)
		if c.link != "" {
			err = errors.Join(os.Remove(file), os.Symlink(c.link, file))
		}
		if err != nil {
			t.Fatal(err)
		}
		_, err = List(t.Context(), Options{Root: root})
		if got := fmt.Sprint(err); got != c.want && (err != nil || c.want != "") {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestFunctionsThatReadFiles: each of these functions refers to the file of its first argument.
func TestFunctionsThatReadFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"file": 1, "filebase64": 1, "filebase64sha256": 1, "filebase64sha512": 1, "filemd5": 1, "filesha1": 1, "filesha256": 1, "filesha512": 1,
		"templatefile": 1, "fileset": 0, "fileexists": 0, "profile": 0,
	} {
		var i inspector
		text := "x = " + name + `("${path.module}/a.txt")`
		i.inspect(".", []byte("main.tf"), []byte(text), int64(len(text)))
		if len(i.references) != want {
			t.Errorf("%s: got %d references, want %d", name, len(i.references), want)
		}
	}
}
