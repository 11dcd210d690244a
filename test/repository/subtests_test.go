package repository_test

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testNames are the tests and fuzz targets of a directory, each with the names of its
// subtests. A name that is only known while the test runs ends with "*" where that
// part begins.
type testNames map[string][]string

// has reports whether there is a test and, unless name is empty, a subtest that is
// called name or begins with these words.
func (n testNames) has(test, name string) bool {
	subtests, ok := n[test]
	return ok && (name == "" || slices.ContainsFunc(subtests, func(s string) bool {
		rest, ok := strings.CutPrefix(s, name)
		return ok && (rest == "" || rest[0] == ' ' || rest[0] == ',')
	}))
}

// readTestNames reads the test files of all directories below root, by the path of
// the directory.
func readTestNames(t *testing.T, root string) map[string]testNames {
	t.Helper()
	directories := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && name != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, "_test.go") {
			directories[filepath.Dir(name)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]testNames{}
	for directory := range directories {
		found[filepath.ToSlash(directory)] = readDirectory(t, directory)
	}
	return found
}

// readDirectory reads the packages of a directory: that of the code and that of the
// tests.
func readDirectory(t *testing.T, directory string) testNames {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	fset, packages := token.NewFileSet(), map[string][]*ast.File{}
	for _, name := range files {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		packages[file.Name.Name] = append(packages[file.Name.Name], file)
	}
	names := testNames{}
	for _, files := range packages {
		maps.Copy(names, newTestReader(fset, files).tests(files))
	}
	return names
}

// testReader finds names of subtests in the syntax trees of one package.
type testReader struct {
	info *types.Info
	// functions are the functions and methods that are declared.
	functions map[types.Object]*ast.FuncDecl
	// assigned is what variables are set to: by declaration, assignment or append.
	assigned map[types.Object][]ast.Expr
	// ranges are the loops that set a variable.
	ranges map[types.Object]*ast.RangeStmt
	// indexed are elements of a variable that are set by their keys.
	indexed map[types.Object][]*ast.KeyValueExpr
	// runs are the functions that call Run, or call one that does.
	runs map[*ast.FuncDecl]bool
	// open are the variables that are being resolved: one may be set from itself.
	open map[types.Object]bool
}

// newTestReader resolves the identifiers of a package. Imports remain unresolved, so that neither a build nor a
// dependency is needed.
func newTestReader(fset *token.FileSet, files []*ast.File) *testReader {
	r := &testReader{
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{},
			Defs:  map[*ast.Ident]types.Object{},
			Uses:  map[*ast.Ident]types.Object{},
		},
		functions: map[types.Object]*ast.FuncDecl{},
		assigned:  map[types.Object][]ast.Expr{},
		ranges:    map[types.Object]*ast.RangeStmt{},
		indexed:   map[types.Object][]*ast.KeyValueExpr{},
		runs:      map[*ast.FuncDecl]bool{},
		open:      map[types.Object]bool{},
	}
	config := types.Config{Error: func(error) {}} // of imported identifiers
	_, _ = config.Check(files[0].Name.Name, fset, files, r.info)
	for _, file := range files {
		ast.Inspect(file, r.record)
	}
	for grown := true; grown; {
		grown = false
		for _, function := range r.functions {
			if !r.runs[function] && r.callsRun(function) {
				r.runs[function], grown = true, true
			}
		}
	}
	return r
}

// record records the declarations of a node.
func (r *testReader) record(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		r.functions[r.info.Defs[n.Name]] = n
	case *ast.RangeStmt:
		for _, e := range []ast.Expr{n.Key, n.Value} {
			if object := r.object(e); object != nil {
				r.ranges[object] = n
			}
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) {
				r.assign(name, n.Values[i])
			}
		}
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if len(n.Lhs) == len(n.Rhs) {
				r.assign(left, n.Rhs[i])
			}
		}
	}
	return true
}

func (r *testReader) assign(left, right ast.Expr) {
	if index, ok := left.(*ast.IndexExpr); ok {
		if object := r.object(index.X); object != nil {
			r.indexed[object] = append(r.indexed[object], &ast.KeyValueExpr{Key: index.Index, Value: right})
		}
		return
	}
	if object := r.object(left); object != nil {
		r.assigned[object] = append(r.assigned[object], right)
	}
}

// object returns the object of an identifier, or nil.
func (r *testReader) object(e ast.Expr) types.Object {
	name, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	if object := r.info.Defs[name]; object != nil {
		return object
	}
	return r.info.Uses[name]
}

