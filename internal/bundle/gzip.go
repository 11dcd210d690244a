package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/flate"
)

// The stream is one gzip member. It is cut into blocks that are compressed apart, each with the end of the one before
// as its dictionary, so that all processors can work and the bytes are still the same whoever did the work.
//
//	Write fills blocks ──► workers compress them ──► one goroutine writes them in order
//
// Workers start only when the first blocks are all full: a small tree costs no goroutine.
const (
	blockSize    = 512 << 10
	dictionary   = 32 << 10
	firstBlocks  = 8 // 4 MiB
	maxWorkers   = 8
	deflateLevel = 5
)

// block is a piece of the stream on its way.
type block struct {
	data []byte // the dictionary, then the block's own bytes
	dict int    // length of the dictionary
	last bool
	out  bytes.Buffer
	err  error
	done chan struct{} // holds one token when out is ready
}

// gzipWriter compresses what is written to it. Either Close or abort must be called.
type gzipWriter struct {
	w       io.Writer
	workers int
	crc     uint32
	size    uint32
	now     *block   // being filled
	full    []*block // before the workers have started
	free    chan *block
	todo    chan *block // to the workers
	order   chan *block // to the writing goroutine
	running sync.WaitGroup
	failed  chan struct{} // closed once err is set
	err     error         // what became of the writing; writeAll's until running is done
}

func newGzipWriter(w io.Writer, workers int) *gzipWriter {
	workers = max(1, min(workers, maxWorkers))
	g := &gzipWriter{w: w, workers: workers, free: make(chan *block, firstBlocks+2*workers)}
	g.now = newBlock()
	return g
}

func newBlock() *block {
	b := &block{data: make([]byte, 0, dictionary+blockSize), done: make(chan struct{}, 1)}
	b.out.Grow(blockSize + 4<<10) // what cannot be compressed comes out a little longer
	return b
}

// Write never keeps p. Once it has failed, so will Close.
func (g *gzipWriter) Write(p []byte) (int, error) {
	g.crc = crc32.Update(g.crc, crc32.IEEETable, p)
	g.size += uint32(len(p))
	n := len(p)
	for len(p) > 0 {
		if len(g.now.data)-g.now.dict == blockSize {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		room := g.now.dict + blockSize - len(g.now.data)
		part := p[:min(room, len(p))]
		g.now.data = append(g.now.data, part...)
		p = p[len(part):]
	}
	return n, nil
}

// next sends the full block on its way and takes an empty one.
func (g *gzipWriter) next() error {
	before := g.now
	var b *block
	switch {
	case g.todo == nil && len(g.full) < firstBlocks-1:
		b = newBlock()
	case g.todo == nil:
		g.start()
		fallthrough
	default:
		select {
		case b = <-g.free:
		case <-g.failed:
			return errWriting
		}
	}
	tail := before.data[max(0, len(before.data)-dictionary):]
	b.data = append(b.data[:0], tail...)
	b.dict = len(tail)
	g.send(before)
	g.now = b
	return nil
}

var errWriting = errors.New("the archive can no longer be written")

func (g *gzipWriter) send(b *block) {
	if g.todo == nil {
		g.full = append(g.full, b)
		return
	}
	g.order <- b
	g.todo <- b
}

// start hands the waiting blocks to workers.
func (g *gzipWriter) start() {
	blocks := firstBlocks + g.workers
	g.todo, g.order = make(chan *block, blocks), make(chan *block, blocks)
	g.failed = make(chan struct{})
	for range g.workers {
		g.running.Go(func() { compressAll(g.todo) })
	}
	for range g.workers {
		g.free <- newBlock()
	}
	g.running.Go(g.writeAll)
	for _, b := range g.full {
		g.send(b)
	}
	g.full = nil
}

// compressAll is a worker.
func compressAll(todo <-chan *block) {
	var c compressor
	for b := range todo {
		b.err = c.compress(b)
		b.done <- struct{}{}
	}
}

// writeAll writes the blocks in their order. After an error it only lets them pass.
func (g *gzipWriter) writeAll() {
	for b := range g.order {
		<-b.done
		if g.err == nil {
			if g.err = g.emit(b); g.err != nil {
				close(g.failed)
			}
		}
		g.free <- b
	}
}

func (g *gzipWriter) emit(b *block) error {
	if b.err != nil {
		return b.err
	}
	_, err := g.w.Write(b.out.Bytes())
	return err
}

// header names neither file nor time nor system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// compressor keeps the deflate tables between blocks.
type compressor struct{ w *flate.Writer }

func (c *compressor) compress(b *block) error {
	b.out.Reset()
	dict, data := b.data[:b.dict], b.data[b.dict:]
	if b.dict == 0 {
		b.out.Write(gzipHeader)
	}
	if err := c.reset(&b.out, dict); err != nil {
		return err
	}
	if _, err := c.w.Write(data); err != nil {
		return err
	}
	if b.last {
		return c.w.Close()
	}
	return c.w.Flush()
}

func (c *compressor) reset(w io.Writer, dict []byte) (err error) {
	if c.w == nil {
		c.w, err = flate.NewWriterDict(w, deflateLevel, dict)
		return err
	}
	c.w.ResetDict(w, dict)
	return nil
}

// Close writes what is left. It does not close the writer below.
func (g *gzipWriter) Close() error {
	g.now.last = true
	if err := g.finish(g.now); err != nil {
		return err
	}
	trailer := binary.LittleEndian.AppendUint32(nil, g.crc)
	trailer = binary.LittleEndian.AppendUint32(trailer, g.size)
	_, err := g.w.Write(trailer)
	return err
}

func (g *gzipWriter) finish(last *block) error {
	g.send(last)
	if g.todo != nil {
		return g.stop()
	}
	var c compressor
	for _, b := range g.full {
		if b.err = c.compress(b); b.err != nil {
			return b.err
		}
		if err := g.emit(b); err != nil {
			return err
		}
	}
	return nil
}

// abort ends the workers and says whether it was the writing that failed; what was written is of no use.
func (g *gzipWriter) abort() error {
	if g.todo == nil {
		return nil
	}
	return g.stop()
}

// stop waits for all that was started.
func (g *gzipWriter) stop() error {
	close(g.todo)
	close(g.order)
	g.running.Wait()
	return g.err
}

// processors is how many workers are of use.
func processors() int { return runtime.GOMAXPROCS(0) }
