package scalr_test

import (
	"context"
	"net/http"
	"strings"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

func badAnswers() map[string]httpFault {
	const page = `<html><head><title>t</title><style>p{}</style></head><body><h1>Sign in</h1><script>alert(1)</script>to <b>Acme</b> SSO</body></html>`
	return map[string]httpFault{
		"H01 truncated JSON": {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Truncate, Bytes: 40}}, requests: 2},
		"H02 empty body":     {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Empty}}, requests: 2},
		"H03 web page once":  {faults: []scalrsim.Fault{scalrtest.Garbage(readRun, "text/html", page, 2)}, requests: 3},
		"H03 web page": {
			faults: []scalrsim.Fault{scalrtest.Garbage(readRun, "text/html; charset=utf-8", page, -1)}, requests: 3,
			most: 5 * time.Second, is: scalr.ErrUnavailable,
			says: []string{"expected JSON:API, got text/html", "Sign in to Acme SSO"}, not: []string{"<", "alert"},
		},
		"H04 page of load balancer once": {faults: []scalrsim.Fault{{Op: readRun, Times: 2, Action: scalrsim.HTML, Status: 502}}, requests: 3},
		"H04 page of load balancer": {
			faults: []scalrsim.Fault{{Op: readPlace, Times: -1, Action: scalrsim.HTML, Status: 502}}, do: atStart,
			is: scalr.ErrUnavailable, least: 100 * time.Second, most: 121 * time.Second,
			says: []string{"Bad Gateway", "(HTTP 502)"}, not: []string{"<"},
		},
		"H37 parameters in content type": {
			faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Edit, Change: same,
				Header: http.Header{"Content-Type": {`application/vnd.api+json; profile="x"; charset=utf-8`}}}},
			requests: 1,
		},
		"H37 other JSON content type": {
			faults:   []scalrsim.Fault{{Op: readRun, Action: scalrsim.Edit, Change: same, Header: http.Header{"Content-Type": {"text/plain"}}}},
			requests: 1,
		},
		"H38 204 instead of body": {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Empty, Status: 204}}, requests: 2},
		"H11 60 s of 503 at the start": {
			faults: []scalrsim.Fault{outage(readPlace, 60*time.Second)}, do: atStart, least: 60 * time.Second,
			most: 76 * time.Second,
		},
		"H11 60 s of 503 at a poll": {faults: []scalrsim.Fault{outage(readRun, 60*time.Second)}, least: 60 * time.Second, most: 76 * time.Second},
		"S17 5 minutes of 503 at poll": {
			faults: []scalrsim.Fault{outage(readRun, 5*time.Minute)}, least: 5 * time.Minute,
			most: 5*time.Minute + 16*time.Second,
		},
	}
}

