package retry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/retry"
)

const second = time.Second

var errDown = errors.New("down")

func backoff(error) (retry.Delay, bool) { return retry.AtLeast(0), true }

func exactly(d time.Duration) func(error) (retry.Delay, bool) {
	return func(error) (retry.Delay, bool) { return retry.Exactly(d), true }
}

func atMost(d time.Duration) func(error) (retry.Delay, bool) {
	return func(error) (retry.Delay, bool) { return retry.AtLeast(0).AtMost(d), true }
}

// waits fails n times, each attempt lasting the given time, and returns the waits.
func waits(p retry.Policy, n int, takes time.Duration) (list []time.Duration, h retry.History, err error) {
	p.OnRetry = func(a retry.Attempt) { list = append(list, a.Wait) }
	h, err = retry.Do(context.Background(), p, func() error {
		time.Sleep(takes)
		if n--; n < 0 {
			return nil
		}
		return errDown
	})
	return list, h, err
}

func TestLimits(t *testing.T) {
	t.Parallel()
	every := exactly(4 * second)
	for name, test := range map[string]struct {
		policy   retry.Policy
		takes    time.Duration
		attempts int
		waits    []time.Duration
	}{
		"the zero policy makes one attempt": {retry.Policy{Retryable: every}, 0, 1, nil},
		"attempts":                          {retry.Policy{Attempts: 3, Retryable: every}, 0, 3, []time.Duration{4 * second, 4 * second}},
		"the last wait ends at the limit of time": {
			retry.Policy{MaxElapsed: 10 * second, Retryable: every}, 0, 4, []time.Duration{4 * second, 4 * second, 2 * second},
		},
		"an attempt that outlasts the limit": {retry.Policy{MaxElapsed: 10 * second, Retryable: every}, 20 * second, 1, nil},
		"no delay":                           {retry.Policy{Attempts: 2, Retryable: backoff}, 0, 2, []time.Duration{0}},
		"a single attempt":                   {retry.Policy{Attempts: 1, Retryable: every}, 0, 1, nil},
		"a limit of one nanosecond":          {retry.Policy{MaxElapsed: 1, Retryable: every}, second, 1, nil},
		"a limit of one nanosecond, and attempts without a duration": {
			retry.Policy{MaxElapsed: 1, Retryable: every}, 0, 2, []time.Duration{1},
		},
		"an attempt that ends at the limit": {retry.Policy{MaxElapsed: 10 * second, Retryable: every}, 10 * second, 1, nil},
		"a budget that is used up": {
			retry.Policy{Budget: retry.NewBudget(8 * second), Retryable: every}, 0, 3, []time.Duration{4 * second, 4 * second},
		},
		"a budget for no wait": {retry.Policy{Budget: retry.NewBudget(0), Retryable: every}, 0, 1, nil},
		"attempts within a budget": {
			retry.Policy{Attempts: 2, Budget: retry.NewBudget(9 * second), Retryable: every}, 0, 2, []time.Duration{4 * second},
		},
		"attempts within a limit of time": {
			retry.Policy{Attempts: 3, MaxElapsed: 6 * second, Retryable: every}, 0, 3, []time.Duration{4 * second, 2 * second},
		},
		"the limit counts from the first failure": {
			retry.Policy{MaxElapsed: 10 * second, FromFailure: true, Retryable: every}, 20 * second, 2, []time.Duration{4 * second},
		},
		"the longest possible backoff": {
			retry.Policy{Attempts: 3, FirstDelay: 1 << 62, MaxDelay: 1 << 62, Retryable: atMost(second)}, 0, 3, []time.Duration{second, second},
		},
		"a budget": {
			retry.Policy{Budget: retry.NewBudget(9 * second), Retryable: every}, 0, 3, []time.Duration{4 * second, 4 * second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list, h, err := waits(test.policy, 100, test.takes)
				if !errors.Is(err, errDown) || h.Attempts != test.attempts || !slices.Equal(list, test.waits) || h.Cause != nil {
					t.Errorf("got %v after %+v and waits of %v, want %d attempts and waits of %v", err, h, list, test.attempts, test.waits)
				}
			})
		})
	}
}

func TestDoEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list, h, err := waits(retry.Policy{Attempts: 9, Retryable: exactly(second)}, 2, second)
		if err != nil || len(list) != 2 || h.Attempts != 3 || h.Elapsed != 5*second {
			t.Errorf("after success: got %v, %+v, waits of %v", err, h, list)
		}
		never := func(error) (retry.Delay, bool) { return retry.AtLeast(0), false }
		if list, h, err := waits(retry.Policy{Attempts: 9, Retryable: never}, 2, 0); !errors.Is(err, errDown) || h.Attempts != 1 || list != nil {
			t.Errorf("after an error that is not retryable: got %v, %+v, waits of %v", err, h, list)
		}
	})
}

func TestInterruptedWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stopped := errors.New("the job was canceled")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3*second, func() { cancel(stopped) })
		h, err := retry.Do(ctx, retry.Policy{Attempts: 9, Retryable: exactly(time.Minute)}, func() error { return errDown })
		if want := (retry.History{Attempts: 1, Elapsed: 3 * second, Cause: stopped}); !errors.Is(err, errDown) || h != want {
			t.Errorf("got %v, %+v, want %+v", err, h, want)
		}
	})
}

func TestBackoffHasFullJitterBelowItsCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const attempts = 10
		var low, high [attempts]time.Duration
		for round := range 2000 {
			list, _, _ := waits(retry.Policy{Attempts: attempts + 1, FirstDelay: second / 2, MaxDelay: 15 * second, Retryable: backoff}, 100, 0)
			for i, wait := range list {
				if round == 0 || wait < low[i] {
					low[i] = wait
				}
				high[i] = max(high[i], wait)
			}
		}
		for i := range attempts {
			most := min(second/2<<i, 15*second)
			if low[i] < 0 || high[i] >= most || low[i] > most/10 || high[i] < most*9/10 {
				t.Errorf("attempt %d: waits from %v to %v, want them to fill [0, %v)", i+1, low[i], high[i], most)
			}
		}
	})
}

func TestDelays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		delay       retry.Delay
		least, most time.Duration
	}{
		"none":                       {retry.Delay{}, 0, 0},
		"longer than backoff":        {retry.AtLeast(20 * second), 20 * second, 20 * second},
		"shorter than backoff":       {retry.AtLeast(second), second, 8 * second},
		"exactly":                    {retry.Exactly(3 * second), 3 * second, 3 * second},
		"at most":                    {retry.AtLeast(0).AtMost(2 * second), 0, 2 * second},
		"at most, of a longer delay": {retry.AtLeast(20 * second).AtMost(second), second, second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := retry.Policy{Attempts: 2, FirstDelay: 8 * second, MaxDelay: 8 * second,
					Retryable: func(error) (retry.Delay, bool) { return test.delay, true }}
				for range 200 {
					list, _, _ := waits(p, 1, 0)
					if len(list) != 1 || list[0] < test.least || list[0] > test.most {
						t.Fatalf("got waits of %v, want one from %v to %v", list, test.least, test.most)
					}
				}
			})
		})
	}
}

// TestWait: Wait returns the cause of a context that has ended, regardless of the duration.
func TestWait(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, d := range []time.Duration{-second, 0, time.Hour} {
		if err := retry.Wait(ctx, d); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: got %v, want %v", d, err, context.Canceled)
		}
	}
}

// TestWaitLasts: Wait waits for the duration, or until the context ends.
func TestWaitLasts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stopped := errors.New("stopped")
		for _, c := range []struct {
			d, end, want time.Duration
			err          error
		}{
			{time.Minute, 0, time.Minute, nil},
			{time.Minute, 2 * time.Minute, time.Minute, nil},
			{time.Minute, second, second, stopped},
			{0, 0, 0, nil},
			{-second, 0, 0, nil},
		} {
			ctx, cancel := context.WithCancelCause(t.Context())
			if c.end > 0 {
				time.AfterFunc(c.end, func() { cancel(stopped) })
			}
			began := time.Now()
			if err := retry.Wait(ctx, c.d); err != c.err || time.Since(began) != c.want {
				t.Errorf("%v: got %v after %v, want %v after %v", c.d, err, time.Since(began), c.err, c.want)
			}
			cancel(nil)
		}
	})
}

// TestBudgetWait: a wait within the budget is deducted; a longer one returns an error at once and deducts nothing.
func TestBudgetWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget, began := retry.NewBudget(10*second), time.Now()
		for i, c := range []struct {
			d     time.Duration
			err   error
			total time.Duration
		}{
			{6 * second, nil, 6 * second},
			{5 * second, retry.ErrBudget, 6 * second},
			{4 * second, nil, 10 * second},
			{0, nil, 10 * second},
			{1, retry.ErrBudget, 10 * second},
		} {
			if err := budget.Wait(t.Context(), c.d); err != c.err || time.Since(began) != c.total {
				t.Errorf("wait %d: got %v after %v, want %v after %v", i+1, err, time.Since(began), c.err, c.total)
			}
		}
		if got := budget.Wait(t.Context(), second).Error(); got != "retry budget used up" {
			t.Errorf("got the error %q", got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := retry.NewBudget(second).Wait(ended, second); err != context.Canceled {
			t.Errorf("got %v after the end of the context", err)
		}
	})
}
