package secret

import (
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

const (
	shortestPath  = 8   // bytes; a shorter path, such as /upload, is a word
	shortestPiece = 6   // bytes of a part that is looked for by itself
	mostParts     = 200 // elements of the path, and parameters; those beyond are secrets only with all the others
)

// Address returns the parts of a signed address that must not be printed: they authorize the request.
//
// Its path, its query and each parameter of the query are such parts as a whole, whatever the parameter's name is.
// So is by itself what cannot be words, numbers, dates or names: a signature, a key id, a random element of the path.
// The host is not, nor are words that occur in any text, such as the name
// of a region or an algorithm.
func Address(u *url.URL) []Value {
	parts := append(wholePath(u.EscapedPath()), wholePath(u.Path)...)
	if len(u.RawQuery) >= shortestPath {
		parts = append(parts, Whole(u.RawQuery))
	}
	for _, element := range strings.SplitN(u.EscapedPath(), "/", mostParts) {
		parts = append(parts, unguessable(u.Host, unescape(element, url.PathUnescape))...)
	}
	for name, value := range parameters(u) {
		found := append(unguessable(u.Host, unescape(name, url.QueryUnescape)), unguessable(u.Host, unescape(value, url.QueryUnescape))...)
		if len(found) == 0 {
			for _, pair := range pairs(name, value) {
				// With what stands before it: sp=r is found in disp=row, too.
				found = append(found, Whole("?"+pair), Whole("&"+pair))
			}
		}
		parts = append(parts, found...)
	}
	return parts
}

// Parameters returns the parameters of an address as a server may quote them that got a request for it. Other texts may
// hold such short ones for reasons of their own: see [Address].
func Parameters(u *url.URL) []Value {
	var parts []Value
	for name, value := range parameters(u) {
		for _, pair := range pairs(name, value) {
			parts = append(parts, Whole(pair))
		}
	}
	return parts
}

// parameters yields name and value of each parameter, escaped as they are. Unlike url.ParseQuery it leaves out none that is
// malformed.
func parameters(u *url.URL) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		n := 0
		for pair := range strings.FieldsFuncSeq(u.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
			name, value, _ := strings.Cut(pair, "=")
			if n++; n > mostParts || !yield(name, value) {
				return
			}
		}
	}
}

// pairs returns a parameter as it is and unescaped.
func pairs(name, value string) []string {
	if value == "" {
		return []string{name}
	}
	return unique([]string{name + "=" + value, unescape(name, url.QueryUnescape) + "=" + unescape(value, url.QueryUnescape)})
}

// wholePath returns the path with and without its first slash, which the names of objects lack.
func wholePath(path string) []Value {
	var parts []Value
	if len(path) >= shortestPath {
		parts = append(parts, Whole(path))
	}
	if name := strings.TrimPrefix(path, "/"); len(name) >= window && strings.Contains(name, "/") {
		parts = append(parts, Whole(name))
	}
	return parts
}

func unescape(s string, by func(string) (string, error)) string {
	if plain, err := by(s); err == nil {
		return plain
	}
	return s
}

// unguessable returns the pieces of a text that are no plain text, and then the text as a whole. Where nearly all pieces
// are none, any part of the text counts: a base64 signature may have slashes in it.
func unguessable(host, text string) []Value {
	var found []Value
	pieces, plain := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("/:,; \t\r\n", c) }), 0
	for _, piece := range pieces {
		switch {
		case len(piece) >= shortestPiece && !isPlain(piece) && !strings.Contains(host, piece):
			found = append(found, New(piece))
		case len(piece) >= Shortest:
			plain++
		}
	}
	switch {
	case len(found) == 0:
		return nil
	case plain == 0:
		return []Value{New(text)}
	}
	return append(found, Whole(text))
}

// scalrID is an id that the log shows anyway, as it is or as the name of a file.
var scalrID = regexp.MustCompile(`^(acc|apply|cv|env|plan|run|ws)-[a-z0-9]+(\.[a-z]+)*$`)

// isPlain reports whether a text is made of words, numbers and dates.
func isPlain(text string) bool {
	if scalrID.MatchString(text) {
		return true
	}
	tokens := strings.FieldsFunc(text, func(c rune) bool { return c >= 0x80 || !isAlphanumeric(byte(c)) })
	return !slices.ContainsFunc(tokens, func(token string) bool { return !plainToken.MatchString(token) || endless.MatchString(token) })
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

var (
	// A word in lower case, capitals or PascalCase, with or without a number behind it; a number; a time; a letter and
	// what belongs to it, as in s3 or x86; two of those that are written as one, as in aws4 or k8s.
	plainToken = regexp.MustCompile(`^(([a-z]+|[A-Z]+|([A-Z]?[a-z]{2,})+)[0-9]{0,4}|[0-9]{1,14}` +
		`|[0-9]{8}T[0-9]{6}Z?|[0-9]{2}T[0-9]{2}|[0-9]{2,3}Z|[a-z][0-9]{1,2}[a-z])$`)
	// No word is so long.
	endless = regexp.MustCompile(`[A-Za-z]{18}|^[A-Z]{16}`)
)
