package scalr

import (
	"errors"
	"io"
	"sync"
)

// sending is the body of one attempt at an upload. A transport may still read the body after it has returned the
// response, so the attempt is ended explicitly: afterwards the data is not read and no progress is reported.
type sending struct {
	upload Upload
	watch  *watch

	mu    sync.Mutex
	ended bool
}

var errEnded = errors.New("the attempt is over")

// body returns the data from its start. The transport requests another body if its connection was closed before it
// could send.
func (s *sending) body() (io.ReadCloser, error) {
	return &sendingBody{of: s, data: io.NewSectionReader(s.upload.Data, 0, s.upload.Size)}, nil
}

// end waits for a read in progress and refuses further ones.
func (s *sending) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

type sendingBody struct {
	of     *sending
	data   *io.SectionReader
	sent   int64
	closed bool
}

func (b *sendingBody) Read(p []byte) (int, error) {
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	if b.closed || b.of.ended {
		return 0, errEnded
	}
	b.of.watch.alive()
	n, err := b.data.Read(p)
	if b.sent += int64(n); n > 0 && b.of.upload.Sent != nil {
		b.of.upload.Sent(b.sent)
	}
	return n, err
}

func (b *sendingBody) Close() error {
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	b.closed = true
	return nil
}
