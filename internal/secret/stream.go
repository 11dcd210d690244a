package secret

// Stream redacts one long text that comes in pieces, as if it were whole: a secret that is cut between two pieces is
// found. It holds back a few KiB of each piece. It is not safe for concurrent use.
type Stream struct {
	redactor *Redactor
	held     []byte
	given    int  // bytes at the start of held that were given out, and decide what counts in the next ones
	masked   bool // what was given out last is a mask
}

// Stream starts a text.
func (r *Redactor) Stream() *Stream { return &Stream{redactor: r} }

// worthwhile is how many bytes there must be to give out: all that is held is searched each time.
const worthwhile = 4 << 10

// Next takes the next piece and returns what is certain by now. The result is valid until the next call.
func (s *Stream) Next(piece []byte) []byte {
	s.held = append(s.held, piece...)
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	// What counts at one place is decided by what a match there may have behind it: another one, or a character.
	certain := len(s.held) - 2*s.redactor.longest - utf8Max
	if s.redactor.longest == 0 {
		certain = len(s.held)
	}
	if certain-s.given < worthwhile && s.redactor.longest > 0 {
		return nil
	}
	return s.release(certain)
}

const utf8Max = 4 // bytes of a character

// End returns what is left, and makes the Stream ready for another text.
func (s *Stream) End() []byte {
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	out := s.release(len(s.held))
	s.held, s.given, s.masked = s.held[:0], 0, false
	return out
}

// release gives out what is held up to a place: every match that starts before it is known.
func (s *Stream) release(upTo int) []byte {
	if upTo <= s.given {
		return nil
	}
	var out []byte
	at := s.given
	for _, f := range s.redactor.find(s.held) {
		if f.start >= upTo {
			break
		}
		if f.end <= s.given {
			continue
		}
		out = append(out, s.held[at:max(f.start, at)]...)
		if f.start >= s.given || !s.masked {
			out = append(out, Mask...)
		}
		at = min(f.end, upTo)
		s.masked = at == upTo
	}
	if at < upTo {
		out = append(out, s.held[at:upTo]...)
		s.masked = false
	}
	s.forget(upTo)
	return out
}

// forget drops what decides nothing any more.
func (s *Stream) forget(upTo int) {
	keep := min(upTo, 2*s.redactor.longest+longestEscape)
	s.held = append(s.held[:0], s.held[upTo-keep:]...)
	s.given = keep
}
