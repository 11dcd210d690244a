package action_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/scalrsim"
)

// faultCase is a row of the catalogue (docs/faults.md) at the level of the whole
// step: what goes wrong, and the exit, the outputs and the words that follow.
type faultCase struct {
	scenario string // plan-changes if empty
	faults   []scalrsim.Fault
	alter    func(*scalrsim.Scenario)
	setUp    func(*stepTest)
	inputs   []string
	code     int
	outputs  []string
	says     []string
	// ops are how often something must be asked, exactly.
	ops map[string]int
	// least and most bound how long the step takes.
	least, most time.Duration
	then        func(*stepResult)
}

func playFaults(t *testing.T, cases map[string]faultCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.play(t)
		})
	}
}

func (c faultCase) play(t *testing.T) {
	if c.scenario == "" {
		c.scenario = "plan-changes"
	}
	s := with(scenario(t, c.scenario), c.faults...)
	if c.alter != nil {
		c.alter(&s)
	}
	r := newStepTest(t, s, c.inputs...)
	if c.setUp != nil {
		c.setUp(r)
	}
	p := r.play().want(c.code, c.outputs...).says(c.says...)
	for op, n := range c.ops {
		p.asked(op, n)
	}
	if p.took < c.least || c.most > 0 && p.took > c.most {
		t.Errorf("took %s, want %s to %s\n%s", p.took, c.least, c.most, p.log)
	}
	if c.then != nil {
		c.then(p)
	}
}

const (
	readWorkspace = "GET /workspaces/*"
	createVersion = "POST /configuration-versions"
	readVersion   = "GET /configuration-versions/*"
	upload        = "PUT /upload/*"
	createRun     = "POST /runs"
	readRun       = "GET /runs/*"
	planLog       = "GET /plans/*/output"
)

// answered is a fault that puts a status in place of the answer.
func answered(op string, code, times int, body ...string) scalrsim.Fault {
	return scalrsim.Fault{Op: op, Action: scalrsim.Status, Status: code, Times: times, Body: strings.Join(body, "")}
}

// failing makes every request to Scalr fail like this.
func failing(err error) func(*stepTest) {
	return func(r *stepTest) {
		r.http = func(s *scalrsim.Server) http.RoundTripper { return failure{err} }
	}
}

type failure struct{ err error }

