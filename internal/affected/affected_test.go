package affected_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"scalr-run-action/internal/affected"
)

// checkout builds a tree from a content by path; "-> x" is a link to x.
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

func find(files fs.ReadLinkFS, changed []string, list []affected.Workspace, shared affected.Patterns) ([]affected.Answer, error) {
	tree, err := affected.ReadTree(files)
	if err != nil {
		return nil, err
	}
	return tree.Find(changed, list, shared), nil
}

func parse(t testing.TB, lines ...string) (list affected.Patterns) {
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

func calling(source string) string { return fmt.Sprintf("module \"m\" {\n  source = %q\n}\n", source) }

func TestFind(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files    map[string]string
		dirs     string // of workspaces
		changed  string
		patterns []string
		want     string // dir:because of the affected ones
	}{
		"own directory":             {nil, "app db", "app/x.txt", nil, "app:app/x.txt"},
		"app beside app-2":          {nil, "app app-2", "app-2/main.tf", nil, "app-2:app-2/main.tf"},
		"nested workspaces":         {nil, "app app/sub", "app/sub/main.tf", nil, "app/sub:app/sub/main.tf"},
		"outer of nested":           {nil, "app app/sub", "app/main.tf", nil, "app:app/main.tf"},
		"root workspace":            {nil, ". app", "x/y", nil, ".:x/y"},
		"first file by name":        {nil, "app", "app/z app/b README.md", nil, "app:app/b"},
		"local module":              {map[string]string{"app/main.tf": calling("../modules/a")}, "app db", "modules/a/v/x.txt", nil, "app:modules/a/v/x.txt"},
		"module beside":             {map[string]string{"app/main.tf": calling("../modules/a")}, "app", "modules/a-2/x.tf", nil, ""},
		"one line":                  {map[string]string{"app/main.tf": fmt.Sprintf(call, "../modules/a")}, "app", "modules/a/x", nil, "app:modules/a/x"},
		"transitive":                {map[string]string{"app/main.tf": calling("../m/a"), "m/a/main.tf": calling("../b")}, "app", "m/b/x", nil, "app:m/b/x"},
		"cycle":                     {map[string]string{"app/main.tf": calling("../m/a"), "m/a/main.tf": calling("../b"), "m/b/main.tf": calling("../a")}, "app db", "m/b/x", nil, "app:m/b/x"},
		"deleted, still called":     {map[string]string{"app/main.tf": calling("../m/gone")}, "app db", "m/gone/main.tf", nil, "app:m/gone/main.tf"},
		"source with subdirectory":  {map[string]string{"app/main.tf": calling("../m//net")}, "app", "m/net/x", nil, "app:m/net/x"},
		"opentofu":                  {map[string]string{"app/main.tofu": calling("../m")}, "app", "m/x", nil, "app:m/x"},
		"JSON":                      {map[string]string{"app/main.tf.json": `{"module":{"m":{"source":"../m"}}}`}, "app db", "m/x", nil, "app:m/x"},
		"JSON, list of modules":     {map[string]string{"app/main.tf.json": `{"module":[{"m":[{"source":"${var.x}"}]}]}`}, "app db", "m/x", nil, "app:app/main.tf.json?"},
		"invalid JSON":              {map[string]string{"app/main.tf.json": `{"module":`}, "app db", "m/x", nil, "app:app/main.tf.json?"},
		"dynamic source":            {map[string]string{"app/main.tf": "module \"m\" {\n source = var.m\n}\n"}, "app db", "m/x", nil, "app:app/main.tf?"},
		"dynamic template":          {map[string]string{"app/main.tf": calling("../m/${var.v}")}, "app db", "z", nil, "app:app/main.tf?"},
		"source from path.module":   {map[string]string{"app/main.tf": calling("${path.module}/../m")}, "app", "z m/x", nil, "app:m/x"},
		"source of a provider":      {map[string]string{"app/main.tf": "terraform {\n required_providers {\n a = {\n source = local.x\n }\n }\n}\n"}, "app", "z", nil, ""},
		"source inside an argument": {map[string]string{"app/main.tf": "module \"m\" {\n source = \"a/b/c\"\n x = {\n source = var.y\n }\n}\n"}, "app", "z", nil, ""},
		"dynamic in a used module":  {map[string]string{"app/main.tf": calling("../m"), "m/main.tf": "module \"n\" {\nsource = local.n\n}"}, "app db", "z", nil, "app:m/main.tf?"},
		"unclosed string":           {map[string]string{"app/main.tf": `x = "abc`}, "app db", "z", nil, "app:app/main.tf?"},
		"unclosed comment":          {map[string]string{"app/main.tf": `/* x`}, "app db", "z", nil, "app:app/main.tf?"},
		"unclosed heredoc":          {map[string]string{"app/main.tf": "x = <<E\nabc\n"}, "app db", "z", nil, "app:app/main.tf?"},
		"file":                      {map[string]string{"app/main.tf": `x = file("${path.module}/../shared/a.txt")`}, "app", "shared/a.txt shared/b.txt", nil, "app:shared/a.txt"},
		"other file":                {map[string]string{"app/main.tf": `x = file("${path.module}/../shared/a.txt")`}, "app", "shared/b.txt", nil, ""},
		"path.root in a module":     {map[string]string{"app/main.tf": calling("../m"), "m/x.tf": `x = file("${path.root}/../shared/a")`}, "app db", "shared/a", nil, "app:shared/a"},
		"template in a template":    {map[string]string{"app/main.tf": `x = "a${f("${g("../shared/a")}")}b"`}, "app", "shared/a", nil, "app:shared/a"},
		"template in a heredoc":     {map[string]string{"app/main.tf": "x = <<-E\n  \"../no/a\n  ${file(\"../shared/a\")}\n  E\ny = 1"}, "app", "no/a shared/a", nil, "app:shared/a"},
		"in comments":               {map[string]string{"app/main.tf": "# \"../a\"\n// \"../b\"\n/* \"../c\" */\n"}, "app", "a b c", nil, ""},
		"comment in a string":       {map[string]string{"app/main.tf": `x = ["http://a", "/*", "#", "../a"]`}, "app", "a", nil, "app:a"},
		"escaped quote":             {map[string]string{"app/main.tf": `x = ["\"", "../a"]`}, "app", "a", nil, "app:a"},
		"expression in a path":      {map[string]string{"app/main.tf": `x = file("../files/${var.x}.txt")`}, "app", "files/b.txt", nil, "app:files/b.txt"},
		"pattern in a path":         {map[string]string{"app/main.tf": `x = fileset(".", "../files/*.txt")`}, "app", "files/b.txt", nil, "app:files/b.txt"},
		"same source, two places": {map[string]string{"a/app/main.tf": calling("../m"), "b/app/main.tf": calling("../m")}, "a/app b/app", "b/m/x", nil,
			"b/app:b/m/x"},
		"source of a module's module": {map[string]string{"app/main.tf": calling("../m/a"), "m/a/main.tf": calling("../b")}, "app b", "b/x", nil, "b:b/x"},
		"source and argument alike": {map[string]string{"app/main.tf": calling("../m/a"), "m/a/main.tf": calling("../b") + `x = "../b"`}, "app", "b/x", nil,
			"app:b/x"},
		"source in JSON of a module": {map[string]string{"app/main.tf": calling("../m/a"), "m/a/main.tf.json": `{"module":{"m":{"source":"../b"}}}`}, "app b", "b/x", nil,
			"b:b/x"},
		"submodule":                        {map[string]string{"app/main.tf": calling("../vendor/lib/net")}, "app db", "vendor/lib", nil, "app:vendor/lib"},
		"submodule above":                  {nil, "vendor/app db", "vendor", nil, "vendor/app:vendor"},
		"link retargeted":                  {map[string]string{"app/main.tf": calling("../current"), "current": "-> m/v2", "m/v2/x.tf": ""}, "app db", "current", nil, "app:current"},
		"target of a link":                 {map[string]string{"app/main.tf": calling("../current"), "current": "-> m/v2", "m/v2/x.tf": ""}, "app db", "m/v2/x.tf", nil, "app:m/v2/x.tf"},
		"link in the middle":               {map[string]string{"app/main.tf": calling("../cur/net"), "cur": "-> m/v2", "m/v2/net/x.tf": calling("../dns")}, "app", "m/v2/dns/x", nil, "app:m/v2/dns/x"},
		"link below":                       {map[string]string{"app/data/s": "-> ../../shared", "shared/x": ""}, "app db", "shared/x", nil, "app:shared/x"},
		"link in a circle":                 {map[string]string{"app/main.tf": calling("../a"), "a": "-> b", "b": "-> a"}, "app db", "b", nil, "app:b"},
		"link out of it":                   {map[string]string{"app/main.tf": calling("../a"), "a": "-> ../../etc"}, "app", "etc", nil, ""},
		"link of a nested":                 {map[string]string{"app/sub/s": "-> ../../shared", "shared/x": ""}, "app app/sub", "shared/x", nil, "app/sub:shared/x"},
		"ignore file":                      {nil, "a/app db/x", "a/.terraformignore", nil, "a/app:a/.terraformignore"},
		"shared":                           {nil, "app db", "global/x/y.tf", []string{"global/"}, "app:global/x/y.tf db:global/x/y.tf"},
		"shared, taken out":                {nil, "app db", "global/x/y.md", []string{"global/", "!**/*.md"}, ""},
		"shared, last wins":                {nil, "app", "global/x/y.md", []string{"!*.md", "global/"}, "app:global/x/y.md"},
		"shared by name":                   {nil, "app db", "vars/prod/db.tfvars", []string{"/vars/{environment}/{workspace}.tfvars"}, "db:vars/prod/db.tfvars"},
		"shared, any depth":                {nil, "app", "x/y/versions.json", []string{"versions.json"}, "app:x/y/versions.json"},
		"shared, at root":                  {nil, "app", "x/versions.json", []string{"/versions.json"}, ""},
		"shared by name, taken out":        {nil, "app db", "vars/prod/db/x", []string{"vars/", "!vars/{environment}/{workspace}/"}, "app:vars/prod/db/x"},
		"shared by part of a name":         {nil, "app db", "vars/x-db.tfvars", []string{"vars/*-{workspace}.*"}, "db:vars/x-db.tfvars"},
		"shared, in a submodule":           {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib/net/*.tf"}, "app:lib"},
		"shared, is a submodule":           {map[string]string{"lib/.git": ""}, "app", "lib", []string{"/lib/"}, "app:lib"},
		"shared, is a link":                {map[string]string{"lib": "-> v2", "v2/x": ""}, "app", "lib", []string{"lib/"}, "app:lib"},
		"shared, any depth of a submodule": {map[string]string{"lib/.git": ""}, "app", "lib", []string{"**/net/*.tf"}, "app:lib"},
		"taken out of a submodule":         {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib", "!lib/docs/", "!lib/"}, "app:lib"},
		"not in that submodule":            {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib-2/net/*.tf"}, ""},
		"path out of it":                   {map[string]string{"app/main.tf": calling("../../../m")}, "app", "m/x", nil, ""},
		"nothing changed":                  {nil, "app db", "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			patterns := parse(t, c.patterns...)
			dirs := strings.Fields(c.dirs)
			answers, err := find(checkout(c.files), strings.Fields(c.changed), workspaces(dirs...), patterns)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, a := range answers {
				if !a.Affected {
					continue
				}
				mark := ""
				if a.Doubt != "" {
					mark = "?"
				}
				got = append(got, dirs[i]+":"+a.Because+mark)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
		})
	}
}

func TestUsesOutsideOfTheDirectory(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{"app/main.tf": calling("../m") + calling("./inner"), "m/x.tf": ""})
	answers, err := find(tree, nil, workspaces("app"), nil)
	if err != nil || !slices.Equal(answers[0].Uses, []string{"m"}) {
		t.Errorf("got %q and %v, want the module m only", answers[0].Uses, err)
	}
}

func TestFindDoubts(t *testing.T) {
	t.Parallel()
	list := workspaces("app", "db")
	list[0].Doubt = "it is made by a program"
	answers, err := find(checkout(nil), []string{"app/x"}, list, nil)
	if err != nil || answers[0].Because != "app/x" || answers[0].Doubt != "" {
		t.Errorf("got %+v and %v, want a certain answer", answers[0], err)
	}
	answers, err = find(checkout(nil), []string{"z"}, list, nil)
	if err != nil || !answers[0].Affected || answers[0].Doubt == "" || answers[1].Affected {
		t.Errorf("got %+v and %v, want a doubt about the first", answers, err)
	}
}

func TestUsesLeavesOutWhatIsNotThere(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{"app/main.tf": `x = ["../gone", "../a.txt", "../link"]`, "a.txt": "", "link": "-> a.txt"})
	answers, err := find(tree, nil, workspaces("app"), nil)
	if err != nil || !slices.Equal(answers[0].Uses, []string{"a.txt", "link"}) {
		t.Errorf("got %q and %v, want a.txt and link only", answers[0].Uses, err)
	}
}

// The characters of a workspace's name have no meaning in a pattern, and a name may hold a slash.
func TestPatternsWithNames(t *testing.T) {
	t.Parallel()
	patterns := parse(t, "vars/{workspace}.tfvars")
	for _, name := range []string{"a*", "a/b", "[a]", `a\b`, "{a}"} {
		list := []affected.Workspace{{Environment: "prod", Name: name, Directory: "app"}, {Environment: "prod", Name: "ax", Directory: "db"}}
		answers, err := find(checkout(nil), []string{"vars/" + name + ".tfvars"}, list, patterns)
		if err != nil || !answers[0].Affected || answers[1].Affected {
			t.Errorf("%q: got %+v and %v, want the first only", name, answers, err)
		}
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree, err := affected.ReadTree(checkout(map[string]string{".git/HEAD": "", "sub/.git": "", "a/b/x.txt": "", "to-a": "-> a", "out": "-> ..", "tf/main.tf": ""}))
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string][2]bool{ // is it a directory, is there anything
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

func TestParsePatternRefuses(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"a//b", "../a", "[a", "x/{env}/y"} {
		if _, _, err := affected.ParsePattern(line); err == nil {
			t.Errorf("%q: got no error", line)
		}
	}
}

// countingFS counts how often files are opened.
type countingFS struct {
	fstest.MapFS
	opened *opened
}

// opened counts how often each file was opened.
type opened struct {
	mu    sync.Mutex
	times map[string]int
}

func (o *opened) add(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.times[name]++
}

func (c countingFS) Open(name string) (fs.File, error) {
	c.opened.add(name)
	return c.MapFS.Open(name)
}

func (c countingFS) ReadFile(name string) ([]byte, error) {
	c.opened.add(name)
	return c.MapFS.ReadFile(name)
}

// A module that many workspaces use is read once.
func TestFindReadsEachFileOnce(t *testing.T) {
	t.Parallel()
	files, dirs := map[string]string{"m/main.tf": "x = 1"}, []string{}
	for i := range 50 {
		dir := fmt.Sprintf("w%d", i)
		files[dir+"/main.tf"], dirs = calling("../m"), append(dirs, dir)
	}
	c := countingFS{checkout(files), &opened{times: map[string]int{}}}
	if _, err := find(c, []string{"m/x"}, workspaces(dirs...), nil); err != nil {
		t.Fatal(err)
	}
	if got := c.opened.times["m/main.tf"]; got != 1 {
		t.Errorf("m/main.tf was read %d times, want once", got)
	}
}

// BenchmarkFind is a repository of 500 workspaces and 20,000 files with 3,000 changed paths.
func BenchmarkFind(b *testing.B) {
	files, dirs, changed := map[string]string{}, []string{}, []string{}
	for m := range 100 {
		files[fmt.Sprintf("modules/m%d/main.tf", m)] = calling(fmt.Sprintf("../m%d", (m*7+1)%100))
	}
	for w := range 500 {
		dir := fmt.Sprintf("infra/e%d/w%d", w%10, w)
		dirs = append(dirs, dir)
		for n := range 39 {
			files[fmt.Sprintf("%s/f%d.tf", dir, n)] = calling(fmt.Sprintf("../../../modules/m%d", (w+n)%100))
		}
	}
	for n := range 3000 {
		changed = append(changed, fmt.Sprintf("other/d%d/f%d.txt", n%50, n))
	}
	dir := b.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			b.Fatal(err)
		}
	}
	tree, list := os.DirFS(dir).(fs.ReadLinkFS), workspaces(dirs...)
	patterns := parse(b, "vars/{environment}/{workspace}.tfvars", "global/", "!**/*.md")
	b.Logf("%d files", len(files))
	for b.Loop() {
		if _, err := find(tree, changed, list, patterns); err != nil {
			b.Fatal(err)
		}
	}
}
