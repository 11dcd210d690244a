package affected_test

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"scalr-run-action/internal/affected"
)

// checkout returns a file system from contents by path; "-> x" is a link to x.
func checkout(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range files {
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			tree[name] = &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
			continue
		}
		tree[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return tree
}

func workspaces(dirs ...string) []affected.Workspace {
	var list []affected.Workspace
	for _, dir := range dirs {
		list = append(list, affected.Workspace{Environment: "prod", Name: strings.ReplaceAll(dir, "/", "-"), Directory: dir})
	}
	return list
}

func findAffected(files fs.ReadLinkFS, changed []string, list []affected.Workspace, shared affected.Patterns) ([]affected.Result, error) {
	tree, err := affected.ReadTree(files)
	if err != nil {
		return nil, err
	}
	return tree.Find(changed, list, shared), nil
}

func parsePatterns(t testing.TB, lines ...string) (list affected.Patterns) {
	t.Helper()
	for _, line := range lines {
		p, ok, err := affected.ParsePattern(line)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			list = append(list, p)
		}
	}
	return list
}

const call = `module "m" { source = "%s" }`

func moduleCall(source string) string {
	return fmt.Sprintf("module \"m\" {\n  source = %q\n}\n", source)
}

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files    map[string]string
		dirs     string // directories of workspaces
		changed  string
		patterns []string
		want     string // dir:because of the affected workspaces
	}{
		"own directory":      {nil, "app db", "app/x.txt", nil, "app:app/x.txt"},
		"app and app-2":      {nil, "app app-2", "app-2/main.tf", nil, "app-2:app-2/main.tf"},
		"nested workspaces":  {nil, "app app/sub", "app/sub/main.tf", nil, "app/sub:app/sub/main.tf"},
		"outer of nested":    {nil, "app app/sub", "app/main.tf", nil, "app:app/main.tf"},
		"root workspace":     {nil, ". app", "x/y", nil, ".:x/y"},
		"first file by name": {nil, "app", "app/z app/b README.md", nil, "app:app/b"},
		"local module": {map[string]string{"app/main.tf": moduleCall("../modules/a")}, "app db", "modules/a/v/x.txt", nil,
			"app:modules/a/v/x.txt"},
		"module with a similar name": {map[string]string{"app/main.tf": moduleCall("../modules/a")}, "app", "modules/a-2/x.tf", nil, ""},
		"one line":                   {map[string]string{"app/main.tf": fmt.Sprintf(call, "../modules/a")}, "app", "modules/a/x", nil, "app:modules/a/x"},
		"transitive": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/main.tf": moduleCall("../b")},
			dirs:    "app",
			changed: "m/b/x",
			want:    "app:m/b/x",
		},
		"cycle": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/main.tf": moduleCall("../b"), "m/b/main.tf": moduleCall("../a")},
			dirs:    "app db",
			changed: "m/b/x",
			want:    "app:m/b/x",
		},
		"deleted, still called":    {map[string]string{"app/main.tf": moduleCall("../m/gone")}, "app db", "m/gone/main.tf", nil, "app:m/gone/main.tf"},
		"source with subdirectory": {map[string]string{"app/main.tf": moduleCall("../m//net")}, "app", "m/net/x", nil, "app:m/net/x"},
		"opentofu":                 {map[string]string{"app/main.tofu": moduleCall("../m")}, "app", "m/x", nil, "app:m/x"},
		"JSON":                     {map[string]string{"app/main.tf.json": `{"module":{"m":{"source":"../m"}}}`}, "app db", "m/x", nil, "app:m/x"},
		"JSON, repeated members": {
			files:   map[string]string{"app/main.tf.json": `{"module":{"m":{"source":"../m"}},"module":{"n":{"source":"../n"}}}`},
			dirs:    "app db",
			changed: "m/x",
			want:    "app:m/x",
		},
		"JSON, list of modules": {
			files:   map[string]string{"app/main.tf.json": `{"module":[{"m":[{"source":"${var.x}"}]}]}`},
			dirs:    "app db",
			changed: "m/x",
			want:    "app:app/main.tf.json?",
		},
		"invalid JSON":            {map[string]string{"app/main.tf.json": `{"module":`}, "app db", "m/x", nil, "app:app/main.tf.json?"},
		"dynamic source":          {map[string]string{"app/main.tf": "module \"m\" {\n source = var.m\n}\n"}, "app db", "m/x", nil, "app:app/main.tf?"},
		"dynamic template":        {map[string]string{"app/main.tf": moduleCall("../m/${var.v}")}, "app db", "z", nil, "app:app/main.tf?"},
		"source from path.module": {map[string]string{"app/main.tf": moduleCall("${path.module}/../m")}, "app", "z m/x", nil, "app:m/x"},
		"source of a provider": {
			files:   map[string]string{"app/main.tf": "terraform {\n required_providers {\n a = {\n source = local.x\n }\n }\n}\n"},
			dirs:    "app",
			changed: "z",
		},
		"source inside an argument": {
			files:   map[string]string{"app/main.tf": "module \"m\" {\n source = \"a/b/c\"\n x = {\n source = var.y\n }\n}\n"},
			dirs:    "app",
			changed: "z",
		},
		"dynamic in a used module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m"), "m/main.tf": "module \"n\" {\nsource = local.n\n}"},
			dirs:    "app db",
			changed: "z",
			want:    "app:m/main.tf?",
		},
		"unclosed string":  {map[string]string{"app/main.tf": `x = "abc`}, "app db", "z", nil, "app:app/main.tf?"},
		"unclosed comment": {map[string]string{"app/main.tf": `/* x`}, "app db", "z", nil, "app:app/main.tf?"},
		"unclosed heredoc": {map[string]string{"app/main.tf": "x = <<E\nabc\n"}, "app db", "z", nil, "app:app/main.tf?"},
		"file": {
			files:   map[string]string{"app/main.tf": `x = file("${path.module}/../shared/a.txt")`},
			dirs:    "app",
			changed: "shared/a.txt shared/b.txt",
			want:    "app:shared/a.txt",
		},
		"other file": {map[string]string{"app/main.tf": `x = file("${path.module}/../shared/a.txt")`}, "app", "shared/b.txt", nil, ""},
		"path.root in a module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m"), "m/x.tf": `x = file("${path.root}/../shared/a")`},
			dirs:    "app db",
			changed: "shared/a",
			want:    "app:shared/a",
		},
		"template in a template": {map[string]string{"app/main.tf": `x = "a${f("${g("../shared/a")}")}b"`}, "app", "shared/a", nil, "app:shared/a"},
		"template in a heredoc": {
			files:   map[string]string{"app/main.tf": "x = <<-E\n  \"../no/a\n  ${file(\"../shared/a\")}\n  E\ny = 1"},
			dirs:    "app",
			changed: "no/a shared/a",
			want:    "app:shared/a",
		},
		"in comments":          {map[string]string{"app/main.tf": "# \"../a\"\n// \"../b\"\n/* \"../c\" */\n"}, "app", "a b c", nil, ""},
		"comment in a string":  {map[string]string{"app/main.tf": `x = ["http://a", "/*", "#", "../a"]`}, "app", "a", nil, "app:a"},
		"escaped quote":        {map[string]string{"app/main.tf": `x = ["\"", "../a"]`}, "app", "a", nil, "app:a"},
		"expression in a path": {map[string]string{"app/main.tf": `x = file("../files/${var.x}.txt")`}, "app", "files/b.txt", nil, "app:files/b.txt"},
		"pattern in a path":    {map[string]string{"app/main.tf": `x = fileset(".", "../files/*.txt")`}, "app", "files/b.txt", nil, "app:files/b.txt"},
		"same source, two places": {map[string]string{"a/app/main.tf": moduleCall("../m"), "b/app/main.tf": moduleCall("../m")}, "a/app b/app", "b/m/x", nil,
			"b/app:b/m/x"},
		"source of a module's module": {map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/main.tf": moduleCall("../b")}, "app b",
			"b/x", nil, "b:b/x"},
		"source and argument alike": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/main.tf": moduleCall("../b") + `x = "../b"`},
			dirs:    "app",
			changed: "b/x",
			want:    "app:b/x",
		},
		"source in JSON of a module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/main.tf.json": `{"module":{"m":{"source":"../b"}}}`},
			dirs:    "app b",
			changed: "b/x",
			want:    "b:b/x",
		},
		"submodule":       {map[string]string{"app/main.tf": moduleCall("../vendor/lib/net")}, "app db", "vendor/lib", nil, "app:vendor/lib"},
		"submodule above": {nil, "vendor/app db", "vendor", nil, "vendor/app:vendor"},
		"link retargeted": {
			files:   map[string]string{"app/main.tf": moduleCall("../current"), "current": "-> m/v2", "m/v2/x.tf": ""},
			dirs:    "app db",
			changed: "current",
			want:    "app:current",
		},
		"target of a link": {
			files:   map[string]string{"app/main.tf": moduleCall("../current"), "current": "-> m/v2", "m/v2/x.tf": ""},
			dirs:    "app db",
			changed: "m/v2/x.tf",
			want:    "app:m/v2/x.tf",
		},
		"link in the middle": {
			files:   map[string]string{"app/main.tf": moduleCall("../cur/net"), "cur": "-> m/v2", "m/v2/net/x.tf": moduleCall("../dns")},
			dirs:    "app",
			changed: "m/v2/dns/x",
			want:    "app:m/v2/dns/x",
		},
		"link below":               {map[string]string{"app/data/s": "-> ../../shared", "shared/x": ""}, "app db", "shared/x", nil, "app:shared/x"},
		"link in a circle":         {map[string]string{"app/main.tf": moduleCall("../a"), "a": "-> b", "b": "-> a"}, "app db", "b", nil, "app:b"},
		"link out of the checkout": {map[string]string{"app/main.tf": moduleCall("../a"), "a": "-> ../../etc"}, "app", "etc", nil, ""},
		"absolute link":            {map[string]string{"app/main.tf": moduleCall("../a"), "a": "-> /etc"}, "app", "etc", nil, ""},
		"link of the root":         {map[string]string{"s": "-> db"}, ". db", "db/x", nil, ".:db/x db:db/x"},
		"adjacent links": {
			files:   map[string]string{"a/s": "-> ../shared", "a-b/s": "-> ../other", "shared/x": "", "other/x": ""},
			dirs:    "a a-b",
			changed: "shared/x",
			want:    "a:shared/x",
		},
		"link of a nested": {
			files:   map[string]string{"app/sub/s": "-> ../../shared", "shared/x": ""},
			dirs:    "app app/sub",
			changed: "shared/x",
			want:    "app/sub:shared/x",
		},
		"ignore file":       {nil, "a/app db/x", "a/.terraformignore", nil, "a/app:a/.terraformignore"},
		"shared":            {nil, "app db", "global/x/y.tf", []string{"global/"}, "app:global/x/y.tf db:global/x/y.tf"},
		"shared, excluded":  {nil, "app db", "global/x/y.md", []string{"global/", "!**/*.md"}, ""},
		"shared, last wins": {nil, "app", "global/x/y.md", []string{"!*.md", "global/"}, "app:global/x/y.md"},
		"shared by name": {nil, "app db", "vars/prod/db.tfvars", []string{"/vars/{environment}/{workspace}.tfvars"},
			"db:vars/prod/db.tfvars"},
		"shared, any depth":                {nil, "app", "x/y/versions.json", []string{"versions.json"}, "app:x/y/versions.json"},
		"shared, other name":               {nil, "app", "x/y/versions.txt", []string{"versions.json"}, ""},
		"shared, at root":                  {nil, "app", "x/versions.json", []string{"/versions.json"}, ""},
		"shared by name, excluded":         {nil, "app db", "vars/prod/db/x", []string{"vars/", "!vars/{environment}/{workspace}/"}, "app:vars/prod/db/x"},
		"shared by part of a name":         {nil, "app db", "vars/x-db.tfvars", []string{"vars/*-{workspace}.*"}, "db:vars/x-db.tfvars"},
		"shared, in a submodule":           {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib/net/*.tf"}, "app:lib"},
		"shared, is a submodule":           {map[string]string{"lib/.git": ""}, "app", "lib", []string{"/lib/"}, "app:lib"},
		"shared, is a link":                {map[string]string{"lib": "-> v2", "v2/x": ""}, "app", "lib", []string{"lib/"}, "app:lib"},
		"shared, any depth of a submodule": {map[string]string{"lib/.git": ""}, "app", "lib", []string{"**/net/*.tf"}, "app:lib"},
		"excluded in a submodule":          {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib", "!lib/docs/", "!lib/"}, "app:lib"},
		"not in that submodule":            {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib-2/net/*.tf"}, ""},
		"path out of the checkout":         {map[string]string{"app/main.tf": moduleCall("../../../m")}, "app", "m/x", nil, ""},
		"nothing changed":                  {nil, "app db", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patterns := parsePatterns(t, c.patterns...)
			if got := affectedBy(t, checkout(c.files), c.dirs, c.changed, patterns); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// affectedBy returns the affected directories with the changed file that is the cause, and a question mark if it is
// unknown whether the workspace is affected.
func affectedBy(t *testing.T, files fs.ReadLinkFS, directories, changed string, patterns affected.Patterns) string {
	t.Helper()
	dirs := strings.Fields(directories)
	results, err := findAffected(files, strings.Fields(changed), workspaces(dirs...), patterns)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, a := range results {
		if !a.Affected {
			continue
		}
		mark := ""
		if a.Unknown != "" {
			mark = "?"
		}
		got = append(got, dirs[i]+":"+a.ChangedFile+mark)
	}
	return strings.Join(got, " ")
}

func TestUsesOutsideOfTheDirectory(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{"app/main.tf": moduleCall("../m") + moduleCall("./inner"), "m/x.tf": ""})
	results, err := findAffected(tree, nil, workspaces("app"), nil)
	if err != nil || !slices.Equal(results[0].Uses, []string{"m"}) {
		t.Errorf("got %q and %v, want the module m only", results[0].Uses, err)
	}
	results, err = findAffected(checkout(map[string]string{"a.tf": moduleCall("./m"), "m/x.tf": ""}), nil, workspaces("."), nil)
	if err != nil || len(results[0].Uses) > 0 {
		t.Errorf("got %q and %v, want no path outside of the root", results[0].Uses, err)
	}
}

// TestUsesOfLinkedModule checks which paths a workspace uses whose module is reached through a link outside of its directory:
// the module itself as written, and what it refers to by its real path.
func TestUsesOfLinkedModule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string // of the module
		want []string
	}{
		"texts that are no paths":  {`x = "text"`, []string{"mods/a"}},
		"a module of a registry":   {moduleCall("hashicorp/consul/aws"), []string{"mods/a"}},
		"a file":                   {`x = file("${path.module}/b.txt")`, []string{"lib/a/b.txt", "mods/a"}},
		"a pattern":                {`x = fileset("${path.module}/*.txt")`, []string{"lib/a", "mods/a"}},
		"a pattern in a directory": {`x = fileset("${path.module}/d/*.txt")`, []string{"lib/a/d", "mods/a"}},
		"a path in the workspace":  {`x = fileset("${path.root}/*.txt")`, []string{"mods/a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := checkout(map[string]string{
				"app/main.tf": moduleCall("../mods/a"), "mods": "-> lib", "lib/a/x.tf": c.text, "lib/a/b.txt": "", "lib/a/d/c.txt": "",
			})
			results, err := findAffected(tree, nil, workspaces("app"), nil)
			if err != nil || !slices.Equal(results[0].Uses, c.want) {
				t.Errorf("got %q and %v, want %q", results[0].Uses, err, c.want)
			}
		})
	}
}

// TestUsesOmitsCopiedPaths checks that paths in the target of a link are not listed if a module in the same target refers to
// them: the archive of the workspace's directory contains a copy of the whole target in place of the link.
func TestUsesOmitsCopiedPaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		main string // of the workspace
		text string // of the module
		want []string
	}{
		"a file":                      {main: moduleCall("./mod"), text: `x = file("${path.module}/b.txt")`},
		"a file without a call":       {text: `x = file("${path.module}/b.txt")`},
		"a pattern":                   {main: moduleCall("./mod"), text: `x = fileset("${path.module}/*.txt")`},
		"a module in the target":      {main: moduleCall("./mod"), text: moduleCall("./sub")},
		"a module through a link":     {main: moduleCall("./mod"), text: moduleCall("./to-lib")},
		"a module next to the target": {main: moduleCall("./mod"), text: moduleCall("../lib"), want: []string{"lib"}},
		"the target itself, which is missing": {
			main: moduleCall("./mod") + moduleCall("../shared"),
			text: `x = file("${path.module}/b.txt")`,
			want: []string{"lib/l.txt", "shared"}, // the directory shared contains a link to lib
		},
		"a file of the target": {main: moduleCall("./mod") + `x = file("../shared/b.txt")`, want: []string{"shared/b.txt"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := checkout(map[string]string{
				"app/main.tf": c.main, "app/mod": "-> ../shared", "shared/x.tf": c.text, "shared/b.txt": "", "shared/sub/s.tf": `x = file("../b.txt")`,
				"shared/to-lib": "-> ../lib", "lib/l.tf": `x = file("${path.module}/l.txt")`, "lib/l.txt": "",
			})
			results, err := findAffected(tree, []string{"lib/l.txt"}, workspaces("app"), nil)
			if err != nil || !slices.Equal(results[0].Uses, c.want) {
				t.Errorf("got %q and %v, want %q", results[0].Uses, err, c.want)
			}
		})
	}
}

func TestFindUnknown(t *testing.T) {
	t.Parallel()
	list := workspaces("app", "db")
	list[0].Unknown = "it is generated by a program"
	results, err := findAffected(checkout(nil), []string{"app/x"}, list, nil)
	if err != nil || results[0].ChangedFile != "app/x" || results[0].Unknown != "" {
		t.Errorf("got %+v and %v, want a certain result", results[0], err)
	}
	// The reason of the workspace takes precedence over the reason of its files.
	unknown := checkout(map[string]string{"app/main.tf": `x = "abc`})
	results, err = findAffected(unknown, []string{"z"}, list, nil)
	if want := (affected.Result{Affected: true, Unknown: list[0].Unknown}); err != nil || !reflect.DeepEqual(results[0], want) {
		t.Errorf("got %+v and %v, want %+v", results[0], err, want)
	}
	results, err = findAffected(checkout(nil), []string{"z"}, list, nil)
	if err != nil || !results[0].Affected || results[0].Unknown == "" || results[1].Affected {
		t.Errorf("got %+v and %v, want the first to be unknown", results, err)
	}
}

func TestUsesOmitsMissingPaths(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{"app/main.tf": `x = ["../gone", "../a.txt", "../link"]`, "a.txt": "", "link": "-> a.txt"})
	results, err := findAffected(tree, nil, workspaces("app"), nil)
	if err != nil || !slices.Equal(results[0].Uses, []string{"a.txt", "link"}) {
		t.Errorf("got %q and %v, want a.txt and link only", results[0].Uses, err)
	}
}

// TestPatternsWithNames: the characters of a workspace's name have no meaning in a pattern, and a name may contain a slash.
func TestPatternsWithNames(t *testing.T) {
	t.Parallel()
	patterns := parsePatterns(t, "vars/{workspace}.tfvars")
	for _, name := range []string{"a*", "a/b", "[a]", `a\b`, "{a}"} {
		list := []affected.Workspace{{Environment: "prod", Name: name, Directory: "app"}, {Environment: "prod", Name: "ax", Directory: "db"}}
		results, err := findAffected(checkout(nil), []string{"vars/" + name + ".tfvars"}, list, patterns)
		if err != nil || !results[0].Affected || results[1].Affected {
			t.Errorf("%q: got %+v and %v, want the first only", name, results, err)
		}
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree, err := affected.ReadTree(checkout(map[string]string{
		".git/HEAD":  "",
		"sub/.git":   "",
		"a/b/x.txt":  "",
		"to-a":       "-> a",
		"out":        "-> ..",
		"tf/main.tf": "",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string][2]bool{ // HasDirectory, Has
		"a": {true, true}, "a/b": {true, true}, "a/b/x.txt": {false, true}, "to-a/b": {true, true}, "to-a": {true, true}, ".": {true, true},
		"out": {}, "..": {}, "../x": {}, "gone": {}, ".git": {}, "a/b/x.txt/y": {},
	} {
		if got := [2]bool{tree.HasDirectory(p), tree.Has(p)}; got != want {
			t.Errorf("%s: got %v, want %v", p, got, want)
		}
	}
	if !slices.Equal(tree.Repositories(), []string{".", "sub"}) || !tree.HasTerraform("tf") || tree.HasTerraform("a") {
		t.Errorf("got the repositories %q", tree.Repositories())
	}
}

func mustReadTree(t *testing.T, files fs.ReadLinkFS) *affected.Tree {
	t.Helper()
	tree, err := affected.ReadTree(files)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
