package github

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

// MaxBody is the maximum number of characters of a Post.Body. With the hidden lines and a note that it
// is outdated, at most 65,000 are sent; GitHub's limit is 65,536.
const MaxBody = 62_000

const (
	maxSent   = 65_000
	maxMarker = 900
	maxKey    = 400 // characters of an escaped key in a hidden line
)

// Marker returns the hidden line that identifies the comments of one subject. Different keys give
// different markers, and no key can end the line.
func Marker(name string, keys ...string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		escaped[i] = markerKey(k)
	}
	return "<!-- " + name + " " + strings.Join(escaped, "/") + " -->"
}

// markerKey escapes blanks, slashes, line endings and the end of an HTML comment. For a long text, it
// returns the SHA-256.
func markerKey(text string) string {
	// For some parsers, two hyphens end an HTML comment.
	key := strings.ReplaceAll(url.QueryEscape(text), "--", "%2D%2D")
	if len(key) <= maxKey {
		return key
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text)))
}

// workspaceKey escapes the input that names a workspace for the second hidden line: like a key, but
// with slashes. It is empty for an empty input.
func workspaceKey(input string) string {
	return strings.ReplaceAll(markerKey(input), "%2F", "/")
}

// The action's comments start with two hidden lines: the marker, and a line of the form
//
//	<!-- post NONCE closed run=12 attempt=1 head=SHA workspace=production/network -->
//
// The random nonce is set when the comment is created and never changes. It distinguishes a creation whose
// response was lost from an older comment. All words after it are optional, and unknown words are
// ignored, since comments of other versions have fewer or more.
var stateLine = lazyregexp.New(`^<!-- post ([A-Z2-7]{20,40})((?: [a-z]+(?:=[^ ]*)?)*) -->$`)

// state is the content of the second hidden line. A comment with an edited line, or without one, is
// open, has no nonce and is of an unknown run.
type state struct {
	nonce     string
	closed    bool // no later run rewrites it
	outdated  bool // there is a note above the report
	order     Order
	head      string // the commit of the report; empty if unknown
	workspace string // the result of workspaceKey; empty if unknown
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

// parse returns the two hidden lines of a comment. The marker is the first line, regardless of its
// content.
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
	if IsSHA(words["head"]) {
		s.head = words["head"]
	}
	s.workspace = words["workspace"]
	return marker, s
}

// normal normalizes line endings and surrounding space, which GitHub changes, for comparisons.
func normal(body string) string {
	body = strings.ReplaceAll(body, "\r", "")
	return strings.TrimSpace(strings.ToValidUTF8(body, "\uFFFD"))
}
