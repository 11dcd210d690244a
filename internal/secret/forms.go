package secret

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"scalr-run-action/internal/lazyregexp"
)

// maxEncodedSecret is the length in bytes of a secret above which only its plain form is searched for: ten encoded forms
// of a megabyte would need more memory than the whole program may use.
const maxEncodedSecret = 64 << 10

// plainForms returns the likely representations of s in which its characters remain recognizable, without duplicates; s
// itself is the first.
func plainForms(s string) []string {
	if len(s) > maxEncodedSecret {
		return []string{s}
	}
	all := []string{s}
	all = append(all, urlForms(s)...)
	all = append(all, jsonForms(s)...)
	all = append(all, xmlForms(s)...)
	all = append(all, shellForms(s)...)
	all = append(all, hclForms(s)...)
	return unique(all)
}

// encodedForms returns the likely representations of s in which all of its characters change.
func encodedForms(s string) []string {
	if len(s) > maxEncodedSecret {
		return nil
	}
	digits := hex.EncodeToString([]byte(s))
	all := append(base64Forms(s), digits, strings.ToUpper(digits))
	for _, form := range []string{escapeEach(s, jsonEscape), escapeEach(s, jsonEscapeHTML), url.QueryEscape(s)} {
		if form != s {
			all = append(all, base64Forms(form)...)
		}
	}
	return unique(append(all, base64Twice(s)...))
}

// The lengths in bytes of the secrets that are searched for in base64 that is encoded in base64 again. The result of a
// shorter one may occur by chance, and the nine results of a longer one need too much room.
const (
	minEncodedTwice = 8
	maxEncodedTwice = 512
)

// base64Twice returns the visible forms of s if it occurs anywhere in base64 that is part of a text in base64, as the
// passwords of a Docker configuration do.
func base64Twice(s string) []string {
	if len(s) < minEncodedTwice || len(s) > maxEncodedTwice {
		return nil
	}
	var all []string
	for inner := range 3 {
		for outer := range 3 {
			all = append(all, base64Within(base64Within(s, inner), outer))
		}
	}
	return all
}

// base64Within returns the characters of base64 that depend only on s if shift bytes precede it in an encoded text.
func base64Within(s string, shift int) string {
	padded := append(make([]byte, shift), s...)
	return base64.RawStdEncoding.EncodeToString(padded)[base64Mixed[shift] : len(padded)*8/6]
}

// base64Mixed is the number of the first characters that contain bits of the bytes before s, by the number of these.
var base64Mixed = [...]int{0, 2, 3}

// base64Forms returns the visible forms of s if it occurs anywhere in a text that is encoded as a whole: the bytes
// before it shift its encoding by zero, one or two bytes. Characters that contain bits of those bytes are omitted.
func base64Forms(s string) []string {
	var all []string
	for shift, mixed := range base64Mixed {
		padded := append(make([]byte, shift), s...)
		// The text that follows s changes the last character, so forms with and without it are returned.
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

// urlForms returns s percent-encoded for a query, for a path, and with everything escaped but RFC 3986's unreserved
// characters.
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

func isUnreserved(c byte) bool { return isAlphanumeric(c) || strings.IndexByte("-._~", c) >= 0 }

var percentEscape = lazyregexp.New(`%[0-9A-F]{2}`)

// lowerEscapes changes %2F to %2f.
func lowerEscapes(s string) string { return percentEscape.ReplaceAllStringFunc(s, strings.ToLower) }

// jsonForms returns s as it occurs in a JSON string: as written by browsers, by Go, with \/, in ASCII; and each of these
// inside another JSON string.
func jsonForms(s string) []string {
	once := jsonOnce(s)
	all := slices.Clone(once)
	for _, form := range once {
		all = append(all, escapeEach(form, jsonEscape))
	}
	return all
}

func jsonOnce(s string) []string {
	plain := escapeEach(s, jsonEscape)
	safe := escapeEach(s, jsonEscapeHTML)
	return []string{
		plain,
		safe,
		strings.ReplaceAll(plain, "/", `\/`),
		ascii(plain, "%04x"),
		ascii(plain, "%04X"),
		ascii(safe, "%04x"),
	}
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

// jsonEscapeHTML also escapes the characters that Go and Terraform's jsonencode escape for HTML.
func jsonEscapeHTML(c byte) string {
	if c == '<' || c == '>' || c == '&' {
		return fmt.Sprintf(`\u%04x`, c)
	}
	return jsonEscape(c)
}

// ascii escapes characters that are not ASCII as \u0000.
func ascii(s, digits string) string {
	var out strings.Builder
	for _, r := range s {
		if r <= unicode.MaxASCII {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u`+digits, unit)
		}
	}
	return out.String()
}

// xmlEscapes escape text for XML or HTML, with the different entities for quotation marks that are in use.
var xmlEscapes = []*strings.Replacer{
	xmlEscape(`"`, "&quot;", "'", "&apos;"),
	xmlEscape(`"`, "&quot;", "'", "&#39;"),
	xmlEscape(`"`, "&quot;", "'", "&#x27;"),
	xmlEscape(`"`, "&#34;", "'", "&#39;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;"),
	xmlEscape(),
}

func xmlEscape(pairs ...string) *strings.Replacer {
	return strings.NewReplacer(append(pairs, "&", "&amp;", "<", "&lt;", ">", "&gt;")...)
}

// xmlForms returns s as it occurs in XML or HTML.
func xmlForms(s string) []string {
	var all []string
	for _, escape := range xmlEscapes {
		all = append(all, escape.Replace(s))
	}
	return all
}

// shellForms returns s as it occurs in single and in double quotation marks, and as printed by printf %q.
func shellForms(s string) []string {
	backslash := func(special string) string {
		return escapeEach(s, func(c byte) string {
			if strings.IndexByte(special, c) >= 0 {
				return `\` + string(rune(c))
			}
			return ""
		})
	}
	return []string{
		strings.ReplaceAll(s, "'", `'\''`), strings.ReplaceAll(s, "'", `'"'"'`), strings.ReplaceAll(s, "'", `\'`),
		backslash("\\\"$`"), backslash("\\\"$`!"), backslash(" \t\"'\\$`!*?[](){}<>|&;~#^,"),
	}
}

// templateMarks escapes the start of a template in HCL; lineEnds replaces line breaks with spaces.
var (
	templateMarks = strings.NewReplacer("${", "$${", "%{", "%%{")
	lineEnds      = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")
)

// hclForms returns s as it occurs in an HCL string, and in a heredoc, where templates are escaped.
func hclForms(s string) []string {
	quoted := strconv.Quote(s) // Terraform prints texts as %q does
	return []string{
		templateMarks.Replace(s), templateMarks.Replace(escapeEach(s, jsonEscape)),
		quoted[1 : len(quoted)-1], templateMarks.Replace(quoted[1 : len(quoted)-1]),
	}
}

// shownForms returns s as it is displayed on one line: without invisible characters, with spaces for tabs and line
// breaks.
func shownForms(s string) []string {
	visible := strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' || unicode.IsPrint(c) {
			return c
		}
		return -1
	}, s)
	return []string{
		visible,
		strings.ReplaceAll(visible, "\t", "    "),
		lineEnds.Replace(s),
		strings.Join(strings.Fields(visible), " "),
	}
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
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(s string) bool {
		before := seen[s]
		seen[s] = true
		return before
	})
}
