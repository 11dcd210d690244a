package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"scalr-run-action/internal/dirtest"
)

var errEnded = errors.New("the job was canceled")

// checkedContext is a context that is done from the nth call of Err.
type checkedContext struct {
	context.Context
	left atomic.Int64
}

func (c *checkedContext) Err() error {
	if c.left.Add(-1) > 0 {
		return nil
	}
	return errEnded
}

// remaining returns the number of calls before the context is done, negative after that.
func (c *checkedContext) remaining() int { return int(c.left.Load()) }

func endsAfter(ctx context.Context, n int) *checkedContext {
	c := &checkedContext{Context: ctx}
	c.left.Store(int64(n))
	return c
}

// makeTree creates a checkout: a name with -> is a link, a name that ends with / a directory, any other name
// an empty file.
func makeTree(t testing.TB, names ...string) string {
	t.Helper()
	root := dirtest.InMemory(t)
	made := map[string]bool{}
	for _, name := range names {
		name, target, link := strings.Cut(name, "->")
		full := filepath.Join(root, name)
		var err error
		if dir := filepath.Dir(full); !made[dir] {
			err = os.MkdirAll(dir, 0o755)
			made[dir] = true
		}
		switch {
		case link:
			err = errors.Join(err, os.Symlink(target, full))
		case strings.HasSuffix(name, "/"):
			err = errors.Join(err, os.MkdirAll(full, 0o755))
		default:
			err = errors.Join(err, os.WriteFile(full, nil, 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func many(n int, name string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(name, i))
	}
	return all
}

// TestHostileListingStopsWithItsContext checks that, after the context is done, listing stops at the next
// check.
func TestHostileListingStopsWithItsContext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		tree   []string
		ignore string
		path   string
		least  int // minimum number of checks of the context
	}{
		{"many files", many(2*pulseWork, "f%d.md"), "", ".", 35},
		{"many excluded files", many(2*pulseWork, "f%d.md"), "*.md", ".", 7},
		{"many files that are never uploaded", many(2*pulseWork, "gha-creds-%d.json"), "", ".", 4},
		{"many directories", many(pulseWork, "d%d/"), "", ".", 35},
		{"many links", many(3*pulseWork/linkWork, "l%d->main.tf"), "", ".", 9},
		{"links to a big directory", append(many(2*pulseWork, "shared/f%d.md"), "infra/a->../shared", "infra/b->../shared"), "", "infra", 35},
		{"wildcards for a linked directory", append(many(50, "shared/"+strings.Repeat("a", 200)+"%d"), "infra/a->../shared"),
			lines(900, func(i int) string { return fmt.Sprint("*a*b*", i%10, "*") }), "infra", 50},
		{"wildcards", many(200, strings.Repeat("a", 200)+"%d"), lines(900, func(i int) string { return fmt.Sprint("*a*b*", i%10, "*") }), ".", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := makeTree(t, append(c.tree, "main.tf", "infra/main.tf")...)
			if err := os.WriteFile(filepath.Join(root, c.path, ignoreFile), []byte(c.ignore), 0o644); err != nil {
				t.Fatal(err)
			}
			whole := endsAfter(t.Context(), 1<<30)
			if _, err := List(whole, Options{Root: root, Path: c.path}); err != nil {
				t.Fatal(err)
			}
			checks := 1<<30 - whole.remaining()
			if checks < c.least {
				t.Fatalf("the context was checked %d times, want at least %d", checks, c.least)
			}
			for n := checks; n > 0; n -= max(1, checks/3) {
				ctx := endsAfter(t.Context(), n)
				_, err := List(ctx, Options{Root: root, Path: c.path})
				if !errors.Is(err, errEnded) {
					t.Fatalf("check %d of %d: got %v, want the listing to stop", n, checks, err)
				}
				if more := -ctx.remaining(); more > 10 {
					t.Errorf("check %d of %d: the context was checked %d times more", n, checks, more)
				}
			}
		})
	}
}

