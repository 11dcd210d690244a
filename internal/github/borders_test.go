package github

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOrders covers the borders of run ids and attempts.
func TestOrders(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 40)
	for _, c := range []struct {
		run, attempt, want string
		known              bool
	}{
		{"12", "2", "workflow run 12 (attempt 2)", true},
		{"0012", "02", "workflow run 12 (attempt 2)", true},
		{"12", "", "workflow run 12", true},
		{"12", "0", "workflow run 12", true},
		{"12", "x", "workflow run 12", true},
		{long, "1", "workflow run " + long + " (attempt 1)", true},
		{long + "9", "1", "workflow run ", false},
		{"0", "1", "workflow run ", false},
		{"", "1", "workflow run ", false},
		{"-1", "1", "workflow run ", false},
		{"1 ", "1", "workflow run ", false},
		{"1\n", "1", "workflow run ", false},
	} {
		if o := NewOrder(c.run, c.attempt); o.String() != c.want || o.known() != c.known {
			t.Errorf("%q, %q: got %q, known %t", c.run, c.attempt, o, o.known())
		}
	}
	sorted := []Order{{}, NewOrder("1", ""), NewOrder("1", "1"), NewOrder("1", "2"), NewOrder("1", "10"), NewOrder("9", ""), NewOrder("10", "1")}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := a.compare(b); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%s and %s: got %d", a, b, got)
			}
		}
	}
}

