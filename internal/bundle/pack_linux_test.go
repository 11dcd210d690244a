package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// forest is a checkout generated from the bytes of a fuzzer, next to directories that must not be accessed.
type forest struct {
	root    string
	path    string
	outside string
	in      []byte
	dir     *os.Root // of root; prevents generated links from leading outside
}

const canary = "CANARY: a file outside was read"

var (
	forestNames = []string{"main.tf", "a", "b", "c.md", ".git", ".terraform", "modules", "gha-creds-1.json", "x.tfstate", "n\n::error::", "\xff", "é",
		strings.Repeat("long", 30), ".env", "secrets", "d"}
	forestTargets = []string{".", "..", "../..", "a", "b/a", "../a", "../../outside", "../../outside/secret", "/etc", "/proc/self/environ", "main.tf",
		"../d/../main.tf", "a/../../b", "./b", "../../checkout/a", "../b", "../d",
		"../../d/main.tf", "../a/b/..", "d/a", "b", "ROOT/a", "ROOT/d/main.tf", "ROOT", "ROOT/../outside/secret"}
	forestRules = []string{"*.md", "a/", "!a/b", "secrets", "/b", "**", "!main.tf", "!.git", ".terraform/modules", "[", "c*", "!**/d/"}
)

func (f *forest) next() int {
	if len(f.in) == 0 {
		return 0
	}
	n := f.in[0]
	f.in = f.in[1:]
	return int(n)
}

func (f *forest) name() string {
	parts := make([]string, 1+f.next()%3)
	for i := range parts {
		parts[i] = forestNames[f.next()%len(forestNames)]
	}
	return filepath.Join(parts...)
}

// newForest creates the checkout. It ignores entries that cannot be created, such as a file below a file.
func newForest(t testing.TB, in []byte) *forest {
	base := t.TempDir()
	f := &forest{root: filepath.Join(base, "checkout"), outside: filepath.Join(base, "outside"), in: in}
	for _, dir := range []string{f.root, f.outside, f.root + "-evil"} {
		if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "secret"), []byte(canary), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(f.root, "secret")); err != nil {
		t.Fatal(err)
	}
	var err error
	if f.dir, err = os.OpenRoot(f.root); err != nil {
		t.Fatal(err)
	}
	defer f.dir.Close()
	f.path = []string{".", "a", "d", "b/a", ".", "a", "d", ".."}[f.next()%8]
	if f.path != ".." {
		f.dir.MkdirAll(f.path, 0o755)
		f.write(filepath.Join(f.path, "main.tf"), nil, 0o644)
	}
	for i := 0; len(f.in) > 0 && i < 60; i++ {
		f.addRandom()
	}
	return f
}

func (f *forest) addRandom() {
	kind, name := f.next()%8, f.name()
	f.dir.MkdirAll(filepath.Dir(name), 0o755)
	switch kind {
	case 0, 1, 2:
		f.write(name, bytes.Repeat([]byte(filepath.Base(name)), f.next()*f.next()%3000), 0o600+os.FileMode(f.next()%2)*0o100)
	case 3, 4:
		f.dir.Symlink(strings.ReplaceAll(forestTargets[f.next()%len(forestTargets)], "ROOT", f.root), name)
	case 5:
		f.dir.MkdirAll(name, 0o755)
	case 6:
		if dir, err := f.dir.OpenFile(filepath.Dir(name), unix.O_DIRECTORY|unix.O_NONBLOCK, 0); err == nil {
			unix.Mknodat(int(dir.Fd()), filepath.Base(name), unix.S_IFIFO|0o600, 0)
			dir.Close()
		}
	case 7:
		var rules []string
		for range f.next() % 5 {
			rules = append(rules, forestRules[f.next()%len(forestRules)])
		}
		f.write(filepath.Join(filepath.Dir(name), ignoreFile), []byte(strings.Join(rules, "\n")), 0o644)
	}
}

// write opens the file with O_NONBLOCK, so that it does not block on an existing FIFO.
func (f *forest) write(name string, content []byte, mode os.FileMode) {
	file, err := f.dir.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC|unix.O_NONBLOCK, mode)
	if err != nil {
		return
	}
	file.Write(content)
	file.Close()
}

