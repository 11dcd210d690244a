//go:build linux

package bundle_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/bundle"
)

// warnedTree is a checkout that causes each warning about a directory except those about hard links.
func warnedTree(t *testing.T) (root string) {
	t.Helper()
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
	root = checkout(t,
		"infra/.terraformignore=*.md\n!docs/keep.md\nskip\nlocked/\n!locked/keep\n[\n", "infra/b.md", "infra/docs/a.md", "infra/docs/keep.md",
		"infra/skip/deep/x", "infra/skip/y", "infra/locked/",
		"infra/main.tf=module \"up\" { source = \"../../up\" }\nmodule \"gone\" { source = \"./gone\" }\nlocals { a = file(\"gone.json\") }\n",
		"infra/terraform.tfstate", "infra/old.tfstate.backup", "infra/.terraform/providers/p", "infra/.terraform/modules/m/m.tf",
		"infra/.git/config", "infra/x/.git=gitdir: ../.git", "infra/gha-creds-1.json", "infra/.env", "infra/x/.npmrc",
		"infra/bare/HEAD", "infra/bare/config", "infra/bare/objects/", "infra/bare/refs/",
		"infra/head/HEAD/", "infra/head/config", "infra/head/objects/", "infra/head/refs/",
		"infra/large.bin="+pointer, "infra/tls.pem=-----BEGIN PRIVATE KEY-----\nMIIE\n",
		"infra/broken->nothing", "infra/circle->circle", "infra/to-state->terraform.tfstate", "infra/to-modules->.terraform", "infra/to-git->.git/config",
		"infra/outer-git->../.git/config", "infra/outer-gone->../nothing", "infra/outer-circle->../circle", "infra/outer-state->../x.tfstate",
		"infra/outer-md->../shared/a.md", "infra/outer-env->../.env", "infra/outer-empty->../hollow", "infra/outer-dir->../shared",
		".git/config", "circle->circle", "x.tfstate", ".env", "hollow/", "shared/a.md", "shared/f", "shared/g/skip/z",
		"infra/mods/", ".gitmodules=[submodule \"m\"]\n\tpath = \"infra/mods\"\n", "infra/.gitmodules=path=absent\npath=empty\n", "infra/empty/")
	must(t, syscall.Mkfifo(filepath.Join(root, "infra/pipe"), 0o600))
	return root
}

// TestEachWarning compares all warnings about a directory.
func TestEachWarning(t *testing.T) {
	t.Parallel()
	root := warnedTree(t)
	asUnprivilegedUser(t, root)
	locked := filepath.Join(root, "infra/locked")
	must(t, os.Chmod(locked, 0))
	s, err := tryPack(t, root, "infra")
	must(t, os.Chmod(locked, 0o700))
	must(t, err)
	want := []string{
		`.terraformignore line 6, "[", is skipped: a [ in it is not closed.`,
		`Terraform state is excluded (3): "old.tfstate.backup", "outer-state -> x.tfstate", "terraform.tfstate".`,
		`Links are excluded because their targets are never uploaded or are excluded by a rule (2): ` +
			`"outer-git -> .git/config", "outer-md -> shared/a.md".`,
		`Files that may contain secrets are uploaded (3): ".env", "outer-env -> .env", "x/.npmrc". ` +
			`Exclude them in .terraformignore if they are not needed.`,
		`Git repositories whose configuration may contain credentials are uploaded (1): "bare/config".`,
		`Sockets, fifos and devices are excluded (1): "pipe".`,
		`The targets of links do not exist (2): "broken", "outer-gone".`,
		`Links form a cycle (2): "circle", "outer-circle".`,
		`Links point to files that are excluded from the archive (2): "to-git -> .git/config", "to-state -> terraform.tfstate".`,
		`Excluded directories cannot be read (1): "locked". Files in them that a later rule would include are not uploaded.`,
		`Submodules are empty (2): "infra/empty", "infra/mods". They were not checked out; set the input submodules of actions/checkout.`,
		`Git LFS pointers, not the files themselves, are uploaded (1): "large.bin". Check out with lfs: true if they are needed.`,
		`Files with a private key are uploaded (1): "tls.pem".`,
		"Terraform files use modules outside `path`, which are not uploaded (1): \"main.tf\". Set `path` to a parent directory to include them.",
		`Terraform files use modules that are not in the archive (1): "main.tf". Check .terraformignore and the checkout.`,
		`Terraform files read files that are not in the archive, by file() or templatefile() with a constant path (1): "main.tf". ` +
			`If another step creates them, run it before this one.`,
	}
	if diff := cmp.Diff(want, s.warned.lines); diff != "" {
		t.Errorf("the warnings differ (-want +got):\n%s", diff)
	}
	wantLeftOut := []bundle.LeftOut{
		{Rule: "never uploaded", Count: 4, First: ".git"},
		{Rule: `.terraformignore line 1, "*.md"`, Count: 3, First: "b.md"},
		{Rule: `.terraformignore line 3, "skip"`, Count: 2, First: "outer-dir/g/skip"},
		{Rule: `.terraformignore line 1, "*.md", which excludes the link's target`, Count: 1, First: "outer-md"},
		{Rule: `.terraformignore line 4, "locked/"`, Count: 1, First: "locked"},
		{Rule: "a broken link outside path", Count: 1, First: "outer-gone"},
		{Rule: "a link cycle outside path", Count: 1, First: "outer-circle"},
		{Rule: `built-in rule "*.tfstate"`, Count: 1, First: "terraform.tfstate"},
		{Rule: `built-in rule "*.tfstate", which excludes the link's target`, Count: 1, First: "outer-state"},
		{Rule: `built-in rule "*.tfstate.*"`, Count: 1, First: "old.tfstate.backup"},
		{Rule: `built-in rule ".terraform/"`, Count: 1, First: ".terraform"},
	}
	if diff := cmp.Diff(wantLeftOut, s.listing.LeftOut()); diff != "" {
		t.Errorf("the excluded paths differ (-want +got):\n%s", diff)
	}
	wantLinked := []bundle.LinkedContent{{Link: "outer-dir", Target: "shared", Files: 1}, {Link: "outer-env", Target: ".env", Files: 1}}
	if diff := cmp.Diff(wantLinked, s.listing.LinkedContent()); diff != "" {
		t.Errorf("the linked content differs (-want +got):\n%s", diff)
	}
	wantEntries := ".terraform/modules/ .terraform/modules/m/ bare/ bare/objects/ bare/refs/ docs/ empty/ head/ head/HEAD/ head/objects/ head/refs/ " +
		"mods/ outer-dir/ outer-dir/g/ outer-empty/ x/ bare/HEAD broken circle bare/config head/config outer-dir/f outer-env to-git to-modules " +
		"to-state large.bin .env .gitmodules docs/keep.md x/.npmrc tls.pem .terraformignore .terraform/modules/m/m.tf main.tf"
	if diff := cmp.Diff(strings.Fields(wantEntries), s.names); diff != "" {
		t.Errorf("the entries differ (-want +got):\n%s", diff)
	}
}
