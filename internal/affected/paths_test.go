package affected_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"scalr-run-action/internal/affected"
)

// TestFindComparesWholePaths covers paths that are similar to those that a workspace uses, and paths at the root.
func TestFindComparesWholePaths(t *testing.T) {
	t.Parallel()
	dynamic := "module \"m\" {\nsource = local.m\n}\n"
	for name, c := range map[string]struct {
		files    map[string]string
		dirs     string
		changed  string
		patterns []string
		want     string
	}{
		"a similar name first": {
			files:   map[string]string{"app/main.tf": moduleCall("../modules/a")},
			dirs:    "app",
			changed: "modules/a-2/x modules/a.tf modules/a/x modules/ab/x",
			want:    "app:modules/a/x",
		},
		"the root as a module":                   {map[string]string{"app/main.tf": moduleCall("../")}, "app", "z y/x", nil, "app:y/x"},
		"the root as a module without a change":  {map[string]string{"app/main.tf": moduleCall("../")}, "app", "", nil, ""},
		"the root as a module and an early name": {map[string]string{"app/main.tf": moduleCall("../")}, "app", "-x y", nil, "app:-x"},
		"paths that are not clean":               {map[string]string{"a/app/main.tf": moduleCall("./../m/")}, "./a/app/", "./a//m/x", nil, "./a/app/:a/m/x"},
		"a source of path.module":                {map[string]string{"app/main.tf": moduleCall("${path.module}/../m")}, "app", "z", nil, ""},
		"a source of path.root":                  {map[string]string{"app/main.tf": moduleCall("${path.root}/../m")}, "app", "m/x", nil, "app:m/x"},
		"a source of path.root, another change":  {map[string]string{"app/main.tf": moduleCall("${path.root}/../m")}, "app", "z", nil, ""},
		"a source of path.module and a variable": {
			files:   map[string]string{"app/main.tf": moduleCall("${path.module}/../m/${var.m}")},
			dirs:    "app",
			changed: "z",
			want:    "app:app/main.tf?",
		},
		"path.root in a called module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m"), "m/x.tf": `x = file("${path.root}/a")`, "m/a": ""},
			dirs:    "app db",
			changed: "m/b",
			want:    "app:m/b",
		},
		"an argument of a called module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/a"), "m/a/x.tf": `x = file("../b")`},
			dirs:    "app x",
			changed: "b",
			want:    "app:b",
		},
		"the parent directory":             {map[string]string{"app/main.tf": `x = fileset("..", "*.json")`}, "app", "x.json", nil, "app:x.json"},
		"the parent directory of a module": {map[string]string{"a/app/main.tf": `x = "${path.module}/.."`}, "a/app", "a/x x", nil, "a/app:a/x"},
		"the directory itself": {
			files:   map[string]string{"app/main.tf": `x = fileset(".", "*.json")`},
			dirs:    "app app/sub",
			changed: "app/sub/x",
			want:    "app/sub:app/sub/x",
		},
		"two periods in a text": {map[string]string{"app/main.tf": `x = "..."`}, "app", "x", nil, ""},
		"path.cwd in a module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/n"), "m/n/x.tf": `x = file("${ path.cwd }/../shared/x.json")`},
			dirs:    "app db",
			changed: "shared/x.json",
			want:    "app:shared/x.json",
		},
		"a period before path.module":   {map[string]string{"a/app/main.tf": `x = file("./${path.module}/../../x")`}, "a/app", "x y", nil, "a/app:x"},
		"a period before path.root":     {map[string]string{"a/app/main.tf": `x = file(".//${path.root}/../../x")`}, "a/app", "x y", nil, "a/app:x"},
		"path.root before path.module":  {map[string]string{"app/main.tf": `x = file("${path.root}/${path.module}/../x")`}, "app", "x y", nil, "app:x"},
		"a directory above path.module": {map[string]string{"a/app/main.tf": `x = file("../${path.module}/../x")`}, "a/app", "x y", nil, "a/app:x"},
		"a period before path.module in a module": {
			files:   map[string]string{"app/main.tf": moduleCall("../m/n"), "m/n/x.tf": `x = file("./${path.module}/../x")`},
			dirs:    "app",
			changed: "m/x x",
			want:    "app:m/x",
		},
		"a directory above path.module in a module": {
			files:   map[string]string{"a/app/main.tf": moduleCall("../../m/n"), "m/n/x.tf": `x = file("../${path.module}/../x")`},
			dirs:    "a/app",
			changed: "a/m/x",
			want:    "a/app:a/m/x",
		},
		"a comment in a reference": {map[string]string{"app/main.tf": "x = \"${ /* } */\n(path . module) # }\n}/../x\""}, "app", "x y", nil, "app:x"},
		"path.module in JSON":      {map[string]string{"app/main.tf.json": `{"locals":{"x":"./${(path.module)}/../x"}}`}, "app", "x y", nil, "app:x"},
		"a source of a period and path.module": {
			files:   map[string]string{"app/main.tf": moduleCall("./${path.module}/../m")},
			dirs:    "app",
			changed: "m/x z",
			want:    "app:m/x",
		},
		"an expression before two periods": {
			files:   map[string]string{"a/app/main.tf": `x = file("../${basename(abspath(path.root))}/../../x")`},
			dirs:    "a/app",
			changed: "x y",
			want:    "a/app:x",
		},
		"an expression of two elements before two periods": {
			files:   map[string]string{"app/main.tf": `x = file("../y/${var.b}/../x")`},
			dirs:    "app",
			changed: "y/b/x",
			want:    "app:y/b/x",
		},
		"an expression and two periods": {
			files:   map[string]string{"a/app/main.tf": `x = file("${abspath(path.module)}/../../x")`},
			dirs:    "a/app",
			changed: "x y",
			want:    "a/app:x",
		},
		"an expression before the parent": {map[string]string{"a/app/main.tf": `x = "${local.here}/.."`}, "a/app", "a/x x", nil, "a/app:a/x"},
		"an expression of a called module": {
			files:   map[string]string{"a/app/main.tf": moduleCall("../../m"), "m/x.tf": `x = file("${abspath(path.root)}/../y")`},
			dirs:    "a/app",
			changed: "a/y z",
			want:    "a/app:a/y",
		},
		"an expression and a name": {map[string]string{"a/app/main.tf": `x = file("${local.x}/x/../../x")`}, "a/app", "a/x x", nil, ""},
		"a format":                 {map[string]string{"a/app/main.tf": `x = file(format("%s/../../x", path.module))`}, "a/app", "x y", nil, "a/app:x"},
		"a format in JSON": {
			files:   map[string]string{"app/main.tf.json": `{"locals":{"x":"${format(\"%s/../x\", path.root)}"}}`},
			dirs:    "app",
			changed: "x y",
			want:    "app:x",
		},
		"a hidden file":              {map[string]string{"app/.x.tf": moduleCall("../m"), "app/.y.tf.json": "{"}, "app", "m/x", nil, ""},
		"a hidden file of variables": {map[string]string{"app/.x.auto.tfvars": `x = "../m"`}, "app", "m/x", nil, "app:m/x"},
		"three stars":                {nil, "app", "a/b/docs/x", []string{"***/docs"}, "app:a/b/docs/x"},
		"three stars in the middle":  {nil, "app", "a/x a/b/c/d", []string{"a/***/d"}, "app:a/b/c/d"},
		"four stars at the end":      {nil, "app", "a b/c/d", []string{"b/****"}, "app:b/c/d"},
		"three stars after a letter": {nil, "app", "a/ab/c a/b/c", []string{"a/a***/c"}, "app:a/ab/c"},
		"a decomposed file name": {
			files:   map[string]string{"app/main.tf": `x = file("../cfg/cafe` + "\u0301" + `.txt")`, "cfg/caf\u00e9.txt": "", "cfg/cafe.txt": ""},
			dirs:    "app",
			changed: "cfg/cafe.txt cfg/caf\u00e9.txt",
			want:    "app:cfg/caf\u00e9.txt",
		},
		"a decomposed module, deleted": {
			files:   map[string]string{"app/main.tf": moduleCall("../Gru\u0308\u00dfe/\u1100\u1161\u11a8")},
			dirs:    "app",
			changed: "Gr\u00fc\u00dfe/\uac01/main.tf",
			want:    "app:Gr\u00fc\u00dfe/\uac01/main.tf",
		},
		"a decomposed module in JSON": {
			files:   map[string]string{"app/main.tf.json": `{"module":{"m":{"source":"../cafe\u0301"}}}`, "caf\u00e9/main.tf": moduleCall("../\u304b\u3099")},
			dirs:    "app",
			changed: "\u304c/x",
			want:    "app:\u304c/x",
		},
		"a decomposed name, other files": {
			files:   map[string]string{"app/main.tf": `x = file("${path.module}/../cfg/cafe` + "\u0301" + `.txt")`},
			dirs:    "app",
			changed: "cfg/caf\u00e9s.txt cfg/cafe.txt cfg/\u00e9.txt",
		},
		"path.cwd in another directory": {map[string]string{"a/app/main.tf": `x = "${path.cwd}/../x"`}, "a/app", "x", nil, ""},
		"a path in variables": {
			files:   map[string]string{"app/terraform.tfvars": `x = "../shared/x"`, "app/a.auto.tfvars.json": `{"module": {"m": {"source": ["../y"]}}}`},
			dirs:    "app db",
			changed: "shared/x y",
			want:    "app:shared/x",
		},
		"a path in variables in JSON":      {map[string]string{"app/terraform.tfvars.json": `{"x": ["../y"]}`}, "app", "y/z", nil, "app:y/z"},
		"a path in automatic variables":    {map[string]string{"app/eu.auto.tfvars": `x = "../y"`}, "app", "y", nil, "app:y"},
		"a path in variables of an option": {map[string]string{"app/eu.tfvars": `x = "../y"`}, "app", "y", nil, ""},
		"a source in variables is a value": {map[string]string{"app/x.auto.tfvars.json": `{"module":{"m":{"source":5}}}`}, "app", "y", nil, ""},
		"a path with an expression within a name": {
			files:   map[string]string{"app/main.tf": `x = file("../files/a-${var.x}.txt")`},
			dirs:    "app",
			changed: "file/a files-2/a a-1.txt",
		},
		"an ignore file of the root":       {nil, "a/app b", ".terraformignore", nil, "a/app:.terraformignore b:.terraformignore"},
		"an ignore file of another":        {nil, "a/app b", "a/x/.terraformignore", nil, ""},
		"a submodule that contains a root": {nil, "a/b/app", "a", nil, "a/b/app:a"},
		"own and called module":            {map[string]string{"m/main.tf": moduleCall("../a")}, "m", "a/x m/x", nil, "m:a/x"},
		"a submodule above and a module":   {map[string]string{"v/app/main.tf": moduleCall("../../m")}, "v/app", "v m/x", nil, "v/app:m/x"},
		"the called module is a link": {
			files:   map[string]string{"app/main.tf": moduleCall("../a"), "a": "-> b", "b": "-> c", "c/x.tf": ""},
			dirs:    "app",
			changed: "c/y",
			want:    "app:c/y",
		},
		"a link up and down again": {
			files:   map[string]string{"app/main.tf": moduleCall("../a/b"), "a/b": "-> ./../c", "c/x.tf": ""},
			dirs:    "app",
			changed: "c/y",
			want:    "app:c/y",
		},
		"a Terraform file that is a link": {
			files:   map[string]string{"app/main.tf": "-> ../shared/main.tf", "shared/main.tf": moduleCall("../m")},
			dirs:    "app",
			changed: "m/x",
			want:    "app:m/x",
		},
		"a link of the root with a name before all letters": {map[string]string{"-s": "-> db", ".#s": "-> app"}, ". db app", "app/x db/x", nil,
			".:app/x db:db/x app:app/x"},
		"links of similar directories": {
			files:   map[string]string{"app/main.tf": moduleCall("../b"), "b/s": "-> ../x", "b-2/s": "-> ../y", "c/s": "-> ../z", "a/s": "-> ../w"},
			dirs:    "app",
			changed: "w y z x",
			want:    "app:x",
		},
		"a shared path and an unknown reference": {
			files:    map[string]string{"app/main.tf": dynamic},
			dirs:     "app",
			changed:  "global/x",
			patterns: []string{"global/"},
			want:     "app:global/x",
		},
		"a shared path before the own": {nil, "app", "app/x a/x", []string{"a/"}, "app:a/x"},
		"a shared path after the own":  {nil, "app", "app/x z/x", []string{"z/"}, "app:app/x"},
		"an included path after an excluded": {
			patterns: []string{"a/", "!a/*.md"},
			dirs:     "app",
			changed:  "a/b.md a/c.txt",
			want:     "app:a/c.txt",
		},
		"two wildcards":               {nil, "app", "a/x/b/y/c", []string{"a/**/b/**/c"}, "app:a/x/b/y/c"},
		"wildcards for nothing":       {nil, "app", "a/b/c", []string{"a/**/b/**/c"}, "app:a/b/c"},
		"a wildcard at the end":       {nil, "app", "a/b/c", []string{"a/**"}, "app:a/b/c"},
		"a wildcard without an end":   {nil, "app", "a/b/d", []string{"a/**/c"}, ""},
		"a longer pattern":            {nil, "app", "a/b", []string{"a/b/c"}, ""},
		"a single element":            {nil, "app", "x/y", []string{"x/*/"}, ""},
		"a directory only":            {nil, "app", "x/y x/z/a", []string{"x/*/"}, "app:x/z/a"},
		"a question mark":             {nil, "app", "x1/a x12/a", []string{"x??/"}, "app:x12/a"},
		"a range":                     {nil, "app", "x1/a x2/a", []string{"x[2-3]/"}, "app:x2/a"},
		"an escaped character":        {nil, "app", "x*/a xx/a", []string{`x\*/`}, "app:x*/a"},
		"an excluded file of a repo":  {map[string]string{"lib/.git": ""}, "app", "lib", []string{"lib/", "!lib/**"}, "app:lib"},
		"an escaped blank at the end": {nil, "app", "global", []string{`global\ `}, ""},
		"names in two patterns": {
			dirs:     "app db",
			changed:  "e/app x/prod/db",
			patterns: []string{"e/{workspace}", "x/{environment}/{workspace}"},
			want:     "app:e/app db:x/prod/db",
		},
		"a shared file of another place": {nil, "app", "b/vars/x", []string{"/vars/"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := affectedBy(t, checkout(c.files), c.dirs, c.changed, parsePatterns(t, c.patterns...)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestFindWithoutWorkspaces: without workspaces there are no results.
func TestFindWithoutWorkspaces(t *testing.T) {
	t.Parallel()
	results, err := findAffected(checkout(map[string]string{"app/main.tf": ""}), []string{"app/main.tf"}, nil, nil)
	if err != nil || len(results) > 0 {
		t.Errorf("got %v, %v", results, err)
	}
}

// TestFindFiles: a workspace is affected by a change of one of its files, and of a link on the way to it.
func TestFindFiles(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{"vars/app.tfvars": "", "cur": "-> v1", "v1/a.tfvars": "", "v1/b.tfvars": ""})
	for changed, want := range map[string]string{
		"vars/app.tfvars": "vars/app.tfvars",
		"vars/db.tfvars":  "",
		"v1/a.tfvars":     "v1/a.tfvars",
		"v1/b.tfvars":     "",
		"cur":             "cur",
	} {
		list := workspaces("app")
		list[0].Files = []string{"./vars//app.tfvars", "cur/a.tfvars"}
		results, err := findAffected(tree, []string{changed}, list, nil)
		if err != nil || results[0].ChangedFile != want || results[0].Affected != (want != "") {
			t.Errorf("%s: got %+v and %v, want %q", changed, results[0], err, want)
		}
		if uses := []string{"cur/a.tfvars", "vars/app.tfvars"}; !slices.Equal(results[0].Uses, uses) {
			t.Errorf("%s: got the paths %q, want %q", changed, results[0].Uses, uses)
		}
	}
}

// TestPathsInVarFiles: a workspace is affected by a change of a path that one of its files of variables names.
func TestPathsInVarFiles(t *testing.T) {
	t.Parallel()
	tree := checkout(map[string]string{
		"vars/eu.tfvars": `a = "../p/a"`, "vars/us.tfvars.json": `{"b": "../p/b"}`, "cur": "-> v1", "v1/x.tfvars": `c = "./c"`, "vars/d.txt": `d = "../p/d"`,
		"vars/open.tfvars": `a = "../p/a`,
	})
	for _, c := range []struct{ file, changed, want string }{
		{"vars/eu.tfvars", "p/a", "p/a"},
		{"vars/eu.tfvars", "p/b", ""},
		{"vars/us.tfvars.json", "p/b", "p/b"},
		{"cur/x.tfvars", "v1/c", "v1/c"},
		{"vars/d.txt", "p/d", ""},
		{"vars/absent.tfvars", "p/a", ""},
		{"vars/open.tfvars", "x", "vars/open.tfvars"}, // unknown
	} {
		list := workspaces("app")
		list[0].Files = []string{c.file}
		results, err := findAffected(tree, []string{c.changed}, list, nil)
		if err != nil || results[0].ChangedFile != c.want {
			t.Errorf("%s in %s: got %+v and %v, want %q", c.changed, c.file, results[0], err, c.want)
		}
	}
}

// TestLinkLimit: a path with 40 links is followed, a path with 41 links is not.
func TestLinkLimit(t *testing.T) {
	t.Parallel()
	files := map[string]string{"d/x": ""}
	for i := range 41 {
		files[fmt.Sprintf("l%d", i+1)] = fmt.Sprintf("-> l%d", i)
	}
	files["l0"] = "d"
	tree, err := affected.ReadTree(checkout(files))
	if err != nil || !tree.Has("l40") || tree.Has("l41") {
		t.Errorf("got %v and %t for 40 links, %t for 41 links", err, tree.Has("l40"), tree.Has("l41"))
	}
}

// faultyFS cannot list one directory, fails at the end of some files, and optionally cannot read links.
type faultyFS struct {
	fstest.MapFS
	unlisted string
	texts    map[string]string // contents of files that fail at their end
	noLinks  bool
}

var errFaulty = errors.New("input/output error")

func (f faultyFS) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	if text, ok := f.texts[name]; ok && err == nil {
		return faultyFile{file, strings.NewReader(text)}, nil
	}
	return file, err
}

func (f faultyFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == f.unlisted {
		return nil, errFaulty
	}
	return f.MapFS.ReadDir(name)
}

func (f faultyFS) ReadLink(name string) (string, error) {
	if f.noLinks {
		return "", errFaulty
	}
	return f.MapFS.ReadLink(name)
}

type faultyFile struct {
	fs.File
	text *strings.Reader
}

func (f faultyFile) Read(b []byte) (int, error) {
	if f.text.Len() == 0 {
		return 0, errFaulty
	}
	return f.text.Read(b)
}

// TestUnreadableTree: what cannot be read makes the workspaces unknown that use it, and an unreadable root is an error.
func TestUnreadableTree(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"app/main.tf":        moduleCall("../m"),
		"app/sub/x/main.tf":  "",
		"db/main.tf":         moduleCall("../m/net"),
		"m/net/main.tf":      "",
		"m/net/data/a/x.txt": "",
		"z-2/main.tf":        "",
	}
	for unlisted, want := range map[string]string{
		"app":        "app:app?",
		"app/sub":    "app:app/sub?",
		"m":          "app:m? db:m?",
		"m/net/data": "app:m/net/data? db:m/net/data?",
		"z-2":        "",
	} {
		if got := affectedBy(t, faultyFS{MapFS: checkout(files), unlisted: unlisted}, "app db z", "x", nil); got != want {
			t.Errorf("%s: got %q, want %q", unlisted, got, want)
		}
	}
	if got := affectedBy(t, faultyFS{MapFS: checkout(files), unlisted: "m"}, ".", "", nil); got != ".:m?" {
		t.Errorf("got %q, want the root to be unknown", got)
	}
	if _, err := affected.ReadTree(faultyFS{MapFS: checkout(files), unlisted: "."}); !errors.Is(err, errFaulty) {
		t.Errorf("got %v for an unreadable root, want its error", err)
	}
	tree, err := affected.ReadTree(faultyFS{MapFS: checkout(map[string]string{"l": "-> d", "d/x": ""}), noLinks: true})
	if err != nil || tree.Has("l") || tree.HasDirectory("l") {
		t.Errorf("got %v, want a link without a target", err)
	}
}

