package bundle

import (
	"bytes"
	"errors"
	"sync"
)

const maxWorkers = 8

// blockPool compresses blocks concurrently. Of each compressed block, in order, one goroutine computes the digest and
// another one stores it, because both are most of the work for incompressible data. Either finish or stop must be called.
type blockPool struct {
	out     output
	current *block // block being filled
	free    chan *block
	queue   chan *block // blocks for the workers
	order   chan *block // blocks for the digest, in order
	stored  chan *block // blocks to be stored, in order
	running sync.WaitGroup
	failed  chan struct{} // closed once err is set
	err     error         // first error; owned by storeAll until running is done
}

// block is a part of the stream.
type block struct {
	data []byte // the dictionary, followed by the bytes of the block
	dict int    // length of the dictionary
	last bool
	out  bytes.Buffer
	err  error
	done chan struct{} // receives one element when out is complete
}

// newBlocks returns n blocks. They share one allocation, for which the kernel can use huge pages.
func newBlocks(n int) []*block {
	const (
		data = dictionary + blockSize
		out  = blockSize + 4<<10 // incompressible data becomes slightly longer
	)
	memory := make([]byte, n*(data+out))
	adviseHugePages(memory)
	take := func(size int) []byte {
		part := memory[:0:size]
		memory = memory[size:]
		return part
	}
	blocks := make([]*block, n)
	for i := range blocks {
		blocks[i] = &block{data: take(data), out: *bytes.NewBuffer(take(out)), done: make(chan struct{}, 1)}
	}
	return blocks
}

// newBlockPool starts the workers; first is the compressor of one of them. Besides the block that is filled there are two more
// than workers, so that one can wait for a worker while another is digested or stored. before is the end of the previous
// block, or nil for the first block.
func newBlockPool(out output, workers int, first compressor, before []byte) *blockPool {
	workers = max(1, min(workers, maxWorkers))
	n := workers + 2
	channel := func() chan *block { return make(chan *block, n+1) }
	blocks := newBlocks(n + 1)
	p := &blockPool{out: out, current: blocks[n], free: channel(), queue: channel(), order: channel(), stored: channel(), failed: make(chan struct{})}
	p.current.follow(before)
	for _, b := range blocks[:n] {
		p.free <- b
	}
	p.running.Go(func() { first.compressAll(p.queue) })
	for range workers - 1 {
		p.running.Go(func() { compressor{}.compressAll(p.queue) })
	}
	p.running.Go(p.digestAll)
	p.running.Go(p.storeAll)
	return p
}

// follow resets b and sets its dictionary to the end of before.
func (b *block) follow(before []byte) {
	b.data = append(b.data[:0], before[max(len(before)-dictionary, 0):]...)
	b.dict = len(b.data)
}

// add appends a part to the current block. Nothing is copied if part is its rest.
func (p *blockPool) add(part []byte) { p.current.data = append(p.current.data, part...) }

// rest returns the next n bytes of the current block. After they were set, add must be called with them.
func (p *blockPool) rest(n int) []byte {
	at := len(p.current.data)
	return p.current.data[at : at+n]
}

var errWriting = errors.New("the archive can no longer be written")

// next passes the current block to the workers and gets an empty one.
func (p *blockPool) next() error {
	select {
	case b := <-p.free:
		b.follow(p.current.data)
		p.send(p.current)
		p.current = b
		return nil
	case <-p.failed:
		return errWriting
	}
}

func (p *blockPool) send(b *block) {
	p.order <- b
	p.queue <- b
}

// compressAll is the loop of a worker.
func (c compressor) compressAll(queue <-chan *block) {
	for b := range queue {
		b.err = c.compress(b)
		b.done <- struct{}{}
	}
}

func (c *compressor) compress(b *block) error {
	b.out.Reset()
	if b.dict == 0 {
		b.out.Write(gzipHeader)
	}
	c.reset(&b.out, b.data[:b.dict])
	if _, err := c.Write(b.data[b.dict:]); err != nil {
		return err
	}
	if b.last {
		return c.Close()
	}
	return c.Flush()
}

func (p *blockPool) digestAll() {
	for b := range p.order {
		<-b.done
		p.out.digest.Write(b.out.Bytes())
		p.stored <- b
	}
	close(p.stored)
}

// storeAll stores the blocks. After an error it only recycles them.
func (p *blockPool) storeAll() {
	for b := range p.stored {
		if p.err == nil {
			if p.err = p.store(b); p.err != nil {
				close(p.failed)
			}
		}
		p.free <- b
	}
}

func (p *blockPool) store(b *block) error {
	if b.err != nil {
		return b.err
	}
	_, err := p.out.store.Write(b.out.Bytes())
	return err
}

// finish compresses the last block and stops.
func (p *blockPool) finish() error {
	p.current.last = true
	p.send(p.current)
	return p.stop()
}

// stop stops all goroutines, waits for them and returns the write error, if any.
func (p *blockPool) stop() error {
	close(p.queue)
	close(p.order)
	p.running.Wait()
	return p.err
}
