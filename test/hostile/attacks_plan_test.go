package hostile_test

import (
	"net/http"
	"strings"
)

// withGate evaluates the plan and writes a comment, so that all data is read.
var withGate = map[string]string{
	"INPUT_FAIL-ON":      "destroy",
	"INPUT_COMMENT":      "true",
	"INPUT_GITHUB-TOKEN": "ghs_0123456789",
	"INPUT_PR-NUMBER":    "7",
}

func planAttacks() table {
	ofPlan := func(start int, plan func(n int) string) func(n int) attack {
		return func(n int) attack {
			return attack{
				n:       start,
				env:     withGate,
				answers: map[string]func(int, *http.Request) string{"GET /plans/*/sanitized-json-output": always(plan(n))},
			}
		}
	}
	changes := func(changes string) string { return `{"format_version":"1.2","resource_changes":[` + changes + `]}` }
	const change = `{"address":"a.b","mode":"managed","type":"a","name":"b","change":{"actions":["update"],"before":{"x":`
	return table{
		"changes": ofPlan(500, func(n int) string {
			return changes(many(n,
				`{"address":"a.b%d","type":"a","name":"b%d","change":{"actions":["create"],"before":null,"after":{"x":%d}}}`))
		}),
		"changes of one address": ofPlan(500, func(n int) string {
			return changes(many(n,
				`{"address":"a.b","type":"a","name":"b","change":{"actions":["delete"],"before":{"x":1},"after":null}}`))
		}),
		"resources that stay": ofPlan(2000,
			func(n int) string { return changes(many(n, `{"address":"a.b%d","change":{"actions":["no-op"]}}`)) }),
		"attributes of a change": ofPlan(2000, func(n int) string {
			return changes(`{"address":"a.b","type":"a","name":"b","change":{"actions":["create"],"before":null,"after":{` +
				many(n, `"x%d":1`) + `}}}`)
		}),
		"elements of a list": ofPlan(2000, func(n int) string {
			return changes(change + `[` + many(n, `%d`) + `]},"after":{"x":[` + many(n, `1%d`) + `]}}}`)
		}),
		"elements that stay": ofPlan(3000, func(n int) string {
			return changes(change + `[` + many(n, `%d`) + `]},"after":{"x":[` + many(n, `%d`) + `,1]}}}`)
		}),
		"levels of a value": ofPlan(100, func(n int) string {
			return changes(change + strings.Repeat("[", n) + strings.Repeat("]", n) + `},"after":{"x":` +
				strings.Repeat("[", n) + "1" + strings.Repeat("]", n) + `}}}`)
		}),
		"levels of marks": ofPlan(100, func(n int) string {
			v, m := strings.Repeat(`{"a":`, n)+"1"+strings.Repeat("}", n),
				strings.Repeat(`{"a":`, n)+"true"+strings.Repeat("}", n)
			return changes(change + `0},"after":{"x":` + v + `},"after_unknown":{"x":` + m + `},"after_sensitive":{"x":` + m +
				`}}}`)
		}),
		"marks": ofPlan(1000, func(n int) string {
			return changes(change + `[]},"after":{"x":[` + many(n, "1") + `]},"after_unknown":{"x":[` + many(n, "false") +
				`]},"after_sensitive":{"x":[` + many(n/2, "false") + `]}}}`)
		}),
		"paths that replace": ofPlan(500, func(n int) string {
			return changes(`{"address":"a.b","change":{"actions":["delete","create"],"before":{},"after":{},"replace_paths":[` +
				many(n, `["x%d",1]`) + `]}}`)
		}),
		"actions": ofPlan(500, func(n int) string {
			return changes(`{"address":"a.b","change":{"actions":[` + many(n, `"create"`) + `]}}`)
		}),
		"length of an address": ofPlan(5000, func(n int) string {
			return changes(`{"address":"` + strings.Repeat("a.", n) + `","change":{"actions":["delete"]}}`)
		}),
		"outputs": ofPlan(500, func(n int) string {
			return `{"format_version":"1.2","resource_changes":[],"output_changes":{` +
				many(n, `"o%d":{"actions":["create"],"before":null,"after":%d}`) + `}}`
		}),
		"attributes in both": func(n int) attack {
			a := ofPlan(500, func(n int) string {
				return changes(`{"address":"a.b","mode":"managed","type":"a","name":"b","change":{"actions":["update"],"before":{` +
					many(n, `"x%d":1`) + `},"after":{` + many(n, `"x%d":2`) + `}}}`)
			})(n)
			a.answers["GET /plans/*/output"] = always("Terraform will perform the following actions:\n\n  # a.b will be " +
				"updated in-place\n  ~ resource \"a\" \"b\" {\n" +
				strings.ReplaceAll(many(n, "      ~ x%d = 1 -> 2"), ",", "\n") +
				"\n    }\n\nPlan: 0 to add, 1 to change, 0 to destroy.\n")
			return a
		},
		"length of an attribute's name": ofPlan(2000, func(n int) string {
			return changes(change + `1},"after":{` + many(200, `"x%d":1`) + `,"` + strings.Repeat("long", n) + `":1}}}`)
		}),
		"digits of a number": ofPlan(2000,
			func(n int) string { return changes(change + `1},"after":{"x":1` + strings.Repeat("0", n) + `}}}`) }),
		"prior state": ofPlan(20000, func(n int) string {
			return `{"format_version":"1.2","prior_state":[` + many(n, `{"a":[[]]}`) + `],"resource_changes":[]}`
		}),
		"documents": ofPlan(2000,
			func(n int) string { return strings.Repeat(`{"format_version":"1.2","resource_changes":[]}`, n) }),
		"plan in an array": ofPlan(5000,
			func(n int) string { return `[` + many(n, `{"format_version":"1.2","resource_changes":[]}`) + `]` }),
	}
}

