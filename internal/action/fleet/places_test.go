package fleet

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/affected"
	"scalr-run-action/internal/dirtest"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/scalr"
)

// named parses a workspace such as "prod/a".
func named(text string) inputs.WorkspaceName {
	environment, workspace, _ := strings.Cut(text, "/")
	return inputs.WorkspaceName{Environment: environment, Workspace: workspace}
}

// placesOf returns places with the given names.
func placesOf(names string) []*place {
	var list []*place
	for _, name := range strings.Fields(names) {
		n := named(name)
		list = append(list, &place{ws: scalr.Workspace{ID: "ws-" + n.Workspace, Environment: n.Environment, Name: n.Workspace}})
	}
	return list
}

// TestWaves checks the waves for dependencies such as "a>b", which means that a depends on b.
func TestWaves(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ places, dependencies, want string }{
		"no dependency":          {"a b", "", "a0 b0"},
		"one":                    {"a b", "a>b", "a1 b0"},
		"chain":                  {"a b c", "a>b b>c", "a2 b1 c0"},
		"through another place":  {"a c", "a>b b>c", "a1 c0"},
		"through two others":     {"a d", "a>b b>c c>d", "a1 d0"},
		"on a place not listed":  {"a", "a>b b>c", "a0"},
		"longest way":            {"a b c d", "a>d a>b b>c c>d", "a3 b2 c1 d0"},
		"longest way last":       {"a b c d", "a>b b>c c>d a>d", "a3 b2 c1 d0"},
		"two on one":             {"a b c", "a>c b>c", "a1 b1 c0"},
		"of a place not listed":  {"b", "a>b", "b0"},
		"two ways of one length": {"a b c d", "a>b a>c b>d c>d", "a2 b1 c1 d0"},
	} {
		var places []string
		for _, p := range strings.Fields(c.places) {
			places = append(places, "prod/"+p)
		}
		var dependencies []inputs.Dependency
		for _, d := range strings.Fields(c.dependencies) {
			workspace, on, _ := strings.Cut(d, ">")
			dependencies = append(dependencies, inputs.Dependency{Workspace: named("prod/" + workspace), On: named("prod/" + on)})
		}
		waves := wavesOf(placesOf(strings.Join(places, " ")), dependencies)
		var got []string
		for _, p := range strings.Fields(c.places) {
			got = append(got, fmt.Sprint(p, waves[named("prod/"+p)]))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestDeletedDirectory checks which directory of a place a change deletes. None of them is in the checkout.
func TestDeletedDirectory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		candidates, deleted, others string
		checkout                    string // "a>b" is a link from a to b
		want                        string // with a question mark if it is unknown
	}{
		"file in it":                        {candidates: "infra/a", deleted: "infra/a/x", want: "infra/a"},
		"file below it":                     {candidates: "infra/a", deleted: "x infra/a/b/x", others: "y", want: "infra/a"},
		"in the second candidate":           {candidates: "infra/b infra/a", deleted: "infra/a/x", others: "infra/b/x", want: "infra/a"},
		"in both candidates":                {candidates: "infra/b infra/a", deleted: "infra/a/x infra/b/x", want: "infra/b"},
		"prefix":                            {candidates: "infra/a", deleted: "infra/ab/x infra/ab"},
		"file in the parent":                {candidates: "infra/a", deleted: "infra/x"},
		"nothing":                           {candidates: "infra/a"},
		"not deleted, only not on disk":     {candidates: "infra/a", others: "infra/a/x"},
		"another file in it is not deleted": {candidates: "infra/a", deleted: "infra/a/x", others: "infra/a/y"},
		"replaced by a file":                {candidates: "infra/a", deleted: "infra/a/x", others: "infra/a", checkout: "infra/a", want: "infra/a"},

		"root, other files":           {candidates: ".", deleted: "x README.md app/main.tf"},
		"root, configuration":         {candidates: ".", deleted: "main.tf.json", others: "README.md", want: "."},
		"root, another path":          {candidates: "infra/a", deleted: "main.tf"},
		"root, not deleted":           {candidates: ".", others: "main.tf"},
		"root, only variables":        {candidates: ".", deleted: "terraform.tfvars"},
		"link or submodule":           {candidates: "infra/a", deleted: "infra/a", want: "infra/a"},
		"changed, not on disk":        {candidates: "infra/a", others: "infra/a"},
		"target":                      {candidates: "infra/a", deleted: "live/a/x", checkout: "infra/a>../live/a", want: "infra/a"},
		"target of another link":      {candidates: "infra/a", deleted: "live/b/x", checkout: "infra/a>../live/a"},
		"part of the target":          {candidates: "infra/a", deleted: "live/a/x", others: "live/a/y", checkout: "infra/a>../live/a"},
		"link as target":              {candidates: "infra/a", deleted: "live/a", checkout: "infra/a>../live/a", want: "infra/a"},
		"link to a target with a new": {candidates: "infra/a", others: "live", checkout: "infra/a>../live live>gone", want: "infra/a"},
		"dangling before and after":   {candidates: "infra/a", others: "x", checkout: "infra/a>../live/a"},
		"new target":                  {candidates: "infra/a", others: "infra/a", checkout: "infra/a>../gone", want: "infra/a"},
		"new target outside":          {candidates: "infra/a", others: "infra/a", checkout: "infra/a>../../gone", want: "infra/a"},

		"linked parent, target":          {candidates: "infra/a", deleted: "live/a/x", checkout: "infra>live live/b/x", want: "infra/a"},
		"linked parent, whole target":    {candidates: "infra/a", deleted: "live/a/x live/b/x", checkout: "infra>live", want: "infra/a"},
		"linked parent, other target":    {candidates: "infra/a", deleted: "live/b/x", checkout: "infra>live live/c/x"},
		"linked parent, new target":      {candidates: "infra/a", others: "infra", checkout: "infra>gone", want: "infra/a"},
		"linked parent, existing target": {candidates: "infra/a", others: "infra", checkout: "infra>live live/b/x", want: "infra/a?"},
		"linked grandparent":             {candidates: "infra/prod/a", deleted: "infra", want: "infra/prod/a"},
		"parent link or submodule":       {candidates: "infra/a", deleted: "infra", want: "infra/a"},
		"parent becomes a directory":     {candidates: "infra/a", deleted: "infra", others: "infra/b/x", checkout: "infra/b/x", want: "infra/a?"},
		"parent changed, not on disk":    {candidates: "infra/a", others: "infra"},

		"new commit of the submodule":           {candidates: "infra/a", others: "infra", checkout: "infra/.git infra/b/x", want: "infra/a?"},
		"new commit of a linked submodule":      {candidates: "infra/a", others: "lib", checkout: "infra>lib lib/.git lib/b/x", want: "infra/a?"},
		"new commit, not checked out":           {candidates: "infra/a", others: "infra", checkout: "infra/x"},
		"new commit of another submodule":       {candidates: "infra/a", others: "lib", checkout: "lib/.git infra/.git"},
		"new commit, and another candidate":     {candidates: "infra/a live/a", others: "infra", deleted: "live/a/x", checkout: "infra/.git", want: "live/a"},
		"new commits of submodules of both":     {candidates: "infra/a live/a", others: "infra live", checkout: "infra/.git live/.git", want: "infra/a?"},
		"submodule of the workspace, no commit": {candidates: "infra/a", checkout: "infra/.git infra/b/x"},
	} {
		files := fstest.MapFS{"README.md": {}}
		for _, file := range strings.Fields(c.checkout) {
			name, target, isLink := strings.Cut(file, ">")
			files[name] = &fstest.MapFile{Data: []byte(target)}
			if isLink {
				files[name].Mode = fs.ModeSymlink | 0o777
			}
		}
		tree, err := affected.ReadTree(files)
		if err != nil {
			t.Fatal(err)
		}
		gone := strings.Fields(c.deleted)
		change := change{paths: slices.Concat(strings.Fields(c.others), gone), deleted: gone}
		got, how := change.deletedDirectory(tree, &place{candidates: strings.Fields(c.candidates)})
		if how == maybeDeleted {
			got += "?"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestVariableFilesOfPlace checks the files that a workspace uses.
func TestVariableFilesOfPlace(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"eu.tfvars":             "infra/eu.tfvars infra/app/eu.tfvars",
		"vars/./eu.tfvars":      "infra/vars/eu.tfvars infra/app/vars/eu.tfvars",
		"../eu.tfvars":          "eu.tfvars infra/eu.tfvars",
		"../../eu.tfvars":       "eu.tfvars",
		"../..":                 ".",
		"../../..":              "",
		"../../../eu.tfvars":    "",
		"/infra/eu.tfvars":      "",
		"..eu.tfvars":           "infra/..eu.tfvars infra/app/..eu.tfvars",
		"../..eu.tfvars":        "..eu.tfvars infra/..eu.tfvars",
		"/../eu.tfvars":         "",
		"../infra/app/a.tfvars": "infra/app/a.tfvars infra/infra/app/a.tfvars",
	} {
		p := &place{directory: "infra/app", path: "infra", ws: scalr.Workspace{Environment: "prod", Name: "app", VarFiles: []string{file}}}
		got := p.workspace()
		if diff := cmp.Diff(got, affected.Workspace{Environment: "prod", Name: "app", Directory: "infra/app", Files: got.Files}); diff != "" {
			t.Errorf("%s: got -, want +:\n%s", file, diff)
		}
		if files := strings.Join(got.Files, " "); files != want {
			t.Errorf("%s: uses %q, want %q", file, files, want)
		}
	}
}

// TestDirectoryOfPlace checks the directory and the path to upload for directories in the input and in Scalr.
func TestDirectoryOfPlace(t *testing.T) {
	t.Parallel()
	tree := treeWith(t, "infra/prod/app/x", "infra/app/x", "live/prod/app/x", "app/x", "main.tf")
	all := func(d inputs.Directories) inputs.Affected { return inputs.Affected{Directories: d} }
	for name, c := range map[string]struct {
		patterns, exact string
		working         string
		want            string // directory, path and whether it is exact
	}{
		"working directory":             {working: "infra/app", want: "infra/app . false"},
		"working directory with a dot":  {working: "./infra//app/", want: "infra/app . false"},
		"absolute working directory":    {working: "/infra/app", want: "infra/app . false"},
		"working directory above":       {working: "../infra/app", want: "infra/app . false"},
		"no working directory":          {want: ". . false"},
		"root as working directory":     {working: "/", want: ". . false"},
		"pattern":                       {patterns: "infra/{environment}/{workspace}", want: "infra/prod/app infra/prod/app false"},
		"pattern with a dot":            {patterns: "./infra/../infra/{workspace}/", want: "infra/app infra/app false"},
		"first existing pattern":        {patterns: "no/{workspace} infra/{workspace} app", want: "infra/app infra/app false"},
		"first pattern":                 {patterns: "no/{workspace} nowhere", want: "no/app no/app false"},
		"pattern and working directory": {patterns: "infra/prod/{workspace}", working: "prod/app", want: "infra/prod/app infra false"},
		"exact": {patterns: "app", exact: "prod/app=infra/app", working: "app",
			want: "infra/app infra true"},
		"exact by the id of the environment": {exact: "env-1/app=infra/app", want: "infra/app infra/app true"},
		"exact, name and id":                 {exact: "env-1/app=app prod/app=infra/app", want: "infra/app infra/app true"},
		"exact, missing":                     {exact: "prod/app=nowhere", patterns: "app", want: "nowhere nowhere true"},
		"exact, of another workspace":        {exact: "prod/db=infra/app", patterns: "app", want: "app app false"},
		"mismatch":                           {patterns: "infra/app", working: "prod", want: "error"},
		"mismatch, part of a name":           {patterns: "infra/app", working: "pp", want: "error"},
		"mismatch, missing":                  {patterns: "nowhere/app", working: "prod", want: "nowhere/app nowhere/app false"},
	} {
		d := inputs.Directories{Exact: map[inputs.WorkspaceName]string{}, Patterns: strings.Fields(c.patterns)}
		for _, exact := range strings.Fields(c.exact) {
			name, dir, _ := strings.Cut(exact, "=")
			d.Exact[named(name)] = dir
		}
		command, log := commandWith(t, all(d))
		command.tree = tree
		places, err := command.findPlaces([]scalr.Workspace{
			{ID: "ws-1", Environment: "prod", EnvironmentID: "env-1", Name: "app", WorkingDirectory: c.working},
		})
		got := "error"
		if err == nil {
			got = fmt.Sprintf("%s %s %t", places[0].directory, places[0].path, places[0].exact)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q (%v, %s)", name, got, c.want, err, log)
		}
	}
}

// treeWith returns a checkout with these files.
func treeWith(t *testing.T, files ...string) *affected.Tree {
	t.Helper()
	all := fstest.MapFS{}
	for _, name := range files {
		all[name] = &fstest.MapFile{}
	}
	tree, err := affected.ReadTree(all)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestPlaceExists checks whether the directory of a workspace exists. The root of a repository always does.
func TestPlaceExists(t *testing.T) {
	t.Parallel()
	some := inputs.Directories{Patterns: []string{"."}}
	for name, c := range map[string]struct {
		files       string
		directory   string
		directories inputs.Directories
		terragrunt  bool
		want        bool
	}{
		"directory":                   {files: "app/x", directory: "app", want: true},
		"directory, by input":         {files: "app/x", directory: "app", directories: some, want: true},
		"missing directory":           {files: "app/x main.tf", directory: "db"},
		"missing, Terragrunt":         {files: "app/x", directory: "db", terragrunt: true},
		"file":                        {files: "app", directory: "app"},
		"root without configuration":  {files: "app/main.tf", directory: "."},
		"root with variables":         {files: "terraform.tfvars x.auto.tfvars.json", directory: "."},
		"root with configuration":     {files: "main.tf", directory: ".", want: true},
		"root, by input":              {files: "x", directory: ".", directories: some, want: true},
		"root, Terragrunt":            {files: "x", directory: ".", terragrunt: true, want: true},
		"root, of configuration, too": {files: "main.tf", directory: ".", directories: some, terragrunt: true, want: true},
	} {
		command, _ := commandWith(t, inputs.Affected{Directories: c.directories})
		command.tree = treeWith(t, strings.Fields(c.files)...)
		if got := command.exists(&place{directory: c.directory, ws: scalr.Workspace{Terragrunt: c.terragrunt}}); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestUnclaimedDirectories checks which changed directories match a pattern and belong to no workspace.
func TestUnclaimedDirectories(t *testing.T) {
	t.Parallel()
	const files = "infra/prod/app/x infra/prod/app/m/x infra/prod/db/x infra/a.b/x other/x infra/x"
	for name, c := range map[string]struct{ patterns, claimed, changed, want string }{
		"claimed":     {"infra/prod/{workspace}", "infra/prod/app", "infra/prod/app/x", ""},
		"unclaimed":   {"infra/prod/{workspace}", "infra/prod/app", "infra/prod/db/x", "infra/prod/db"},
		"two files":   {"infra/prod/{workspace}", "", "infra/prod/db/x infra/prod/db/y", "infra/prod/db"},
		"below":       {"infra/prod/{workspace}", "", "infra/prod/app/m/x", "infra/prod/app"},
		"environment": {"infra/{environment}/{workspace}", "", "infra/prod/app/m/x", "infra/prod/app"},
		"sorted": {
			"infra/{environment}/{workspace} infra/{workspace}",
			"",
			"infra/prod/db/x infra/prod/app/x",
			"infra/prod infra/prod/app infra/prod/db",
		},
		"deleted":                   {"infra/prod/{workspace}", "", "infra/prod/gone/x", ""},
		"part of a name":            {"infra/p{workspace}", "", "infra/prod/app/x", "infra/prod"},
		"another directory":         {"infra/{workspace}", "", "other/x", ""},
		"not a pattern":             {"infra/a.b", "", "infra/a.b/x", "infra/a.b"},
		"dot in a pattern":          {"infra/a.b", "", "infra/prod/x", ""},
		"file in the parent":        {"infra/{workspace}", "", "infra/x", ""},
		"file in the root":          {"{workspace}", "", "x", ""},
		"no pattern":                {"", "", "infra/prod/app/x", ""},
		"above a claimed directory": {"infra/{environment}/{workspace} infra/{workspace}", "infra/prod/app", "infra/prod/app/m/x", ""},
		"below a claimed directory": {"infra/{environment}/{workspace} infra/{workspace}", "infra/prod", "infra/prod/app/x", "infra/prod/app"},
		"all of its candidates":     {"infra/prod/{workspace}", "infra/prod/app infra/prod/db", "infra/prod/db/x", ""},
	} {
		command, _ := commandWith(t, inputs.Affected{Directories: inputs.Directories{Patterns: strings.Fields(c.patterns)}})
		command.tree = treeWith(t, strings.Fields(files)...)
		got := command.unclaimed([]*place{{candidates: strings.Fields(c.claimed)}}, change{paths: strings.Fields(c.changed)})
		if got == nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestWorkspacesNamed checks the selection of workspaces by name. The environment may be an id.
func TestWorkspacesNamed(t *testing.T) {
	t.Parallel()
	list := []scalr.Workspace{
		{ID: "ws-1", Environment: "prod", EnvironmentID: "env-1", Name: "a"},
		{ID: "ws-2", Environment: "prod", EnvironmentID: "env-1", Name: "b"},
		{ID: "ws-3", Environment: "env-1", EnvironmentID: "env-2", Name: "a"}, // named like the id of another one
	}
	for names, want := range map[string]string{
		"":                     "",
		"prod/b prod/a":        "ws-2 ws-1",
		"prod/a prod/a":        "ws-1",
		"env-1/b":              "ws-2",
		"env-1/a env-2/a":      "ws-3",
		"prod/b env-1/b":       "ws-2",
		"prod/a prod/c prod/b": `Workspace "prod/c" not found, or the token cannot read it. Did you mean "prod/a" or "prod/b"?`,
		"zzzzzzzz/y":           `Workspace "zzzzzzzz/y" not found, or the token cannot read it.`,
	} {
		var wanted []inputs.WorkspaceName
		for _, name := range strings.Fields(names) {
			wanted = append(wanted, named(name))
		}
		found, err := workspacesNamed(list, wanted)
		var ids []string
		for _, ws := range found {
			ids = append(ids, ws.ID)
		}
		got := strings.Join(ids, " ")
		if err != nil {
			got += err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", names, got, want)
		}
	}
}

// TestListFirst checks how many names a message contains.
func TestListFirst(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "", 1: "a1", 2: "a1, a2", 10: each(10, "a#", ", "), 11: each(10, "a#", ", ") + " and 1 more",
		25: each(10, "a#", ", ") + " and 15 more"} {
		if got := listFirst(strings.Fields(each(n, "a#", " "))); got != want {
			t.Errorf("%d names: %s, want %s", n, got, want)
		}
	}
}

// TestCheckedOut checks how the commit of a checkout is read from .git.
func TestCheckedOut(t *testing.T) {
	t.Parallel()
	sha, other, long := commitOf("c"), commitOf("d"), strings.Repeat("e", 64)
	const sparse = "the checkout is sparse, so files of the commit are missing in it; remove `sparse-checkout` from actions/checkout"
	const worktree = "[extensions]\n\tworktreeConfig = true\n"
	const unreadable = "the commit that is checked out cannot be read from .git"
	for name, c := range map[string]struct {
		files        map[string]string // "" is a directory
		want, reason string
	}{
		"no repository":       {files: map[string]string{"x": "x"}, want: "given"},
		"commit":              {files: map[string]string{".git/HEAD": sha + "\n"}, want: sha},
		"commit with SHA-256": {files: map[string]string{".git/HEAD": long}, want: long},
		"short commit":        {files: map[string]string{".git/HEAD": sha[1:]}, reason: unreadable},
		"long commit":         {files: map[string]string{".git/HEAD": long + "e"}, reason: unreadable},
		"capitals":            {files: map[string]string{".git/HEAD": strings.ToUpper(sha)}, reason: unreadable},
		"branch":              {files: map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/refs/heads/x": sha + "\n"}, want: sha},
		"missing branch":      {files: map[string]string{".git/HEAD": "ref: refs/heads/x\n"}, reason: unreadable},
		"branch and packed branch": {
			files: map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/refs/heads/x": sha, ".git/packed-refs": other + " refs/heads/x\n"},
			want:  sha,
		},
		"packed branch": {
			files: map[string]string{".git/HEAD": "ref: refs/heads/x\n",
				".git/packed-refs": "# pack-refs\n" + other + " refs/heads/xx\n" + sha + " refs/heads/x\n" + other + " refs/x\n"},
			want: sha,
		},
		"packed branch of others": {
			files:  map[string]string{".git/HEAD": "ref: refs/heads/x\n", ".git/packed-refs": other + " other/refs/heads/x\n"},
			reason: unreadable,
		},
		"commit and packed refs": {files: map[string]string{".git/HEAD": "short", ".git/packed-refs": sha + " \n"}, reason: unreadable},
		"no HEAD":                {files: map[string]string{".git/config": ""}, reason: unreadable},
		"HEAD is a directory":    {files: map[string]string{".git/HEAD/x": sha}, reason: unreadable},
		"subdirectory": {
			files:  map[string]string{"src/.git/HEAD": sha},
			reason: `the repository is checked out in "src" instead of the root of the workspace`,
		},
		"two subdirectories": {
			files:  map[string]string{"b/.git/HEAD": sha, "a/.git/HEAD": sha},
			reason: `the repository is checked out in "a" instead of the root of the workspace`,
		},
		"sparse": {files: map[string]string{".git/HEAD": sha, ".git/config": "[core]\n\tbare = false\n\tsparseCheckout = true\n"}, reason: sparse},
		"sparse, of the worktree": {
			files: map[string]string{".git/HEAD": sha, ".git/config": worktree + "[core]\n\tsparsecheckout = false\n",
				".git/config.worktree": "[core]\nsparseCheckout"},
			reason: sparse,
		},
		"sparse, disabled again": {
			files: map[string]string{".git/HEAD": sha, ".git/info/sparse-checkout": "/infra/", ".git/config": worktree + "[core]\n\tsparseCheckout = true\n",
				".git/config.worktree": "[core]\n\tsparseCheckout = false\n\tsparseCheckoutCone = true\n"},
			want: sha,
		},
		"sparse in another section": {files: map[string]string{".git/HEAD": sha, ".git/config": "[core]\n[x]\nsparseCheckout = true\n"}, want: sha},
		"root and subdirectory":     {files: map[string]string{"b/.git/HEAD": other, ".git/HEAD": sha}, want: sha},
		"submodule":                 {files: map[string]string{".git": "gitdir: elsewhere"}, reason: unreadable},
	} {
		root := dirtest.InMemory(t)
		for file, text := range c.files {
			write(t, root, file, text)
		}
		tree := treeWith(t, slices.Collect(maps.Keys(c.files))...)
		commit, reason := checkedOut(root, tree, "given")
		if open := openFilesIn(root); len(open) > 0 {
			t.Errorf("%s: %q are still open", name, open)
		}
		if commit != c.want || reason != c.reason {
			t.Errorf("%s: %q, %q; want %q, %q", name, commit, reason, c.want, c.reason)
		}
	}
	if _, reason := checkedOut("/proc/nowhere", treeWith(t, ".git/HEAD"), ""); reason != "the checkout cannot be read" {
		t.Errorf("missing checkout: %q", reason)
	}
	for size, want := range map[int]string{16 << 20: sha, 16<<20 + 1: ""} {
		root, line := dirtest.InMemory(t), "\n"+sha+" refs/heads/x"
		write(t, root, ".git/HEAD", "ref: refs/heads/x")
		write(t, root, ".git/packed-refs", strings.Repeat("#", size-len(line))+line)
		if commit, _ := checkedOut(root, treeWith(t, ".git/HEAD"), ""); commit != want {
			t.Errorf("refs of %d bytes: %q, want %q", size, commit, want)
		}
	}
	outside := dirtest.InMemory(t)
	write(t, outside, "HEAD", sha)
	root := dirtest.InMemory(t)
	write(t, root, ".git/x", "")
	if err := os.Symlink(filepath.Join(outside, "HEAD"), filepath.Join(root, ".git", "HEAD")); err != nil {
		t.Fatal(err)
	}
	if commit, reason := checkedOut(root, treeWith(t, ".git/HEAD"), ""); commit != "" || reason != unreadable {
		t.Errorf("link: %q, %q", commit, reason)
	}
}

// openFilesIn returns the files of a directory that this process has open.
func openFilesIn(dir string) (open []string) {
	links, _ := filepath.Glob("/proc/self/fd/*")
	for _, link := range links {
		if file, err := os.Readlink(link); err == nil && strings.HasPrefix(file, dir) {
			open = append(open, file)
		}
	}
	return open
}

// TestNumberOfFiles checks how the number of changed files is written.
func TestNumberOfFiles(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 files changed", 1: "1 file changed", 2: "2 files changed"} {
		if got := files(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestAffectedLimits checks the borders of max-affected and of the size of a matrix.
func TestAffectedLimits(t *testing.T) {
	t.Parallel()
	const large = "257 workspaces are affected, but a GitHub matrix can have 256 jobs."
	for name, c := range map[string]struct {
		n, max, batch int
		want          string
	}{
		"none":                  {},
		"no limit":              {n: 256},
		"matrix too large":      {n: 257, want: large},
		"matrix of batches":     {n: 257, batch: 1},
		"as many as allowed":    {n: 1, max: 1},
		"none, one is allowed":  {n: 0, max: 1},
		"more than allowed":     {n: 2, max: 1, want: "2 workspaces are affected, but `max-affected` is 1."},
		"more than one allowed": {n: 3, max: 2, batch: 2, want: "3 workspaces are affected, but `max-affected` is 2."},
		"both limits":           {n: 257, max: 257, want: large},
	} {
		command, _ := commandWith(t, inputs.Affected{MaxAffected: c.max, BatchSize: c.batch})
		err := command.checkLimits(c.n)
		if got := fmt.Sprint(err); err == nil && c.want != "" || err != nil && got != c.want {
			t.Errorf("%s: %s, want %q", name, got, c.want)
		}
	}
}

// TestAffectedLargeOutputs checks that the step fails if an output exceeds GitHub's limit.
func TestAffectedLargeOutputs(t *testing.T) {
	t.Parallel()
	half, large := strings.Repeat("x", 1<<19), strings.Repeat("x", 1<<20)
	empty, err := json.Marshal([]item{{}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		items, removed []item
		unclaimed      []string
		want           string
	}{
		"removed":       {removed: []item{{Name: large}}, want: "removed"},
		"unclaimed":     {unclaimed: []string{large}, want: "unclaimed"},
		"workspace-ids": {items: []item{{ID: large}}, want: "workspace-ids"},
		"workspaces":    {items: []item{{Name: large}}, want: "workspaces"},
		"batches":       {items: []item{{Name: large[len(empty):]}}, want: "batches"},
		"none":          {items: []item{{Name: half}}, removed: []item{{Name: half}}, unclaimed: []string{half}},
	} {
		command, _ := commandWith(t, inputs.Affected{BatchSize: 1})
		command.out = command.NewOutputs()
		err := command.setCommonOutputs(c.items, c.removed, c.unclaimed)
		if err == nil {
			err = command.setListOutputs(c.items)
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), "The output "+c.want+" exceeds")) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
