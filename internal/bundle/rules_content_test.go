//go:build linux

package bundle_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/bundle"
)

func TestFileModes(t *testing.T) {
	t.Parallel()
	modes := map[string]os.FileMode{"plain": 0o644, "private": 0o600, "owner-x": 0o700, "other-x": 0o641, "all": 0o777,
		"setuid": 0o755 | os.ModeSetuid, "setgid": 0o644 | os.ModeSetgid, "sticky": 0o644 | os.ModeSticky}
	want := map[string]int64{"main.tf": 0o644, "plain": 0o644, "private": 0o644, "owner-x": 0o755, "other-x": 0o755, "all": 0o755,
		"setuid": 0o755, "setgid": 0o644, "sticky": 0o644, "dir/": 0o755, "link": 0o777}
	root := checkout(t, "main.tf", "dir/", "link->main.tf")
	for name, mode := range modes {
		writeFiles(t, root, name)
		must(t, os.Chmod(filepath.Join(root, name), mode))
	}
	must(t, os.Chmod(filepath.Join(root, "dir"), 0o700|os.ModeSetgid|os.ModeSticky))
	s := pack(t, root, ".")
	for name, mode := range want {
		if got := s.headers[name].Mode; got != mode {
			t.Errorf("%s: got mode %o, want %o", name, got, mode)
		}
	}
}

func TestUnreadableFileIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, path, ignore string
		listed             string // in the error; empty if there is none
	}{
		{"file", "d/file", "", `"infra/d/file"`},
		{"directory", "d/", "", `"infra/d"`},
		{"excluded file", "d/file", "file", ""},
		{"excluded directory", "d/", "d", ""},
		{"excluded directory, read for a later rule", "d/", "d\n!*.tf", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "infra/main.tf", "infra/.terraformignore="+c.ignore, "infra/"+c.path)
			asUnprivilegedUser(t, root)
			must(t, os.Chmod(filepath.Join(root, "infra", c.path), 0))
			s, err := tryPack(t, root, "infra")
			must(t, os.Chmod(filepath.Join(root, "infra", c.path), 0o700))
			if c.listed == "" {
				must(t, err)
				if strings.Contains(c.ignore, "!") && !s.warned.mentions(`"d"`, "cannot be read") {
					t.Errorf("got warnings %q, want one about d", s.warned.lines)
				}
				return
			}
			wantError(t, err, bundle.Unreadable, c.listed)
		})
	}
}

// TestUnsearchableDirectoryIsAnError checks a directory whose entries can be listed but not opened: no file is left out
// silently.
func TestUnsearchableDirectoryIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ entry, want string }{
		"a file":      {"d/file", `"d/file" cannot be read: permission denied`},
		"a link":      {"d/link->file", `"d/link" cannot be read: "d/link" cannot be read: permission denied`},
		"a directory": {"d/sub/", `"d/sub" cannot be read: permission denied`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "main.tf", c.entry)
			asUnprivilegedUser(t, root)
			must(t, os.Chmod(filepath.Join(root, "d"), 0o400))
			_, err := tryPack(t, root, ".")
			must(t, os.Chmod(filepath.Join(root, "d"), 0o700))
			if e := wantError(t, err, bundle.Unreadable); e.Error() != c.want {
				t.Errorf("got %s, want %s", e, c.want)
			}
		})
	}
}

func TestUnusualNames(t *testing.T) {
	t.Parallel()
	long := func(n int) string { return strings.Repeat("d/", n/2-5) + strings.Repeat("x", 10-n%2) }
	names := []string{"new\nline", "tab\there", `quote"'`, "-rf", `back\slash`, " blank ", "::error::x", "caf\u00e9", "cafe\u0301",
		"not\xff\xfeutf8", "Case", "case", strings.Repeat("n", 255), "...", "a*b?[c]", "\x01\x7f",
		long(99), long(101), long(256), long(257), long(1001), long(3001)}
	root := checkout(t, "main.tf")
	for _, name := range names {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(root, name), []byte(name), 0o644))
	}
	s := pack(t, root, ".")
	for _, name := range names {
		if s.content[name] != name {
			t.Errorf("%.80q is not in the archive, or its content differs", name)
		}
	}
}

// TestLongPaths checks that paths longer than the limit of a system call are opened in parts.
func TestLongPaths(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf")
	dir, err := os.OpenRoot(root)
	must(t, err)
	defer dir.Close()
	deep := strings.Repeat(strings.Repeat("d", 200)+"/", 30)
	must(t, dir.MkdirAll(deep, 0o755))
	must(t, dir.WriteFile(deep+"f", []byte("deep"), 0o644))
	must(t, dir.Symlink("f", deep+"l"))
	s := pack(t, root, ".")
	if s.content[deep+"f"] != "deep" || s.links()[deep+"l"] != "f" {
		t.Errorf("got %d entries, without the file or link with a path of 6,031 bytes", len(s.names))
	}
}

// TestNamesAreQuoted checks that no name in a message starts a new line, which the runner could interpret as
// a command.
func TestNamesAreQuoted(t *testing.T) {
	t.Parallel()
	evil := "x\n::error::y"
	root := checkout(t, "main.tf", evil+".tfstate", evil+"/.env", evil+"l->nowhere"+evil, evil+".tf=source = \"../../x\"\n",
		evil+".txt=version https://git-lfs.github.com/spec/v1\n", evil+".pem=-----BEGIN RSA PRIVATE KEY-----\n", ".terraformignore="+evil+"[\n")
	var debug messages
	o := bundle.Options{Root: root, Warn: debug.add, Debug: debug.add}
	l, err := bundle.List(t.Context(), o)
	must(t, err)
	_, err = l.Pack(t.Context())
	must(t, err)
	if len(debug.lines) < 10 {
		t.Errorf("got %q, want at least 10 lines", debug.lines)
	}
	for _, line := range debug.lines {
		if strings.ContainsAny(line, "\n\r") {
			t.Errorf("got %q, want one line", line)
		}
	}
}

