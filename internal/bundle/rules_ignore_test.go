//go:build linux

package bundle_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"scalr-run-action/internal/bundle"
)

func TestNeverUploaded(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", ".git/config=token", "sub/.git=gitdir: ../.git/modules/sub", "sub/main.tf", "deep/er/.git/HEAD",
		"gha-creds-0123.json=key", "sub/gha-creds-x.json=key", "deep/gha-creds-dir.json/key", ".gitignore=*.tf", ".github/x.yml",
		"gha-creds-list.txt", "gha-kubeconfig-0ab5=token", "sub/gha-kubeconfig-0ab5=token",
		".terraformignore=!.git\n!.git/\n!**/.git/**\n!gha-creds-*.json\n!gha-kubeconfig-*\n!**\n")
	s := pack(t, root, ".")
	wantNames(t, s, "deep/", "deep/er/", "sub/", ".github/", "main.tf", "sub/main.tf", ".gitignore", ".github/x.yml",
		"gha-creds-list.txt", ".terraformignore")
}

func TestTerraformDirectory(t *testing.T) {
	t.Parallel()
	tree := []string{"main.tf", ".terraform.lock.hcl", ".terraform/providers/p", ".terraform/terraform.tfstate", ".terraform/modules/modules.json",
		".terraform/modules/vpc/main.tf", "env/.terraform/plugins/p", "env/.terraform/modules/m/main.tf", "env/main.tf"}
	s := pack(t, checkout(t, tree...), ".")
	wantNames(t, s, "env/", ".terraform/modules/", ".terraform/modules/vpc/", "env/.terraform/modules/", "env/.terraform/modules/m/",
		".terraform.lock.hcl", ".terraform/modules/modules.json", ".terraform/modules/vpc/main.tf",
		"env/.terraform/modules/m/main.tf", "env/main.tf", "main.tf")

	s = pack(t, checkout(t, append(tree, ".terraformignore=.terraform/modules/\n!/env/.terraform/plugins/\n")...), ".")
	wantNames(t, s, "env/", "env/.terraform/plugins/", "env/.terraform/plugins/p", ".terraform.lock.hcl", ".terraformignore", "env/main.tf", "main.tf")
}

func TestIgnoreFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		ignore string
		tree   string
		want   string // the files of tree that are included
	}{
		{"comments and blank lines", "# a\n   # b\n\n   \n\t\na\n", "a b", "b"},
		{"surrounding white space", "   a   \n", "a b", "b"},
		{"CRLF", "a\r\nb\r\n", "a b c", "c"},
		{"byte order mark", "\ufeffa\nb", "a b c", "c"},
		{"any depth", "a", "a x/a x/y/a b", "b"},
		{"only at the root", "/a", "a x/a", "x/a"},
		{"only at the root, with ./", "./a", "a x/a", "x/a"},
		{"a path at any depth", "x/a", "x/a y/x/a a yx/a", "a yx/a"},
		{"a path at the root", "/x/a", "x/a y/x/a", "y/x/a"},
		{"extension", "*.md", "a.md x/b.md md a.mdx", "md a.mdx"},
		{"prefix", "tmp*", "tmp tmpfile x/tmp.d/f stmp", "stmp"},
		{"star does not match a slash", "x/*.md", "x/a.md x/y/a.md", "x/y/a.md"},
		{"star in the middle", "a*c", "ac abc abbc abcd a/c", "abcd a/c"},
		{"question mark", "a?c", "abc aéc ac abbc a/c", "ac abbc a/c"},
		{"class", "f-[a-cx].txt", "f-a.txt f-x.txt f-d.txt", "f-d.txt"},
		{"negated class", "f-[!a].txt", "f-a.txt f-b.txt", "f-a.txt"},
		{"negated class with ^", "f-[^a].txt", "f-a.txt f-b.txt", "f-a.txt"},
		{"bracket in a class", "f[]x]", "f] fx fy", "fy"},
		{"escape", `\#a`, "#a a", "a"},
		{"escaped star", `a\*`, "a* ab", "ab"},
		{"special characters of regexps", "a+(b).c{1}", "a+(b).c{1} aab.c", "aab.c"},
		{"dot is literal", "a.c", "a.c abc", "abc"},
		{"two stars before", "**/a", "a x/a x/y/a", ""},
		{"two stars between", "x/**/a", "x/a x/y/a x/y/z/a a", "a"},
		{"two stars after", "x/**", "x/a x/y/b y", "y"},
		{"two stars in a name", "a**b", "ab axb a/b axy/b", "axb"},
		{"everything", "**", "a x/b", ""},
		{"everything, as directories", "**/", "a x/b", ""},
		{"everything, from the root", "/**/", "a x/b", ""},
		{"everything, twice", "**/**", "a x/b", ""},
		{"everything included", "a\nx/\n!**/", "a x/b", "a x/b"},
		{"everything at the root", "/*", "a x/b", ""},
		{"directory", "x/", "x/a y/x/b x2/c y/z/x", "x2/c y/z/x"},
		{"directory by its bare name", "secrets", "secrets/a y/secrets/b/c d", "d"},
		{"directory at the root", "/x/", "x/a y/x/b", "y/x/b"},
		{"a file is not a directory", "x/", "y/x x.tf", "y/x x.tf"},
		{"included", "*.md\n!keep.md", "a.md keep.md x/keep.md", "keep.md x/keep.md"},
		{"included subdirectory", "x/\n!x/keep/", "x/a x/keep/b x/keep/c/d", "x/keep/b x/keep/c/d"},
		{"included only at the root", "x/\n!/x/", "x/a y/x/b", "x/a"},
		{"included path without slash", "vendor\n!infra/vendor", "vendor/a infra/vendor/b", "infra/vendor/b"},
		{"allow list", "*\n!/keep/\n!*.tf", "a keep/b keep/c/d x/e.tf x/f", "keep/b keep/c/d x/e.tf"},
		{"only the directory itself", "*\n!keep", "a keep/b", ""},
		{"included before it is excluded", "!a.tf\nsecrets", "secrets/a.tf a.tf", "a.tf"},
		{"last rule applies, excluded", "a\n!a\na", "a b", "b"},
		{"last rule applies, included", "!a\na\n!a", "a b", "a b"},
		{"not UTF-8", "a\xff*", "a\xffb ab", "ab"},
		{"nested file is not read", "b", "x/.terraformignore a b", "x/.terraformignore a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, ".terraformignore="+c.ignore+"\n!/main.tofu", "main.tofu")
			writeFiles(t, root, strings.Fields(strings.ReplaceAll(c.tree, "x/.terraformignore", "x/.terraformignore=a"))...)
			var got []string
			for _, name := range pack(t, root, ".").names {
				if !strings.HasSuffix(name, "/") && name != ".terraformignore" && name != "main.tofu" {
					got = append(got, name)
				}
			}
			want := strings.Fields(c.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("files %q, rules %q: got %q, want %q", c.tree, c.ignore, got, want)
			}
		})
	}
}

