//go:build linux

package bundle_test

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"scalr-run-action/internal/bundle"
)

func TestRule01PathStaysInTheCheckout(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "file.txt", "in->infra", "prefix->../checkout-evil", "up->..", "proc->/proc/self",
		"chain->a", "a->infra/../in", "loop->loop", "abs/", "hop->../elsewhere/back")
	writeFiles(t, root+"-evil", "main.tf=evil")
	writeFiles(t, filepath.Join(filepath.Dir(root), "elsewhere"), "back->../checkout/infra")
	must(t, os.Symlink(filepath.Join(root, "infra"), filepath.Join(root, "absolute")))
	must(t, syscall.Mkfifo(filepath.Join(root, "fifo"), 0o600))
	for _, c := range []struct {
		name, path string
		code       bundle.Code
		want       string // the listing's path, if there is one
	}{
		{"relative", "infra", "", "infra"},
		{"not clean", "./infra/../infra/", "", "infra"},
		{"absolute and inside", root + "/infra", "", "infra"},
		{"link inside", "in", "", "infra"},
		{"links to links", "chain", "", "infra"},
		{"absolute link inside", "absolute", "", "infra"},
		{"empty is the checkout", "", bundle.LinkOutside, ""}, // its links lead out
		{"parent", "..", bundle.PathOutside, ""},
		{"parent by a detour", "infra/../../checkout/infra", bundle.PathOutside, ""},
		{"absolute and outside", "/etc", bundle.PathOutside, ""},
		{"same prefix", root + "-evil", bundle.PathOutside, ""},
		{"link to the same prefix", "prefix", bundle.PathOutside, ""},
		{"link to the parent", "up", bundle.PathOutside, ""},
		{"below a link to the parent", "up/checkout/infra", bundle.PathOutside, ""},
		{"out and back in", "hop", bundle.PathOutside, ""},
		{"link to proc", "proc", bundle.PathOutside, ""},
		{"missing", "nope", bundle.PathMissing, ""},
		{"home is not expanded", "~", bundle.PathMissing, ""},
		{"globs are not expanded", "inf*", bundle.PathMissing, ""},
		{"NUL", "infra\x00", bundle.PathMissing, ""},
		{"below a file", "file.txt/x", bundle.PathMissing, ""},
		{"loop", "loop", bundle.PathUnsuitable, ""},
		{"fifo", "fifo", bundle.PathUnsuitable, ""},
		{"other file", "file.txt", bundle.PathUnsuitable, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: c.path})
			if c.code != "" {
				wantError(t, err, c.code)
				return
			}
			must(t, err)
			if got := l.Path(); got != c.want {
				t.Errorf("got path %q, want %q", got, c.want)
			}
		})
	}
}

func TestRule01CheckoutMayBeALink(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/self->main.tf")
	link := filepath.Join(filepath.Dir(root), "workspace")
	must(t, os.Symlink("checkout", link))
	must(t, os.Symlink(filepath.Join(root, "infra/main.tf"), filepath.Join(root, "infra/physical")))
	must(t, os.Symlink(filepath.Join(link, "infra/main.tf"), filepath.Join(root, "infra/spelled")))
	for _, path := range []string{"infra", link + "/infra", root + "/infra"} {
		s := pack(t, link, path)
		wantNames(t, s, "main.tf", "self", "physical", "spelled")
		if s.links()["physical"] != "main.tf" || s.links()["spelled"] != "main.tf" {
			t.Errorf("got links %v, want all to main.tf", s.links())
		}
	}
}

func TestRule10SpecialFilesStayOut(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "shared/", "infra/main.tf", "infra/pipe->../shared/fifo")
	must(t, syscall.Mkfifo(filepath.Join(root, "fifo"), 0o600))
	must(t, syscall.Mkfifo(filepath.Join(root, "shared/fifo"), 0o600))
	// A socket's address is short; the tree's may not be.
	short, err := os.MkdirTemp("", "s")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(short) })
	socket, err := net.Listen("unix", short+"/s")
	must(t, err)
	defer socket.Close()
	must(t, os.Rename(short+"/s", filepath.Join(root, "socket")))

	s := pack(t, root, ".")
	wantNames(t, s, "infra/", "shared/", "infra/main.tf", "main.tf", "infra/pipe")
	if !s.warned.mentions("fifo", `"fifo"`, `"socket"`, "(3)") {
		t.Errorf("got warnings %q, want one with the fifos and the socket", s.warned.lines)
	}

	s = pack(t, root, "infra")
	wantNames(t, s, "main.tf")
	if !s.warned.mentions("fifo", `"pipe"`) {
		t.Errorf("got warnings %q, want one with the link to the fifo", s.warned.lines)
	}
}

