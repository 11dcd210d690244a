package bundle

import (
	"bytes"
	"errors"
	"strings"
)

// pattern is a compiled pattern. Most patterns are a name, *.ext or a path: a ruleIndex finds these without trying each of
// them. The others are run.
type pattern struct {
	shape    shape
	anchored bool   // at the root of the bundle; else at any depth
	namesAny bool   // wildcards only, such as * or **/?*: it does not name any file
	text     string // the literal part; of a glob: the literal end of every match
	head     string // the literal text that a match of an anchored pattern, or of a glob over names, begins with
	glob     *glob
}

type shape uint8

const (
	wholeName    shape = iota // the base name is text
	nameStarts                // text*
	nameEnds                  // *text
	wholePath                 // the path, or its end if not anchored, is text
	nameContains              // *text*
	nameGlob                  // glob over the base name
	pathGlob                  // glob over the path
)

// indexed reports whether a ruleIndex finds the pattern, so that it is never run.
func (p *pattern) indexed() bool { return p.shape < nameContains }

// weight returns the cost of running the pattern, see glob.weight.
func (p *pattern) weight() int {
	if p.glob == nil {
		return 64
	}
	return p.glob.weight()
}

// runs reports whether a pattern that is not indexed matches this path, whose last component starts at base, and returns
// the number of steps.
func (p *pattern) runs(path []byte, base int) (ok bool, steps int) {
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

// compile compiles a pattern without its "!" and its trailing slash.
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
	tokens, err := parseGlob(text)
	if err != nil {
		return pattern{}, err
	}
	p := pattern{anchored: anchored, head: literalHead(tokens), namesAny: namesAny(tokens)}
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

// namesAny reports whether all tokens are wildcards or slashes.
func namesAny(tokens []token) bool {
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
