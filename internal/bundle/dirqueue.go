package bundle

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync"
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
	readers int
	waiting []pendingDir   // not assigned to a batch yet
	ring    []*dirBatch    // nil until the readers start
	turn    int            // index of the current batch
	used    int            // number of batches in use, from turn on
	at      int            // index of the next directory in the current batch
	queue   chan *dirBatch // batches for the readers
	stop    context.CancelFunc
	running sync.WaitGroup
}

func newDirQueue(ctx context.Context, t *tree) *dirQueue {
	return &dirQueue{ctx: ctx, tree: t, readers: min(runtime.GOMAXPROCS(0), maxReaders)}
}

// dirBatch is a sequence of directories with their entries.
type dirBatch struct {
	dirs    []pendingDir
	results []dirEntries  // one for each directory
	buf     []byte        // the entries of all directories, concatenated
	ready   chan struct{} // receives one element when results is complete
}

// dirEntries is the result of reading a directory ahead.
type dirEntries struct {
	skipped bool   // not read: too large
	list    []byte // for each entry, its kind, its name and NUL
	err     error
}

func (q *dirQueue) add(d pendingDir) { q.waiting = append(q.waiting, d) }

// next removes the first directory and returns it, or returns false. Its entries are valid until the next call.
func (q *dirQueue) next() (pendingDir, dirEntries, bool) {
	if q.used > 0 && q.at == batchDirs {
		q.turn, q.used, q.at = (q.turn+1)%len(q.ring), q.used-1, 0
	}
	q.readAhead()
	if q.used > 0 {
		b := q.ring[q.turn]
		if q.at == 0 {
			<-b.ready
		}
		q.at++
		return b.dirs[q.at-1], b.results[q.at-1], true
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
	if q.ring == nil && len(q.waiting) >= manyDirs {
		q.start()
	}
	for q.used < len(q.ring) && len(q.waiting) >= batchDirs {
		b := q.ring[(q.turn+q.used)%len(q.ring)]
		b.dirs = append(b.dirs[:0], q.waiting[:batchDirs]...)
		q.waiting = q.waiting[batchDirs:]
		q.used++
		q.queue <- b
	}
}

func (q *dirQueue) start() {
	q.ring = make([]*dirBatch, 2*q.readers+1)
	q.queue = make(chan *dirBatch, len(q.ring))
	for i := range q.ring {
		q.ring[i] = &dirBatch{buf: make([]byte, 0, batchNames), ready: make(chan struct{}, 1)}
	}
	ctx, stop := context.WithCancel(q.ctx)
	q.stop = stop
	for range q.readers {
		t := q.tree.forGoroutine()
		q.running.Go(func() {
			for b := range q.queue {
				b.read(ctx, t)
				b.ready <- struct{}{}
			}
		})
	}
}

// close stops the readers.
func (q *dirQueue) close() {
	if q.queue != nil {
		q.stop()
		close(q.queue)
		q.running.Wait()
	}
}

func (b *dirBatch) read(ctx context.Context, t *tree) {
	b.results, b.buf = b.results[:0], b.buf[:0]
	for _, d := range b.dirs {
		r := dirEntries{skipped: true}
		if ctx.Err() == nil {
			r = b.readDir(t, d.source)
		}
		b.results = append(b.results, r)
	}
}

var errTooLarge = errors.New("too large")

func (b *dirBatch) readDir(t *tree, source string) dirEntries {
	start := len(b.buf)
	err := t.readDir(source, func(name []byte, k kind) error {
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
