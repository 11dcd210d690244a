package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestFormsOfExactText: a text that is secret only as a whole is found as other programs write it.
func TestFormsOfExactText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text string }{
		"line ends in JSON":                           {"pa\r\nss\tq\"x", `pa\r\nss\tq\"x`},
		"a control character in JSON":                 {"pa\x1fss q\"x", `pa\u001fss q\"x`},
		"a page in JSON":                              {`p<a>s&q"x`, `p\u003ca\u003es\u0026q\"x`},
		"JSON of a page, in JSON":                     {`p<a>s&q"x`, `p\\u003ca\\u003es\\u0026q\\\"x`},
		"slashes in JSON":                             {`p/a/s"x`, `p\/a\/s\"x`},
		"ASCII in JSON":                               {"p\x7fa é😀q\"x", "p\x7fa " + `\u00e9\ud83d\ude00q\"x`},
		"ASCII in JSON, in upper case":                {"p\x7fa é😀q\"x", "p\x7fa " + `\u00E9\uD83D\uDE00q\"x`},
		"a page in ASCII JSON":                        {`p<a>é"x`, `p\u003ca\u003e\u00e9\"x`},
		"unreserved characters":                       {`azAZ09-._~ $/`, `azAZ09-._~%20%24%2F`},
		"unreserved characters, lower":                {`azAZ09-._~ $/`, `azAZ09-._~%20%24%2f`},
		"a query":                                     {`azAZ09-._~ $/`, `azAZ09-._~+%24%2F`},
		"a query, lower":                              {`/p ss*`, `%2fp+ss%2a`},
		"a path":                                      {`azAZ09-._~ $/`, `azAZ09-._~%20$%2F`},
		"a path, lower":                               {`ép $/`, `%c3%a9p%20$%2f`},
		"an XML attribute":                            {`p"a's<q>&x`, `p&quot;a&apos;s&lt;q&gt;&amp;x`},
		"an HTML attribute":                           {`p"a's<q>&x`, `p&quot;a&#39;s&lt;q&gt;&amp;x`},
		"an HTML attribute, in hexadecimal":           {`p"a's<q>&x`, `p&quot;a&#x27;s&lt;q&gt;&amp;x`},
		"XML of Go":                                   {"p\"a's<q>&\t\r\nx", "p&#34;a&#39;s&lt;q&gt;&amp;&#x9;&#xD;&#xA;x"},
		"XML text":                                    {`p"a's<q>&x`, `p"a's&lt;q&gt;&amp;x`},
		"single quotation marks":                      {`p'a's$x`, `p'\''a'\''s$x`},
		"single in double quotation marks":            {`p'a's$x`, `p'"'"'a'"'"'s$x`},
		"escaped single quotation marks":              {`p'a's$x`, `p\'a\'s$x`},
		"double quotation marks":                      {"p\"a\\s$q`x!y", "p\\\"a\\\\s\\$q\\`x!y"},
		"double quotation marks and history":          {"p\"a\\s$q`x!y", "p\\\"a\\\\s\\$q\\`x\\!y"},
		"double quotation marks and a space":          {`p a"s!y`, `p a\"s!y`},
		"double quotation marks, a space and history": {`p a"s!y`, `p a\"s\!y`},
		"printf %q": {
			secret: "p \t\"'\\$`!*?[](){}<>|&;~#^,x",
			text:   "p\\ \\\t\\\"\\'\\\\\\$\\`\\!\\*\\?\\[\\]\\(\\)\\{\\}\\<\\>\\|\\&\\;\\~\\#\\^\\,x",
		},
		"an HCL string":                    {`p${a}%{s}"x`, `p$${a}%%{s}\"x`},
		"a heredoc":                        {`p${a}%{s}"x`, `p$${a}%%{s}"x`},
		"one line":                         {"pa\r\nss\nqx\ryz", "pa ss qx yz"},
		"one line with its other spaces":   {"pa  ss\nqx", "pa  ss qx"},
		"one line with single spaces":      {"pa  ss\n\tqx", "pa ss qx"},
		"tabs as spaces":                   {"pa\tss  qx", "pa    ss  qx"},
		"without invisible characters":     {"pa\u200bss\tqx\x1b\nyz", "pass\tqx\nyz"},
		"hexadecimal digits":               {"jklm", "6a6b6c6d"},
		"hexadecimal digits in upper case": {"jklm", "6A6B6C6D"},
	} {
		r := new(secret.Redactor)
		if !r.Add(secret.Exact(c.secret)) {
			t.Errorf("%s: no room", name)
		}
		if got := r.String("a (" + c.text + ") b"); got != "a (***) b" {
			t.Errorf("%s: %q of %q is shown as %q", name, c.text, c.secret, got)
		}
	}
}