// TestInvalidIgnoreLinesAreSkipped checks that invalid lines of the ignore file are skipped and the others
// still apply.
func TestInvalidIgnoreLinesAreSkipped(t *testing.T) {
	t.Parallel()
	lines := []string{"   ", "!", "/", "!/", "//", "[", "a[b", "[z-a]", "a\\", "../x", "a/../b", "a//b", strings.Repeat("a", 5000),
		strings.Repeat("**/", 1000) + "x", strings.Repeat("*", 4000) + "z", "\x00", "secret"}
	s := pack(t, checkout(t, ".terraformignore="+strings.Join(lines, "\n"), "main.tf", "secret"), ".")
	if slices.Contains(s.names, "secret") {
		t.Errorf("got %q, want secret excluded", s.names)
	}
}

func TestInvalidIgnoreLinesAreReported(t *testing.T) {
	t.Parallel()
	root := checkout(t, ".terraformignore=\n!\n/\n[a\nb\\\n../x\n::error::x[\nsecret\n", "main.tf", "secret")
	s := pack(t, root, ".")
	wantNames(t, s, "main.tf", ".terraformignore")
	for _, want := range []string{"line 2", "line 3", "line 4", "line 5", "line 6", `line 7, "::error::x["`} {
		if !s.warned.mentions(want) {
			t.Errorf("got warnings %q, want one with %q", s.warned.lines, want)
		}
	}
}

// TestRegularExpressionsInIgnoreFile: the classes of regular expressions that Terraform accepts exclude files; other parts of
// regular expressions, which only resemble patterns, cause a warning.
func TestRegularExpressionsInIgnoreFile(t *testing.T) {
	t.Parallel()
	root := checkout(t, `.terraformignore=key-\d+.txt`+"\n[a-z]+[0-9].pem\n[0-9]{4}.log\n*.(pem|key)\nsecrets\\prod.tfvars\nx|y\n{a}\n\\#a\n[{|]\nc++\n",
		"main.tf", "key-12.txt", "db1.pem", "2024.log", "a.key", "secrets/prod.tfvars", "{a}", "#a", "x|y", "c++", "+.txt")
	s := pack(t, root, ".")
	wantNames(t, s, "main.tf", ".terraformignore", "2024.log", "a.key", "secrets/", "secrets/prod.tfvars", "+.txt")
	if !s.warned.mentions("not regular expressions (4)", `"*.(pem|key)"`, `"[0-9]{4}.log"`, `"secrets\\prod.tfvars"`, `"x|y"`) {
		t.Errorf("got warnings %q, want one about the four lines", s.warned.lines)
	}
}

func TestUnusableIgnoreFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		arrange func(t *testing.T, root, file string)
	}{
		{"a directory", func(t *testing.T, _, file string) { must(t, os.Mkdir(file, 0o755)) }},
		{"a fifo", func(t *testing.T, _, file string) { must(t, syscall.Mkfifo(file, 0o600)) }},
		{"a link outside", func(t *testing.T, root, file string) {
			writeFiles(t, filepath.Dir(root), "rules=main.tf")
			must(t, os.Symlink("../../rules", file))
		}},
		{"a dangling link", func(t *testing.T, _, file string) { must(t, os.Symlink("nowhere", file)) }},
		{"a loop", func(t *testing.T, _, file string) { must(t, os.Symlink(".terraformignore", file)) }},
		{"UTF-16", func(t *testing.T, _, file string) {
			must(t, os.WriteFile(file, []byte("\xff\xfes\x00/\x00\n\x00"), 0o644))
		}},
		{"too large", func(t *testing.T, _, file string) { must(t, os.WriteFile(file, make([]byte, 1<<20+1), 0o644)) }},
		{"unreadable", func(t *testing.T, _, file string) {
			must(t, os.WriteFile(file, nil, 0))
			asUnprivilegedUser(t, filepath.Dir(filepath.Dir(file)))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			root := checkout(t, "infra/main.tf")
			c.arrange(t, root, filepath.Join(root, "infra/.terraformignore"))
			_, err := bundle.List(t.Context(), bundle.Options{Root: root, Path: "infra"})
			wantError(t, err, bundle.IgnoreUnusable, `"infra/.terraformignore"`)
		})
	}
}

func TestIgnoreFileIsLink(t *testing.T) {
	t.Parallel()
	s := pack(t, checkout(t, "rules=*.md", "infra/main.tf", "infra/a.md", "infra/.terraformignore->../rules"), "infra")
	wantNames(t, s, "main.tf", ".terraformignore")
}

func TestIncludedByDefault(t *testing.T) {
	t.Parallel()
	tree := []string{
		".dot", ".terraform.lock.hcl", "a.auto.tfvars", "a.tfvars", ".tflint.hcl", ".dir/.x", "main.tf",
		"build.zip", ".gitignore=build.zip\n*.tfvars",
	}
	s := pack(t, checkout(t, append(tree, "empty/", "e/f/g/")...), ".")
	wantNames(t, s, ".dir/", "empty/", "e/", "e/f/", "e/f/g/", ".dir/.x", ".dot", ".gitignore", ".terraform.lock.hcl", ".tflint.hcl",
		"a.auto.tfvars", "a.tfvars", "build.zip", "main.tf")
}

func TestStateIsExcluded(t *testing.T) {
	t.Parallel()
	root := checkout(t, "main.tf", "terraform.tfstate", "terraform.tfstate.backup", "x/.terraform.tfstate.lock.info", "fixtures/a.tfstate",
		"fixtures/b.tfstate", "terraform.tfstate.d/dev/terraform.tfstate", "my.tfstates", ".terraformignore=!fixtures/a.tfstate")
	s := pack(t, root, ".")
	wantNames(t, s, "fixtures/", "x/", ".terraformignore", "fixtures/a.tfstate", "main.tf", "my.tfstates")
	if !s.warned.mentions("state", `"terraform.tfstate"`, `"fixtures/b.tfstate"`, "(5)") {
		t.Errorf("got warnings %q, want one with the state files", s.warned.lines)
	}
}

func TestExcludedFilesAreLogged(t *testing.T) {
	t.Parallel()
	root := checkout(t, ".terraformignore=# docs\n*.md\n", "main.tf", "a.md", "b.md", ".git/x", ".terraform/x", "x\n::error::.md")
	var debug messages
	l, err := bundle.List(t.Context(), bundle.Options{Root: root, Debug: debug.add})
	must(t, err)
	for _, want := range [][]string{
		{`excluded "a.md"`, `.terraformignore line 2, "*.md"`},
		{`excluded ".git"`, "never uploaded"},
		{`excluded ".terraform/x"`, `built-in rule ".terraform/"`},
		{`excluded "x\n::error::.md"`},
	} {
		if !debug.mentions(want...) {
			t.Errorf("got %q, want a line with %q", debug.lines, want)
		}
	}
	got := l.LeftOut()
	if len(got) != 3 || got[0].Rule != `.terraformignore line 2, "*.md"` || got[0].Count != 3 || got[0].First != "a.md" {
		t.Errorf("got %+v, want the three files of line 2 first", got)
	}
	if _, err := l.Pack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !debug.mentions(`packed "main.tf", 7 bytes`) {
		t.Errorf("got %q, want every packed entry", debug.lines)
	}
}
