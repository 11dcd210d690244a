//go:build linux

package bundle_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/bundle"
)

func TestPathInsideCheckout(t *testing.T) {
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
		want       string // path of the listing; empty if List fails
	}{
		{"relative", "infra", "", "infra"},
		{"not clean", "./infra/../infra/", "", "infra"},
		{"absolute and inside", root + "/infra", "", "infra"},
		{"link inside", "in", "", "infra"},
		{"links to links", "chain", "", "infra"},
		{"absolute link inside", "absolute", "", "infra"},
		{"empty is the checkout", "", bundle.LinkOutside, ""}, // contains links to the outside
		{"parent", "..", bundle.PathOutside, ""},
		{"parent through a subdirectory", "infra/../../checkout/infra", bundle.PathOutside, ""},
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

// TestMissingPathSuggestsDirectory checks which directory the error for a missing path names, if any.
func TestMissingPathSuggestsDirectory(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/network/main.tf", "infra/databases/main.tf", "live/app1/main.tf", "live/app2/main.tf", "modules/main.tf",
		"link->infra", "dots->infra/missing/..", "networks.txt", ".git/config")
	for path, want := range map[string]string{
		"infra/netwrok":           "infra/network",
		"infar/network":           "infra/network",
		"infar/netwrok/":          "infra/network",
		root + "/infra/databsaes": "infra/databases",
		"link/netwrok":            "infra/network",
		"live/app3":               "live/app1", // the first of several
		"infra/monitoring":        "",
		"infra/network/prod":      "",
		"git":                     "",
		"linc":                    "", // a link is not a directory
		"networks.txd":            "", // nor is a file
		"networks.txt/prod":       "",
		strings.Repeat("m", 200):  "",
		"dots":                    "", // a link to a missing directory
	} {
		_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: path})
		e := wantError(t, err, bundle.PathMissing)
		if e.Path != path || e.Target != want {
			t.Errorf("%s: got the similar directory %q, want %q", path, e.Target, want)
		}
	}
}

func TestCheckoutIsLink(t *testing.T) {
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

func TestSpecialFilesAreExcluded(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "shared/", "infra/main.tf", "infra/pipe->../shared/fifo")
	must(t, syscall.Mkfifo(filepath.Join(root, "fifo"), 0o600))
	must(t, syscall.Mkfifo(filepath.Join(root, "shared/fifo"), 0o600))
	// The path of a socket is limited to 108 bytes.
	short, err := os.MkdirTemp("", "s")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(short) })
	must(t, os.Symlink(root, short+"/d"))
	socket, err := net.Listen("unix", short+"/d/socket")
	must(t, err)
	defer socket.Close()

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

// TestFileBecomesFIFO checks that a FIFO that replaces a file between listing and packing does not block
// Pack.
func TestFileBecomesFIFO(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "a.txt")
	l, err := bundle.List(t.Context(), bundle.Options{Root: root})
	must(t, err)
	must(t, os.Remove(filepath.Join(root, "a.txt")))
	must(t, syscall.Mkfifo(filepath.Join(root, "a.txt"), 0o600))
	_, err = l.Pack(t.Context())
	wantError(t, err, bundle.Changed, `"a.txt"`)
}

func TestFileChangesAfterListing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(t *testing.T, name string)
		code   bundle.Code
	}{
		{"removed", func(t *testing.T, name string) { must(t, os.Remove(name)) }, bundle.Changed},
		{"replaced by a link outside", func(t *testing.T, name string) {
			must(t, os.Remove(name))
			must(t, os.Symlink("/etc/hostname", name))
		}, bundle.Changed},
		{"replaced by a directory", func(t *testing.T, name string) {
			must(t, os.Remove(name))
			must(t, os.Mkdir(name, 0o755))
		}, bundle.Changed},
		{"directory replaced by a link outside", func(t *testing.T, name string) {
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
				t.Errorf("got %q, want the current content", got)
			}
		})
	}
}

func TestNothingToUpload(t *testing.T) {
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
		{"similar names", []string{"main.tf.bak", "x.tfvars"}, ".", bundle.NoTerraform},
		{"tf", []string{"main.tf"}, ".", ""},
		{"tf.json", []string{"main.tf.json"}, ".", ""},
		{"tofu", []string{"main.tofu"}, ".", ""},
		{"tofu.json", []string{"main.tofu.json"}, ".", ""},
		{"hcl", []string{"terragrunt.hcl"}, ".", ""},
		{"only in a subdirectory", []string{"a/b/main.tf", "readme"}, ".", ""},
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