// TestPullRequestAddresses: only addresses of pull requests of the repository, on the API's host or the server, are read.
func TestPullRequestAddresses(t *testing.T) {
	t.Parallel()
	thread := Thread{APIURL: "https://api.github.test/api/v3/", Repository: "acme/infra"}
	for text, want := range map[string]int{
		"https://api.github.test/api/v3/repos/acme/infra/pulls/7": 7,
		"https://api.github.test/repos/acme/infra/pulls/7":        0,
		"https://github.test/acme/infra/pull/8":                   8,
		"https://GITHUB.test:443/Acme/Infra/pull/8":               8,
		"https://github.test/acme/infra/pull/":                    0,
		"https://github.test/acme/infra/pull/x":                   0,
		"https://github.test/acme/infra/pull/8/files":             0,
		"https://github.test/acme/infra/pulls/8":                  0,
		"https://github.test:8443/acme/infra/pull/8":              0,
		"https://user@github.test/acme/infra/pull/8":              0,
		"http://github.test/acme/infra/pull/8":                    0,
		"/acme/infra/pull/8":                                      0,
		"https://%zz":                                             0,
		"":                                                        0,
	} {
		if got := thread.numberIn(text, "https://github.test/"); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
	for _, server := range []string{"", "https://%zz"} {
		if got := thread.numberIn("https://github.test/acme/infra/pull/8", server); got != 0 {
			t.Errorf("server %q: got %d", server, got)
		}
	}
	if got := (Thread{Repository: "acme/infra"}).numberIn("/repos/acme/infra/pulls/7", ""); got != 0 {
		t.Errorf("without addresses: got %d", got)
	}
}

// TestOrigins: origins are compared with lower-case hosts and explicit ports.
func TestOrigins(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://A.test/x": "https://a.test:443", "http://a.test": "http://a.test:80", "https://a.test:8443": "https://a.test:8443",
		"https://[::1]/": "https://[::1]:443", "ftp://a.test": "ftp://a.test:",
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := origin(u); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestRefusalKinds: the kind of a refusal follows from the status, the headers and GitHub's message.
func TestRefusalKinds(t *testing.T) {
	t.Parallel()
	s := &session{}
	for name, c := range map[string]struct {
		status  int
		header  http.Header
		body    string
		kind    Kind
		message string
		wait    time.Duration
	}{
		"401":                   {401, nil, `{"message":"Bad credentials"}`, Unauthorized, "Bad credentials", 0},
		"403":                   {403, nil, `{"message":"no"}`, Forbidden, "no", 0},
		"403 without a message": {403, nil, `<html>`, Forbidden, "Forbidden", 0},
		"locked":                {403, nil, `{"message":"Issue is LOCKED"}`, Locked, "Issue is LOCKED", 0},
		"404":                   {404, nil, `{}`, Gone, "Not Found", 0},
		"410":                   {410, nil, `{}`, Gone, "Gone", 0},
		"413":                   {413, nil, `{}`, TooLong, "Request Entity Too Large", 0},
		"too long": {422, nil, `{"message":"Validation Failed","errors":[{"message":"body is too long"},"second",7,{"x":1}]}`, TooLong,
			"Validation Failed: body is too long: second", 0},
		"422":                 {422, nil, `{"message":"a","errors":"b"}`, Rejected, "a", 0},
		"many details":        {422, nil, `{"errors":["1","2","3","4","5","6"]}`, Rejected, ": 1: 2: 3: 4: 5", 0},
		"408":                 {408, nil, `{}`, Unreachable, "Request Timeout", 0},
		"425":                 {425, nil, `{}`, Unreachable, "Too Early", 0},
		"500":                 {500, http.Header{"Retry-After": {"7"}}, `{}`, Unreachable, "Internal Server Error", 7 * time.Second},
		"499":                 {499, nil, `{"message":"a"}`, Rejected, "a", 0},
		"429":                 {429, nil, `{}`, RateLimited, "Too Many Requests", time.Minute},
		"403 with a delay":    {403, http.Header{"Retry-After": {"9"}}, `{}`, RateLimited, "Forbidden", 9 * time.Second},
		"403 for a day":       {403, http.Header{"Retry-After": {"999999"}}, `{}`, RateLimited, "Forbidden", 24 * time.Hour},
		"403 without the API": {403, http.Header{"X-Ratelimit-Remaining": {"0"}}, `{}`, RateLimited, "Forbidden", time.Minute},
		"403, until": {403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1767323055"}, "Date": {"Fri, 02 Jan 2026 03:04:05 GMT"}},
			`{}`, RateLimited, "Forbidden", 10 * time.Second},
		"403, until the past": {403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1"}}, `{}`, RateLimited, "Forbidden", 0},
		"secondary":           {403, nil, `{"message":"Secondary Rate Limit"}`, RateLimited, "Secondary Rate Limit", time.Minute},
		"abuse":               {403, nil, `{"message":"abuse detection"}`, RateLimited, "abuse detection", time.Minute},
	} {
		h := c.header
		if h == nil {
			h = http.Header{}
		}
		e := s.refusal(call{op: "x"}, &http.Response{StatusCode: c.status, Header: h}, []byte(c.body))
		temporary := c.kind == RateLimited || c.kind == Unreachable
		if e.Kind != c.kind || e.Message != c.message || e.Wait != c.wait || e.temporary != temporary || e.Status != c.status || e.Op != "x" {
			t.Errorf("%s: got %+v", name, e)
		}
	}
}

// TestResponsesOfOtherForm: the error of a response that is too large, is not JSON or has another form says so.
func TestResponsesOfOtherForm(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 4<<20)
	for name, c := range map[string]struct {
		kind, body string
		want       string
	}{
		"object":                {"application/json", `{"login":"a"}`, ""},
		"object without type":   {"text/plain", ` {"login":"a"}`, ""},
		"list without type":     {"text/plain", `[]`, "find: the response does not have the form of GitHub's API"},
		"page":                  {"text/html", `<html>`, "find: received a web page instead of a response of GitHub's API"},
		"nothing without type":  {"text/html", ``, "find: received an empty response"},
		"page with a JSON type": {"application/json", `<html>`, "find: received a web page instead of a response of GitHub's API"},
		"as large as allowed":   {"application/json", `{"login":"` + large[12:] + `"}`, ""},
		"too large":             {"application/json", `{"login":"` + large[11:] + `"}`, "find: the response has a part that is too large"},
		"two values":            {"application/json", `{} {}`, "find: the response does not have the form of GitHub's API"},
	} {
		thread := (&scripted{}).thread()
		thread.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {c.kind}},
				Body: io.NopCloser(strings.NewReader(c.body)), Request: r}, nil
		})}
		s, err := thread.open()
		if err != nil {
			t.Fatal(err)
		}
		var me author
		_, err = s.do(t.Context(), call{op: "find", method: http.MethodGet, url: s.api + "/x", tries: 1}, &me)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestPullsTooLarge: an entry of a list that is too large is left out.
