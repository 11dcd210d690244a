package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/secret"
)

// TestEfforts: an effort limits the attempts of a request and their total time.
func TestEfforts(t *testing.T) {
	t.Parallel()
	for effort, c := range map[scalr.Effort]struct{ read, action time.Duration }{
		scalr.Normal: {2 * time.Minute, 2 * time.Minute},
		scalr.Search: {25 * time.Second, 25 * time.Second},
		scalr.Urgent: {time.Second, 5 * time.Second},
		scalr.Once:   {0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 503, ""), nil }))
			began := time.Now()
			if _, err := client.ReadRun(t.Context(), "run-1", effort); err == nil || time.Since(began) != c.read {
				t.Errorf("effort %d: a read took %s, want %s (%v)", effort, time.Since(began), c.read, err)
			}
			began = time.Now()
			if err := client.CancelRun(t.Context(), "run-1", "", effort, nil); err == nil || time.Since(began) != c.action {
				t.Errorf("effort %d: an action took %s, want %s (%v)", effort, time.Since(began), c.action, err)
			}
		})
	}
}

// TestTimeLimitsOfAttempts: an attempt ends after 30 seconds without data, after a minute in total, or after a second if the
// step is being canceled.
func TestTimeLimitsOfAttempts(t *testing.T) {
	t.Parallel()
	slow := func(r *http.Request, interval time.Duration) (*http.Response, error) {
		res := respond(r, 200, "")
		res.Body = io.NopCloser(readerFunc(func(p []byte) (int, error) {
			select {
			case <-time.After(interval):
				p[0] = ' '
				return 1, nil
			case <-r.Context().Done():
				return 0, r.Context().Err()
			}
		}))
		return res, nil
	}
	for name, c := range map[string]struct {
		interval time.Duration
		effort   scalr.Effort
		want     time.Duration
		says     string
	}{
		"no data":         {time.Hour, scalr.Once, 30 * time.Second, "read run run-1: no data received within the idle timeout"},
		"data too slowly": {20 * time.Second, scalr.Once, time.Minute, "read run run-1: the response took too long"},
		"urgent":          {100 * time.Millisecond, scalr.Urgent, time.Second, "read run run-1: the response took too long"},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) { return slow(r, c.interval) }))
			began := time.Now()
			_, err := client.ReadRun(t.Context(), "run-1", c.effort)
			var e *scalr.Error
			if !errors.As(err, &e) || e.Error() != c.says || e.Network != scalr.TimedOut || time.Since(began) != c.want {
				t.Errorf("%s: got %v after %s, want %s after %s", name, err, time.Since(began), c.says, c.want)
			}
		})
	}
}

// TestTokenRenewal: a rejected token is renewed once for a request, and details are added to a rejection that remains.
func TestTokenRenewal(t *testing.T) {
	t.Parallel()
	refused := errors.New("GitHub refused")
	for name, c := range map[string]struct {
		renewed  string // the new token, "error", or "" for a client that cannot renew
		accepted string // the token that Scalr accepts
		want     string
		requests string // the tokens
	}{
		"renewed":          {"two", "two", "", "one two"},
		"still rejected":   {"two", "three", "read run run-1: no (HTTP 401); details", "one two"},
		"not renewable":    {"", "two", "read run run-1: no (HTTP 401); details", "one"},
		"renewal fails":    {"error", "two", "sign in again: GitHub refused", "one"},
		"already accepted": {"two", "one", "", "one"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var tokens []string
			config := scalr.Config{BaseURL: &url.URL{Scheme: "https", Host: "acme.scalr.test"}, Token: secret.New("one"), UserAgent: "test/1",
				Rejected: func(err error) error { return fmt.Errorf("%w; details", err) },
				HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
					tokens = append(tokens, token)
					if r.UserAgent() != "test/1" || r.Header.Get("Prefer") != "profile=preview" || r.Header.Get("Accept") != "application/vnd.api+json" {
						t.Errorf("got the headers %v", r.Header)
					}
					if token != c.accepted {
						return respond(r, 401, `{"errors":[{"detail":"no"}]}`), nil
					}
					return respond(r, 200, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"}}}`), nil
				})}}
			if c.renewed != "" {
				config.Renew = func(context.Context) (secret.Value, error) {
					if c.renewed == "error" {
						return secret.Value{}, refused
					}
					return secret.New(c.renewed), nil
				}
			}
			client, err := scalr.New(config)
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Run(t.Context(), "run-1")
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || strings.Join(tokens, " ") != c.requests || c.renewed == "error" && !errors.Is(err, refused) {
				t.Errorf("%s: got %q after requests with the tokens %q, want %q", name, got, tokens, c.want)
			}
		})
	}
}

