package runs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
)

// scripted is a server whose responses to reads and to requests to stop are given. It repeats the last of each, records
// every request with its time, and never responds to a request whose response is "hang".
type scripted struct {
	dry   bool
	reads []string // statuses of the run, or status codes
	stops []string // status codes
	began time.Time
	log   []string
}

func (s *scripted) next(list *[]string) string {
	if len(*list) == 0 {
		return "404"
	}
	one := (*list)[0]
	if len(*list) > 1 {
		*list = (*list)[1:]
	}
	return one
}

func (s *scripted) roundTrip(r *http.Request) (*http.Response, error) {
	verb, list := "read", &s.reads
	if r.Method == http.MethodPost {
		verb, list = path.Base(r.URL.Path), &s.stops
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"comment":"enough"}` {
			verb += " " + string(body)
		}
	}
	response := s.next(list)
	s.log = append(s.log, fmt.Sprintf("%s %s %s", time.Since(s.began), verb, response))
	if response == "hang" {
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}
	var code int
	if _, err := fmt.Sscan(response, &code); err == nil {
		return respond(r, code, "{}"), nil
	}
	return respond(r, 200, runDocument(response, s.dry)), nil
}

// runDocument returns a run in a status, which may be followed by the statuses of its plan and apply, separated by slashes.
func runDocument(status string, dry bool) string {
	parts := append(strings.Split(status, "/"), "", "")
	task := func(kind, status string) (reference, included string) {
		if status == "" {
			return `{"data":null}`, ""
		}
		about := fmt.Sprintf(`"type":%q,"id":"%s-1"`, kind, kind)
		return `{"data":{` + about + `}}`, `{` + about + fmt.Sprintf(`,"attributes":{"status":%q}}`, status)
	}
	plan, includedPlan := task("plans", parts[1])
	apply, includedApply := task("applies", parts[2])
	included := slices.DeleteFunc([]string{includedPlan, includedApply}, func(s string) bool { return s == "" })
	return fmt.Sprintf(`{"data":{"type":"runs","id":"run-1","attributes":{"status":%q,"is-dry":%t},"relationships":{"plan":%s,"apply":%s}},"included":[%s]}`,
		parts[0], dry, plan, apply, strings.Join(included, ","))
}

// TestStopRequests compares the requests of Stop, with their times, and its result.
func TestStopRequests(t *testing.T) {
	t.Parallel()
	const conflict = `stop run run-1: Scalr does not allow the run to be stopped while it is %s (HTTP 409)`
	canceled := errors.New("the job was canceled")
	for name, c := range map[string]struct {
		server scripted
		last   scalr.Status
		options
		want   []string
		result string // verb, whether the run was final and whether an apply continues, last status
		err    string
	}{
		"accepted": {
			server: scripted{reads: []string{"planning"}, stops: []string{"202"}},
			want:   []string{"0s read planning", "0s cancel 202"},
			result: "cancel false false planning",
		},
		"three quick refusals in different statuses, then waits": {
			server: scripted{dry: true, reads: []string{"pending", "plan_queued", "planning", "planned", "cost_estimating", "policy_checking"},
				stops: []string{"409", "409", "409", "409", "409", "202"}},
			want: []string{"0s read pending", "0s discard 409", "0s read plan_queued", "0s cancel 409", "0s read planning", "0s cancel 409",
				"0s read planned", "0s discard 409", "600ms read cost_estimating", "600ms cancel 409", "1.2s read policy_checking", "1.2s cancel 202"},
			result: "cancel false false policy_checking",
		},
		"both actions are refused in one status": {
			server: scripted{dry: true, reads: []string{"planning"}, stops: []string{"409", "409", "202"}},
			want: []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard 409", "0s read planning", "600ms read planning",
				"600ms cancel 202"},
			result: "cancel false false planning",
		},
		"both actions are refused, with time": {
			server:  scripted{dry: true, reads: []string{"planning"}, stops: []string{"409", "409", "202"}},
			options: options{long: true},
			want: []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard 409", "0s read planning", "2s read planning",
				"2s cancel 202"},
			result: "cancel false false planning",
		},
		"another refusal": {
			server: scripted{reads: []string{"planning"}, stops: []string{"409", "403"}},
			want:   []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard 403", "0s read planning"},
			result: "discard false false planning",
			err:    "discard run run-1: 403 Forbidden",
		},
		"a refusal of another server, after the effect": {
			server: scripted{reads: []string{"planning", "canceled"}, stops: []string{"403"}},
			want:   []string{"0s read planning", "0s cancel 403", "0s read canceled"},
			result: "cancel false false canceled",
		},
		"a refusal of another server, before the effect, patient": {
			server:  scripted{reads: []string{"planned", "planned", "planned", "discarded"}, stops: []string{"403"}},
			options: options{long: true},
			want:    []string{"0s read planned", "0s discard 403", "0s read planned", "2s read planned", "4s read discarded"},
			result:  "discard false false discarded",
		},
		"a refusal without a run": {
			server: scripted{reads: []string{"planning", "404"}, stops: []string{"409"}},
			want:   []string{"0s read planning", "0s cancel 409", "0s read 404"},
			result: " false false planning",
			err:    "read run run-1: 404 Not Found",
		},
		"a refusal without a run, dry": {
			server: scripted{dry: true, reads: []string{"planning", "404"}, stops: []string{"409", "202"}},
			want:   []string{"0s read planning", "0s cancel 409", "0s read 404", "0s discard 202"},
			result: "discard false false planning",
		},
		"a refusal without a run, an apply may be stopped": {
			server:  scripted{reads: []string{"applying", "404"}, stops: []string{"409", "202"}},
			options: options{apply: true},
			want:    []string{"0s read applying", "0s cancel 409", "0s read 404", "0s discard 202"},
			result:  "discard false false applying",
		},
		"the job ends during the read after a refusal": {
			server:  scripted{reads: []string{"planning", "hang"}, stops: []string{"409"}},
			options: options{ends: 700 * time.Millisecond},
			want:    []string{"0s read planning", "0s cancel 409", "0s read hang"},
			result:  " false false planning",
			err:     fmt.Sprintf(conflict, "planning"),
		},
		"the job ends during the wait after refusals": {
			server:  scripted{reads: []string{"planning"}, stops: []string{"409"}},
			options: options{ends: 700 * time.Millisecond},
			want: []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard 409", "0s read planning",
				"600ms read planning", "600ms cancel 409", "600ms read planning", "600ms discard 409"},
			result: " false false planning",
			err:    fmt.Sprintf(conflict, "planning"),
		},
		"the job ends during the first request": {
			server:  scripted{reads: []string{"planning"}, stops: []string{"hang"}},
			options: options{ends: 700 * time.Millisecond},
			want:    []string{"0s read planning", "0s cancel hang"},
			result:  "cancel false false planning",
			err:     "cancel run run-1: given up: the job was canceled",
		},
		"the job ends during a request after a refusal": {
			server:  scripted{reads: []string{"planning"}, stops: []string{"409", "hang"}},
			options: options{ends: 700 * time.Millisecond},
			want:    []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard hang"},
			result:  "discard false false planning",
			err:     fmt.Sprintf(conflict, "planning") + "; discard run run-1: given up: the job was canceled",
		},
		"the job ends as soon as the request is sent": {
			server:  scripted{reads: []string{"planning"}, stops: []string{"409", "202"}},
			options: options{endsWhenSent: 2},
			want:    []string{"0s read planning", "0s cancel 409", "0s read planning", "0s discard 202"},
			result:  "discard false false planning",
		},
		"no response to the first read": {
			server: scripted{reads: []string{"hang"}, stops: []string{"202"}},
			last:   "planning",
			want:   []string{"0s read hang", "500ms cancel 202"},
			result: "cancel false false planning",
		},
		"an older status in the first read": {
			server: scripted{reads: []string{"pending"}, stops: []string{"202"}},
			last:   "planning",
			want:   []string{"0s read pending", "0s cancel 202"},
			result: "cancel false false planning",
		},
		"an unknown status": {
			server: scripted{reads: []string{"x_checking"}, stops: []string{"202"}},
			want:   []string{"0s read x_checking", "0s cancel 202"},
			result: "cancel false false x_checking",
		},
		"an unknown status, plan in progress": {
			server: scripted{reads: []string{"x_checking/running"}, stops: []string{"202"}},
			want:   []string{"0s read x_checking/running", "0s cancel 202"},
			result: "cancel false false x_checking",
		},
		"an unknown status after the plan": {
			server: scripted{reads: []string{"x_checking/finished"}, stops: []string{"202"}},
			want:   []string{"0s read x_checking/finished", "0s discard 202"},
			result: "discard false false x_checking",
		},
		"an unknown status during the apply": {
			server: scripted{reads: []string{"x_checking/finished/running"}},
			want:   []string{"0s read x_checking/finished/running"},
			result: " false true x_checking",
		},
		"waiting, and a cancel could stop an apply": {
			server:  scripted{reads: []string{"policy_checked"}, stops: []string{"409"}},
			options: options{ends: time.Second},
			want: []string{"0s read policy_checked", "0s discard 409", "0s read policy_checked", "600ms read policy_checked",
				"600ms discard 409", "600ms read policy_checked"},
			result: " false false policy_checked",
			err:    fmt.Sprintf(conflict, "policy_checked"),
		},
		"waiting, and an apply may be stopped": {
			server:  scripted{reads: []string{"policy_checked"}, stops: []string{"409", "202"}},
			options: options{apply: true},
			want:    []string{"0s read policy_checked", "0s discard 409", "0s read policy_checked", "0s cancel 202"},
			result:  "cancel false false policy_checked",
		},
		"finished after a refusal": {
			server: scripted{reads: []string{"planning", "errored"}, stops: []string{"409"}},
			want:   []string{"0s read planning", "0s cancel 409", "0s read errored"},
			result: " true false errored",
		},
		"refused by the caller": {
			server:  scripted{reads: []string{"planning"}},
			options: options{refuses: true},
			want:    []string{"0s read planning"},
			result:  " false false planning",
			err:     "not this run",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &c.server
				s.began = time.Now()
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if c.ends > 0 {
					time.AfterFunc(c.ends, func() { cancel(canceled) })
				}
				sent := 0
				o := runs.StopOptions{Comment: "enough", AllowApply: c.apply, LongTimeout: c.long, OnSent: func() {
					if sent++; sent == c.endsWhenSent {
						cancel(canceled)
					}
				}}
				if c.refuses {
					o.Check = func(scalr.Run) error { return errors.New("not this run") }
				}
				got, err := runs.Stop(ctx, clientOf(t, s.roundTrip), scalr.Run{ID: "run-1", Status: c.last, Dry: s.dry}, o)
				text := ""
				if err != nil {
					text = err.Error()
				}
				result := fmt.Sprintf("%s %t %t %s", got.Verb, got.AlreadyFinal, got.ApplyContinues, got.LastKnown.Status)
				if result != c.result || text != c.err {
					t.Errorf("got %q, %q; want %q, %q", result, text, c.result, c.err)
				}
				if !slices.Equal(s.log, c.want) {
					t.Errorf("got the requests\n%s\nwant\n%s", strings.Join(s.log, "\n"), strings.Join(c.want, "\n"))
				}
			})
		})
	}
}

// options are those of one call of Stop.
type options struct {
	apply, long, refuses bool
	ends                 time.Duration // the job ends after this time
	endsWhenSent         int           // or with this call of OnSent
}
