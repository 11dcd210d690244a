package bundle

import (
	"context"
	"io"
)

// System calls are half of the work of packing a large tree. Therefore readers open and read files ahead of
// the packer, in batches. The packer itself reads the files that do not fit into the buffer of a batch.
const (
	batchEntries = 16
	batchBytes   = 256 << 10
)

// fileBatch is a sequence of entries with the content of their files.
type fileBatch struct {
	l       *Listing
	tree    *tree
	entries []entry
	files   []readFile // one for each entry
	content []byte     // the content of all files, concatenated
}

// readFile is the result of reading an entry ahead.
type readFile struct {
	skipped bool // not read: a link, or too large
	size    int64
	exec    bool
	inode   inode
	content []byte // the complete content
	err     error
}

// ahead reads the files of a listing ahead. A nil ahead leaves all files to the packer.
type ahead struct {
	pool    *readerPool[*fileBatch]
	rest    []entry    // entries that were not sent to the readers yet
	current *fileBatch // the batch that next returns; nil before the first call
	at      int        // index of the next entry in current
}

// readAhead starts the readers; close stops them. With 0 readers it returns nil.
func (l *Listing) readAhead(ctx context.Context, t *tree, readers int) *ahead {
	if readers == 0 {
		return nil
	}
	a := &ahead{rest: l.entries, pool: newReaderPool(ctx, readers, func() *fileBatch {
		return &fileBatch{l: l, tree: t, content: make([]byte, 0, batchBytes)}
	})}
	a.send()
	return a
}

// send sends the next entries to the readers.
func (a *ahead) send() {
	for !a.pool.full() && len(a.rest) > 0 {
		n := min(len(a.rest), batchEntries)
		a.pool.send(func(b *fileBatch) { b.entries = a.rest[:n] })
		a.rest = a.rest[n:]
	}
}

// next returns the result for the next entry of the listing. It is valid until the next call, and must be
// called at most once per entry.
func (a *ahead) next() readFile {
	if a == nil {
		return readFile{skipped: true}
	}
	if a.current != nil && a.at == len(a.current.files) {
		a.pool.release()
		a.send()
		a.current = nil
	}
	if a.current == nil {
		a.current, a.at = a.pool.receive(), 0
	}
	a.at++
	return a.current.files[a.at-1]
}

// close stops the readers.
func (a *ahead) close() {
	if a != nil {
		a.pool.close()
	}
}

func (b *fileBatch) read(ctx context.Context) {
	b.files, b.content = b.files[:0], b.content[:0]
	for _, e := range b.entries {
		f := readFile{skipped: true}
		if b.l.notes[e.note].kind == kindFile && ctx.Err() == nil {
			f = b.readFile(b.l.source(e))
		}
		b.files = append(b.files, f)
	}
}

func (b *fileBatch) readFile(source string) readFile {
	f, err := b.tree.openFile(source)
	if err != nil {
		return readFile{err: openError(source, err)}
	}
	defer f.close()
	start := len(b.content)
	if f.size > int64(cap(b.content)-start) {
		return readFile{skipped: true}
	}
	b.content = b.content[:start+int(f.size)]
	content := b.content[start:]
	if _, err := io.ReadFull(f, content); err != nil {
		return readFile{err: readError(source, shrunkIfEOF(err))}
	}
	return readFile{size: f.size, exec: f.exec, inode: f.inode, content: content}
}
