package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestFindingsAreListed checks that a warning lists the first five names in alphabetical order and counts the
// others.
func TestFindingsAreListed(t *testing.T) {
	t.Parallel()
	for names, want := range map[string]string{
		"":              ``,
		"a":             `"a"`,
		"b a":           `"a", "b"`,
		"e d c b a":     `"a", "b", "c", "d", "e"`,
		"f e d c b a":   `"a", "b", "c", "d", "e" and 1 more`,
		"a b c d e f":   `"a", "b", "c", "d", "e" and 1 more`,
		"g b c d e f a": `"a", "b", "c", "d", "e" and 2 more`,
	} {
		var f findings
		for _, name := range strings.Fields(names) {
			f.add(name)
		}
		if got := f.String(); got != want {
			t.Errorf("%s: got %s, want %s", names, got, want)
		}
		warning := ""
		if names != "" {
			warning = fmt.Sprintf("%d files: %s", len(strings.Fields(names)), want)
		}
		warned := ""
		f.report(func(line string) { warned += line }, "%d files: %s")
		if warned != warning {
			t.Errorf("%s: got the warning %q, want %q", names, warned, warning)
		}
	}
}

// TestArchiveTreeCosts checks that each new directory costs a fixed number of bytes and the length of its
// path, with a slash before each component.
func TestArchiveTreeCosts(t *testing.T) {
	t.Parallel()
	for names, want := range map[string]int{
		".":         0,
		"a":         100 + 2,
		"a/bc":      100 + 2 + 100 + 5,
		"a/bc a/bc": 100 + 2 + 100 + 5,
		"a/bc a/d":  100 + 2 + 100 + 5 + 100 + 4,
	} {
		tree := newArchiveTree()
		for _, name := range strings.Fields(names) {
			if _, err := tree.makeDir(name); err != nil {
				t.Fatal(err)
			}
		}
		if tree.size != want {
			t.Errorf("%s: got %d bytes, want %d", names, tree.size, want)
		}
	}
	tree := newArchiveTree()
	if err := tree.grow(32 << 20); err != nil {
		t.Errorf("32 MiB: got %v", err)
	}
	const want = "the archive has too many directories and links: their paths have more than 33554432 bytes"
	if err := tree.grow(1); err == nil || err.Error() != want {
		t.Errorf("one byte more than 32 MiB: got %v, want %s", err, want)
	}
}

// TestHeadersOfEntries checks that a header has one block in the ustar format and three with PAX records,
// like those of archive/tar.
func TestHeadersOfEntries(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("d", n) }
	for name, c := range map[string]struct {
		entry  header
		blocks int
	}{
		"a file":                           {header{name: "main.tf", kind: kindFile, size: 7}, 1},
		"a program":                        {header{name: "run.sh", kind: kindFile, exec: true, size: 7}, 1},
		"a directory":                      {header{name: "modules", kind: kindDir}, 1},
		"a link":                           {header{name: "l", kind: kindLink, link: "main.tf"}, 1},
		"a name of 100 bytes":              {header{name: long(100), kind: kindFile}, 1},
		"a path of 100 bytes":              {header{name: "a/" + long(98), kind: kindFile}, 1},
		"a name of 101 bytes":              {header{name: long(101), kind: kindFile}, 3},
		"a directory of 99 bytes":          {header{name: long(99), kind: kindDir}, 1},
		"155 bytes before the last slash":  {header{name: long(155) + "/" + long(100), kind: kindFile}, 1},
		"156 bytes before the last slash":  {header{name: long(156) + "/f", kind: kindFile}, 3},
		"a directory below 155 bytes":      {header{name: long(155) + "/" + long(99), kind: kindDir}, 1},
		"101 bytes after the last slash":   {header{name: "a/" + long(101), kind: kindFile}, 3},
		"a target of 100 bytes":            {header{name: "l", kind: kindLink, link: long(100)}, 1},
		"a target of 101 bytes":            {header{name: "l", kind: kindLink, link: long(101)}, 3},
		"a target that is not ASCII":       {header{name: "l", kind: kindLink, link: "é"}, 3},
		"a name that is not ASCII":         {header{name: "é", kind: kindFile}, 3},
		"a name with the last ASCII bytes": {header{name: "\x7f~", kind: kindFile}, 1},
		"control characters":               {header{name: "\x01\x02", kind: kindFile}, 1},
		"a byte that is not ASCII":         {header{name: "a\x80", kind: kindFile}, 3},
		"8 GiB less one byte":              {header{name: "big", kind: kindFile, size: 1<<33 - 1}, 1},
		"8 GiB":                            {header{name: "big", kind: kindFile, size: 1 << 33}, 3},
	} {
		b, err := c.entry.appendTo(nil)
		if err != nil || len(b) != c.blocks*512 {
			t.Errorf("%s: got %d bytes, %v, want %d blocks", name, len(b), err, c.blocks)
			continue
		}
		if same, err := c.entry.appendPAX(nil, headerName(c.entry)); err != nil || !bytes.Equal(b, same) {
			t.Errorf("%s: the bytes differ from those of archive/tar (error: %v)", name, err)
		}
		h, err := tar.NewReader(bytes.NewReader(b)).Next()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if h.Name != headerName(c.entry) || h.Linkname != c.entry.link || h.Size != c.entry.size || h.Typeflag != c.entry.typeflag() ||
			h.Mode != c.entry.mode() || !h.ModTime.Equal(entryTime) || h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" {
			t.Errorf("%s: got %+v", name, h)
		}
	}
}

