package action_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The catalogue's letters and how many cases each has.
var letters = map[string]int{
	"C": 27,
	"H": 39,
	"U": 28,
	"R": 27,
	"S": 20,
	"L": 19,
	"X": 25,
	"J": 20,
	"G": 35,
	"A": 7,
	"N": 10,
	"P": 11,
}

// shownBy are the cases that must be shown by a test here.
const shownBy = 190

// written are the tests of a package: the functions, and every text in them,
// which may be the name of a case.
type written struct {
	functions map[string]bool
	texts     []string
}

// TestCatalogue holds docs/faults.md against the tests that there are.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	packages := testsOf(t, "../..")
	doc, err := os.ReadFile("../../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	shown := 0
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(line, " | ")
		id := strings.TrimPrefix(cells[0], "| ")
		if !regexp.MustCompile(`^[A-Z]\d+$`).MatchString(id) {
			continue
		}
		rows[id]++
		tests := regexp.MustCompile("`([a-z]+\\.(?:Test|Fuzz)[^`]*)`").FindAllStringSubmatch(cells[len(cells)-1], -1)
		for _, test := range tests {
			if err := exists(packages, test[1]); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if len(tests) > 0 && letters[id[:1]] > 0 {
			shown++
		}
	}
	for letter, n := range letters {
		for i := 1; i <= n; i++ {
			if id := fmt.Sprintf("%s%02d", letter, i); rows[id] != 1 {
				t.Errorf("%s stands there %d times, want once", id, rows[id])
			}
		}
	}
	for i := 1; i <= 16; i++ {
		if rows["F"+strconv.Itoa(i)] != 1 {
			t.Errorf("F%d stands there %d times, want once", i, rows["F"+strconv.Itoa(i)])
		}
	}
	t.Logf("%d cases are shown by tests", shown)
	if shown < shownBy {
		t.Errorf("%d cases are shown by tests, want %d at least", shown, shownBy)
	}
}

// exists looks for a test, and for the case if one is named.
func exists(packages map[string]*written, name string) error {
	name, part, hasPart := strings.Cut(name, "/")
	pkg, function, _ := strings.Cut(name, ".")
	p := packages[pkg]
	if p == nil || !p.functions[function] {
		return fmt.Errorf("there is no test %s", name)
	}
	if !hasPart {
		return nil
	}
	if function == "TestScripts" {
		_, err := os.Stat(filepath.Join("testdata", "script", part+".txtar"))
		return err
	}
	for _, text := range p.texts {
		if strings.HasPrefix(text, part) {
			return nil
		}
	}
	return fmt.Errorf("no case of %s is called %q", name, part)
}

// testsOf reads all test files below a directory, by the name of their package's
// directory.
func testsOf(t *testing.T, root string) map[string]*written {
	t.Helper()
	packages := map[string]*written{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (strings.HasPrefix(e.Name(), ".") && e.Name() != ".." || e.Name() == "testdata") && name != root:
			return fs.SkipDir
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		pkg := filepath.Base(filepath.Dir(name))
		if filepath.Dir(name) == root {
			pkg = "main"
		}
		if packages[pkg] == nil {
			packages[pkg] = &written{functions: map[string]bool{}}
		}
		packages[pkg].read(file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

func (w *written) read(file *ast.File) {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
			w.functions[f.Name.Name] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				w.texts = append(w.texts, text)
			}
		}
		return true
	})
}

// TestCatalogueCanFail: a test that is not there is missed.
func TestCatalogueCanFail(t *testing.T) {
	t.Parallel()
	packages := map[string]*written{"scalr": {functions: map[string]bool{"TestHTTPFaults": true}, texts: []string{"H01 truncated"}}}
	for name, want := range map[string]bool{"scalr.TestHTTPFaults": true, "scalr.TestHTTPFaults/H01": true, "scalr.TestHTTPFaults/H02": false,
		"scalr.TestNothing": false, "nothing.TestHTTPFaults": false} {
		if got := exists(packages, name) == nil; got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}
