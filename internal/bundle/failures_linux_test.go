package bundle

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// failingOnce is a writer whose nth write fails.
type failingOnce struct{ n int }

func (f *failingOnce) Write(p []byte) (int, error) {
	if f.n--; f.n == 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestEachWriteErrorIsReported checks that packing reports a write error in the header of a directory or link, in the
// content of a file, and at the end, also if later writes succeed.
func TestEachWriteErrorIsReported(t *testing.T) {
	t.Parallel()
	files := makeTree(t, "main.tf")
	for i := range 6 { // the first one does not fit into the buffer of a reader
		content := incompressible(map[bool]int{true: blockSize + 1, false: 110_000}[i == 0])
		if err := os.WriteFile(filepath.Join(files, fmt.Sprint("f", i)), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	headers := listFor(t, makeTree(t, "a->main.tf", "main.tf"), nil)
	for i := range blockSize / tarBlock {
		headers.dirs = append(headers.dirs, dir{path: fmt.Sprint("z", i), packed: true})
		headers.entries = append(headers.entries, headers.entries[0])
	}
	for readers := range 2 {
		for name, l := range map[string]*Listing{"files": listFor(t, files, nil), "directories and links": headers} {
			for n := 1; ; n++ {
				full := &failingOnce{n: n}
				err := packTo(t, l, full, readers)
				if full.n > 0 {
					if n < 5 { // two full blocks, the last one and the end
						t.Errorf("%d readers, %s: got %d writes, want at least 4", readers, name, n-1)
					}
					break
				}
				if err != errFull {
					t.Errorf("%d readers, %s, write %d: got %v, want %v", readers, name, n, err, errFull)
				}
			}
		}
	}
}

// packTo packs a directory without workers.
func packTo(t *testing.T, l *Listing, w *failingOnce, readers int) error {
	t.Helper()
	tr, err := openTree(l.options.Root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	reading := l.readAhead(t.Context(), tr, readers)
	defer reading.close()
	gz := newGzipWriter(w, io.Discard, 1, 1<<30)
	p := &packer{l: l, tree: tr, gz: gz, a: &Archive{dirBytes: make([]int64, len(l.dirs))}, hardLinks: newHardLinks(t.Context(), l, tr)}
	if err := p.run(t.Context(), reading); err != nil {
		return err
	}
	return gz.Close()
}

// TestFullDisk checks the error if the temporary file does not fit on its disk.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	s := newSink(Options{})
	s.file, s.dir, s.size = file, "/temp", 2<<20
	var e *Error
	const want = `"/temp" does not have enough disk space for the archive: 2097152 bytes are not enough: write /dev/full: no space left on device`
	if _, err := s.Write(make([]byte, 10)); !errors.As(err, &e) || e.Code != NoRoom || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestCheckoutDisappears checks the error if the checkout is removed between listing and packing.
func TestCheckoutDisappears(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	l := listFor(t, root, nil)
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	var e *Error
	if a, err := l.Pack(t.Context()); a != nil || !errors.As(err, &e) || e.Code != PathMissing || e.Path != root || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, %v", a, err)
	}
}

// TestIgnoreFileCannotBeRead checks the error of reading an ignore file that can be opened. The memory of a process, which
// is a file, has no first byte.
func TestIgnoreFileCannotBeRead(t *testing.T) {
	t.Parallel()
	tr, err := openTree(fmt.Sprint("/proc/", os.Getpid()))
	if err != nil {
		t.Skip(err)
	}
	defer tr.close()
	if text, err := ignoreText(tr, "mem"); text != nil || !errors.Is(err, unix.EIO) {
		t.Errorf("got %q, %v", text, err)
	}
}

// TestMeasuringStopsWithItsContext checks that measuring the checkout stops within a directory.
func TestMeasuringStopsWithItsContext(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "a", "b", "d/"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for left, want := range map[int]error{1: errEnded, 3: errEnded, 4: nil} {
		n := newCopies(tr, &pulse{ctx: endsAfter(t.Context(), 1), work: pulseWork - left})
		if enough, err := n.checkout.atLeast(4, 0); enough || err != want {
			t.Errorf("%d steps: got %t, %v, want %v", left, enough, err, want)
		}
	}
}

// TestMeasuringSkipsUnreadableDirectories checks that a directory that cannot be read does not count, and is not an error.
func TestMeasuringSkipsUnreadableDirectories(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "a", "d/b"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	n := newCopies(tr, &pulse{ctx: t.Context()})
	n.checkout.pending = append(n.checkout.pending, "removed")
	for entries, want := range map[int64]bool{3: true, 4: false} {
		if enough, err := n.checkout.atLeast(entries, 0); enough != want || err != nil {
			t.Errorf("%d entries: got %t, %v, want %t", entries, enough, err, want)
		}
	}
}

// TestSortingStopsWithItsContext checks that sorting stops after each comparison of directories, names and entries.
func TestSortingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "main.tf", "a/x.tf", "b/x.tf", "c/y.tf"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	sorting := func(p *pulse) error {
		l := &Listing{base: "."}
		if err := newWalker(t.Context(), tr, l, newRules(nil)).walk(); err != nil {
			t.Fatal(err)
		}
		return l.sort(p)
	}
	whole := &pulse{ctx: t.Context()}
	if err := sorting(whole); err != nil || whole.work < 12 {
		t.Fatalf("sorting 4 directories, 3 names and 4 files takes %d comparisons, %v", whole.work, err)
	}
	for n := 1; n <= whole.work; n++ {
		if err := sorting(&pulse{ctx: endsAfter(t.Context(), 1), work: pulseWork - n}); err != errEnded {
			t.Errorf("comparison %d of %d: got %v", n, whole.work, err)
		}
	}
}

// TestUnreadableArchive checks the error about a prebuilt archive that cannot be opened.
func TestUnreadableArchive(t *testing.T) {
	t.Parallel()
	tr, err := openTree(makeTree(t, "d/"))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	for name, want := range map[string]string{
		"d":                      `"d" changed while it was packed: it was replaced`,
		"gone":                   `"gone" changed while it was packed: it was removed`,
		strings.Repeat("x", 300): `"` + strings.Repeat("x", 300) + `" cannot be read: file name too long`,
	} {
		l := &Listing{base: name}
		if err := l.checkPrebuilt(t.Context(), tr); err == nil || err.Error() != want {
			t.Errorf("%.9s: got %v, want %s", name, err, want)
		}
	}
}

// TestAbsoluteTargetsLeaveArchives checks that an absolute target is never in an archive or a bundle, wherever it is unpacked.
func TestAbsoluteTargetsLeaveArchives(t *testing.T) {
	t.Parallel()
	archive := newArchiveTree()
	node, err := archive.child(0, "link")
	if err != nil {
		t.Fatal(err)
	}
	archive.nodes[node].isLink, archive.nodes[node].target = true, "/d"
	for name, v := range map[string]view{"an archive": archive, "a bundle": inBundle{&Listing{aliases: map[string]string{"link": "/d"}}}} {
		if end, err := resolve(v, "link/x"); err != nil || end.outside != "/d" {
			t.Errorf("%s: got %+v, %v", name, end, err)
		}
	}
}

// TestRulesOfOneKind checks a matcher whose rules have one form only, or that has no rules.
func TestRulesOfOneKind(t *testing.T) {
	t.Parallel()
	paths := []string{"a", "ab", "ba", "a/b", "b/a", "a/", "b/ab/", "x"}
	for pattern, want := range map[string]string{
		"":      "",
		"a":     "a a/b b/a a/",
		"a*":    "a ab a/b b/a a/ b/ab/",
		"*a":    "a ba a/b b/a a/",
		"/a":    "a a/b a/",
		"/a/b":  "a/b",
		"a/b":   "a/b",
		"*b*":   "ab ba a/b b/a b/ab/",
		"?b":    "ab b/ab/",
		"/?/b":  "a/b",
		"a/":    "a/b a/",
		"/b/a*": "b/a b/ab/",
		"**":    strings.Join(paths, " "),
	} {
		var list []rule
		if pattern != "" {
			r, err := parseRule(pattern)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, r)
		}
		m, got := newRules(list).inArchive, []string(nil)
		for _, name := range paths {
			if m.matchPath(strings.TrimSuffix(name, "/"), strings.HasSuffix(name, "/")).excluded {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s excludes %q, want %s", pattern, got, want)
		}
		if m.mayReinclude(top, []byte("a")) {
			t.Errorf("%s includes something", pattern)
		}
	}
}
