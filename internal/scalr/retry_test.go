package scalr

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/retry"
)

// H05-H09: all forms of the header, at the time 2000-01-01 00:00:00.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const never = time.Duration(-1)
	tests := map[string]struct {
		after []string
		date  string
		want  time.Duration
	}{
		"H05 seconds":                   {[]string{"3"}, "", 3 * time.Second},
		"H05 spaces":                    {[]string{" 3 "}, "", 3 * time.Second},
		"H06 zero":                      {[]string{"0"}, "", 0},
		"H07 date":                      {[]string{"Sat, 01 Jan 2000 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H07 server an hour ahead":      {[]string{"Sat, 01 Jan 2000 01:00:07 GMT"}, "Sat, 01 Jan 2000 01:00:00 GMT", 7 * time.Second},
		"H07 server an hour behind":     {[]string{"Fri, 31 Dec 1999 23:00:07 GMT"}, "Fri, 31 Dec 1999 23:00:00 GMT", 7 * time.Second},
		"H07 RFC 850":                   {[]string{"Saturday, 01-Jan-00 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H07 asctime":                   {[]string{"Sat Jan  1 00:00:07 2000"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H39 invalid Date, local clock": {[]string{"Sat, 01 Jan 2000 00:00:07 GMT"}, "yesterday", 7 * time.Second},
		"H08 none":                      {nil, "", never},
		"H09 one day":                   {[]string{"86400"}, "", 2 * time.Minute},
		"H09 exceeds durations":         {[]string{"1000000000000"}, "", 2 * time.Minute},
		"H09 exceeds integers":          {[]string{"99999999999999999999999"}, "", never},
		"H09 1e12":                      {[]string{"1e12"}, "", never},
		"H09 negative":                  {[]string{"-1"}, "", never},
		"H09 NaN":                       {[]string{"NaN"}, "", never},
		"H09 word":                      {[]string{"abc"}, "", never},
		"H09 empty":                     {[]string{""}, "", never},
		"H09 two values":                {[]string{"1", "2"}, "", never},
		"H09 two values in one header":  {[]string{"1, 2"}, "", never},
		"H09 past date":                 {[]string{"Sat, 01 Jan 1994 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 0},
		"H09 date far in the future":    {[]string{"Fri, 31 Dec 9999 23:59:59 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 2 * time.Minute},
		"H09 future date, zero Date":    {[]string{"Fri, 31 Dec 9999 23:59:59 GMT"}, "Mon, 01 Jan 0001 00:00:00 GMT", 2 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := http.Header{"Date": {test.date}}
				if test.after != nil {
					h["Retry-After"] = test.after
				}
				got := never
				if wait := retryAfter(h); wait != nil {
					got = *wait
				}
				if got != test.want {
					t.Errorf("got %v, want %v", got, test.want)
				}
			})
		})
	}
}

// again makes an attempt that fails with err and returns whether it is retried, and after which wait.
func again(p policy, err error) (wait time.Duration, ok bool) {
	rules := p.rules()
	rules.OnRetry = func(a retry.Attempt) { wait = a.Wait }
	h, _ := retry.Do(context.Background(), rules, func() error {
		failed := err
		err = nil
		return failed
	})
	return wait, h.Attempts > 1
}

// TestRetryableErrors: which errors are retried, by operation.
func TestRetryableErrors(t *testing.T) {
	t.Parallel()
	answer := func(status int) *Error { return &Error{HTTPStatus: status} }
	trouble := func(n Network) *Error { return &Error{Network: n} }
	names := []string{"start", "follow", "create", "stop"}
	policies := []policy{defaultPolicy, followPolicy, createPolicy, urgentPolicy}
	tests := map[string]struct {
		err  error
		want string // one character per policy, in order: + retried, - not retried
	}{
		"no connection":            {trouble(Unreachable), "++++"},
		"failed name lookup":       {trouble(NameTrouble), "++++"},
		"interrupted":              {trouble(BrokenOff), "++-+"},
		"silence":                  {trouble(TimedOut), "++-+"},
		"other error":              {trouble(OtherTrouble), "++-+"},
		"truncated response":       {malformed(Op{}, ""), "++-+"},
		"proxy unavailable":        {trouble(ProxyTrouble), "++++"},
		"proxy refuses connection": {trouble(ProxyDenied), "----"},
		"certificate":              {trouble(Certificate), "----"},
		"no TLS":                   {trouble(NotTLS), "----"},
		"old TLS":                  {trouble(OldTLS), "----"},
		"forbidden address":        {trouble(NotAllowed), "----"},
		"408":                      {answer(408), "++-+"},
		"425":                      {answer(425), "++-+"},
		"429":                      {answer(429), "++++"},
		"500":                      {answer(500), "++-+"},
		"502":                      {answer(502), "++-+"},
		"503":                      {answer(503), "++-+"},
		"504":                      {answer(504), "++-+"},
		"302":                      {answer(302), "----"},
		"400":                      {answer(400), "----"},
		"401":                      {answer(401), "-+--"},
		"403":                      {answer(403), "----"},
		"404":                      {answer(404), "-+--"},
		"409":                      {answer(409), "----"},
		"422":                      {answer(422), "----"},
		"web page":                 {&Error{HTTPStatus: 200, NotAPIResponse: true}, "++-+"},
		"too large":                {&Error{HTTPStatus: 200, Permanent: true}, "----"},
		"unrelated error":          {fmt.Errorf("made up"), "----"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for i, p := range policies {
					_, got := again(p, test.err)
					if want := test.want[i] == '+'; got != want {
						t.Errorf("%s: got %v, want %v", names[i], got, want)
					}
				}
			})
		})
	}
}

func TestSingleAttempt(t *testing.T) {
	t.Parallel()
	if _, ok := again(noRetry, &Error{HTTPStatus: 503}); ok {
		t.Error("the policy without retries retries")
	}
}

// I5: no retry earlier than the server requests, except in a step that is being canceled.
func TestWaits(t *testing.T) {
	t.Parallel()
	ask := func(d time.Duration) *Error { return &Error{HTTPStatus: 429, RetryAfter: &d} }
	tests := map[string]struct {
		policy      policy
		err         *Error
		least, most time.Duration
	}{
		"H05 Retry-After with jitter":         {defaultPolicy, ask(3 * time.Second), 3 * time.Second, 3500 * time.Millisecond},
		"H05 zero with jitter":                {defaultPolicy, ask(0), 0, 500 * time.Millisecond},
		"H09 limited":                         {defaultPolicy, ask(retryAfterMax), 119 * time.Second, 120 * time.Second},
		"H14 temporary 401":                   {followPolicy, &Error{HTTPStatus: 401}, 5 * time.Second, 5 * time.Second},
		"X14 urgent":                          {urgentPolicy, &Error{HTTPStatus: 503}, 0, time.Second},
		"X14 urgent, Retry-After of a minute": {urgentPolicy, ask(time.Minute), time.Second, time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 200 {
					wait, ok := again(test.policy, test.err)
					if !ok || wait < test.least || wait > test.most {
						t.Fatalf("got %v, %v, want a wait from %v to %v", wait, ok, test.least, test.most)
					}
				}
			})
		})
	}
}