// TestShortSecretsInBase64: a short secret is found in a longer text that is encoded as a whole. The characters that it
// shares with its neighbors are shown.
func TestShortSecretsInBase64(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"hunter2", "p?s>~q", "5432"} {
		r := declared(text)
		for _, before := range []string{"", "a", "ab", "abc", "abcd"} {
			for _, after := range []string{"", "x", "xy", "xyz"} {
				if text == "5432" && len(before)%3 == 1 && after != "" {
					continue // four characters are common
				}
				for name, e := range map[string]*base64.Encoding{"standard": base64.StdEncoding, "URL": base64.RawURLEncoding} {
					encoded := e.EncodeToString([]byte(before + text + after))
					got := r.String(encoded)
					shown := strings.TrimRight(strings.Replace(got, secret.Mask, "", 1), "=")
					if !strings.Contains(got, secret.Mask) || len(shown) > (len(before+after)*8+5)/6+2 {
						t.Errorf("%s of %s|%s|%s: %s is shown as %s", name, before, text, after, encoded, got)
					}
				}
			}
		}
	}
}

// TestEncodedInBase64: a secret is found in base64 of JSON, of a URL, and of base64, wherever it begins in the text.
func TestEncodedInBase64(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		secret string
		inner  func(text string) string
	}{
		"JSON":                    {`p4\ssW"0rd9Xy`, func(s string) string { return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) }},
		"JSON with line ends":     {"p4ssW\n0rd9Xyz", func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }},
		"JSON of Terraform":       {`p4&ssW0rd<9>X`, strings.NewReplacer(`&`, `\u0026`, `<`, `\u003c`, `>`, `\u003e`).Replace},
		"a URL":                   {`p4/ssW@0rd:9X`, url.QueryEscape},
		"base64":                  {`p4ssW0rd9XyZ`, func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
		"base64 after a user":     {`p4ssW0rd9XyZ`, func(s string) string { return base64.StdEncoding.EncodeToString([]byte("u:" + s)) }},
		"base64 after a name":     {`p4ssW0rd9XyZ`, func(s string) string { return base64.StdEncoding.EncodeToString([]byte("admin:" + s + ":")) }},
		"base64 of a short one":   {`p4ssW0rd`, func(s string) string { return base64.StdEncoding.EncodeToString([]byte("root:" + s)) }},
		"base64 of a long secret": {randomText(3, 512), func(s string) string { return base64.StdEncoding.EncodeToString([]byte("a" + s)) }},
	} {
		for kind, r := range map[string]*secret.Redactor{"declared": declared(c.secret), "credential": redactor(c.secret)} {
			for _, before := range []string{"", "a", "ab"} {
				plain := before + c.inner(c.secret)
				encoded := base64.StdEncoding.EncodeToString([]byte(plain + `"}`))
				shown := strings.Replace(r.String(encoded), secret.Mask, "", 1)
				if len(shown) > (len(plain)-len(c.secret))*4/3+16 || shown == encoded {
					t.Errorf("%s, %s after %q: %s is shown as %s", name, kind, before, encoded, shown)
				}
			}
		}
	}
	if got := declared("p4ssW0r").String("Y0RSemMxY3djZz09"); got != "Y0RSemMxY3djZz09" {
		t.Errorf("a shorter secret: got %q", got)
	}
}

// TestQuotedByTerraform: a text with characters that are not printable is found as Terraform prints it.
func TestQuotedByTerraform(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, shown string }{
		{"p4ss\vW0rd\x7fé9Xy", `p4ss\vW0rd\x7fé9Xy`},
		{"p4é\u00a0\a\\W\u20280rd9", `p4é\u00a0\a\\W\u20280rd9`},
		{"p4${x}%{\v}\U000e0001Xyzw", `p4${x}%{\v}\U000e0001Xyzw`},
		{"p4${x}%{\v}\U000e0001Xyzw", `p4$${x}%%{\v}\U000e0001Xyzw`},
	} {
		if got := declared(c.text).String(`a = "` + c.shown + `"`); got != `a = "***"` {
			t.Errorf("%q is shown as %s", c.text, got)
		}
	}
}

// TestShortFormsNeedBoundaries: an encoded form that may occur by chance is found only where no letter is adjacent.
func TestShortFormsNeedBoundaries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ secret, text, want string }{
		"four characters of base64":    {"5432", "YTU0MzJ4eXo=", "YTU0MzJ4eXo="},
		"five characters of base64":    {"5432", "xNTQzMx", "x***x"},
		"ten hexadecimal digits":       {"54321", "x35343332310", "x35343332310"},
		"ten such digits alone":        {"54321", "(3534333231)", "(***)"},
		"twelve hexadecimal digits":    {"543210", "x3534333231300", "x***0"},
		"digits with letters":          {"jklm", "x6a6b6c6d0", "x6a6b6c6d0"},
		"eleven bytes in another text": {"elevenbytes", "xelevenbytes", "xelevenbytes"},
	} {
		if got := declared(c.secret).String(c.text); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if got := redactor("5432").String("x353433320 x5432x YTU0MzJ4eXo="); got != "x***0 x***x YT***J4eXo=" {
		t.Errorf("of a short credential: %s", got)
	}
}

