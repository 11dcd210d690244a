package secret_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestTextsInCode: each text of an HCL expression or of JSON that is secret is found, and no other one.
func TestTextsInCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value       secret.Value
		hides, rest []string
	}{
		"a heredoc in an object": {
			value: secret.Expression("{ note = <<EOT\n  q7Zp3Vx9Lr\n  a$${b}9x %%{c}9x\nEOT\n, region = \"eu-west-1\", last = \"x9Q2xLw7\" }"),
			hides: []string{"q7Zp3Vx9Lr", "a${b}9x %{c}9x", "x9Q2xLw7"},
			rest:  []string{"eu-west-1", "note", "region", "last"},
		},
		"a heredoc": {
			value: secret.Expression("<<~ EOT \n  q7Zp3Vx9Lr\n  x9Q2xLw7\n  EOT\n \n"),
			hides: []string{"q7Zp3Vx9Lr\nx9Q2xLw7", "q7Zp3Vx9Lr", "x9Q2xLw7"},
			rest:  []string{"EOT"},
		},
		"a heredoc without its end":  {secret.Expression("<<EOT\nq7Zp3Vx9Lr"), []string{"q7Zp3Vx9Lr"}, []string{"EOT"}},
		"a heredoc without lines":    {secret.Expression("<<EOT q7Zp3Vx9Lr"), []string{"<<EOT q7Zp3Vx9Lr"}, []string{"q7Zp3Vx9Lr"}},
		"a heredoc without its mark": {secret.Expression("[<<\nq7Zp3Vx9Lr]"), []string{"q7Zp3Vx9Lr"}, nil},
		"something after a heredoc":  {secret.Expression("<<EOT\nabcd\nEOT\n + \"q7Zp3Vx9Lr\""), []string{"q7Zp3Vx9Lr"}, nil},
		"something after a text":     {secret.Expression(`"abcde" + "q7Zp3Vx9Lr"`), []string{"q7Zp3Vx9Lr", "abcde"}, nil},
		"space after a text":         {secret.Expression(`"abcde" `), []string{"abcde"}, []string{`"abcdef"`}},
		"an unfinished text":         {secret.Expression(`["q7Zp3Vx9Lr`), []string{"q7Zp3Vx9Lr"}, nil},
		"an unfinished escape":       {secret.Expression(`["q7Zp3Vx9Lr\"`), []string{`q7Zp3Vx9Lr\`}, nil},
		"an unfinished object":       {secret.Declared("{password=q7Zp"), []string{"{password=q7Zp", "q7Zp"}, []string{"password"}},
		"a short call":               {secret.Expression(`f("abcd1")`), []string{"abcd1"}, []string{`f("xxxx1")`}},
		"eleven bytes":               {secret.Expression(`["x", "y1"]`), nil, []string{`["x", "y1"]`}},
		"twelve bytes":               {secret.Expression(`["xx", "y1"]`), []string{`["xx", "y1"]`}, nil},
		"a variable":                 {secret.Expression("var.db"), []string{"var.db"}, nil},
		"a comparison":               {secret.Expression(`{ a = b == "swordfish" }`), nil, []string{"swordfish"}},
		"names in parentheses":       {secret.Expression(`{ ("db_password" ) = "abcd" }`), []string{"abcd"}, []string{"db_password"}},
		"names with tabs":            {secret.Expression("{ db_password\t=\t\"abcd\" }"), []string{"abcd"}, []string{"db_password"}},
		"a list of a member": {
			value: secret.Expression(`{ passwords = ["abcd", 'efgh', 1234], region = "abcde" }`),
			hides: []string{"abcd", "efgh", "1234"},
			rest:  []string{"abcde"},
		},
		"words between other marks": {
			value: secret.Expression("[q7Zp3,x9Q2x:Lr2Tn<Wd5Kc(Jh7Bm)\t{Gs6Yf}\r\nBm4Gs]"),
			hides: []string{"q7Zp3", "Lr2Tn", "Wd5Kc", "Jh7Bm", "Gs6Yf", "Bm4Gs"},
			rest:  []string{"x9Q2x"},
		},
		"a list of numbers":    {secret.Expression("[1234, +5678.5, -9012]"), []string{"1234", "+5678.5", "-9012"}, []string{"12345"}},
		"numbers among others": {secret.Expression("[1234, true, 5678]"), nil, []string{"1234", "5678"}},
		"a list of kinds": {
			value: secret.Expression(`["swordfish", "12345", "eu-west-1", "fd00::1"]`),
			hides: []string{"swordfish", "12345"},
			rest:  []string{"eu-west-1", "fd00::1"},
		},
		"a list of a sensitive value": {
			value: secret.Leaf(`["swordfish", "tok-9fQ2xLw7Rk4VbN8s"]`),
			hides: []string{"tok-9fQ2xLw7Rk4VbN8s", `["swordfish", "tok-9fQ2xLw7Rk4VbN8s"]`},
			rest:  []string{"swordfish"},
		},
		"lines of a sensitive value": {
			value: secret.Leaf("alpha beta gamma\ntok-9fQ2xLw7Rk4VbN8s\nname: swordfish"),
			hides: []string{"tok-9fQ2xLw7Rk4VbN8s"},
			rest:  []string{"alpha beta gamma", "swordfish"},
		},
	} {
		r := new(secret.Redactor)
		r.Add(c.value)
		for _, text := range c.hides {
			if got := r.String("(" + text + ")"); got != "(***)" {
				t.Errorf("%s: %q is shown as %q", name, text, got)
			}
		}
		for _, text := range c.rest {
			if got := r.String("(" + text + ")"); got != "("+text+")" {
				t.Errorf("%s: %q is shown as %q", name, text, got)
			}
		}
	}
}

// TestEscapesInExpressions: the escapes of a text in quotes are replaced.
func TestEscapesInExpressions(t *testing.T) {
	t.Parallel()
	for expression, value := range map[string]string{
		`"q7\r\n\tZp3"`: "q7\r\n\tZp3", `"q7\b\fZp3"`: "q7\b\fZp3", `"q7\/Zp3\\"`: `q7/Zp3\`, `"\u0041\u00e9Zp3"`: "AéZp3",
		`"q7Zp3\u0041"`: "q7Zp3A", `"q7Zp3\U0001f600"`: "q7Zp3😀", `"q7Zp3\ud83d\ude00"`: "q7Zp3😀", `"q7Zp3\ud83d"`: "q7Zp3\uFFFD",
		`"\ud83dq7Zp3x"`: "\uFFFDq7Zp3x", `"\ud83d\u0041q7Zp3"`: "\uFFFDAq7Zp3", `"\ud83d\ud83d\ude00q7Zp3"`: "\uFFFD😀q7Zp3",
		`"q7Zp3\u004"`: "q7Zp3u004", `"q7Zp3\U0000004"`: "q7Zp3U0000004", `"q7Zp3\u00g1"`: "q7Zp3u00g1", `"q7\éZp3"`: "q7éZp3",
		`"q7\qZp3"`: "q7qZp3", `"q7$${Zp3%%{"`: "q7${Zp3%{", `"q7Zp3"`: "q7Zp3", `"q7\x0041Zp3"`: "q7x0041Zp3",
	} {
		r := new(secret.Redactor)
		r.Add(secret.Expression(expression))
		if got := r.String("(" + value + ")"); got != "(***)" {
			t.Errorf("%s: %q is shown as %q", expression, value, got)
		}
	}
}

// TestTextsInTexts: secrets in JSON that is a text in JSON are found up to a limited depth.
func TestTextsInTexts(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string {
		text := "q7Zp3Vx9Lr"
		for range levels {
			b, err := json.Marshal(map[string]string{"password": text})
			if err != nil {
				t.Fatal(err)
			}
			text = string(b)
		}
		return text
	}
	lines := func(levels int) string {
		text := "q7Zp3Vx9Lr"
		for range levels {
			text = fmt.Sprintf("{password=\"%s\"}", strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace("a: b\npassword: "+text))
		}
		return text
	}
	for levels := range 8 {
		for how, c := range map[string]struct {
			value secret.Value
			most  int
		}{
			"declared":        {secret.Declared(nested(levels)), 5},
			"sensitive":       {secret.Leaf(nested(levels)), 5},
			"lines":           {secret.Declared(lines(min(levels, 3))), 2},
			"an expression":   {secret.Expression(nested(levels)), 6},
			"a heredoc":       {secret.Expression("<<EOT\n" + nested(levels) + "\nEOT\n"), 5},
			"lines in quotes": {secret.Expression(fmt.Sprintf("%q", "a\n"+nested(levels))), 4},
		} {
			r := new(secret.Redactor)
			r.Add(c.value)
			if got := r.String("(q7Zp3Vx9Lr)") == "(***)"; got != (levels <= c.most) {
				t.Errorf("%s, %d levels: found: %t", how, levels, got)
			}
		}
	}
}

// TestLines: the runner masks the lines of a credential that are not ordinary, and only whole texts of others.
func TestLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value secret.Value
		want  []string
	}{
		"a credential of several lines": {
			value: secret.New("first-line-of-it\n  second \nabc\r\nTRUE\rlast-line\nsecond"),
			want:  []string{"first-line-of-it", "second", "last-line"},
		},
		"a short credential": {secret.New("ab\nabcd\nabcd"), []string{"abcd"}},
		"four bytes":         {secret.New("abcd"), []string{"abcd"}},
		"three bytes":        {secret.New("abc"), nil},
		"declared lines":     {secret.Declared("q7Zp3Vx9Lr\nabc\nx9Q2xLw7\nq7Zp3Vx9Lr"), []string{"q7Zp3Vx9Lr", "x9Q2xLw7"}},
		"an address":         {secret.Whole("/uploads/production"), nil},
		"nothing":            {secret.Value{}, nil},
	} {
		if got := c.value.Lines(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestMostParts: of a text that is declared secret, 20,000 parts are secret by themselves.
func TestMostParts(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	lines.WriteString("-----BEGIN KEY-----\n")
	for n := range 20_010 {
		fmt.Fprintf(&lines, "line%d\n", n)
	}
	got := secret.Declared(lines.String()).Lines()
	if len(got) != 20_000-1 || got[0] != "line0" { // the whole text is a part, too
		t.Errorf("got %d lines", len(got))
	}
}

// TestRepeatedParts: parts that are repeated do not count against the limit.
func TestRepeatedParts(t *testing.T) {
	t.Parallel()
	r := declared(strings.Repeat("password: swordfish\n", 20_001) + "password: letmein9")
	if got := r.String("(swordfish) (letmein9)"); got != "(***) (***)" {
		t.Errorf("got %s", got)
	}
}

// TestOrdinaryWords: a credential that is a common word is shown, in any case; a declared one is not.
func TestOrdinaryWords(t *testing.T) {
	t.Parallel()
	for word := range strings.FieldsSeq("true false null none default enabled disabled admin root user test main master latest prod " +
		"production staging development localhost http https terraform plan apply error warning") {
		for _, text := range []string{word, strings.ToUpper(word), " " + word + "\n"} {
			if secret.New(text).Hideable() || secret.Whole(text).Hideable() {
				t.Errorf("%q is hidden", text)
			}
			literal := slices.Contains([]string{"true", "false", "null"}, word)
			if secret.Declared(text).Hideable() == literal || secret.Exact(text).Hideable() == literal {
				t.Errorf("declared: %q is hidden: %t", text, literal)
			}
		}
	}
}
