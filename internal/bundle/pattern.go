package bundle

import (
	"bytes"
	"errors"
	"strings"
)

// pattern is a compiled pattern. Most people's patterns are a name, *.ext or a path: these are compared, not run.
type pattern struct {
	shape    shape
	anchored bool   // at the root of the bundle; else at any depth
	text     string // the literal part; of a glob: how a path must end to be worth a try
	head     string // of an anchored pattern: the literal text it begins with
	glob     *glob
}

type shape uint8

const (
	wholeName  shape = iota // the base name is text
	nameStarts              // text*
	nameEnds                // *text
	wholePath               // the path, or its end if not anchored, is text
	nameGlob                // glob over the base name
	pathGlob                // glob over the path
)

// matches says whether the pattern is about this path, whose last component starts at base.
func (p *pattern) matches(path []byte, base int) bool {
	name := path[base:]
	switch p.shape {
	case wholeName:
		return string(name) == p.text
	case nameStarts:
		return len(name) >= len(p.text) && string(name[:len(p.text)]) == p.text
	case nameEnds:
		return len(name) >= len(p.text) && string(name[len(name)-len(p.text):]) == p.text
	case wholePath:
		before, ok := bytes.CutSuffix(path, []byte(p.text))
		return ok && (len(before) == 0 || !p.anchored && before[len(before)-1] == '/')
	case nameGlob:
		return p.glob.match(name)
	}
	return bytes.HasSuffix(path, []byte(p.text)) && p.glob.match(path)
}

// mayMatchBelow says whether something in the directory could match.
func (p *pattern) mayMatchBelow(dir []byte) bool {
	if !p.anchored {
		return true
	}
	below := string(dir) + "/"
	return strings.HasPrefix(p.head, below) || strings.HasPrefix(below, p.head)
}

// compile takes a pattern without its "!" and its trailing slash.
func compile(text string) (pattern, error) {
	text, anchored := strings.CutPrefix(text, "/")
	for strings.HasPrefix(text, "**/") {
		text, anchored = text[len("**/"):], false
	}
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || part == "." || part == ".." {
			return pattern{}, errors.New("no path in a bundle has an empty, \".\" or \"..\" component")
		}
	}
	tokens, err := parseGlob(text)
	if err != nil {
		return pattern{}, err
	}
	p := pattern{anchored: anchored, head: literalHead(tokens)}
	oneName := !anchored && !strings.Contains(text, "/") && !strings.Contains(text, "**")
	switch literal := literalHead(tokens); {
	case isLiteral(tokens) && oneName:
		p.shape, p.text = wholeName, literal
	case isLiteral(tokens):
		p.shape, p.text = wholePath, literal
	case oneName && tokens[0].kind == star && isLiteral(tokens[1:]):
		p.shape, p.text = nameEnds, literalHead(tokens[1:])
	case oneName && tokens[len(tokens)-1].kind == star && isLiteral(tokens[:len(tokens)-1]):
		p.shape, p.text = nameStarts, literal
	case oneName:
		p.shape, p.glob = nameGlob, newGlob(tokens)
	default:
		p.shape, p.text = pathGlob, literalTail(tokens)
		if !anchored {
			tokens = append([]token{{kind: deep}}, tokens...)
		}
		p.glob = newGlob(tokens)
	}
	return p, nil
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
