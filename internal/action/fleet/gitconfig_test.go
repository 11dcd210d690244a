package fleet

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"scalr-run-action/internal/dirtest"
)

// TestIsSparse compares the configuration with the result of Git, where Git is installed.
func TestIsSparse(t *testing.T) {
	t.Parallel()
	const worktree = "[extensions]\n\tworktreeConfig = true\n"
	for name, c := range map[string]struct {
		config string
		files  map[string]string
		want   bool
	}{
		"comment":                    {config: "[core]\n\tsparseCheckout = true # by CI", want: true},
		"comment with a semicolon":   {config: "[core]\n\tsparseCheckout = true;by CI", want: true},
		"comment after the section":  {config: "[core] # x\nsparseCheckout = true", want: true},
		"key after the section":      {config: "[core] sparseCheckout = true", want: true},
		"key without a value":        {config: "[core]sparseCheckout", want: true},
		"capitals":                   {config: "[CORE]\n\tSPARSECHECKOUT = TRUE", want: true},
		"CRLF":                       {config: "[core]\r\n\tsparseCheckout = true\r\n", want: true},
		"byte order mark":            {config: "\ufeff[core]\nsparseCheckout = on\n", want: true},
		"quoted":                     {config: "[core]\nsparseCheckout = \"true\"", want: true},
		"partly quoted":              {config: "[core]\nsparseCheckout = tr\"ue\" ; x", want: true},
		"continued":                  {config: "[core]\nsparseCheckout = \\\n  ye\\\ns", want: true},
		"number":                     {config: "[core]\nsparseCheckout = 2", want: true},
		"no blanks":                  {config: "[core]\nsparseCheckout=1", want: true},
		"last one wins":              {config: "[core]\nsparseCheckout=1\n[x \"]\"]\na=b\n[core]\nsparseCheckout = no", want: false},
		"no value":                   {config: "[core]\nsparseCheckout =", want: false},
		"zero":                       {config: "[core]\nsparseCheckout = 00", want: false},
		"in a comment":               {config: "[core]\n# sparseCheckout = true\n;sparseCheckout", want: false},
		"in a continued value":       {config: "[core]\nx = a \\\nsparseCheckout = true", want: false},
		"a comment is not continued": {config: "[core]\nx = a # \\\nsparseCheckout = true", want: true},
		"hash in quotes":             {config: "[core]\nx = \"a # \\\nb\"\nsparseCheckout = true", want: true},
		"subsection":                 {config: "[x \"core\"]\nsparseCheckout = true", want: false},
		"subsection with a bracket":  {config: "[x \"]\\\"[core]\"]\nsparseCheckout = true", want: false},
		"another key":                {config: "[core]\nsparseCheckoutCone = true", want: false},
		"included":                   {config: "[include]\npath = more", files: map[string]string{"more": "[core]\nsparseCheckout"}, want: true},
		"included from the checkout": {config: "[include]\npath = \"../ci.conf\"",
			files: map[string]string{"../ci.conf": "[core]\nsparseCheckout"}, want: true},
		"included outside": {config: "[include]\npath = ../../nowhere", want: false},
		"worktree":         {config: worktree, files: map[string]string{"config.worktree": "[core]\nsparseCheckout=true"}, want: true},
		"worktree disables it": {config: "[core]\nsparseCheckout\n" + worktree,
			files: map[string]string{"config.worktree": "[core]\nsparseCheckout=off"}, want: false},
		"ignored file of a worktree": {config: "[core]\nsparseCheckout",
			files: map[string]string{"config.worktree": "[core]\nsparseCheckout=false"}, want: true},
		"ignored file of a worktree, sparse": {config: "[core]\nx=y", files: map[string]string{"config.worktree": "[core]\nsparseCheckout"}, want: false},
	} {
		root := dirtest.InMemory(t)
		c.config = c.config + "\n[core]\n\trepositoryformatversion = 0\n"
		write(t, root, ".git/config", c.config)
		for file, text := range c.files {
			write(t, root, filepath.Join(".git", file), text)
		}
		checkout, err := os.OpenRoot(root)
		if err != nil {
			t.Fatal(err)
		}
		if got := isSparse(checkout); got != c.want {
			t.Errorf("%s: got %t, want %t", name, got, c.want)
		}
		checkout.Close()
		if got, ok := sparseByGit(t, root); ok && got != c.want {
			t.Errorf("%s: Git reports %t, want %t", name, got, c.want)
		}
	}
}

// TestConfigThatIncludesItself checks that the configuration is read, although Git refuses it.
func TestConfigThatIncludesItself(t *testing.T) {
	t.Parallel()
	root := dirtest.InMemory(t)
	write(t, root, ".git/config", "[include]\npath = config\n[core]\nsparseCheckout\n")
	checkout, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer checkout.Close()
	if !isSparse(checkout) {
		t.Error("got false, want true")
	}
}

// sparseByGit returns Git's own result; ok is false if Git is not installed.
func sparseByGit(t *testing.T, root string) (sparse, ok bool) {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		return false, false
	}
	for file, text := range map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/objects/x": "", ".git/refs/x": ""} {
		write(t, root, file, text)
	}
	c := exec.Command(git, "config", "--type=bool", "core.sparseCheckout")
	c.Dir, c.Env = root, append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_DIR=.git")
	text, _ := c.Output() // fails if the key is not set
	return strings.TrimSpace(string(text)) == "true", true
}