func busyServers() map[string]httpFault {
	limited := func(after string) scalrsim.Fault { return scalrtest.Status(readRun, 429, 1, "Retry-After", after) }
	dated := func(date, after string) scalrsim.Fault {
		return scalrtest.Status(readRun, 429, 1, "Date", date, "Retry-After", after)
	}
	return map[string]httpFault{
		"H05 503 with Retry-After": {
			faults: []scalrsim.Fault{scalrtest.Status(readRun, 503, 1, "Retry-After", "3")}, requests: 2, least: 3 * time.Second,
			most: 4 * time.Second,
		},
		"H06 429 with Retry-After": {faults: []scalrsim.Fault{limited("3")}, requests: 2, least: 3 * time.Second, most: 4 * time.Second},
		"H06 429 at the creation of a run": {
			faults: []scalrsim.Fault{scalrtest.Status(createRun, 429, 2, "Retry-After", "3")}, do: scalrtest.CreateAnother,
			least: 6 * time.Second, most: 8 * time.Second,
		},
		"H07 date, server clock ahead": {
			faults: []scalrsim.Fault{dated("Sat, 01 Jan 2000 01:00:00 GMT", "Sat, 01 Jan 2000 01:00:09 GMT")},
			least:  9 * time.Second, most: 10 * time.Second,
		},
		"H07 date, server clock behind": {
			faults: []scalrsim.Fault{dated("Fri, 31 Dec 1999 23:00:00 GMT", "Fri, 31 Dec 1999 23:00:09 GMT")},
			least:  9 * time.Second, most: 10 * time.Second,
		},
		"H08 429 without a header": {faults: []scalrsim.Fault{scalrtest.Status(readRun, 429, 3)}, requests: 4, most: 4 * time.Second},
		"H09 one day": {
			faults: []scalrsim.Fault{limited("86400")}, requests: 2, least: 2 * time.Minute,
			most: 2*time.Minute + time.Second,
		},
		"H09 negative number": {faults: []scalrsim.Fault{limited("-1")}, requests: 2, most: time.Second},
		"H09 1e12":            {faults: []scalrsim.Fault{limited("1e12")}, requests: 2, most: time.Second},
		"H09 two values": {
			faults: []scalrsim.Fault{scalrtest.Status(readRun, 429, 1, "Retry-After", "60", "Retry-After", "90")}, requests: 2,
			most: time.Second,
		},
		"H10 permanent 429 with Retry-After": {
			faults: []scalrsim.Fault{scalrtest.Status(readPlace, 429, -1)}, do: atStart, is: scalr.ErrRateLimited,
			least: 100 * time.Second, most: 121 * time.Second, says: []string{"HTTP 429"},
		},
		"H10 permanent 429": {
			faults: []scalrsim.Fault{scalrtest.Status(readPlace, 429, -1, "Retry-After", "0")}, do: atStart,
			is: scalr.ErrRateLimited, least: 100 * time.Second, most: 121 * time.Second,
		},
		"H39 invalid headers": {
			faults:   []scalrsim.Fault{scalrtest.Status(readRun, 429, 1, "X-RateLimit-Limit", "NaN", "X-RateLimit-Reset", "soon", "Date", "\x01")},
			requests: 2,
		},
		"C07 no response": {
			faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Stall}}, requests: 2, least: 30 * time.Second,
			most: 31 * time.Second,
		},
		"C08 one byte at a time": {
			faults:   []scalrsim.Fault{{Op: readRun, Action: scalrsim.Trickle, Bytes: 1, Delay: 10 * time.Second}},
			requests: 2, least: 60 * time.Second, most: 61 * time.Second,
		},
		"C08 stalled body": {
			faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Hang, Bytes: 100}}, requests: 2,
			least: 30 * time.Second, most: 31 * time.Second,
		},
		"C03 refused five times": {faults: []scalrsim.Fault{{Op: readPlace, Times: 5, Action: scalrsim.Refuse}}, do: atStart, requests: 6},
		"C04 permanently refused": {
			faults: []scalrsim.Fault{{Op: readPlace, Times: -1, Action: scalrsim.Refuse}}, do: atStart,
			is: scalr.ErrUnavailable, least: 100 * time.Second, most: 120 * time.Second,
			says: []string{"acme.scalr.test", "refused"},
		},
		"C09 reset before response":  {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Reset}}, requests: 2},
		"C10 closed before response": {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.EOF}}, requests: 2},
		"C11 reset during JSON":      {faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Break, Bytes: 300}}, requests: 2},
		"R16 lost response to confirm": {
			faults: []scalrsim.Fault{{Op: "POST /runs/*/actions/apply", Phase: scalrsim.After, Action: scalrsim.Reset}},
			do:     confirm, is: scalr.ErrConflict, requests: 2,
		},
	}
}