// TestHostileListingChecksContext checks that the number of entries between two checks of the context is
// limited.
func TestHostileListingChecksContext(t *testing.T) {
	t.Parallel()
	root := makeTree(t, append(many(2*pulseWork, "f%d.md"), "main.tf")...)
	ctx, cancel := context.WithCancelCause(t.Context())
	entries := 0
	o := Options{Root: root, Debug: func(string) { entries++; cancel(errEnded) }}
	if err := os.WriteFile(filepath.Join(root, ignoreFile), []byte("*.md"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := List(ctx, o); !errors.Is(err, errEnded) {
		t.Errorf("got %v, want the cause of the context", err)
	}
	if entries > pulseWork {
		t.Errorf("%d entries were listed after the context was done, want at most %d", entries, pulseWork)
	}
}

func TestSortStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s, compared := numbers(100*pulseWork), 0
	ctx, cancel := context.WithCancelCause(t.Context())
	err := sortFunc(&pulse{ctx: ctx}, s, func(a, b uint32) int {
		if compared++; compared == 10 {
			cancel(errEnded)
		}
		return int(a%1009) - int(b%1009)
	})
	if !errors.Is(err, errEnded) || compared > pulseWork {
		t.Errorf("got %v after %d comparisons, want the cause of the context after at most %d", err, compared, pulseWork)
	}
}

// countingView is a tree of links that counts lookups.
type countingView struct {
	links   map[string]string
	lookups int
}

func (v *countingView) inside(string) (string, bool) { return "", false }

func (v *countingView) lookup(name string) (kind, string, error) {
	v.lookups++
	if target, ok := v.links[name]; ok {
		return kindLink, target, nil
	}
	return kindDir, "", nil
}

func TestHostileLinksAreLimited(t *testing.T) {
	t.Parallel()
	detour := strings.Repeat("a/../", 800)
	chain := map[string]string{}
	for i := range 39 {
		chain[fmt.Sprint("l", i)] = detour + fmt.Sprint("l", i+1)
	}
	for name, links := range map[string]map[string]string{
		"detours":     chain,
		"one detour":  {"l0": detour + "x"},
		"into itself": {"l0": "l0/" + strings.Repeat("x/", 500)},
		"many parts":  {"l0": "l1/" + strings.Repeat("./", 2000), "l1": "l2/" + strings.Repeat("./", 2000), "l2": "."},
	} {
		v := &countingView{links: links}
		end, err := resolve(v, "l0")
		if v.lookups > maxSteps || end.steps > maxSteps {
			t.Errorf("%s: got %d lookups and %d steps (%v), want at most %d", name, v.lookups, end.steps, err, maxSteps)
		}
		if !errors.Is(err, errTooManySteps) {
			t.Errorf("%s: got %v, want errTooManySteps", name, err)
		}
	}
	for parts, want := range map[int]error{maxSteps - 1: nil, maxSteps: errTooManySteps} { // l0 is a step, too
		end, err := resolve(&countingView{links: map[string]string{"l0": "x" + strings.Repeat("/x", parts-1)}}, "l0")
		if !errors.Is(err, want) || want == nil && end.steps != maxSteps {
			t.Errorf("a link to %d components: got %d steps and %v, want %v", parts, end.steps, err, want)
		}
	}
	v := &countingView{}
	if _, err := resolve(v, strings.Repeat("a/", 1_000_000)); !errors.Is(err, errTooManySteps) || v.lookups > 0 {
		t.Errorf("a name of 1,000,000 components: got %v after %d lookups, want errTooManySteps without lookups", err, v.lookups)
	}
	straight := map[string]string{"l39": "x"}
	for i := range 39 {
		straight[fmt.Sprint("l", i)] = fmt.Sprint("l", i+1)
	}
	if end, err := resolve(&countingView{links: straight}, "l0"); err != nil || end.path != "x" {
		t.Errorf("a chain of 40 links: got %q and %v, want x", end.path, err)
	}
}

// TestLongLinkIsRejected checks that a link with too many components is an error that names the link.
func TestLongLinkIsRejected(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf", "a/", "z->"+strings.Repeat("a/../", 800)+"a")
	_, err := List(t.Context(), Options{Root: root})
	var e *Error
	if !errors.As(err, &e) || e.Code != LinkCycle || e.Path != "z" || !errors.Is(err, errTooManySteps) {
		t.Errorf("got %v, want an error about z", err)
	}
}

func TestHostileDepthIsBounded(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	dir, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 { // each 200 bytes deeper
		if err := dir.Mkdir(strings.Repeat("d", 199), 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := dir.OpenRoot(strings.Repeat("d", 199))
		dir.Close()
		if err != nil {
			t.Fatal(err)
		}
		dir = next
	}
	dir.Close()
	_, err = List(t.Context(), Options{Root: root})
	var e *Error
	if !errors.As(err, &e) || e.Code != Unreadable || len(err.Error()) > 1000 || !strings.Contains(err.Error(), "longer than 8192 bytes") {
		t.Errorf("got %.1000v, want a short error about the depth", err)
	}
}

func TestHostileSubmodules(t *testing.T) {
	t.Parallel()
	root := makeTree(t, append(many(20, "sub/f%d"), "main.tf")...)
	if err := os.WriteFile(filepath.Join(root, ".gitmodules"), []byte(strings.Repeat("path=sub\n", 100_000)), 0o644); err != nil {
		t.Fatal(err)
	}
	tr, err := openTree(root)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.close()
	if got := len(submodules(tr, ".", maxSubmodules)); got != 2000 {
		t.Errorf("got %d paths, want 2000", got)
	}
	ctx := endsAfter(t.Context(), 5)
	warnEmptySubmodules(tr, &pulse{ctx: ctx}, ".", func(string) {})
	if ctx.remaining() > 0 || ctx.remaining() < -3 {
		t.Errorf("the context was checked %d times, want no checks after it was done", 5-ctx.remaining())
	}
}

// bomb returns a tar stream of n entries, each of which compresses to a few bytes.
func bomb(n int, name func(i int) string) io.Reader {
	r, w := io.Pipe()
	go func() {
		out := tar.NewWriter(w)
		var err error
		for i := 0; i < n && err == nil; i++ {
			err = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name(i), Mode: 0o644})
		}
		w.CloseWithError(errors.Join(err, out.Close()))
	}()
	return r
}