func TestTimesAndSizes(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf")
	sizes := []int{
		0, 1, 511, 512, 513, 16<<10 - 1, 16 << 10, 16<<10 + 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, 256<<10 - 1, 256 << 10,
		256<<10 + 1, 512<<10 - 512, 512<<10 + 1, 1 << 20, 1<<20 + 1, 6 << 20,
	}
	for i, size := range sizes {
		name := filepath.Join(root, fmt.Sprint("f", size))
		must(t, os.WriteFile(name, bytes.Repeat([]byte{byte(i + 1), 7, byte(i)}, size/3+1)[:size], 0o644))
		when := []time.Time{time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), time.Now()}[i%3]
		must(t, os.Chtimes(name, when, when))
	}
	must(t, os.WriteFile(filepath.Join(root, "sparse"), nil, 0o644))
	must(t, os.Truncate(filepath.Join(root, "sparse"), 3<<20))
	s := pack(t, root, ".")
	total, largest := int64(len("main.tf"))+3<<20, []bundle.Sized{{Name: "f6291456", Bytes: 6 << 20}, {Name: "sparse", Bytes: 3 << 20}}
	for _, size := range sizes {
		total += int64(size)
	}
	a := s.archive
	if a.Bytes != total || a.Files != len(sizes)+2 || !slices.Equal(a.Largest().Files[:2], largest) {
		t.Errorf("got %d files of %d bytes, the largest %v; want %d of %d bytes", a.Files, a.Bytes, a.Largest(), len(sizes)+2, total)
	}
	if n := a.Reader().Size(); a.Compressed != n || a.Size() != n || a.Took <= 0 {
		t.Errorf("got the compressed sizes %d and %d of %d bytes, in %v", a.Compressed, a.Size(), n, a.Took)
	}
	for i, size := range sizes {
		if want := string(bytes.Repeat([]byte{byte(i + 1), 7, byte(i)}, size/3+1)[:size]); s.content[fmt.Sprint("f", size)] != want {
			t.Errorf("the content of the file of %d bytes differs", size)
		}
	}
	if s.content["sparse"] != string(make([]byte, 3<<20)) {
		t.Error("the content of the sparse file differs")
	}
	for name, h := range s.headers {
		if !h.ModTime.Equal(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) || h.Uid != 0 || h.Gid != 0 || h.Uname+h.Gname != "" {
			t.Errorf("%s: got time %v, owner %d:%d %q:%q", name, h.ModTime, h.Uid, h.Gid, h.Uname, h.Gname)
		}
		if h.Typeflag != tar.TypeReg {
			t.Errorf("%s: got type %q", name, h.Typeflag)
		}
	}
}

func TestSubmodules(t *testing.T) {
	t.Parallel()
	root := checkout(t, ".gitmodules=[submodule \"a\"]\n\tpath = infra/mods/absent\n\turl = x\n[submodule \"b\"]\n\tpath = infra/mods/there\n"+
		"[submodule \"c\"]\n\tpath=elsewhere\n[submodule \"d\"]\n\tpath = ../../etc\n",
		"infra/main.tf", "infra/mods/absent/", "infra/mods/there/m.tf", "infra/mods/there/.git=gitdir: x", "elsewhere/")
	s := pack(t, root, "infra")
	wantNames(t, s, "mods/", "mods/absent/", "mods/there/", "main.tf", "mods/there/m.tf")
	if !s.warned.mentions("ubmodules", `(1): "infra/mods/absent"`) {
		t.Errorf("got warnings %q, want one with only the absent submodule", s.warned.lines)
	}
}

func TestContentWarnings(t *testing.T) {
	t.Parallel()
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
	root := checkout(t,
		"infra/main.tf=module \"m\" {\n  source = \"../mods/m\"\n}\n", "infra/local/l.tf",
		"infra/mods/x.tf=module \"a\" {\n  source=\"../local\"\n}\n",
		"infra/quiet.tf=# source = \"../../far\"\ndescription = \"../../far\"\n",
		"infra/one.tf=module \"a\" { source = \"../../x\" }\n", "infra/up.tf=  source = \"..\"\n",
		"infra/json.tf.json={\"module\": {\"a\": {\"source\": \"../b\"}}}",
		"infra/other.tf=my_source = \"../b\"\n  // source = \"../b\"\nresource \"../b\"\n", "infra/a.bin="+pointer,
		"infra/b.bin="+pointer, "infra/big.bin="+pointer+strings.Repeat(" ", 1024), "infra/.env=A=b",
		"infra/.env.example", "infra/id_rsa=x", "infra/tls.pem=-----BEGIN EC PRIVATE KEY-----\nAAAA\n",
		"infra/ca.pem=-----BEGIN CERTIFICATE-----\nPRIVATE KEY\n",
	)
	s := pack(t, root, "infra")
	for _, want := range [][]string{
		{"LFS", `(2): "a.bin", "b.bin".`},
		{"secrets", `(2): ".env", "id_rsa".`},
		{"private key", `(1): "tls.pem".`},
		{"modules outside", `(4): "json.tf.json", "main.tf", "one.tf"`},
	} {
		if !s.warned.mentions(want...) {
			t.Errorf("got warnings %q, want one with %q", s.warned.lines, want)
		}
	}
	if len(s.warned.lines) != 4 {
		t.Errorf("got %d warnings, want 4: %q", len(s.warned.lines), s.warned.lines)
	}
}
