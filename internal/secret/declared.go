package secret

import (
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// maxPieces is the number of parts of a text that are redacted by themselves. The text of an input has no more lines.
const maxPieces = 20_000

// partsOfDeclared returns the whole text and the parts of it that are secret by themselves.
func partsOfDeclared(text string) []part {
	f := finder{isSecret: isSecretPart, phrases: true}
	f.text("", text, 0)
	return f.parts
}

// partsOfLeaf is like partsOfDeclared for a text that is a part of a sensitive value.
func partsOfLeaf(text string) []part {
	f := finder{isSecret: LooksSecret}
	f.text("", text, 0)
	return f.parts
}

// partsOfExpression returns the possible results of an expression: the whole value of a scalar, otherwise the texts in
// it.
func partsOfExpression(expression string) []part {
	f := finder{isSecret: isSecretPart, phrases: true}
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

// finder collects the secret parts of a text.
type finder struct {
	// isSecret reports whether a part is secret by itself, by its name in the text and its value.
	isSecret func(name, text string) bool
	// phrases is set if a line of several words is secret, too.
	phrases bool
	parts   []part
	seen    map[string]bool
}

func (f *finder) add(text string) {
	text = strings.TrimSpace(text)
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if !f.seen[text] && len(f.parts) < maxPieces {
		f.seen[text] = true
		f.parts = appendExact(f.parts, text)
	}
}

// addPart adds a part if it is secret by itself.
func (f *finder) addPart(name, text string, depth int) {
	if f.isSecret(name, text) {
		f.text(name, text, depth)
	}
}

// maxTextDepth is the maximum nesting of texts inside texts.
const maxTextDepth = 4

// text adds a secret text and its secret parts.
func (f *finder) text(name, text string, depth int) {
	text = strings.TrimSpace(text)
	f.add(text)
	if depth > maxTextDepth {
		return
	}
	for _, decoded := range decodings(text) {
		f.text(name, decoded, depth+1)
	}
	f.addPart("", password(text), depth+1)
	switch {
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		f.texts(text, depth+1)
	case strings.ContainsFunc(text, isLineEnd):
		f.add(strings.ReplaceAll(text, "\r\n", "\n"))
		f.lines(name, text, depth+1)
	}
}

var (
	pemBorder = lazyregexp.New(`^-----(BEGIN|END) [A-Z0-9 ]+-----$`)
	// assignment matches an assignment in a file of variables, or a member in YAML.
	assignment = lazyregexp.New(`^(?:-\s+)?(?:export\s+)?` +
		`["']?([A-Za-z_][A-Za-z0-9_.-]{0,63})["']?\s*[:=]\s*(.*[A-Za-z0-9].*)$`)
	comment = lazyregexp.New(`^(#|//|--|;|/?\*)`)
)

// lines adds the lines that are secret: a text of several lines is often shown with other text between them, and GitHub
// compares line by line. All lines of a key are secret. Of an assignment, only the value may be secret.
func (f *finder) lines(name, text string, depth int) {
	inKey := false
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		line = strings.TrimSpace(line)
		assigned := assignment.FindStringSubmatch(line)
		switch {
		case pemBorder.MatchString(line):
			inKey = strings.HasPrefix(line, "-----BEGIN")
		case inKey:
			f.add(line)
		case comment.MatchString(line):
		case assigned != nil && !strings.HasPrefix(assigned[2], "//"):
			f.addPart(assigned[1], unquote(assigned[2]), depth)
		case f.phrases && isPhrase(trimPunctuation(line)):
			f.text(name, trimPunctuation(line), depth)
		default:
			f.addPart(name, trimPunctuation(line), depth)
		}
	}
}

// unquote returns an assigned value without quotation marks and without the text that follows them.
func unquote(value string) string {
	if text, _, ok := quotedText(value); ok {
		return text
	}
	value = strings.TrimRight(value, " \t,;")
	if text, ok := strings.CutPrefix(value, "'"); ok {
		if text, ok = strings.CutSuffix(text, "'"); ok {
			return text
		}
	}
	return value
}

// texts adds the secret texts and numbers of JSON or of an HCL expression.
func (f *finder) texts(code string, depth int) {
	name, numbers := "", listOfNumbers.MatchString(code)
	for code != "" && len(f.parts) < maxPieces {
		text, rest, quoted := quotedText(code)
		if !quoted {
			text, rest, quoted = heredoc(code)
		}
		if !quoted {
			text, rest = unquotedWord(code)
		}
		switch code = rest; {
		case text == "":
		case isName(rest):
			name = text
		case name == "" && (quoted || numbers) && f.isSecretElement(text):
			f.text(name, text, depth)
		default:
			f.addPart(name, text, depth)
		}
	}
}

// listOfNumbers matches a list that contains only numbers.
var listOfNumbers = lazyregexp.New(`^\[[\s0-9.,+-]+\]$`)

// isSecretElement reports whether an element of a declared list, which has no name, is secret. Such a list contains
// secrets of one kind, which may be words, but also regions and addresses.
func (f *finder) isSecretElement(text string) bool {
	return f.phrases && (number.MatchString(text) || !hasShape(text))
}

// isName reports whether a text is the name of a member. rest is the text that follows it.
func isName(rest string) bool {
	rest = strings.TrimLeft(rest, " \t)")
	return strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==")
}

// unquotedWord reads a word without quotation marks. If the first character cannot begin a word, it skips it and returns
// an empty text.
func unquotedWord(code string) (text, rest string) {
	n := strings.IndexAny(code, " \t\r\n\"'{}[](),:=<")
	switch n {
	case -1:
		return code, ""
	case 0:
		return "", code[1:]
	}
	return code[:n], code[n:]
}

// heredoc reads a heredoc, such as <<EOT, and removes the indentation of its lines.
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
