package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPatternsOfEachLength compares patterns around the limits of 64 and 128 tokens with the reference, each with two
// paths.
func TestPatternsOfEachLength(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 61, 62, 63, 64, 125, 126, 127, 128} {
		for _, end := range []string{"*", "**b", "b*", "[a-c]**/b"} {
			text := strings.Repeat("?", n) + end
			for more := range 2 {
				name := strings.Repeat("a", n+more)
				for _, tail := range []string{"", "/b", "c/c/b", "\u00e9b"} {
					compareWithReference(t, "/"+text, name+"/"+name+tail, false)
				}
			}
		}
	}
}

// TestPatternsWithInvalidUTF8 checks that a byte of invalid UTF-8 is one character, and only equal to itself.
func TestPatternsWithInvalidUTF8(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, yes, no string }{
		{"\xff?*", "\xffa \xff\xfe \xff\u00e9b", "\xff \xfea a"},
		{"?*\xff", "a\xff \xfe\xff", "\xff a\xfe \xc3\xbf"},
		{"a?c*", "a\xffc a\xfec", "a\xff\xfec ac"},
		{"[!a]x*", "\xffx \u00e9x", "ax"},
		{"[\xfe\xff]x*", "\xfex \xffx", "\xfdx ax"},
		{"\ufffd?*", "\ufffda", "\xffa"},
		{"a\x00", "", "a\xff"},
	} {
		for _, filler := range []string{"", strings.Repeat("z", 70)} {
			for _, name := range strings.Fields(c.yes) {
				if !excludes(t, "/"+filler+c.pattern, filler+name) {
					t.Errorf("%q does not match %q", filler+c.pattern, filler+name)
				}
			}
			for _, name := range strings.Fields(c.no) {
				if excludes(t, "/"+filler+c.pattern, filler+name) || excludes(t, filler+c.pattern, filler+name) {
					t.Errorf("%q matches %q", filler+c.pattern, filler+name)
				}
			}
		}
	}
}

// TestParsingStopsWithItsContext checks that the context is checked each 1,024 lines.
func TestParsingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	for n, ends := range map[int]bool{1023: false, 1024: true, 3000: true} {
		_, err := parseRules(endsAfter(t.Context(), 1), []byte(strings.Repeat("#\n", n)), func(string) {})
		if ends != (err != nil) {
			t.Errorf("%d lines: got %v", n, err)
		}
	}
	ctx := endsAfter(t.Context(), 1<<30)
	if _, err := parseRules(ctx, []byte(strings.Repeat("#\n", 10_240)), func(string) {}); err != nil || 1<<30-ctx.remaining() != 10 {
		t.Errorf("10,240 lines: %d checks, %v", 1<<30-ctx.remaining(), err)
	}
}

// TestSearchForOtherNamesStopsWithItsContext checks that the search for other names of a file stops, and that packing
// returns the reason.
func TestSearchForOtherNamesStopsWithItsContext(t *testing.T) {
	t.Parallel()
	root := makeTree(t, append(many(200, "d%d/f"), "infra/main.tf")...)
	if err := os.Link(filepath.Join(root, "infra/main.tf"), filepath.Join(root, "infra/x")); err != nil {
		t.Fatal(err)
	}
	l, err := List(t.Context(), Options{Root: root, Path: "infra"})
	if err != nil {
		t.Fatal(err)
	}
	whole := endsAfter(t.Context(), 1<<30)
	if _, err := l.Pack(whole); err != nil {
		t.Fatal(err)
	}
	checks := 1<<30 - whole.remaining()
	if checks < 6 || checks > 20 {
		t.Errorf("the context was checked %d times, want one check for each 100 of 400 names and a few more", checks)
	}
	for n := 1; n <= checks; n++ {
		ctx := endsAfter(t.Context(), n)
		if a, err := l.Pack(ctx); a != nil || err != errEnded || ctx.remaining() < -3 {
			t.Errorf("check %d of %d: got %v, %v after %d more checks", n, checks, a, err, -ctx.remaining())
		}
	}
}

// TestReferenceLimit checks that the first 10,000 references are recorded.
func TestReferenceLimit(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{9_999: 9_999, 10_000: 10_000, 10_001: 10_000} {
		var i inspector
		text := strings.Repeat("x = file(\"a\")\n", n)
		i.inspect(".", []byte("main.tf"), []byte(text), int64(len(text)))
		if len(i.references) != want {
			t.Errorf("%d references: got %d", n, len(i.references))
		}
	}
}

