package bundle

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"slices"
	"strings"
)

// prebuiltArchive is an archive that the user packed. It is uploaded unchanged after a complete check: Scalr
// must be able to unpack it, and no entry may be unpacked outside the target directory.
type prebuiltArchive struct {
	sum   [sha256.Size]byte
	bytes int64 // uncompressed size of the files

	dirBytes []int64
	largest  largestFiles
}

func (l *Listing) checkPrebuilt(ctx context.Context, t *tree) error {
	f, err := t.openFile(l.base)
	if err != nil {
		return openError(l.base, err)
	}
	defer f.close()
	sum := sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(contextReader{ctx, f}, sum), readSize)
	gz, err := gzip.NewReader(r)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return &Error{Code: PathUnsuitable, Path: l.options.Path}
	}
	gz.Multistream(false)
	c := newChecker(&pulse{ctx: ctx}, l.options.Debug)
	// The context is checked during decompression, too: a small part of the file may decompress to a huge amount of data.
	err = c.check(contextReader{ctx, gzipMembers{gz, r}})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, new(*Error)):
		return err
	case err != nil:
		return &Error{Code: ArchiveDamaged, Path: l.base, Err: err}
	case c.files == 0:
		return &Error{Code: NothingToSend, Path: l.base}
	}
	l.prebuilt = &prebuiltArchive{sum: [sha256.Size]byte(sum.Sum(nil)), bytes: c.bytes, largest: c.largest}
	l.files = c.files
	l.setDirectories(c.tree)
	c.warn(l.options.Warn)
	return nil
}

// gzipMembers reads all members of a gzip file. Unlike gzip.Reader, it distinguishes trailing data from a truncated member.
type gzipMembers struct {
	gz   *gzip.Reader
	file *bufio.Reader
}

func (g gzipMembers) Read(p []byte) (int, error) {
	n, err := g.gz.Read(p)
	if err != io.EOF {
		return n, err
	}
	switch magic, err := g.file.Peek(2); {
	case string(magic) == "\x1f\x8b":
		err = g.gz.Reset(g.file)
		g.gz.Multistream(false)
		return n, err
	case len(magic) > 0:
		return n, errors.New("it has trailing data")
	default:
		return n, err
	}
}

// copyPrebuilt copies the archive. It returns an error if the archive is not the checked one.
func (l *Listing) copyPrebuilt(ctx context.Context, t *tree, a *Archive) error {
	f, err := t.openFile(l.base)
	if err != nil {
		return openError(l.base, err)
	}
	defer f.close()
	if err := copyExactly(ctx, output{a.sink, a.sum}, f, f.size, make([]byte, readSize)); err != nil {
		return readError(l.base, err)
	}
	if [sha256.Size]byte(a.sum.Sum(nil)) != l.prebuilt.sum {
		return &Error{Code: Changed, Path: l.base}
	}
	a.Files, a.Bytes = l.files, l.prebuilt.bytes
	a.dirs, a.dirBytes, a.largest = l.dirs, l.prebuilt.dirBytes, l.prebuilt.largest
	return nil
}

// setDirectories copies the links, and the directories in the order that findDir requires.
func (l *Listing) setDirectories(t *archiveTree) {
	paths, order := t.paths(), make([]int, 0, len(t.nodes))
	l.aliases = map[string]string{}
	for i, n := range t.nodes {
		if n.isLink {
			l.aliases[paths[i]] = n.target
		}
		if n.isDir {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(paths[a], paths[b]) })
	for _, i := range order {
		l.dirs = append(l.dirs, dir{path: paths[i], packed: true, config: t.nodes[i].config})
		l.prebuilt.dirBytes = append(l.prebuilt.dirBytes, t.nodes[i].bytes)
	}
}

// contextReader is a reader that fails once its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (u contextReader) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
