package secret

// Stream redacts a long text that is passed in pieces, with the same result as for the whole text: secrets split between
// pieces are found. It buffers a few KiB. It is not safe for concurrent use.
type Stream struct {
	redactor *Redactor
	buffer   []byte
	released int  // bytes at the start of buffer that were returned, but affect the next matches
	masked   bool // the last text returned is a mask
}

// Stream returns a Stream for a text.
func (r *Redactor) Stream() *Stream { return &Stream{redactor: r} }

// minRelease is the minimum number of bytes that Next returns, because each call searches the whole buffer.
const minRelease = 4 << 10

// Next adds the next piece and returns the redacted text that no further piece can change. The result is valid until the
// next call.
func (s *Stream) Next(piece []byte) []byte {
	s.buffer = append(s.buffer, piece...)
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	// A match depends on the text that follows it: another match, or a character.
	settledLength := len(s.buffer) - 2*s.redactor.maxMatch - utf8Max
	if s.redactor.maxMatch == 0 {
		settledLength = len(s.buffer)
	}
	if settledLength-s.released < minRelease && s.redactor.maxMatch > 0 {
		return nil
	}
	return s.release(settledLength)
}

const utf8Max = 4 // bytes of a character

// End returns the rest of the text and resets the Stream for another text.
func (s *Stream) End() []byte {
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	out := s.release(len(s.buffer))
	s.buffer, s.released, s.masked = s.buffer[:0], 0, false
	return out
}

// release returns the buffered text up to a position, redacted: every match that starts before it is known.
func (s *Stream) release(upTo int) []byte {
	var out []byte
	at := s.released
	for _, f := range s.redactor.find(s.buffer) {
		if f.start >= upTo {
			break
		}
		if f.end <= s.released {
			continue
		}
		out = append(out, s.buffer[at:max(f.start, at)]...)
		if f.start >= s.released || !s.masked {
			out = append(out, Mask...)
		}
		at = min(f.end, upTo)
		s.masked = at == upTo
	}
	if at < upTo {
		out = append(out, s.buffer[at:upTo]...)
		s.masked = false
	}
	s.discard(upTo)
	return out
}

// discard drops the bytes that no longer affect the next matches.
func (s *Stream) discard(upTo int) {
	keep := min(upTo, 2*s.redactor.maxMatch+maxEscapeLength)
	s.buffer = append(s.buffer[:0], s.buffer[upTo-keep:]...)
	s.released = keep
}