// TestLinksOfArchivesCost checks that a link costs a fixed number of bytes, its path and its target.
func TestLinksOfArchivesCost(t *testing.T) {
	t.Parallel()
	c := newChecker(&pulse{ctx: t.Context()}, nil)
	if err := c.link("a/bc", "target"); err != nil {
		t.Fatal(err)
	}
	if want := 100 + 2 + 100 + 5 + 6; c.tree.size != want {
		t.Errorf("got %d bytes, want %d", c.tree.size, want)
	}
	for left, fits := range map[int]bool{208: true, 207: false, 206: false, 101: false} {
		c := newChecker(&pulse{ctx: t.Context()}, nil)
		c.tree.size = 32<<20 - left
		if err := c.link("a/bc", "t"); fits != (err == nil) {
			t.Errorf("%d bytes left: got %v", left, err)
		}
		c = newChecker(&pulse{ctx: t.Context()}, nil)
		c.tree.size = 32<<20 - left
		if err := c.file("a/f", 0); (left >= 102) != (err == nil) {
			t.Errorf("%d bytes left for a file: got %v", left, err)
		}
	}
}

// TestSubmodulePaths checks how the paths in .gitmodules are read.
func TestSubmodulePaths(t *testing.T) {
	t.Parallel()
	const large = 1 << 20
	for name, c := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"several":               {"[submodule \"a\"]\n\tpath = a\n\turl = b\n[submodule \"c\"]\n path=c/d\n", 10, "a c/d"},
		"quoted":                {"path = \"a b\"\n", 10, "a b"},
		"an equals sign in it":  {"path = a=b\n", 10, "a=b"},
		"other keys":            {"paths = a\nxpath = b\npath\n# path = c\n", 10, ""},
		"the limit":             {"path=a\npath=b\npath=c\n", 2, "a b"},
		"no limit left":         {"path=a\n", 0, ""},
		"the first MiB":         {strings.Repeat("#\n", large/2-4) + "path=a\n\npath=b\n", 10, "a"},
		"cut off after one MiB": {strings.Repeat("#\n", large/2-3) + "path=abc", 10, "a"},
	} {
		root := makeTree(t)
		if err := os.WriteFile(filepath.Join(root, ".gitmodules"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		tr, err := openTree(root)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(submodules(tr, ".", c.limit), " "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		tr.close()
	}
}

// TestSubmoduleLimit checks that at most 2,000 submodules are checked, of the bundle's directory first.
func TestSubmoduleLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ own, above, want int }{{1999, 0, 1999}, {2000, 0, 2000}, {2001, 1, 2000}, {1500, 499, 1999}, {1500, 501, 2000}} {
		root := makeTree(t, "infra/main.tf", "infra/sub/")
		err := os.WriteFile(filepath.Join(root, "infra/.gitmodules"), []byte(strings.Repeat("path=sub\n", c.own)), 0o600)
		err = errors.Join(err, os.WriteFile(filepath.Join(root, ".gitmodules"), []byte(strings.Repeat("path=infra/sub\n", c.above)), 0o600))
		if err != nil {
			t.Fatal(err)
		}
		var warned []string
		if _, err := List(t.Context(), Options{Root: root, Path: "infra", Warn: func(line string) { warned = append(warned, line) }}); err != nil {
			t.Fatal(err)
		}
		const five = `"infra/sub", "infra/sub", "infra/sub", "infra/sub", "infra/sub"`
		want := fmt.Sprintf("Submodules are empty (%d): %s and %d more. They were not checked out; set the input submodules of actions/checkout.",
			c.want, five, c.want-5)
		if len(warned) != 1 || warned[0] != want {
			t.Errorf("%d and %d above: got %q, want %s", c.own, c.above, warned, want)
		}
	}
}

