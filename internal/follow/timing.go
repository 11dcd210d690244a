package follow

import "time"

// Timing is how often a follower polls, and its grace periods.
//
// The end of the run should be seen soon. Something is likely to happen right
// after a transition, and once a log shows Terraform's last lines: polls are close
// together then. Otherwise the interval, from the start of one poll to the start
// of the next, grows with the time since the last progress.
type Timing struct {
	InitialInterval time.Duration // right after a transition
	EndInterval     time.Duration // once the log shows Terraform's last lines
	ActiveInterval  time.Duration // at most, while the log of a stage grows
	SilentInterval  time.Duration // at most, while an active stage prints nothing
	MaxInterval     time.Duration // at most, in a queue and after LongSilence; also the longest read of a growing log

	LongSilence time.Duration // of an active stage, after which MaxInterval applies
	Throttled   time.Duration // how long after a 429 response the intervals stay doubled

	StatusGrace  time.Duration // until a waiting run, a refusal or an old copy is confirmed
	StopInterval time.Duration // while the run is being stopped
	StopGrace    time.Duration // for stopping the run, in all
	Drain        time.Duration // for the end of a log to arrive after its stage, at most
	LogGrace     time.Duration // without news, for a log that does not end as Terraform's do
}

// DefaultTiming is the timing of the run action. StopGrace leaves the rest of the
// runner's grace period after a cancellation to publishing the result.
var DefaultTiming = Timing{
	InitialInterval: 250 * time.Millisecond, EndInterval: 400 * time.Millisecond,
	ActiveInterval: 2400 * time.Millisecond, SilentInterval: 5 * time.Second, MaxInterval: 10 * time.Second,
	LongSilence: 5 * time.Minute, Throttled: 2 * time.Minute,
	StatusGrace: 2 * time.Second, StopInterval: 500 * time.Millisecond, StopGrace: 5 * time.Second,
	Drain: 10 * time.Second, LogGrace: 3 * time.Second,
}

// The divisors of the time since the last progress that give the interval: in a
// queue, since the run entered it; in a stage, since it began or since the log
// showed Terraform's last lines; without news, since the last line. These values
// reach the goals of test/pacing with the fewest polls.
const (
	queueDivisor   = 2
	stageDivisor   = 3
	silenceDivisor = 60
)

// maxSlowdown is the largest factor by which 429 responses lengthen the intervals.
const maxSlowdown = 4

// news is what a poll found.
type news int

const (
	nothing    news = iota
	growth          // of a log
	lastLine        // of Terraform, in a log
	transition      // of the run
)

// pacer computes the intervals between the polls of one run.
type pacer struct {
	Timing
	progressAt time.Time     // the last news
	signAt     time.Time     // the last transition or last line
	shortest   time.Duration // interval after that sign

	slowdown  time.Duration // factor of the intervals; 0 means 1
	throttled time.Time     // the last 429 response that was counted
	slowedAt  time.Time     // when slowdown last changed
}

func (t Timing) pacer(now time.Time) *pacer {
	return &pacer{Timing: t, progressAt: now, signAt: now, shortest: t.InitialInterval}
}

// next returns the time from the start of the last poll to that of the next one.
// atWork says that the run is in a stage that does something.
func (p *pacer) next(now time.Time, n news, atWork bool) time.Duration {
	if n != nothing {
		p.progressAt = now
	}
	switch n {
	case transition:
		p.signAt, p.shortest = now, p.InitialInterval
	case lastLine:
		p.signAt, p.shortest = now, p.EndInterval
	}
	silence := now.Sub(p.progressAt)
	longest := min(max(silence/silenceDivisor, p.ActiveInterval), p.SilentInterval)
	if silence >= p.LongSilence {
		longest = p.MaxInterval
	}
	interval := min(max(now.Sub(p.signAt)/stageDivisor, p.shortest), longest)
	if !atWork {
		interval = p.QueueInterval(now.Sub(p.signAt))
	}
	return interval * max(p.slowdown, 1)
}

// QueueInterval returns the time between two polls while no stage is
// active, after the given waiting time.
func (t Timing) QueueInterval(waited time.Duration) time.Duration {
	return min(max(waited/queueDivisor, t.InitialInterval), t.MaxInterval)
}

// throttle records when Scalr last answered 429; the zero time means never.
func (p *pacer) throttle(last, now time.Time) {
	switch {
	case last.After(p.throttled):
		p.throttled, p.slowedAt = last, now
		p.slowdown = min(2*max(p.slowdown, 1), maxSlowdown)
	case p.slowdown > 1 && now.Sub(p.slowedAt) >= p.Throttled:
		p.slowdown, p.slowedAt = p.slowdown/2, now
	}
}
