package follow

import "time"

// Timing configures the poll intervals and grace periods of a follower.
//
// The end of the run should be detected soon. Changes are likely right after a transition and after Terraform's
// closing message in a log, so polls are frequent then. Otherwise the interval, from the start of one poll to
// the start of the next, grows with the time since the last progress.
type Timing struct {
	InitialInterval time.Duration // minimum after a transition
	EndInterval     time.Duration // minimum after Terraform's closing message
	ActiveInterval  time.Duration // maximum while the log of a stage grows
	SilentInterval  time.Duration // maximum while an active stage prints nothing
	MaxInterval     time.Duration // maximum in a queue and after LongSilence; also limits the read of a growing log

	LongSilence time.Duration // silence of an active stage after which MaxInterval applies
	Throttled   time.Duration // time after a 429 response until a doubled interval is halved

	StatusGrace  time.Duration // minimum time until a waiting run, a rewritten log or a failed read is confirmed
	PollGrace    time.Duration // time for which unexpected responses to polls are tolerated, from the first of them
	StopInterval time.Duration // poll interval while the run is being stopped
	StopGrace    time.Duration // limit for stopping the run
	Drain        time.Duration // limit for the end of a log to arrive after its stage
	LogGrace     time.Duration // time without new bytes until a log without Terraform's closing message is complete
}

// DefaultTiming is the timing of the run action. The runner's grace period after a cancellation is longer
// than StopGrace; the rest of it remains for publishing the result.
var DefaultTiming = Timing{
	InitialInterval: 250 * time.Millisecond, EndInterval: 400 * time.Millisecond,
	ActiveInterval: 2400 * time.Millisecond, SilentInterval: 5 * time.Second, MaxInterval: 10 * time.Second,
	LongSilence: 5 * time.Minute, Throttled: 2 * time.Minute,
	StatusGrace: 2 * time.Second, PollGrace: 30 * time.Second, StopInterval: 500 * time.Millisecond, StopGrace: 5 * time.Second,
	Drain: 10 * time.Second, LogGrace: 3 * time.Second,
}

// These divide the elapsed time to compute the interval: in a queue, the time since the run entered it; in a
// stage, the time since it began or since Terraform's closing message; without news, the time since the last
// news. The values reach the goals of test/pacing with the fewest polls.
const (
	queueDivisor   = 2
	stageDivisor   = 3
	silenceDivisor = 60
)

// maxSlowdown is the largest factor by which 429 responses lengthen the intervals.
const maxSlowdown = 4

// news is the progress that a poll found, in order of significance.
type news int

const (
	noNews     news = iota
	growth          // a log grew
	lastLine        // a log shows Terraform's closing message
	transition      // the status of the run changed
)

// pacer computes the intervals between the polls of one run.
type pacer struct {
	Timing
	progressAt time.Time     // time of the last news
	signAt     time.Time     // time of the last transition or closing message
	shortest   time.Duration // interval after signAt
	closings   int           // closing messages in the logs of the current stage

	slowdown  time.Duration // factor of the intervals; 0 means 1
	throttled time.Time     // the last 429 response that was counted
	slowedAt  time.Time     // when slowdown last changed
}

func (t Timing) pacer(now time.Time) *pacer {
	return &pacer{Timing: t, progressAt: now, signAt: now, shortest: t.InitialInterval}
}

// next returns the time from the start of the last poll to the start of the next. active reports whether a
// stage of the run is active.
func (p *pacer) next(now time.Time, n news, active bool) time.Duration {
	if n != noNews {
		p.progressAt = now
	}
	switch n {
	case transition:
		p.signAt, p.shortest, p.closings = now, p.InitialInterval, 0
	case lastLine: // each further one is less likely to be the last
		p.signAt, p.shortest = now, min(p.EndInterval<<min(p.closings, 4), p.ActiveInterval)
		p.closings++
	}
	silence := now.Sub(p.progressAt)
	longest := min(max(silence/silenceDivisor, p.ActiveInterval), p.SilentInterval)
	if silence >= p.LongSilence {
		longest = p.MaxInterval
	}
	interval := min(max(now.Sub(p.signAt)/stageDivisor, p.shortest), longest)
	if !active {
		interval = p.QueueInterval(now.Sub(p.signAt))
	}
	return interval * max(p.slowdown, 1)
}

// QueueInterval returns the interval between two polls while no stage is active, after the given waiting
// time.
func (t Timing) QueueInterval(waited time.Duration) time.Duration {
	return min(max(waited/queueDivisor, t.InitialInterval), t.MaxInterval)
}

// throttle adjusts the slowdown. last is the time of Scalr's last 429 response; zero means never.
func (p *pacer) throttle(last, now time.Time) {
	switch {
	case last.After(p.throttled):
		p.throttled, p.slowedAt = last, now
		p.slowdown = min(2*max(p.slowdown, 1), maxSlowdown)
	case p.slowdown > 1 && now.Sub(p.slowedAt) >= p.Throttled:
		p.slowdown, p.slowedAt = p.slowdown/2, now
	}
}