// TestEmptySubmodulesStopWithContext checks that the search for empty submodules stops with its context.
func TestEmptySubmodulesStopWithContext(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	text := strings.Repeat("path=sub\n", 100)
	if err := os.WriteFile(filepath.Join(root, ".gitmodules"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := endsAfter(t.Context(), 1<<30)
	if _, err := List(whole, Options{Root: root}); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 1<<30-whole.remaining(); n++ {
		if _, err := List(endsAfter(t.Context(), n), Options{Root: root}); err != errEnded {
			t.Errorf("check %d: got %v", n, err)
		}
	}
	if checks := 1<<30 - whole.remaining(); checks < 10 {
		t.Errorf("the context was checked %d times, want once for each 10 submodules", checks)
	}
}

// TestFileShorterThanItsSize checks the error for a file that has fewer bytes than its size, such as one that becomes
// shorter while it is read. Files of sysfs always do.
func TestFileShorterThanItsSize(t *testing.T) {
	t.Parallel()
	const dir, name = "/sys/kernel/mm/transparent_hugepage", "enabled"
	if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
		t.Skip(err)
	}
	for _, par := range parallelisms {
		l := listFor(t, makeTree(t, "main.tf", name), nil)
		l.options.Root = dir
		l.entries = l.entries[:1]
		a, err := l.pack(t.Context(), par)
		want := fmt.Sprintf("%q changed while it was packed: it became shorter", name)
		if a != nil || err == nil || err.Error() != want {
			t.Errorf("%+v: got %v, want %s", par, err, want)
		}
	}
}

// TestUnusablePaths checks the errors about the input path.
func TestUnusablePaths(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf", "d/main.tf", "up->..", "git->.git", ".git/config", "hop->git", "long->"+strings.Repeat("./", 1100),
		"loop->loop", "e->d/x/..",
		"clone/.git->../d", "ab->"+filepath.Join(t.TempDir(), "x"))
	for path, want := range map[string]string{
		"..":                     `path ".." is outside the checkout`,
		"d/../..":                `path "d/../.." is outside the checkout`,
		"up/x":                   `path "up/x" leaves the checkout through a link to ".."`,
		"/etc":                   `path "/etc" is outside the checkout`,
		root + "-2":              fmt.Sprintf("path %q is outside the checkout", root+"-2"),
		root + "/d/../none":      fmt.Sprintf("path %q is not in the checkout", root+"/d/../none"),
		root + "/../../etc":      fmt.Sprintf("path %q is outside the checkout", root+"/../../etc"),
		"none":                   `path "none" is not in the checkout`,
		"a\x00b":                 `path "a\x00b" is not in the checkout`,
		"long":                   `path "long" is neither a directory nor a .tar.gz archive: resolving the path takes too many lookups`,
		"loop":                   `path "loop" is neither a directory nor a .tar.gz archive`,
		"loop/x":                 `path "loop/x" is neither a directory nor a .tar.gz archive`,
		"git":                    `"git" contains nothing to upload`,
		"hop":                    `"hop" contains nothing to upload`,
		".git/config":            `".git/config" contains nothing to upload`,
		"e":                      `path "e" is not in the checkout`,
		"main.tf":                `path "main.tf" is neither a directory nor a .tar.gz archive`,
		"d":                      "",
		root + "/d":              "",
		root + "/d/../d/./":      "",
		"./d//":                  "",
		strings.Repeat("x", 300): `"` + strings.Repeat("x", 300) + `" cannot be read: file name too long`,
	} {
		l, err := List(t.Context(), Options{Root: root, Path: path})
		if got := fmt.Sprint(err); got != want && (err != nil || want != "") {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
		if err == nil && l.Path() != "d" {
			t.Errorf("%q: got %q", path, l.Path())
		}
	}
	for name, reason := range map[string]string{"none": "no such file or directory", "main.tf": "not a directory"} {
		checkout := filepath.Join(root, name)
		want := fmt.Sprintf("path %q is not in the checkout: ", checkout)
		l, err := List(t.Context(), Options{Root: checkout})
		var e *Error
		if l != nil || !errors.As(err, &e) || e.Code != PathMissing || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), reason) {
			t.Errorf("a checkout at %s: got %v, %v, want %s%s", name, l, err, want, reason)
		}
	}
}

// TestListingStopsAtEachCheck checks that listing returns the reason wherever the context ends. The rules are so
// expensive that the context is checked after each of them.
func TestListingStopsAtEachCheck(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 150)
	root := makeTree(t, "infra/main.tf", "infra/"+long, "infra/d/"+long, "infra/inner->"+long, "infra/outer->../shared/"+long, "infra/dir->../shared/d",
		"infra/hop->../shared/hop", "infra/far->./././././././././main.tf", "shared/"+long, "shared/d/"+long,
		"shared/hop->"+long, "shared/d/l->../../infra/main.tf")
	rules := lines(300, func(i int) string { return fmt.Sprint("*a*b*", i, "*") })
	if err := os.WriteFile(filepath.Join(root, "infra", ignoreFile), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Root: root, Path: "infra"}
	whole := endsAfter(t.Context(), 1<<30)
	if _, err := List(whole, o); err != nil {
		t.Fatal(err)
	}
	checks := 1<<30 - whole.remaining()
	if checks < 18 {
		t.Errorf("the context was checked %d times, want one check for each name and target", checks)
	}
	for n := 1; n <= checks; n++ {
		if l, err := List(endsAfter(t.Context(), n), o); l != nil || err != errEnded {
			t.Errorf("check %d of %d: got %v", n, checks, err)
		}
	}
}

