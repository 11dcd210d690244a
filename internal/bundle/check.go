package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// checker reads and checks a prebuilt archive.
type checker struct {
	tree  *archiveTree
	pulse *pulse
	files int
	bytes int64

	largest largestFiles
	debug   func(string)
	content []byte // buffer for the start of a file

	neverUploaded, states, secrets findings
	inspector                      inspector
}

// newChecker returns a checker that reports each entry to debug, which may be nil.
func newChecker(p *pulse, debug func(string)) *checker {
	return &checker{tree: newArchiveTree(), pulse: p, debug: debug, content: make([]byte, keysWithin)}
}

func (c *checker) check(r io.Reader) error {
	end := &trailer{Reader: r}
	for tr := tar.NewReader(end); ; {
		h, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = c.entry(h, tr)
		}
		if err != nil {
			return err
		}
	}
	if err := requireZeros(end); err != nil {
		return err
	}
	if !end.whole() {
		return errors.New("the tar stream is cut off before its end")
	}
	return c.checkLinks()
}

// entry rejects entries outside the archive's root and entries that common programs refuse to unpack.
func (c *checker) entry(h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return checkGlobalHeader(h)
	}
	if c.debug != nil {
		c.debug(fmt.Sprintf("the archive contains %q with %d bytes", h.Name, h.Size))
	}
	if err := c.pulse.spend(1 + (len(h.Name)+len(h.Linkname))/16); err != nil {
		return err
	}
	if len(h.Name) > maxArchivePath || len(h.Linkname) > maxArchivePath {
		return &Error{Code: ArchiveUnsafe, Path: h.Name, Err: fmt.Errorf("its name or its target is longer than %d bytes", maxArchivePath)}
	}
	name := path.Clean(h.Name)
	node, known, throughLink := c.tree.find(name)
	if mayEscape(h.Name) || throughLink {
		return &Error{Code: ArchiveUnsafe, Path: h.Name}
	}
	if known && c.tree.nodes[node].isLink { // this entry replaces the link
		if h.Typeflag != tar.TypeSymlink { // or is unpacked through it, depending on the program
			if err := c.checkLink(name, c.tree.nodes[node].target); err != nil {
				return err
			}
		}
		c.tree.nodes[node].isLink = false
	}
	if err := c.add(h, name, content); err != nil {
		if !errors.As(err, new(*Error)) {
			err = &Error{Code: ArchiveUnsafe, Path: h.Name, Err: err}
		}
		return err
	}
	return nil
}

// checkGlobalHeader rejects a header that changes the names, targets or sizes of all following entries: package archive/tar ignores
// it, and other programs do not.
func checkGlobalHeader(h *tar.Header) error {
	for record := range h.PAXRecords {
		if record == "path" || record == "linkpath" || record == "size" || strings.HasPrefix(record, "GNU.sparse.") {
			return &Error{Code: ArchiveUnsafe, Path: h.Name, Err: fmt.Errorf("it is a global header that sets %s of all following entries", record)}
		}
	}
	return nil
}

func (c *checker) add(h *tar.Header, name string, content io.Reader) error {
	if h.Typeflag != tar.TypeDir {
		c.classify(name)
	}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		c.inspect(name, h.Size, content)
		return c.file(name, h.Size)
	case tar.TypeDir:
		_, err := c.tree.makeDir(name)
		return err
	case tar.TypeSymlink:
		return c.link(name, h.Linkname)
	case tar.TypeLink: // another name of a previous file
		return c.hardLink(name, h.Linkname)
	}
	return fmt.Errorf("it is not a file, directory or link (type %q)", h.Typeflag)
}

// classify records files that are excluded from directories or cause a warning there.
func (c *checker) classify(name string) {
	switch base := []byte(path.Base(name)); {
	case hasExcludedComponent(name):
		c.neverUploaded.add(name)
	case isState(base):
		c.states.add(name)
	case isSecretPath([]byte(name)):
		c.secrets.add(name)
	}
}

// inspect examines the start of a file. It ignores read errors, because reading the next header returns them
// again.
func (c *checker) inspect(name string, size int64, content io.Reader) {
	n, _ := io.ReadFull(content, c.content[:min(size, int64(len(c.content)))])
	c.inspector.inspect(path.Dir(name), []byte(path.Base(name)), c.content[:n], size)
}

// mayEscape reports whether a name in an archive may refer to a path outside the archive's root.
func mayEscape(name string) bool {
	return strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..")
}

// hardLink adds a hard link. It rejects a hard link to a symbolic link, whose relative target would change
// with the directory.
func (c *checker) hardLink(name, target string) error {
	to, known, throughLink := c.tree.find(path.Clean(target))
	if mayEscape(target) || throughLink || known && c.tree.nodes[to].isLink {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	return c.file(name, 0)
}

func (c *checker) file(name string, size int64) error {
	c.files++
	c.bytes += size
	dir, base := path.Dir(name), []byte(path.Base(name))
	c.largest.add(dir, base, size)
	node, err := c.tree.makeDir(dir)
	if err != nil {
		return err
	}
	d := &c.tree.nodes[node]
	d.bytes += size
	d.config = d.config || isTerraform(base)
	return nil
}

func (c *checker) link(name, target string) error {
	dir, base := path.Dir(name), path.Base(name)
	if strings.HasPrefix(target, "/") || leavesBundle(dir, target) {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	parent, err := c.tree.makeDir(dir)
	if err != nil {
		return err
	}
	if d := &c.tree.nodes[parent]; isTerraform([]byte(base)) {
		d.config = true
	}
	node, err := c.tree.child(parent, base)
	if err != nil {
		return err
	}
	n := &c.tree.nodes[node]
	n.isLink, n.target = true, strings.Clone(target)
	return c.tree.grow(len(target))
}

// checkLinks resolves every link: two links that are safe individually can point outside in combination.
func (c *checker) checkLinks() error {
	paths := c.tree.paths()
	for i, n := range c.tree.nodes {
		if !n.isLink {
			continue
		}
		if err := c.checkLink(paths[i], n.target); err != nil {
			return err
		}
	}
	return nil
}

// checkLink resolves a link, also through the other links that are known so far.
func (c *checker) checkLink(name, target string) error {
	end, err := resolve(c.tree, name)
	if err := c.pulse.spend(linkWork * (1 + end.steps)); err != nil {
		return err
	}
	if err != nil {
		return &Error{Code: ArchiveUnsafe, Path: name, Err: err}
	}
	if end.outside != "" {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	return nil
}

// warn prints a warning for each kind of recorded file.
func (c *checker) warn(warn func(string)) {
	c.neverUploaded.report(warn, "The archive contains files that are never uploaded from a directory (%d): %s. "+
		"Rebuild it without .git, gha-creds-*.json and gha-kubeconfig-*: they may contain credentials of this job.")
	c.states.report(warn, "The archive contains Terraform state (%d): %s. Rebuild it without state.")
	c.secrets.report(warn, "The archive contains files that may contain secrets (%d): %s.")
	c.inspector.warn(warn)
}

// requireZeros reads the data after the end of the tar stream. It rejects data other than zero padding.
func requireZeros(r io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return errors.New("there is data after the end of the tar stream")
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
