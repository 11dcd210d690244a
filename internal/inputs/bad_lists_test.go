package inputs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"scalr-run-action/internal/inputs"
)

func TestBadVariables(t *testing.T) {
	t.Parallel()
	plain := func(name, value, says, hides string) row {
		return row{name: name, with: with{"variables": value}, input: "variables", says: says, hides: hides}
	}
	hidden := func(name, input, value, says, hides string) row {
		return row{name: name, with: with{input: value}, input: input, says: says, hides: hides, unquoted: true}
	}
	rows := []row{
		plain("no value", "a", `line 1 has no = ("a")|such as region=eu-west-1`, ""),
		plain("no value, 40 letters", strings.Repeat("a", 40), `line 1 has no = ("aaaaaaaa`, ""),
		hidden("no value, 41 letters", "variables", strings.Repeat("a", 41), "line 1 has no = (41 characters, not shown)", "aaaa"),
		hidden("no name", "variables", "=b0b0b0", "line 1 has no name before the =", "b0b0b0"),
		plain("number for a name", "1a=b0b0b0", `line 1 has a name with a character that is not allowed ("1a")`, "b0b0b0"),
		plain("name with a space", "a b=c0c0c0", "line 1 has a name with a character that is not allowed", "c0c0c0"),
		plain("option", "-var region=c0c0c0", "line 1 has a name with a character that is not allowed", "c0c0c0"),
		plain("twice", "a=1\nb=2\na=3", `line 3 sets "a", which is already set in line 1 of variables`, ""),
		plain("prefix", "TF_VAR_region=c0c0c0", "has a name with the prefix TF_VAR_|write region=", "c0c0c0"),
		plain("later line", "a=1\r\n\r\n  \r\nb", "line 4 has no =", ""),
		plain("long name", strings.Repeat("a", 129)+"=1", "has a name that is longer than 128 characters", ""),
		plain("JSON within a name", "a[0]=1", `line 1 has a name with a character that is not allowed ("a[0]")`, ""),
		plain("long value", "a="+strings.Repeat("z", 65536), `has for "a" a value that is longer than 65535 characters`, "zzz"),
		plain("NUL", "a=s3cret\x00", `has for "a" a value with a NUL character`, "s3cret"),
		plain("bytes", "a=s3cret\xff", `has for "a" a value with bytes that are not UTF-8`, "s3cret"),
		plain("no expression", "a:=", `has for "a" no expression after :=`, ""),
		plain("expression in the name", "${{ x }}=1", "has a name with a character", ""),
		plain("not evaluated", "b=1\na=${{ secrets.X }}", `line 2 sets "a", but the expression was not evaluated|`+
			"such as variables: a=${{ vars.NAME }}", "secrets.X"),
		plain("not evaluated, within text", "a=img:${{ github.sha || 'x}}' }}-1", "the expression was not evaluated", "github.sha"),
		plain("not evaluated, without blanks", "a=${{x}}", "the expression was not evaluated", ""),
		plain("not evaluated, after a dollar sign", "a=$${{ vars.X }}", "the expression was not evaluated", "vars.X"),
		plain("not evaluated, in HCL", `a:=["${{ vars.X }}"]`, "the expression was not evaluated|Write $${{ for the text ${{", "vars.X"),
		plain("not evaluated, as HCL", "a:=${{ toJSON(secrets.X) }}", "the expression was not evaluated", "secrets.X"),
		plain("not evaluated, a comparison in HCL", `a:="${{ github.ref == 'x' }}"`, "the expression was not evaluated", "github.ref"),
		plain("not evaluated, lines of HCL", "a:=<<EOT\n${{\n  vars.X }}\nEOT", "the expression was not evaluated", "vars.X"),
		hidden("no name that looks like one", "variables", "hunter two, s3cret", "line 1 has no = (18 characters, not shown)", "s3cret|hunter"),
		hidden("JSON array", "variables", `["a=s3cret"]`, "line 1 begins a list or an object|one variable per line", "s3cret"),
		hidden("JSON object", "variables", `{"a": "s3cret"}`, "line 1 begins a list or an object", "s3cret"),
		hidden("sensitive without =", "sensitive-variables", "hunter2", "line 1 has no = (7 characters, not shown)|such as password=", "hunter2"),
		hidden("sensitive without name", "sensitive-variables", "=hunter2", "line 1 has no name before the =", "hunter2"),
		hidden("sensitive of several lines", "sensitive-variables", "key=abcd\n-----s3cret-----\n", "line 2 has no =|a value with several lines", "s3cret"),
		hidden("sensitive that is not a name", "sensitive-variables", "c2Vj+cmV0/=x",
			"line 1 has a name with a character that is not allowed (not shown)", "c2Vj|cmV0"),
		hidden("sensitive prefix", "sensitive-variables", "TF_VAR_p4ss=s3cret", "has a name with the prefix TF_VAR_", "s3cret|p4ss"),
		hidden("shell without =", "environment-variables", "hunter2", "line 1 has no =|such as TF_LOG=debug", "hunter2"),
		hidden("shell name with a hyphen", "environment-variables", "my-var=s3cret", "line 1 has a name with a character that is not allowed", "s3cret|my-var"),
		hidden("shell expression", "environment-variables", "NAME:=s3cret", "has :=, but an environment variable cannot be an expression", "s3cret"),
		hidden("shell JSON", "environment-variables", `{"A":"s3cret=="}`, "line 1 begins a list or an object", "s3cret"),
		hidden(
			"sensitive shell without =", "sensitive-environment-variables", "hunter2",
			"line 1 has no = (7 characters, not shown)|such as DB_PASSWORD=", "hunter2",
		),
		hidden(
			"sensitive shell name", "sensitive-environment-variables", "my-var=s3cret",
			"line 1 has a name with a character that is not allowed (not shown)", "s3cret|my-var",
		),
		{name: "shell, plain and sensitive", with: with{
			"environment-variables": "A=1", "sensitive-environment-variables": "A=s3cret",
		}, input: "sensitive-environment-variables",
			says: `line 1 sets "A", which is already set in line 1`, hides: "s3cret"},
		{name: "shell twice", with: with{"environment-variables": "A=s3cret\nA=t0ken\n"}, input: "environment-variables",
			says: `line 2 sets "A", which is already set in line 1`, hides: "s3cret|t0ken"},
		{name: "plain and sensitive", with: with{"variables": "a=1", "sensitive-variables": "a=s3cret"}, input: "sensitive-variables",
			says: `line 1 sets "a", which is already set in line 1 of variables`, hides: "s3cret"},
	}
	for input, value := range map[string]string{
		"sensitive-variables": "a=${{ secrets.X }}", "environment-variables": "A=${{ secrets.X }}", "sensitive-environment-variables": "A=${{ secrets.X }}",
	} {
		rows = append(rows, row{name: input + " not evaluated", with: with{input: value}, input: input,
			says: "the expression was not evaluated|such as " + input + ": name=${{", hides: "secrets.X"})
	}
	rows = append(rows, row{name: "sensitive HCL not evaluated", with: with{"sensitive-variables": "a:=${{ toJSON(secrets.X) }}"},
		input: "sensitive-variables", says: "the expression was not evaluated", hides: "secrets.X"})
	runRows(t, rows)
}

