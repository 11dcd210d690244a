package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// mutation is one change of one place in the source.
type mutation struct {
	file       string // absolute
	pkg        string // below the module, such as internal/gate
	function   string // the function, or the names that the declaration declares
	line       int
	start, end int // offsets in the file
	text       string
	old, new   string
}

// change describes the mutation without the line number, so that the description lasts while the code around it changes.
func (m mutation) change() string {
	return fmt.Sprintf("%s %s: `%s`: `%s` becomes `%s`", m.pkg, m.function, m.text, oneLine(m.old), oneLine(m.new))
}

func (m mutation) String() string {
	return fmt.Sprintf("%s/%s:%d: %s", m.pkg, filepath.Base(m.file), m.line, m.change())
}

// apply returns the source with the change made.
func (m mutation) apply(src []byte) []byte {
	return []byte(string(src[:m.start]) + m.new + string(src[m.end:]))
}

// source is a file whose mutations are being collected.
type source struct {
	file, pkg string
	src       []byte
	set       *token.FileSet
	function  string
	ignored   map[ast.Node]bool // nodes that belong to a bigger change, or are not part of the program
	mutations []mutation
}

// mutationsOf lists all mutations of a file.
func mutationsOf(file, pkg string) ([]mutation, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{file: file, pkg: pkg, src: src, set: set, ignored: map[ast.Node]bool{}}
	for _, decl := range tree.Decls {
		s.function = declared(decl)
		ast.Inspect(decl, s.visit)
	}
	return s.mutations, nil
}

// visit collects the mutations of one node.
func (s *source) visit(n ast.Node) bool {
	if n == nil || s.ignored[n] {
		return false
	}
	switch n := n.(type) {
	case *ast.ImportSpec:
		return false
	case *ast.Field:
		if n.Tag != nil {
			s.ignored[n.Tag] = true
		}
	}
	s.conditions(n)
	s.operators(n)
	s.statements(n)
	s.constants(n)
	s.errorResults(n)
	return true
}

// replace records that the text of a node is replaced.
func (s *source) replace(n ast.Node, with string) {
	s.replaceRange(n.Pos(), n.End(), with)
}

func (s *source) replaceRange(from, to token.Pos, with string) {
	start, end := s.set.Position(from), s.set.Position(to)
	s.mutations = append(s.mutations, mutation{
		file: s.file, pkg: s.pkg, function: s.function, line: start.Line, start: start.Offset, end: end.Offset,
		text: lineAt(s.src, start.Offset), old: string(s.src[start.Offset:end.Offset]), new: with,
	})
}

// text is the source of a node.
func (s *source) text(n ast.Node) string {
	return string(s.src[s.set.Position(n.Pos()).Offset:s.set.Position(n.End()).Offset])
}

// declared names a declaration: Type.Method, function, or the first name of a list.
func declared(decl ast.Decl) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil || len(decl.Recv.List) == 0 {
			return decl.Name.Name
		}
		return receiver(decl.Recv.List[0].Type) + "." + decl.Name.Name
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				return spec.Names[0].Name
			case *ast.TypeSpec:
				return spec.Name.Name
			}
		}
	}
	return "?"
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// lineAt is the line around an offset, without indentation.
func lineAt(src []byte, offset int) string {
	before, after := string(src[:offset]), string(src[offset:])
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	return strings.TrimSpace(before + after)
}

// oneLine shortens a text of several lines to its first one.
func oneLine(text string) string {
	if first, _, more := strings.Cut(text, "\n"); more {
		return first + " …"
	}
	return text
}
