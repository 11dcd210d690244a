package affected_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
)

// countingFS counts how often files are opened.
type countingFS struct {
	fstest.MapFS
	opened *openCounter
}

// openCounter counts how often each file was opened, and how many files are open.
type openCounter struct {
	mu    sync.Mutex
	times map[string]int
	open  int
}

func (o *openCounter) add(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.times[name]++
}

func (o *openCounter) addOpen(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open += n
}

func (c countingFS) Open(name string) (fs.File, error) {
	c.opened.add(name)
	f, err := c.MapFS.Open(name)
	if err == nil {
		c.opened.addOpen(1)
	}
	return countedFile{f, c.opened}, err
}

type countedFile struct {
	fs.File
	opened *openCounter
}

func (c countedFile) Close() error {
	c.opened.addOpen(-1)
	return c.File.Close()
}

func (c countingFS) ReadFile(name string) ([]byte, error) {
	c.opened.add(name)
	return c.MapFS.ReadFile(name)
}

// TestFindReadsEachFileOnce: a module that many workspaces use is read once, and each file is closed.
func TestFindReadsEachFileOnce(t *testing.T) {
	t.Parallel()
	files, dirs := map[string]string{"m/main.tf": "x = 1"}, []string{}
	for i := range 50 {
		dir := fmt.Sprintf("w%d", i)
		files[dir+"/main.tf"], dirs = moduleCall("../m"), append(dirs, dir)
	}
	c := countingFS{checkout(files), &openCounter{times: map[string]int{}}}
	if _, err := findAffected(c, []string{"m/x"}, workspaces(dirs...), nil); err != nil {
		t.Fatal(err)
	}
	if got := c.opened.times["m/main.tf"]; got != 1 {
		t.Errorf("m/main.tf was read %d times, want once", got)
	}
	if c.opened.open != 0 {
		t.Errorf("%d files are still open", c.opened.open)
	}
}

// BenchmarkFind searches a repository of 500 workspaces and 20,000 files with 3,000 changed paths.
func BenchmarkFind(b *testing.B) {
	files, dirs, changed := map[string]string{}, []string{}, []string{}
	for m := range 100 {
		files[fmt.Sprintf("modules/m%d/main.tf", m)] = moduleCall(fmt.Sprintf("../m%d", (m*7+1)%100))
	}
	for w := range 500 {
		dir := fmt.Sprintf("infra/e%d/w%d", w%10, w)
		dirs = append(dirs, dir)
		for n := range 39 {
			files[fmt.Sprintf("%s/f%d.tf", dir, n)] = moduleCall(fmt.Sprintf("../../../modules/m%d", (w+n)%100))
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
	patterns := parsePatterns(b, "vars/{environment}/{workspace}.tfvars", "global/", "!**/*.md")
	b.Logf("%d files", len(files))
	for b.Loop() {
		if _, err := findAffected(tree, changed, list, patterns); err != nil {
			b.Fatal(err)
		}
	}
}
