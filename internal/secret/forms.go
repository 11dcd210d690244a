package secret

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// largest is the length in bytes of a secret above which only its plain form is looked for: ten encoded forms of a
// megabyte would cost more memory than the whole program may have.
const largest = 64 << 10

// forms returns every way in which s is likely to be written in a text, s itself first, each once.
func forms(s string) []string {
	if len(s) > largest {
		return []string{s}
	}
	all := []string{s}
	all = append(all, base64Forms(s)...)
	all = append(all, hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s))))
	all = append(all, urlForms(s)...)
	all = append(all, jsonForms(s)...)
	all = append(all, xmlForms(s)...)
	return unique(all)
}

// base64Forms returns what of s is seen when s stands anywhere in a text that is encoded as a whole: the bytes before
// it shift its encoding by nought, one or two bytes. Characters that hold bits of those bytes are left out.
func base64Forms(s string) []string {
	var all []string
	for shift, mixed := range []int{0, 2, 3} {
		padded := append(make([]byte, shift), s...)
		// What follows s changes its last character, so that one is looked for with and without.
		sure := (len(padded)*8)/6 - mixed
		for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			form := alphabet.EncodeToString(padded)[mixed:]
			all = append(all, form, strings.TrimRight(form, "="))
			if sure > 0 {
				all = append(all, form[:sure])
			}
		}
	}
	return all
}

// urlForms returns s percent-encoded by the rules in use: query, path, and everything but RFC 3986's unreserved.
func urlForms(s string) []string {
	var all []string
	strict := escapeEach(s, func(c byte) string {
		if isUnreserved(c) {
			return ""
		}
		return fmt.Sprintf("%%%02X", c)
	})
	for _, form := range []string{url.QueryEscape(s), url.PathEscape(s), strict} {
		all = append(all, form, lowerEscapes(form))
	}
	return all
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// lowerEscapes turns %2F into %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
		}
	}
	return string(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// jsonForms returns s as it stands inside a JSON string: as browsers write it, as Go writes it, and with \/.
func jsonForms(s string) []string {
	plain := escapeEach(s, jsonEscape)
	safe := escapeEach(s, func(c byte) string {
		if c == '<' || c == '>' || c == '&' {
			return fmt.Sprintf(`\u%04x`, c)
		}
		return jsonEscape(c)
	})
	return []string{plain, safe, strings.ReplaceAll(plain, "/", `\/`)}
}

func jsonEscape(c byte) string {
	switch c {
	case '"', '\\':
		return `\` + string(rune(c))
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	if c < ' ' {
		return fmt.Sprintf(`\u%04x`, c)
	}
	return ""
}

// xmlForms returns s as it stands in XML or HTML, with named and with numbered entities for quotes.
func xmlForms(s string) []string {
	named := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")
	numbered := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
	text := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	return []string{named.Replace(s), numbered.Replace(s), text.Replace(s)}
}

// escapeEach replaces each byte for which escape returns a text.
func escapeEach(s string, escape func(c byte) string) string {
	var b strings.Builder
	for i := range len(s) {
		if e := escape(s[i]); e != "" {
			b.WriteString(e)
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func unique(all []string) []string {
	var kept []string
	for _, s := range all {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
