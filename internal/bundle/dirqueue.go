package bundle

import (
	"bytes"
	"context"
	"errors"
	"runtime"
)

// Opening and reading directories is most of the work of listing a large tree. Therefore readers read directories ahead of
// the walker, in batches, once many of them are waiting. The walker itself reads the directories that do not fit into the
// buffer of a batch.
const (
	manyDirs   = 64 // number of waiting directories for which the readers start
	batchDirs  = 16
	batchNames = 64 << 10 // bytes of the entries of a batch
)

// dirQueue contains the directories that the walker has not visited yet, first in, first out.
type dirQueue struct {
	ctx     context.Context
	tree    *tree
	waiting []pendingDir           // not sent to the readers yet
	pool    *readerPool[*dirBatch] // nil until the readers start
	current *dirBatch              // the batch that next returns; nil for none
	at      int                    // index of the next directory in current
}

// dirBatch is a sequence of directories with their entries.
type dirBatch struct {
	tree    *tree
	dirs    []pendingDir
	results []dirEntries // one for each directory
	buf     []byte       // the entries of all directories, concatenated
}

// dirEntries is the result of reading a directory ahead.
type dirEntries struct {
	skipped bool   // not read: the walker reads the directory
	list    []byte // for each entry, its kind, its name and NUL
	err     error
}

func (q *dirQueue) add(d pendingDir) { q.waiting = append(q.waiting, d) }

// next removes the first directory and returns it, or returns false. Its entries are valid until the next call.
func (q *dirQueue) next() (pendingDir, dirEntries, bool) {
	if q.current != nil && q.at == batchDirs {
		q.pool.release()
		q.current = nil
	}
	q.readAhead()
	if q.current == nil && q.pool != nil && q.pool.used > 0 {
		q.current, q.at = q.pool.receive(), 0
	}
	if q.current != nil {
		q.at++
		return q.current.dirs[q.at-1], q.current.results[q.at-1], true
	}
	if len(q.waiting) == 0 {
		return pendingDir{}, dirEntries{}, false
	}
	d := q.waiting[0]
	q.waiting = q.waiting[1:]
	return d, dirEntries{skipped: true}, true
}

// readAhead sends complete batches to the readers.
func (q *dirQueue) readAhead() {
	if q.pool == nil && len(q.waiting) >= manyDirs {
		q.pool = newReaderPool(q.ctx, runtime.GOMAXPROCS(0), func() *dirBatch {
			return &dirBatch{tree: q.tree.forGoroutine(), buf: make([]byte, 0, batchNames)}
		})
	}
	for q.pool != nil && !q.pool.full() && len(q.waiting) >= batchDirs {
		q.pool.send(func(b *dirBatch) { b.dirs = append(b.dirs[:0], q.waiting[:batchDirs]...) })
		q.waiting = q.waiting[batchDirs:]
	}
}

// close stops the readers.
func (q *dirQueue) close() {
	if q.pool != nil {
		q.pool.close()
	}
}

func (b *dirBatch) read(ctx context.Context) {
	b.results, b.buf = b.results[:0], b.buf[:0]
	for _, d := range b.dirs {
		r := dirEntries{skipped: true}
		if ctx.Err() == nil {
			r = b.readDir(d.source)
		}
		b.results = append(b.results, r)
	}
}

var errTooLarge = errors.New("too large")

func (b *dirBatch) readDir(source string) dirEntries {
	start := len(b.buf)
	err := b.tree.readDir(source, func(name []byte, k kind) error {
		if len(b.buf)+len(name)+2 > cap(b.buf) {
			return errTooLarge
		}
		b.buf = append(append(append(b.buf, byte(k)), name...), 0)
		return nil
	})
	list := b.buf[start:]
	if err == errTooLarge {
		b.buf = b.buf[:start]
		return dirEntries{skipped: true}
	}
	return dirEntries{list: list, err: err}
}

// each calls visit for each entry, like readDir.
func (d dirEntries) each(visit func(name []byte, k kind) error) error {
	for rest := d.list; len(rest) > 0; {
		name, after, _ := bytes.Cut(rest[1:], []byte{0})
		if err := visit(name, kind(rest[0])); err != nil {
			return err
		}
		rest = after
	}
	return d.err
}
