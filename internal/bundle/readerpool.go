package bundle

import (
	"context"
	"sync"
)

const maxReaders = 4

// readerPool reads batches in several goroutines ahead of its only user. The user sends batches and receives them in the
// same order. The batches are reused.
type readerPool[B batch] struct {
	ring    []*slot[B]
	first   int           // index of the oldest slot in use
	used    int           // number of slots in use
	queue   chan *slot[B] // for the readers
	stop    context.CancelFunc
	running sync.WaitGroup
}

// batch is a number of files or directories that one reader reads.
type batch interface {
	// read replaces the results of the batch. After ctx has ended, it leaves the rest to the user.
	read(ctx context.Context)
}

type slot[B batch] struct {
	batch B
	ready chan struct{} // receives one element when batch is complete
}

// newReaderPool starts the readers. Only close stops them.
func newReaderPool[B batch](ctx context.Context, readers int, newBatch func() B) *readerPool[B] {
	readers = min(readers, maxReaders)
	p := &readerPool[B]{ring: make([]*slot[B], 2*readers+1)}
	p.queue = make(chan *slot[B], len(p.ring))
	for i := range p.ring {
		p.ring[i] = &slot[B]{newBatch(), make(chan struct{}, 1)}
	}
	ctx, p.stop = context.WithCancel(ctx)
	for range readers {
		p.running.Go(func() {
			for s := range p.queue {
				s.batch.read(ctx)
				s.ready <- struct{}{}
			}
		})
	}
	return p
}

// full reports whether all batches are in use.
func (p *readerPool[B]) full() bool { return p.used == len(p.ring) }

// send calls fill with an unused batch and sends it to the readers. The pool must not be full.
func (p *readerPool[B]) send(fill func(B)) {
	s := p.ring[(p.first+p.used)%len(p.ring)]
	fill(s.batch)
	p.used++
	p.queue <- s
}

// receive waits for the oldest batch that was sent. It is valid until release.
func (p *readerPool[B]) receive() B {
	s := p.ring[p.first]
	<-s.ready
	return s.batch
}

// release makes the batch of receive available to send.
func (p *readerPool[B]) release() { p.first, p.used = (p.first+1)%len(p.ring), p.used-1 }

// close stops the readers.
func (p *readerPool[B]) close() {
	p.stop()
	close(p.queue)
	p.running.Wait()
}