// TestNetworkTexts: the text of a network error names the host, and the cause in words.
func TestNetworkTexts(t *testing.T) {
	t.Parallel()
	const cut = "the connection to acme.scalr.test was closed before the response was complete"
	proxy := func(err error) error { return &net.OpError{Op: "proxyconnect", Err: err} }
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 3128}, Err: err}
	}
	for text, c := range map[string]struct {
		err  error
		kind scalr.Network
	}{
		"acme.scalr.test answered without TLS":                               {errors.New("http: server gave HTTP response to HTTPS client"), scalr.NotTLS},
		"acme.scalr.test supports only old versions of TLS; 1.2 is required": {errors.New("remote error: tls: protocol version not supported"), scalr.OldTLS},
		"no TLS with acme.scalr.test: remote error: tls: handshake failure":  {errors.New("remote error: tls: handshake failure"), scalr.NotTLS},
		"no TLS with acme.scalr.test: tls: certificate required":             {errors.New("tls: certificate required"), scalr.NotTLS},
		"no TLS with acme.scalr.test: tls: bad certificate":                  {errors.New("tls: bad certificate"), scalr.NotTLS},
		"no TLS with acme.scalr.test: tls: unrecognized name":                {errors.New("tls: unrecognized name"), scalr.NotTLS},
		"no TLS with acme.scalr.test: tls: insufficient security level":      {errors.New("tls: insufficient security level"), scalr.NotTLS},
		"no TLS with acme.scalr.test: tls: no application protocol":          {errors.New("tls: no application protocol"), scalr.NotTLS},
		"acme.scalr.test: no TLS handshake in time":                          {errors.New("net/http: TLS handshake timeout"), scalr.Unreachable},
		cut:                                      {io.ErrUnexpectedEOF, scalr.BrokenOff},
		cut + " ":                                {syscall.EPIPE, scalr.BrokenOff},
		"acme.scalr.test did not answer in time": {os.ErrDeadlineExceeded, scalr.TimedOut},
		"acme.scalr.test did not answer in time ":                           {timeout{}, scalr.TimedOut},
		"acme.scalr.test: connection refused":                               {dial(syscall.ECONNREFUSED), scalr.Unreachable},
		"acme.scalr.test: odd":                                              {dial(errors.New("odd")), scalr.Unreachable},
		"the proxy could not be reached: 10.0.0.1:3128: connection refused": {proxy(dial(syscall.ECONNREFUSED)), scalr.ProxyTrouble},
		"the proxy could not be reached: no address of proxy.test":          {proxy(&net.DNSError{Name: "proxy.test"}), scalr.ProxyTrouble},
		"the name acme.scalr.test could not be looked up":                   {&net.DNSError{IsTimeout: true}, scalr.NameTrouble},
		"no such host: acme.scalr.test":                                     {&net.DNSError{IsNotFound: true}, scalr.UnknownHost},
		"odd":                                                               {errors.New("odd"), scalr.OtherTrouble},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err }))
			_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
			var e *scalr.Error
			if !errors.As(err, &e) || e.Note != strings.TrimSpace(text) || e.Network != c.kind || e.Host != "acme.scalr.test" {
				t.Errorf("%v: got %q of the kind %d, want %q of the kind %d", c.err, e.Note, e.Network, text, c.kind)
			}
		})
	}
}

// TestEndedContexts: the error of a request whose context has ended says why, and is permanent.
func TestEndedContexts(t *testing.T) {
	t.Parallel()
	for want, cause := range map[string]error{
		"given up: no time was left":         context.DeadlineExceeded,
		"given up: the request was canceled": context.Canceled,
		"given up: the job ends":             errors.New("the job ends"),
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() }))
		_, err := client.Run(ctx, "run-1")
		var e *scalr.Error
		if !errors.As(err, &e) || e.Note != want || !e.Permanent || !errors.Is(err, cause) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestMeaningOfRuns covers the changes, the tasks and the transitions of runs.
