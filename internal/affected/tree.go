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

	"scalr-run-action/internal/hclscan"
)

// Tree is the content of the checkout. Its directories are listed once; files are read on demand.
type Tree struct {
	fs          fs.ReadLinkFS
	files       map[string]bool     // every file and link
	dirs        map[string][]string // the names of the Terraform files of each directory, with files of variables
	links       map[string]string   // target by path, as written
	sortedLinks []string            // the paths of the links, sorted
	special     map[string]bool     // neither regular files nor links
	// unreadable are the directories that could not be listed.
	unreadable []string
	// repositories are the directories that contain a .git.
	repositories []string
}

// ReadTree lists the checkout, without .git and .terraform directories. It returns an error if the root cannot be listed;
// if another directory cannot be listed, the workspaces that use it count as affected.
func ReadTree(checkout fs.ReadLinkFS) (*Tree, error) {
	t := &Tree{
		fs:      checkout,
		files:   map[string]bool{},
		dirs:    map[string][]string{},
		links:   map[string]string{},
		special: map[string]bool{},
	}
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
	slices.Sort(t.sortedLinks)
	return t, err
}

func (t *Tree) add(p string, d fs.DirEntry) {
	t.files[p] = true
	isLink := d.Type()&fs.ModeSymlink != 0
	if isLink {
		// A link that cannot be read has no target.
		t.links[p], _ = t.fs.ReadLink(p)
		t.sortedLinks = append(t.sortedLinks, p)
	}
	if !isLink && !d.Type().IsRegular() {
		t.special[p] = true
	}
	if hclscan.IsTerraform(d.Name()) || isVariables(d.Name()) {
		t.dirs[path.Dir(p)] = append(t.dirs[path.Dir(p)], d.Name())
	}
}

// HasDirectory reports whether the path resolves to a directory of the checkout.
func (t *Tree) HasDirectory(p string) bool {
	_, real, ok := t.resolve(path.Clean(p))
	_, isDir := t.dirs[real]
	return ok && isDir
}

// Has reports whether the path resolves to a file or a directory in the checkout.
func (t *Tree) Has(p string) bool {
	_, real, ok := t.resolve(path.Clean(p))
	return ok && t.files[real] || t.HasDirectory(p)
}

// HasFile reports whether the path itself is a file or a link.
func (t *Tree) HasFile(p string) bool { return t.files[p] }

// Follow returns the links on a path, and the path to which they lead, which need not exist. That is the path itself if
// they lead out of the checkout.
func (t *Tree) Follow(p string) (links []string, to string) {
	links, to, ok := t.resolve(p)
	if !ok {
		return links, p
	}
	return links, to
}

// HasTerraform reports whether a directory itself contains Terraform files other than files of variables.
func (t *Tree) HasTerraform(dir string) bool {
	_, real, ok := t.resolve(path.Clean(dir))
	return ok && slices.ContainsFunc(t.dirs[real], hclscan.IsTerraform)
}

// Repositories returns the directories that contain a .git, sorted.
func (t *Tree) Repositories() []string { return t.repositories }

// isVariables reports whether Terraform reads a file of variables of its own accord.
func isVariables(name string) bool {
	name = strings.TrimSuffix(name, ".json")
	return name == "terraform.tfvars" || strings.HasSuffix(name, ".auto.tfvars")
}

// isVarFile reports whether a file is one of variables by its name, which a workspace may use.
func isVarFile(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, ".json"), ".tfvars")
}

// maxLinks is the maximum number of links on one path, as on Linux.
const maxLinks = 40

// resolve follows the links of a path. It returns the links on the way and the destination; ok is false if that is
// outside of the checkout.
func (t *Tree) resolve(p string) (links []string, to string, ok bool) {
	if len(t.links) == 0 && fs.ValidPath(p) {
		return nil, p, true
	}
	pending, done := strings.Split(p, "/"), "."
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
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
		if len(links) > maxLinks || target == "" || path.IsAbs(target) {
			return links, "", false
		}
		pending = append(strings.Split(target, "/"), pending...)
	}
	return links, done, true
}

// linksBelow returns the links inside a directory.
func (t *Tree) linksBelow(dir string) []string {
	if dir == "." {
		return t.sortedLinks
	}
	from, _ := slices.BinarySearch(t.sortedLinks, dir+"/")
	to := from
	for to < len(t.sortedLinks) && below(t.sortedLinks[to], dir) {
		to++
	}
	return t.sortedLinks[from:to]
}

// maxFileSize is the size of the largest Terraform file that is read.
const maxFileSize = 8 << 20

var (
	errUnreadable = errors.New("it cannot be read")
	errOutside    = errors.New("it is a link that points outside the checkout")
	errNotRegular = fmt.Errorf("it is not a file of at most %d MiB", maxFileSize>>20)
)

// read returns the text of a file. Its directory must not be a link.
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
			return "", errNotRegular
		}
		file = real
	}
	if t.special[file] { // opening a pipe would block
		return "", errNotRegular
	}
	f, err := t.fs.Open(file)
	if err != nil {
		return "", errUnreadable
	}
	defer f.Close()
	return readFile(f)
}

// buffers are reused, since most files are small.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// readFile uses as few system calls as possible: a repository may have tens of thousands of files.
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
		if rest, err = io.ReadAll(io.LimitReader(f, maxFileSize)); err == nil {
			if n+len(rest) > maxFileSize {
				return "", errNotRegular
			}
			return string(buffer[:n]) + string(rest), nil
		}
	}
	if err != io.EOF {
		return "", errUnreadable
	}
	return string(buffer[:n]), nil
}
