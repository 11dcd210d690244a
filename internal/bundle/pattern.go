package bundle

import (
	"bytes"
	"errors"
	"strings"
)

// pattern is a compiled pattern. Most patterns are a name, *.ext or a path, which a ruleIndex finds without
// trying each pattern. The others are matched one by one.
type pattern struct {
	shape         shape
	anchored      bool   // matches only at the root of the bundle; otherwise at any depth
	wildcardsOnly bool   // consists only of wildcards, such as * or **/?*
	regexpPart    bool   // contains a part that Terraform does not match literally; see parseGlob
	text          string // literal part; for a glob, the literal suffix of every match
	head          string // literal prefix of every match of an anchored pattern or of a glob for names
	glob          *glob
}

type shape uint8

const (
	wholeName    shape = iota // the base name equals text
	nameStarts                // text*
	nameEnds                  // *text
	wholePath                 // the path, or its end if not anchored, equals text
	nameContains              // *text*
	nameGlob                  // glob for the base name
	pathGlob                  // glob for the path
)

// indexed reports whether a ruleIndex finds the pattern, so that matches is never called.
func (p *pattern) indexed() bool { return p.shape < nameContains }

// weight returns the cost of matching the pattern; see glob.weight.
func (p *pattern) weight() int {
	if p.glob == nil {
		return 64
	}
	return p.glob.weight()
}

// matches reports whether the pattern, which must not be indexed, matches path, and returns the number of steps.
// The last component of path starts at base.
func (p *pattern) matches(path []byte, base int) (ok bool, steps int) {
	name := path[base:]
	switch p.shape {
	case nameContains:
		return bytes.Contains(name, []byte(p.text)), 1
	case nameGlob:
		if !bytes.HasSuffix(name, []byte(p.text)) || !bytes.HasPrefix(name, []byte(p.head)) {
			return false, 1
		}
		return p.glob.match(name)
	}
	if !bytes.HasSuffix(path, []byte(p.text)) || p.anchored && !bytes.HasPrefix(path, []byte(p.head)) {
		return false, 1
	}
	return p.glob.match(path)
}

// compile compiles a pattern without its "!" and trailing slash.
func compile(text string) (pattern, error) {
	text, anchored := strings.CutPrefix(text, "/")
	for strings.HasPrefix(text, "**/") {
		text, anchored = text[len("**/"):], false
	}
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || part == "." || part == ".." {
			return pattern{}, errors.New("no path in an archive has an empty, \".\" or \"..\" component")
		}
	}
	tokens, regexpPart, err := parseGlob(text)
	if err != nil {
		return pattern{}, err
	}
	p := pattern{anchored: anchored, head: literalHead(tokens), wildcardsOnly: wildcardsOnly(tokens), regexpPart: regexpPart}
	oneName := !anchored && !strings.Contains(text, "/") && !strings.Contains(text, "**")
	first, last := tokens[0].kind == star, tokens[len(tokens)-1].kind == star
	switch {
	case isLiteral(tokens) && oneName:
		p.shape, p.text = wholeName, p.head
	case isLiteral(tokens):
		p.shape, p.text = wholePath, p.head
	case oneName && first && isLiteral(tokens[1:]):
		p.shape, p.text = nameEnds, literalHead(tokens[1:])
	case oneName && last && isLiteral(tokens[:len(tokens)-1]):
		p.shape, p.text = nameStarts, p.head
	case oneName && first && last && isLiteral(tokens[1:len(tokens)-1]):
		p.shape, p.text = nameContains, literalHead(tokens[1:len(tokens)-1])
	case oneName:
		p.shape, p.text, p.glob = nameGlob, literalTail(tokens), newGlob(tokens)
	default:
		p.shape, p.text = pathGlob, literalTail(tokens)
		if !anchored {
			tokens = append([]token{{kind: deep}}, tokens...)
		}
		p.glob = newGlob(tokens)
	}
	return p, nil
}

// wildcardsOnly reports whether all tokens are wildcards or slashes.
func wildcardsOnly(tokens []token) bool {
	for _, t := range tokens {
		if t.kind == oneOf || t.kind == one && t.r != '/' {
			return false
		}
	}
	return true
}

func isLiteral(tokens []token) bool {
	for _, t := range tokens {
		if t.kind != one {
			return false
		}
	}
	return true
}

func literalHead(tokens []token) string {
	var b []byte
	for _, t := range tokens {
		if t.kind != one {
			break
		}
		b = appendRune(b, t.r)
	}
	return string(b)
}

func literalTail(tokens []token) string {
	i := len(tokens)
	for i > 0 && tokens[i-1].kind == one {
		i--
	}
	return literalHead(tokens[i:])
}