func refusals() map[string]httpFault {
	return map[string]httpFault{
		"H13 401 at the start": {
			faults: []scalrsim.Fault{scalrtest.Status(readPlace, 401, -1)}, do: atStart, is: scalr.ErrUnauthorized, requests: 1,
			says: []string{"HTTP 401"},
		},
		"H14 permanent 401 later": {
			faults: []scalrsim.Fault{scalrtest.Status(readRun, 401, -1)}, is: scalr.ErrUnauthorized, requests: 4,
			least: 15 * time.Second, most: 15 * time.Second,
		},
		"H14 temporary 401": {
			faults: []scalrsim.Fault{scalrtest.Status(readRun, 401, 2)}, requests: 3, least: 10 * time.Second,
			most: 10 * time.Second,
		},
		"H15 403": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 403, `{"errors":[{"title":"Forbidden","detail":"You need workspaces:read."}]}`)},
			do:     atStart, is: scalr.ErrForbidden, requests: 1, says: []string{"You need workspaces:read. (HTTP 403)"},
		},
		"H16 404 for workspace": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 404, `{"errors":[{"title":"Workspace with ID 'ws-1' not found or user unauthorized."}]}`)},
			do:     atStart, is: scalr.ErrNotFound, requests: 1, says: []string{"not found or user unauthorized"},
		},
		"H17 404 for run, 10 s": {
			faults: []scalrsim.Fault{{Op: readRun, During: 10 * time.Second, Action: scalrsim.Status, Status: 404}},
			least:  10 * time.Second, most: 25 * time.Second,
		},
		"S16 404 for run": {
			faults: []scalrsim.Fault{scalrtest.Status(readRun, 404, -1)}, is: scalr.ErrNotFound, least: 30 * time.Second,
			most: 45 * time.Second,
		},
		"H18 409 for configuration version": {
			faults: []scalrsim.Fault{scalrtest.Problem(createCV, 409, `{"errors":[{"detail":"locked by Ada"}]}`)},
			do:     oneMoreVersion, is: scalr.ErrConflict, says: []string{"locked by Ada"},
		},
		"H18 409 for run": {
			faults: []scalrsim.Fault{scalrtest.Problem(createRun, 409, `{"errors":[{"detail":"locked by Ada"}]}`)}, do: scalrtest.CreateAnother,
			is: scalr.ErrConflict, says: []string{"locked by Ada"}, most: time.Second,
		},
		"H19 422 with a pointer": {
			faults: []scalrsim.Fault{scalrtest.Problem(createRun, 422,
				`{"errors":[{"title":"Invalid Attribute","detail":"too long","source":{"pointer":"/data/attributes/message"}}]}`)},
			do: scalrtest.CreateAnother, is: scalr.ErrInvalid, says: []string{"too long (/data/attributes/message)"},
		},
		"H19 422 with a parameter": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, `{"errors":[{"title":"Invalid","source":{"parameter":"include"}}]}`)},
			do:     atStart, is: scalr.ErrInvalid, requests: 1, says: []string{"Invalid (include)"},
		},
		"H20 50 errors of 1 MiB": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422,
				`{"errors":[`+strings.TrimSuffix(strings.Repeat(`{"detail":"`+strings.Repeat("x", 1<<18)+`"},`, 50), ",")+`]}`)},
			do: atStart, is: scalr.ErrInvalid, says: []string{"and 45 more"},
		},
		"H21 errors is an object": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, `{"errors":{"detail":"alone"}}`)}, do: atStart,
			is: scalr.ErrInvalid, says: []string{"alone"},
		},
		"H21 errors is a string": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, `{"errors":"no"}`)}, do: atStart, is: scalr.ErrInvalid,
			says: []string{"422 Unprocessable Entity"},
		},
		"H21 errors is null": {
			faults: []scalrsim.Fault{{Op: readPlace, Action: scalrsim.Status, Status: 422, Body: `{"errors":null}`,
				Header: http.Header{"X-Request-Id": {"req-1"}}}},
			do: atStart, is: scalr.ErrInvalid, says: []string{"422 Unprocessable Entity [request req-1]"},
		},
		"H21 errors is a number": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, `{"errors":7}`)}, do: atStart, is: scalr.ErrInvalid,
			says: []string{"422 Unprocessable Entity"},
		},
		"H21 errors with all members": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, `{"errors":[null,7,"x",{},{"detail":[]},{"detail":"here"}]}`)},
			do:     atStart, is: scalr.ErrInvalid, says: []string{"workspace " + scalrsim.WorkspaceID + ": here"},
		},
		"H36 error with byte order mark": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, "\xef\xbb\xbf"+`{"errors":[{"detail":"byte order"}]}`)},
			do:     atStart, is: scalr.ErrInvalid, says: []string{": byte order ("},
		},
		"H36 UTF-16": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, utf16le("kein Zugriff"))}, do: atStart,
			is: scalr.ErrInvalid, says: []string{"kein Zugriff"},
		},
		"H36 latin-1": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 422, "acc\xe8s refus\xe9")}, do: atStart, is: scalr.ErrInvalid,
			says: []string{"acc\ufffds refus\ufffd"},
		},
		"T07 page with the request": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 400, "<pre>GET / HTTP/1.1\nAuthorization: Bearer "+scalrsim.Token+"</pre>")},
			do:     atStart, is: scalr.ErrInvalid, says: []string{"Bearer ***"},
		},
		"T07 error with the token": {
			faults: []scalrsim.Fault{scalrtest.Problem(readPlace, 400, `{"errors":[{"title":"bad token `+scalrsim.Token+`"}]}`)},
			do:     atStart, is: scalr.ErrInvalid, says: []string{"bad token ***"},
		},
	}
}

