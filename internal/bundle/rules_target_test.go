//go:build linux

package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
)

// TestRulesApplyToLinkTargets checks that the rules and warnings for the name of a file also apply to a link
// with another name that points to the file.
func TestRulesApplyToLinkTargets(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", ".env=A=b", ".envrc", "secrets/.pgpass", "home/.aws/credentials", "plan.tfplan", "terraform.tfstate",
		"old/x.tfstate.backup",
		".terraform/providers/p", ".terraform/terraform.tfstate", ".terraform/modules/vpc/main.tf=m", "env/.terraform/plugins/p", ".git/config=token",
		"sub/.git=gitdir: x",
		"gha-creds-1.json=key", "notes/plain.txt", "shared/a.pem", "shared/docs/a.md", "shared/skip/x", "shared/x.tf", "shared/skip/deep/x.tf",
		// other names of the same files
		"hop1->hop2", "hop2->.env", "state->old/x.tfstate.backup", "dot->.terraform", "repo->.git", "data/prod.values", "data/.env.prod->prod.values",
		"cache/p", "env/x/.terraform->../../cache", "data/terraform.tfstate->prod.values", "real/config=token", "clone/.git->../real",
		"bare.git/HEAD", "bare.git/config=token", "bare.git/objects/", "bare.git/refs/", "conf/config")
	for _, c := range []struct {
		target string
		ignore string
		want   string // entries of x and below x; empty if x is excluded
		warned []string
	}{
		{"../notes/plain.txt", "", "x", nil},
		{"../.env", "", "x", []string{"secrets", `"x -> .env"`}},
		{"../.envrc", "", "x", []string{"secrets", `"x -> .envrc"`}},
		{"../secrets/.pgpass", "", "x", []string{"secrets", `"x -> secrets/.pgpass"`}},
		{"../home/.aws/credentials", "", "x", []string{"secrets", `"x -> home/.aws/credentials"`}},
		{"../home/.aws", "", "x/ x/credentials", []string{"secrets", `"x/credentials -> home/.aws/credentials"`}},
		{"../home", "", "x/ x/.aws/ x/.aws/credentials", []string{"secrets", `"x/.aws/credentials"`}},
		{"../plan.tfplan", "", "x", []string{"secrets", `"x -> plan.tfplan"`}},
		{"../hop1", "", "x", []string{"secrets", `"x -> .env"`}},
		{"../data/.env.prod", "", "x", []string{"secrets", `"x -> data/prod.values"`}},
		{"../data/prod.values", "", "x", nil},
		{"../terraform.tfstate", "", "", []string{"state", `"x -> terraform.tfstate"`}},
		{"../state", "", "", []string{"state", `"x -> old/x.tfstate.backup"`}},
		{"../data/terraform.tfstate", "", "", []string{"state", `"x -> data/prod.values"`}},
		{"../terraform.tfstate", "!terraform.tfstate", "x", nil},
		{"../old", "", "x/", []string{"state", `"x/x.tfstate.backup"`}},
		{"../.terraform/providers/p", "", "", []string{"are excluded because", `"x -> .terraform/providers/p"`}},
		{"../.terraform/providers", "", "", []string{"are excluded because", `"x -> .terraform/providers"`}},
		{"../dot/providers", "", "", []string{"are excluded because", `"x -> .terraform/providers"`}},
		{"../env/x/.terraform", "", "", []string{"are excluded because", `"x -> cache"`}},
		{"../env/x/.terraform/p", "", "", []string{"are excluded because", `"x -> cache/p"`}},
		{"../cache/p", "", "x", nil},
		{"../.terraform/terraform.tfstate", "", "", []string{`"x -> .terraform/terraform.tfstate"`}},
		{"../.terraform/modules/vpc", "", "x/ x/main.tf", nil},
		{"../.terraform/modules/vpc/main.tf", "", "x", nil},
		{"../.terraform", "", "x/modules/ x/modules/vpc/ x/modules/vpc/main.tf", []string{"are excluded because", `"x -> .terraform"`}},
		{"../env", "", "x/ x/x/", nil},
		{"../.git", "", "", []string{"never uploaded", `"x -> .git"`}},
		{"../.git/config", "", "", []string{"never uploaded", `"x -> .git/config"`}},
		{"../repo/config", "", "", []string{"never uploaded", `"x -> .git/config"`}},
		{"../clone/.git/config", "", "", []string{"never uploaded", `"x -> real/config"`}},
		{"../sub/.git", "", "", []string{"never uploaded", `"x -> sub/.git"`}},
		{"../gha-creds-1.json", "", "", []string{"never uploaded", `"x -> gha-creds-1.json"`}},
		{"../bare.git/config", "", "x", []string{"repositories", `"x -> bare.git/config"`}},
		{"../bare.git", "", "x/ x/HEAD x/config x/objects/ x/refs/", []string{"repositories", `"x/config"`}},
		{"../conf/config", "", "x", nil},
		// the rules of the ignore file
		{"../shared/a.pem", "*.pem", "", []string{"are excluded because", `"x -> shared/a.pem"`}},
		{"../shared/a.pem", "a.pem", "", []string{"are excluded because", `"x -> shared/a.pem"`}},
		{"../shared/a.pem", "shared/*.pem", "", []string{"are excluded because", `"x -> shared/a.pem"`}},
		{"../shared/a.pem", "*.pem\n!shared/a.pem", "x", nil},
		{"../shared/docs/a.md", "docs/", "", []string{"are excluded because", `"x -> shared/docs/a.md"`}},
		{"../shared/skip", "skip\n!*.tf", "x/deep/x.tf", []string{"are excluded because", `"x -> shared/skip"`}},
		{"../shared", "shared/docs/\nshared/skip", "x/ x/a.pem x/x.tf", nil},
		{"../shared/a.pem", "/shared/a.pem", "x", nil}, // a path in the archive
		{"../shared/docs", "*\n!x\n!*.tf\n!x/**", "x/ x/a.md", nil},
		{"../shared/docs", "**\n!main.tf\n!x\n!x/*", "x/ x/a.md", nil},
	} {
		t.Run(strings.ReplaceAll(c.target+" "+c.ignore, "/", "|"), func(t *testing.T) {
			link := filepath.Join(root, "infra", "x")
			if err := os.Symlink(c.target, link); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(link)
			if err := os.WriteFile(filepath.Join(root, "infra", ".terraformignore"), []byte(c.ignore), 0o644); err != nil {
				t.Fatal(err)
			}
			s := pack(t, root, "infra")
			var got []string
			for _, name := range s.sorted() {
				if name != "main.tf" && name != ".terraformignore" {
					got = append(got, name)
				}
			}
			if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" && len(got)+len(c.want) > 0 {
				t.Errorf("entries differ (-want +got):\n%s", diff)
			}
			if c.warned != nil && !s.warned.mentions(c.warned...) {
				t.Errorf("got warnings %q, want one with %q", s.warned.lines, c.warned)
			}
			if c.warned == nil && len(s.warned.lines) > 0 {
				t.Errorf("got warnings %q, want none", s.warned.lines)
			}
		})
	}
}

