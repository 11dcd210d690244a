package secret

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrNotJSON reports that the text written to a [JSON] is not JSON, or is nested too deeply.
var ErrNotJSON = errors.New("it is not JSON")

// JSON redacts a sequence of JSON documents that are written to it in pieces. Strings and names are compared unescaped,
// and numbers as a whole; a secret number becomes a string. The result is JSON of the same structure: if redaction makes
// names of one object equal, they get a number as a suffix, and bytes that are not UTF-8 become U+FFFD. Everything else,
// including white space, is unchanged.
//
// Its memory does not grow with the documents, unless thousands of names in them are secret. It is not safe for
// concurrent use.
type JSON struct {
	redactor *Redactor
	to       io.Writer
	out      []byte // not written yet
	err      error

	expects expectation
	nested  []container

	tracked, untracked int // how many names of all containers are remembered, and how many are not

	token   []byte // the current text, number or word, as far as it was read
	escaped bool   // the next character belongs to an escape
	isName  bool   // the current text is a name
	long    *longText
	mark    int // number of bytes read of the byte order mark
	values  bool
}

// JSON returns a writer that redacts JSON documents and writes them to w. Errors of w are ignored.
func (r *Redactor) JSON(w io.Writer) *JSON { return &JSON{redactor: r, to: w} }

// expectation is the set of tokens that are valid next.
type expectation uint8

const (
	document   expectation = iota // a value, or the end
	value                         // a value
	valueOrEnd                    // a value, or the end of an empty list
	name                          // a name
	nameOrEnd                     // a name, or the end of an empty object
	colon
	commaOrEnd
	text // the rest of a text, up to its quotation mark
	numeral
	word
)

type container struct {
	object bool
	names  names
}

const (
	maxJSONDepth  = 10_000
	maxTokenSize  = 64 << 10 // bytes of a text that is held in memory as a whole
	maxNumberSize = 4 << 10  // bytes of a number
	flushSize     = 32 << 10
)

const byteOrderMark = "\xef\xbb\xbf"

// Write redacts the next piece. It never fails.
func (j *JSON) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && j.err == nil {
		p = p[j.next(p):]
		if len(j.out) >= flushSize {
			j.flush()
		}
	}
	j.flush()
	return n, nil
}

// End ends the documents. It returns ErrNotJSON if they are not JSON; the output is then unusable.
func (j *JSON) End() error {
	if j.expects == numeral || j.expects == word {
		j.endToken()
	}
	if len(j.nested) > 0 || j.expects != document || !j.values {
		j.fail()
	}
	j.flush()
	return j.err
}

func (j *JSON) flush() {
	if j.err == nil && len(j.out) > 0 {
		_, _ = j.to.Write(j.out)
	}
	j.out = j.out[:0]
}

func (j *JSON) fail() { j.err = ErrNotJSON }

// next reads as much as it can of p, at least one byte or the end of a token.
func (j *JSON) next(p []byte) int {
	c := p[0]
	switch {
	case j.expects == text:
		return j.readText(p)
	case j.expects == numeral || j.expects == word:
		if n := len(p) - len(bytes.TrimLeft(p, tokenCharacters)); n > 0 {
			return j.readToken(p[:n])
		}
		j.endToken()
		return 0
	case !j.values && j.mark < len(byteOrderMark) && c == byteOrderMark[j.mark]:
		j.mark++
		return 1
	case 0 < j.mark && j.mark < len(byteOrderMark):
		j.fail()
	case c == ' ' || c == '\n' || c == '\r' || c == '\t':
		n := len(p) - len(bytes.TrimLeft(p, " \n\r\t"))
		j.out = append(j.out, p[:n]...)
		return n
	default:
		j.begin(c)
	}
	return 1
}

// begin reads the first byte of the next token.
func (j *JSON) begin(c byte) {
	switch {
	case j.expects == colon:
		j.punctuation(c == ':', c, value)
	case c == ',' && j.expects == commaOrEnd:
		j.punctuation(true, c, map[bool]expectation{true: name, false: value}[j.nested[len(j.nested)-1].object])
	case c == '}' || c == ']':
		j.close(c)
	case j.expects == commaOrEnd:
		j.fail()
	case j.expects == name || j.expects == nameOrEnd:
		j.isName = true
		j.punctuation(c == '"', 0, text)
	default:
		j.beginValue(c)
	}
}

// punctuation writes the byte c unless it is 0, and sets what is expected next.
func (j *JSON) punctuation(ok bool, c byte, next expectation) {
	if !ok {
		j.fail()
		return
	}
	if c != 0 {
		j.out = append(j.out, c)
	}
	j.expects = next
}

