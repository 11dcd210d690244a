package bundle

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/flate"
)

// compressor reuses the deflate tables for several blocks.
type compressor struct{ *flate.Writer }

// reset starts a block.
func (c *compressor) reset(w io.Writer, dict []byte) {
	if c.Writer == nil {
		c.Writer, _ = flate.NewWriterDict(w, deflateLevel, dict) // the only error is an invalid level
		return
	}
	c.ResetDict(w, dict)
}

// inlined compresses blocks while they are written. Unlike the workers, it needs no memory for a complete block.
type inlined struct {
	compressor
	out  *bufio.Writer
	tail []byte // end of the current block: the dictionary of the next one
}

func newInlined(out io.Writer) *inlined {
	i := &inlined{out: bufio.NewWriterSize(out, dictionary), tail: make([]byte, 0, dictionary)}
	i.out.Write(gzipHeader) // fits into the buffer
	i.reset(i.out, nil)
	return i
}

// add appends a part at an offset of the block.
func (i *inlined) add(part []byte, offset int) error {
	if before := blockSize - dictionary - offset; before < len(part) {
		i.tail = append(i.tail, part[max(before, 0):]...)
	}
	_, err := i.compressor.Write(part)
	return err
}

// end ends a block that is not the last one.
func (i *inlined) end() error {
	if err := i.Flush(); err != nil {
		return err
	}
	return i.out.Flush()
}

// next starts the block after the one that has ended.
func (i *inlined) next() {
	i.reset(i.out, i.tail)
	i.tail = i.tail[:0]
}

// finish ends the last block.
func (i *inlined) finish() error {
	if err := i.Close(); err != nil {
		return err
	}
	return i.out.Flush()
}
