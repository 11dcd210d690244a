package job

import (
	"unicode/utf8"
)

// A cleaner removes from a line what may control a terminal or deceive a reader: control characters, all escape
// sequences except colors (SGR), and bidirectional controls. It replaces invalid UTF-8 with U+FFFD. A line may arrive in
// pieces; the result does not depend on where they are split, and memory use does not grow with the line.
//
//	text ── ESC ──► escape ── [ ──► control ── final byte ──► text
//	                   │                                        ▲
//	                   └─ ] P X ^ _ ──► str ── BEL, ST ─────────┘
type cleaner struct {
	state  cleanState
	rest   []byte // an incomplete character at the end of the last piece
	params []byte // of the control sequence
	broken bool   // the control sequence does not set a color
}

type cleanState int

const (
	inText      cleanState = iota
	inEscape               // after ESC
	inControl              // after ESC [
	inString               // in an operating system command or another string, which ends with BEL or ST
	inStringEsc            // in such a string, after ESC
)

// longestSGR is the maximum length of a color's parameters, in bytes.
const longestSGR = 48

const (
	esc = 0x1b
	bel = 0x07
	csi = 0x9b // ESC [ as one character
	st  = 0x9c // ESC \ as one character
)

// add appends the printable part of piece to dst.
func (c *cleaner) add(dst, piece []byte) []byte {
	if len(c.rest) > 0 {
		piece = append(c.rest, piece...)
		c.rest = nil
	}
	for len(piece) > 0 {
		if c.state == inText {
			n := printable(piece)
			dst, piece = append(dst, piece[:n]...), piece[n:]
			if len(piece) == 0 {
				break
			}
		}
		if !utf8.FullRune(piece) {
			c.rest = append([]byte(nil), piece...)
			break
		}
		r, size := utf8.DecodeRune(piece)
		dst, piece = c.character(dst, r), piece[size:]
	}
	return dst
}

// end appends what add held back and resets the cleaner: no sequence continues on the next line.
func (c *cleaner) end(dst []byte) []byte {
	for range c.rest {
		dst = c.character(dst, utf8.RuneError)
	}
	*c = cleaner{params: c.params[:0]}
	return dst
}

// printable counts the bytes at the start of b that are printable ASCII.
func printable(b []byte) int {
	for i, c := range b {
		if c < ' ' || c > '~' {
			return i
		}
	}
	return len(b)
}

func (c *cleaner) character(dst []byte, r rune) []byte {
	switch c.state {
	case inEscape:
		return c.afterEscape(dst, r)
	case inControl:
		return c.afterControl(dst, r)
	case inString, inStringEsc:
		return c.afterString(dst, r)
	default:
		return c.text(dst, r)
	}
}

func (c *cleaner) text(dst []byte, r rune) []byte {
	switch {
	case r == '\t':
		return append(dst, '\t')
	case r == esc:
		c.state = inEscape
	case r == csi:
		c.startControl()
	case r == 0x90 || r == 0x98 || r == 0x9d || r == 0x9e || r == 0x9f: // DCS, SOS, OSC, PM, APC
		c.state = inString
	case r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029: // other line breaks
		return append(dst, ' ')
	case r < ' ' || 0x7f <= r && r <= 0x9f || isBidiControl(r):
		// not shown
	default:
		return utf8.AppendRune(dst, r)
	}
	return dst
}

func isBidiControl(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

func (c *cleaner) startControl() {
	c.state, c.params, c.broken = inControl, c.params[:0], false
}

func (c *cleaner) afterEscape(dst []byte, r rune) []byte {
	switch {
	case r == '[':
		c.startControl()
	case r == ']' || r == 'P' || r == 'X' || r == '^' || r == '_':
		c.state = inString
	case r == esc || ' ' <= r && r <= '/': // the final byte follows
	case '0' <= r && r <= '~':
		c.state = inText
	default:
		c.state = inText
		return c.text(dst, r)
	}
	return dst
}

func (c *cleaner) afterControl(dst []byte, r rune) []byte {
	switch {
	case '0' <= r && r <= '9' || r == ';':
		if len(c.params) < longestSGR {
			c.params = append(c.params, byte(r))
		} else {
			c.broken = true
		}
	case ' ' <= r && r <= '?':
		c.broken = true
	case '@' <= r && r <= '~':
		c.state = inText
		if r == 'm' && !c.broken {
			dst = append(append(append(dst, esc, '['), c.params...), 'm')
		}
	default:
		c.state = inText
		return c.text(dst, r)
	}
	return dst
}

func (c *cleaner) afterString(dst []byte, r rune) []byte {
	switch {
	case c.state == inStringEsc && r != '\\':
		return c.afterEscapeInString(dst, r)
	case r == esc:
		c.state = inStringEsc
	case r == bel || r == st || c.state == inStringEsc:
		c.state = inText
	}
	return dst
}

// afterEscapeInString ends the string: ESC either completes the terminator or starts another sequence.
func (c *cleaner) afterEscapeInString(dst []byte, r rune) []byte {
	c.state = inEscape
	return c.afterEscape(dst, r)
}
