package report

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"scalr-run-action/internal/sanitize"
)

// longestName is how much of a name, or of another short foreign text, is shown.
const longestName = 300

// code sets foreign text as code within a line of Markdown, in a heading, a list,
// a table or a link. Text that backticks cannot hold there is set in HTML.
func code(s string) string {
	s = sanitize.Line(s, longestName)
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "`|\\") {
		return htmlCode(s)
	}
	return "`" + s + "`"
}

// htmlCode sets foreign text as code where HTML stands, as in a <summary>.
func htmlCode(s string) string { return "<code>" + inert(sanitize.Line(s, longestName)) + "</code>" }

var ticked = regexp.MustCompile("`[^`]*`")

// prose sets a sentence of ours, which may quote foreign text, within a line of
// Markdown or HTML: backticks make code, everything else is inert.
func prose(s string) string {
	s = sanitize.Line(s, 4000)
	var out strings.Builder
	for {
		at := ticked.FindStringIndex(s)
		if at == nil {
			return out.String() + inert(s)
		}
		out.WriteString(inert(s[:at[0]]))
		if inner := strings.TrimSpace(s[at[0]+1 : at[1]-1]); inner != "" {
			out.WriteString(htmlCode(inner))
		}
		s = s[at[1]:]
	}
}

// linked matches what GitHub makes a link or a picture of in rendered text,
// whatever it was escaped with before: @names, #numbers, addresses, :emoji:.
var linked = regexp.MustCompile(`(?i)@\w|#\d|://|www\.|:[\w+-]+:`)

// inert writes text such that neither Markdown nor HTML nor GitHub sees anything
// in it. What would become a link is broken by a zero-width space.
func inert(s string) string {
	s = linked.ReplaceAllStringFunc(s, func(at string) string { return at[:1] + "\u200B" + at[1:] })
	var out strings.Builder
	for i, c := range s {
		switch {
		case c == '\u200B':
			out.WriteString("&#8203;")
		case i == 0 && (c == '-' || '0' <= c && c <= '9'): // "- " and "1. " would begin a list
			fmt.Fprintf(&out, "&#%d;", c)
		case c == '_' && inWord(s, i):
			out.WriteRune(c)
		case strings.ContainsRune("<>&\"'`*_~[]\\|!$#+^", c):
			fmt.Fprintf(&out, "&#%d;", c)
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}

// inWord reports whether the byte at i stands between letters or digits, where
// an underscore does not mark emphasis.
func inWord(s string, i int) bool {
	return i > 0 && i+1 < len(s) && alphanumeric(s[i-1]) && alphanumeric(s[i+1])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// block is a fenced block of code. The fence is longer than any run of
// backticks inside, so that nothing inside can end it.
func block(language, text string) string {
	text = strings.TrimRight(sanitize.Text(text), "\n")
	longest, run := 2, 0
	for _, c := range []byte(text) {
		if run++; c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	return fence + language + "\n" + text + "\n" + fence + "\n"
}

// fold is a part that opens on a click. The title is HTML, the body Markdown.
func fold(title, body string) string {
	return "<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(body, "\n") + "\n\n</details>\n\n"
}

// link leads to an address of our own making; anything that is not a web address
// leaves the text alone. The text is Markdown.
func link(text, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return text
	}
	return "[" + text + "](" + addressEscape.Replace(u.String()) + ")"
}

var addressEscape = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "`", "%60",
	"|", "%7C", "\\", "%5C", "*", "%2A", "[", "%5B", "]", "%5D", " ", "%20", "\"", "%22", "'", "%27")
