package scalr

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// H05-H09: the header in all its forms, on a clock of 2000-01-01 00:00:00.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const never = time.Duration(-1)
	tests := map[string]struct {
		after []string
		date  string
		want  time.Duration
	}{
		"H05 seconds":                        {[]string{"3"}, "", 3 * time.Second},
		"H05 spaces":                         {[]string{" 3 "}, "", 3 * time.Second},
		"H06 zero":                           {[]string{"0"}, "", 0},
		"H07 a date":                         {[]string{"Sat, 01 Jan 2000 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H07 the server is an hour ahead":    {[]string{"Sat, 01 Jan 2000 01:00:07 GMT"}, "Sat, 01 Jan 2000 01:00:00 GMT", 7 * time.Second},
		"H07 the server is an hour behind":   {[]string{"Fri, 31 Dec 1999 23:00:07 GMT"}, "Fri, 31 Dec 1999 23:00:00 GMT", 7 * time.Second},
		"H07 RFC 850":                        {[]string{"Saturday, 01-Jan-00 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H07 asctime":                        {[]string{"Sat Jan  1 00:00:07 2000"}, "Sat, 01 Jan 2000 00:00:00 GMT", 7 * time.Second},
		"H39 a junk Date, so our own clock":  {[]string{"Sat, 01 Jan 2000 00:00:07 GMT"}, "yesterday", 7 * time.Second},
		"H08 none":                           {nil, "", never},
		"H09 a day":                          {[]string{"86400"}, "", 2 * time.Minute},
		"H09 a number beyond durations":      {[]string{"1000000000000"}, "", 2 * time.Minute},
		"H09 a number beyond integers":       {[]string{"99999999999999999999999"}, "", never},
		"H09 1e12":                           {[]string{"1e12"}, "", never},
		"H09 negative":                       {[]string{"-1"}, "", never},
		"H09 NaN":                            {[]string{"NaN"}, "", never},
		"H09 a word":                         {[]string{"abc"}, "", never},
		"H09 empty":                          {[]string{""}, "", never},
		"H09 two values":                     {[]string{"1", "2"}, "", never},
		"H09 two values in one":              {[]string{"1, 2"}, "", never},
		"H09 a date in the past":             {[]string{"Sat, 01 Jan 1994 00:00:07 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 0},
		"H09 a date in another millennium":   {[]string{"Fri, 31 Dec 9999 23:59:59 GMT"}, "Sat, 01 Jan 2000 00:00:00 GMT", 2 * time.Minute},
		"H09 such a date and a Date of zero": {[]string{"Fri, 31 Dec 9999 23:59:59 GMT"}, "Mon, 01 Jan 0001 00:00:00 GMT", 2 * time.Minute},
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

func TestBackoffHasFullJitterBelowItsCap(t *testing.T) {
	t.Parallel()
	for n := range 70 {
		most := 15 * time.Second
		if n < 5 {
			most = 500 * time.Millisecond << n
		}
		low, high := most, time.Duration(0)
		for range 2000 {
			wait := backoff(n)
			low, high = min(low, wait), max(high, wait)
		}
		if low < 0 || high >= most {
			t.Errorf("attempt %d: waits from %v to %v, want all in [0, %v)", n, low, high, most)
		}
		if low > most/10 || high < most*9/10 {
			t.Errorf("attempt %d: waits from %v to %v do not fill [0, %v)", n, low, high, most)
		}
	}
}

// The policies of faults.md 2.2: what is worth another attempt, by operation.
func TestWorthAnotherAttempt(t *testing.T) {
	t.Parallel()
	answer := func(status int) *Error { return &Error{HTTPStatus: status} }
	trouble := func(n Network) *Error { return &Error{Network: n} }
	names := []string{"start", "follow", "create", "stop"}
	policies := []policy{defaultPolicy, followPolicy, createPolicy, urgentPolicy}
	tests := map[string]struct {
		err  error
		want string // of each policy in order: + again, - not
	}{
		"no connection":             {trouble(Unreachable), "++++"},
		"the name cannot be looked": {trouble(NameTrouble), "++++"},
		"broken off":                {trouble(BrokenOff), "++-+"},
		"silence":                   {trouble(TimedOut), "++-+"},
		"something else":            {trouble(OtherTrouble), "++-+"},
		"half an answer":            {malformed(Op{}, ""), "++-+"},
		"proxy down":                {trouble(ProxyTrouble), "++++"},
		"proxy refuses":             {trouble(ProxyDenied), "----"},
		"certificate":               {trouble(Certificate), "----"},
		"no TLS":                    {trouble(NotTLS), "----"},
		"old TLS":                   {trouble(OldTLS), "----"},
		"forbidden address":         {trouble(NotAllowed), "----"},
		"408":                       {answer(408), "++-+"},
		"425":                       {answer(425), "++-+"},
		"429":                       {answer(429), "++++"},
		"500":                       {answer(500), "++-+"},
		"502":                       {answer(502), "++-+"},
		"503":                       {answer(503), "++-+"},
		"504":                       {answer(504), "++-+"},
		"302":                       {answer(302), "----"},
		"400":                       {answer(400), "----"},
		"401":                       {answer(401), "-+--"},
		"403":                       {answer(403), "----"},
		"404":                       {answer(404), "-+--"},
		"409":                       {answer(409), "----"},
		"422":                       {answer(422), "----"},
		"a page":                    {&Error{HTTPStatus: 200, NotAPIResponse: true}, "++-+"},
		"too large":                 {&Error{HTTPStatus: 200, Permanent: true}, "----"},
		"an error that is not ours": {fmt.Errorf("made up"), "----"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, p := range policies {
				_, got := p.begin().next(test.err, newBudget())
				if want := test.want[i] == '+'; got != want {
					t.Errorf("%s: got %v, want %v", names[i], got, want)
				}
			}
		})
	}
}

func TestOneAttemptIsAll(t *testing.T) {
	t.Parallel()
	if _, again := noRetry.begin().next(&Error{HTTPStatus: 503}, newBudget()); again {
		t.Error("the single policy tries again")
	}
}

func TestBudgetEndsAStormAndComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, failed := newBudget(), &Error{HTTPStatus: 503}
		p := followPolicy.begin()
		n := 0
		for ; n < 1000; n++ {
			if _, again := p.next(failed, b); !again {
				break
			}
		}
		if n != 100 {
			t.Errorf("got %d repetitions out of one budget, want 100", n)
		}
		if _, again := defaultPolicy.begin().next(failed, b); again {
			t.Error("another call still has a budget")
		}
		if _, again := urgentPolicy.begin().next(failed, b); !again {
			t.Error("a request to stop a run must not depend on the budget")
		}
		b.earn(p.spent) // the call succeeded in the end
		if b.tokens != budgetMost {
			t.Errorf("after the outage: got %d tokens, want %d", b.tokens, budgetMost)
		}
	})
}

func TestSilenceCostsTwice(t *testing.T) {
	t.Parallel()
	if got, want := price(&Error{Network: TimedOut}), 2*price(&Error{HTTPStatus: 500}); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

// I5: never earlier than the server asks, but for a step that is about to end.
func TestWaits(t *testing.T) {
	t.Parallel()
	ask := func(d time.Duration) *Error { return &Error{HTTPStatus: 429, RetryAfter: &d} }
	tests := map[string]struct {
		policy      policy
		err         *Error
		least, most time.Duration
	}{
		"H05 as long as asked, and spread":   {defaultPolicy, ask(3 * time.Second), 3 * time.Second, 3500 * time.Millisecond},
		"H05 asked for nothing, no storm":    {defaultPolicy, ask(0), 0, 500 * time.Millisecond},
		"H09 no longer than the limit":       {defaultPolicy, ask(retryAfterMax), 119 * time.Second, 120 * time.Second},
		"H14 a hiccup of the sign-in":        {followPolicy, &Error{HTTPStatus: 401}, 5 * time.Second, 5 * time.Second},
		"X14 in a hurry":                     {urgentPolicy, &Error{HTTPStatus: 503}, 0, time.Second},
		"X14 in a hurry, asked for a minute": {urgentPolicy, ask(time.Minute), time.Second, time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 200 {
					wait, again := test.policy.begin().next(test.err, newBudget())
					if !again || wait < test.least || wait > test.most {
						t.Fatalf("got %v, %v, want a wait from %v to %v", wait, again, test.least, test.most)
					}
				}
			})
		})
	}
}