// TestLargeSecretsAreNotEncoded: above 64 KiB, only the plain form of a secret is searched for, and Add reports it.
func TestLargeSecretsAreNotEncoded(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{64 << 10: true, 64<<10 + 1: false} {
		text := randomText(1, size)
		r := new(secret.Redactor)
		if got := r.Add(secret.Exact(text), secret.Exact("hunter2")); got != want {
			t.Errorf("%d bytes: Add returned %t", size, got)
		}
		if r.Add(secret.Exact("hunter2"), secret.Exact(text)) != want {
			t.Errorf("%d bytes: Add depends on the order", size)
		}
		if got := r.String("(" + text + ") hunter2"); got != "(***) ***" {
			t.Errorf("%d bytes: got %.80q", size, got)
		}
		if got := r.String("(" + hex.EncodeToString([]byte(text)) + ")"); (got == "(***)") != want {
			t.Errorf("%d bytes, encoded: got %.80q", size, got)
		}
		if got := r.String("(" + strings.ReplaceAll(text, "/", `\/`) + ")"); (got == "(***)") != want {
			t.Errorf("%d bytes, in JSON: got %.80q", size, got)
		}
	}
}

// TestOneBitMakesAnotherText: a text that differs from a secret in one bit is shown.
func TestOneBitMakesAnotherText(t *testing.T) {
	t.Parallel()
	text := "x9Q2xLw7Rk4V"
	r := redactor(text)
	for at := range text {
		for bit := range 7 {
			other := []byte(text)
			other[at] ^= 1 << bit
			if got := r.Bytes(other); string(got) != string(other) {
				t.Errorf("%q is shown as %q", other, got)
			}
		}
	}
}

// TestSecretAtAnyPosition: a credential's last bytes are found at any distance to the ends of a text.
func TestSecretAtAnyPosition(t *testing.T) {
	t.Parallel()
	r := redactor(canary)
	for before := range 12 {
		for after := range 12 {
			for _, part := range []string{canary, canary[:12], canary[5:17], canary[len(canary)-12:]} {
				a, b := strings.Repeat("-", before), strings.Repeat("+", after)
				if got := r.String(a + part + b); got != a+"***"+b {
					t.Errorf("got %q", got)
				}
			}
		}
	}
}

// TestMatchesThatTouch: secrets of different kinds that touch or overlap become one mask.
func TestMatchesThatTouch(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	r.Add(secret.New(canary), secret.New("hunter2"), secret.New("hunt"), secret.Declared("q7Zp"), secret.Exact("8s-and-more-of-it"))
	for text, want := range map[string]string{
		canary + "hunter2 a":            "*** a",
		"hunter2" + canary + " a":       "*** a",
		"hunter2hunter2 a":              "*** a",
		canary + "hunter2" + canary:     "***",
		"a hunter2 " + canary:           "a *** ***",
		"a " + canary + " hunter2":      "a *** ***",
		canary + "-and-more-of-it b":    "*** b",
		canary + "q7Zp b":               "*** b",
		"q7Zp" + canary + " q7Zp":       "*** ***",
		"a q7Zp hunter2 q7Zp " + canary: "a *** *** *** ***",
		"hunter":                        "***er",
		"xq7Zp q7Zpx " + canary:         "xq7Zp q7Zpx ***",
	} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestSameTextTwice: a text that is secret anywhere and at boundaries is secret anywhere.
func TestSameTextTwice(t *testing.T) {
	t.Parallel()
	for _, values := range [][]secret.Value{
		{secret.New("hunter2"), secret.Declared("hunter2")},
		{secret.Declared("hunter2"), secret.New("hunter2")},
	} {
		r := new(secret.Redactor)
		r.Add(values...)
		if got := r.String("xhunter2x"); got != "x***x" {
			t.Errorf("got %s", got)
		}
	}
}

// TestRendered: in a page, short declared secrets are shown.
func TestRendered(t *testing.T) {
	t.Parallel()
	r := new(secret.Redactor)
	r.Add(secret.Declared("table"), secret.New(canary), secret.New("hunter2"), secret.Declared("correct horse battery"))
	page := "<table>" + canary + " hunter2, correct horse battery"
	if got := r.Rendered(page); got != "<table>*** ***, ***" {
		t.Errorf("got %s", got)
	}
	if got := r.String(page); got != "<***>*** ***, ***" {
		t.Errorf("as text: got %s", got)
	}
}

// TestRoundsOfMasks: a text is masked as a whole if masks form secrets more than nine times.
func TestRoundsOfMasks(t *testing.T) {
	t.Parallel()
	r := redactor("x***", "yyyy")
	for stars, want := range map[int]string{0: "a *** b", 1: "a *** b", 8: "a *** b", 9: "***"} {
		if got := r.String("a " + strings.Repeat("x", stars) + "yyyy b"); got != want {
			t.Errorf("%s: got %q, want %q", fmt.Sprint(stars), got, want)
		}
	}
}
