package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
)

// numbered is a mutation of a combined variant.
type numbered struct {
	mutation
	id int
}

// chooserSource reads the number of the active mutation from a file, because a test may start the program with another
// environment. With the number recordReached no mutation is active, and the numbers of those that are reached are written
// to a file. Recording does not allocate again for the same number, so that tests can still count allocations. The file is
// opened first, because a test may switch to a user without privileges.
const chooserSource = `package %[1]s

import (
	mutantsos "os"
	mutantsstrconv "strconv"
	mutantsatomic "sync/atomic"
)

var mutantChosen = readMutantChosen()

var mutantsReached [%[4]d]mutantsatomic.Bool

var mutantsReachedFile = openMutantsReached()

func readMutantChosen() int {
	text, _ := mutantsos.ReadFile(%[2]q)
	id, _ := mutantsstrconv.Atoi(string(text))
	return id
}

func openMutantsReached() *mutantsos.File {
	if mutantChosen != %[3]d {
		return nil
	}
	file, _ := mutantsos.OpenFile(%[2]q+".reached", mutantsos.O_APPEND|mutantsos.O_CREATE|mutantsos.O_WRONLY, 0o666)
	return file
}

func mutantActive(id int) bool {
	if mutantChosen == %[3]d && !mutantsReached[id].Swap(true) {
		mutantsReachedFile.WriteString(mutantsstrconv.Itoa(id) + "\n")
	}
	return mutantChosen == id
}

func pickMutant[T any](id int, mutated, original T) T {
	if mutantActive(id) {
		return mutated
	}
	return original
}
`

// recordReached is the number with which the mutations that are reached are recorded.
const recordReached = -1

// combiner collects mutations of one file: a mutated copy of each function is appended to the file, and the function
// calls it if its number is chosen.
type combiner struct {
	src    string
	set    *token.FileSet
	tree   *ast.File
	values map[ast.Expr]string // the values of variables, with their mutated forms
	edits  []edit
	copies strings.Builder
}

type edit struct {
	start, end int
	new        string
}

func readCombiner(file string) (*combiner, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c := &combiner{src: string(src), set: token.NewFileSet(), values: map[ast.Expr]string{}}
	c.tree, err = parser.ParseFile(c.set, file, src, parser.SkipObjectResolution)
	return c, err
}

// add adds a mutation; it reports false if the mutation needs its own variant.
func (c *combiner) add(m numbered) bool {
	for _, decl := range c.tree.Decls {
		if start, end := c.span(decl); m.start < start || end < m.end {
			continue
		}
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			return c.addFunction(decl, m)
		case *ast.GenDecl:
			return decl.Tok == token.VAR && c.addVariable(decl, m)
		}
	}
	return false
}

func (c *combiner) addFunction(f *ast.FuncDecl, m numbered) bool {
	body, end := c.span(f.Body)
	if m.start <= body || strings.Contains(c.src[body:end], "recover()") {
		return false
	}
	start, name := c.offset(f.Pos()), c.offset(f.Name.Pos())
	nameEnd := name + len(f.Name.Name)
	other := fmt.Sprintf("%sMutant%d", f.Name.Name, m.id)
	fmt.Fprintf(&c.copies, "\n%s%s%s%s%s\n", c.src[start:name], other, c.src[nameEnd:m.start], m.new, c.src[m.end:end])
	call := other
	if f.Recv != nil {
		call = c.arguments(f.Recv, "mutantReceiver") + "." + other
	} else if f.Type.TypeParams != nil {
		call += "[" + c.arguments(f.Type.TypeParams, "") + "]"
	}
	call += "(" + c.arguments(f.Type.Params, "mutantArgument") + ")"
	if f.Type.Results == nil {
		call += "; return"
	} else {
		call = "return " + call
	}
	c.edits = append(c.edits, edit{body + 1, body + 1, fmt.Sprintf("if mutantActive(%d) { %s };", m.id, call)})
	return true
}

// arguments returns the names of parameters, and adds an edit that names each parameter without one.
func (c *combiner) arguments(list *ast.FieldList, prefix string) string {
	var names []string
	for _, field := range list.List {
		ellipsis := ""
		if _, ok := field.Type.(*ast.Ellipsis); ok {
			ellipsis = "..."
		}
		if len(field.Names) == 0 {
			name := fmt.Sprint(prefix, len(names))
			at := c.offset(field.Type.Pos())
			c.edits = append(c.edits, edit{at, at, name + " "})
			names = append(names, name+ellipsis)
		}
		for _, ident := range field.Names {
			name := ident.Name
			if name == "_" {
				name = fmt.Sprint(prefix, len(names))
				at := c.offset(ident.Pos())
				c.edits = append(c.edits, edit{at, at + 1, name})
			}
			names = append(names, name+ellipsis)
		}
	}
	return strings.Join(names, ", ")
}

// addVariable replaces a value that may be computed twice.
func (c *combiner) addVariable(decl *ast.GenDecl, m numbered) bool {
	for _, spec := range decl.Specs {
		spec := spec.(*ast.ValueSpec)
		for _, value := range spec.Values {
			start, end := c.span(value)
			if m.start < start || end < m.end {
				continue
			}
			if len(spec.Values) != len(spec.Names) || hasCalls(value) {
				return false
			}
			if c.values[value] == "" {
				c.values[value] = c.src[start:end]
			}
			parameter := ""
			if spec.Type != nil {
				from, to := c.span(spec.Type)
				parameter = "[" + c.src[from:to] + "]"
			}
			mutated := c.src[start:m.start] + m.new + c.src[m.end:end]
			c.values[value] = fmt.Sprintf("pickMutant%s(%d, %s, %s)", parameter, m.id, mutated, c.values[value])
			return true
		}
	}
	return false
}

// hasCalls reports whether the evaluation of an expression calls a function.
func hasCalls(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.CallExpr); ok {
			found = true
		}
		_, deferred := n.(*ast.FuncLit)
		return !deferred
	})
	return found
}

// text returns the combined source.
func (c *combiner) text() string {
	edits := c.edits
	for value, text := range c.values {
		start, end := c.span(value)
		edits = append(edits, edit{start, end, text})
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.start, b.start) })
	edits = slices.CompactFunc(edits, func(a, b edit) bool { return a == b }) // a parameter is named once
	var out strings.Builder
	last := 0
	for _, e := range edits {
		out.WriteString(c.src[last:e.start] + e.new)
		last = e.end
	}
	return out.String() + c.src[last:] + c.copies.String()
}

func (c *combiner) span(n ast.Node) (start, end int) { return c.offset(n.Pos()), c.offset(n.End()) }

func (c *combiner) offset(pos token.Pos) int { return c.set.Position(pos).Offset }
