// Package trees creates the directories that the benchmark packs. They are always the same, and their text
// compresses about as well as real configurations.
package trees

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Tree is one kind of directory.
type Tree struct {
	Name string
	What string
	Make func(dir string) error
}

// All lists the trees of the benchmark, smallest first.
var All = []Tree{
	{"module", "module, 200 files", func(dir string) error { return modules(dir, 1, 17, 2, 0.5) }},
	{"repository", "repository, 3,000 files", func(dir string) error { return modules(dir, 2, 258, 2, 0.6) }},
	{"large", "46,000 files, 170 MB", Large},
	{"ignored", "the same with 50 ignore rules", ignored},
	{"copies", "276,000 files, 1 GB", copies},
	{"zips", "lambda zips, 200 MB", zips},
}

// Large creates the large repository, which the trees "ignored" and "copies" contain.
func Large(dir string) error { return modules(dir, 3, 3910, 1.4, 0.7) }

// modules creates n modules of about a dozen files each. A fraction of them, given by alike, are copies of
// another module with a few changed lines.
func modules(dir string, seed uint64, n int, size, alike float64) error {
	kinds := max(3, int(float64(n)*(1-alike)))
	for i := range n {
		kind := i % kinds
		// Modules of the same kind share a random sequence and therefore most of their text.
		w := &writer{
			dir:  filepath.Join(dir, fmt.Sprintf("%s-%d", areas[i%len(areas)], i/40), fmt.Sprintf("%s-%03d", words[(kind*7)%len(words)], i)),
			r:    rand.New(rand.NewPCG(seed, uint64(kind))),
			own:  rand.New(rand.NewPCG(seed, uint64(1000000+i))),
			size: size,
		}
		w.module()
		if w.err != nil {
			return w.err
		}
	}
	w := &writer{dir: dir, r: rand.New(rand.NewPCG(seed, 0)), own: rand.New(rand.NewPCG(seed, 1)), size: size}
	w.file("main.tf", 3<<10, w.resource)
	w.file("README.md", 6<<10, w.sentence)
	return w.err
}

// copies creates the large repository six times, like a repository with one directory per environment.
func copies(dir string) error {
	for i := range 6 {
		if err := Large(filepath.Join(dir, fmt.Sprintf("env-%d", i+1))); err != nil {
			return err
		}
	}
	return nil
}

func ignored(dir string) error {
	if err := Large(dir); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".terraformignore"), []byte(IgnoreRules), 0o644)
}

// zips creates files that are already compressed: 24 archives of 4 to 12 MB, a few Terraform files and a
// large JSON file.
func zips(dir string) error {
	r := rand.New(rand.NewPCG(4, 4))
	for i := range 24 {
		w := &writer{dir: filepath.Join(dir, "functions", fmt.Sprintf("fn-%02d", i)), r: r, own: r, size: 1}
		w.raw("lambda.zip", 4<<20+r.IntN(8<<20))
		w.file("main.tf", 2<<10, w.resource)
		if w.err != nil {
			return w.err
		}
	}
	w := &writer{dir: dir, r: r, own: r, size: 1}
	w.file("main.tf", 3<<10, w.resource)
	w.file("catalog.json", 24<<20, w.record)
	return w.err
}

// IgnoreRules is a typical ignore file of fifty rules.
const IgnoreRules = `# what a plan does not need
.git/
.github/
.vscode/
.idea/
*.log
*.tmp
*.bak
*.swp
*.orig
*.rej
*~
.DS_Store
Thumbs.db
node_modules/
vendor/bundle/
__pycache__/
*.pyc
*.pyo
.venv/
.tox/
.pytest_cache/
coverage/
*.cover
dist/
build/
target/
bin/
obj/
out/
tmp/
/docs/internal/
/website/
**/testdata/large/
**/fixtures/*.golden
**/*_test_output.txt
examples/**/scratch/
modules/*/examples/old/
*.png
*.jpg
*.gif
*.mp4
*.psd
*.tar.gz
*.zip.part
crash.*.log
override.tf.disabled
*.tfplan
.terraform.lock.hcl.old
!keep.log
!/docs/internal/needed/
`
