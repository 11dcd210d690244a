package job_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/job"
	"scalr-run-action/internal/secret"
)

// cleaned returns what the log shows of an untrusted text.
func cleaned(t *testing.T, text string, size int) string {
	t.Helper()
	var out bytes.Buffer
	j := job.New(job.Options{Stdout: &out})
	writeUntrusted(t, j, text, size)
	return out.String()
}

// TestControlSequences: of all control sequences only colors remain, however the text is split.
func TestControlSequences(t *testing.T) {
	t.Parallel()
	const reset = "\x1b[0m"
	rows := map[string]string{
		"a\x1b(Bb\x1b#8c":              "abc",
		"a\x1b0b\x1b7c\x1b~d":          "abcd",
		"a\x1b\x7fb":                   "ab",
		"a\x1béb":                      "aéb",
		"a\x1b\x1b\x1b[Kb":             "ab",
		"a\x1b\x01b":                   "ab",
		"a\x1b\tb":                     "a\tb",
		"a\x1b/0b":                     "ab",
		"a\x1b[2@b\x1b[2~c\x1b[Kd":     "abcd",
		"a\x1b[2\x7fb":                 "ab",
		"a\x1b[2éb":                    "aéb",
		"a\x1b[?25lb\x1b[>0;1mc":       "abc",
		"a\x1b[1 mb\x1b[1:2mc":         "abc",
		"a\x1b[1!mb":                   "ab",
		"a\x1b[\x1b[Kb":                "ab",
		"a\x1b[1\tb":                   "a\tb",
		"a\x1b[31mb":                   "a\x1b[31mb" + reset,
		"a\x1b[mb":                     "a\x1b[mb",
		"a\x1b[09mb":                   "a\x1b[09mb" + reset,
		"a\x1b[31":                     "a",
		"a\x1b":                        "a",
		"a\x1b]0;x\x07b":               "ab",
		"a\x1b]0;x\x1b\\b":             "ab",
		"a\x1b]0;x\u009cb":             "ab",
		"a\x1b]0;x\x1b[31mb":           "a\x1b[31mb" + reset,
		"a\x1b]0;x\x1b\x1b\\b":         "ab",
		"a\x1b]0;x\x1b]y\x07b":         "ab",
		"a\x1b]0;x\x1bPy\x1b\\b":       "ab",
		"a\x1b]0;x":                    "a",
		"a\x1bPx\x07b\x1bXx\x07c":      "abc",
		"a\x1b^x\x07b\x1b_x\x07c":      "abc",
		"a\x1b\\b\x1b`c":               "abc",
		"a\u009b31mb":                  "a\x1b[31mb" + reset,
		"a\u009b31m\u009b1mb":          "a\x1b[31m\x1b[1mb" + reset,
		"a\u0080b\u008fc\u0091d":       "abcd",
		"a\u0097b\u0099c\u009ad":       "abcd",
		"a\u009cb\x7fc\x1fd\x00e":      "abcde",
		"a\u00a0b":                     "a\u00a0b",
		"a~b b!":                       "a~b b!",
		"a\vb\fc\u0085d\u2028e":        "a b c d e",
		"a\u2029b\u2027c":              "a b\u2027c",
		"a\u061cb\u061bc\u061dd":       "ab\u061bc\u061dd",
		"a\u200eb\u200fc\u200dd":       "abc\u200dd",
		"a\u2010b":                     "a\u2010b",
		"a\u202ab\u202ec\u202fd":       "abc\u202fd",
		"a\u2066b\u2069c\u2065d":       "abc\u2065d",
		"a\u206ab":                     "a\u206ab",
		"a\xc3\n\xa9b":                 "a\uFFFD\n\uFFFDb",
		"a\x1b]0;x\nb\x1b[3\nc\x1b\nd": "a\nb\nc\nd",
	}
	for _, c := range "\u0090\u0098\u009d\u009e\u009f" {
		rows[fmt.Sprintf("a%cx\u009cb", c)] = "ab"
	}
	// A color has at most 48 bytes of parameters.
	most := strings.Repeat("1;", 23) + "31"
	rows["a\x1b["+most+"mb"] = "a\x1b[" + most + "mb" + reset
	rows["a\x1b["+most+"1mb"] = "ab"
	for text, want := range rows {
		for _, size := range []int{1, 3, 1000} {
			if got := cleaned(t, text, size); got != want+"\n" {
				t.Errorf("%q in pieces of %d bytes: got %q, want %q", text, size, got, want+"\n")
			}
		}
	}
}

