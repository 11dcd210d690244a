package scalrsim

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const newTag = `{"data":{"type":"tags","attributes":{"name":"blue"}}}`

// result is the result of one request for the client, and its effect on the server.
type result struct {
	status int
	body   string
	err    error // error of the request or of its body
	tags   int   // number of tags after the request
}

func postTag(t *testing.T, s *Server, client *http.Client) result {
	t.Helper()
	var p result
	r, err := do(t, client, "POST", s.URL()+BasePath+"/tags", newTag)
	if p.err = err; err == nil {
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		p.status, p.body, p.err = r.StatusCode, string(body), err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.tags = len(s.kind("tags"))
	return p
}

// TestFaults checks that each action has the same result in memory and with sockets.
func TestFaults(t *testing.T) {
	t.Parallel()
	on := func(f Fault) Fault { f.Op = "POST /tags"; return f }
	tests := map[string]struct {
		fault  Fault
		status int
		body   string // part of the body
		fails  bool   // the client gets an error
		tags   int
	}{
		"status before":    {Fault{Action: Status, Status: 503, Body: "busy"}, 503, "busy", false, 0},
		"status after":     {Fault{Action: Status, Status: 504, Phase: After}, 504, `"status":"504"`, false, 1},
		"reset before":     {Fault{Action: Reset}, 0, "", true, 0},
		"reset after":      {Fault{Action: Reset, Phase: After}, 0, "", true, 1},
		"reset in request": {Fault{Action: Reset, Bytes: 10}, 0, "", true, 0},
		"eof before":       {Fault{Action: EOF}, 0, "", true, 0},
		"eof after":        {Fault{Action: EOF, Phase: After}, 0, "", true, 1},
		"refused":          {Fault{Action: Refuse}, 0, "", true, 0},
		"HTML":             {Fault{Action: HTML}, 200, "<html>", false, 0},
		"HTML after":       {Fault{Action: HTML, Status: 502, Phase: After}, 502, "<html>", false, 1},
		"redirect":         {Fault{Action: Redirect, Status: 307, Target: "https://evil.test/"}, 307, "", false, 0},
		"expired":          {Fault{Action: Expired}, 403, "Request has expired", false, 0},
		"twice":            {Fault{Action: Twice}, 201, `"name":"blue"`, false, 1}, // the second request is rejected because of the name
		"empty":            {Fault{Action: Empty}, 201, "", false, 1},
		"truncated":        {Fault{Action: Truncate, Bytes: 7}, 201, `{"data"`, false, 1},
		"interrupted":      {Fault{Action: Break, Bytes: 7}, 201, `{"data"`, true, 1},
		"trickle":          {Fault{Action: Trickle, Bytes: 100, Delay: time.Millisecond}, 201, `"name":"blue"`, false, 1},
		"garbage":          {Fault{Action: Garbage, Body: "\x00{"}, 201, "\x00{", false, 1},
		"edit":             {Fault{Action: Edit, Change: func(b string) string { return strings.Replace(b, "tag-", "gat-", 1) }}, 201, "gat-", false, 1},
		"delay":            {Fault{Action: Delay, Delay: time.Millisecond}, 201, `"name":"blue"`, false, 1},
		"delay after":      {Fault{Action: Delay, Delay: time.Millisecond, Phase: After}, 201, `"name":"blue"`, false, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, sockets := range []bool{false, true} {
				s := New(Scenario{Faults: []Fault{on(test.fault)}})
				client := s.Client()
				client.CheckRedirect = func(*request, []*request) error { return http.ErrUseLastResponse }
				if sockets {
					client = listening(t, s)
				}
				got := postTag(t, s, client)
				if got.status != test.status || !strings.Contains(got.body, test.body) || (got.err != nil) != test.fails || got.tags != test.tags {
					t.Errorf("sockets %t: got %+v", sockets, got)
				}
				if unused := s.UnusedFaults(); len(unused) > 0 {
					t.Errorf("sockets %t: unused: %+v", sockets, unused)
				}
				if again := postTag(t, s, client); again.status != 201 && again.status != 422 {
					t.Errorf("sockets %t: second request: got %+v, want a response", sockets, again)
				}
			}
		})
	}
}

func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	tests := map[Action]error{Reset: syscall.ECONNRESET, EOF: io.EOF, Refuse: syscall.ECONNREFUSED}
	for action, want := range tests {
		s := New(Scenario{Faults: []Fault{{Op: "POST /tags", Action: action}}})
		if got := postTag(t, s, s.Client()); !errors.Is(got.err, want) {
			t.Errorf("%s: got %v, want %v", action, got.err, want)
		}
	}
}

func TestStallEndsWithContext(t *testing.T) {
	t.Parallel()
	for _, action := range []Action{Stall, Hang} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Scenario{Faults: []Fault{{Op: "GET /tags", Action: action, Bytes: 3, Phase: After}}})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			began := time.Now()
			r, err := do(t, s.Client(), "GET", s.URL()+BasePath+"/tags", "", func(r *request) { *r = *r.WithContext(ctx) })
			if err == nil {
				_, err = io.ReadAll(r.Body)
				r.Body.Close()
			}
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 30*time.Second {
				t.Errorf("%s: got %v after %s", action, err, time.Since(began))
			}
		})
	}
}