// TestUnreadableDirectoryIsNamed: the reason names the first unreadable directory, before the files of the module.
func TestUnreadableDirectoryIsNamed(t *testing.T) {
	t.Parallel()
	files := map[string]string{"app/main.tf": `x = "abc`, "app/sub/x": ""}
	results, err := findAffected(faultyFS{MapFS: checkout(files), unlisted: "app/sub"}, []string{"z"}, workspaces("app"), nil)
	if want := "app/sub: the directory cannot be read"; err != nil || results[0].Unknown != want || results[0].ChangedFile != "app/sub" {
		t.Errorf("got %+v and %v, want the reason %q", results[0], err, want)
	}
}

// TestUnreadableFiles: a file that fails while it is read, directly or by a link, and one that is not a regular file are
// unknown.
func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("#", 8<<20-40) + "\n" + moduleCall("../m")
	large = strings.Repeat("#", 8<<20-len(large)) + large // exactly the limit
	for name, c := range map[string]struct {
		file *fstest.MapFile
		text string // read before the failure
		want string
	}{
		"a failure at the beginning":     {&fstest.MapFile{}, "", "app/a.tf: it cannot be read"},
		"a failure after some bytes":     {&fstest.MapFile{}, "x = 1", "app/a.tf: it cannot be read"},
		"a failure after many bytes":     {&fstest.MapFile{}, strings.Repeat(" ", 40<<10), "app/a.tf: it cannot be read"},
		"a pipe":                         {&fstest.MapFile{Mode: fs.ModeNamedPipe}, "", "app/a.tf: it is not a file of at most 8 MiB"},
		"a directory":                    {&fstest.MapFile{Mode: fs.ModeDir}, "", ""},
		"a file as large as the limit":   {&fstest.MapFile{Data: []byte(large)}, "", ""},
		"a file larger than the limit":   {&fstest.MapFile{Data: []byte(large + "#")}, "", "app/a.tf: it is not a file of at most 8 MiB"},
		"a file larger than the buffer":  {&fstest.MapFile{Data: []byte(strings.Repeat("#", 32<<10) + "\n" + moduleCall("../m"))}, "", ""},
		"a file as large as the buffer":  {&fstest.MapFile{Data: []byte(moduleCall("../m") + strings.Repeat("#", 32<<10-len(moduleCall("../m"))))}, "", ""},
		"a file smaller than the buffer": {&fstest.MapFile{Data: []byte(moduleCall("../m"))}, "", ""},
	} {
		link := &fstest.MapFile{Data: []byte("../a"), Mode: fs.ModeSymlink}
		tree := faultyFS{MapFS: fstest.MapFS{"a": c.file, "app/a.tf": link, "m/x": {}}, texts: map[string]string{}}
		if c.file.Mode != 0 {
			tree.MapFS["app/a.tf"] = c.file
		}
		if c.file.Data == nil {
			tree.texts["a"] = c.text
		}
		results, err := findAffected(tree, []string{"z"}, workspaces("app"), nil)
		if err != nil || results[0].Unknown != c.want {
			t.Errorf("%s: got %+v and %v, want the reason %q", name, results[0], err, c.want)
		}
		if called := len(c.file.Data) > 0 && c.want == ""; slices.Contains(results[0].Uses, "m") != called {
			t.Errorf("%s: got the paths %q, want the module m: %t", name, results[0].Uses, called)
		}
	}
}
