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

// readyArchive is an archive that the user made. It is sent byte for byte, but not before all of it has been read:
// Scalr must be able to unpack it, and nothing in it may leave the place where it is unpacked.
type readyArchive struct {
	source string
	sum    [sha256.Size]byte
	bytes  int64 // of the files in it
	sizes  *sizes
}

func (l *Listing) checkReady(ctx context.Context, t *tree) error {
	f, err := t.openFile(l.base)
	if err != nil {
		return openError(l.base, err)
	}
	defer f.close()
	sum := sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(untilDone{ctx, f}, sum), readSize)
	gz, err := gzip.NewReader(r)
	if err != nil {
		return &Error{Code: PathUnsuitable, Path: l.options.Path}
	}
	c := newChecker()
	err = c.check(gz)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, new(*Error)):
		return err
	case errors.Is(err, gzip.ErrHeader):
		return &Error{Code: ArchiveDamaged, Path: l.base, Err: errors.New("something follows its end")}
	case err != nil:
		return &Error{Code: ArchiveDamaged, Path: l.base, Err: err}
	case c.files == 0:
		return &Error{Code: NothingToSend, Path: l.base}
	}
	l.ready = &readyArchive{source: l.base, sum: [sha256.Size]byte(sum.Sum(nil)), bytes: c.bytes, sizes: c.sizes}
	l.files, l.aliases, l.dirs = c.files, c.links, c.directories()
	return nil
}

// copyTo copies the archive, which must still be the one that was checked.
func (r *readyArchive) copyTo(ctx context.Context, t *tree, s *sink, files int, a *Archive) error {
	f, err := t.openFile(r.source)
	if err != nil {
		return openError(r.source, err)
	}
	defer f.close()
	if err := copyExactly(ctx, s, f, f.size, make([]byte, readSize), nil); err != nil {
		return readError(r.source, err)
	}
	if [sha256.Size]byte(s.sum.Sum(nil)) != r.sum {
		return &Error{Code: Changed, Path: r.source}
	}
	a.Files, a.Bytes, a.Largest = files, r.bytes, r.sizes.largest()
	return nil
}

// directories are in the order that findDir wants.
func (c *checker) directories() []dir {
	var dirs []dir
	for name, config := range c.dirs {
		dirs = append(dirs, dir{path: name, sent: true, config: config})
	}
	slices.SortFunc(dirs, func(a, b dir) int { return strings.Compare(a.path, b.path) })
	return dirs
}

// untilDone is a reader that fails once its context has ended.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
