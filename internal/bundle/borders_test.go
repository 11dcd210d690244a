package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
)

// TestArchiveMovesToFile checks that an archive of more than 1 MiB is in a temporary file, or in memory up to 8 MiB if
// no file can be created.
func TestArchiveMovesToFile(t *testing.T) {
	t.Parallel()
	data := incompressible(8<<20 + 1)
	none := filepath.Join(t.TempDir(), "none")
	for name, c := range map[string]struct {
		temp   []string
		size   int
		inFile bool
		want   string
	}{
		"1 MiB":                    {[]string{t.TempDir()}, 1 << 20, false, ""},
		"one byte more than 1 MiB": {[]string{t.TempDir()}, 1<<20 + 1, true, ""},
		"the second directory":     {[]string{none, "", t.TempDir()}, 2 << 20, true, ""},
		"8 MiB without a file":     {[]string{none}, 8 << 20, false, ""},
		"more than 8 MiB without a file": {
			[]string{none}, 8<<20 + 1, false, "no directory for temporary files is writable: open " + none + "/scalr-bundle-: no such file or directory",
		},
		"more than 8 MiB without a directory": {nil, 8<<20 + 1, false, "no directory for temporary files is writable"},
	} {
		s := newSink(Options{Temp: c.temp})
		var err error
		for at := 0; at < c.size && err == nil; {
			n := min(100_000, c.size-at)
			if at < 1<<20 {
				n = min(n, 1<<20-at)
			}
			_, err = s.Write(data[at : at+n])
			at += n
		}
		if c.want != "" {
			var e *Error
			if !errors.As(err, &e) || e.Code != NoRoom || withoutDigits(err.Error()) != withoutDigits(c.want) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
			s.close()
			continue
		}
		got := make([]byte, c.size)
		if n, failed := s.ReadAt(got, 0); err != nil || failed != nil || n != c.size || !bytes.Equal(got, data[:c.size]) {
			t.Errorf("%s: got %d of %d bytes, %v, %v", name, n, c.size, err, failed)
		}
		if (s.file != nil) != c.inFile || s.size != int64(c.size) {
			t.Errorf("%s: in a file: %t, %d bytes", name, s.file != nil, s.size)
		}
		if err := errors.Join(s.close(), s.close()); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
	}
}

// withoutDigits removes the random number of a temporary file.
func withoutDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, text)
}

// TestTemporaryFileIsUnlinked checks the way for file systems without files that never had a name.
func TestTemporaryFileIsUnlinked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := createAndUnlink(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("got %v, %v, want no name", left, err)
	}
	got := make([]byte, 7)
	if _, err := f.WriteString("content"); err != nil {
		t.Error(err)
	}
	if _, err := f.ReadAt(got, 0); err != nil || string(got) != "content" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestWriteErrorsNameDirectory checks the error if the temporary file cannot be written, at any time.
