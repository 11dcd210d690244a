package secret

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"scalr-run-action/internal/lazyregexp"
)

const (
	minPathLength  = 8   // bytes; a shorter path, such as /upload, is a word
	minPieceLength = 6   // minimum length of a part that is secret on its own, in bytes
	maxParts       = 200 // elements of the path, and parameters, that are secret by themselves
)

// Address returns the parts of a signed address that must not be printed, because they authorize the request.
//
// The path, the query and each parameter are returned as a whole, regardless of a parameter's name. In addition,
// pieces that cannot be words, numbers, dates or names are returned by themselves: a signature, a key id, a random
// element of the path. The host is not returned, nor are common words such as the name of a region or an algorithm.
func Address(u *url.URL) []Value {
	parts := append(wholePath(u.EscapedPath()), wholePath(u.Path)...)
	if len(u.RawQuery) >= minPathLength {
		parts = append(parts, Whole(u.RawQuery))
	}
	for _, element := range strings.SplitN(u.EscapedPath(), "/", maxParts) {
		parts = append(parts, unguessable(u.Host, unescape(element, url.PathUnescape))...)
	}
	for name, value := range parameters(u) {
		found := append(unguessable(u.Host, unescape(name, url.QueryUnescape)),
			unguessable(u.Host, unescape(value, url.QueryUnescape))...)
		if len(found) == 0 {
			for _, pair := range pairs(name, value) {
				// With the preceding delimiter, because sp=r occurs in disp=row.
				found = append(found, Whole("?"+pair), Whole("&"+pair))
			}
		}
		parts = append(parts, found...)
	}
	return parts
}

// Parameters returns the parameters of an address, which a server may quote in its response to a request for it. They
// may be short and occur in other texts by chance: see [Address].
func Parameters(u *url.URL) []Value {
	var parts []Value
	for name, value := range parameters(u) {
		for _, pair := range pairs(name, value) {
			parts = append(parts, Whole(pair))
		}
	}
	return parts
}

// parameters yields the escaped name and value of each parameter. Unlike url.ParseQuery it does not skip malformed
// ones.
func parameters(u *url.URL) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		n := 0
		for pair := range strings.FieldsFuncSeq(u.RawQuery, func(c rune) bool { return c == '&' || c == ';' }) {
			name, value, _ := strings.Cut(pair, "=")
			if n++; n > maxParts || !yield(name, value) {
				return
			}
		}
	}
}

// pairs returns a parameter both escaped and unescaped.
func pairs(name, value string) []string {
	if value == "" {
		return []string{name}
	}
	return unique([]string{
		name + "=" + value,
		unescape(name, url.QueryUnescape) + "=" + unescape(value, url.QueryUnescape),
	})
}

// wholePath returns the path with and without its leading slash: the names of objects do not have one.
func wholePath(path string) []Value {
	var parts []Value
	if len(path) >= minPathLength {
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

// unguessable returns the pieces of a text that are not plain text, followed by the whole text. If nearly all pieces
// are such, or if there are very many, any part of the text is secret: a base64 signature may contain slashes.
func unguessable(host, text string) []Value {
	var found []Value
	pieces, plain := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("/:,; \t\r\n", c) }), false
	for _, piece := range pieces {
		switch {
		case len(piece) >= minPieceLength && !isPlain(piece) && !strings.Contains(host, piece):
			found = append(found, New(piece))
		case len(piece) >= Shortest:
			plain = true
		}
	}
	switch {
	case len(found) == 0:
		return nil
	case !plain || len(found) > maxParts:
		return []Value{New(text)}
	}
	return append(found, Whole(text))
}

// scalrID matches an id that the log shows anyway, alone or as the name of a file.
var scalrID = lazyregexp.New(`^(acc|apply|cv|env|plan|run|ws)-[a-z0-9]+(\.[a-z]+)*$`)

// isPlain reports whether a text consists of words, numbers and dates.
func isPlain(text string) bool {
	if scalrID.MatchString(text) {
		return true
	}
	return !slices.ContainsFunc(tokens(text), func(token string) bool {
		return !plainToken.MatchString(token) || longWord.MatchString(token)
	})
}

func isAlphanumeric[C byte | rune](c C) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

var (
	// plainToken matches a word in lower case, capitals or PascalCase, optionally with a numeric suffix, such as s3, x86 or
	// aws4; a number; a time; and abbreviations such as k8s.
	plainToken = lazyregexp.New(`^(([a-z]+|[A-Z]+|([A-Z]?[a-z]{2,})+)[0-9]{0,4}|[0-9]{1,14}` +
		`|[0-9]{8}T[0-9]{6}Z?|[0-9]{2}T[0-9]{2}|[0-9]{2,3}Z|[a-z][0-9]{1,2}[a-z])$`)
	// longWord matches text that is too long to be a word.
	longWord = lazyregexp.New(`[A-Za-z]{18}|^[A-Z]{16}`)
)
