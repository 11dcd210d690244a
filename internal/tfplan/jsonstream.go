package tfplan

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonStream walks through a JSON document that does not fit into memory. It
// passes over what nobody asks for byte by byte, and checks of that no more than
// where it ends; what is asked for goes through encoding/json.
type jsonStream struct{ r *bufio.Reader }

// longestName is how long the name of a member may be, and how much of one is shown.
const longestName = 300

var errSyntax = errors.New("it is not well-formed")

// members calls each with the name of every member of an object; each must take
// its value.
func (s jsonStream) members(each func(name string) error) error {
	return s.list('{', '}', func() error {
		raw, err := s.value(longestName)
		if err != nil {
			return err
		}
		var name string
		if json.Unmarshal(raw, &name) != nil {
			return errSyntax
		}
		if c, err := s.next(); err != nil || c != ':' {
			return errSyntax
		}
		return each(name)
	})
}

// elements calls each for every element of an array; each must take its value.
// A null counts as an empty one.
func (s jsonStream) elements(each func() error) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	if err := s.r.UnreadByte(); err != nil {
		return err
	}
	if c == 'n' {
		return s.skip()
	}
	return s.list('[', ']', each)
}

func (s jsonStream) list(open, end byte, each func() error) error {
	if c, err := s.next(); err != nil || c != open {
		return errSyntax
	}
	for first := true; ; first = false {
		c, err := s.next()
		switch {
		case err != nil:
			return err
		case c == end:
			return nil
		case !first && c != ',', first && c == ',':
			return errSyntax
		case first:
			err = s.r.UnreadByte()
		}
		if err == nil {
			err = each()
		}
		if err != nil {
			return err
		}
	}
}

// next gives the next byte that is no white space.
func (s jsonStream) next() (byte, error) {
	for {
		c, err := s.r.ReadByte()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
	}
}

func (s jsonStream) skip() error {
	_, err := s.value(0)
	return err
}

// value reads one value of any kind. Of a value longer than limit it gives
// nothing, and with a limit of 0 that is no error.
func (s jsonStream) value(limit int) ([]byte, error) {
	var raw []byte
	size, depth, quoted, escaped := 0, 0, false, false
	c, err := s.next()
	for ; err == nil; c, err = s.r.ReadByte() {
		if !quoted && depth == 0 && size > 0 && ends(c) {
			return raw, s.r.UnreadByte() // the end of a number or a word
		}
		if size++; size <= limit {
			raw = append(raw, c)
		} else if limit > 0 {
			return nil, fmt.Errorf("one part of it has more than %d bytes", limit)
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			depth--
		}
		if depth < 0 {
			return nil, errSyntax
		}
		if !quoted && depth == 0 && (c == '"' || c == '}' || c == ']') {
			return raw, nil
		}
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}

func ends(c byte) bool {
	return c == ',' || c == '}' || c == ']' || c == ':' || c == ' ' || c == '\n' || c == '\t' || c == '\r'
}
