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

// checker reads a ready archive to its end.
type checker struct {
	tree  *archiveTree
	pulse *pulse
	files int
	bytes int64

	biggest biggestFiles
	debug   func(string)
	content []byte // buffer for the start of a file

	never, states, secrets findings
	inspector              inspector
}

// newChecker reports each entry to debug, if it is not nil.
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
	if err := onlyZeros(end); err != nil {
		return err
	}
	if !end.whole() {
		return errors.New("the tar stream is cut off before its end")
	}
	return c.checkLinks()
}

// entry refuses what common unpackers refuse a whole archive for, and whatever would be written outside.
func (c *checker) entry(h *tar.Header, content io.Reader) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if c.debug != nil {
		c.debug(fmt.Sprintf("the archive holds %q, %d bytes", h.Name, h.Size))
	}
	if err := c.pulse.spend(1 + (len(h.Name)+len(h.Linkname))/16); err != nil {
		return err
	}
	if len(h.Name) > maxArchivePath || len(h.Linkname) > maxArchivePath {
		return &Error{Code: ArchiveUnsafe, Path: h.Name, Err: fmt.Errorf("its name or its target is longer than %d bytes", maxArchivePath)}
	}
	name := path.Clean(h.Name)
	node, known, throughLink := c.tree.find(name)
	if leads(h.Name) || throughLink {
		return &Error{Code: ArchiveUnsafe, Path: h.Name}
	}
	if known {
		c.tree.nodes[node].isLink = false // this entry takes its place
	}
	if err := c.add(h, name, content); err != nil {
		if !errors.As(err, new(*Error)) {
			err = &Error{Code: ArchiveUnsafe, Path: h.Name, Err: err}
		}
		return err
	}
	return nil
}

func (c *checker) add(h *tar.Header, name string, content io.Reader) error {
	if h.Typeflag != tar.TypeDir {
		c.judge(name)
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
	case tar.TypeLink: // another name for a file that came before
		return c.hardLink(name, h.Linkname)
	}
	return fmt.Errorf("it is neither file, directory nor link (type %q)", h.Typeflag)
}

// judge finds what would not be sent from a directory, or only with a warning.
func (c *checker) judge(name string) {
	switch base := []byte(path.Base(name)); {
	case neverSentAnywhere(name):
		c.never.add(name)
	case isState(base):
		c.states.add(name)
	case looksSecret([]byte(name)):
		c.secrets.add(name)
	}
}

// inspect looks at the start of a file's content. What goes wrong with it goes wrong again with the next header.
func (c *checker) inspect(name string, size int64, content io.Reader) {
	n, _ := io.ReadFull(content, c.content[:min(size, int64(len(c.content)))])
	c.inspector.look(path.Dir(name), []byte(path.Base(name)), c.content[:n], size)
}

// leads says whether a name of an archive is one that could lead anywhere but down.
func leads(name string) bool {
	return strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..")
}

// hardLink refuses another name for a link, too: as itself, elsewhere, that points to another place.
func (c *checker) hardLink(name, target string) error {
	to, known, throughLink := c.tree.find(path.Clean(target))
	if leads(target) || throughLink || known && c.tree.nodes[to].isLink {
		return &Error{Code: ArchiveUnsafe, Path: name, Target: target}
	}
	return c.file(name, 0)
}

func (c *checker) file(name string, size int64) error {
	c.files++
	c.bytes += size
	dir, base := path.Dir(name), []byte(path.Base(name))
	c.biggest.add(dir, base, size)
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

// checkLinks follows each link through the others: two that are harmless alone can lead out together.
func (c *checker) checkLinks() error {
	paths := c.tree.paths()
	for i, n := range c.tree.nodes {
		if !n.isLink {
			continue
		}
		end, err := resolve(c.tree, paths[i])
		if err := c.pulse.spend(linkWork * (1 + end.steps)); err != nil {
			return err
		}
		if err != nil {
			return &Error{Code: ArchiveUnsafe, Path: paths[i], Err: err}
		}
		if end.outside != "" {
			return &Error{Code: ArchiveUnsafe, Path: paths[i], Target: n.target}
		}
	}
	return nil
}

// warn reports what the archive holds.
func (c *checker) warn(warn func(string)) {
	c.never.tell(warn, "The archive holds files that are never sent from a directory (%d): %s. "+
		"Rebuild it without .git and gha-creds-*.json: they may hold credentials of this job.")
	c.states.tell(warn, "The archive holds Terraform state (%d): %s. Rebuild it without state.")
	c.secrets.tell(warn, "The archive holds files that may hold secrets (%d): %s.")
	c.inspector.warn(warn)
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