// TestLongestNamesInArchives checks that names and targets in a prebuilt archive are limited to 4,096 bytes,
// the limit of Linux.
func TestLongestNamesInArchives(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("d/", n/2-1) + strings.Repeat("f", 2+n%2) }
	for _, c := range []struct {
		entry tar.Header
		ok    bool
	}{
		{tar.Header{Typeflag: tar.TypeReg, Name: long(4096)}, true},
		{tar.Header{Typeflag: tar.TypeReg, Name: long(4097)}, false},
		{tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: long(4096)}, true},
		{tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: long(4097)}, false},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "main.tf", Mode: 0o644})
		if err := errors.Join(err, w.WriteHeader(&c.entry), w.Close()); err != nil {
			t.Fatal(err)
		}
		err = newChecker(&pulse{ctx: t.Context()}, func(string) {}).check(&b)
		want := fmt.Sprintf("the archive's entry %q is not safe to unpack: its name or its target is longer than 4096 bytes", shortened(c.entry.Name))
		if refused := err != nil && err.Error() == want; refused == c.ok {
			t.Errorf("%d bytes with a target of %d: got %.200v", len(c.entry.Name), len(c.entry.Linkname), err)
		}
	}
}

// headerName returns the name of an entry in its header, in which the name of a directory ends with a slash.
func headerName(h header) string {
	if h.kind == kindDir {
		return h.name + "/"
	}
	return h.name
}

// TestTrailer checks that an archive is complete if it consists of blocks and the last one contains
// only zeros, regardless of the read size.
func TestTrailer(t *testing.T) {
	t.Parallel()
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	for _, c := range []struct {
		name, text string
		whole      bool
	}{
		{"two blocks", zeros(1024), true},
		{"one block", zeros(512), true},
		{"content before the last block", strings.Repeat("x", 512) + zeros(512), true},
		{"nothing", "", false},
		{"half a block", zeros(256), false},
		{"one extra byte", zeros(1025), false},
		{"one byte missing", zeros(1023), false},
		{"content in the last block", zeros(1023) + "x", false},
		{"content at the start of the last block", zeros(512) + "x" + zeros(511), false},
	} {
		whole := func(r io.Reader) io.Reader { return r }
		for _, sized := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader, iotest.HalfReader} {
			end := trailer{Reader: sized(strings.NewReader(c.text))}
			if _, err := io.Copy(io.Discard, &end); err != nil || end.whole() != c.whole {
				t.Errorf("%s: got whole %t and error %v", c.name, end.whole(), err)
			}
		}
	}
}
