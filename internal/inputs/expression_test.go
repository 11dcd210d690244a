package inputs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"scalr-run-action/internal/inputs"
)

// TestExpressionOverLines checks expressions of several lines, each followed by another variable.
func TestExpressionOverLines(t *testing.T) {
	t.Parallel()
	for name, expression := range map[string]string{
		"object":                     "{ size = \"small\",\n  region = \"us-east-1\" }",
		"closed alone":               "{\n\n  region = \"us\"\n}",
		"list in a call":             "concat([1,\n2], [\n\"a=b\",\n])",
		"brackets in quotes":         "{\n a = \"}\"\n b = \"\\\"}\"\n c = \"\\\\\"\n}",
		"brackets in comments":       "{ # }\n // } \"\n /* } \"\n } */ a = 1\n}",
		"comment in lines":           "1 /* one\nb=2\n*/",
		"empty comment":              "[/**/1,\n2]",
		"templates":                  "{\n a = \"${x[\"}\"]}}\"\n b = \"$${\" \n c = \"%%{\"\n d = \"%{ if true ~}\"\n}",
		"template over lines":        "\"${ {\n a = \"b\" }.a }\"",
		"quotes over lines":          "\"one\nb=two\"",
		"heredoc":                    "<<EOT\na=1\n  EOTX\n \"} ${x} $${ '\nEOT",
		"indented heredoc":           "<<-E-1\n    a=1\n      b: {\n    E-1",
		"heredoc in an object":       "{\n a = <<EOT\n# } \" /*\n%{ for x in [\"}\"] ~}\n${x}\nEOT\n%{ endfor ~}\nEOT\n b = 1\n}",
		"two heredocs":               "[<<A\n]\nA\n, <<-B\n A\n  B\n]",
		"heredoc marker in a string": "[\"<<EOT\"]",
		"JSON":                       "{\n  \"key\": \"-----BEGIN\\nb=c\\n\\u007b\\\"\",\n  \"b\": [\n    1\n  ]\n}",
		"blanks":                     "<<EOT\n\ta  \n\n  b\t\n\nEOT",
	} {
		for _, input := range []string{"variables", "sensitive-variables"} {
			for end, text := range map[string]string{"LF": "\n", "CRLF": "\r\n"} {
				t.Run(strings.Join([]string{name, input, end}, "/"), func(t *testing.T) {
					t.Parallel()
					value := strings.ReplaceAll("before=x\n\nkey:="+expression+"\nafter=y\nlast := 3\n", "\n", text)
					got, _, err := inputs.LoadRun(row{with: with{input: value}}.source())
					if err != nil {
						t.Fatal(err)
					}
					var all []string
					for _, v := range got.Variables {
						all = append(all, v.Key+" "+v.Value.Reveal()+map[bool]string{true: " (HCL)"}[v.HCL])
					}
					want := []string{"before x", "key " + expression + " (HCL)", "after y", "last 3 (HCL)"}
					if diff := cmp.Diff(all, want); diff != "" {
						t.Errorf("got -, want +:\n%s", diff)
					}
				})
			}
		}
	}
}

func TestBadExpressions(t *testing.T) {
	t.Parallel()
	var rows []row
	for _, input := range []string{"variables", "sensitive-variables"} {
		bad := func(name, value, says string) {
			rows = append(rows, row{name: input + ", " + name, with: with{input: value}, input: input, says: says, hides: "s3cret"})
		}
		bad("brace", "x=1\na:={ s3cret = 1,\n  b = [\n]\nc=s3cret", `line 2 has for "a" an expression in which the { of line 2 is not closed|Correct the`)
		bad("inner bracket", "a:={\n  b = [\n  s3cret", "the [ of line 2 is not closed")
		bad("parenthesis", "a:=f(\ns3cret", "the ( of line 1 is not closed")
		bad("quote", "a:=\"s3cret\nb=2", `the " of line 1 is not closed`)
		bad("heredoc", "a:=<<EOT\ns3cret\nEOT2\n", `has for "a" a heredoc from line 1 that is not closed`)
		bad("comment", "a:=1 /* s3cret\nb=2", "the /* of line 1 is not closed")
		bad("template", "a:=\"s3cret${\"\nb=2", `the " of line 1 is not closed`)
		bad("template in a heredoc", "a:=<<EOT\n${\nEOT\n", "a ${ in line 2 that is not closed. Write $${ for")
		bad("wrong bracket", "a:=[\n s3cret }\nb=2", `line 1 has for "a" an expression with a } without an opening bracket, in line 2`)
		bad("bracket too many", "a:=[s3cret]]\nb=2", "an expression with a ] without an opening bracket, in line 1")
	}
	runRows(t, rows)
}

// TestBadExpressionEnds checks that the lines after an invalid expression are checked too.
func TestBadExpressionEnds(t *testing.T) {
	t.Parallel()
	_, _, err := inputs.LoadRun(row{with: with{"variables": "a:=[\n1 }\n2b=3"}}.source())
	for _, want := range []string{"line 1 has for \"a\"", "line 3 has a name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}