func (j *JSON) beginValue(c byte) {
	j.values = true
	switch {
	case c == '{':
		j.open(c, nameOrEnd)
	case c == '[':
		j.open(c, valueOrEnd)
	case c == '"':
		j.isName, j.expects = false, text
	case strings.IndexByte("-0123456789", c) >= 0:
		j.token, j.expects = append(j.token[:0], c), numeral
	case strings.IndexByte("tfn", c) >= 0:
		j.token, j.expects = append(j.token[:0], c), word
	default:
		j.fail()
	}
}

func (j *JSON) open(c byte, next expectation) {
	if len(j.nested) == maxJSONDepth {
		j.fail()
		return
	}
	j.nested = append(j.nested, container{object: c == '{'})
	j.punctuation(true, c, next)
}

func (j *JSON) close(c byte) {
	last := len(j.nested) - 1
	empty := c == '}' && j.expects == nameOrEnd || c == ']' && j.expects == valueOrEnd
	if last < 0 || j.nested[last].object != (c == '}') || !empty && j.expects != commaOrEnd {
		j.fail()
		return
	}
	j.tracked -= len(j.nested[last].names)
	j.nested = j.nested[:last]
	j.out = append(j.out, c)
	j.endValue()
}

func (j *JSON) endValue() {
	j.expects = commaOrEnd
	if len(j.nested) == 0 {
		j.expects = document
	}
}

// tokenCharacters are the characters of numbers and words.
const tokenCharacters = "0123456789+-.Eabcdefghijklmnopqrstuvwxyz"

// readToken reads more of a number or a word.
func (j *JSON) readToken(p []byte) int {
	if j.token = append(j.token, p...); len(j.token) > maxNumberSize {
		j.fail()
	}
	return len(p)
}

func (j *JSON) endToken() {
	switch {
	case j.expects == word &&
		!slices.Contains([]string{"true", "false", "null"}, string(j.token)), j.expects == numeral && !isNumber(j.token):
		j.fail()
	case j.expects == numeral && j.redactor.HidesNumber(string(j.token)):
		j.out = append(append(append(j.out, '"'), Mask...), '"')
	default:
		j.out = append(j.out, j.token...)
	}
	j.token = j.token[:0]
	j.endValue()
}

// readText reads more of a text. Its opening quotation mark was read, but not written yet.
func (j *JSON) readText(p []byte) int {
	p = p[:min(len(p), maxTokenSize)]
	for n, c := range p {
		switch {
		case c < ' ':
			j.fail()
			return n + 1
		case j.escaped:
			j.escaped = false
		case c == '\\':
			j.escaped = true
		case c == '"':
			j.token = append(j.token, p[:n]...)
			j.endText()
			return n + 1
		}
	}
	j.token = append(j.token, p...)
	if len(j.token) > maxTokenSize {
		j.readLongText(false)
	}
	return len(p)
}

// endText writes the complete text.
func (j *JSON) endText() {
	if j.long != nil {
		j.readLongText(true)
	} else {
		j.writeText()
	}
	j.token, j.long = j.token[:0], nil
	if j.isName {
		j.expects = colon
	} else {
		j.endValue()
	}
}

func (j *JSON) writeText() {
	raw := j.token
	plain := raw
	if bytes.IndexByte(raw, '\\') >= 0 {
		var rest []byte
		var ok bool
		if plain, rest, ok = decodeText(nil, raw, true); !ok || len(rest) > 0 {
			j.fail()
			return
		}
	}
	safe := j.redactor.Bytes(plain)
	suffix := ""
	if j.isName && bytes.Contains(safe, []byte(Mask)) {
		suffix = j.suffix(hashName(hashSeed, safe))
	}
	j.out = append(j.out, '"')
	if len(safe) == len(plain) && utf8.Valid(raw) {
		j.out = append(j.out, raw...)
	} else {
		j.out, _ = encodeText(j.out, safe, true)
	}
	j.out = append(append(j.out, suffix...), '"')
}

// longText is a text that is too long to be held in memory: it is decoded, redacted and encoded piece by piece.
type longText struct {
	stream *Stream
	rest   []byte // an incomplete character
	hash   uint64 // of the text that was written
}

func (j *JSON) readLongText(ended bool) {
	if j.long == nil {
		j.long = &longText{stream: j.redactor.Stream(), hash: hashSeed}
		j.out = append(j.out, '"')
	}
	plain, rest, ok := decodeText(nil, j.token, ended)
	if !ok || ended && len(rest) > 0 {
		j.fail()
		return
	}
	j.token = append(j.token[:0], rest...)
	safe := append(j.long.rest, j.long.stream.Next(plain)...)
	if ended {
		safe = append(safe, j.long.stream.End()...)
	}
	var left []byte
	j.out, left = encodeText(j.out, safe, ended)
	j.long.hash = hashName(j.long.hash, safe[:len(safe)-len(left)])
	j.long.rest = slices.Clone(left)
	if !ended {
		return
	}
	if j.isName {
		j.out = append(j.out, j.suffix(j.long.hash)...)
	}
	j.out = append(j.out, '"')
}