// TestLinkThroughExcludedLink checks that a link is excluded if it leads through another link in the bundle
// that a rule excludes.
func TestLinkThroughExcludedLink(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/x->secret.pem", "infra/y->fine.pem", "infra/secret.pem->../values", "infra/fine.pem->../values",
		"infra/.terraformignore=/secret.pem", "values")
	wantNames(t, pack(t, root, "infra"), "main.tf", "y", "fine.pem", ".terraformignore")
}

// TestLinksToExcludedFiles checks that a link to a file below path is packed even if the file is excluded.
func TestLinksToExcludedFiles(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/state->terraform.tfstate", "infra/terraform.tfstate", "infra/p->.terraform/providers/x",
		"infra/.terraform/providers/x",
		"infra/m->.terraform/modules/m", "infra/.terraform/modules/m/m.tf", "infra/g->.git/config", "infra/.git/config=token", "infra/s->skip",
		"infra/skip/x", "infra/top->.",
		"infra/.terraformignore=skip\n")
	s := pack(t, root, "infra")
	wantLinks(t, s, map[string]string{"state": "terraform.tfstate", "p": ".terraform/providers/x", "m": ".terraform/modules/m", "g": ".git/config",
		"s": "skip", "top": "."})
	if !s.warned.mentions("excluded from the archive", "(4)", `"state -> terraform.tfstate"`, `"p -> .terraform/providers/x"`, `"g -> .git/config"`,
		`"s -> skip"`) {
		t.Errorf("got warnings %q, want one with the four links", s.warned.lines)
	}
	wantNames(t, pack(t, checkout(t, "main.tf", "self->.", ".terraformignore=*\n!main.tf\n!self"), "."), "main.tf", "self")
}