func redirects() map[string]httpFault {
	const home, secret = "https://acme.scalr.test", "?signature=" + scalrtest.CanarySignature
	return map[string]httpFault{
		"H22 301 on the same host": {faults: []scalrsim.Fault{redirect(readRun, 301, home+"/elsewhere"+secret)}, is: scalr.ErrRedirected, requests: 1},
		"H22 302 on the same host": {faults: []scalrsim.Fault{redirect(readRun, 302, "/elsewhere")}, is: scalr.ErrRedirected, requests: 1},
		"H23 302 for creation": {
			faults: []scalrsim.Fault{redirect(createRun, 302, home+"/login")}, do: scalrtest.CreateAnother, is: scalr.ErrRedirected,
			requests: 2, most: time.Second,
		},
		"H24 307 for creation": {
			faults: []scalrsim.Fault{redirect(createRun, 307, home+"/runs")}, do: scalrtest.CreateAnother, is: scalr.ErrRedirected,
			requests: 2, most: time.Second,
		},
		"H24 308 for creation": {
			faults: []scalrsim.Fault{redirect(createRun, 308, home+"/runs")}, do: scalrtest.CreateAnother, is: scalr.ErrRedirected,
			requests: 2, most: time.Second,
		},
		"H25 from https to http": {
			faults: []scalrsim.Fault{redirect(readRun, 302, "http://acme.scalr.test/"+secret)},
			is:     scalr.ErrRedirected, requests: 1,
		},
		"H26 to another host": {
			faults: []scalrsim.Fault{redirect(readRun, 307, "https://evil.test/"+secret)}, is: scalr.ErrRedirected,
			requests: 1,
		},
		"H27 to a sub-domain": {
			faults: []scalrsim.Fault{redirect(readRun, 302, "https://evil.acme.scalr.test/"+secret)},
			is:     scalr.ErrRedirected, requests: 1,
		},
		"H26 with userinfo": {
			faults: []scalrsim.Fault{redirect(readRun, 302, "https://u:"+scalrtest.CanaryUserinfo+"@evil.test/")},
			is:     scalr.ErrRedirected, requests: 1,
		},
		"H26 to an invalid address": {faults: []scalrsim.Fault{redirect(readRun, 302, "https://[::1/"+secret)}, is: scalr.ErrRedirected, requests: 1},
		"H24 307 for confirm": {
			faults: []scalrsim.Fault{redirect("POST /runs/*/actions/apply", 307, home+"/")},
			do: func(ctx context.Context, r *scalrtest.Harness, run scalr.Run) error {
				return r.Confirm(ctx, run.ID, "", nil)
			},
			is: scalr.ErrRedirected, requests: 1,
		},
		"H22 plan with secrets": {
			faults: []scalrsim.Fault{redirect("GET /plans/*/sanitized-json-output", 307, home+"/api/iacp/v3/plans/x/json-output")},
			do:     planJSON, is: scalr.ErrRedirected, requests: 1,
		},
	}
}

func oddDocuments() map[string]httpFault {
	deep := `{"data":` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `}`
	return map[string]httpFault{
		"H32 other type":            {faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"type":"runs"`, `"type":"rums"`)}, requests: 2},
		"H32 missing id":            {faults: []scalrsim.Fault{scalrtest.WithID(readRun, "")}, requests: 2},
		"H32 id with path elements": {faults: []scalrsim.Fault{scalrtest.WithID(readRun, "../x")}, requests: 2},
		"H32 id of 1 MiB":           {faults: []scalrsim.Fault{scalrtest.WithID(readRun, strings.Repeat("a", 1<<20))}, requests: 2},
		"H33 other run":             {faults: []scalrsim.Fault{scalrtest.WithID(readRun, "run-of-others")}, requests: 2},
		"H34 numbers as text, null, unknown members": {
			faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"position-in-queue":null`, `"position-in-queue":"3","new-thing":{"a":[1]}`,
				`"message":null`, `"message":7`, `"created-by":`, `"created-by":null,"was":`)},
			requests: 1,
		},
		"H35 duplicate keys":       {faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `{"data":`, `{"data":7,"data":`)}, requests: 2},
		"H35 duplicate attributes": {faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"is-dry":true`, `"is-dry":true,"is-dry":false`)}, requests: 2},
		"H35 duplicate relationships": {
			faults:   []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"workspace":{`, `"workspace":{"data":{"type":"workspaces","id":"ws-9"}},"workspace":{`)},
			requests: 2,
		},
		"H35 nesting of 100,000 levels": {faults: []scalrsim.Fault{scalrtest.Garbage(readRun, "application/json", deep, 1)}, requests: 2},
		"H36 byte order mark": {
			faults:   []scalrsim.Fault{{Op: readRun, Action: scalrsim.Edit, Change: func(body string) string { return "\xef\xbb\xbf" + body }}},
			requests: 1,
		},
		"S13 missing status": {faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"status":"p`, `"was":"p`)}, requests: 2},
		"S13 null status": {
			faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"status":"planning"`, `"status":null`,
				`"status":"plan_queued"`, `"status":null`, `"status":"pending"`, `"status":null`)},
			requests: 2,
		},
		"S13 number as status": {
			faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"status":"planning"`, `"status":7`,
				`"status":"plan_queued"`, `"status":7`, `"status":"pending"`, `"status":7`)},
			requests: 2,
		},
		"S13 command as status": {faults: []scalrsim.Fault{scalrtest.Edit(readRun, 1, `"status":"p`, `"status":"::error::\np`)}, requests: 2},
	}
}
