package hostile_test

import (
	"fmt"
	"net/http"
	"strings"
)

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
		"length of a message": ofInput(5000, "MESSAGE", "`@x"),
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
		"comments with a copied marker": comments(300, func(n int) string {
			return `[` + many(n, `{"id":%d,"node_id":"N%d","body":"`+marker+`hello","user":{"login":"ada"}}`) + `]`
		}),
		"comments of the action": comments(100, func(n int) string {
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
