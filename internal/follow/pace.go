package follow

import "time"

// Pace is how often a follower looks, and for how long it waits for what.
//
// What counts is how late the end of the run is seen. Something is about to happen
// right after a transition, and once a log shows the last lines of Terraform: then
// looks come close together. Otherwise the time between two looks, from the start
// of one to the start of the next, grows with the time since something moved.
type Pace struct {
	First   time.Duration // to the first looks after a transition
	Close   time.Duration // between looks once the log shows last lines
	Working time.Duration // at most, while the log of a stage grows
	Silent  time.Duration // at most, while a stage at work shows nothing new
	Slowest time.Duration // at most, in a queue and after LongSilence; no look at a growing log takes longer

	LongSilence time.Duration // of a stage at work, from which on Slowest holds
	Throttled   time.Duration // after an answer 429, for how long the intervals stay twice as long

	Again    time.Duration // until a pause is believed, and what was refused, or an old copy, is asked for again
	Stopping time.Duration // while the run is asked to stop
	Grace    time.Duration // for stopping it, in all
	Drain    time.Duration // for the end of a log to arrive after its stage, at most
	Late     time.Duration // without news, for a log without an end that looks like one
}

// DefaultPace is the contract's. The grace leaves the rest of the 6.5 seconds
// that a canceled step has to what must be published.
var DefaultPace = Pace{
	First: 250 * time.Millisecond, Close: 400 * time.Millisecond, Working: 2400 * time.Millisecond, Silent: 5 * time.Second, Slowest: 10 * time.Second,
	LongSilence: 5 * time.Minute, Throttled: 2 * time.Minute,
	Again: 2 * time.Second, Stopping: 500 * time.Millisecond, Grace: 5 * time.Second,
	Drain: 10 * time.Second, Late: 3 * time.Second,
}

// What part of the time since something moved passes until the next look: since
// the run entered the queue, since it entered the stage or the log showed last
// lines, and since the last line. The figures are those that keep the goals of
// test/pacing with the fewest looks.
const (
	shareOfQueue   = 2
	shareOfStage   = 3
	shareOfSilence = 60
)

// mostSlowdown is how many times as long the intervals become at most by answers 429.
const mostSlowdown = 4

// news is what a look brought.
type news int

const (
	nothing    news = iota
	growth          // of a log
	lastLine        // of Terraform, in a log
	transition      // of the run
)

// pacer gives the time between the looks at one run.
type pacer struct {
	Pace
	moved, signed time.Time     // when there was news, and a sign that something is about to happen, last
	least         time.Duration // between looks, after that sign

	slowdown  time.Duration // by how much intervals are multiplied; 0 means 1
	throttled time.Time     // the last answer 429 that counted
	slowedAt  time.Time     // since when the slowdown is as it is
}

func (p Pace) pacer(now time.Time) *pacer {
	return &pacer{Pace: p, moved: now, signed: now, least: p.First}
}

// next gives the time from the start of the last look to that of the next one.
// atWork says that the run is in a stage that does something.
func (p *pacer) next(now time.Time, n news, atWork bool) time.Duration {
	if n != nothing {
		p.moved = now
	}
	switch n {
	case transition:
		p.signed, p.least = now, p.First
	case lastLine:
		p.signed, p.least = now, p.Close
	}
	silence := now.Sub(p.moved)
	most := min(max(silence/shareOfSilence, p.Working), p.Silent)
	if silence >= p.LongSilence {
		most = p.Slowest
	}
	interval := min(max(now.Sub(p.signed)/shareOfStage, p.least), most)
	if !atWork {
		interval = p.Queued(now.Sub(p.signed))
	}
	return interval * max(p.slowdown, 1)
}

// Queued gives the time between two looks at what has been waited for so long, while
// no stage is at work.
func (p Pace) Queued(waited time.Duration) time.Duration {
	return min(max(waited/shareOfQueue, p.First), p.Slowest)
}

// throttle takes down when Scalr last answered 429; the zero time means never.
func (p *pacer) throttle(last, now time.Time) {
	switch {
	case last.After(p.throttled):
		p.throttled, p.slowedAt = last, now
		p.slowdown = min(2*max(p.slowdown, 1), mostSlowdown)
	case p.slowdown > 1 && now.Sub(p.slowedAt) >= p.Throttled:
		p.slowdown, p.slowedAt = p.slowdown/2, now
	}
}
