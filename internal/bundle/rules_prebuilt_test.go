package bundle_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/bundle"
)

// tarball returns a tar archive. A header without a type is a regular file with its name as content.
func tarball(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		if h.Typeflag == 0 {
			h.Typeflag, h.Size = tar.TypeReg, int64(len(h.Name))
		}
		if h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		must(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := io.WriteString(w, h.Name)
			must(t, err)
		}
	}
	must(t, w.Close())
	return b.Bytes()
}

// tarballOf returns a tar archive of files, given as names and contents.
func tarballOf(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: files[i], Size: int64(len(files[i+1])), Mode: 0o644}))
		_, err := io.WriteString(w, files[i+1])
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err := w.Write(b)
	must(t, err)
	must(t, w.Close())
	return z.Bytes()
}

func link(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}
}

func global(record, value string) tar.Header {
	return tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{record: value}}
}

func file(name string) tar.Header { return tar.Header{Name: name} }

func TestPrebuiltArchive(t *testing.T) {
	t.Parallel()
	ready := gzipped(t, tarball(t, tar.Header{Typeflag: tar.TypeDir, Name: "./"}, file("./main.tf"), file("env/dev/x.tofu"), link("env/link", "dev"),
		link("dangling", "nowhere"), tar.Header{Typeflag: tar.TypeLink, Name: "alias", Linkname: "./main.tf"}))
	root := checkout(t, "dist/")
	must(t, os.WriteFile(filepath.Join(root, "dist/config.tgz"), ready, 0o644))
	must(t, os.Symlink("dist/config.tgz", filepath.Join(root, "latest")))
	for _, path := range []string{"dist/config.tgz", "latest"} {
		var debug messages
		l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: path, Debug: debug.add})
		must(t, err)
		if len(debug.lines) != 6 || debug.lines[2] != `the archive contains "env/dev/x.tofu" with 14 bytes` {
			t.Errorf("got debug log %q, want each entry", debug.lines)
		}
		a, err := l.Pack(t.Context())
		must(t, err)
		got, err := io.ReadAll(a.Reader())
		must(t, err)
		if !bytes.Equal(got, ready) {
			t.Error("the archive was changed")
		}
		sum := sha256.Sum256(ready)
		if a.SHA256 != hex.EncodeToString(sum[:]) || a.Files != 3 || a.Size() != int64(len(ready)) || a.Bytes != int64(len("./main.tfenv/dev/x.tofu")) {
			t.Errorf("got %+v", a)
		}
		if !l.Prebuilt() || l.Path() != "dist/config.tgz" {
			t.Errorf("got prebuilt %v, path %q", l.Prebuilt(), l.Path())
		}
		if !l.HasTerraform(".") || !l.HasTerraform("env/dev/") || !l.HasTerraform("env/link") || l.HasTerraform("env") ||
			!l.HasDir("env") || l.HasDir("dangling") {
			t.Error("the directories differ from those of the archive")
		}
		var names []string
		for e, err := range l.Entries(t.Context()) {
			must(t, err)
			names = append(names, e.Name)
		}
		if got, want := strings.Join(names, " "), "./ ./main.tf env/dev/x.tofu env/link dangling alias"; got != want {
			t.Errorf("got entries %q, want %q", got, want)
		}
	}
}