func TestMeaningOfRuns(t *testing.T) {
	t.Parallel()
	yes, no, one, none := new(true), new(false), new(1), new(0)
	finished := func(changes *bool) *scalr.Plan { return &scalr.Plan{Status: scalr.TaskFinished, HasChanges: changes} }
	counts := func(p scalr.Plan) scalr.Run {
		p.Status, p.HasChanges = scalr.TaskFinished, no
		return scalr.Run{Plan: &p}
	}
	for name, c := range map[string]struct {
		run        scalr.Run
		changes    *bool
		unchanged  bool
		tasksFinal bool
		applied    bool
	}{
		"nothing known":                   {scalr.Run{}, nil, false, false, false},
		"changes":                         {scalr.Run{HasChanges: yes}, yes, false, false, false},
		"no changes before the plan":      {scalr.Run{HasChanges: no, Status: scalr.StatusPlanning}, nil, false, false, false},
		"no changes, status":              {scalr.Run{HasChanges: no, Status: scalr.StatusPlanned}, no, true, false, false},
		"no changes, override":            {scalr.Run{HasChanges: no, Status: scalr.StatusPolicyOverride}, no, true, false, false},
		"no changes, saved":               {scalr.Run{HasChanges: no, Status: scalr.StatusPlannedAndSaved}, no, true, false, false},
		"no changes, finished":            {scalr.Run{HasChanges: no, Status: scalr.StatusPlannedAndFinished}, no, true, false, false},
		"no changes, errored":             {scalr.Run{HasChanges: no, Status: scalr.StatusErrored}, nil, false, false, false},
		"no changes, plan":                {scalr.Run{HasChanges: no, Plan: finished(nil)}, no, true, true, false},
		"changes of the plan":             {scalr.Run{HasChanges: no, Plan: finished(yes)}, yes, false, true, false},
		"no changes of the plan":          {scalr.Run{HasChanges: yes, Plan: finished(no)}, no, true, true, false},
		"no changes but additions":        {counts(scalr.Plan{Additions: one}), no, false, true, false},
		"no changes but updates":          {counts(scalr.Plan{Changes: one}), no, false, true, false},
		"no changes but destructions":     {counts(scalr.Plan{Destructions: one}), no, false, true, false},
		"no changes and zeros":            {counts(scalr.Plan{Additions: none}), no, true, true, false},
		"a plan in progress":              {scalr.Run{Plan: &scalr.Plan{Status: scalr.TaskRunning, HasChanges: no}}, nil, false, false, false},
		"an apply that has not started":   {scalr.Run{Plan: finished(yes), Apply: &scalr.Apply{Status: scalr.TaskPending}}, yes, false, false, false},
		"an apply in progress":            {scalr.Run{Plan: finished(yes), Apply: &scalr.Apply{Status: scalr.TaskRunning}}, yes, false, false, true},
		"an apply that has finished":      {scalr.Run{Plan: finished(yes), Apply: &scalr.Apply{Status: scalr.TaskErrored}}, yes, false, true, true},
		"an apply that cannot be reached": {scalr.Run{Plan: finished(yes), Apply: &scalr.Apply{Status: scalr.TaskUnreachable}}, yes, false, true, false},
	} {
		changes := c.run.Changes()
		if (changes == nil) != (c.changes == nil) || changes != nil && *changes != *c.changes || c.run.Unchanged() != c.unchanged ||
			c.run.TasksFinal() != c.tasksFinal || c.run.Applied() != c.applied {
			t.Errorf("%s: got changes %v, unchanged %t, final tasks %t, applied %t", name, changes, c.run.Unchanged(), c.run.TasksFinal(), c.run.Applied())
		}
	}
	run := scalr.Run{Transitions: []scalr.Transition{{Status: "planned", By: "a"}, {Status: "applied"}, {Status: "planned", By: "b"}}}
	if last, ok := run.LastTransition("planned"); !ok || last.By != "b" {
		t.Errorf("got %+v, %t, want the latest transition", last, ok)
	}
	if first, ok := (scalr.Run{Transitions: run.Transitions[:1]}).LastTransition("planned"); !ok || first.By != "a" {
		t.Errorf("got %+v, %t, want the only transition", first, ok)
	}
	if _, ok := run.LastTransition("errored"); ok {
		t.Error("got a transition that there is none of")
	}
}