func (f failure) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestConnectionFaults (C): what the user reads. The connections themselves are
// played over sockets by internal/scalr.
func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	unreachable := []string{"result=unreachable"}
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	playFaults(t, map[string]faultCase{
		"C01 no such host": {
			setUp:   failing(&net.DNSError{Err: "no such host", Name: apiHost, IsNotFound: true}),
			code:    3,
			outputs: append(unreachable, "error-code=host-unknown"),
			says:    []string{apiHost, "base-url", "spelling"},
			most:    10 * time.Second,
		},
		"C02 names fail once": {
			setUp:   firstFails(&net.DNSError{Err: "server misbehaving", Name: apiHost, IsTemporary: true}),
			outputs: []string{"result=planned"},
		},
		"C03 refused at first": {
			faults:  []scalrsim.Fault{{Op: readWorkspace, Action: scalrsim.Refuse, Times: 5}},
			outputs: []string{"result=planned"},
			says:    []string{"trying again in"},
		},
		"C04 refused for ever": {
			faults:  []scalrsim.Fault{{Op: "* /**", Action: scalrsim.Refuse, Times: -1}},
			code:    3,
			outputs: append(unreachable, "error-code=unreachable"),
			says:    []string{apiHost, "refused", "tried "},
			least:   100 * time.Second,
			most:    121 * time.Second,
		},
		"C05 no connection": {
			setUp:   failing(&net.OpError{Op: "dial", Net: "tcp", Err: timeout{}}),
			code:    3,
			outputs: append(unreachable, "error-code=unreachable"),
			most:    121 * time.Second,
		},
		"C06 no TLS answer": {
			setUp:   firstFails(errors.New("net/http: TLS handshake timeout")),
			outputs: []string{"result=planned"},
		},
		"C07 never answered": {
			faults:  []scalrsim.Fault{{Op: readWorkspace, Action: scalrsim.Stall}},
			outputs: []string{"result=planned"},
			least:   30 * time.Second,
		},
		"C08 a byte each 10 s": {
			faults:  []scalrsim.Fault{{Op: readRun, Action: scalrsim.Trickle, Bytes: 1, Delay: 10 * time.Second}},
			outputs: []string{"result=planned"},
		},
		"C09 reset": {
			faults: []scalrsim.Fault{
				{Op: "* /**", Nth: 1, Action: scalrsim.Reset},
				{Op: readRun, Nth: 2, Action: scalrsim.Reset},
			},
			outputs: []string{"result=planned"},
		},
		"C10 closed": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.EOF}},
			outputs: []string{"result=planned"},
		},
		"C11 reset in JSON": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.Break, Bytes: 100}},
			outputs: []string{"result=planned"},
		},
		"C14 unknown CA": {
			setUp:   failing(certificate),
			code:    3,
			outputs: append(unreachable, "error-code=certificate-not-trusted"),
			says:    []string{"unknown authority", "SSL_CERT_"},
			most:    time.Second,
		},
		"C15 expired": {
			setUp:   failing(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}),
			code:    3,
			outputs: []string{"error-code=certificate-not-trusted"},
			says:    []string{"expired", "clock"},
			most:    time.Second,
		},
		"C16 another name": {
			setUp: failing(&tls.CertificateVerificationError{
				Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other.test"}}, Host: apiHost},
			}),
			code:    3,
			outputs: []string{"error-code=certificate-not-trusted"},
			says:    []string{"other.test"},
			most:    time.Second,
		},
		"C17 old TLS": {
			setUp:   failing(errors.New("remote error: tls: protocol version not supported")),
			code:    3,
			outputs: []string{"error-code=tls-too-old"},
			says:    []string{"TLS 1.2"},
			most:    time.Second,
		},
		"C18 no TLS": {
			setUp:   failing(errors.New("http: server gave HTTP response to HTTPS client")),
			code:    3,
			outputs: []string{"error-code=not-tls"},
			says:    []string{"without TLS"},
			most:    time.Second,
		},
		"C20 CA file missing": {
			setUp:   setEnv("SSL_CERT_FILE", "/etc/acme/ca.pem"),
			code:    2,
			outputs: []string{"error-code=ca-file-missing"},
			says:    []string{"/etc/acme/ca.pem", "/github/workspace"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"C22 proxy says no": {
			setUp:   failing(&httpx.ProxyRefusal{Proxy: "proxy.test:3128", Status: 407}),
			code:    3,
			outputs: []string{"error-code=proxy-refused"},
			says:    []string{"proxy.test:3128"},
			most:    time.Second,
		},
		"C23 proxy down": {
			setUp:   failing(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED}),
			code:    3,
			outputs: []string{"error-code=proxy-unreachable"},
			says:    []string{"HTTPS_PROXY"},
			least:   60 * time.Second,
			most:    121 * time.Second,
		},
		"C25 proxy malformed": {
			setUp: func(r *stepTest) {
				r.env["HTTPS_PROXY"], r.known = "http://u:hunter2-canary-77aa@[", []string{"hunter2-canary-77aa"}
			},
			code:    2,
			outputs: []string{"error-code=proxy-invalid"},
			says:    []string{"HTTPS_PROXY"},
		},
	})
}

type timeout struct{}

func (timeout) Error() string { return "i/o timeout" }
func (timeout) Timeout() bool { return true }

func setEnv(name, value string) func(*stepTest) { return func(r *stepTest) { r.env[name] = value } }

// firstFails makes the first two requests fail like this.
func firstFails(err error) func(*stepTest) {
	return func(r *stepTest) {
		r.http = func(s *scalrsim.Server) http.RoundTripper {
			return &fewFailures{err: err, left: 2, then: s.Client().Transport}
		}
	}
}

type fewFailures struct {
	err  error
	left int
	then http.RoundTripper
}

func (f *fewFailures) RoundTrip(q *http.Request) (*http.Response, error) {
	if f.left--; f.left >= 0 {
		return nil, f.err
	}
	return f.then.RoundTrip(q)
}

// outage is a server that is down for a while.
func outage(op string, d time.Duration) scalrsim.Fault {
	return scalrsim.Fault{Op: op, During: d, Action: scalrsim.Status, Status: 503}
}