// TestTextLikeAnExpression: a value that only resembles an expression is accepted unchanged.
func TestTextLikeAnExpression(t *testing.T) {
	t.Parallel()
	for _, item := range []string{
		"a=${{", "a=${{ open", "a={{ x }}", "a=$ {{ x }}", "a=${x}", "a=%{ if true }", `a=${{"b"}`,
		`a:="$${{ secrets.X }}"`, `a:="${{b=1}.b}"`, `a:="${{b={c=1}}.b.c}"`, `a:="${{ b : { c = 1 } }}"`, `a:="${{"b"={c=1}}.b.c}"`,
		`a:="${{for k in ["x"] : k => {y=k}}.x.y}"`, `a:="${{}}"`, `a:="$${x}"`,
	} {
		in, _, err := inputs.LoadRun(row{with: with{"variables": item}}.source())
		_, want, _ := strings.Cut(item, "=")
		if err != nil || len(in.Variables) != 1 || in.Variables[0].Value.Reveal() != want {
			t.Errorf("%s: got %v", item, err)
		}
	}
}

func TestBadAddresses(t *testing.T) {
	t.Parallel()
	var rows []row
	for _, input := range []string{"targets", "replace"} {
		one := func(name, value, says string) row {
			return row{name: input + " " + name, with: with{input: value}, input: input, says: says}
		}
		rows = append(rows,
			one("word", "a", "line 1 is not a resource address|"+input+": module.vpc"),
			one("assignment", "a=b=c", "line 1 is not a resource address"),
			one("commas", "aws_a.x,aws_b.y", "line 1 is not a resource address|per line, not separated by commas"),
			one("JSON array", `["aws_a.x"]`, "line 1 is not a resource address|without brackets"),
			one("quotation marks", `"aws_a.x"`, "line 1 is not a resource address|without brackets or quotation marks"),
			one("option", "-target=aws_a.x", "line 1 is not a resource address|without an option"),
			one("later line", "aws_a.x\n\naws_b..y", "line 3 is not a resource address"),
			one("open bracket", `aws_a.x["a`, "line 1 is not a resource address"),
			one("command", "aws_a.x; echo 1", "line 1 is not a resource address"),
			one("control", "aws_a.x[\"\x1b[31m\"]", "line 1 is not a resource address"),
			one("long", "aws_a."+strings.Repeat("x", 262143), "line 1 is not a resource address"),
			one("expression", "${{ inputs.target }}", "the expression was not evaluated"),
		)
	}
	runRows(t, rows)
}