func TestDelayAndTrickle(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault Fault
		want  time.Duration
	}{
		"delay":   {Fault{Action: Delay, Delay: 90 * time.Second}, 90 * time.Second},
		"after":   {Fault{Action: Delay, Delay: 90 * time.Second, Phase: After}, 90 * time.Second},
		"trickle": {Fault{Action: Trickle, Bytes: 1, Delay: time.Second}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			test.fault.Op = "POST /tags"
			s := New(Scenario{Faults: []Fault{test.fault}})
			began := time.Now()
			got := postTag(t, s, s.Client())
			want := test.want
			if name == "trickle" { // one read per byte of the request and response, and one for each end
				want = time.Duration(len(newTag)+len(got.body)+2) * time.Second
			}
			if took := time.Since(began); took != want {
				t.Errorf("%s: took %s, want %s", name, took, want)
			}
		})
	}
}

func TestLateCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Config: Config{ListLag: 10 * time.Second}, Faults: []Fault{{Op: "POST /runs", Action: LateCommit, Delay: 20 * time.Second}}})
		client, api := s.Client(), s.URL()+BasePath
		version := uploaded(t, s, client, example)
		_, err := do(t, client, "POST", api+"/runs", `{"data":{"type":"runs","attributes":{"is-dry":true},"relationships":{
			"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}},
			"configuration-version":{"data":{"type":"configuration-versions","id":"`+version+`"}}}}}`)
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v", err)
		}
		began := time.Now()
		for _, poll := range []struct {
			after  time.Duration
			runs   int
			listed float64
		}{{19 * time.Second, 0, 0}, {25 * time.Second, 1, 0}, {31 * time.Second, 1, 1}} {
			time.Sleep(time.Until(began.Add(poll.after)))
			_, body := send(t, client, "GET", api+"/runs?filter[workspace]="+WorkspaceID, "")
			listed := get(t, body, "meta.pagination.total-count").(float64)
			if runs := len(s.Runs()); runs != poll.runs || listed != poll.listed {
				t.Errorf("after %s: %d runs, %v of them listed; want %d and %v", poll.after, runs, listed, poll.runs, poll.listed)
			}
		}
		if got := s.Runs()[0].Created.Sub(began); got != 20*time.Second {
			t.Errorf("the run was created after %s", got)
		}
	})
}

func TestFaultSelection(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault Fault
		want  string // statuses of six requests, one per second
	}{
		"first":          {Fault{}, "500 200 200 200 200 200"},
		"third":          {Fault{Nth: 3}, "200 200 500 200 200 200"},
		"two":            {Fault{Nth: 2, Times: 2}, "200 500 500 200 200 200"},
		"all":            {Fault{Times: -1}, "500 500 500 500 500 500"},
		"for a duration": {Fault{Nth: 2, During: 2500 * time.Millisecond}, "200 500 500 500 200 200"},
		"never":          {Fault{Op: "GET /runs/*"}, "200 200 200 200 200 200"},
		"any operation":  {Fault{Op: "* /**", Nth: 6}, "200 200 200 200 200 500"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if test.fault.Op == "" {
					test.fault.Op = "GET /tags"
				}
				test.fault.Action = Status
				s := New(Scenario{Faults: []Fault{test.fault}})
				var got []string
				for range 6 {
					r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/tags", "")
					got = append(got, itoa(int64(r.StatusCode)))
					time.Sleep(time.Second)
				}
				if got := strings.Join(got, " "); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
				if unused := len(s.UnusedFaults()) > 0; unused != (name == "never") {
					t.Errorf("unused: %+v", s.UnusedFaults())
				}
			})
		})
	}
}

func TestChanceIsDeterministic(t *testing.T) {
	t.Parallel()
	hits := func(seed uint64) (statuses string) {
		s := New(Scenario{Seed: seed, Faults: []Fault{{Op: "GET /tags", Times: -1, Chance: 0.5, Action: Status}}})
		for range 40 {
			r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/tags", "")
			statuses += itoa(int64(r.StatusCode))
		}
		return statuses
	}
	first := hits(1)
	if again := hits(1); first != again {
		t.Errorf("got %s and %s", first, again)
	}
	if n := strings.Count(first, "500"); n < 5 || n > 35 {
		t.Errorf("%d of 40 requests failed, want about half", n)
	}
}

func TestRedirectTargetObjectsToToken(t *testing.T) {
	t.Parallel()
	s := New(Scenario{Faults: []Fault{{Op: "GET /tags", Action: Redirect, Target: "https://evil.acme.scalr.test/tags"}}})
	send(t, s.Client(), "GET", s.URL()+BasePath+"/tags", "") // net/http forwards the token to a subdomain
	if got := strings.Join(s.Objections(), "; "); !strings.Contains(got, "the token was sent to another host") {
		t.Errorf("objections: %q", got)
	}
	if _, err := do(t, s.Client(), "GET", "https://other.test/", ""); err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("an unknown host: got %v", err)
	}
}

func TestClientDecompresses(t *testing.T) {
	t.Parallel()
	zipped := string(compressed([]byte(`{"data":[]}`)))
	s := New(Scenario{Faults: []Fault{{Op: "GET /tags", Times: 2, Action: Garbage, Body: zipped, Header: http.Header{"Content-Encoding": {"gzip"}}}}})
	if _, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/tags", ""); body != `{"data":[]}` {
		t.Errorf("got %q", body)
	}
	_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/tags", "", func(r *request) { r.Header.Set("Accept-Encoding", "gzip") })
	if _, err := gzip.NewReader(strings.NewReader(body)); err != nil {
		t.Errorf("request with Accept-Encoding: %v, want a gzip body", err)
	}
}
