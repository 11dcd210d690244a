package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// The archive is one gzip member. Write splits the stream into blocks, workers compress them concurrently,
// and one goroutine writes them in order. The dictionary of each block is the end of the previous block, so
// the result does not depend on the number of workers.
//
// Write compresses the first blocks itself, because workers do not pay off for a small tree.
const (
	blockSize    = 512 << 10
	dictionary   = 32 << 10
	maxWorkers   = 8
	deflateLevel = 5
)

// block is a part of the stream.
type block struct {
	data []byte // the dictionary, followed by the bytes of the block
	dict int    // length of the dictionary
	last bool
	out  bytes.Buffer
	err  error
	done chan struct{} // receives one element when out is complete
}

// gzipWriter compresses the written bytes. Either Close or abort must be called.
type gzipWriter struct {
	w       io.Writer
	workers int
	inline  int // number of blocks that Write still compresses itself
	crc     uint32
	size    uint32
	current *block     // block being filled
	own     compressor // compressor of Write, before the workers have started
	free    chan *block
	queue   chan *block // blocks for the workers
	order   chan *block // blocks for the writing goroutine, in order
	running sync.WaitGroup
	failed  chan struct{} // closed once err is set
	err     error         // first write error; owned by writeAll until running is done
}

// newGzipWriter returns a writer that starts its workers after inline blocks.
func newGzipWriter(w io.Writer, workers, inline int) *gzipWriter {
	workers = max(1, min(workers, maxWorkers))
	return &gzipWriter{w: w, workers: workers, inline: inline, current: newBlock()}
}

func newBlock() *block {
	b := &block{data: make([]byte, 0, dictionary+blockSize), done: make(chan struct{}, 1)}
	// Incompressible data becomes slightly longer. Grow would clear the whole buffer, of which text needs
	// only a fifth.
	b.out = *bytes.NewBuffer(make([]byte, 0, blockSize+4<<10))
	return b
}

// Write does not retain p. After an error, only abort may be called.
func (g *gzipWriter) Write(p []byte) (int, error) {
	g.crc = crc32.Update(g.crc, crc32.IEEETable, p)
	g.size += uint32(len(p))
	n := len(p)
	for len(p) > 0 {
		if len(g.current.data)-g.current.dict == blockSize {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		room := g.current.dict + blockSize - len(g.current.data)
		part := p[:min(room, len(p))]
		g.current.data = append(g.current.data, part...)
		p = p[len(part):]
	}
	return n, nil
}

// next passes the full block to the workers and gets an empty one.
func (g *gzipWriter) next() error {
	b := g.current
	if g.inline > 0 {
		g.inline--
		err := g.compressHere(b)
		b.follow(b.data)
		return err
	}
	if g.queue == nil {
		g.start()
	}
	select {
	case b = <-g.free:
	case <-g.failed:
		return errWriting
	}
	b.follow(g.current.data)
	g.send(g.current)
	g.current = b
	return nil
}

// follow resets b and sets its dictionary to the end of before, which may be the data of b.
func (b *block) follow(before []byte) {
	b.data = append(b.data[:0], before[len(before)-dictionary:]...)
	b.dict = dictionary
}

func (g *gzipWriter) compressHere(b *block) error {
	b.err = g.own.compress(b)
	return g.emit(b)
}

var errWriting = errors.New("the archive can no longer be written")

func (g *gzipWriter) send(b *block) {
	g.order <- b
	g.queue <- b
}

// start starts the workers. There are two blocks per worker, so that one can be filled while the other is
// compressed.
func (g *gzipWriter) start() {
	blocks := 2 * g.workers
	g.free = make(chan *block, blocks+1)
	g.queue, g.order = make(chan *block, blocks+1), make(chan *block, blocks+1)
	g.failed = make(chan struct{})
	for i := range g.workers {
		var c compressor
		if i == 0 {
			c = g.own
		}
		g.running.Go(func() { c.compressAll(g.queue) })
	}
	for range blocks {
		g.free <- newBlock()
	}
	g.running.Go(g.writeAll)
}

// compressAll is the loop of a worker.
func (c compressor) compressAll(queue <-chan *block) {
	for b := range queue {
		b.err = c.compress(b)
		b.done <- struct{}{}
	}
}

// writeAll writes the blocks in order. After an error it only recycles them.
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

// gzipHeader specifies no file name, time or operating system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// compressor reuses the deflate tables for several blocks.
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

// Close compresses the remaining data and writes the trailer. It does not close the underlying writer.
func (g *gzipWriter) Close() error {
	g.current.last = true
	if err := g.finish(g.current); err != nil {
		return err
	}
	trailer := binary.LittleEndian.AppendUint32(nil, g.crc)
	trailer = binary.LittleEndian.AppendUint32(trailer, g.size)
	_, err := g.w.Write(trailer)
	return err
}

func (g *gzipWriter) finish(last *block) error {
	if g.queue != nil {
		g.send(last)
		return g.stop()
	}
	return g.compressHere(last)
}

// abort stops the workers and returns the write error, if any. The output is incomplete.
func (g *gzipWriter) abort() error {
	if g.queue == nil {
		return nil
	}
	return g.stop()
}

// stop stops all goroutines, waits for them and returns the write error, if any.
func (g *gzipWriter) stop() error {
	close(g.queue)
	close(g.order)
	g.running.Wait()
	return g.err
}