func TestPrebuiltArchiveIsChecked(t *testing.T) {
	t.Parallel()
	good := gzipped(t, tarball(t, file("main.tf"), file("b/"+strings.Repeat("x", 90))))
	flipped := bytes.Clone(good)
	flipped[len(flipped)-6] ^= 1 // in the CRC
	for _, c := range []struct {
		name    string
		content []byte
		code    bundle.Code
	}{
		{"good", good, ""},
		{"several gzip members", append(gzipped(t, tarball(t, file("main.tf"))[:512]), gzipped(t, tarball(t, file("main.tf"))[512:])...), ""},
		{"padded to a record", gzipped(t, append(tarball(t, file("main.tf")), make([]byte, 10240)...)), ""},
		{"not compressed", tarball(t, file("main.tf")), bundle.PathUnsuitable},
		{"empty file", nil, bundle.PathUnsuitable},
		{"gzip of text", gzipped(t, []byte(strings.Repeat("hello ", 200))), bundle.ArchiveDamaged},
		{"wrong CRC", flipped, bundle.ArchiveDamaged},
		{"truncated trailer", good[:len(good)-9], bundle.ArchiveDamaged},
		{"truncated data", good[:len(good)/2], bundle.ArchiveDamaged},
		{"tar without end marker", gzipped(t, tarball(t, file("main.tf"))[:1024]), bundle.ArchiveDamaged},
		{"tar truncated in padding", gzipped(t, tarball(t, file("main.tf"))[:700]), bundle.ArchiveDamaged},
		{"tar truncated in content", gzipped(t, tarball(t, file("main.tf"))[:515]), bundle.ArchiveDamaged},
		{"garbage after gzip", append(bytes.Clone(good), "garbage"...), bundle.ArchiveDamaged},
		{"zeros after gzip", append(bytes.Clone(good), 0, 0, 0, 0), bundle.ArchiveDamaged},
		{"garbage after tar", gzipped(t, append(tarball(t, file("main.tf")), "garbage"...)), bundle.ArchiveDamaged},
		{"another tar after tar", gzipped(t, append(tarball(t, file("main.tf")), tarball(t, file("b"))...)), bundle.ArchiveDamaged},
		{"no entries", gzipped(t, tarball(t)), bundle.NothingToSend},
		{"no regular file", gzipped(t, tarball(t, tar.Header{Typeflag: tar.TypeDir, Name: "d/"}, link("l", "d"))), bundle.NothingToSend},
		{"absolute name", gzipped(t, tarball(t, file("main.tf"), file("/etc/x"))), bundle.ArchiveUnsafe},
		{"name outside", gzipped(t, tarball(t, file("main.tf"), file("../x"))), bundle.ArchiveUnsafe},
		{"name outside through a directory", gzipped(t, tarball(t, file("main.tf"), file("a/../../x"))), bundle.ArchiveUnsafe},
		{"absolute link", gzipped(t, tarball(t, file("main.tf"), link("l", "/etc"))), bundle.ArchiveUnsafe},
		{"link outside", gzipped(t, tarball(t, file("main.tf"), link("d/l", "../../x"))), bundle.ArchiveUnsafe},
		{"two links outside", gzipped(t, tarball(t, file("main.tf"), link("a/b/c/l", "../../.."), link("x", "a/b/c/l/../secret"))), bundle.ArchiveUnsafe},
		{
			"two links outside, one of them replaced",
			gzipped(t, tarball(t, file("main.tf"), link("p/d", "."), link("p/a", "d/../../q"), tar.Header{Typeflag: tar.TypeDir, Name: "p/a/"}, file("p/a/x"))),
			bundle.ArchiveUnsafe,
		},
		{"global header with a comment", gzipped(t, tarball(t, global("comment", "abc"), file("main.tf"))), ""},
		{"global header with a name", gzipped(t, tarball(t, global("path", "../x"), file("main.tf"))), bundle.ArchiveUnsafe},
		{"global header with a target", gzipped(t, tarball(t, file("main.tf"), global("linkpath", "/etc"), link("l", "main.tf"))), bundle.ArchiveUnsafe},
		{"global header with a size", gzipped(t, tarball(t, global("size", "0"), file("main.tf"))), bundle.ArchiveUnsafe},
		{"global header with a sparse file", gzipped(t, tarball(t, global("GNU.sparse.major", "1"), file("main.tf"))), bundle.ArchiveUnsafe},
		{"through a link", gzipped(t, tarball(t, file("main.tf"), link("d", "e"), file("d/x"))), bundle.ArchiveUnsafe},
		{
			"hard link through the archive",
			gzipped(t, tarball(t, file("main.tf"), tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "a/../main.tf"})),
			bundle.ArchiveUnsafe,
		},
		{
			"hard link to a link",
			gzipped(t, tarball(t, file("main.tf"), link("a/b/l", "../../main.tf"), tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "a/b/l"})),
			bundle.ArchiveUnsafe,
		},
		{
			"hard link through a link",
			gzipped(t, tarball(t, file("main.tf"), link("l", "."), tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "l/main.tf"})),
			bundle.ArchiveUnsafe,
		},
		{"hard link outside", gzipped(t, tarball(t, file("main.tf"), tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "../x"})), bundle.ArchiveUnsafe},
		{"device", gzipped(t, tarball(t, file("main.tf"), tar.Header{Typeflag: tar.TypeChar, Name: "null"})), bundle.ArchiveUnsafe},
		{"fifo", gzipped(t, tarball(t, file("main.tf"), tar.Header{Typeflag: tar.TypeFifo, Name: "f"})), bundle.ArchiveUnsafe},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "main.tf")
			must(t, os.WriteFile(filepath.Join(root, "x.tar.gz"), c.content, 0o644))
			_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tar.gz"})
			if c.code == "" {
				must(t, err)
				return
			}
			wantError(t, err, c.code)
		})
	}
}

func TestPrebuiltArchiveChangesAfterCheck(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf")
	name := filepath.Join(root, "x.tgz")
	must(t, os.WriteFile(name, gzipped(t, tarball(t, file("main.tf"))), 0o644))
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "x.tgz"})
	must(t, err)
	must(t, os.WriteFile(name, gzipped(t, tarball(t, file("evil.tf"))), 0o644))
	_, err = l.Pack(t.Context())
	wantError(t, err, bundle.Changed, `"x.tgz"`)
}
