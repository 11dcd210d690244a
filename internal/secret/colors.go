package secret

import (
	"bytes"
	"slices"
)

const (
	esc = 0x1b
	// maxColorLength is the maximum length of a color sequence in bytes. A longer one is text.
	maxColorLength = 64
	// maxPendingColors is the maximum number of color sequences that a Stream holds. It drops further ones, so that its memory
	// is bounded for a text that consists of colors.
	maxPendingColors = 8 << 10
)

// Colored is like Bytes for a text with color sequences (SGR). A secret with colors inside is found; the colors follow
// its mask.
func (r *Redactor) Colored(b []byte) []byte {
	if bytes.IndexByte(b, esc) < 0 {
		return r.Bytes(b)
	}
	s := &Stream{redactor: r, colored: true}
	colored := r.Bytes(append(slices.Clip(s.Next(b)), s.End()...))
	// The masks may complete a secret, see Redactor.redacted, or a secret may be truncated.
	plain := withoutColors(colored)
	if again := r.Bytes(plain); !bytes.Equal(again, plain) {
		return again
	}
	return colored
}

// ColoredStream returns a Stream for a text with color sequences. It finds secrets with colors inside, like
// [Redactor.Colored], and secrets that contain a color sequence themselves.
func (r *Redactor) ColoredStream() *Stream {
	return &Stream{redactor: r, colored: true, bytes: r.Stream()}
}

func withoutColors(b []byte) []byte {
	s := Stream{colored: true}
	s.add(b)
	s.endColor()
	return s.buffer
}

// A colorMark is a color sequence and its position in a Stream's buffer.
type colorMark struct {
	at       int
	sequence string
}

// add appends a piece to the buffer without its color sequences, and these to the marks.
func (s *Stream) add(piece []byte) {
	for s.colored && len(piece) > 0 {
		if len(s.color) > 0 {
			s.addToColor(piece[0])
			piece = piece[1:]
			continue
		}
		at := bytes.IndexByte(piece, esc)
		if at < 0 {
			break
		}
		s.buffer = append(s.buffer, piece[:at]...)
		s.color, piece = append(s.color, esc), piece[at+1:]
	}
	s.buffer = append(s.buffer, piece...)
}

// addToColor adds a byte to what may be a color sequence.
func (s *Stream) addToColor(c byte) {
	if c == esc {
		s.endColor()
	}
	s.color = append(s.color, c)
	switch n := len(s.color); {
	case n == 1, n == 2 && c == '[', n > 2 && n < maxColorLength && ('0' <= c && c <= '9' || c == ';' || c == ':'):
	case n > 2 && c == 'm':
		if len(s.marks) < maxPendingColors {
			s.marks = append(s.marks, colorMark{len(s.buffer), string(s.color)})
		}
		s.color = s.color[:0]
	default:
		s.endColor()
	}
}

// endColor treats what was read of a color sequence as text.
func (s *Stream) endColor() {
	s.buffer = append(s.buffer, s.color...)
	s.color = s.color[:0]
}

// appendText appends a part of the buffer and the remaining marks up to a position.
func (s *Stream) appendText(out []byte, start, end, marksUpTo int) []byte {
	for len(s.marks) > 0 && s.marks[0].at <= marksUpTo {
		mark := s.marks[0]
		if s.marks = s.marks[1:]; mark.at > start {
			out, start = append(out, s.buffer[start:mark.at]...), mark.at
		}
		out = append(out, mark.sequence...)
	}
	return append(out, s.buffer[start:end]...)
}
