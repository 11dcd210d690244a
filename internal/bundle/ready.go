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
	sum   [sha256.Size]byte
	bytes int64 // of the files in it

	dirBytes []int64
	biggest  biggestFiles
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
	c := newChecker(l.options.Debug)
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
	l.ready = &readyArchive{sum: [sha256.Size]byte(sum.Sum(nil)), bytes: c.bytes, biggest: c.biggest}
	l.files, l.aliases, l.dirs = c.files, c.links, c.directories()
	for _, d := range l.dirs {
		l.ready.dirBytes = append(l.ready.dirBytes, c.dirs[d.path].bytes)
	}
	return nil
}

// copyReady copies the archive, which must still be the one that was checked.
func (l *Listing) copyReady(ctx context.Context, t *tree, a *Archive) error {
	f, err := t.openFile(l.base)
	if err != nil {
		return openError(l.base, err)
	}
	defer f.close()
	if err := copyExactly(ctx, a.sink, f, f.size, make([]byte, readSize), nil); err != nil {
		return readError(l.base, err)
	}
	if [sha256.Size]byte(a.sink.sum.Sum(nil)) != l.ready.sum {
		return &Error{Code: Changed, Path: l.base}
	}
	a.Files, a.Bytes = l.files, l.ready.bytes
	a.dirs, a.dirBytes, a.biggest = l.dirs, l.ready.dirBytes, l.ready.biggest
	return nil
}

// directories are in the order that findDir wants.
func (c *checker) directories() []dir {
	var dirs []dir
	for name, d := range c.dirs {
		dirs = append(dirs, dir{path: name, sent: true, config: d.config})
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
