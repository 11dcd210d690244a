package secret

import (
	"strings"
)

// mostPieces is how many parts of a text are looked for by themselves. (A text of an input has no more lines.)
const mostPieces = 20_000

// partsOfDeclared returns a text as a whole, and what of it is secret by itself.
func partsOfDeclared(text string) []part {
	f := finder{isSecret: uncommon, phrases: true}
	f.text("", text, 0)
	return f.parts
}

// partsOfLeaf is the same for a text that is only known to be part of something sensitive.
func partsOfLeaf(text string) []part {
	f := finder{isSecret: LooksSecret}
	f.text("", text, 0)
	return f.parts
}

// partsOfExpression returns what an expression may give: a scalar as a whole, of anything else the texts in it.
func partsOfExpression(expression string) []part {
	f := finder{isSecret: uncommon, phrases: true}
	if text, rest, ok := quotedText(expression); ok && strings.TrimSpace(rest) == "" {
		f.text("", text, 0)
		return f.parts
	}
	if body, rest, ok := heredoc(expression); ok && strings.TrimSpace(rest) == "" {
		f.text("", body, 0)
		return f.parts
	}
	if strings.ContainsAny(expression, "[{(\"\n") {
		if len(expression) >= window {
			f.add(expression)
		}
		f.texts(expression, 0)
		return f.parts
	}
	f.add(expression)
	return f.parts
}

// finder collects what of a text is secret.
type finder struct {
	// isSecret reports whether a part is secret by itself, by the name that it has in the text and by what it is.
	isSecret func(name, text string) bool
	// phrases says that a line that is made of several words is secret, too.
	phrases bool
	parts   []part
	known   map[string]bool
}

func (f *finder) add(text string) {
	text = strings.TrimSpace(text)
	if f.known == nil {
		f.known = map[string]bool{}
	}
	if !f.known[text] && len(f.parts) < mostPieces {
		f.known[text] = true
		f.parts = exactly(f.parts, text)
	}
}

// piece adds a part that is secret by itself.
func (f *finder) piece(name, text string, depth int) {
	if f.isSecret(name, text) {
		f.text(name, text, depth)
	}
}

// mostNested is how deeply texts are taken apart that are written within texts.
const mostNested = 4

// text adds a text that is secret, and the parts of it that are.
func (f *finder) text(name, text string, depth int) {
	text = strings.TrimSpace(text)
	f.add(text)
	if depth > mostNested {
		return
	}
	switch {
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		f.texts(text, depth+1)
	case strings.ContainsFunc(text, isLineEnd):
		f.add(strings.ReplaceAll(text, "\r\n", "\n"))
		f.lines(name, text, depth+1)
	}
}

var (
	pemBorder = compiled(`^-----(BEGIN|END) [A-Z0-9 ]+-----$`)
	// An assignment in a file of variables, or a member in YAML.
	assignment = compiled(`^(?:-\s+)?(?:export\s+)?["']?([A-Za-z_][A-Za-z0-9_.-]{0,63})["']?\s*[:=]\s*(.*[A-Za-z0-9].*)$`)
	remark     = compiled(`^(#|//|--|;|/?\*)`)
)

// lines adds the lines that are secret: people see a text of several lines with other things between them, and GitHub
// compares line by line. All of a key's are. A line that assigns something is not, but what it assigns may be.
func (f *finder) lines(name, text string, depth int) {
	inKey := false
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		line = strings.TrimSpace(line)
		assigned := assignment().FindStringSubmatch(line)
		switch {
		case pemBorder.matches(line):
			inKey = strings.HasPrefix(line, "-----BEGIN")
		case inKey:
			f.add(line)
		case remark.matches(line):
		case assigned != nil && !strings.HasPrefix(assigned[2], "//"):
			f.piece(assigned[1], unquoted(assigned[2]), depth)
		case f.phrases && isPhrase(bare(line)):
			f.add(bare(line))
		default:
			f.piece(name, bare(line), depth)
		}
	}
}

// unquoted is an assigned value without quotation marks and without what follows them.
func unquoted(value string) string {
	if text, _, ok := quotedText(value); ok {
		return text
	}
	value = strings.TrimRight(value, " \t,;")
	if n := len(value); n >= 2 && value[0] == '\'' && value[n-1] == '\'' {
		return value[1 : n-1]
	}
	return value
}

// texts adds what of JSON or of an HCL expression is secret: of the texts in it, and of its numbers, by their names.
func (f *finder) texts(code string, depth int) {
	name, numbers := "", listOfNumbers.matches(code)
	for code != "" && len(f.parts) < mostPieces {
		text, rest, quoted := quotedText(code)
		if !quoted {
			text, rest, quoted = heredoc(code)
		}
		if !quoted {
			text, rest = bareWord(code)
		}
		switch code = rest; {
		case text == "":
		case isNameBefore(rest):
			name = text
		case name == "" && (quoted || numbers) && f.isElement(text):
			f.text(name, text, depth)
		default:
			f.piece(name, text, depth)
		}
	}
}

// listOfNumbers is a list of nothing else.
var listOfNumbers = compiled(`^\[[\s0-9.,+-]+\]$`)

// isElement reports whether an element of a declared list, which has no name, is secret. Such a list holds secrets of one
// kind, which may be words, but also regions and addresses beside them.
func (f *finder) isElement(text string) bool {
	return f.phrases && (number.matches(text) || !hasShape(text))
}

// isNameBefore reports whether a text is a member's name, by what follows it.
func isNameBefore(rest string) bool {
	rest = strings.TrimLeft(rest, " \t)")
	return strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==")
}

// bareWord reads a word that is not quoted, or one character that belongs to none, with an empty text.
func bareWord(code string) (text, rest string) {
	n := strings.IndexAny(code, " \t\r\n\"'{}[](),:=<")
	switch n {
	case -1:
		return code, ""
	case 0:
		return "", code[1:]
	}
	return code[:n], code[n:]
}

// heredoc reads one, such as <<EOT. Of the lines in it none has the indentation that it may have.
func heredoc(code string) (text, rest string, ok bool) {
	after, ok := strings.CutPrefix(code, "<<")
	first, body, more := strings.Cut(strings.TrimLeft(after, "-~"), "\n")
	mark := strings.TrimSpace(first)
	if !ok || !more || mark == "" {
		return "", code, false
	}
	var lines []string
	for body != "" {
		var line string
		line, body, _ = strings.Cut(body, "\n")
		if line = strings.TrimSpace(line); line == mark {
			break
		}
		lines = append(lines, templateEscapes.Replace(line))
	}
	return strings.Join(lines, "\n"), body, true
}
