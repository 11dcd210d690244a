package bundle

import (
	"context"
	"io"
	"sync"
)

// System calls are half of the work of packing a large tree. Therefore readers open and read files ahead of
// the packer, in batches. The packer itself reads the files that do not fit into the buffer of a batch.
const (
	batchEntries = 16
	batchBytes   = 256 << 10
	maxReaders   = 4
)

// batch is a sequence of entries with the content of their files.
type batch struct {
	entries []entry
	files   []readFile    // one for each entry
	content []byte        // the content of all files, concatenated
	ready   chan struct{} // receives one element when files is complete
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
	l       *Listing
	tree    *tree
	rest    []entry // entries that are not assigned to a batch yet
	ring    []*batch
	turn    int         // index of the current batch of next
	at      int         // index of the next entry in this batch
	queue   chan *batch // batches for the readers
	stop    context.CancelFunc
	running sync.WaitGroup
}

// readAhead starts the readers; close stops them. With 0 readers it returns nil.
func (l *Listing) readAhead(ctx context.Context, t *tree, readers int) *ahead {
	if readers == 0 {
		return nil
	}
	readers = min(readers, maxReaders)
	a := &ahead{l: l, tree: t, rest: l.entries, ring: make([]*batch, 2*readers+1)}
	a.queue = make(chan *batch, len(a.ring))
	ctx, a.stop = context.WithCancel(ctx)
	for i := range a.ring {
		a.ring[i] = &batch{content: make([]byte, 0, batchBytes), ready: make(chan struct{}, 1)}
		a.enqueue(a.ring[i])
	}
	for range readers {
		a.running.Go(func() { a.read(ctx) })
	}
	return a
}

// enqueue assigns the next entries to b and sends it to the readers.
func (a *ahead) enqueue(b *batch) {
	n := min(len(a.rest), batchEntries)
	b.entries, a.rest = a.rest[:n], a.rest[n:]
	a.queue <- b
}

// next returns the result for the next entry of the listing. It is valid until the next call, and must be
// called at most once per entry.
func (a *ahead) next() readFile {
	if a == nil {
		return readFile{skipped: true}
	}
	b := a.ring[a.turn]
	if a.at == len(b.entries) {
		a.enqueue(b)
		a.turn, a.at = (a.turn+1)%len(a.ring), 0
		b = a.ring[a.turn]
	}
	if a.at == 0 {
		<-b.ready
	}
	a.at++
	return b.files[a.at-1]
}

// close stops the readers.
func (a *ahead) close() {
	if a != nil {
		a.stop()
		close(a.queue)
		a.running.Wait()
	}
}

// read is the loop of a reader.
func (a *ahead) read(ctx context.Context) {
	for b := range a.queue {
		b.files, b.content = b.files[:0], b.content[:0]
		for _, e := range b.entries {
			f := readFile{skipped: true}
			if a.l.notes[e.note].kind == kindFile && ctx.Err() == nil {
				f = b.read(a.tree, a.l.source(e))
			}
			b.files = append(b.files, f)
		}
		b.ready <- struct{}{}
	}
}

func (b *batch) read(t *tree, source string) readFile {
	f, err := t.openFile(source)
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
