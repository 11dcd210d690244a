package follow

import (
	"fmt"
	"testing"
	"time"
)

// TestPacer lists the intervals between polls with the given news.
func TestPacer(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	for name, c := range map[string]struct {
		polls  func(n int, at time.Duration) (news, bool) // news of the n-th poll, and whether a stage is active
		at     []time.Duration                            // times whose interval is listed
		want   string
		number int // polls in ten minutes
	}{
		"a queue": {func(int, time.Duration) (news, bool) { return noNews, false },
			[]time.Duration{0, 3 * time.Second, 9 * time.Second, minute}, "[300ms 1.9s 6.4s 10s]", 70},
		"a silent stage": {func(int, time.Duration) (news, bool) { return noNews, true },
			[]time.Duration{0, 3 * time.Second, 9 * time.Second, 2 * minute, 4 * minute, 6 * minute}, "[300ms 1.1s 2.4s 2.4s 4s 10s]", 143},
		"a log that grows": {func(int, time.Duration) (news, bool) { return growth, true },
			[]time.Duration{0, 3 * time.Second, 9 * time.Second, 6 * minute}, "[300ms 1.1s 2.4s 2.4s]", 258},
		"a last line after a minute": {func(_ int, at time.Duration) (news, bool) {
			if at > minute && at < minute+2*time.Second {
				return lastLine, true
			}
			return noNews, true
		}, []time.Duration{minute - 3*time.Second, minute, minute + 9*time.Second}, "[2.4s 400ms 2.4s]", 165},
		"a last line in each of several stages": {func(n int, _ time.Duration) (news, bool) {
			if n%2 == 0 {
				return lastLine, true
			}
			return transition, true
		}, []time.Duration{0, 400 * time.Millisecond, 650 * time.Millisecond}, "[400ms 300ms 400ms]", 1847},
		"an apparent last line every ten seconds": {func(n int, at time.Duration) (news, bool) {
			if n%10 == 0 {
				return lastLine, true
			}
			return growth, true
		}, []time.Duration{0, minute}, "[400ms 2.4s]", 262},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Unix(0, 0)
			p, at, number := DefaultTiming.pacer(began), time.Duration(0), 0
			var got []time.Duration
			for ; at < 10*minute; number++ {
				n, active := c.polls(number, at)
				interval := p.next(began.Add(at), n, active)
				if len(c.at) > len(got) && at >= c.at[len(got)] {
					got = append(got, interval.Round(100*time.Millisecond))
				}
				at += interval
			}
			if fmt.Sprint(got) != c.want || number != c.number {
				t.Errorf("got %v and %d polls, want %s and %d", got, number, c.want, c.number)
			}
		})
	}
}

// TestThrottled checks that a 429 response doubles the intervals, at most to four times their length, and
// that they are halved after each two minutes without one.
func TestThrottled(t *testing.T) {
	t.Parallel()
	began := time.Unix(0, 0)
	p := DefaultTiming.pacer(began)
	var got []time.Duration
	for _, s := range []struct{ at, last int }{{0, 0}, {10, 5}, {20, 5}, {30, 25}, {40, 35}, {100, 35}, {160, 35}, {200, 35}, {280, 35}, {290, 285}} {
		var last time.Time
		if s.last > 0 {
			last = began.Add(time.Duration(s.last) * time.Second)
		}
		now := began.Add(time.Duration(s.at) * time.Second)
		p.throttle(last, now)
		got = append(got, p.next(now, transition, true))
	}
	if want := "[250ms 500ms 500ms 1s 1s 1s 500ms 500ms 250ms 500ms]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