// TestColorsContinue: a line begins with the color that the sequences before it add up to, in its shortest form.
func TestColorsContinue(t *testing.T) {
	t.Parallel()
	for sequence, want := range map[string]string{
		"": "", "0": "", "1": "1", "2": "2", "9": "9", "10": "", "21": "", "1;2": "1;2", "2;1": "1;2",
		"1;2;22": "", "3;22": "3", "3;23": "", "4;24": "", "5;25": "", "7;27": "", "8;28": "", "9;29": "", "4;23": "4", "9;30": "9;30",
		"31": "31", "37": "37", "31;39": "", "31;32": "32", "90": "90", "97": "97", "98": "", "89": "", "31;49": "31",
		"41": "41", "47": "47", "41;49": "", "100": "100", "107": "107", "108": "", "99": "", "41;39": "41", "50": "", "40": "40", "30": "30",
		"31;0": "", "31;0;1": "1", "31;": "", "1;31;42": "1;31;42", "42;31;1": "1;31;42",
		"38;5;208": "38;5;208", "48;5;1": "48;5;1", "38;2;1;2;3": "38;2;1;2;3", "48;2;1;2;3;4": "4;48;2;1;2;3",
		"38;5;1;1": "1;38;5;1", "38;7;1": "1;38;7", "38": "38", "38;5": "38;5", "38;2;1": "38;2;1", "48;5;31;32": "32;48;5;31",
		"001": "1", "0031": "0031", "9999": "", "99991": "", "100000": "", "1000031": "",
	} {
		text := "\x1b[" + sequence + "ma\nb\n"
		end := ""
		if want != "" {
			end = "\x1b[0m"
		}
		lines := strings.Split(cleaned(t, text, 1000), "\n")
		begin := ""
		if want != "" {
			begin = "\x1b[" + want + "m"
		}
		if lines[1] != begin+"b"+end {
			t.Errorf("%s: got %q, want %q", sequence, lines[1], begin+"b"+end)
		}
	}
}

// TestCarriageReturns: a carriage return ends a line, and a line feed belongs to it only immediately after.
func TestCarriageReturns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a\r\nb": "a\nb\n", "a\rb\n\nc": "a\nb\n\nc\n", "a\r\n\nb": "a\n\nb\n", "a\rb\nc": "a\nb\nc\n", "a\r\r\nb": "a\n\nb\n", "\r\n": "\n", "\r": "\n",
	} {
		for _, size := range []int{1, 2, 1000} {
			if got := cleaned(t, text, size); got != want {
				t.Errorf("%q in pieces of %d bytes: got %q, want %q", text, size, got, want)
			}
		}
	}
}

// TestSingleColon: a single colon at the start of a line starts no command.
func TestSingleColon(t *testing.T) {
	t.Parallel()
	for text, command := range map[string]bool{
		": error": false, ":x:": false, ":": false, "::": true, "::x": true, ":\u00ad:x": true, "x::": false, " ::x": true, "\u200b::x": true, ": :x": false,
	} {
		if got := strings.HasPrefix(cleaned(t, text, 1000), "\x1b[0m"); got != command {
			t.Errorf("%q: got %t, want %t", text, got, command)
		}
	}
}

// shortWriter writes one byte less than it should, without an error.
type shortWriter struct{ calls int }

func (w *shortWriter) Write(p []byte) (int, error) {
	w.calls++
	return len(p) - 1, nil
}

// TestShortWrite: an incomplete write is the first error of the log's stream; nothing is written after it.
func TestShortWrite(t *testing.T) {
	t.Parallel()
	var broken []error
	w := &shortWriter{}
	j := job.New(job.Options{Stdout: w, Broken: func(err error) { broken = append(broken, err) }})
	j.Infof("a")
	j.Infof("b")
	if len(broken) != 1 || !errors.Is(broken[0], io.ErrShortWrite) || w.calls != 1 {
		t.Errorf("got %v after %d writes", broken, w.calls)
	}
}

// TestClaimsErrors: the error says what is wrong with the token.
func TestClaimsErrors(t *testing.T) {
	t.Parallel()
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for token, want := range map[string]string{
		"a.b":                            "the ID token does not have three parts",
		"a.b.c.d":                        "the ID token does not have three parts",
		"a.=!.c":                         "the claims of the ID token are not base64",
		"a." + part("[1]") + ".c":        "the claims of the ID token do not have the expected form",
		"a." + part(`{"iss":1}`) + ".c":  "the claims of the ID token do not have the expected form",
		"a." + part(`{"aud":1}`) + ".c":  "the claims of the ID token do not have the expected form",
		"a." + part(`{"iss":"x"`) + ".c": "the claims of the ID token do not have the expected form",
		"a." + part(`{}`) + "=.c":        "",
	} {
		got := ""
		if _, err := job.ReadClaims(secret.New(token)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", token, got, want)
		}
	}
	for exp, want := range map[string]time.Time{
		"1": time.Unix(1, 0), "1.9": time.Unix(1, 0), "0": {}, "-1": {}, "null": {}, `"1"`: {}, "1099511627775": time.Unix(1<<40-1, 0), "1099511627776": {},
	} {
		claims, err := job.ReadClaims(secret.New("a." + part(`{"exp":`+exp+`}`) + ".c"))
		if err != nil || !claims.Expires.Equal(want) {
			t.Errorf("exp %s: got %s, %v", exp, claims.Expires, err)
		}
	}
}

