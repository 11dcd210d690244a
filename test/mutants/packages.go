package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// goPackage is what `go list -json` prints of a package.
type goPackage struct {
	ImportPath, Dir           string
	Module                    struct{ Path string }
	GoFiles                   []string
	TestGoFiles, XTestGoFiles []string
	Imports                   []string
	TestImports, XTestImports []string
}

// name is the path below the module.
func (p *goPackage) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
}

// isProduct reports whether the package is part of the program.
func (p *goPackage) isProduct() bool {
	name := p.name()
	return strings.HasPrefix(name, "internal/") && !strings.HasSuffix(name, "test") && name != "internal/scalrsim"
}

func (p *goPackage) hasTests() bool { return len(p.TestGoFiles)+len(p.XTestGoFiles) > 0 }

func (p *goPackage) mutations() ([]mutation, error) {
	var all []mutation
	for _, file := range p.GoFiles {
		found, err := mutationsOf(filepath.Join(p.Dir, file), p.name())
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// listPackages lists the packages of the module.
func listPackages() ([]*goPackage, error) {
	out, err := exec.Command("go", "list", "-json", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []*goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := &goPackage{}
		switch err := decoder.Decode(p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// choose returns the product packages that the list names, all of them if it is empty.
func choose(all []*goPackage, names string) ([]*goPackage, error) {
	var chosen []*goPackage
	for _, p := range all {
		if p.isProduct() && (names == "" || slices.Contains(strings.Split(names, ","), p.name())) {
			chosen = append(chosen, p)
		}
	}
	if want := strings.Count(names, ",") + 1; names != "" && len(chosen) != want {
		return nil, fmt.Errorf("-packages names %d packages, %d of them are packages of the program", want, len(chosen))
	}
	return chosen, nil
}

// binaryTests contains packages whose tests build and run the program without importing it.
var binaryTests = []string{"test/program", "test/hostile"}

// neverRun contains packages whose tests need a container engine, a real account or minutes, or test only documents.
var neverRun = []string{"test/runner", "test/account", "test/plays", "test/repository", "test/mutants"}

// observers lists the packages whose tests may detect a change of p: p, then its importers, the nearest first,
// then those that run the program.
func observers(all []*goPackage, p *goPackage) []*goPackage {
	near := []*goPackage{p}
	for i := 0; i < len(near); i++ {
		for _, other := range all {
			if !slices.Contains(near, other) && other.imports(near[i].ImportPath) {
				near = append(near, other)
			}
		}
	}
	for _, other := range all {
		if slices.Contains(binaryTests, other.name()) {
			near = append(near, other)
		}
	}
	return slices.DeleteFunc(near, func(p *goPackage) bool { return !p.hasTests() || slices.Contains(neverRun, p.name()) })
}

func (p *goPackage) imports(path string) bool {
	return slices.Contains(p.Imports, path) || slices.Contains(p.TestImports, path) || slices.Contains(p.XTestImports, path)
}
