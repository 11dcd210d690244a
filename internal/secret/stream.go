package secret

// Stream redacts one long text that comes in pieces, as if it were whole: a secret that is cut between two pieces is
// found. It holds back a few bytes of each piece, at most as many as the longest short secret's longest form.
// It is not safe for concurrent use.
type Stream struct {
	redactor *Redactor
	held     []byte
	// hidden is how many bytes at the start of held belong to a secret whose mask was given out already, or -1 if
	// what was given out last is no mask.
	hidden int
}

// Stream starts a text.
func (r *Redactor) Stream() *Stream { return &Stream{redactor: r, hidden: -1} }

// Next takes the next piece and returns what is certain by now. The result is valid until the next call.
func (s *Stream) Next(piece []byte) []byte {
	s.held = append(s.held, piece...)
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	return s.release(len(s.held) - max(0, s.redactor.longest-1))
}

// End returns what is left, and makes the Stream ready for another text.
func (s *Stream) End() []byte {
	s.redactor.mu.RLock()
	defer s.redactor.mu.RUnlock()
	out := s.release(len(s.held))
	s.hidden = -1
	return out
}

// release gives out the first n bytes that are held: every match that starts in them is known.
func (s *Stream) release(n int) []byte {
	if n <= 0 {
		return nil
	}
	var out []byte
	last, hidden := 0, -1
	for _, f := range s.spans() {
		if f.start >= n {
			break
		}
		out = append(out, s.held[last:f.start]...)
		if f.start > 0 || s.hidden < 0 {
			out = append(out, Mask...)
		}
		last = min(f.end, n)
		if f.end >= n {
			hidden = f.end - n
		}
	}
	out = append(out, s.held[last:n]...)
	s.held = append(s.held[:0], s.held[n:]...)
	s.hidden = hidden
	return out
}

// spans returns what is to be hidden in held, starting with what belongs to a mask already given out.
func (s *Stream) spans() []span {
	found := s.redactor.find(s.held)
	if s.hidden < 0 {
		return found
	}
	end := s.hidden
	for len(found) > 0 && found[0].start <= end {
		end = max(end, found[0].end)
		found = found[1:]
	}
	return append([]span{{0, end}}, found...)
}
