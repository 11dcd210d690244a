package github

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// MaxBody is how many characters a Post.Body may have. With the hidden lines and
// a note that it is outdated at most 65,000 are sent; GitHub's limit is 65,536.
const MaxBody = 62_000

const (
	maxSent   = 65_000
	maxMarker = 900
	maxKey    = 400 // characters of an escaped key in a hidden line
)

// Marker makes the hidden line by which the comments of one subject are found
// again. Different keys make different markers, whatever they hold, and no key
// can end the line.
func Marker(name string, keys ...string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		escaped[i] = markerKey(k)
	}
	return "<!-- " + name + " " + strings.Join(escaped, "/") + " -->"
}

// markerKey writes any text without blanks, slashes, line ends and what ends a
// comment. Of a long text it is the SHA-256.
func markerKey(text string) string {
	// Two hyphens end an HTML comment for some readers of it.
	key := strings.ReplaceAll(url.QueryEscape(text), "--", "%2D%2D")
	if len(key) <= maxKey {
		return key
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text)))
}

// workspaceKey is the input that names a workspace as the second hidden line
// holds it: like a key, with legible slashes.
func workspaceKey(input string) string {
	return strings.ReplaceAll(markerKey(input), "%2F", "/")
}

// A comment of ours starts with two lines that are not rendered: the marker, and
// one of the form
//
//	<!-- post NONCE closed run=12 attempt=1 head=SHA workspace=production/network -->
//
// The nonce is drawn when the comment is created and stays for its life. It
// distinguishes a creation whose answer was lost from an older comment. All words after
// it are optional, and unknown ones are ignored: comments of other versions have
// fewer or more.
var stateLine = regexp.MustCompile(`^<!-- post ([A-Z2-7]{20,40})((?: [a-z]+(?:=[^ ]*)?)*) -->$`)

// state is what the second hidden line says. A comment without one, or whose
// line somebody edited, is open, has no nonce, and is of an unknown run.
type state struct {
	nonce     string
	closed    bool // no later run rewrites it
	outdated  bool // a note above the report says so
	order     Order
	head      string // the commit it is about; empty if unknown
	workspace string // as workspaceKey makes it; empty if unknown
}

func (s state) line() string {
	line := "<!-- post " + s.nonce
	if s.closed {
		line += " closed"
	}
	if s.outdated {
		line += " outdated"
	}
	for _, word := range []struct{ name, value string }{
		{"run", s.order.run}, {"attempt", s.order.attempt}, {"head", s.head}, {"workspace", s.workspace},
	} {
		if word.value != "" {
			line += " " + word.name + "=" + word.value
		}
	}
	return line + " -->"
}

// parse takes the two hidden lines off a comment as GitHub returns it. The
// marker is the first line, whatever it is.
func parse(body string) (marker string, s state) {
	marker, rest, _ := strings.Cut(normal(body), "\n")
	second, _, _ := strings.Cut(rest, "\n")
	m := stateLine.FindStringSubmatch(second)
	if m == nil {
		return marker, s
	}
	s.nonce = m[1]
	words := map[string]string{}
	for _, word := range strings.Fields(m[2]) {
		name, value, _ := strings.Cut(word, "=")
		words[name] = value
	}
	_, s.closed = words["closed"]
	_, s.outdated = words["outdated"]
	s.order = NewOrder(words["run"], words["attempt"])
	if commitSHA.MatchString(words["head"]) {
		s.head = words["head"]
	}
	s.workspace = words["workspace"]
	return marker, s
}

// normal undoes what GitHub does to line ends and to the space around a
// comment, so that what is equal compares equal.
func normal(body string) string {
	body = strings.ReplaceAll(body, "\r", "")
	return strings.TrimSpace(strings.ToValidUTF8(body, "\uFFFD"))
}
