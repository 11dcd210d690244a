package runnertest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// Masker masks values and their common encodings, as SecretMasker.cs does with ValueEncoders.cs and
// HostContext.cs. The zero Masker masks nothing.
type Masker struct{ values []string }

// Add adds a value to mask. There is no minimum length.
func (m *Masker) Add(value string) {
	if value == "" {
		return
	}
	for _, encoded := range encodings(value) {
		if encoded != "" && !slices.Contains(m.values, encoded) {
			m.values = append(m.values, encoded)
		}
	}
}

// Mask returns line with each value replaced by three stars. Values that overlap or touch are one.
func (m *Masker) Mask(line string) string {
	type stretch struct{ start, end int }
	var found []stretch
	for _, value := range m.values {
		for at := 0; at+len(value) <= len(line); at++ {
			if strings.HasPrefix(line[at:], value) {
				found = append(found, stretch{at, at + len(value)})
			}
		}
	}
	slices.SortFunc(found, func(a, b stretch) int { return cmp.Compare(a.start, b.start) })
	var out strings.Builder
	last := -1
	for _, f := range found {
		if f.start > last {
			out.WriteString(line[max(last, 0):f.start] + "***")
		}
		last = max(last, f.end)
	}
	return out.String() + line[max(last, 0):]
}

func encodings(value string) []string {
	return []string{
		value,
		base64.StdEncoding.EncodeToString([]byte(value)),
		base64Shifted(value, 1),
		base64Shifted(value, 2),
		strings.ReplaceAll(value, `"`, `\"`),
		strings.ReplaceAll(value, "'", "''"),
		jsonEscaped(value),
		uriEscaped(value),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(value),
		withoutQuotes(value),
	}
}

func base64Shifted(value string, shift int) string {
	if len(value) > shift {
		value = value[shift:]
	}
	return base64.StdEncoding.EncodeToString([]byte(value))
}

func jsonEscaped(value string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

func uriEscaped(value string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

func withoutQuotes(value string) string {
	if len(value) > 8 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
		return value[1 : len(value)-1]
	}
	return ""
}