// packWith packs the checkout with openat2 or, if stepwise is true, component by component.
func (f *forest) packWith(t *testing.T, par parallelism, stepwise bool) (*Listing, []byte, error) {
	tr, err := openTree(f.root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	setStepwise(tr, stepwise)
	base, err := locate(tr, f.path)
	if err != nil {
		return nil, nil, err
	}
	o := Options{Root: f.root, Path: f.path, Warn: func(s string) { oneLine(t, s) }, Debug: func(s string) { oneLine(t, s) }}
	l := &Listing{options: o, base: base.path}
	if base.kind != kindDir {
		return nil, nil, &Error{Code: PathUnsuitable}
	}
	if err := l.listDirectory(t.Context(), tr); err != nil {
		return nil, nil, err
	}
	a := newArchive(o)
	if err := l.packDirectory(t.Context(), tr, par, a); err != nil {
		return nil, nil, err
	}
	defer a.sink.close()
	archive, err := io.ReadAll(io.NewSectionReader(a.sink, 0, a.sink.size))
	if err != nil {
		t.Fatal(err)
	}
	return l, archive, nil
}

func oneLine(t *testing.T, s string) {
	if strings.ContainsAny(s, "\r\n") {
		t.Errorf("got %q, want one line", s)
	}
}

func FuzzPack(f *testing.F) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 0))
		in := make([]byte, 10+r.IntN(100))
		for i := range in {
			in[i] = byte(r.Uint32())
		}
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		forest := newForest(t, in)
		before := snapshot(t, filepath.Dir(forest.root))
		l, archive, err := forest.packWith(t, parallelism{workers: 1, inline: 3}, false)
		_, again, errAgain := forest.packWith(t, parallelism{readers: 2, workers: 4}, true)
		if after := snapshot(t, filepath.Dir(forest.root)); !slices.Equal(before, after) {
			t.Errorf("packing changed the disk:\n%q\n%q", before, after)
		}
		if !bytes.Equal(archive, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Errorf("results of packing twice differ: %d bytes and %v, %d bytes and %v", len(archive), err, len(again), errAgain)
		}
		if err != nil {
			if !errors.As(err, new(*Error)) {
				t.Errorf("got %v, want an Error", err)
			}
			return
		}
		checkArchive(t, l, archive)
	})
}

func snapshot(t *testing.T, dir string) (all []string) {
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		all = append(all, fmt.Sprintln(name, info.Mode(), info.Size(), info.ModTime()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// checkArchive checks the invariants of every archive with the readers of the standard library.
func checkArchive(t *testing.T, l *Listing, archive []byte) {
	gz, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	out, seen, files := t.TempDir(), map[string]bool{}, 0
	tr := tar.NewReader(gz)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(h.Name, "/")
		if !filepath.IsLocal(name) || path.Clean(name) != name || seen[name] || hasExcludedComponent(name) {
			t.Errorf("entry %q is not relative, clean and unique, or is never uploaded", h.Name)
		}
		if bytes.Contains(content, []byte(canary)) {
			t.Errorf("entry %q contains a file outside the checkout", h.Name)
		}
		seen[name] = true
		if h.Typeflag == tar.TypeReg {
			files++
		}
		extract(t, filepath.Join(out, name), h, content)
	}
	if files != l.Files() {
		t.Errorf("got %d files, want %d as listed", files, l.Files())
	}
	checkLinksEndInside(t, out)
	checkAsPrebuilt(t, archive)
}

func extract(t *testing.T, name string, h *tar.Header, content []byte) {
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	switch h.Typeflag {
	case tar.TypeReg:
		err = errors.Join(err, os.WriteFile(name, content, fs.FileMode(h.Mode)))
	case tar.TypeDir:
		err = errors.Join(err, os.MkdirAll(name, 0o755))
	case tar.TypeSymlink:
		err = errors.Join(err, os.Symlink(h.Linkname, name))
	default:
		t.Errorf("%q has type %q", h.Name, h.Typeflag)
	}
	if err != nil {
		t.Errorf("unpack: %v", err)
	}
}

func checkLinksEndInside(t *testing.T, out string) {
	physical, err := filepath.EvalSymlinks(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range linksIn(t, out) {
		end, err := filepath.EvalSymlinks(name)
		if err == nil && end != physical && !strings.HasPrefix(end, physical+"/") {
			t.Errorf("link %q ends at %q, outside the archive", name, end)
		}
	}
}

func linksIn(t *testing.T, dir string) (links []string) {
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type() == fs.ModeSymlink {
			links = append(links, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return links
}

// checkAsPrebuilt checks that List accepts a packed archive as a prebuilt archive.
func checkAsPrebuilt(t *testing.T, archive []byte) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "ready.tgz"), archive, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := List(t.Context(), Options{Root: root, Path: "ready.tgz"})
	var e *Error
	if err != nil && !(errors.As(err, &e) && e.Code == NothingToSend) { // links alone are a valid bundle, but not a valid prebuilt archive
		t.Errorf("a packed archive is rejected as a prebuilt archive: %v", err)
	}
}
