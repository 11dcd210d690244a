// Package jsonstream parses JSON from an untrusted source in one pass, with bounded memory, and stops when a context
// ends.
//
// The caller walks through the document and reads the members that it needs; all other members are checked for valid
// syntax and skipped. The time is proportional to the length of the document and the memory to the size of the values
// read, regardless of the content: millions of elements, deep nesting, or an endless string.
package jsonstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxDepth is the maximum nesting of objects and arrays.
const MaxDepth = 512

const (
	bufferSize = 32 << 10 // the context is checked once for each buffer
	maxName    = 512      // bytes of a member's name; longer names are truncated
)

// ErrSyntax reports that the document is not JSON, or not of the expected form.
var ErrSyntax = errors.New("the JSON is not well-formed")

// ErrTooDeep is an ErrSyntax for a document that is nested more than MaxDepth levels.
var ErrTooDeep = fmt.Errorf("%w: it is nested too deeply", ErrSyntax)

// LimitError reports that a document exceeds one of the Limits.
type LimitError struct{ Limit string }

func (e *LimitError) Error() string { return "the JSON " + e.Limit }

// SourceError is an error of the source, or the cause of the context's end.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return e.Err.Error() }

// Unwrap returns the source's own error.
func (e *SourceError) Unwrap() error { return e.Err }

// Limits restricts the resources used for a document. Zero means no limit.
type Limits struct {
	Bytes int64 // length of the document
	Kept  int64 // bytes that Text and Raw return, and that Keep counts
}

// Reader reads one document. It is not safe for concurrent use.
type Reader struct {
	ctx    context.Context
	source io.Reader
	limits Limits

	buffer  []byte
	at, end int // buffer[at:end] has not been read yet
	read    int64
	kept    int64
	values  int64 // number of values that were started
	depth   int
	objects [MaxDepth / 64]uint64 // bit d: the container at depth d is an object
	capture capture
	scratch [4]byte
	err     error // of the source; io.EOF at the end of the document
}

// New returns a Reader for the document from source. A byte order mark is skipped.
func New(ctx context.Context, source io.Reader, limits Limits) *Reader {
	r := &Reader{ctx: ctx, source: source, limits: limits, buffer: make([]byte, bufferSize)}
	r.skipByteOrderMark()
	return r
}

func (r *Reader) skipByteOrderMark() {
	for i, c := range []byte("\xef\xbb\xbf") {
		next, err := r.peek()
		switch {
		case err == nil && next == c:
			r.at++
		case i > 0: // an incomplete mark is not JSON
			r.at, r.end, r.err = 0, 0, ErrSyntax
			return
		default:
			return
		}
	}
}

// BytesRead returns the number of bytes read from the source.
func (r *Reader) BytesRead() int64 { return r.read }

// Peek returns the first byte of the next value without reading it: one of { [ " - t f n or a digit.
func (r *Reader) Peek() (byte, error) { return r.skipSpace() }

// Object reads an object and calls each for every member. If each does not read the member's value, it is skipped.
func (r *Reader) Object(each func(name string) error) error {
	return r.container('{', '}', func() error {
		name, err := r.text(maxName)
		if err != nil {
			return err
		}
		if err := r.expect(':'); err != nil {
			return err
		}
		before := r.values
		if err := each(name); err != nil || r.values != before {
			return err
		}
		return r.Skip()
	})
}

// Array reads an array and calls each for every element. If each does not read the element, it is skipped.
func (r *Reader) Array(each func() error) error {
	return r.container('[', ']', func() error {
		before := r.values
		if err := each(); err != nil || r.values != before {
			return err
		}
		return r.Skip()
	})
}

func (r *Reader) container(open, end byte, each func() error) error {
	r.values++
	if err := r.expect(open); err != nil {
		return err
	}
	if err := r.push(open == '{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		c, err := r.skipSpace()
		switch {
		case err != nil:
			return err
		case c == end:
			r.at++
			r.depth--
			return nil
		case !first && c != ',':
			return ErrSyntax
		case !first:
			r.at++
			if c, err = r.skipSpace(); err == nil && c == end {
				return ErrSyntax
			}
		}
		if err == nil {
			err = each()
		}
		if err != nil {
			return err
		}
	}
}

// Text reads a string of at most limit bytes. A longer string is truncated at a character boundary. ok is false for a
// value that is not a string; the value is skipped.
func (r *Reader) Text(limit int) (text string, ok bool, err error) {
	c, err := r.skipSpace()
	if err != nil {
		return "", false, err
	}
	if c != '"' {
		return "", false, r.Skip()
	}
	r.values++
	text, err = r.text(limit)
	if err != nil {
		return "", false, err
	}
	return text, true, r.Keep(len(text))
}

// Raw reads any value without decoding it. It returns nil for a value longer than limit bytes.
func (r *Reader) Raw(limit int) (json.RawMessage, error) {
	if _, err := r.skipSpace(); err != nil {
		return nil, err
	}
	r.capture = capture{on: true, from: r.at, limit: limit}
	err := r.Skip()
	raw := r.capture.finish(r.buffer[:r.at])
	r.capture = capture{}
	if err == nil {
		err = r.Keep(len(raw))
	}
	return raw, err
}

// Keep counts n bytes that the caller keeps in addition to what Text and Raw return.
func (r *Reader) Keep(n int) error {
	r.kept += int64(n)
	if r.limits.Kept > 0 && r.kept > r.limits.Kept {
		return &LimitError{"needs more than " + size(r.limits.Kept) + " of memory"}
	}
	return nil
}

// End returns an error if anything but white space follows the last value.
func (r *Reader) End() error {
	_, err := r.skipSpace()
	switch {
	case err == nil:
		return ErrSyntax
	case err == io.ErrUnexpectedEOF:
		return nil
	}
	return err
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