// TestIgnoreFileLinksToNeverUploadedFile checks that the ignore file must not be a link to a file that is
// never uploaded: warnings quote its invalid lines.
func TestIgnoreFileLinksToNeverUploadedFile(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"../.git/config", "../repo/config"} {
		root := checkout(t, "infra/main.tf", "infra/.terraformignore->"+target, ".git/config=[token", "repo->.git")
		var warned messages
		_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra", Warn: warned.add})
		wantError(t, err, bundle.IgnoreUnusable, "never uploaded")
		if len(warned.lines) > 0 {
			t.Errorf("got warnings %q, want none", warned.lines)
		}
	}
}

func TestLinkedContentIsListed(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/sub/one.tf->../../shared/one.tf", "infra/mod->../mods/a", "infra/inner->main.tf", "infra/gone->../nothing",
		"infra/state->../x.tfstate", "shared/one.tf", "mods/a/a.tf", "mods/a/b/b.tf", "mods/a/far->../../far", "far/f.tf", "far/g.tf", "mods/a/near->a.tf",
		"x.tfstate")
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra"})
	must(t, err)
	want := []bundle.LinkedContent{{Link: "mod", Target: "mods/a", Files: 2}, {Link: "mod/far", Target: "far", Files: 2}, {Link: "mod/near",
		Target: "mods/a/a.tf", Files: 1},
		{Link: "sub/one.tf", Target: "shared/one.tf", Files: 1}}
	if diff := cmp.Diff(want, l.LinkedContent()); diff != "" {
		t.Errorf("the linked content differs (-want +got):\n%s", diff)
	}
	if got := pack(t, root, "infra").archive.Files; got != 7 {
		t.Errorf("got %d files, want the six of the links and main.tf", got)
	}
}

// doubling returns n directories, each with two links to the next one, which result in 2^n copies of the last
// one.
func doubling(n int) (entries []string) {
	for i := range n {
		entries = append(entries, fmt.Sprintf("d%d/a->../d%d", i, i+1), fmt.Sprintf("d%d/b->../d%d", i, i+1))
	}
	return append(entries, "d0/main.tf", fmt.Sprintf("d%d/", n))
}