func TestPullsTooLarge(t *testing.T) {
	t.Parallel()
	entry := func(n, size int) string {
		text := fmt.Sprintf(`{"number":%d,"x":""}`, n)
		return strings.Replace(text, `""`, `"`+strings.Repeat("x", size-len(text))+`"`, 1)
	}
	answers := &scripted{responses: [][2]string{{"/pulls", "[" + entry(1, 1<<20) + "," + entry(2, 1<<20+1) + "," + entry(3, 20) + "]"}}}
	found, err := answers.thread().listPulls(t.Context(), "/pulls", "0123456789")
	var numbers []int
	for _, p := range found {
		numbers = append(numbers, p.Number)
	}
	if err != nil || !slices.Equal(numbers, []int{1, 3}) {
		t.Errorf("got %v, %v, want the first and the last", numbers, err)
	}
}

// TestEndedContext: the error of a request names the cause of the context's end, which is not GitHub's for a canceled step.
func TestEndedContext(t *testing.T) {
	t.Parallel()
	stopped := errors.New("the job was canceled")
	for cause, want := range map[error]string{stopped: "find: given up: the job was canceled", errTooSlow: "find: not finished after 2m0s"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		err := call{op: "find"}.ended(ctx, io.EOF)
		if err.Error() != want || !errors.Is(err, cause) || is(err, Unreachable) != (cause == errTooSlow) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := (call{}).ended(t.Context(), io.EOF); err != io.EOF {
		t.Errorf("got %v without an end", err)
	}
}

// TestPullRequestNumbers: the first pull request is the lowest one that has comments.
func TestPullRequestNumbers(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]string{
		1: "list the comments of acme/infra#1: GitHub returned 404: no", 0: "comment: pull request number 0 is invalid",
		-1: "comment: pull request number -1 is invalid",
	} {
		answers := &scripted{responses: [][2]string{{"/repos/acme/infra/issues/1/comments?", `404{"message":"no"}`}}}
		thread := answers.thread()
		thread.Number = number
		_, err := thread.Publish(t.Context(), Update, Post{Marker: Marker("scalr-run", "ws-1"), Body: "report"})
		if err == nil || err.Error() != want || (len(answers.requests) == 1) != (number == 1) {
			t.Errorf("%d: got %v after %d requests, want %s", number, err, len(answers.requests), want)
		}
	}
}

