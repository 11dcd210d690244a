package affected

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Tree is what the checkout holds. Its directories are listed once; files are
// read when they are needed.
type Tree struct {
	fs    fs.ReadLinkFS
	files map[string]bool     // every file and link
	dirs  map[string][]string // the names of the Terraform files of each directory
	links map[string]string   // target by path, as written
	order []string            // the paths of the links, sorted
	other map[string]bool     // Terraform files that are neither regular files nor links
	// unreadable are the directories that could not be listed.
	unreadable []string
	// repositories are the directories that hold a .git.
	repositories []string
}

// ReadTree lists the checkout, without .git and .terraform directories. The error
// is that of its root; a directory below it that cannot be listed makes the
// workspaces affected that use it.
func ReadTree(checkout fs.ReadLinkFS) (*Tree, error) {
	t := &Tree{fs: checkout, files: map[string]bool{}, dirs: map[string][]string{}, links: map[string]string{}, other: map[string]bool{}}
	err := fs.WalkDir(checkout, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case err != nil:
			t.unreadable = append(t.unreadable, p)
			return nil
		}
		if d.Name() == ".git" {
			t.repositories = append(t.repositories, path.Dir(p))
		}
		switch {
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".terraform"):
			return fs.SkipDir
		case d.IsDir():
			t.dirs[p] = nil
		default:
			t.add(p, d)
		}
		return nil
	})
	slices.Sort(t.order)
	return t, err
}

func (t *Tree) add(p string, d fs.DirEntry) {
	t.files[p] = true
	isLink := d.Type()&fs.ModeSymlink != 0
	if isLink {
		// A link that cannot be read leads nowhere.
		t.links[p], _ = t.fs.ReadLink(p)
		t.order = append(t.order, p)
	}
	if isTerraform(d.Name()) {
		t.dirs[path.Dir(p)] = append(t.dirs[path.Dir(p)], d.Name())
		if !isLink && !d.Type().IsRegular() {
			t.other[p] = true
		}
	}
}

// HasDirectory reports whether the path leads to a directory of the checkout.
func (t *Tree) HasDirectory(p string) bool {
	_, real, ok := t.resolve(path.Clean(p))
	_, isDir := t.dirs[real]
	return ok && isDir
}

// Has reports whether the path leads to something in the checkout.
func (t *Tree) Has(p string) bool {
	_, real, ok := t.resolve(path.Clean(p))
	return ok && t.files[real] || t.HasDirectory(p)
}

// HasTerraform reports whether a directory holds Terraform files, not counting
// those below it.
func (t *Tree) HasTerraform(dir string) bool {
	_, real, ok := t.resolve(path.Clean(dir))
	return ok && len(t.dirs[real]) > 0
}

// Repositories returns the directories that hold a .git, sorted.
func (t *Tree) Repositories() []string { return t.repositories }

func isTerraform(name string) bool {
	for _, end := range []string{".tf", ".tofu", ".tf.json", ".tofu.json"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// mostLinks is how many links one path may lead over, as on Linux.
const mostLinks = 40

// resolve follows the links of a path. It gives the links on the way, and where
// the path leads; ok is false if that is outside of the checkout.
func (t *Tree) resolve(p string) (links []string, to string, ok bool) {
	if len(t.links) == 0 && !strings.HasPrefix(p, "../") && p != ".." {
		return nil, p, true
	}
	todo, done := strings.Split(p, "/"), "."
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		if next == ".." && done == "." {
			return links, "", false
		}
		at := path.Join(done, next)
		target, isLink := t.links[at]
		if !isLink {
			done = at
			continue
		}
		links = append(links, at)
		if len(links) > mostLinks || target == "" || path.IsAbs(target) {
			return links, "", false
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return links, done, true
}

// linksBelow gives the links in a directory and below it.
func (t *Tree) linksBelow(dir string) []string {
	if dir == "." {
		return t.order
	}
	from, _ := slices.BinarySearch(t.order, dir+"/")
	to := from
	for to < len(t.order) && below(t.order[to], dir) {
		to++
	}
	return t.order[from:to]
}

// mostFile is the largest Terraform file that is read.
const mostFile = 8 << 20

var (
	errUnreadable = errors.New("it cannot be read")
	errOutside    = errors.New("it is a link that leads out of the checkout")
	errNoFile     = fmt.Errorf("it is not a file of at most %d MiB", mostFile>>20)
)

// read returns the text of a file of a directory that no link leads to.
func (t *Tree) read(file string) (string, error) {
	if _, isLink := t.links[file]; isLink {
		_, real, ok := t.resolve(file)
		if !ok {
			return "", errOutside
		}
		switch info, err := fs.Stat(t.fs, real); {
		case err != nil:
			return "", errUnreadable
		case !info.Mode().IsRegular():
			return "", errNoFile
		}
		file = real
	}
	if t.other[file] { // to open a pipe would block
		return "", errNoFile
	}
	f, err := t.fs.Open(file)
	if err != nil {
		return "", errUnreadable
	}
	defer f.Close()
	return readFile(f)
}

// buffers are shared by the files, most of which are small.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// readFile reads with as few calls as possible: a fleet has tens of thousands of files.
func readFile(f fs.File) (string, error) {
	buffer := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(buffer)
	n, err := 0, error(nil)
	for err == nil && n < len(buffer) {
		var more int
		more, err = f.Read(buffer[n:])
		n += more
	}
	if err == nil {
		var rest []byte
		if rest, err = io.ReadAll(io.LimitReader(f, mostFile-int64(n)+1)); err == nil {
			if n+len(rest) > mostFile {
				return "", errNoFile
			}
			return string(buffer[:n]) + string(rest), nil
		}
	}
	if err != io.EOF {
		return "", errUnreadable
	}
	return string(buffer[:n]), nil
}
