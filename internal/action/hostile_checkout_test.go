package action_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// firstLeftOut is a writer that calls a function when the log first reports an excluded file, which happens during
// listing.
type firstLeftOut struct {
	io.Writer
	then func()
}

func (f *firstLeftOut) Write(p []byte) (int, error) {
	if f.then != nil && bytes.Contains(p, []byte("excluded \"f")) {
		f.then()
		f.then = nil
	}
	return f.Writer.Write(p)
}

// TestListingInterrupted checks that a signal or the timeout ends the listing of a large checkout. It
// counts the files that are listed afterwards.
func TestListingInterrupted(t *testing.T) {
	t.Parallel()
	const listed, between = 5000, 1000 // between is the number of files between two checks of the context
	for name, c := range map[string]struct {
		inputs []string
		code   int
		result string
		signal bool
	}{
		"U33 signal":  {nil, 143, "result=interrupted", true},
		"U33 timeout": {[]string{"timeout=1s"}, 5, "result=timed-out", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStepTest(t, scenario(t, "plan-changes"), c.inputs...)
			for i := range listed {
				write(t, filepath.Join(r.checkout, fmt.Sprintf("f%d.md", i)), "")
			}
			write(t, filepath.Join(r.checkout, ".terraformignore"), "*.md")
			r.env["RUNNER_DEBUG"] = "1"
			ended := make(chan func(), 1)
			r.during = func(p *stepResult) {
				ended <- func() {
					if c.signal {
						p.signals <- syscall.SIGTERM
						time.Sleep(100 * time.Millisecond) // virtual time: afterwards, all other goroutines are blocked
						return
					}
					time.Sleep(1100 * time.Millisecond)
				}
			}
			r.stdout = func(w io.Writer) io.Writer { return &firstLeftOut{w, func() { (<-ended)() }} }
			p := r.play().want(c.code, c.result).requestCount(readWorkspace, 0)
			if n := strings.Count(p.log, "excluded \"f"); n == 0 || n > between+1 {
				t.Errorf("%d files were listed in all, want at most %d after the end", n, between)
			}
		})
	}
}

// TestHostileCheckoutFaults (U) checks checkouts that try to read files outside the checkout or to exhaust resources.
func TestHostileCheckoutFaults(t *testing.T) {
	t.Parallel()
	none := map[string]int{readWorkspace: 0, createVersion: 0}
	planned := []string{"result=planned"}
	infra := []string{"path=infra"}
	playFaults(t, map[string]faultCase{
		"U29 link to secret": {
			inputs:  infra,
			setUp:   tree("infra/main.tf", "infra/notes.txt->../.env", ".env"),
			outputs: planned,
			says: []string{"may contain secrets", `"notes.txt -> .env"`, `Links bring in 1 file from outside "infra"`,
				`"notes.txt" -> ".env" (1 file)`},
			then: checkBundle("main.tf", "notes.txt"),
		},
		"U29 link to state": {
			inputs:  infra,
			setUp:   tree("infra/main.tf", "infra/notes.txt->../terraform.tfstate", "terraform.tfstate"),
			outputs: planned,
			says:    []string{"Terraform state is excluded", `"notes.txt -> terraform.tfstate"`},
			then:    checkBundle("main.tf"),
		},
		"U29 link to providers": {
			inputs:  infra,
			setUp:   tree("infra/main.tf", "infra/p->../.terraform/providers", ".terraform/providers/x"),
			outputs: planned,
			says:    []string{"Links are excluded", `"p -> .terraform/providers"`},
			then:    checkBundle("main.tf"),
		},
		"U30 multiplying links": {
			inputs: []string{"path=d0"},
			setUp:  tree(doubling(20)...),
			code:   2,
			outputs: []string{"result=invalid",
				"error-code=links-multiply"},
			says: []string{`Link "d0/`, "more than 10 times", "Set `path` to a directory"},
			ops:  none,
		},
		"U31 too many wildcards": {
			setUp: tree(".terraformignore=" + strings.Repeat("*a*a*b\n", 100_000)),
			code:  2,
			outputs: []string{"result=invalid",
				"error-code=ignore-file-unusable"},
			says: []string{"line 1201", "too many wildcards"},
			ops:  none,
		},
		"U31 too many rules": {
			setUp: tree(".terraformignore=" + strings.Repeat("a\n", 500_000)),
			code:  2,
			outputs: []string{"result=invalid",
				"error-code=ignore-file-unusable"},
			says: []string{"more than 100000 rules"},
			ops:  none,
		},
		"U31 many plain rules": {
			setUp:   tree(".terraformignore="+strings.Repeat("name-of-it\n", 90_000), "a/b/name-of-it"),
			outputs: planned,
			then:    checkBundle(".terraformignore", "a/", "a/b/", "main.tf"),
		},
		"U32 prebuilt archive with credentials": {
			inputs:  []string{"path=x.tgz"},
			setUp:   readyArchive("main.tf", ".git/config", "terraform.tfstate"),
			outputs: planned,
			says:    []string{"never uploaded", `".git/config"`, "Terraform state", `"terraform.tfstate"`},
		},
	})
}

// tree adds entries to the checkout: name=content is a file, name->target is a link, and a name that ends in / is a
// directory.
func tree(entries ...string) func(*stepTest) {
	return func(r *stepTest) {
		for _, e := range entries {
			addEntry(r.t, r.checkout, e)
		}
	}
}

func doubling(n int) (entries []string) {
	for i := range n {
		entries = append(entries, fmt.Sprintf("d%d/a->../d%d", i, i+1), fmt.Sprintf("d%d/b->../d%d", i, i+1))
	}
	return append(entries, "d0/main.tf", fmt.Sprintf("d%d/", n))
}

func readyArchive(names ...string) func(*stepTest) {
	return func(r *stepTest) {
		var b bytes.Buffer
		gz := gzip.NewWriter(&b)
		w := tar.NewWriter(gz)
		var errs []error
		for _, name := range names {
			errs = append(errs, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}))
		}
		if err := errors.Join(append(errs, w.Close(), gz.Close())...); err != nil {
			r.t.Fatal(err)
		}
		write(r.t, filepath.Join(r.checkout, "x.tgz"), b.String())
	}
}

func addEntry(t *testing.T, root, entry string) {
	t.Helper()
	name, target, link := strings.Cut(entry, "->")
	if link {
		full := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.Symlink(target, full)); err != nil {
			t.Fatal(err)
		}
		return
	}
	name, content, _ := strings.Cut(entry, "=")
	if dir, ok := strings.CutSuffix(name, "/"); ok {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	write(t, filepath.Join(root, name), content)
}