// TestNextPage: the next page is the one in the Link header, if that is an address of the API. Without the header, it is
// the following one of a page that is full.
func TestNextPage(t *testing.T) {
	t.Parallel()
	s, err := (&scripted{}).thread().open()
	if err != nil {
		t.Fatal(err)
	}
	const third = "https://api.github.test/repos/acme/infra/issues/7/comments?per_page=100&page=3"
	for name, c := range map[string]struct {
		links []string
		got   int // comments on the second page
		want  string
	}{
		"no header, full page": {nil, 100, third},
		"no header, last page": {nil, 99, ""},
		"next":                 {[]string{`<https://api.github.test/x?page=9>; rel="next"`}, 100, "https://api.github.test/x?page=9"},
		"next of a short page": {[]string{`<https://api.github.test/x?page=9>; rel="next"`}, 1, "https://api.github.test/x?page=9"},
		"after another": {
			[]string{`<https://api.github.test/a>; rel="prev", <https://api.github.test/b>; rel="next"`}, 100, "https://api.github.test/b",
		},
		"in a second header": {
			[]string{`<https://api.github.test/a>; rel="prev"`, `<https://api.github.test/b>; rel="next"`}, 1, "https://api.github.test/b",
		},
		"no next, full page":    {[]string{`<https://api.github.test/a>; rel="prev"`}, 100, ""},
		"no next, short page":   {[]string{`<https://api.github.test/a>; rel="prev"`}, 7, ""},
		"another host, full":    {[]string{`<https://other.test/x>; rel="next"`}, 100, third},
		"another host, short":   {[]string{`<https://other.test/x>; rel="next"`}, 99, third},
		"another host, empty":   {[]string{`<https://other.test/x>; rel="next"`}, 0, ""},
		"not an address, full":  {[]string{`<https://%zz>; rel="next"`}, 100, third},
		"not an address, short": {[]string{`<https://%zz>; rel="next"`}, 99, third},
		"path":                  {[]string{`</x?page=9>; rel="next"`}, 99, "https://api.github.test/x?page=9"},
		"query":                 {[]string{`<?page=9>; rel="next"`}, 99, "https://api.github.test/repos/acme/infra/issues/7/comments?page=9"},
		"no quotes":             {[]string{`</a>; rel=prev, </b>; rel=next`}, 99, "https://api.github.test/b"},
		"no quotes, no next":    {[]string{`</a>; rel=prev`}, 100, ""},
		"capitals":              {[]string{`</b>; REL = "Next"`}, 99, "https://api.github.test/b"},
		"several relations":     {[]string{`</b>; rel="last next"`}, 99, "https://api.github.test/b"},
		"punctuation":           {[]string{`</a,b;c>; title="x, y; z"; rel="next", </d>; rel="last"`}, 99, "https://api.github.test/a,b;c"},
		"no relation, full":     {[]string{`</b>`}, 100, third},
		"no relation, short":    {[]string{`</b>`}, 99, ""},
	} {
		if got := s.nextPage(http.Header{"Link": c.links}, 2, c.got); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestErrorsOfEvents: the error names the pull request that the sender of an event named, or the request that GitHub
// refused.
func TestErrorsOfEvents(t *testing.T) {
	t.Parallel()
	sha := strings.Repeat("a", 40)
	for name, event := range map[string]Event{
		"push": {Name: "push", SHA: sha, Ref: "refs/heads/x"},
		"run":  {Name: "workflow_run", Payload: []byte(`{"workflow_run":{"event":"push","head_branch":"x","head_sha":"` + sha + `"}}`)},
		"fork's run": {Name: "workflow_run", Payload: []byte(`{"workflow_run":{"event":"pull_request","head_branch":"x","head_sha":"` + sha +
			`","head_repository":{"full_name":"a/b"}}}`)},
	} {
		answers := &scripted{responses: [][2]string{{"/pulls?", `403{"message":"no"}`}}}
		n, err := answers.thread().FindPullRequest(t.Context(), event)
		if want := "find the pull request of acme/infra@aaaaaaa: GitHub returned 403: no"; n != 0 || err == nil || err.Error() != want {
			t.Errorf("%s: got %d, %v, want %s", name, n, err, want)
		}
	}
	for number, want := range map[string]string{
		"99": "find the pull request acme/infra#99: GitHub returned 404: no",
		"0":  "comment: client_payload.pull_request of the event names no pull request of acme/infra",
	} {
		answers := &scripted{responses: [][2]string{{"/repos/acme/infra/pulls/99", `404{"message":"no"}`}}}
		event := Event{Name: "repository_dispatch", Payload: []byte(`{"client_payload":{"pull_request":` + number + `}}`)}
		if n, err := answers.thread().FindPullRequest(t.Context(), event); n != 0 || err == nil || err.Error() != want {
			t.Errorf("got %d, %v, want %s", n, err, want)
		}
	}
}

// TestSeveralPullRequests: the error names all of them.
func TestSeveralPullRequests(t *testing.T) {
	t.Parallel()
	sha := strings.Repeat("a", 40)
	payload := `{"workflow_run":{"event":"push","head_branch":"x","head_sha":"` + sha + `","pull_requests":[` +
		`{"number":7,"head":{"sha":"` + sha + `"}},{"number":8,"head":{"sha":"x"}},{"number":9,"head":{"sha":"` + sha + `"}}]}}`
	_, err := (&scripted{}).thread().FindPullRequest(t.Context(), Event{Name: "workflow_run", Payload: []byte(payload)})
	if want := "comment: several pull requests of acme/infra have the head aaaaaaa (#7, #9); set pr-number to one of them"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestReportsBelowHiddenLines: the report of a comment is its text below the hidden lines and an outdated note.
func TestReportsBelowHiddenLines(t *testing.T) {
	t.Parallel()
	const state, note = "<!-- post " + testNonce + " run=4 -->\n", "<!-- post " + testNonce + " run=4 outdated -->\nold\n\n" + endOfNote + "\n\n"
	for _, hidden := range []string{"", state, note} {
		c := remote{Body: "<!-- m -->\n" + hidden + "line 1\r\nline 2\n"}
		c.marker, c.state = parse(c.Body)
		if got := c.report(); got != "line 1\nline 2" {
			t.Errorf("below %q: got %q", hidden, got)
		}
	}
}

// TestLengthsOfNotes: a note has one to 1200 characters.
func TestLengthsOfNotes(t *testing.T) {
	t.Parallel()
	const invalid, missing = "comment: the note is empty or too long", "list the comments of acme/infra#7: GitHub returned 404: no"
	for name, c := range map[string]struct{ note, want string }{
		"nothing":         {"", invalid},
		"only space":      {" \r\n ", invalid},
		"one character":   {"é", missing},
		"1200 characters": {strings.Repeat("é", 1200), missing},
		"1201 characters": {strings.Repeat("é", 1201), invalid},
	} {
		answers := &scripted{responses: [][2]string{{"/comments?", `404{"message":"no"}`}}}
		_, err := answers.thread().MarkOutdated(t.Context(), Failure{Name: "scalr-run", Workspace: "a/b", Note: c.note})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestDrafts: a text has one to 62,000 characters and is replaced by the shorter one if it has more. A marker is one
// hidden line of at most 900 characters.
func TestDrafts(t *testing.T) {
	t.Parallel()
	const (
		length = "comment: the text is empty or too long"
		hidden = "comment: the marker is not a short hidden line"
	)
	s, err := (&scripted{}).thread().open()
	if err != nil {
		t.Fatal(err)
	}
	marker := func(n int) string { return "<!-- " + strings.Repeat("é", n-9) + " -->" }
	text := func(n int) string { return strings.Repeat("é", n) }
	for name, c := range map[string]struct {
		mode   Mode
		post   Post
		bodies int
		want   string
	}{
		"a text":                   {Update, Post{Marker: marker(20), Body: text(1)}, 1, ""},
		"both texts":               {New, Post{Marker: marker(20), Body: text(2), Shorter: text(1)}, 2, ""},
		"the longest text":         {HideAndNew, Post{Marker: marker(20), Body: text(62_000)}, 1, ""},
		"too long a text":          {Update, Post{Marker: marker(20), Body: text(62_001)}, 0, length},
		"too long, and a shorter":  {Update, Post{Marker: marker(20), Body: text(62_001), Shorter: text(9)}, 1, ""},
		"both are too long":        {Update, Post{Marker: marker(20), Body: text(62_001), Shorter: text(62_001)}, 0, length},
		"no text":                  {ChangesOnly, Post{Marker: marker(20), Body: " \r\n"}, 0, length},
		"the longest marker":       {Update, Post{Marker: marker(900), Body: text(1)}, 1, ""},
		"too long a marker":        {Update, Post{Marker: marker(901), Body: text(1)}, 0, hidden},
		"a marker of two lines":    {Update, Post{Marker: "<!-- a\nb -->", Body: text(1)}, 0, hidden},
		"a marker with a return":   {Update, Post{Marker: "<!-- a\rb -->", Body: text(1)}, 0, hidden},
		"a marker that ends early": {Update, Post{Marker: "<!-- a -- b -->", Body: text(1)}, 0, hidden},
		"a marker without a start": {Update, Post{Marker: "<!--a -->", Body: text(1)}, 0, hidden},
		"a marker without an end":  {Update, Post{Marker: "<!-- a-->", Body: text(1)}, 0, hidden},
		"an unknown mode":          {"sometimes", Post{Marker: marker(20), Body: text(1)}, 0, `comment: the mode "sometimes" is unknown`},
	} {
		d, err := s.draft(c.mode, c.post)
		got, bodies := "", 0
		if err != nil {
			got = err.Error()
		} else {
			bodies = len(d.bodies)
		}
		if got != c.want || bodies != c.bodies {
			t.Errorf("%s: got %d texts, %s, want %d, %s", name, bodies, got, c.bodies, c.want)
		}
	}
	for mode, create := range map[Mode][2]bool{Update: {true, true}, New: {true, true}, HideAndNew: {true, true}, ChangesOnly: {false, true}} {
		for i, changes := range []bool{false, true} {
			d, err := s.draft(mode, Post{Marker: marker(20), Body: text(1), HasChanges: changes})
			if err != nil || d.mayCreate != create[i] {
				t.Errorf("%s, changes %t: may create %t, %v", mode, changes, d.mayCreate, err)
			}
		}
	}
}

// TestMarkerKeys: a key of more than 400 characters is replaced by its hash.
func TestMarkerKeys(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 400)
	for text, want := range map[string]string{
		"": "", "a/b c": "a%2Fb+c", "a--b---c": "a%2D%2Db%2D%2D-c", long: long,
		long + "a": fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(long+"a"))),
	} {
		if got := markerKey(text); got != want {
			t.Errorf("%.20q: got %s, want %s", text, got, want)
		}
	}
	if got := workspaceKey("a/b c"); got != "a/b+c" {
		t.Errorf("workspace: got %s", got)
	}
}
