package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// variant is a mutated form of a package: with one mutation, or with several, of which a file selects one at run time, so
// that the tests are compiled and linked only once.
type variant struct {
	dir      string
	overlay  string            // the file that lists which files are replaced
	chooser  string            // the file that holds the number of the mutation; empty for a variant of one mutation
	binaries map[string]string // compiled tests by import path
	reached  map[string]*reach // by import path
}

// choose switches to a mutation.
func (v *variant) choose(id int) error {
	if v.chooser == "" {
		return nil
	}
	return os.WriteFile(v.chooser, []byte(strconv.Itoa(id)), 0o600)
}

// discard removes the build results.
func (v *variant) discard() { os.RemoveAll(v.dir) }

// single returns the variant of one mutation.
func (j *judge) single(m mutation) (*variant, error) {
	src, err := os.ReadFile(m.file)
	if err != nil {
		return nil, err
	}
	v, err := j.newVariant()
	if err != nil {
		return nil, err
	}
	return v, v.replace(map[string]string{m.file: string(m.apply(src))})
}

// combine returns the variant of several mutations of one package, each of which is combinable.
func (j *judge) combine(mutations []numbered) (*variant, error) {
	v, err := j.newVariant()
	if err != nil {
		return nil, err
	}
	v.chooser = filepath.Join(v.dir, "chosen")
	if err := v.choose(0); err != nil {
		return nil, err
	}
	byFile, files, last := map[string][]numbered{}, map[string]string{}, 0
	for _, m := range mutations {
		last = max(last, m.id)
		byFile[m.file] = append(byFile[m.file], m)
	}
	for file, list := range byFile {
		c, err := readCombiner(file)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			c.add(m)
		}
		files[file] = c.text()
		chooser := fmt.Sprintf(chooserSource, c.tree.Name.Name, v.chooser, recordReached, last+1)
		files[filepath.Join(filepath.Dir(file), "mutants_chosen.go")] = chooser
	}
	return v, v.replace(files)
}

func (j *judge) newVariant() (*variant, error) {
	j.count++
	dir := filepath.Join(j.dir, strconv.Itoa(j.count))
	return &variant{dir: dir, overlay: filepath.Join(dir, "overlay.json"), binaries: map[string]string{}, reached: map[string]*reach{}}, os.Mkdir(dir, 0o700)
}

// replace writes the files and the overlay that replaces the real ones with them.
func (v *variant) replace(files map[string]string) error {
	list := map[string]string{}
	for file, text := range files {
		list[file] = filepath.Join(v.dir, filepath.Base(file))
		if err := os.WriteFile(list[file], []byte(text), 0o600); err != nil {
			return err
		}
	}
	content, err := json.Marshal(map[string]map[string]string{"Replace": list})
	if err != nil {
		return err
	}
	return os.WriteFile(v.overlay, content, 0o600)
}
