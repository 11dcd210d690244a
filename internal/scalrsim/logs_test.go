package scalrsim

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// planOf creates a dry run and returns the URL of its plan.
func planOf(t *testing.T, s *Server) string {
	t.Helper()
	run := start(t, s, s.Client(), example, `{"is-dry":true}`)
	_, body := send(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+run, "")
	return s.URL() + BasePath + "/plans/" + get(t, body, "data.relationships.plan.data.id").(string)
}

// planned returns a scenario whose runs plan directly after `pending`, which lasts 200 ms.
func planned(log string, logs Logs) Scenario {
	return Scenario{Logs: logs, Script: RunScript{Steps: []Step{{Status: "planning", For: 10 * time.Second, Log: log}, {Status: "planned_and_finished"}}}}
}

func TestLogGrowth(t *testing.T) {
	t.Parallel()
	type read struct {
		after time.Duration
		want  string
	}
	const log = "0123456\n0123456\n0123456\n012345\n!" // 32 bytes
	tests := map[string]struct {
		scenario Scenario
		reads    []read
	}{
		"complete lines": {planned(log, Logs{}), []read{
			{0, "204 "}, {1, "200 "}, {4, "200 0123456\n"}, {9, "200 0123456\n0123456\n0123456\n"}, {11, "200 " + log}}},
		"partial lines": {planned(log, Logs{HalfLine: true}), []read{
			{5, "200 0123456\n0123456\n"}, {9, "200 0123456\n0123456\n0123456\n0123"}, {11, "200 " + log}}},
		"lag": {planned(log, Logs{Lag: 5 * time.Second}), []read{
			{4, "200 "}, {11, "200 0123456\n0123456\n"}, {16, "200 " + log}}},
		"at the end": {planned(log, Logs{Mode: LogAtEnd}), []read{{9, "204 "}, {11, "200 " + log}}},
		"redirected": {planned(log, Logs{Mode: LogRedirects}), []read{{4, "302 "}}},
		"rewritten": {Scenario{Script: RunScript{Steps: []Step{{Status: "planning", For: 5 * time.Second, Log: "first\nsecond\n"},
			{Status: "planning", For: 5 * time.Second, Log: "first\nother\n", Rewrite: true}, {Status: "planned_and_finished"}}}},
			[]read{{4, "200 first\n"}, {9, "200 first\n"}, {11, "200 first\nother\n"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(test.scenario)
				plan := planOf(t, s)
				began := time.Now().Add(passing)
				client := s.Client()
				client.CheckRedirect = func(*request, []*request) error { return http.ErrUseLastResponse }
				for _, read := range test.reads {
					if read.after > 0 {
						time.Sleep(time.Until(began.Add(read.after * time.Second)))
					}
					r, body := send(t, client, "GET", plan+"/output", "")
					if got := itoa(int64(r.StatusCode)) + " " + body; got != read.want {
						t.Errorf("after %d s: got %q, want %q", read.after, got, read.want)
					}
				}
				wantNoObjections(t, s)
			})
		})
	}
}

func TestLogCleanAndGzip(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(planned("\x1b[1mbold\x1b[0m\n", Logs{}))
		plan := planOf(t, s)
		time.Sleep(time.Minute)
		if _, got := send(t, s.Client(), "GET", plan+"/output", ""); got != "\x1b[1mbold\x1b[0m\n" {
			t.Errorf("raw: got %q", got)
		}
		if _, got := send(t, s.Client(), "GET", plan+"/output?clean=true", ""); got != "bold\n" {
			t.Errorf("clean: got %q", got)
		}
		if _, got := send(t, s.Client(), "GET", plan+"/output?format=gzip", ""); !strings.HasPrefix(got, "\x1f\x8b") {
			t.Errorf("zipped: got %q", got)
		}
	})
}

func TestRedirectedLogObjectsToToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(planned("hello\n", Logs{Mode: LogRedirects}))
		plan := planOf(t, s)
		time.Sleep(time.Minute)
		client := s.Client()
		client.CheckRedirect = func(*request, []*request) error { return http.ErrUseLastResponse }
		r, _ := send(t, client, "GET", plan+"/output", "")
		link := r.Header.Get("Location")
		if _, body := send(t, client, "GET", link, "", upload); body != "hello\n" {
			t.Errorf("without the token: got %q", body)
		}
		wantNoObjections(t, s)
		if r, _ := send(t, client, "GET", link, ""); r.StatusCode != 400 || len(s.Objections()) == 0 {
			t.Errorf("with the token: got %d, objections %q", r.StatusCode, s.Objections())
		}
	})
}

func TestCanceledLogStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(planned(strings.Repeat("a line of the log\n", 100), Logs{}))
		plan := planOf(t, s)
		time.Sleep(5 * time.Second)
		send(t, s.Client(), "POST", s.URL()+BasePath+"/runs/"+s.Runs()[0].ID+"/actions/cancel", `{}`)
		time.Sleep(time.Minute)
		_, body := send(t, s.Client(), "GET", plan+"/output", "")
		if n := strings.Count(body, "a line of the log\n"); n != 50 && n != 49 || !strings.Contains(body, "Interrupt received.") {
			t.Errorf("got %d lines, want half of 100: %q", n, body)
		}
	})
}

func TestHugeLogs(t *testing.T) {
	t.Parallel()
	for _, oneLine := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			const size = 1 << 30
			s := New(Scenario{Script: RunScript{Plan: Stage{Size: size, OneLine: oneLine}}})
			plan := planOf(t, s)
			time.Sleep(time.Minute)
			r, err := do(t, s.Client(), "GET", plan+"/output?clean=true", "")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			head := make([]byte, 1000)
			if _, err := io.ReadFull(r.Body, head); err != nil {
				t.Fatal(err)
			}
			if r.ContentLength != size || strings.Contains(string(head), "\n") == oneLine {
				t.Errorf("one line %t: got %d bytes that start with %q", oneLine, r.ContentLength, head)
			}
		})
	}
}

func TestGeneratedReadAt(t *testing.T) {
	t.Parallel()
	for _, g := range []generated{{1000, generatedLine}, {1000, 1000}} {
		whole, err := io.ReadAll(io.NewSectionReader(g, 0, g.Size()))
		if err != nil || len(whole) != 1000 {
			t.Fatalf("got %d bytes, %v", len(whole), err)
		}
		for offset := range 1000 {
			p := make([]byte, 100)
			n, err := g.ReadAt(p, int64(offset))
			if string(p[:n]) != string(whole[offset:min(offset+100, 1000)]) || (n < 100) != (err == io.EOF) {
				t.Fatalf("at %d: got %q, %v", offset, p[:n], err)
			}
		}
	}
}

func TestPlanJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		logs      Logs
		sanitized int
		full      int
	}{
		"served":    {Logs{}, 200, 200},
		"none":      {Logs{JSON: 204}, 204, 204},
		"forbidden": {Logs{JSON: 403}, 403, 403},
		"missing":   {Logs{JSON: 404}, 404, 404},
		"too large": {Logs{JSON: 413}, 413, 413},
		"redirect":  {Logs{JSON: 307}, 307, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Logs: test.logs})
				plan := planOf(t, s)
				time.Sleep(time.Minute)
				client := s.Client()
				client.CheckRedirect = func(*request, []*request) error { return http.ErrUseLastResponse }
				if r, _ := send(t, client, "GET", plan+"/sanitized-json-output", ""); r.StatusCode != test.sanitized {
					t.Errorf("sanitized: got %d, want %d", r.StatusCode, test.sanitized)
				}
				r, body := send(t, client, "GET", plan+"/json-output", "")
				if r.StatusCode != test.full || test.full == 200 && get(t, body, "format_version") != "1.2" {
					t.Errorf("full: got %d %s, want %d", r.StatusCode, body, test.full)
				}
			})
		})
	}
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	got, err := sanitize([]byte(`{
		"variables":{"a":{"value":"open"},"b":{"value":"s1"},"c":{"value":"s2"}},
		"configuration":{"root_module":{"variables":{"b":{"sensitive":true,"default":"s3"}}}},
		"planned_values":{"outputs":{"o":{"sensitive":true,"value":"s4"}},"root_module":{"resources":[
			{"values":{"input":"s5","kept":12345678901234567890},"sensitive_values":{"input":true}}]}},
		"resource_changes":[{"change":{"before":null,"after":{"list":["x","s6"],"n":1},"before_sensitive":false,"after_sensitive":{"list":[false,true]}}}],
		"output_changes":{"o":{"before":"s7","after":"s8","before_sensitive":true,"after_sensitive":true}}}`), []string{"c"})
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, string(got), `{
		"variables":{"a":{"value":"open"},"b":{"value":"(sensitive value)"},"c":{"value":"(sensitive value)"}},
		"configuration":{"root_module":{"variables":{"b":{"sensitive":true,"default":"(sensitive value)"}}}},
		"planned_values":{"outputs":{"o":{"sensitive":true,"value":"(sensitive value)"}},"root_module":{"resources":[
			{"values":{"input":"(sensitive value)","kept":12345678901234567890},"sensitive_values":{"input":true}}]}},
		"resource_changes":[{"change":{"before":null,"after":{"list":["x","(sensitive value)"],"n":1},
			"before_sensitive":false,"after_sensitive":{"list":[false,true]}}}],
		"output_changes":{"o":{"before":"(sensitive value)","after":"(sensitive value)","before_sensitive":true,"after_sensitive":true}}}`)
	if !strings.Contains(string(got), "12345678901234567890") {
		t.Errorf("a number has lost digits: %s", got)
	}
}