// TestHTTPFaults (H): what the step makes of answers that are none.
func TestHTTPFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	problem := func(text string) string { return `{"errors":[{"title":"Sorry","detail":"` + text + `"}]}` }
	many := `{"errors":[` + strings.TrimSuffix(strings.Repeat(`{"detail":"`+strings.Repeat("x", 20<<10)+`"},`, 50), ",") +
		`]}`
	redirect := func(op string, code int, target string) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: op, Action: scalrsim.Redirect, Status: code, Target: target}}
	}
	playFaults(t, map[string]faultCase{
		"H01 truncated": {
			faults: []scalrsim.Fault{
				{Op: readRun, Nth: 2, Action: scalrsim.Truncate, Bytes: 50},
				{Op: readWorkspace, Action: scalrsim.Truncate, Bytes: 9},
			},
			outputs: planned,
		},
		"H03 a page for ever": {
			faults:  []scalrsim.Fault{{Op: "* /**", Action: scalrsim.HTML, Times: -1}},
			code:    3,
			outputs: []string{"result=unreachable", "error-code=not-scalr"},
			says:    []string{"text/html", "Sign in to continue", "base-url"},
			ops:     map[string]int{readWorkspace: 3},
		},
		"H05 503 with a wait": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Action: scalrsim.Status,
				Status: 503,
				Header: http.Header{"Retry-After": {"3"}},
			}},
			outputs: planned,
		},
		"H09 a wait of a day": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Action: scalrsim.Status,
				Status: 429,
				Header: http.Header{"Retry-After": {"86400"}},
			}},
			outputs: planned,
			least:   2 * time.Minute,
			most:    3 * time.Minute,
		},
		"H10 limited for ever": {
			faults:  []scalrsim.Fault{answered("* /**", 429, -1)},
			code:    3,
			outputs: []string{"result=unreachable", "error-code=rate-limited"},
			says:    []string{"HTTP 429", "tried ", "max-parallel"},
			least:   100 * time.Second,
			most:    121 * time.Second,
		},
		"H11 60 s at the start": {
			faults:  []scalrsim.Fault{outage("* /**", 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s at the upload": {
			faults:  []scalrsim.Fault{outage(upload, 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s at the version": {
			faults:  []scalrsim.Fault{outage(createVersion, 60*time.Second), outage(readVersion, 60*time.Second)},
			outputs: planned,
		},
		"H11 60 s at the polls": {
			faults:  []scalrsim.Fault{outage(readRun, 60*time.Second)},
			outputs: planned,
			least:   60 * time.Second,
			most:    90 * time.Second,
		},
		"H11 60 s of everything": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 8, During: 60 * time.Second, Action: scalrsim.Status, Status: 503}},
			outputs: planned,
			least:   60 * time.Second,
		},
		"H11 60 s at a discard": {
			scenario: "waits-for-approval",
			faults:   []scalrsim.Fault{outage("POST /runs/*/actions/discard", 60*time.Second)},
			inputs:   []string{"dry-run=false", "fail-on=changes"},
			code:     1,
			outputs:  []string{"result=rejected"},
			says:     []string{"The run was discarded"},
		},
		"H13 token rejected": {
			faults:  []scalrsim.Fault{answered("* /**", 401, -1)},
			code:    3,
			outputs: []string{"result=refused", "error-code=token-rejected"},
			says:    []string{"token", "Create a new token"},
			ops:     map[string]int{readWorkspace: 1},
		},
		"H14 token ends on the way": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Times: -1, Action: scalrsim.Status, Status: 401}},
			code:    3,
			outputs: []string{"result=refused", "error-code=token-rejected"},
			says:    []string{"may still be running: https://"},
			least:   15 * time.Second,
		},
		"H15 forbidden": {
			faults:  []scalrsim.Fault{answered(createRun, 403, -1, problem("You need runs:create."))},
			code:    3,
			outputs: []string{"error-code=not-allowed"},
			says:    []string{"You need runs:create.", "role"},
			ops:     map[string]int{createRun: 1},
		},
		"H16 no such workspace": {
			inputs:  []string{"workspace-id=ws-nothere"},
			code:    3,
			outputs: []string{"error-code=workspace-not-found"},
			says:    []string{"ws-nothere", "cannot read it"},
		},
		"H17 our run lags": {
			alter:   func(s *scalrsim.Scenario) { s.Config.ReadLag = 10 * time.Second },
			outputs: planned,
			least:   10 * time.Second,
		},
		"H18 conflict": {
			faults:  []scalrsim.Fault{answered(createVersion, 409, -1, problem("Locked by Ada."))},
			code:    3,
			outputs: []string{"error-code=conflict"},
			says:    []string{"Locked by Ada."},
			ops:     map[string]int{createVersion: 1},
		},
		"H19 422 names the input": {
			faults: []scalrsim.Fault{
				answered(createRun, 422, -1,
					`{"errors":[{"detail":"is not an address","source":{"pointer":"/data/attributes/target-addrs"}}]}`),
			},
			inputs:  []string{"targets=terraform_data.network"},
			code:    3,
			outputs: []string{"error-code=request-refused"},
			says:    []string{"is not an address", "targets"},
			ops:     map[string]int{createRun: 1},
		},
		"H20 50 errors of 1 MiB": {
			faults:  []scalrsim.Fault{answered(createVersion, 422, -1, many)},
			code:    3,
			outputs: []string{"error-code=request-refused"},
			says:    []string{"and 45 more"},
			then:    shortLines,
		},
		"H22 redirect": {
			faults:  redirect(readWorkspace, 301, "https://other.scalr.test/x?signature=canary-00112233445566"),
			setUp:   knows("canary-00112233445566"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			says:    []string{"https://other.scalr.test"},
			ops:     map[string]int{readWorkspace: 1},
		},
		"H23 redirected creation": {
			faults:  redirect(createRun, 302, "https://acme.scalr.test/login"),
			code:    3,
			outputs: []string{"error-code=redirected", "run-id="},
			ops:     map[string]int{createRun: 1},
		},
		"H24 307 on the creation": {
			faults:  redirect(createRun, 307, "https://evil.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			ops:     map[string]int{createRun: 1},
		},
		"H25 redirect to http": {
			faults:  redirect(readRun, 302, "http://acme.scalr.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
			says:    []string{"may still be running"},
		},
		"H26 redirect elsewhere": {
			faults:  redirect(readRun, 307, "https://evil.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
		},
		"H27 redirect to sub-domain": {
			faults:  redirect(readRun, 302, "https://evil.acme.scalr.test/"),
			code:    3,
			outputs: []string{"error-code=redirected"},
		},
		"H33 another run": {
			faults: []scalrsim.Fault{{
				Op:     readRun,
				Nth:    2,
				Times:  2,
				Action: scalrsim.Edit,
				Change: func(b string) string { return strings.ReplaceAll(b, `"id":"run-v0`, `"id":"run-v1`) },
			}},
			outputs: planned,
		},
		"H36 a BOM": {
			faults:  []scalrsim.Fault{{Op: "* /**", Times: -1, Action: scalrsim.Edit, Change: withBOM}},
			outputs: planned,
		},
		"H38 204": {
			faults:  []scalrsim.Fault{{Op: readRun, Nth: 2, Action: scalrsim.Empty, Status: 204}},
			outputs: planned,
		},
	})
}

func withBOM(body string) string {
	if strings.HasPrefix(body, "{") {
		return "\xef\xbb\xbf" + body
	}
	return body
}

func knows(secrets ...string) func(*stepTest) { return func(r *stepTest) { r.known = secrets } }

// shortLines: no line of the log is longer than a reader can bear.
func shortLines(p *stepResult) {
	for line := range strings.Lines(p.log) {
		if len(line) > 16<<10 {
			p.t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// TestEverySecondAnswerFails (H12): half of all answers are 5xx, and the step
// still ends well. The creation of the run is left out: it is asked for three
// times at most.
func TestEverySecondAnswerFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		s := scenario(t, "plan-changes")
		for _, op := range []string{"GET /**", createVersion, upload} {
			s.Faults = append(s.Faults,
				scalrsim.Fault{Op: op, Times: -1, Chance: 0.5, Action: scalrsim.Status, Status: int(500 + seed%5)})
		}
		s.Seed = seed
		r := newStepTest(t, s)
		r.anyFault = true
		p := r.play()
		if p.code != 0 ||
			len(slices.DeleteFunc(p.runs,
				func(run scalrsim.RunRecord) bool { return run.Status != "planned_and_finished" })) != 1 {
			t.Errorf("seed %d: exit %d with %d runs\n%s", seed, p.code, len(p.runs), p.log)
		}
	}
}
