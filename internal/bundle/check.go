package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// checker reads a ready archive to its end.
type checker struct {
	links map[string]string
	dirs  map[string]*checkedDir // those named and those implied
	files int
	bytes int64

	biggest biggestFiles
	debug   func(string)
}

// checkedDir is a directory in a ready archive.
type checkedDir struct {
	config bool  // there is a Terraform file in it
	bytes  int64 // of the files in it
}

// newChecker tells debug of each entry, if it is not nil.
func newChecker(debug func(string)) *checker {
	return &checker{debug: debug, links: map[string]string{}, dirs: map[string]*checkedDir{".": {}}}
}

func (c *checker) check(r io.Reader) error {
	end := &trailer{Reader: r}
	for tr := tar.NewReader(end); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := c.entry(h); err != nil {
			return err
		}
	}
	if err := onlyZeros(end); err != nil {
		return err
	}
	if !end.whole() {
		return errors.New("the tar stream is cut off before its end")
	}
	return c.checkLinks()
}

// entry refuses what common unpackers refuse a whole archive for, and whatever would be written outside.
func (c *checker) entry(h *tar.Header) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if c.debug != nil {
		c.debug(fmt.Sprintf("the archive holds %q, %d bytes", h.Name, h.Size))
	}
	name := path.Clean(h.Name)
	if leads(h.Name) || c.passesLink(name) {
		return &Error{Code: ArchiveUnsafe, Path: h.Name}
	}
	delete(c.links, name)
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		c.file(name, h.Size)
	case tar.TypeDir:
		c.directory(name)
	case tar.TypeSymlink:
		return c.link(name, h.Linkname)
	case tar.TypeLink: // another name for a file that came before
		return c.hardLink(name, h.Linkname)
	default:
		return &Error{Code: ArchiveUnsafe, Path: h.Name, Err: fmt.Errorf("it is neither file, directory nor link (type %q)", h.Typeflag)}
	}
	return nil
}

// leads says whether a name of an archive is one that could lead anywhere but down.
func leads(name string) bool {
	return strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..")
}

// hardLink refuses another name for a link, too: as itself, elsewhere, that points to another place.
func (c *checker) hardLink(name, target string) error {
	to := path.Clean(target)
	if _, link := c.links[to]; link || leads(target) || c.passesLink(to) {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	c.file(name, 0)
	return nil
}

func (c *checker) file(name string, size int64) {
	c.files++
	c.bytes += size
	dir, base := path.Dir(name), []byte(path.Base(name))
	c.biggest.add(dir, base, size)
	d := c.directory(dir)
	d.bytes += size
	d.config = d.config || isTerraform(base)
}

// directory returns a directory, which now exists with all above it.
func (c *checker) directory(name string) *checkedDir {
	if d := c.dirs[name]; d != nil {
		return d
	}
	c.directory(path.Dir(name))
	c.dirs[name] = &checkedDir{}
	return c.dirs[name]
}

func (c *checker) link(name, target string) error {
	dir := path.Dir(name)
	if strings.HasPrefix(target, "/") || leavesBundle(dir, target) {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	c.links[name] = target
	d := c.directory(dir)
	d.config = d.config || isTerraform([]byte(path.Base(name)))
	return nil
}

// passesLink says whether unpacking name would write through a link of the archive.
func (c *checker) passesLink(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, ok := c.links[dir]; ok {
			return true
		}
	}
	return false
}

// checkLinks follows each link through the others: two that are harmless alone can lead out together.
func (c *checker) checkLinks() error {
	for _, name := range slices.Sorted(maps.Keys(c.links)) {
		end, err := resolve(inArchive{c}, name)
		if err != nil {
			return err
		}
		if end.outside != "" {
			return &Error{Code: ArchiveUnsafe, Path: name, Target: c.links[name]}
		}
	}
	return nil
}

// inArchive lets links be followed in the archive. All that is no link counts as a directory, which can only lead
// further out, never less far.
type inArchive struct{ *checker }

func (inArchive) inside(string) (string, bool) { return "", false }

func (a inArchive) lookup(name string) (kind, string, error) {
	if target, ok := a.links[name]; ok {
		return kindLink, target, nil
	}
	return kindDir, "", nil
}

// onlyZeros reads what follows the end of the tar stream: padding, or something that hides there.
func onlyZeros(r io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return errors.New("something follows the end of the tar stream")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