// tests are the tests of the files, each with its subtests.
func (r *testReader) tests(files []*ast.File) testNames {
	names := testNames{}
	for _, file := range files {
		for _, d := range file.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok || function.Recv != nil || function.Body == nil {
				continue
			}
			if name := function.Name.Name; strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
				names[name] = r.subtests(function.Body, &frame{callee: function})
			}
		}
	}
	return names
}

// subtests returns the names that a node passes to Run, directly or in functions that it calls.
func (r *testReader) subtests(n ast.Node, f *frame) []string {
	var found []string
	ast.Inspect(n, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if isRun(call) {
			found = append(found, r.texts(call.Args[0], f)...)
		}
		if function, inner := r.enter(call, f); r.runs[function] {
			found = append(found, r.subtests(function.Body, inner)...)
		}
		return true
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// isRun reports whether a call has the form of testing.T.Run.
func isRun(call *ast.CallExpr) bool {
	s, ok := call.Fun.(*ast.SelectorExpr)
	return ok && s.Sel.Name == "Run" && len(call.Args) == 2
}

// callsRun reports whether a function calls Run, or a function of which that is known.
func (r *testReader) callsRun(function *ast.FuncDecl) bool {
	found := false
	ast.Inspect(function, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			found = found || isRun(call) || r.runs[r.callee(call)]
		}
		return !found
	})
	return found
}

// callee is the declared function that is called; nil if it is declared elsewhere.
func (r *testReader) callee(call *ast.CallExpr) *ast.FuncDecl {
	name := call.Fun
	if s, ok := name.(*ast.SelectorExpr); ok {
		name = s.Sel
	}
	return r.functions[r.object(name)]
}

// enter is the declared function that is called, and its frame; nil if there is none.
func (r *testReader) enter(call *ast.CallExpr, f *frame) (*ast.FuncDecl, *frame) {
	function := r.callee(call)
	if function == nil || function.Body == nil || f.calls(function) {
		return nil, nil
	}
	inner, args := &frame{caller: f, callee: function, args: map[types.Object]ast.Expr{}}, call.Args
	for _, field := range function.Type.Params.List {
		_, variadic := field.Type.(*ast.Ellipsis)
		for _, parameter := range field.Names {
			switch object := r.info.Defs[parameter]; {
			case variadic && call.Ellipsis == token.NoPos:
				inner.args[object] = &ast.CompositeLit{Elts: args}
			case len(args) > 0:
				inner.args[object], args = args[0], args[1:]
			}
		}
	}
	return function, inner
}

// texts returns the strings that an expression can evaluate to, as far as the syntax determines them.
func (r *testReader) texts(e ast.Expr, f *frame) []string {
	if v := r.info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return []string{constant.StringVal(v)}
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return joined(r.texts(e.X, f), r.texts(e.Y, f))
	case *ast.SelectorExpr:
		var found []string
		for _, v := range r.values(e, f) {
			found = append(found, r.texts(v.expr, v.frame)...)
		}
		return found
	case *ast.Ident:
		return r.textsOf(r.object(e), f)
	}
	return []string{"*"}
}

// textsOf are the values that a variable can have.
func (r *testReader) textsOf(object types.Object, f *frame) []string {
	if arg, ok := f.args[object]; ok {
		return r.texts(arg, f.caller)
	}
	var found []string
	if loop := r.ranges[object]; loop != nil {
		for _, v := range r.elements(loop.X, f) {
			switch {
			case r.object(loop.Value) == object:
				found = append(found, r.texts(v.expr, v.frame)...)
			case v.key != nil:
				found = append(found, r.texts(v.key, v.frame)...)
			}
		}
	}
	r.eachAssigned(object, func(e ast.Expr) { found = append(found, r.texts(e, f)...) })
	if len(found) == 0 {
		return []string{"*"}
	}
	return found
}

// eachAssigned visits the expressions that are assigned to a variable.
func (r *testReader) eachAssigned(object types.Object, visit func(ast.Expr)) {
	if r.open[object] {
		return
	}
	r.open[object] = true
	defer delete(r.open, object)
	for _, e := range r.assigned[object] {
		visit(e)
	}
}

// joined puts every second part behind every first one.
func joined(first, second []string) []string {
	var found []string
	for _, a := range first {
		for _, b := range second {
			if strings.HasSuffix(a, "*") {
				b = ""
			}
			found = append(found, a+b)
		}
	}
	return found
}
