package repository_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "scalr-run-action"

// TestArchitecture holds what each package imports against the table in docs/design.md: there are no other packages,
// no other arrows, no cycles through one, and no third party that is not named.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	want := designTable(t)
	got := imports(t)
	for name, list := range got {
		allowed, ok := want[name]
		if !ok {
			t.Errorf("package %s is not in the table of docs/design.md", name)
			continue
		}
		for _, i := range list {
			if !slices.Contains(allowed, i) {
				t.Errorf("package %s imports %s, which docs/design.md does not allow; it allows %q", name, i, allowed)
			}
		}
		for _, i := range allowed {
			if !slices.Contains(list, i) {
				t.Errorf("docs/design.md says that package %s imports %s, but it does not", name, i)
			}
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("docs/design.md names package %s, which does not exist", name)
		}
	}
}

// TestCommandsStayApart checks that the commands of the program only import shared packages, so that a change to
// one cannot affect another.
func TestCommandsStayApart(t *testing.T) {
	t.Parallel()
	const commands = "internal/action/"
	shared := map[string][]string{"step": nil, "lookup": {"step"}}
	seen := 0
	for name, list := range imports(t) {
		command, ok := strings.CutPrefix(name, commands)
		if !ok {
			continue
		}
		seen++
		allowed, ok := shared[command]
		if !ok {
			allowed = []string{"lookup", "step"}
		}
		for _, i := range list {
			if other, ok := strings.CutPrefix(i, commands); ok && !slices.Contains(allowed, other) {
				t.Errorf("package %s imports %s; it may import %q of the commands' packages", name, i, allowed)
			}
		}
	}
	for name, list := range imports(t) {
		if name != "internal/action" && !strings.HasPrefix(name, commands) &&
			slices.ContainsFunc(list, func(i string) bool { return strings.HasPrefix(i, commands) }) {
			t.Errorf("package %s imports %q: a command is started by internal/action alone", name, list)
		}
	}
	if seen < 4 {
		t.Errorf("found only %d packages below internal/action", seen)
	}
}

// TestExecutesNothing checks that the program does not start other programs. Only the simulator and the tools for
// tests may.
func TestExecutesNothing(t *testing.T) {
	t.Parallel()
	for dir, list := range importsBy(t, func(name string) bool { return name == "os/exec" || name == "plugin" }) {
		if len(list) > 0 && !strings.HasPrefix(dir, "internal/scalrsim") && !strings.HasPrefix(dir, "test/") {
			t.Errorf("package %s imports %q", dir, list)
		}
	}
}

// TestReplacesOnlyItself: the calls that start programs without those packages
// are in internal/process alone, which starts the program itself again.
func TestReplacesOnlyItself(t *testing.T) {
	t.Parallel()
	starts := map[string]bool{"Exec": true, "ForkExec": true, "StartProcess": true}
	found := map[string]bool{}
	walkGo(t, func(dir string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && starts[s.Sel.Name] {
				if p, ok := s.X.(*ast.Ident); ok && (p.Name == "syscall" || p.Name == "unix" || p.Name == "os") {
					found[dir] = true
				}
			}
			return true
		})
	})
	if want := map[string]bool{"internal/process": true}; !maps.Equal(found, want) {
		t.Errorf("programs are started by %v, want %v", found, want)
	}
}

// TestOnlyRunsCreatesAndStops checks that only internal/scalr/runs calls the client's methods that create, cancel or
// discard a run: a single request is not enough, since its response may be lost or the run's status may have changed.
func TestOnlyRunsCreatesAndStops(t *testing.T) {
	t.Parallel()
	callers := map[string][]string{"CreateRun": nil, "CancelRun": nil, "DiscardRun": nil}
	walkGo(t, func(dir string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if list, ok := callers[s.Sel.Name]; ok && !slices.Contains(list, dir) {
				callers[s.Sel.Name] = append(list, dir)
			}
			return true
		})
	})
	for method, list := range callers {
		if !slices.Equal(list, []string{"internal/scalr/runs"}) {
			t.Errorf("%s is called by the packages %q, want internal/scalr/runs alone", method, list)
		}
	}
}

// row matches a line of the table: the package, its purpose, its imports of the module, and its other imports.
var row = regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|[^|]+\\|([^|]*)\\|([^|]*)\\|$")

// designTable reads who may import whom.
func designTable(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		table[m[1]] = append(quotedWords(m[2]), quotedWords(m[3])...)
	}
	if len(table) < 10 {
		t.Fatalf("found only %d packages in docs/design.md: does the search still work?", len(table))
	}
	return table
}

var quotedWord = regexp.MustCompile("`([^`]+)`")

func quotedWords(cell string) []string {
	var words []string
	for _, m := range quotedWord.FindAllStringSubmatch(cell, -1) {
		words = append(words, m[1])
	}
	return words
}

// imports lists the imports of each package outside the standard library, for all operating systems and without
// tests. It reads the files itself, so that go test can cache the result.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	return importsBy(t, func(name string) bool {
		first, _, _ := strings.Cut(name, "/")
		return first == module || strings.Contains(first, ".")
	})
}

// importsBy lists the selected imports of each package.
func importsBy(t *testing.T, wanted func(string) bool) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	walkGo(t, func(dir string, file *ast.File) { found[dir] = append(found[dir], importsOf(file, wanted)...) })
	for name, list := range found {
		found[name] = slices.Compact(slices.Sorted(slices.Values(list)))
	}
	return found
}

// walkGo reads the Go files of the program, not those of its tests.
func walkGo(t *testing.T, visit func(dir string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() &&
			(otherModule(name) || strings.HasPrefix(entry.Name(), ".") && name != "." || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		visit(strings.Replace(path.Dir(filepath.ToSlash(name)), ".", "main", 1), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func otherModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return dir != "." && err == nil
}

// importsOf names packages of the module by their path in it, others by their full path.
func importsOf(file *ast.File, wanted func(string) bool) []string {
	var list []string
	for _, i := range file.Imports {
		if name, err := strconv.Unquote(i.Path.Value); err == nil && wanted(name) {
			list = append(list, strings.TrimPrefix(name, module+"/"))
		}
	}
	return list
}
