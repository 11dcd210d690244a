package hclscan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestScan lists the reported strings in quotes, preceded by the function for a first argument, and the
// sources of modules; "source ?" is a source that is not a string.
func TestScan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string // JSON if it begins with { or [
		want string
		err  error
	}{
		"a call":                   {`a = file("x")`, `file("x")`, nil},
		"its second argument":      {`a = templatefile("x", "y")`, `templatefile("x") "y"`, nil},
		"an operand":               {`a = file(("x"))`, `"x"`, nil},
		"a template":               {`a = "${file("x")} y"`, `file("x") "${file("x")} y"`, nil},
		"an escaped template":      {`a = "$${file("`, `"$${file("`, nil},
		"an escaped quote":         {`a = "\"x"`, `"\"x"`, nil},
		"a heredoc":                {"a = <<-EOT\n  file(\"x\") ${file(\"y\")}\n  EOT\nb = \"z\"", `file("y") "z"`, nil},
		"a template over lines":    {"a = <<EOT\n${file(\n\"x\"\n)}\nEOT\n", `file("x")`, nil},
		"comments":                 {"# \"a\"\n// \"b\"\n/* \"c\"\n*/ d = \"d\"", `"d"`, nil},
		"a source":                 {"module \"m\" {\n  source = \"./x\"\n}", `"m" "./x" source "./x"`, nil},
		"a source on the line":     {`module "m" { source = "./x" }`, `"m" "./x" source "./x"`, nil},
		"a source that is a call":  {"module \"m\" {\n  source = f(\"x\")\n}", `"m" f("x") source ?`, nil},
		"a source of two strings":  {"module \"m\" {\n  source = \"./x\" + \"y\"\n}", `"m" "./x" "y" source ?`, nil},
		"dollars and percents":     {"a = \"$%%%{f}${g(\"x\")}$\"\nb = <<EOT\n$ 5% ${h(\"y\")}\nEOT\n", `g("x") "$%%%{f}${g("x")}$" h("y")`, nil},
		"another block's source":   {"resource \"r\" \"m\" {\n  source = \"./x\"\n}", `"r" "m" "./x"`, nil},
		"a nested source":          {"module \"m\" {\n  x = {\n    source = \"./x\"\n  }\n}", `"m" "./x"`, nil},
		"an empty comment":         {`/**/ a = "x"`, `"x"`, nil},
		"the marker within a line": {"a = <<EOT\nnot EOT\n${f(\"x\")}\nEOT\n", `f("x")`, nil},
		"characters of names": {
			text: `a = [azAZ_09("a"), é-ü("b"), z("c"), Z("d"), _("e"), a9("f"), À("g")]`,
			want: `azAZ_09("a") é-ü("b") z("c") Z("d") _("e") a9("f") À("g")`,
		},
		"characters outside of names": {"a = [f@(\"a\"), f`(\"b\"), f{(\"c\")}, f[(\"d\")], f:(\"e\")]", `"a" "b" "c" "d" "e"`, nil},
		"an empty source":             {"module \"m\" {\n  source =\n  version = \"1\"\n}", `"m" "1"`, nil},
		"a quoted source":             {"module \"m\" {\n  \"source\" = \"./x\"\n}", `"m" "source" "./x"`, nil},
		"source as a block":           {"module \"m\" {\n  source { \"./x\" }\n}", `"m" "./x"`, nil},
		"another block after a module": {
			text: "module \"m\" { source = \"./x\" }\nresource \"r\" \"m\" {\n  source = \"./y\"\n}",
			want: `"m" "./x" source "./x" "r" "m" "./y"`,
		},
		"a source after an object":               {"module \"m\" {\n  x = {\n  }\n  source = \"./x\"\n}", `"m" "./x" source "./x"`, nil},
		"a nested module":                        {"x {\n  module \"m\" {\n    source = \"./x\"\n  }\n}", `"m" "./x"`, nil},
		"brackets that are not open":             {"}\n)]\nmodule \"m\" {\n  source = \"./x\"\n}", `"m" "./x" source "./x"`, nil},
		"a shift":                                {"a = 1 << 2\nb = \"x\"", `"x"`, nil},
		"a shift of a string":                    {"a = 1 <<\"x\"\nb = \"y\"", `"x" "y"`, nil},
		"a shift at the end":                     {"b = \"y\"\na = 1 <<", `"y"`, nil},
		"a word before a string":                 {`a = file "x" ("y")`, `"x" "y"`, nil},
		"strings without a comma":                {`a = file("x" "y")`, `file("x") "y"`, nil},
		"a comment before a string":              {`a = /**/"x"`, `"x"`, nil},
		"a marker that looks like a template":    {"a = <<${f(\n${f(\nb = \"x\"", `"x"`, nil},
		"a marker at the end of a longer line":   {"a = <<EOT\nxEOT\n\"y\"\nEOT\nb = \"z\"", `"z"`, nil},
		"a template before a long marker":        {"a = \"${f(\"x\")}\" + <<LONG_MARKER_NAME\nLONG_MARKER_NAME\n", `f("x") "${f("x")}"`, nil},
		"an escaped template at the end":         {`a = "$${" + "%%{" + "x"`, `"$${" "%%{" "x"`, nil},
		"a directive":                            {`a = "%{ if f("x") }y%{ endif }"`, `f("x") "%{ if f("x") }y%{ endif }"`, nil},
		"a heredoc before a string":              {"a = file(<<EOT\nEOT\n\"x\")", `"x"`, nil},
		"a word before a heredoc":                {"a = file <<EOT\nEOT\n(\"x\")", `"x"`, nil},
		"a name with signs":                      {`a = my-file_2("x")`, `my-file_2("x")`, nil},
		"templates in a heredoc":                 {"a = <<EOT\n${f(\"x\")} ${g(\"y\")}\n%{ if h(\"z\") }\nEOT\n", `f("x") g("y") h("z")`, nil},
		"braces in a template":                   {`a = "${ {x = f("y")} }${g("z")}"`, `f("y") g("z") "${ {x = f("y")} }${g("z")}"`, nil},
		"a template of a heredoc that continues": {"a = <<EOT\n${f(\n\"x\")}${g(\"y\")}\nEOT\n", `f("x") g("y")`, nil},
		"a backslash at the end":                 {`a = "x\`, ``, ErrUnclosed},
		"a slash":                                {`a = 1 / f("x")`, `f("x")`, nil},
		"JSON": {
			text: `{"module": {"m": [{"source": "./x"}]}, "a": "${file(\"y\")}"}`,
			want: `source "./x" "./x" "${file("y")}" file("y")`,
			err:  nil,
		},
		"JSON, numeric source":                 {`{"module": {"m": {"source": 1}}}`, `source ?`, nil},
		"a string without end":                 {`a = "x`, ``, ErrUnclosed},
		"a heredoc without end":                {"a = <<EOT\n${file(\"x\")}\n", `file("x")`, ErrUnclosed},
		"a comment without end":                {`a = "x" /*`, `"x"`, ErrUnclosed},
		"a word at the end":                    {`a = "x" + b`, `"x"`, nil},
		"an open template":                     {`a = "${f("x")`, `f("x")`, ErrUnclosed},
		"a template at the end":                {`a = "x${`, ``, ErrUnclosed},
		"a string without end in a template":   {`a = "${f("x`, ``, ErrUnclosed},
		"a template without end in a heredoc":  {"a = <<EOT\n${f(\"x\")\nEOT\n", `f("x")`, ErrUnclosed},
		"a heredoc without a line":             {`a = <<EOT`, ``, ErrUnclosed},
		"a heredoc without end after its line": {"a = <<EOT\nx", ``, ErrUnclosed},
		"a marker without a line break":        {"a = <<EOT\n${f(\"x\")}\nEOT", `f("x")`, nil},
		"lines that end in CRLF":               {"a = <<EOT\r\n${f(\"x\")}\r\nEOT\r\nb = \"y\"\r\n", `f("x") "y"`, nil},
		"a source in lines that end in CRLF":   {"module \"m\" {\r\n  source = \"./x\"\r\n}\r\n", `"m" "./x" source "./x"`, nil},
		"a source after tabs":                  {"module \"m\" {\n\tsource\t=\t\"./x\"\n}\n", `"m" "./x" source "./x"`, nil},
		"a call with a tab and a line break":   {"a = f\t(\r\n\t\"x\")", `f("x")`, nil},
		"an escape at the end of a string":     {`a = "\n" + f("x\\") + "y"`, `"\n" f("x\\") "y"`, nil},
		"a source outside of a block":          {"source = \"./x\"\nmodule \"m\" {\n}\nsource = \"./y\"\n", `"./x" "m" "./y"`, nil},
		"a byte order mark":                    {"\ufeffmodule \"m\" {\n  source = \"./x\"\n}", `"m" "./x" source "./x"`, nil},
		"a heredoc with an indented marker":    {"a = <<EOT\n\t EOT \nb = \"y\"", `"y"`, nil},
		"a dollar before a quote":              {`a = "x$"` + "\nb = \"y%\"", `"x$" "y%"`, nil},
		"a comment at the end":                 {`a = "x" # "y"`, `"x"`, nil},
		"a comment with an asterisk":           {`/*/ "x" */ a = "y"`, `"y"`, nil},
		"a source without a line break":        {`module "m" { source = "./x"`, `"m" "./x" source "./x"`, nil},
		"a source in brackets":                 {"module \"m\" {\n  x = [\n  source = \"./x\"\n]\n  source = \"./y\"\n}", `"m" "./x" "./y" source "./y"`, nil},
		"a source with another operator":       {"module \"m\" {\n  source + \"./x\"\n}", `"m" "./x"`, nil},
		"a module without a name":              {"module {\n  source = \"./x\"\n}", `"./x"`, nil},
		"a module with two names":              {"module \"m\" \"n\" {\n  source = \"./x\"\n}", `"m" "n" "./x"`, nil},
		"a quoted module":                      {"\"module\" \"m\" {\n  source = \"./x\"\n}", `"module" "m" "./x"`, nil},
		"a list after a module's name":         {"module \"m\" [\n  source = \"./x\"\n]", `"m" "./x"`, nil},
		"JSON, a list":                         {`[{"module": {"m": {"source": "./x"}}}]`, ``, nil},
		"JSON, a list of modules": {
			text: `{"module": [{"m": {"source": "./x"}}, {"n": [{"source": "./y"}]}]}`,
			want: `source "./x" source "./y" "./x" "./y"`,
		},
		"JSON, repeated members": {
			text: `{"module": {"m": {"source": "./x"}}, "module": {"n": {"source": "./y"}, "n": {"source": "./z"}}, "locals": {"a": "b"}, ` +
				`"locals": {"a": "c"}}`,
			want: `source "./x" "./x" source "./y" source "./z" "./y" "./z" "b" "c"`,
		},
		"JSON, comments": {
			text: `{"//": "./a", "module": {"m": {"//": "./b", "source": "./x"}}, "resource": {"t": {"n": [{"//": "./c", "x": "y"}]}}, ` +
				`"locals": {"//": "./d"}}`,
			want: `source "./x" "./x" "y"`,
		},
		"JSON, members named // that are not comments": {
			text: `{"locals": {"a": {"//": "./b"}}, "other": {"//": "./c"}, "module": {"//": {"source": "./d"}}, "terraform": "./e", "resource": ["./f"]}`,
			want: `"./b" "./c" source "./d" "./d" "./e" "./f"`,
		},
		"JSON, numbers and null":        {`{"a": 1e999, "b": null, "c": [true, 0.5, "x"]}`, `"x"`, nil},
		"JSON, two values":              {`{"a": "x"} {"b": "y"}`, ``, ErrNotJSON},
		"JSON, a deeper source":         {`{"module": {"m": {"x": {"source": "./x"}}}}`, `"./x"`, nil},
		"JSON, a source without a name": {`{"module": {"source": "./x"}}`, `"./x"`, nil},
		"JSON, another block":           {`{"data": {"m": {"source": "./x"}}, "b": ["y", {"c": "z"}]}`, `"./x" "y" "z"`, nil},
		"JSON, an open template":        {`{"a": "${f(\"x\")"}`, `"${f("x")" f("x")`, nil},
		"many templates":                {`a = ` + strings.Repeat(`"${`, 200), ``, ErrUnclosed},
		"broken JSON":                   {`{"a": "x"`, ``, ErrNotJSON},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found []string
			file := "main.tf"
			if c.text[0] == '{' || c.text[0] == '[' {
				file += ".json"
			}
			err := Scan(file, c.text, Visitor{
				Text: func(content, call string) {
					if found = append(found, `"`+content+`"`); call != "" {
						found[len(found)-1] = fmt.Sprintf(`%s("%s")`, call, content)
					}
				},
				Source: func(content string, literal bool) {
					if found = append(found, `source "`+content+`"`); !literal {
						found[len(found)-1] = "source ?" + content
					}
				},
			})
			if !errors.Is(err, c.err) || strings.Join(found, " ") != c.want {
				t.Errorf("got %s and %v, want %s and %v", strings.Join(found, " "), err, c.want, c.err)
			}
		})
	}
}

// TestMessages checks what is wrong with a file.
func TestMessages(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"main.tf": "a string, comment or heredoc has no end", "main.tf.json": "it is not valid JSON"} {
		if err := Scan(name, `"x`, Visitor{}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
}

// TestTemplateDepth checks that 100 nested templates are allowed and 101 are an error.
func TestTemplateDepth(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]error{100: nil, 101: ErrUnclosed} {
		texts := 0
		text := "a = " + strings.Repeat(`"${`, n) + "x" + strings.Repeat(`}"`, n)
		err := Scan("main.tf", text, Visitor{Text: func(string, string) { texts++ }, Source: func(string, bool) {}})
		if err != want || err == nil && texts != n {
			t.Errorf("%d templates: got the error %v and %d texts", n, err, texts)
		}
	}
}
