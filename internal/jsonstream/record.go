package jsonstream

import (
	"encoding/json"
	"io"
)

// More reports whether another value follows: a source may contain several documents in sequence.
func (r *Reader) More() (bool, error) {
	switch _, err := r.skipSpace(); err {
	case nil:
		return true, nil
	case io.ErrUnexpectedEOF:
		return false, nil
	default:
		return false, err
	}
}

// Record calls read, which must read one value, and returns that value undecoded, or nil if it is longer than limit
// bytes. read must not call Raw or Record.
func (r *Reader) Record(limit int, read func() error) (json.RawMessage, error) {
	if _, err := r.skipSpace(); err != nil {
		return nil, err
	}
	r.capture = capture{on: true, from: r.at, limit: limit}
	err := read()
	raw := r.capture.finish(r.buffer[:r.at])
	r.capture = capture{}
	return raw, err
}
