package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// checker checks the types of a mutated package, which takes less time than compiling it.
type checker struct {
	path  string
	set   *token.FileSet
	files map[string]*ast.File
	types types.Config
}

func newChecker(p *goPackage) (*checker, error) {
	c := &checker{path: p.ImportPath, set: token.NewFileSet(), files: map[string]*ast.File{}}
	for _, name := range p.GoFiles {
		file := filepath.Join(p.Dir, name)
		tree, err := parser.ParseFile(c.set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		c.files[file] = tree
	}
	compiled, err := compiledImports(p)
	if err != nil {
		return nil, err
	}
	open := func(path string) (io.ReadCloser, error) { return os.Open(compiled[path]) }
	c.types = types.Config{
		Importer: importer.ForCompiler(c.set, "gc", open),
		Sizes:    types.SizesFor("gc", runtime.GOARCH),
		Error:    func(error) {},
	}
	return c, nil
}

// compiledImports returns the files with the compiler's export data, by the import path of the dependency.
func compiledImports(p *goPackage) (map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", p.ImportPath)
	cmd.Dir = p.Dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -export %s: %w", p.ImportPath, err)
	}
	files := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var item struct{ ImportPath, Export string }
		switch err := decoder.Decode(&item); {
		case errors.Is(err, io.EOF):
			return files, nil
		case err != nil:
			return nil, err
		}
		files[item.ImportPath] = item.Export
	}
}

// compiles reports whether the package compiles with the mutation.
func (c *checker) compiles(m mutation) (bool, error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return false, err
	}
	mutated, err := parser.ParseFile(c.set, m.file, m.apply(src), parser.SkipObjectResolution)
	if err != nil {
		return false, nil
	}
	var files []*ast.File
	for name, tree := range c.files {
		if name == m.file {
			tree = mutated
		}
		files = append(files, tree)
	}
	_, err = c.types.Check(c.path, c.set, files, nil)
	return err == nil, nil
}
