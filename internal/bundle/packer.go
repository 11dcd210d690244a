package bundle

import "context"

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
