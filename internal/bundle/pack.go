package bundle

import (
	"context"
	"errors"
	"io"
	"runtime"
	"syscall"
	"time"
)

// readSize is the piece in which files are read. Nearly every file of a repository is one piece.
const readSize = 256 << 10

// manyFiles are worth all that several goroutines cost.
const manyFiles = 1000

// Pack writes the archive. Its bytes depend on the names, contents and x bits of what was listed and on nothing else.
// Any error, the context's end included, leaves nothing behind.
func (l *Listing) Pack(ctx context.Context) (*Archive, error) {
	return l.pack(ctx, l.team())
}

// team is who works on an archive. Its bytes are the same whoever does.
type team struct {
	readers int // that read files ahead of the packer
	workers int // that compress
	alone   int // blocks that the packer compresses before it calls the workers
}

// team is all processors at once where so many files make it certain that there is work for them.
func (l *Listing) team() team {
	n := runtime.GOMAXPROCS(0)
	if l.files > manyFiles {
		return team{readers: n, workers: n}
	}
	return team{workers: n, alone: 3}
}

func (l *Listing) pack(ctx context.Context, who team) (*Archive, error) {
	start := time.Now()
	defer limitMemory()()
	t, err := openTree(l.options.Root)
	if err != nil {
		return nil, &Error{Code: PathMissing, Path: l.options.Root, Err: err}
	}
	defer t.close()
	s := newSink(l.options)
	a := &Archive{sink: s}
	if l.Ready() {
		err = l.copyReady(ctx, t, a)
	} else {
		err = l.packDirectory(ctx, t, who, a)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	a.Compressed, a.SHA256, a.Took = s.size, s.digest(), time.Since(start)
	return a, nil
}

func (l *Listing) packDirectory(ctx context.Context, t *tree, who team, a *Archive) error {
	p := &packer{l: l, tree: t, gz: newGzipWriter(a.sink, who.workers, who.alone), a: a}
	a.Files, a.dirs, a.dirBytes = l.files, l.dirs, make([]int64, len(l.dirs))
	if err := p.run(ctx, who.readers); err != nil {
		if failed := p.gz.abort(); failed != nil {
			return failed // the cause of what the packer saw
		}
		return err
	}
	if err := p.gz.Close(); err != nil {
		return err
	}
	p.inspector.warn(l.options.Warn)
	return nil
}

// packer writes the tar stream.
type packer struct {
	l         *Listing
	tree      *tree
	gz        *gzipWriter
	buf       []byte // for what was not read ahead
	head      []byte
	a         *Archive
	inspector inspector
}

func (p *packer) run(ctx context.Context, readers int) error {
	for i := range p.l.dirs {
		d := &p.l.dirs[i]
		if !d.sent || d.path == "." {
			continue
		}
		if err := p.header(header{name: d.path, kind: kindDir}); err != nil {
			return err
		}
	}
	reading := p.l.readAhead(ctx, p.tree, readers)
	defer reading.close()
	for _, e := range p.l.entries {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := p.entry(ctx, e, reading.next()); err != nil {
			return err
		}
	}
	return p.zeros(2 * tarBlock)
}

func (p *packer) entry(ctx context.Context, e entry, f readFile) error {
	d, n, name := &p.l.dirs[e.dir], p.l.notes[e.note], p.l.names.at(e.name)
	if n.kind == kindLink {
		return p.header(header{name: join(d.path, string(name)), kind: kindLink, link: n.text})
	}
	size, err := f.size, f.err
	switch {
	case f.left:
		size, err = p.file(ctx, d.path, name, p.l.source(e))
	case err == nil:
		err = p.whole(d.path, name, f)
	}
	p.a.Bytes += size
	p.a.dirBytes[e.dir] += size
	p.a.biggest.add(d.path, name, size)
	return err
}

// whole packs a file that was read ahead.
func (p *packer) whole(dir string, name []byte, f readFile) error {
	err := p.header(header{name: join(dir, string(name)), kind: kindFile, exec: f.exec, size: f.size})
	if err != nil {
		return err
	}
	p.inspector.look(dir, name, f.content, f.size)
	if _, err := p.gz.Write(f.content); err != nil {
		return err
	}
	return p.zeros(int(-f.size & (tarBlock - 1)))
}

func (p *packer) header(h header) (err error) {
	if p.head, err = h.appendTo(p.head[:0]); err != nil {
		return err
	}
	if p.l.options.Debug != nil {
		p.l.options.Debug(listed(h))
	}
	_, err = p.gz.Write(p.head)
	return err
}

// file reads and packs one that was not read ahead.
func (p *packer) file(ctx context.Context, dir string, name []byte, source string) (int64, error) {
	f, err := p.tree.openFile(source)
	if err != nil {
		return 0, openError(source, err)
	}
	defer f.close()
	err = p.header(header{name: join(dir, string(name)), kind: kindFile, exec: f.exec, size: f.size})
	if err != nil {
		return 0, err
	}
	if p.buf == nil {
		p.buf = make([]byte, readSize)
	}
	first := func(content []byte) { p.inspector.look(dir, name, content, f.size) }
	if err := copyExactly(ctx, p.gz, f, f.size, p.buf, first); err != nil {
		return 0, readError(source, err)
	}
	return f.size, p.zeros(int(-f.size & (tarBlock - 1)))
}

var tarZeros [2 * tarBlock]byte

func (p *packer) zeros(n int) error {
	_, err := p.gz.Write(tarZeros[:n])
	return err
}

// errShrunk is what copyExactly says of a file that ends before the length which its header promised.
var errShrunk = errors.New("it became shorter")

// copyExactly copies size bytes, no more if there are more. It shows the first piece to first.
func copyExactly(ctx context.Context, w io.Writer, r io.Reader, size int64, buf []byte, first func([]byte)) error {
	for at := int64(0); at < size; {
		n, err := io.ReadFull(r, buf[:min(int64(len(buf)), size-at)])
		if err != nil {
			return shrunk(err)
		}
		if at == 0 && first != nil {
			first(buf[:n])
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		if at += int64(n); ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// shrunk tells an end that came too early from other errors.
func shrunk(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errShrunk
	}
	return err
}

// openError tells a file that was replaced or removed since it was listed from one that may not be read.
func openError(source string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR):
		return &Error{Code: Changed, Path: source, Err: errors.New("it vanished")}
	case errors.Is(err, errNotRegular), errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENXIO):
		return &Error{Code: Changed, Path: source, Err: errors.New("something else took its place")}
	}
	return &Error{Code: Unreadable, Path: source, Err: err}
}

func readError(source string, err error) error {
	var system syscall.Errno
	switch {
	case errors.Is(err, errShrunk):
		return &Error{Code: Changed, Path: source, Err: err}
	case errors.As(err, &system):
		return &Error{Code: Unreadable, Path: source, Err: err}
	}
	return err
}