func TestWriteErrorsNameDirectory(t *testing.T) {
	t.Parallel()
	file, err := os.Open(os.DevNull) // only for reading
	if err != nil {
		t.Fatal(err)
	}
	const want = `write the bundle to a file in "/temp": write /dev/null: bad file descriptor`
	s := newSink(Options{})
	s.file, s.dir = file, "/temp"
	if n, err := s.Write(make([]byte, 10)); err == nil || err.Error() != want {
		t.Errorf("got %d, %v, want %s", n, err, want)
	}
	s.store(make([]byte, 10))
	if err := s.spill(); err == nil || err.Error() != want {
		t.Errorf("moving the archive: got %v, want %s", err, want)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestTemporaryDirectoryOutsideCheckout checks which directories are in the checkout.
func TestTemporaryDirectoryOutsideCheckout(t *testing.T) {
	t.Parallel()
	root := makeTree(t, "checkout/d/", "link->checkout/d", "checkout-2/", "checkout/out->../checkout-2")
	checkout := filepath.Join(root, "checkout")
	for dir, want := range map[string]bool{
		"checkout": true, "checkout/d": true, "checkout/d/..": true, "link": true, ".": false, "checkout-2": false, "checkout/out": false,
		"none": false, "checkout/none": false, "checkout/..": false,
	} {
		if got := newSink(Options{Root: checkout}).inRoot(filepath.Join(root, dir)); got != want {
			t.Errorf("%s: got %t", dir, got)
		}
	}
	if newSink(Options{Root: filepath.Join(root, "none")}).inRoot(checkout) {
		t.Error("a directory is in a checkout that does not exist")
	}
}

// TestPathsInTree checks absolute paths in the checkout, and directories that contain a path.
func TestPathsInTree(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		roots, abs, rest string
		ok               bool
	}{
		{"/r /p", "/r", ".", true},
		{"/r /p", "/p", ".", true},
		{"/r /p", "/r/a/b", "a/b", true},
		{"/r /p", "/p/a/../b", "a/../b", true},
		{"/r /p", "/r-2/a", "", false},
		{"/r /p", "/", "", false},
		{"/r /p", "/q", "", false},
		{"/r/", "/r/a", "a", true},
		{"/", "/", ".", true},
		{"/", "/a/b", "a/b", true},
	} {
		if rest, ok := (&tree{roots: strings.Fields(c.roots)}).inside(c.abs); rest != c.rest || ok != c.ok {
			t.Errorf("%s in %s: got %q, %t", c.abs, c.roots, rest, ok)
		}
	}
	for _, c := range []struct {
		dir, name string
		want      bool
	}{
		{".", ".", true}, {".", "a", true}, {"a", "a", true}, {"a", "a/b", true}, {"a", "ab", false}, {"a", ".", false}, {"a/b", "a", false},
	} {
		if got := within(c.dir, c.name); got != c.want {
			t.Errorf("%s in %s: got %t", c.name, c.dir, got)
		}
	}
	for _, c := range []struct {
		dir, target string
		want        bool
	}{
		{".", "a", false}, {".", "..", true}, {".", "a/..", false}, {".", "a/../..", true}, {".", "./a//../b", false}, {".", "./..", true},
		{"d", "..", false}, {"d", "../..", true}, {"d/e", "../..", false}, {"d/e", "../../..", true}, {"d", "../../d", true}, {".", "", false},
		{"d", "a//../../../x", true}, {"d", "a/./../../../x", true},
	} {
		if got := leavesBundle(c.dir, c.target); got != c.want {
			t.Errorf("%q in %s leaves the bundle: got %t", c.target, c.dir, got)
		}
	}
}

// TestParallelism checks that more than 1,000 files are read ahead and compressed by all processors from the start.
func TestParallelism(t *testing.T) {
	t.Parallel()
	n := runtime.GOMAXPROCS(0)
	for files, want := range map[int]parallelism{
		1: {workers: n, inline: 3}, 100: {workers: n, inline: 3}, 101: {readers: n, workers: n},
	} {
		if got := (&Listing{files: files}).parallelism(); got != want {
			t.Errorf("%d files: got %+v, want %+v", files, got, want)
		}
	}
}

// TestGoldenDigestOfBlocks checks that the bytes of an archive of several blocks are stable.
func TestGoldenDigestOfBlocks(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(compressed(t, append(text(3*blockSize+1000, 11), incompressible(200_000)...), 2, 1, 70_000))
	const want = "ec8b114d6561eda0e5e78916ff4b7adbcef6ca980053d99cf1713ed999673154"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got digest %s, want %s", got, want)
	}
}

// blocking is a writer that blocks while blocked, which is set before a write, until it is released.
type blocking struct {
	blocked bool
	release chan struct{}
	io.Writer
}

func (b *blocking) Write(p []byte) (int, error) {
	if b.blocked {
		<-b.release
	}
	return b.Writer.Write(p)
}

// TestSlowWriterDoesNotStopCompression checks how much can be written while the underlying writer blocks: the blocks
// that Write compresses itself, two more than workers, and the one that is being filled.
func TestSlowWriterDoesNotStopCompression(t *testing.T) {
	t.Parallel()
	for _, par := range []parallelism{{workers: 1}, {workers: 1, inline: 2}, {workers: 3}} {
		t.Run(fmt.Sprintf("%+v", par), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				b := &blocking{release: make(chan struct{}), Writer: &out}
				g := newGzipWriter(b, io.Discard, par.workers, par.inline)
				data, written := text((par.inline+par.workers+3)*blockSize+1, 3), 0
				go func() {
					for i, end := range []int{par.inline*blockSize + 1, len(data) - 1, len(data)} {
						n, err := g.Write(data[written:end])
						if err != nil {
							t.Error(err)
						}
						if written += n; i == 0 {
							b.blocked = true
						}
					}
					if err := g.Close(); err != nil {
						t.Error(err)
					}
				}()
				synctest.Wait()
				if written != len(data)-1 {
					t.Errorf("%d bytes were written while the writer blocked, want %d", written, len(data)-1)
				}
				close(b.release)
				synctest.Wait()
				if !bytes.Equal(out.Bytes(), compressed(t, data, 1, 3, 1<<20)) {
					t.Error("the bytes differ from those of one worker")
				}
			})
		})
	}
}

// TestContextIsCheckedPerWork checks that a pulse checks the context after 1,000 steps, and then after 1,000 more.
func TestContextIsCheckedPerWork(t *testing.T) {
	t.Parallel()
	ctx := endsAfter(t.Context(), 3)
	p := &pulse{ctx: ctx}
	for i, c := range []struct {
		steps, checks int
		ended         bool
	}{{999, 0, false}, {1, 1, false}, {999, 1, false}, {5000, 2, false}, {999, 2, false}, {1, 3, true}} {
		if err := p.spend(c.steps); (err != nil) != c.ended || 3-ctx.remaining() != c.checks && !c.ended {
			t.Errorf("call %d: got %v after %d checks, want %d", i, err, 3-ctx.remaining(), c.checks)
		}
	}
}