// TestBadLongList checks that a file instead of a list fills neither the log nor the annotation.
func TestBadLongList(t *testing.T) {
	t.Parallel()
	for _, input := range []string{"variables", "environment-variables", "targets", "fail-on"} {
		c := row{with: with{input: strings.Repeat("s3cret, s3cret\n", 10_000)}}
		_, err := load("", c.source())
		if err == nil {
			t.Fatalf("%s: got no error", input)
		}
		text := err.Error()
		if n := strings.Count(text, "\n"); n != 6 {
			t.Errorf("%s: got %d lines below the headline, want 6:\n%s", input, n, text)
		}
		if want := input + ": has 9995 more problems"; !strings.Contains(text, want) {
			t.Errorf("%s: does not say %q:\n%s", input, want, text)
		}
	}
}

// TestProblemsOfOneInput checks that five problems of an input are reported, and the number of the others.
func TestProblemsOfOneInput(t *testing.T) {
	t.Parallel()
	for lines, want := range map[int]string{
		5: "",
		6: "variables: has one more problem of this kind. Correct the ones above and run again",
		7: "variables: has 2 more problems of this kind. Correct the ones above and run again",
	} {
		_, err := load("", row{with: with{"variables": strings.Repeat("bad\n", lines)}}.source())
		if err == nil {
			t.Fatalf("%d lines: got no error", lines)
		}
		text := err.Error()
		if n := strings.Count(text, "has no ="); n != 5 {
			t.Errorf("%d lines: %d of them are reported, want 5:\n%s", lines, n, text)
		}
		if _, last, _ := strings.Cut(text, "line 5 "); !strings.HasSuffix(last, want) || want == "" && strings.Contains(last, "\n") {
			t.Errorf("%d lines: got %q after line 5, want %q at the end", lines, last, want)
		}
	}
}

// TestBadListIsTooLong checks that the items of a list beyond the limit of 10,000 are not read.
func TestBadListIsTooLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ program, input, item string }{
		{
			"", "variables", "v%d=1\n",
		}, {"", "targets", "a.b%d\n"}, {"", "replace", "a.b%d\n"}, {"environment", "tags", "t%d\n"}, {"environment", "policy-groups", "g%d\n"},
	} {
		for _, n := range []int{10_000, 10_001, 100_000} {
			var list strings.Builder
			for i := range n {
				fmt.Fprintf(&list, "\n"+c.item, i)
			}
			_, err := load(c.program, row{action: c.program, with: with{c.input: list.String()}}.source())
			says := err != nil && strings.Contains(err.Error(), c.input+": has more than 10000 items")
			if says != (n > 10_000) {
				t.Errorf("%s with %d items: got %v", c.input, n, err)
			}
			list.WriteString("\x00")
			var problems inputs.Problems
			_, err = load(c.program, row{action: c.program, with: with{c.input: list.String()}}.source())
			if !errors.As(err, &problems) || len(problems) != 1 {
				t.Errorf("%s with %d items and a bad one: got %v, want one problem", c.input, n, err)
			}
		}
	}
}

// TestListWarningsAreLimited checks that five warnings are shown if all items of a list contain a comma.
func TestListWarningsAreLimited(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	for i := range 100 {
		fmt.Fprintf(&list, "a%d,b\n", i)
	}
	notes, _ := load("environment", row{with: with{"tags": list.String()}}.source())
	if n := strings.Count(fmt.Sprint(notes), "not by commas"); n != 5 {
		t.Errorf("got %d warnings, want 5", n)
	}
}