// TestCheckingArchiveStopsAtEachCheck is the same for a prebuilt archive.
func TestCheckingArchiveStopsAtEachCheck(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "main.tf", Mode: 0o644})
	for i := range 20 {
		name, target := fmt.Sprint(i, strings.Repeat("d", 200)), fmt.Sprint(strings.Repeat("./", 15), i+1, strings.Repeat("d", 200))
		err = errors.Join(err, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}))
	}
	root := makeTree(t)
	if err := errors.Join(err, w.Close(), gz.Close(), os.WriteFile(filepath.Join(root, "x.tgz"), b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	o := Options{Root: root, Path: "x.tgz"}
	whole := endsAfter(t.Context(), 1<<30)
	if _, err := List(whole, o); err != nil {
		t.Fatal(err)
	}
	checks := 1<<30 - whole.remaining()
	if checks < 100 { // 20 of them while the links are resolved
		t.Errorf("the context was checked %d times, want at least 100", checks)
	}
	for n := 1; n <= checks; n++ {
		if l, err := List(endsAfter(t.Context(), n), o); l != nil || err != errEnded {
			t.Errorf("check %d of %d: got %v", n, checks, err)
		}
	}
	for length, want := range map[int]int{0: 1000, 14: 1000, 15: 500, 1599: 10} { // of the target; the name has one byte
		c := newChecker(&pulse{ctx: endsAfter(t.Context(), 1)}, nil)
		entries := 0
		for err = nil; err == nil && entries < 2000; entries++ {
			err = c.entry(&tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: strings.Repeat("d", length)}, nil)
		}
		if err != errEnded || entries != want {
			t.Errorf("got %v after %d entries of %d bytes, want the reason after %d: one step for each 16 bytes, and one more",
				err, entries, 1+length, want)
		}
	}
}

// TestPackingReportsFullDisk checks that the reason of a write error is reported when other goroutines compress.
func TestPackingReportsFullDisk(t *testing.T) {
	t.Parallel()
	for _, par := range parallelisms {
		root := makeTree(t, "main.tf", "zeros")
		if err := os.Truncate(filepath.Join(root, "zeros"), 30<<20); err != nil {
			t.Fatal(err)
		}
		l := listFor(t, root, nil)
		tr, err := openTree(root)
		if err != nil {
			t.Fatal(err)
		}
		a := newArchive(Options{})
		a.sink.size = 8 << 20
		err = l.packDirectory(t.Context(), tr, par, a)
		if want := "no directory for temporary files is writable"; err == nil || err.Error() != want {
			t.Errorf("%+v: got %v, want %s", par, err, want)
		}
		tr.close()
	}
}

// TestKindsWithoutTypeInDirectory checks the kinds of entries in a file system that does not list them.
func TestKindsWithoutTypeInDirectory(t *testing.T) {
	t.Parallel()
	dir, err := os.Open(makeTree(t, "f", "d/", "l->f"))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for name, want := range map[string]kind{"f": kindFile, "d": kindDir, "l": kindLink, "none": kindMissing} {
		if got, err := kindOfEntry(int(dir.Fd()), []byte(name), unix.DT_UNKNOWN); got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", name, got, err, want)
		}
	}
	for mode, want := range map[uint32]kind{
		unix.S_IFREG | 0o644: kindFile, unix.S_IFDIR | 0o755: kindDir, unix.S_IFLNK | 0o777: kindLink, unix.S_IFIFO: kindSpecial, unix.S_IFSOCK: kindSpecial,
		unix.S_IFCHR: kindSpecial, unix.S_IFBLK: kindSpecial,
	} {
		if got := kindOfMode(mode); got != want {
			t.Errorf("mode %o: got %d, want %d", mode, got, want)
		}
	}
}

// TestUnknownKindIsAnError checks that an entry is not left out silently if the file system does not list its kind and it
// cannot be determined. An entry that has been removed is left out.
func TestUnknownKindIsAnError(t *testing.T) {
	t.Parallel()
	dir, err := os.Open(makeTree(t, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	entry := func(name string) []byte { // struct linux_dirent64
		b := append(make([]byte, 18), unix.DT_UNKNOWN)
		b = append(append(b, name...), 0)
		binary.NativeEndian.PutUint16(b[16:], uint16(len(b)))
		return b
	}
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		names string
		want  string // the visited names
		err   error
	}{
		{". .. f none", "f", nil},
		{"none f", "f", nil},
		{"f " + long, "f", unix.ENAMETOOLONG},
		{long + " f", "", unix.ENAMETOOLONG},
	} {
		var entries []byte
		for name := range strings.FieldsSeq(c.names) {
			entries = append(entries, entry(name)...)
		}
		got := ""
		err := eachEntry(int(dir.Fd()), entries, func(name []byte, k kind) error {
			if k != kindFile {
				t.Errorf("%s: got the kind %d", name, k)
			}
			got += string(name)
			return nil
		})
		if got != c.want || err != c.err {
			t.Errorf("%.20s: got %s, %v, want %s, %v", c.names, got, err, c.want, c.err)
		}
	}
}
