package hostile_test

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// attacks contains the kinds of input. Each returns an attack for a size; the n of the attack for size 1 is the
// initial size.
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

// many joins n formatted strings with commas; the format may contain the number several times.
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

// ofRun grows Scalr's response for the run.
func ofRun(start int, answer func(n int) func(int, *http.Request) string) func(n int) attack {
	return func(n int) attack {
		if n == 1 {
			n = start
		}
		return attack{n: start, answers: map[string]func(int, *http.Request) string{"GET /runs/*": answer(n)}}
	}
}

// grow returns attacks in which one response grows.
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
		// A 403, because the number of retries after a 500 depends on their random delays.
		"a page as the response": grow(100, "GET /workspaces/*",
			func(n int) string { return `403!` + strings.Repeat("<script ", n) }),
		"tags of the workspace": grow(1000, "GET /workspaces/*", func(n int) string {
			return strings.TrimSuffix(workspace(`,"tags":{"data":[`+many(n, `{"type":"tags","id":"tag-%d"}`)+`]}`), "]}") + "," +
				many(n, `{"type":"tags","id":"tag-%d","attributes":{"name":"t%d"}}`) + "]}"
		}),
	}
}

// page is a list that ends with this response.
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
		"workspaces of one name": grow(1000, "GET /workspaces", func(n int) string {
			return page(many(n, `{"type":"workspaces","id":"ws-1%d","attributes":{"name":"network"}}`), "")
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
