package bundle_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/dirtest"
)

// checkout creates a directory with entries. A name that ends with / is a directory, "name->target" a link,
// "name=content" a file with that content, and any other name a file with its name as content.
func checkout(t testing.TB, entries ...string) string {
	t.Helper()
	root := filepath.Join(dirtest.InMemory(t), "checkout")
	writeFiles(t, root, entries...)
	return root
}

func writeFiles(t testing.TB, root string, entries ...string) {
	t.Helper()
	must(t, os.MkdirAll(root, 0o755))
	for _, e := range entries {
		name, target, link := strings.Cut(e, "->")
		if !link {
			name, _, _ = strings.Cut(e, "=")
		}
		full := filepath.Join(root, name)
		must(t, os.MkdirAll(filepath.Dir(full), 0o755))
		_, content, ok := strings.Cut(e, "=")
		switch {
		case link:
			must(t, os.Symlink(target, full))
		case strings.HasSuffix(name, "/"):
			must(t, os.MkdirAll(full, 0o755))
		case ok:
			must(t, os.WriteFile(full, []byte(content), 0o644))
		default:
			must(t, os.WriteFile(full, []byte(name), 0o644))
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// messages collects warnings or lines of the debug log.
type messages struct {
	sync.Mutex
	lines []string
}

func (m *messages) add(line string) {
	m.Lock()
	defer m.Unlock()
	m.lines = append(m.lines, line)
}

// mentions reports whether a line contains all of words.
func (m *messages) mentions(words ...string) bool {
	return slices.ContainsFunc(m.lines, func(line string) bool {
		for _, w := range words {
			if !strings.Contains(line, w) {
				return false
			}
		}
		return true
	})
}

// unpacked is an archive as read by the standard library.
type unpacked struct {
	names   []string
	headers map[string]*tar.Header
	content map[string]string
	warned  *messages
	listing *bundle.Listing
	archive *bundle.Archive
}

// pack packs the path of the checkout and reads the archive.
func pack(t testing.TB, root, path string) unpacked {
	t.Helper()
	s, err := tryPack(t, root, path)
	must(t, err)
	return s
}

func tryPack(t testing.TB, root, path string) (unpacked, error) {
	t.Helper()
	warned := &messages{}
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: path, Temp: []string{filepath.Dir(root)}, Warn: warned.add})
	if err != nil {
		return unpacked{warned: warned}, err
	}
	a, err := l.Pack(t.Context())
	if err != nil {
		return unpacked{warned: warned, listing: l}, err
	}
	t.Cleanup(func() { a.Close() })
	s := unpack(t, a.Reader())
	s.warned, s.listing, s.archive = warned, l, a
	return s, nil
}

func unpack(t testing.TB, r io.Reader) unpacked {
	t.Helper()
	s := unpacked{headers: map[string]*tar.Header{}, content: map[string]string{}}
	gz, err := gzip.NewReader(r)
	must(t, err)
	tr := tar.NewReader(gz)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		must(t, err)
		content, err := io.ReadAll(tr)
		must(t, err)
		s.names = append(s.names, h.Name)
		s.headers[h.Name], s.content[h.Name] = h, string(content)
	}
	_, err = io.Copy(io.Discard, gz)
	must(t, err)
	return s
}

func (s unpacked) sorted() []string { return slices.Sorted(slices.Values(s.names)) }

// links returns the targets of the links in the archive by name.
func (s unpacked) links() map[string]string {
	links := map[string]string{}
	for name, h := range s.headers {
		if h.Typeflag == tar.TypeSymlink {
			links[name] = h.Linkname
		}
	}
	return links
}

func wantNames(t *testing.T, s unpacked, want ...string) {
	t.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, s.sorted()); diff != "" {
		t.Errorf("entries differ (-want +got):\n%s", diff)
	}
}

// wantError checks the code of the error, and that its message contains all of words.
func wantError(t *testing.T, err error, code bundle.Code, words ...string) *bundle.Error {
	t.Helper()
	var e *bundle.Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want one with code %s", err, code)
	}
	if e.Code != code {
		t.Errorf("got code %s (%v), want %s", e.Code, err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got message %q, want %q in it", err, w)
		}
	}
	return e
}