// A fifo that takes a file's place between listing and packing must not block us.
func TestRule10FileBecomesFifo(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "a.txt")
	l, err := bundle.List(t.Context(), bundle.Options{Root: root})
	must(t, err)
	must(t, os.Remove(filepath.Join(root, "a.txt")))
	must(t, syscall.Mkfifo(filepath.Join(root, "a.txt"), 0o600))
	_, err = l.Pack(t.Context())
	wantError(t, err, bundle.Changed, `"a.txt"`)
}

func TestRule12FileChangesAfterListing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, name string)
		code   bundle.Code
	}{
		{"vanished", func(t *testing.T, name string) { must(t, os.Remove(name)) }, bundle.Changed},
		{"became a link out", func(t *testing.T, name string) {
			must(t, os.Remove(name))
			must(t, os.Symlink("/etc/hostname", name))
		}, bundle.Changed},
		{"became a directory", func(t *testing.T, name string) {
			must(t, os.Remove(name))
			must(t, os.Mkdir(name, 0o755))
		}, bundle.Changed},
		{"its directory became a link out", func(t *testing.T, name string) {
			dir := filepath.Dir(name)
			must(t, os.RemoveAll(dir))
			writeFiles(t, filepath.Join(dir, "../../outside"), "a.txt=secret")
			must(t, os.Symlink("../outside", dir))
		}, bundle.Changed},
		{"grew", func(t *testing.T, name string) { must(t, os.WriteFile(name, []byte("longer than before"), 0o644)) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "main.tf", "d/a.txt")
			l, err := bundle.List(t.Context(), bundle.Options{Root: root})
			must(t, err)
			c.change(t, filepath.Join(root, "d/a.txt"))
			a, err := l.Pack(t.Context())
			if c.code != "" {
				wantError(t, err, c.code, `"d/a.txt"`)
				return
			}
			must(t, err)
			if got := unpack(t, a.Reader()).content["d/a.txt"]; got != "longer than before" {
				t.Errorf("got %q, want the file as it is when it is read", got)
			}
		})
	}
}

func TestRule17NothingToSend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		entries []string
		path    string
		code    bundle.Code
	}{
		{"empty", []string{"infra/"}, "infra", bundle.NothingToSend},
		{"only empty directories", []string{"infra/a/", "infra/b/"}, "infra", bundle.NothingToSend},
		{"all excluded", []string{".terraformignore=*\n", "main.tf"}, ".", bundle.NothingToSend},
		{"only .git", []string{".git/config"}, ".", bundle.NothingToSend},
		{".git itself", []string{".git/main.tf", "main.tf"}, ".git", bundle.NothingToSend},
		{"no Terraform file", []string{"infra/readme.md"}, "infra", bundle.NoTerraform},
		{"Terraform file excluded", []string{".terraformignore=*.tf", "main.tf"}, ".", bundle.NoTerraform},
		{"looks like one", []string{"main.tf.bak", "x.tfvars"}, ".", bundle.NoTerraform},
		{"tf", []string{"main.tf"}, ".", ""},
		{"tf.json", []string{"main.tf.json"}, ".", ""},
		{"tofu", []string{"main.tofu"}, ".", ""},
		{"tofu.json", []string{"main.tofu.json"}, ".", ""},
		{"hcl", []string{"terragrunt.hcl"}, ".", ""},
		{"only below", []string{"a/b/main.tf", "readme"}, ".", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := bundle.List(t.Context(), bundle.Options{Root: checkout(t, c.entries...), Path: c.path})
			if c.code == "" {
				must(t, err)
				return
			}
			wantError(t, err, c.code, `"`+c.path+`"`)
		})
	}
}
