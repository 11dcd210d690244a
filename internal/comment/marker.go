package comment

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// MaxBody is how many characters a Post.Body may have. With the two hidden
// lines at most 65,000 are sent; GitHub's limit is 65,536.
const MaxBody = 64_000

const maxMarker = 900

// Marker makes the hidden line by which the comments of one subject are found
// again. Different keys make different markers, whatever they hold, and no key
// can end the line.
func Marker(name string, keys ...string) string {
	escaped := make([]string, len(keys))
	for i, k := range keys {
		// Two hyphens end an HTML comment for some readers of it.
		escaped[i] = strings.ReplaceAll(url.QueryEscape(k), "--", "%2D%2D")
	}
	return "<!-- " + name + " " + strings.Join(escaped, "/") + " -->"
}

// A comment of ours starts with two lines that nobody sees: the marker, and
// one of the form
//
//	<!-- post NONCE -->
//	<!-- post NONCE closed -->
//
// The nonce is drawn when the comment is created and stays for its life. It
// tells a creation whose answer was lost from an older comment.
var stateLine = regexp.MustCompile(`^<!-- post ([A-Z2-7]{20,40})( closed)? -->$`)

// state is what the second hidden line says. A comment without one, or whose
// line somebody edited, is open and has no nonce.
type state struct {
	nonce  string
	closed bool
}

func (s state) line() string {
	if s.closed {
		return "<!-- post " + s.nonce + " closed -->"
	}
	return "<!-- post " + s.nonce + " -->"
}

// parse takes the two hidden lines off a comment as GitHub returns it. The
// marker is the first line, whatever it is.
func parse(body string) (marker string, s state) {
	marker, rest, _ := strings.Cut(normal(body), "\n")
	second, _, _ := strings.Cut(rest, "\n")
	if m := stateLine.FindStringSubmatch(second); m != nil {
		s = state{nonce: m[1], closed: m[2] != ""}
	}
	return marker, s
}

// normal undoes what GitHub does to line ends and to the space around a
// comment, so that what is equal compares equal.
func normal(body string) string {
	body = strings.ReplaceAll(body, "\r", "")
	return strings.TrimSpace(strings.ToValidUTF8(body, "\uFFFD"))
}

// draft is a Post made ready: redacted, and only with bodies that fit.
type draft struct {
	marker string
	closed bool
	bodies []string // in the order in which they are to be tried
}

func (s *session) draft(post Post) (draft, error) {
	d := draft{marker: s.redact(post.Marker), closed: post.Closed}
	inner, ok := strings.CutPrefix(d.marker, "<!-- ")
	inner, ok2 := strings.CutSuffix(inner, " -->")
	if !ok || !ok2 || strings.ContainsAny(inner, "\r\n") || strings.Contains(inner, "--") || utf8.RuneCountInString(d.marker) > maxMarker {
		return draft{}, misused("the marker is not a short hidden line")
	}
	for _, body := range []string{post.Body, post.Shorter} {
		body = normal(s.redact(body))
		if body != "" && utf8.RuneCountInString(body) <= MaxBody {
			d.bodies = append(d.bodies, body)
		}
	}
	if len(d.bodies) == 0 {
		return draft{}, &Error{Kind: TooLong, Op: "comment", Message: "the text is empty or too long"}
	}
	return d, nil
}

func (d draft) text(nonce, body string) string {
	return d.marker + "\n" + state{nonce: nonce, closed: d.closed}.line() + "\n" + body
}

// send hands the bodies to put, the next one only if GitHub refused the text
// of the last.
func (d draft) send(put func(body string) (remote, error)) (remote, error) {
	var got remote
	var err error
	for _, body := range d.bodies {
		if got, err = put(body); !refusedText(err) {
			break
		}
	}
	return got, err
}
