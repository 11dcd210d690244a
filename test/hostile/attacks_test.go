package hostile_test

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// attacks are the kinds of input. Each makes its attack for a size; the size of
// the attack for 1 is where to begin.
var attacks = merged(answerAttacks(), listAttacks(), planAttacks(), logAttacks(), inputAttacks(), gitHubAttacks(),
	outputAttacks())

type table map[string]func(n int) attack

func merged(tables ...table) table {
	all := table{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// many joins n texts by commas; the format may hold the number, several times.
func many(n int, format string) string {
	var all strings.Builder
	for i := range n {
		if i > 0 {
			all.WriteByte(',')
		}
		all.WriteString(strings.ReplaceAll(format, "%d", strconv.Itoa(i)))
	}
	return all.String()
}

// ofRun grows what Scalr answers about the run.
func ofRun(start int, answer func(n int) func(int, *http.Request) string) func(n int) attack {
	return func(n int) attack {
		if n == 1 {
			n = start
		}
		return attack{n: start, answers: map[string]func(int, *http.Request) string{"GET /runs/*": answer(n)}}
	}
}

// answers grows one answer.
func grow(start int, request string, answer func(n int) string, env ...string) func(n int) attack {
	return func(n int) attack {
		a := attack{
			n:       start,
			env:     map[string]string{},
			answers: map[string]func(int, *http.Request) string{request: always(answer(n))},
		}
		for i := 0; i+1 < len(env); i += 2 {
			a.env[env[i]] = env[i+1]
		}
		return a
	}
}

func answerAttacks() table {
	return table{
		"references to resources": ofRun(2000, func(n int) func(int, *http.Request) string {
			return planned("", `,"status-transitions":{"data":[`+many(n, `{"type":"status-transitions","id":"st-%d"}`)+`]}`,
				","+many(n, `{"type":"status-transitions","id":"st-%d","attributes":{"status":"planned"}}`))
		}),
		"references to one resource": ofRun(5000, func(n int) func(int, *http.Request) string {
			return planned("", `,"status-transitions":{"data":[`+many(n, `{"id":"a"}`)+`]}`, ","+many(n, `{}`))
		}),
		"attributes": ofRun(5000,
			func(n int) func(int, *http.Request) string { return planned(","+many(n, `"x%d":1`), "", "") }),
		"relationships": ofRun(5000, func(n int) func(int, *http.Request) string {
			return planned("", ","+many(n, `"x%d":{"data":{"type":"x","id":"x-%d"}}`), "")
		}),
		"elements of an attribute": ofRun(20000,
			func(n int) func(int, *http.Request) string { return planned(`,"x":[`+many(n, `{"a":[]}`)+`]`, "", "") }),
		"targets": ofRun(5000, func(n int) func(int, *http.Request) string {
			return planned(`,"targets":[`+many(n, `"a.b%d"`)+`]`, "", "")
		}),
		"length of the error": ofRun(20000, func(n int) func(int, *http.Request) string {
			return planned(`,"error-message":"`+strings.Repeat(`x\n`, n)+`"`, "", "")
		}),
		"failed policies": ofRun(200, func(n int) func(int, *http.Request) string {
			return planned("", `,"policy-checks":{"data":[{"type":"policy-checks","id":"pc-1"}]}`,
				`,{"type":"policy-checks","id":"pc-1","attributes":{"status":"soft_failed","result":{"soft-failed":1,`+
					`"policies":[`+many(n, `{"name":"p%d","result":"soft_failed","messages":["no","no","no"]}`)+`]}}}`)
		}),
		"messages of a policy": ofRun(2000, func(n int) func(int, *http.Request) string {
			return planned("", `,"policy-checks":{"data":[{"type":"policy-checks","id":"pc-1"}]}`,
				`,{"type":"policy-checks","id":"pc-1","attributes":{"status":"soft_failed","result":{"soft-failed":1,`+
					`"policies":[{"name":"p","result":"soft_failed","messages":[`+many(n, `"no %d"`)+`]}]}}}`)
		}),
		"length of a message": ofRun(30000, func(n int) func(int, *http.Request) string {
			return planned("", `,"policy-checks":{"data":[{"type":"policy-checks","id":"pc-1"}]}`,
				`,{"type":"policy-checks","id":"pc-1","attributes":{"status":"soft_failed","result":{"soft-failed":1,`+
					`"policies":[{"name":"p","result":"soft_failed","messages":["`+strings.Repeat("`@a ", n)+`"]}]}}}`)
		}),
		"problems of a refusal": grow(2000, "GET /workspaces/*",
			func(n int) string { return `422!{"errors":[` + many(n, `{"detail":"no %d"}`) + `]}` }),
		"a page for an answer": grow(20000, "GET /workspaces/*",
			func(n int) string { return `500!` + strings.Repeat("<script ", n) }),
		"tags of the workspace": grow(1000, "GET /workspaces/*", func(n int) string {
			return strings.TrimSuffix(workspace(`,"tags":{"data":[`+many(n, `{"type":"tags","id":"tag-%d"}`)+`]}`), "]}") + "," +
				many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`) + "]}"
		}),
	}
}

// page is a list that ends with this answer.
func page(data, included string) string {
	return `{"data":[` + data + `],"included":[` + included + `]}`
}

const (
	someTags = `"relationships":{"tags":{"data":[{"type":"tags","id":"tag-%d"}]},` +
		`"environment":{"data":{"type":"environments","id":"env-1"}}}`
	environment = `{"type":"environments","id":"env-1","attributes":{"name":"production"}}`
)

func listAttacks() table {
	ofEnvironment := func(start int, mode, request string, answer func(n int) string, env ...string) func(n int) attack {
		return func(n int) attack {
			a := grow(start, request, answer, env...)(n)
			a.program = "scalr-environment"
			a.env["INPUT_MODE"] = mode
			return a
		}
	}
	byName := func(length int) []string {
		return []string{"INPUT_WORKSPACE-ID", "", "INPUT_WORKSPACE", "production/" + strings.Repeat("network", length)}
	}
	return table{
		"workspaces of similar names": grow(500, "GET /workspaces", func(n int) string {
			return page(many(n, `{"type":"workspaces","id":"ws-%d","attributes":{"name":"networknetwork%d"},`+someTags+`}`),
				environment)
		}, byName(2)...),
		"length of names": grow(8, "GET /workspaces", func(n int) string {
			return page(many(100,
				`{"type":"workspaces","id":"ws-%d","attributes":{"name":"`+strings.Repeat("network", n)+`%d"},`+someTags+`}`),
				environment)
		}, byName(20)...),
		"workspaces of one name": grow(100, "GET /workspaces", func(n int) string {
			return page(many(n, `{"type":"workspaces","id":"ws-%d","attributes":{"name":"network"}}`), "")
		}, byName(1)...),
		"runs of the workspace": grow(1000, "GET /runs", func(n int) string {
			return page(many(n,
				`{"type":"runs","id":"run-x%d","attributes":{"status":"pending"},`+
					`"relationships":{"created-by":{"data":{"type":"users","id":"user-%d"}}}}`),
				many(n, `{"type":"users","id":"user-%d","attributes":{"email":"a%d@b.c"}}`))
		}),
		"environments": ofEnvironment(500, "list", "GET /environments", func(n int) string {
			return page(many(n,
				`{"type":"environments","id":"env-%d","attributes":{"name":"e%d"},`+
					`"relationships":{"tags":{"data":[{"type":"tags","id":"tag-%d"}]}}}`),
				many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`))
		}),
		"environments with tags without names": func(n int) attack {
			a := ofEnvironment(300, "list", "GET /environments", func(n int) string {
				return page(many(n,
					`{"type":"environments","id":"env-%d","attributes":{"name":"e%d"},`+
						`"relationships":{"tags":{"data":[{"type":"tags","id":"tag-%d"}]}}}`), "")
			})(n)
			a.answers["GET /tags"] = always(page(many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`), ""))
			return a
		},
		"tags of an environment": func(n int) attack {
			a := ofEnvironment(1000, "present", "GET /environments/*",
				func(n int) string { return `{"data":{"type":"environments","id":"env-1","attributes":{"name":"e"}}}` },
				"INPUT_ENVIRONMENT-ID", "env-1", "INPUT_TAGS-MODE", "remove", "INPUT_TAGS", "t1\nt2\nnone")(n)
			a.answers["GET /environments/*/relationships/tags"] = always(page(many(n, `{"type":"tags","id":"tag-%d"}`), ""))
			a.answers["GET /tags"] = always(page(many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`), ""))
			a.answers["DELETE /environments/*/relationships/tags"] = always("")
			return a
		},
		"tags that are wanted": func(n int) attack {
			a := ofEnvironment(300, "present", "GET /environments/*",
				func(n int) string { return `{"data":{"type":"environments","id":"env-1","attributes":{"name":"e"}}}` },
				"INPUT_ENVIRONMENT-ID", "env-1", "INPUT_TAGS-MODE", "replace", "INPUT_TAGS",
				strings.ReplaceAll(many(n, "t%d"), ",", "\n"))(n)
			a.answers["GET /environments/*/relationships/tags"] = always(page(many(n, `{"type":"tags","id":"tag-%d"}`), ""))
			a.answers["GET /tags"] = always(page(many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`), ""))
			return a
		},
		"provider configurations": func(n int) attack {
			a := ofEnvironment(300, "present", "GET /environments/*",
				func(n int) string { return `{"data":{"type":"environments","id":"env-1","attributes":{"name":"e"}}}` },
				"INPUT_ENVIRONMENT-ID", "env-1", "INPUT_PROVIDER-CONFIGURATIONS", strings.ReplaceAll(many(n, "p%d"), ",", "\n"))(n)
			a.answers["GET /provider-configurations"] = always(page(many(n,
				`{"type":"provider-configurations","id":"pcfg-%d","attributes":{"name":"p%d","is-shared":true}}`), ""))
			return a
		},
		"policy groups of similar names": func(n int) attack {
			a := ofEnvironment(300, "present", "GET /environments/*",
				func(n int) string { return `{"data":{"type":"environments","id":"env-1","attributes":{"name":"e"}}}` },
				"INPUT_ENVIRONMENT-ID", "env-1", "INPUT_POLICY-GROUPS", "baseline")(n)
			a.answers["GET /policy-groups"] = always(page(many(n,
				`{"type":"policy-groups","id":"pgrp-%d","attributes":{"name":"baseline%d"}}`), ""))
			return a
		},
	}
}

// withGate judges the plan and writes a comment, so that everything is read.
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
		"lines":                      "x\n",
		"line ends":                  "\n",
		"carriage returns":           "\r",
		"one line":                   "x",
		"colors":                     "\x1b[1m\x1b[38;2;255;255;255m\n",
		"colors without end":         "\x1b[1;2;3;4",
		"operating system commands":  "\x1b]0;",
		"hashes":                     "#",
		"hashes and what is ignored": "#\u200b\u200b",
		"colons":                     ":\u200b",
		"broken characters":          "\xf0\x9f",
		"backticks":                  "`",
		"mentions":                   "@a ",
		"NUL":                        "\x00",
		"headers":                    "  # a.b will be created\n",
		"notes":                      "  # (note)\n",
		"blocks of one address":      "  # a.b will be destroyed\n  - resource \"a\" \"b\" {\n      - x = 1 -> null\n    }\n",
		"lines of a block":           "      + x = 1\n",
		"heredocs":                   "      + x = <<-EOT\n",
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

func inputAttacks() table {
	ofInput := func(start int, name, unit string, more ...string) func(n int) attack {
		return func(n int) attack {
			a := attack{n: start, env: map[string]string{"INPUT_" + name: strings.ReplaceAll(many(n, unit), ",", "")}}
			for i := 0; i+1 < len(more); i += 2 {
				a.env["INPUT_"+more[i]] = more[i+1]
			}
			return a
		}
	}
	all := table{
		"unknown inputs": func(n int) attack {
			a := attack{n: 300, env: map[string]string{}}
			for i := range n {
				a.env[fmt.Sprintf("INPUT_ZZ%d", i)] = "x"
			}
			return a
		},
		"parts of the upload's address": func(n int) attack {
			return attack{
				n: 50,
				answers: map[string]func(int, *http.Request) string{
					"POST /configuration-versions": always(
						`{"data":{"type":"configuration-versions","id":"cv-1","attributes":{"status":"pending"},` +
							`"links":{"upload":"https://storage.test/upload?` +
							strings.ReplaceAll(many(n, "p%d=q7Zp3Vx9Lr2Tn%d"), ",", "&") + `"}}}`),
				},
			}
		},
		"secrets": func(n int) attack {
			return attack{
				n:       200,
				env:     map[string]string{"INPUT_SENSITIVE-VARIABLES": strings.ReplaceAll(many(n, "v%d=abcd%d\n"), ",", "")},
				answers: map[string]func(int, *http.Request) string{"GET /plans/*/output": always(strings.Repeat("abcd ", 20*n))},
			}
		},
		"long secrets": func(n int) attack {
			return attack{
				n: 100,
				env: map[string]string{
					"INPUT_SENSITIVE-VARIABLES": strings.ReplaceAll(many(n, "v%d=a long secret %d of many\n"), ",", ""),
				},
				answers: map[string]func(int, *http.Request) string{
					"GET /plans/*/output": always(strings.Repeat("a long secret ", 20*n)),
				},
			}
		},
		"secrets made of masks": func(n int) attack {
			return attack{
				n:   500,
				env: map[string]string{"INPUT_SENSITIVE-VARIABLES": "a=x***\nb=yyyy"},
				answers: map[string]func(int, *http.Request) string{
					"GET /plans/*/output": always(strings.Repeat("x", n) + "yyyy\n"),
				},
			}
		},
		"length of a message of ours": ofInput(5000, "MESSAGE", "`@x"),
		"an ignore file": func(n int) attack {
			return attack{
				n:     500,
				files: map[string]string{".terraformignore": strings.ReplaceAll(many(n, "**/a%d*b*c"), ",", "\n")},
			}
		},
	}
	for name, unit := range map[string]string{
		"VARIABLES":             "v%d=1\n",
		"ENVIRONMENT-VARIABLES": "v%d=1\n",
		"TARGETS":               "a.b%d\n",
		"REPLACE":               "a.b%d\n",
		"FAIL-ON":               "destroi%d\n",
		"COMMENT-TAG":           "a",
		"PATH":                  "a/../",
		"TIMEOUT":               "1h",
		"MODE":                  "rum",
		"BASE-URL":              "https://a",
		"TOKEN":                 "x",
		"RUN-ID":                "run-",
		"WORKSPACE":             "a/",
		"PR-NUMBER":             "1",
		"MAX-COST-INCREASE":     "1",
		"ON-CANCEL":             "stop",
	} {
		all["input "+name] = ofInput(3000, name, unit)
	}
	all["input VARIABLES without ="] = ofInput(1000, "VARIABLES", "v%d\n")
	all["input VARIABLES twice"] = ofInput(1000, "VARIABLES", "v=%d\n")
	all["input VARIABLES in HCL"] = ofInput(1000, "VARIABLES", "v%d:=[1\n")
	all["input TARGETS with indices"] = ofInput(20000, "TARGETS", `a["`)
	anEnvironment := map[string]func(int, *http.Request) string{
		"GET /environments/*": always(`{"data":` + environment + `}`),
	}
	all["input TAGS"] = func(n int) attack {
		a := ofInput(1000, "TAGS", "t%d\n", "MODE", "show", "ENVIRONMENT-ID", "env-1")(n)
		a.program, a.answers = "scalr-environment", anEnvironment
		return a
	}
	all["input TAGS with commas"] = func(n int) attack {
		return attack{
			n:       1000,
			program: "scalr-environment",
			answers: anEnvironment,
			env: map[string]string{
				"INPUT_TAGS":           strings.ReplaceAll(many(n, "t%d;t"), ",", "\n"),
				"INPUT_MODE":           "show",
				"INPUT_ENVIRONMENT-ID": "env-1",
			},
		}
	}
	return all
}

// firstPage is a list of one page.
func firstPage(text string) func(int, *http.Request) string {
	return func(_ int, r *http.Request) string {
		if page := r.URL.Query().Get("page"); page != "1" {
			return "[]"
		}
		return text
	}
}

func gitHubAttacks() table {
	comments := func(start int, answer func(n int) string) func(n int) attack {
		return func(n int) attack {
			return attack{
				n:       start,
				env:     withGate,
				answers: map[string]func(int, *http.Request) string{"GET /repos/*/*/issues/*/comments": firstPage(answer(n))},
			}
		}
	}
	const marker = `<!-- scalr-run-action ws-1/ -->\n<!-- post ABCDEFGHIJKLMNOPQRSTUVWXYZ -->\n`
	return table{
		"comments": comments(1000,
			func(n int) string { return `[` + many(n, `{"id":%d,"body":"hello","user":{"login":"ada"}}`) + `]` }),
		"comments like ours": comments(300, func(n int) string {
			return `[` + many(n, `{"id":%d,"node_id":"N%d","body":"`+marker+`hello","user":{"login":"ada"}}`) + `]`
		}),
		"comments of ours": comments(100, func(n int) string {
			return `[` + many(n,
				`{"id":%d,"node_id":"N%d","body":"`+marker+`hello","user":{"login":"github-actions[bot]","type":"Bot"}}`) + `]`
		}),
		"length of a comment": comments(5000,
			func(n int) string { return `[{"id":1,"body":"` + strings.Repeat(`\r\n`, n) + `"}]` }),
		"members of a comment": comments(5000,
			func(n int) string { return `[{"id":1,"body":"x",` + many(n, `"x%d":[{}]`) + `}]` }),
		"errors of GitHub": comments(1000,
			func(n int) string { return `422!{"message":"no","errors":[` + many(n, `{"message":"no"}`) + `]}` }),
		"a page of GitHub": comments(5000, func(n int) string { return `502!` + strings.Repeat("<p>", n) }),
		"a payload": func(n int) attack {
			return attack{
				n:   5000,
				env: withGate,
				event: `{"pull_request":{"number":7,"title":"` + strings.Repeat("x", n) + `"},"commits":[` +
					many(n, `{"message":"m%d"}`) + `]}`,
			}
		},
	}
}

func outputAttacks() table {
	ofOutputs := func(start int, outputs func(n int) string) func(n int) attack {
		return func(n int) attack {
			return attack{
				n:       start,
				program: "scalr-workspace",
				env:     map[string]string{"INPUT_MODE": "outputs", "INPUT_WORKSPACE-ID": "ws-1"},
				answers: map[string]func(int, *http.Request) string{
					"GET /workspaces/*/outputs": always(`{"data":[` + outputs(n) + `]}`),
				},
			}
		}
	}
	return table{
		"outputs of the state": ofOutputs(1000,
			func(n int) string { return many(n, `{"name":"o%d","value":%d,"sensitive":false}`) }),
		"sensitive outputs": ofOutputs(100,
			func(n int) string { return many(n, `{"name":"o%d","value":"secret %d","sensitive":true}`) }),
		"a sensitive list": ofOutputs(100, func(n int) string {
			return `{"name":"o","sensitive":true,"value":[` + many(n, `"secret number %d"`) + `]}`
		}),
		"levels of a sensitive output": ofOutputs(100, func(n int) string {
			return `{"name":"o","sensitive":true,"value":` + strings.Repeat(`["secret",`, n) + `1` + strings.Repeat("]", n) + `}`
		}),
		"a long sensitive output": ofOutputs(1000, func(n int) string {
			return `{"name":"o","sensitive":true,"value":"` + strings.Repeat("secret", n) + `"}`
		}),
	}
}
