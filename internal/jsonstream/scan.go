package jsonstream

import (
	"context"
	"io"
)

// capture collects the bytes of a value while it is scanned.
type capture struct {
	on      bool
	from    int // start in the buffer
	limit   int
	bytes   []byte
	tooLong bool // the value has more than limit bytes
}

// add appends the bytes already read from the buffer, which is about to be refilled.
func (c *capture) add(read []byte) {
	if !c.on {
		return
	}
	piece := read[min(c.from, len(read)):]
	c.from = 0
	if c.tooLong = c.tooLong || len(c.bytes)+len(piece) > c.limit; c.tooLong {
		c.bytes = nil
		return
	}
	c.bytes = append(c.bytes, piece...)
}

// finish returns the captured value, or nil if it is too long.
func (c *capture) finish(read []byte) []byte {
	c.add(read)
	return c.bytes
}

// fill reads the next buffer from the source. It returns io.EOF at the end of the document.
func (r *Reader) fill() error {
	if r.err != nil {
		return r.err
	}
	r.capture.add(r.buffer[:r.end])
	r.at, r.end = 0, 0
	for r.end == 0 && r.err == nil {
		if r.ctx.Err() != nil {
			r.err = &SourceError{context.Cause(r.ctx)}
			break
		}
		n, err := r.source.Read(r.buffer)
		r.end, r.read = n, r.read+int64(n)
		switch {
		case r.limits.Bytes > 0 && r.read > r.limits.Bytes:
			r.end, r.err = 0, &LimitError{"is larger than " + size(r.limits.Bytes)}
		case err == io.EOF:
			r.err = err
		case err != nil:
			r.err = &SourceError{err}
		}
	}
	if r.end > 0 {
		return nil
	}
	return r.err
}

// peek returns the next byte without consuming it.
func (r *Reader) peek() (byte, error) {
	if r.at == r.end {
		if err := r.fill(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
	}
	return r.buffer[r.at], nil
}

func (r *Reader) next() (byte, error) {
	c, err := r.peek()
	if err == nil {
		r.at++
	}
	return c, err
}

// skipSpace skips white space and returns the byte after it without consuming it.
func (r *Reader) skipSpace() (byte, error) {
	for {
		c, err := r.peek()
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
		r.at++
	}
}

func (r *Reader) expect(want byte) error {
	c, err := r.skipSpace()
	if err != nil {
		return err
	}
	if c != want {
		return ErrSyntax
	}
	r.at++
	return nil
}

func (r *Reader) push(object bool) error {
	if r.depth == MaxDepth {
		return ErrTooDeep
	}
	word, bit := r.depth/64, uint64(1)<<(r.depth%64)
	r.objects[word] &^= bit
	if object {
		r.objects[word] |= bit
	}
	r.depth++
	return nil
}

// inObject reports whether the innermost container is an object.
func (r *Reader) inObject() bool {
	d := r.depth - 1
	return r.objects[d/64]&(1<<(d%64)) != 0
}

// Skip reads a value of any kind and discards it. It does not recurse.
func (r *Reader) Skip() error {
	r.values++
	for outer := r.depth; ; {
		opened, err := r.beginValue()
		if err != nil {
			return err
		}
		if opened {
			continue
		}
		for {
			if r.depth == outer {
				return nil
			}
			more, err := r.separator()
			if err != nil {
				return err
			}
			if more {
				break
			}
		}
	}
}

// beginValue reads a scalar, an empty container, or the start of a non-empty container up to its first value. It
// reports opened for the last case only.
func (r *Reader) beginValue() (opened bool, err error) {
	c, err := r.skipSpace()
	if err != nil {
		return false, err
	}
	switch {
	case c == '{' || c == '[':
		return r.open(c)
	case c == '"':
		return false, r.skipText()
	case c == '-' || '0' <= c && c <= '9':
		return false, r.number()
	case c == 't':
		return false, r.word("true")
	case c == 'f':
		return false, r.word("false")
	case c == 'n':
		return false, r.word("null")
	}
	return false, ErrSyntax
}

func (r *Reader) open(c byte) (opened bool, err error) {
	r.at++
	if err := r.push(c == '{'); err != nil {
		return false, err
	}
	first, err := r.skipSpace()
	if err != nil {
		return false, err
	}
	if first == c+2 { // the closing bracket of both kinds
		r.at++
		r.depth--
		return false, nil
	}
	return true, r.key()
}

// key reads a member's name if the innermost container is an object.
func (r *Reader) key() error {
	if !r.inObject() {
		return nil
	}
	if c, err := r.skipSpace(); err != nil || c != '"' {
		return syntaxErrorIfNil(err)
	}
	if err := r.skipText(); err != nil {
		return err
	}
	return r.expect(':')
}

// separator reads the text after a value in a container: the end of the container, or a comma and a member's name.
func (r *Reader) separator() (more bool, err error) {
	c, err := r.skipSpace()
	if err != nil {
		return false, err
	}
	r.at++
	switch {
	case c == ',':
		return true, r.key()
	case c == '}' && r.inObject(), c == ']' && !r.inObject():
		r.depth--
		return false, nil
	}
	return false, ErrSyntax
}

// syntaxErrorIfNil returns err, or ErrSyntax if err is nil.
func syntaxErrorIfNil(err error) error {
	if err == nil {
		err = ErrSyntax
	}
	return err
}

func (r *Reader) word(w string) error {
	for i := range len(w) {
		if c, err := r.next(); err != nil || c != w[i] {
			return syntaxErrorIfNil(err)
		}
	}
	return nil
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?.
func (r *Reader) number() error {
	if r.nextIs("-") {
		r.at++
	}
	if r.nextIs("0") {
		r.at++
	} else if err := r.digits(); err != nil {
		return err
	}
	if r.nextIs(".") {
		r.at++
		if err := r.digits(); err != nil {
			return err
		}
	}
	if !r.nextIs("eE") {
		return nil
	}
	r.at++
	if r.nextIs("+-") {
		r.at++
	}
	return r.digits()
}

// nextIs reports whether the next byte is one of the given bytes.
func (r *Reader) nextIs(these string) bool {
	c, err := r.peek()
	if err != nil {
		return false
	}
	for i := range len(these) {
		if these[i] == c {
			return true
		}
	}
	return false
}

func (r *Reader) digits() error {
	for n := 0; ; n++ {
		c, err := r.peek()
		switch {
		case err == nil && '0' <= c && c <= '9':
			r.at++
		case n == 0:
			return syntaxErrorIfNil(err)
		default:
			return nil
		}
	}
}