func TestHostileArchivesAreBounded(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]func(i int) string{
		"deep names":       func(i int) string { return fmt.Sprint(i, "/") + strings.Repeat("a/", 2000) + "f" },
		"many directories": func(i int) string { return fmt.Sprint(i, strings.Repeat("d", 4000), "/f") },
		"a long name":      func(int) string { return strings.Repeat("a/", 3000) + "f" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, last := bomb(1_000_000, entry), 0
			c := newChecker(&pulse{ctx: t.Context()}, func(string) { last++ })
			err := c.check(r)
			r.(*io.PipeReader).Close()
			var e *Error
			if !errors.As(err, &e) || e.Code != ArchiveUnsafe || len(err.Error()) > 2000 {
				t.Errorf("got %.200v, want ArchiveUnsafe", err)
			}
			if c.tree.size > maxArchiveTree+2*maxArchivePath || len(c.tree.nodes) > maxArchiveTree/archiveNodeCost {
				t.Errorf("%d directories of %d bytes in memory after %d entries", len(c.tree.nodes), c.tree.size, last)
			}
		})
	}
}

// TestHostileArchiveStopsWithItsContext checks that checking a prebuilt archive, which has no size limit,
// stops with the context.
func TestHostileArchiveStopsWithItsContext(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "main.tf")
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	const size = 16 << 20
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "main.tf", Mode: 0o644, Size: size})
	for n := 0; n < size && err == nil; n += 1 << 20 {
		_, err = w.Write(make([]byte, 1<<20))
	}
	if err := errors.Join(err, w.Close(), gz.Close(), os.WriteFile(filepath.Join(root, "bomb.tgz"), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	ctx := endsAfter(t.Context(), 20)
	if _, err := List(ctx, Options{Root: root, Path: "bomb.tgz"}); !errors.Is(err, errEnded) {
		t.Errorf("got %v, want the cause of the context", err)
	}
	if more := -ctx.remaining(); more < 0 || more > 10 {
		t.Errorf("the context was checked %d times after it was done, want at most 10", more)
	}
}
