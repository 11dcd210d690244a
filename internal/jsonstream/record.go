package jsonstream

import (
	"encoding/json"
	"io"
)

// More reports whether another value follows: a source may hold several
// documents, one behind the other.
func (r *Reader) More() (bool, error) {
	switch _, err := r.space(); err {
	case nil:
		return true, nil
	case io.ErrUnexpectedEOF:
		return false, nil
	default:
		return false, err
	}
}

// Record runs read, which reads one value, and returns that value as it stands in
// the document too; nil for one that is longer than most bytes. Within read there
// must be no call of Raw or Record.
func (r *Reader) Record(most int, read func() error) (json.RawMessage, error) {
	if _, err := r.space(); err != nil {
		return nil, err
	}
	r.capture = capture{on: true, from: r.at, most: most}
	err := read()
	raw := r.capture.finish(r.buffer[:r.at])
	r.capture = capture{}
	return raw, err
}
