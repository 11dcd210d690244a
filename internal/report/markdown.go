package report

import (
	"fmt"
	"net/url"
	"strings"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/sanitize"
)

// maxNameLength is the number of characters that are shown of a name, or of another short untrusted text.
const maxNameLength = 300

// code formats untrusted text as code in a line of Markdown: in a heading, a list, a table or a link. Text that a code
// span cannot hold there is formatted with HTML.
func code(s string) string {
	s = sanitize.Name(s, maxNameLength)
	if s == "" {
		return ""
	}
	if strings.ContainsAny(s, "`|\\") || strings.Contains(s, "  ") {
		return htmlCode(s)
	}
	return "`" + s + "`"
}

// htmlCode formats untrusted text as code in HTML, such as in a <summary>. Browsers would show several spaces as one.
func htmlCode(s string) string {
	s = escape(sanitize.Name(s, maxNameLength))
	return "<code>" + spaces.ReplaceAllStringFunc(s, func(s string) string { return strings.Repeat("&#160;", len(s)-1) + " " }) + "</code>"
}

var (
	spaces   = lazyregexp.New("  +")
	codeSpan = lazyregexp.New("`[^`]*`")
)

// prose formats a sentence that may quote untrusted text for a line of Markdown or HTML: text in backticks becomes code,
// everything else is escaped.
func prose(s string) string {
	s = sanitize.Name(s, 4000)
	var out strings.Builder
	for {
		at := codeSpan.FindStringIndex(s)
		if at == nil {
			return out.String() + escape(s)
		}
		out.WriteString(escape(s[:at[0]]))
		if inner := strings.TrimSpace(s[at[0]+1 : at[1]-1]); inner != "" {
			out.WriteString(htmlCode(inner))
		} else {
			out.WriteString(escape("``")) // without it, the texts around it could form a link
		}
		s = s[at[1]:]
	}
}

// autolink matches what GitHub turns into a link or a picture in rendered text, even if it was escaped: @names,
// #numbers and GH-numbers, addresses, :emoji:.
var autolink = lazyregexp.New(`(?i)@\w|#\d|\bGH-\d|://|www\.|:[\w+-]+:`)

// escape escapes text so that it has no meaning in Markdown, in HTML and for GitHub. Automatic links are broken by a
// zero-width space.
func escape(s string) string {
	s = breakAutolinks(s)
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

// breakAutolinks inserts a zero-width space after the first byte of each match of autolink. Matches may overlap, as in
// @www.example.com.
func breakAutolinks(s string) string {
	var out strings.Builder
	for {
		at := autolink.FindStringIndex(s)
		if at == nil {
			return out.String() + s
		}
		out.WriteString(s[:at[0]+1] + "\u200B")
		s = s[at[0]+1:]
	}
}

// inWord reports whether the byte at i is between letters or digits, where an underscore does not mark emphasis.
func inWord(s string, i int) bool {
	return i > 0 && i+1 < len(s) && alphanumeric(s[i-1]) && alphanumeric(s[i+1])
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// codeBlock returns a fenced code block. The fence is longer than any sequence of backticks in the text, so that the text
// cannot end it.
func codeBlock(language, text string) string {
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

// details returns a collapsed section. The title is HTML, the body Markdown.
func details(title, body string) string {
	return "<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(body, "\n") + "\n\n</details>\n\n"
}

// link links a text in Markdown to an address of Scalr or GitHub. If the address is not a web address, it returns the
// text alone.
func link(text, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return text
	}
	return "[" + text + "](" + addressEscape.Replace(u.String()) + ")"
}

var addressEscape = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "`", "%60",
	"|", "%7C", "\\", "%5C", "*", "%2A", "[", "%5B", "]", "%5D", " ", "%20", "\"", "%22", "'", "%27")