func TestLinkedContentLimit(t *testing.T) {
	t.Parallel()
	numbered := func(n int, format string) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf(format, i))
		}
		return all
	}
	big := func(size int) string { return "shared/big=" + strings.Repeat("x", size) }
	infra := func(entries ...[]string) (all []string) {
		all = []string{"infra/main.tf"}
		for _, e := range entries {
			all = append(all, e...)
		}
		return all
	}
	for _, c := range []struct {
		name, path string
		tree       []string
		link       string // link in the error; empty if there is none
	}{
		{"doubling", "d0", doubling(30), `"d0/`},
		{"doubling with few directories", "d0", doubling(8), ""},
		{"a directory 9 times", "infra", infra(numbered(9, "infra/l%d->../shared"), numbered(300, "shared/f%d")), ""},
		{"a directory 12 times", "infra", infra(numbered(12, "infra/l%d->../shared"), numbered(300, "shared/f%d")), `"infra/l`},
		{"a directory 12 times in a big checkout", "infra", infra(numbered(12, "infra/l%d->../shared"), numbered(300, "shared/f%d"), numbered(100,
			"else/f%d")), ""},
		{"a small directory 200 times", "infra", infra(numbered(200, "infra/l%d->../shared"), numbered(4, "shared/f%d")), ""},
		{"a file of 100 kB, 100 times", "infra", infra(numbered(100, "infra/l%d->../shared/big"), []string{big(100_000)}), `"infra/l`},
		{"a file of 90 kB, 20 times", "infra", infra(numbered(20, "infra/l%d->../shared/big"), []string{big(90_000)}), ""},
		{"a file of 90 kB, 22 times", "infra", infra(numbered(22, "infra/l%d->../shared/big"), []string{big(90_000)}), `"infra/l`},
		{"a file of 100 kB, 9 times", "infra", infra(numbered(9, "infra/l%d->../shared/big"), []string{big(100_000)}), ""},
		{"a directory with a file of 1 MB, 12 times", "infra", infra(numbered(12, "infra/l%d->../shared"), []string{big(1_000_000)}), `"infra/l`},
		{"links below path", "infra", infra(numbered(100, "infra/l%d->big"), []string{"infra/big=" + strings.Repeat("x", 100_000)}), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := bundle.List(t.Context(), bundle.Options{Root: checkout(t, c.tree...), Path: c.path})
			if c.link == "" {
				must(t, err)
				return
			}
			wantError(t, err, bundle.LinksMultiply, c.link, "more than 10 times")
		})
	}
}

// TestRulesApplyToOtherNamesOfHardLinks checks that a hard link is excluded, or causes a warning, if another
// name of the file is or does.
func TestRulesApplyToOtherNamesOfHardLinks(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/.terraformignore=cache/\n!infra-wants.tfstate", "infra/terraform.tfstate", "infra/cache/lib.js",
		"infra/.env=A=b",
		".env.prod=A=b", "old.tfstate", ".terraform/providers/p", ".terraform/modules/m/m.tf", ".git/config=token", ".git/objects/ab/cd=blob",
		"gha-creds-7.json=key", "plain.txt")
	for name, target := range map[string]string{"state.txt": "infra/terraform.tfstate", "lib.js": "infra/cache/lib.js", "env.txt": "infra/.env",
		"notes.txt": ".env.prod",
		"old.txt":   "old.tfstate", "infra-wants.tfstate": "old.tfstate", "provider": ".terraform/providers/p", "m.tf": ".terraform/modules/m/m.tf",
		"git.txt":     ".git/config",
		"annexed.bin": ".git/objects/ab/cd", "creds.txt": "gha-creds-7.json", "plain.txt": "plain.txt"} {
		must(t, os.Link(filepath.Join(root, target), filepath.Join(root, "infra", name)))
	}
	wantWarnings := func(warned *messages) {
		t.Helper()
		if !warned.mentions("Hard links are excluded", "(5)", `"state.txt -> infra/terraform.tfstate"`, `"git.txt -> .git/config"`,
			`"creds.txt -> gha-creds-7.json"`) {
			t.Errorf("got warnings %q, want one with the five excluded links", warned.lines)
		}
		if !warned.mentions("Hard links to files that may contain secrets", "(2)", `"env.txt -> infra/.env"`, `"notes.txt -> .env.prod"`) {
			t.Errorf("got warnings %q, want one with the two secrets", warned.lines)
		}
	}
	s := pack(t, root, "infra")
	wantNames(t, s, "main.tf", ".terraformignore", ".env", "lib.js", "env.txt", "notes.txt", "infra-wants.tfstate", "m.tf", "annexed.bin", "plain.txt")
	wantWarnings(s.warned)
	if s.archive.Files != 10 {
		t.Errorf("got %d files, want the ten packed files", s.archive.Files)
	}
	s.warned.lines = nil
	var entries []string
	for e, err := range s.listing.Entries(t.Context()) {
		must(t, err)
		entries = append(entries, e.Name)
	}
	if len(entries) != 10 {
		t.Errorf("got entries %q, want the ten packed files", entries)
	}
	if len(s.warned.lines) > 0 { // Pack has printed them
		t.Errorf("Entries repeated the warnings %q", s.warned.lines)
	}
}
