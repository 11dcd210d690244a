//go:build linux

package bundle_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOtherNamesOfOneFile checks, for a file x in the bundle and its other names, whether x is left out or
// causes a warning.
func TestOtherNamesOfOneFile(t *testing.T) {
	t.Parallel()
	const (
		leftOut = "Hard links are excluded because another name of the file is excluded (1): %q."
		secret  = "Hard links to files that may contain secrets are uploaded (1): %q."
	)
	for name, c := range map[string]struct {
		path   string   // the bundle
		x      string   // the file, if it is not x in the bundle
		tree   []string // other files and links
		others []string // other names of x
		want   string
	}{
		"no other name":                   {},
		"a plain name":                    {others: []string{"other"}},
		"state":                           {others: []string{"a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> a.tfstate")},
		"state in a subdirectory":         {others: []string{"d/e/a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> d/e/a.tfstate")},
		"a file of a provider":            {others: []string{".terraform/p"}, want: fmt.Sprintf(leftOut, "x -> .terraform/p")},
		"a file named like a directory":   {others: []string{".terraform"}},
		"a directory in .terraform":       {others: []string{".terraform/d/e/p"}, want: fmt.Sprintf(leftOut, "x -> .terraform/d/e/p")},
		"a module in .terraform":          {others: []string{".terraform/modules/p"}},
		"the repository":                  {others: []string{".git/config"}, want: fmt.Sprintf(leftOut, "x -> .git/config")},
		"a directory in the repository":   {others: []string{".git/a/b/c"}, want: fmt.Sprintf(leftOut, "x -> .git/a/b/c")},
		"the repository of a submodule":   {others: []string{".git/modules/m/config"}, want: fmt.Sprintf(leftOut, "x -> .git/modules/m/config")},
		"objects of the repository":       {others: []string{".git/objects/ab/c"}},
		"objects of a submodule":          {others: []string{".git/modules/m/objects/ab/c"}},
		"large files of the repository":   {others: []string{".git/lfs/objects/ab/c"}},
		"annexed files of the repository": {others: []string{".git/annex/c"}},
		"a file named objects":            {others: []string{".git/objects"}, want: fmt.Sprintf(leftOut, "x -> .git/objects")},
		"objects elsewhere":               {others: []string{"objects/.env"}, want: fmt.Sprintf(secret, "x -> objects/.env")},
		"credentials of a step":           {others: []string{"d/gha-creds-1.json"}, want: fmt.Sprintf(leftOut, "x -> d/gha-creds-1.json")},
		"a secret":                        {others: []string{"d/.env"}, want: fmt.Sprintf(secret, "x -> d/.env")},
		"a secret by its directory":       {others: []string{".aws/credentials"}, want: fmt.Sprintf(secret, "x -> .aws/credentials")},
		"both names are secrets":          {x: ".npmrc", others: []string{".env"}},
		"a secret name before an excluded one": {
			path: "infra", others: []string{".env", "d/a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> d/a.tfstate"),
		},
		"an excluded name before a secret one": {
			path: "infra", others: []string{"a.tfstate", "d/.env"}, want: fmt.Sprintf(leftOut, "x -> a.tfstate"),
		},
		"excluded by the ignore file":       {tree: []string{".terraformignore=*.log"}, others: []string{"a.log"}},
		"included again by the ignore file": {tree: []string{".terraformignore=!a.tfstate"}, others: []string{"a.tfstate"}},
		"included again at the root": {
			tree: []string{".terraformignore=!/d/a.tfstate"}, others: []string{"d/a.tfstate"},
		},
		"included again by the start of its name": {
			tree: []string{".terraformignore=!a.*"}, others: []string{"a.tfstate", "d/a.tfstate"},
		},
		"included again by the start of its name outside": {
			path: "infra", tree: []string{"infra/.terraformignore=!a.*"}, others: []string{"a.tfstate", "d/a.tfstate"},
		},
		"included again elsewhere": {
			tree: []string{".terraformignore=!/a.tfstate"}, others: []string{"d/a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> d/a.tfstate"),
		},
		"included again in a subdirectory": {
			path: "infra/env", tree: []string{"infra/env/.terraformignore=!/d/a.tfstate"}, others: []string{"infra/env/d/a.tfstate"},
		},
		"a path from another root": {
			path: "infra/env", tree: []string{"infra/env/.terraformignore=!/d/a.tfstate"}, others: []string{"d/a.tfstate"},
			want: fmt.Sprintf(leftOut, "x -> d/a.tfstate"),
		},
		"a path from the root of the checkout": {
			path: "infra/env", tree: []string{"infra/env/.terraformignore=!/infra/env/a.tfstate"}, others: []string{"infra/env/a.tfstate"},
			want: fmt.Sprintf(leftOut, "x -> infra/env/a.tfstate"),
		},
		"included again outside by its name": {
			path: "infra", tree: []string{"infra/.terraformignore=!a.tfstate"}, others: []string{"d/a.tfstate"},
		},
		"outside the bundle": {
			path: "infra", others: []string{"infra-2/a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> infra-2/a.tfstate"),
		},
		"a rule includes x": {
			tree: []string{".terraformignore=!x"}, others: []string{"a.tfstate"},
		},
		"a rule includes the directory of x": {
			x: "d/x", tree: []string{".terraformignore=!d/"}, others: []string{"a.tfstate"},
		},
		"a rule includes directories named x": {
			tree: []string{".terraformignore=!x/"}, others: []string{"a.tfstate"}, want: fmt.Sprintf(leftOut, "x -> a.tfstate"),
		},
		"a bundle in an excluded directory": {
			path: "d/.terraform/env", others: []string{"d/.terraform/env/other"},
		},
		"a bundle in an excluded directory, the other name above": {
			path: "d/.terraform/env", others: []string{"d/.terraform/other"}, want: fmt.Sprintf(leftOut, "x -> d/.terraform/other"),
		},
		"a link to another name": {
			tree: []string{"l.tfstate->x"}, others: []string{"other"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := "x"
			if c.x != "" {
				x = c.x
			}
			source := filepath.Join(c.path, x)
			root := checkout(t, append(c.tree, filepath.Join(c.path, "main.tf"), source+"=content")...)
			for _, other := range c.others {
				must(t, os.MkdirAll(filepath.Dir(filepath.Join(root, other)), 0o755))
				must(t, os.Link(filepath.Join(root, source), filepath.Join(root, other)))
			}
			s := pack(t, root, c.path)
			var warned []string
			for _, line := range s.warned.lines {
				if strings.Contains(line, "Hard links") {
					warned = append(warned, line)
				}
			}
			if got := strings.Join(warned, "\n"); got != c.want {
				t.Errorf("got warning %s, want %s", got, c.want)
			}
			_, packed := s.content[x]
			if want := !strings.Contains(c.want, "are excluded"); packed != want {
				t.Errorf("got %s packed %t, want %t", x, packed, want)
			}
			var entries []string
			for e, err := range s.listing.Entries(t.Context()) {
				must(t, err)
				entries = append(entries, e.Name)
			}
			if diff := cmp.Diff(s.names, entries); diff != "" {
				t.Errorf("the listed entries differ from the packed ones (-packed +listed):\n%s", diff)
			}
		})
	}
}

// TestUnreadableDirectoryIsNotSearched checks that a directory that cannot be read, and is not part of the bundle, does
// not prevent the search for other names.
func TestUnreadableDirectoryIsNotSearched(t *testing.T) {
	t.Parallel()
	root := checkout(t, "infra/main.tf", "infra/x", "locked/", "old/")
	must(t, os.Link(filepath.Join(root, "infra/x"), filepath.Join(root, "old/a.tfstate")))
	asUnprivilegedUser(t, root)
	must(t, os.Chmod(filepath.Join(root, "locked"), 0))
	s, err := tryPack(t, root, "infra")
	must(t, os.Chmod(filepath.Join(root, "locked"), 0o700))
	must(t, err)
	wantNames(t, s, "main.tf")
}