// TestIDTokenOverLoopback: without a client or a transport the defaults are used, and the request names the program.
func TestIDTokenOverLoopback(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]*http.Client{"no client": nil, "no transport": {}} {
		var agent string
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			agent = r.UserAgent()
			fmt.Fprintf(w, `{"value":%q}`, jwt)
		}))
		j := job.New(job.Options{HTTP: client, UserAgent: "scalr-test/1", Environ: []string{
			"ACTIONS_ID_TOKEN_REQUEST_URL=" + s.URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN=request-" + canary}})
		token, err := j.IDToken(t.Context(), "")
		s.Close()
		if err != nil || token.Reveal() != jwt || agent != "scalr-test/1" {
			t.Errorf("%s: got %q, %v, and the user agent %q", name, token.Reveal(), err, agent)
		}
	}
}

// TestIDTokenAddressErrors: the error says why the address is not used.
func TestIDTokenAddressErrors(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://%zz":           "ACTIONS_ID_TOKEN_REQUEST_URL: not an address",
		"https:///x":            "ACTIONS_ID_TOKEN_REQUEST_URL: not an address",
		"http://github.test":    "ACTIONS_ID_TOKEN_REQUEST_URL: only https is accepted",
		"https://169.254.1.1/x": "ACTIONS_ID_TOKEN_REQUEST_URL: it has a link-local address, where clouds have their metadata service",
	} {
		j, _ := idJob(&github{}, address)
		if _, err := j.IDToken(t.Context(), ""); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", address, err, want)
		}
	}
}

// TestLongestLines: a line is cut before the character that exceeds 11 KiB.
func TestLongestLines(t *testing.T) {
	t.Parallel()
	const limit = 11 << 10
	for _, character := range []string{"x", "é", "日", "👩"} {
		for n := range 8 {
			text := strings.Repeat("x", n) + strings.Repeat(character, 2*limit/len(character))
			for i, line := range strings.Split(strings.TrimSuffix(cleaned(t, text, 5000), "\n"), "\n") {
				if len(line) > limit || i == 0 && len(line) <= limit-len(character) {
					t.Errorf("%d bytes before %s: line %d has %d bytes", n, character, i+1, len(line))
				}
			}
		}
	}
}

// TestAnnotatedPlaces: a column counts only with a line, and only within one line.
func TestAnnotatedPlaces(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]job.Annotation{
		"::notice::m":                            {Line: 1, Col: 1},
		"::notice file=a.tf::m":                  {File: "a.tf", Col: 1},
		"::notice file=a.tf::m ":                 {File: "a.tf", Line: -1, EndLine: 2},
		"::notice file=a.tf,line=1::m":           {File: "a.tf", Line: 1},
		"::notice col=1,file=a.tf,line=1::m":     {File: "a.tf", Line: 1, Col: 1},
		"::notice col=3,file=a.tf,line=2::m":     {File: "a.tf", Line: 2, EndLine: 2, Col: 3},
		"::notice endLine=3,file=a.tf,line=2::m": {File: "a.tf", Line: 2, EndLine: 3, Col: 3},
		"::notice col=3,file=a.tf,line=2::m ":    {File: "a.tf", Line: 2, EndLine: 1, Col: 3},
		"::notice file=a.tf,title=t::m":          {File: "a.tf", Title: "t"},
	} {
		a.Level, a.Message = job.LevelNotice, "m"
		j, out := onGitHub(t)
		j.Annotate(a)
		if got := strings.TrimSpace(out.String()); got != strings.TrimSpace(want) {
			t.Errorf("%+v: got %s, want %s", a, got, want)
		}
	}
}

// TestLinesOfAnnotations: the message of an annotation on GitHub keeps its lines, and its title is one line.
func TestLinesOfAnnotations(t *testing.T) {
	t.Parallel()
	j, out := onGitHub(t)
	j.Annotate(job.Annotation{Title: "a\r\nb\nc\rd", Message: "e\r\nf\ng\rh\n\ni", File: "a\nb", Level: job.LevelWarning})
	if got, want := out.String(), "::warning file=a b,title=a b c d::e%0Af%0Ag h%0A%0Ai\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPlainAnnotations: elsewhere than on GitHub, an annotation is a line with its place and title.
func TestPlainAnnotations(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]job.Annotation{
		"error: m":                 {Message: "m", Line: 2},
		"warning: t: m":            {Message: "m", Title: "t", Level: job.LevelWarning},
		"notice: a.tf: m":          {Message: "m", File: "a.tf", Level: job.LevelNotice},
		"error: a.tf:1: t: m\n  n": {Message: "m\r\nn\n", File: "a.tf", Line: 1, Title: "t", Col: 5},
	} {
		j, out := newJob(t)
		j.Annotate(a)
		if got := out.String(); got != want+"\n" {
			t.Errorf("%+v: got %q, want %q", a, got, want)
		}
	}
}
