package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// encoders write a text as other programs do.
var encoders = map[string]func(string) string{
	"plain": func(s string) string { return s },
	"query": url.QueryEscape,
	"path":  url.PathEscape,
	"every reserved character": func(s string) string {
		return eachByte(s, func(c byte) bool {
			return c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0
		}, "%%%02X")
	},
	"every reserved character in lower case": func(s string) string {
		return eachByte(s, func(c byte) bool {
			return c >= 'a' && c <= 'z' || strings.IndexByte("-._~", c) >= 0
		}, "%%%02x")
	},
	"XML":            replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
	"HTML":           replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
	"HTML in hex":    replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
	"Go's XML":       replacing("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\t", "&#x9;"),
	"text in XML":    replacing("&", "&amp;", "<", "&lt;", ">", "&gt;"),
	"JSON":           func(s string) string { return jsonString(s, false) },
	"JSON of Go":     func(s string) string { return jsonString(s, true) },
	"JSON of PHP":    func(s string) string { return strings.ReplaceAll(jsonString(s, false), "/", `\/`) },
	"JSON in JSON":   func(s string) string { return jsonString(jsonString(s, false), false) },
	"JSON in Go's":   func(s string) string { return jsonString(jsonString(s, true), false) },
	"ASCII JSON":     func(s string) string { return asciiJSON(s, `\u%04x`) },
	"ASCII JSON, up": func(s string) string { return asciiJSON(s, `\u%04X`) },
}

func eachByte(s string, kept func(byte) bool, format string) string {
	var out strings.Builder
	for _, c := range []byte(s) {
		if kept(c) {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, format, c)
		}
	}
	return out.String()
}

func replacing(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

func jsonString(s string, html bool) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(html)
	if e.Encode(s) != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(out.String()), `"`), `"`)
}

func asciiJSON(s, format string) string {
	var out strings.Builder
	for _, r := range jsonString(s, false) {
		if r < 0x80 {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, format, r)
		}
	}
	return out.String()
}

// TestShortSecretsInEveryEncoding: short secrets are found as a whole only, so each character counts.
func TestShortSecretsInEveryEncoding(t *testing.T) {
	t.Parallel()
	for _, c := range "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t é" {
		s := "pw" + string(c) + "qx" + string(c) + "z"
		r := declared(s)
		for name, encode := range encoders {
			text := encode(s)
			if got := r.String("a (" + text + ") b"); got != "a (***) b" {
				t.Errorf("%q as %s, %s: %s", s, name, text, got)
			}
		}
	}
}

// TestJSONWithUnmatchedEnds: unmatched brackets and other invalid JSON are errors.
func TestJSONWithUnmatchedEnds(t *testing.T) {
	t.Parallel()
	for _, document := range []string{"]", "}", "1]", "[1]]", `{"a":1}}`, "[1}", `{"a":1]`, "[1,]", `{"a":1,}`, `{"a"}`, `{"a":}`, "[1] ]"} {
		j := declared("hunter2").JSON(io.Discard)
		_, err := j.Write([]byte(document))
		if end := j.End(); err == nil && end == nil {
			t.Errorf("%s: no error", document)
		}
	}
}

// TestJSONCharactersInPieces: a character that is split across writes is written completely, and an invalid byte is replaced once.
func TestJSONCharactersInPieces(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`["é€😀"]`: `["é€😀"]`, "[\"\xe2\x82\"]": "[\"\uFFFD\uFFFD\"]", "[\"\xffé\"]": "[\"\uFFFDé\"]",
	} {
		for size := 1; size <= len(document); size++ {
			if got, err := redactedJSON(declared("hunter2"), document, size); got != want || err != nil {
				t.Errorf("%q in pieces of %d bytes: got %q, %v, want %q", document, size, got, err, want)
			}
		}
	}
}

// TestParametersAreLimited: an address has at most 200 parameters that are redacted.
func TestParametersAreLimited(t *testing.T) {
	t.Parallel()
	const limit = 200
	var query []string
	for i := range 5000 {
		query = append(query, fmt.Sprintf("k%d=v%d", i, i))
	}
	u := &url.URL{Scheme: "https", Host: "blob.scalr.io", RawQuery: strings.Join(query, "&")}
	if n := len(secret.Parameters(u)); n != limit {
		t.Errorf("%d parameters, want %d", n, limit)
	}
}

// TestRegionsByASecretName: a region is never secret, regardless of its name, but a longer text that starts with a
// region is.
func TestRegionsByASecretName(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"eu-west-1a": false, "us-gov-west-1": false, "europe-west10-b": false, "northamerica-northeast1-a": false, "southafricanorth": false,
		"centralindia": false, "westeurope": false, "ap-southeast-2": false,
		"west-hunter-2024x!": true, "eastern.P4ssw0rd": true,
	} {
		if got := secret.LooksSecret("password", value); got != want {
			t.Errorf("%s: secret %t, want %t", value, got, want)
		}
	}
}

// TestExpressionsWithEscapes: the value of an HCL expression is redacted, however the expression writes it.
func TestExpressionsWithEscapes(t *testing.T) {
	t.Parallel()
	for expression, value := range map[string]string{
		`"pa\u0073sq7Zp3"`: "passq7Zp3", `"pa\U00000073sq7Zp3"`: "passq7Zp3", `"pa\"sq7Zp3"`: `pa"sq7Zp3`, `"pa\\sq7Zp3"`: `pa\sq7Zp3`,
		`"\U0001f600sq7Zp3x"`: "😀sq7Zp3x", `"\ud83d\ude00sq7Zp3x"`: "😀sq7Zp3x", `"pa\tsq7Zp3"`: "pa\tsq7Zp3", `q7Zp3Vx9`: "q7Zp3Vx9",
		`{ password = "q7Zp3Vx9Lr2T" }`: "q7Zp3Vx9Lr2T", `["q7Zp3Vx9Lr2T"]`: "q7Zp3Vx9Lr2T", "<<EOT\nq7Zp3Vx9Lr2T\nEOT\n": "q7Zp3Vx9Lr2T",
		`["abcq7","x"]`: `["abcq7","x"]`,
	} {
		r := new(secret.Redactor)
		r.Add(secret.Expression(expression))
		if got := r.String("a " + value + " b"); got != "a *** b" {
			t.Errorf("%s: %s", expression, got)
		}
	}
}

// TestAssignedSecrets: a declared text of several lines has secrets by their names, without what follows the value.
func TestAssignedSecrets(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"password = q7Zp3Vx9Lr", "password = q7Zp3Vx9Lr,", "password: q7Zp3Vx9Lr ; ", "password='q7Zp3Vx9Lr'", "password='q7Zp3Vx9Lr',",
		`password="q7Zp3Vx9Lr" # new`, "password=\tq7Zp3Vx9Lr\t",
	} {
		r := declared("region: eu\n" + line + "\nversion: 1.31\n")
		if got := r.String("a q7Zp3Vx9Lr b"); got != "a *** b" {
			t.Errorf("%q: %s", line, got)
		}
	}
}
