package bundle

import (
	"bytes"
	"io"
)

// trailer records the end of a tar stream. Package archive/tar accepts a stream without an end marker; other
// programs do not.
type trailer struct {
	io.Reader
	n    int64
	last []byte // the last bytes, at most one block
}

func (t *trailer) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.n += int64(n)
	t.last = append(t.last, p[max(0, n-tarBlock):n]...)
	if over := len(t.last) - tarBlock; over > 0 {
		t.last = append(t.last[:0], t.last[over:]...)
	}
	return n, err
}

// whole reports whether the stream consists of complete blocks and the last one contains only zeros.
func (t *trailer) whole() bool {
	return t.n%tarBlock == 0 && len(t.last) == tarBlock && len(bytes.Trim(t.last, "\x00")) == 0
}
