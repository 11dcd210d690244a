package jsonstream

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string and decodes at most limit bytes of it.
func (r *Reader) text(limit int) (string, error) {
	if c, err := r.skipSpace(); err != nil || c != '"' {
		return "", syntaxErrorIfNil(err)
	}
	var decoded []byte
	err := r.characters(func(plain []byte) {
		if left := limit - len(decoded); left > 0 {
			decoded = append(decoded, plain[:min(len(plain), left)]...)
		}
	})
	if err != nil {
		return "", err
	}
	if len(decoded) >= limit { // may end within a character
		decoded = decoded[:len(decoded)-incomplete(decoded)]
	}
	return strings.ToValidUTF8(string(decoded), "\uFFFD"), nil
}

// incomplete returns the number of bytes of an incomplete character at the end of b.
func incomplete(b []byte) int {
	for n := 1; n <= min(len(b), utf8.UTFMax-1); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

func (r *Reader) skipText() error { return r.characters(func([]byte) {}) }

// characters reads a string and passes its decoded content to take, piece by piece.
func (r *Reader) characters(take func(plain []byte)) error {
	r.at++ // the quotation mark
	for {
		if _, err := r.peek(); err != nil {
			return err
		}
		rest := r.buffer[r.at:r.end]
		n := 0
		for n < len(rest) && rest[n] != '"' && rest[n] != '\\' && rest[n] >= ' ' {
			n++
		}
		take(rest[:n])
		if r.at += n; n == len(rest) {
			continue
		}
		switch rest[n] {
		case '"':
			r.at++
			return nil
		case '\\':
			r.at++
			if err := r.escape(take); err != nil {
				return err
			}
		default:
			return ErrSyntax
		}
	}
}

const escapes = "\"\"\\\\//b\bf\fn\nr\rt\t" // each escape followed by its meaning

// escape reads the rest of an escape after the backslash.
func (r *Reader) escape(take func(plain []byte)) error {
	c, err := r.next()
	if err != nil {
		return err
	}
	if c == 'u' {
		return r.unicodeEscape(take)
	}
	for i := 0; i < len(escapes); i += 2 {
		if escapes[i] == c {
			r.scratch[0] = escapes[i+1]
			take(r.scratch[:1])
			return nil
		}
	}
	return ErrSyntax
}

// unicodeEscape reads the digits of a \u escape, and the second half of a surrogate pair. An unpaired surrogate becomes
// U+FFFD, as in encoding/json.
func (r *Reader) unicodeEscape(take func(plain []byte)) error {
	c, err := r.hex()
	if err != nil {
		return err
	}
	for utf16.IsSurrogate(c) && r.nextIs(`\`) {
		r.at++
		if !r.nextIs("u") {
			r.emit(take, utf8.RuneError)
			return r.escape(take)
		}
		r.at++
		second, err := r.hex()
		if err != nil {
			return err
		}
		if pair := utf16.DecodeRune(c, second); pair != utf8.RuneError {
			c = pair
			break
		}
		r.emit(take, utf8.RuneError)
		c = second
	}
	if utf16.IsSurrogate(c) {
		c = utf8.RuneError
	}
	r.emit(take, c)
	return nil
}

func (r *Reader) emit(take func(plain []byte), c rune) { take(utf8.AppendRune(r.scratch[:0], c)) }

func (r *Reader) hex() (rune, error) {
	n := rune(0)
	for range 4 {
		c, err := r.next()
		switch {
		case err != nil:
			return 0, err
		case '0' <= c && c <= '9':
			n = n<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			n = n<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, ErrSyntax
		}
	}
	return n, nil
}
