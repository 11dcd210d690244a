package secret

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText appends a decoded piece of a JSON text to dst. The rest is an incomplete escape, unless the text has ended.
// ok is false if an escape is invalid. An unpaired surrogate becomes U+FFFD, as in encoding/json.
func decodeText(dst, raw []byte, ended bool) (plain, rest []byte, ok bool) {
	for {
		at := bytes.IndexByte(raw, '\\')
		if at < 0 {
			return append(dst, raw...), nil, true
		}
		dst, raw = append(dst, raw[:at]...), raw[at:]
		r, n := decodeEscape(raw)
		switch {
		case n < 0:
			return dst, nil, false
		case n == 0 || !ended && utf16.IsSurrogate(r) && len(raw) < 12:
			return dst, raw, true
		}
		dst, raw = utf8.AppendRune(dst, r), raw[n:]
	}
}

// decodeEscape reads an escape of n bytes: 0 if it is incomplete, -1 if it is invalid.
func decodeEscape(raw []byte) (r rune, n int) {
	if len(raw) < 2 {
		return 0, 0
	}
	switch c := raw[1]; c {
	case '"', '\\', '/':
		return rune(c), 2
	case 'u':
	default:
		if plain, ok := simpleEscapes[c]; ok {
			return rune(plain), 2
		}
		return 0, -1
	}
	r, n = decodeUnit(raw)
	if n <= 0 || !utf16.IsSurrogate(r) || !bytes.HasPrefix(raw[n:], []byte(`\u`)) {
		return r, n
	}
	low, m := decodeUnit(raw[n:])
	if m < 0 {
		return 0, -1
	}
	if pair := utf16.DecodeRune(r, low); m > 0 && pair != utf8.RuneError {
		return pair, n + m
	}
	return r, n
}

// decodeUnit reads \u0041.
func decodeUnit(raw []byte) (r rune, n int) {
	for _, c := range raw[2:min(6, len(raw))] {
		if !isHex(c) {
			return 0, -1
		}
	}
	if len(raw) < 6 {
		return 0, 0
	}
	unit, _ := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(unit), 6
}

// encodeText appends a piece of a text to JSON. The rest is the beginning of a character, unless the text has ended.
// Invalid UTF-8 becomes U+FFFD.
func encodeText(dst, plain []byte, ended bool) (out, rest []byte) {
	for len(plain) > 0 {
		c := plain[0]
		switch {
		case c == '"' || c == '\\':
			dst, plain = append(dst, '\\', c), plain[1:]
		case c < ' ':
			dst, plain = append(dst, jsonEscape(c)...), plain[1:]
		case c < utf8.RuneSelf:
			dst, plain = append(dst, c), plain[1:]
		case !ended && !utf8.FullRune(plain):
			return dst, plain
		default:
			r, size := utf8.DecodeRune(plain)
			dst, plain = utf8.AppendRune(dst, r), plain[size:]
		}
	}
	return dst, nil
}

// names maps the hashes of an object's names that contain a mask to the suffix for the next name with the same hash.
type names map[uint64]int

// maxTracked is the number of names that are remembered. All further names with a mask get a unique number.
const maxTracked = 1 << 16

const hashSeed = uint64(14695981039346656037)

// hashName returns the FNV-1a hash. A collision only adds an unnecessary number to a name.
func hashName[T []byte | string](hash uint64, name T) uint64 {
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 1099511628211
	}
	return hash
}

// suffix returns the text that makes a name unique in the current object.
func (j *JSON) suffix(hash uint64) string {
	last := &j.nested[len(j.nested)-1]
	if j.tracked >= maxTracked {
		j.untracked++
		return "-" + strconv.Itoa(maxTracked+j.untracked)
	}
	if last.names == nil {
		last.names = names{}
	}
	if _, taken := last.names[hash]; !taken {
		last.names[hash] = 2
		j.tracked++
		return ""
	}
	for {
		suffix := "-" + strconv.Itoa(last.names[hash])
		last.names[hash]++
		if longer := hashName(hash, suffix); last.names[longer] == 0 {
			last.names[longer] = 2
			j.tracked++
			return suffix
		}
	}
}
