package secret

import "slices"

// Stream redacts a long text that is passed in pieces, with the same result as for the whole text: secrets split between
// pieces are found. It buffers a few KiB. It is not safe for concurrent use.
type Stream struct {
	redactor *Redactor
	buffer   []byte
	released int  // bytes at the start of buffer that were returned, but affect the next matches
	masked   bool // the last text returned is a mask

	colored bool        // see ColoredStream
	color   []byte      // the beginning of a color sequence
	marks   []colorMark // not returned yet
	bytes   *Stream     // redacts the result again, with its colors; nil if not needed
}

// Stream returns a Stream for a text.
func (r *Redactor) Stream() *Stream { return &Stream{redactor: r} }

// minRelease is the minimum number of bytes that Next returns, because each call searches the whole buffer.
const minRelease = 4 << 10

// Next adds the next piece and returns the redacted text that no further piece can change. The result is valid until the
// next call.
func (s *Stream) Next(piece []byte) []byte {
	out := s.next(piece)
	if s.bytes != nil && len(out) > 0 {
		return s.bytes.Next(out)
	}
	return out
}

func (s *Stream) next(piece []byte) []byte {
	s.add(piece)
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
	out := s.end()
	if s.bytes != nil {
		out = append(slices.Clip(s.bytes.Next(out)), s.bytes.End()...)
	}
	return out
}

func (s *Stream) end() []byte {
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	s.endColor()
	out := s.release(len(s.buffer))
	for _, mark := range s.marks {
		out = append(out, mark.sequence...)
	}
	s.buffer, s.marks, s.released, s.masked = s.buffer[:0], nil, 0, false
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
		out = s.appendText(out, at, max(f.start, at), f.start)
		if f.start >= s.released || !s.masked {
			out = append(out, Mask...)
		}
		at = min(f.end, upTo)
		s.masked = at == upTo
	}
	if at < upTo {
		out = s.appendText(out, at, upTo, upTo-1)
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
	for i := range s.marks {
		s.marks[i].at -= upTo - keep
	}
}