func logAttacks() table {
	ofLog := func(start int, log func(n int) string) func(n int) attack {
		return func(n int) attack {
			return attack{
				n:       start,
				env:     withGate,
				answers: map[string]func(int, *http.Request) string{"GET /plans/*/output": always(log(n))},
			}
		}
	}
	lines := func(start int, text string) func(n int) attack {
		return ofLog(start, func(n int) string {
			return "Terraform will perform the following actions:\n\n" + strings.Repeat(text, n) +
				"\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
		})
	}
	all := table{
		"many resources": ofLog(1000, func(n int) string {
			return "Terraform will perform the following actions:\n\n" +
				strings.ReplaceAll(many(n, "  # a.b%d will be created;  + resource \"a\" \"b%d\" {;      + x = 1;    };"), ";",
					"\n") + "Plan: 1 to add, 0 to change, 0 to destroy.\n"
		}),
		"many errors": ofLog(500, func(n int) string {
			return strings.ReplaceAll(many(n, "╷;│ Error: e%d;│ ;│   on main.tf line %d:;╵;"), ";", "\n")
		}),
		"an apply": func(n int) attack {
			log := strings.ReplaceAll(many(n, "a.b%d: Creation complete after 1s;"), ";", "\n") + "\nError: no\n"
			return attack{
				n:   1000,
				env: map[string]string{"INPUT_DRY-RUN": "false", "INPUT_AUTO-APPLY": "true"},
				answers: map[string]func(int, *http.Request) string{
					"POST /runs": always(strings.ReplaceAll(strings.Replace(run("pending", "pending", "", "", ""),
						`"is-dry":true`, `"is-dry":false`, 1), `"auto-apply":false`, `"auto-apply":true`)),
					"GET /applies/*/output": always(log),
					"GET /runs/*": always(strings.ReplaceAll(strings.Replace(run("errored", "finished", "",
						`,"apply":{"data":{"type":"applies","id":"apply-1"}}`,
						`,{"type":"applies","id":"apply-1","attributes":{"status":"errored"}}`), `"is-dry":true`, `"is-dry":false`, 1),
						`"auto-apply":false`, `"auto-apply":true`)),
				},
			}
		},
	}
	for name, text := range map[string]string{
		"lines":                         "x\n",
		"line ends":                     "\n",
		"carriage returns":              "\r",
		"one line":                      "x",
		"colors":                        "\x1b[1m\x1b[38;2;255;255;255m\n",
		"colors without end":            "\x1b[1;2;3;4",
		"operating system commands":     "\x1b]0;",
		"hashes":                        "#",
		"hashes and ignored characters": "#\u200b\u200b",
		"colons":                        ":\u200b",
		"broken characters":             "\xf0\x9f",
		"backticks":                     "`",
		"mentions":                      "@a ",
		"NUL":                           "\x00",
		"headers":                       "  # a.b will be created\n",
		"notes":                         "  # (note)\n",
		"blocks of one address":         "  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n      - x = 1 -> null\n    }\n",
		"lines of a block":              "      + x = 1\n",
		"heredocs":                      "      + x = <<-EOT\n",
		"deep heredocs": "  # a.b will be created\n  + resource \"a\" \"b\" {\n" + strings.Repeat(" ", 400) +
			"+ x = <<-EOT\n" + strings.Repeat("    \n", 40) + "    }\n",
		"brackets":             "[",
		"quotation marks":      "  # a[\"",
		"rules":                "─",
		"boxes":                "╷\n",
		"open boxes":           "╷\n│ Error: x\n",
		"bars":                 "│\n",
		"warnings":             "Warning: x\n",
		"warnings with places": "Warning: x\n  on main.tf line 1:\n",
		"plans":                "Plan: 1 to add, 0 to change, 0 to destroy.\n",
		"outputs of the text":  "Changes to Outputs:\n  + x = 1\n",
		"commands":             "::error::x\n",
		"fences":               "```\n",
		"tabs":                 "\t",
		"blanks":               " ",
		"similar warnings":     "(and 2 more similar warnings elsewhere)\n",
		"drift":                "Note: Objects have changed outside of Terraform\n",
		"tokens":               "0123456789abcdef0123456789",
		"parts of tokens":      "0123456789abcdef ",
	} {
		all["log of "+name] = lines(5000, text)
	}
	return all
}
