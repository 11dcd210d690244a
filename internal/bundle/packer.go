package bundle

import (
	"context"
	"io"
)

// packer writes the tar stream.
type packer struct {
	l         *Listing
	tree      *tree
	gz        *gzipWriter
	buf       []byte // buffer for files that were not read ahead
	head      []byte
	a         *Archive
	hardLinks *hardLinks
	inspector inspector
}

func (p *packer) run(ctx context.Context, reading *ahead) error {
	for i := range p.l.dirs {
		d := &p.l.dirs[i]
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !d.packed {
			continue
		}
		if err := p.header(header{name: d.path, kind: kindDir}); err != nil {
			return err
		}
	}
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
	if f.skipped {
		return p.file(ctx, e)
	}
	if f.err != nil {
		return f.err
	}
	return p.whole(e, f)
}

// count adds a packed file to the statistics.
func (p *packer) count(e entry, size int64) {
	p.a.Bytes += size
	p.a.dirBytes[e.dir] += size
	p.a.largest.add(p.l.dirs[e.dir].path, p.l.names.at(e.name), size)
}

// start writes the header of a file, or reports that the file is excluded.
func (p *packer) start(e entry, size int64, exec bool, i inode) (leftOut bool, err error) {
	name := join(p.l.dirs[e.dir].path, string(p.l.names.at(e.name)))
	switch leftOut, err = p.hardLinks.leavesOut(name, i); {
	case err != nil:
		return false, err
	case leftOut:
		p.a.Files--
		return true, nil
	}
	return false, p.header(header{name: name, kind: kindFile, exec: exec, size: size})
}

// whole packs a file that was read ahead.
func (p *packer) whole(e entry, f readFile) error {
	if leftOut, err := p.start(e, f.size, f.exec, f.inode); leftOut || err != nil {
		return err
	}
	p.inspector.inspect(p.l.dirs[e.dir].path, p.l.names.at(e.name), f.content, f.size)
	if _, err := p.gz.Write(f.content); err != nil {
		return err
	}
	p.count(e, f.size)
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

// file reads and packs a file that was not read ahead.
func (p *packer) file(ctx context.Context, e entry) error {
	source := p.l.source(e)
	f, err := p.tree.openFile(source)
	if err != nil {
		return openError(source, err)
	}
	defer f.close()
	if leftOut, err := p.start(e, f.size, f.exec, f.inode); leftOut || err != nil {
		return err
	}
	if p.buf == nil {
		p.buf = make([]byte, readSize)
	}
	p.gz.expect(f.size)
	if err := p.copy(ctx, e, f); err != nil {
		return readError(source, err)
	}
	p.count(e, f.size)
	return p.zeros(int(-f.size & (tarBlock - 1)))
}

// copy copies a file and inspects its start.
func (p *packer) copy(ctx context.Context, e entry, f file) error {
	start := p.buf[:min(f.size, readSize)]
	if _, err := io.ReadFull(f, start); err != nil {
		return shrunkIfEOF(err)
	}
	p.inspector.inspect(p.l.dirs[e.dir].path, p.l.names.at(e.name), start, f.size)
	if _, err := p.gz.Write(start); err != nil {
		return err
	}
	return p.gz.writeFrom(ctx, f, f.size-int64(len(start)), p.buf)
}

var tarZeros [2 * tarBlock]byte

func (p *packer) zeros(n int) error {
	_, err := p.gz.Write(tarZeros[:n])
	return err
}
