package bundle

import (
	"bytes"
	"io"
)

// trailer remembers how a tar stream ends. The standard library's reader takes
// the end of the input for the end of the archive; other unpackers do not.
type trailer struct {
	io.Reader
	n    int64
	last []byte // the last bytes, at most a block of them
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

// whole reports whether the stream is made of blocks and ends with one of zeros.
func (t *trailer) whole() bool {
	return t.n%tarBlock == 0 && len(t.last) == tarBlock && len(bytes.Trim(t.last, "\x00")) == 0
}
