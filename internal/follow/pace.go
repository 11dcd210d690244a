package follow

import "time"

// Pace is how often a follower looks, and for how long it waits for what.
type Pace struct {
	First    time.Duration // before the second look, and between looks for the end of a log
	Moving   time.Duration // after something moved
	Slowest  time.Duration // while nothing moves; no look at a growing log takes longer
	Stopping time.Duration // while the run is asked to stop
	Grace    time.Duration // for stopping it, in all
	Drain    time.Duration // for the end of a log to arrive after its stage, at most
	Late     time.Duration // without news, for a log without an end that looks like one
}

// DefaultPace is the contract's. The grace leaves the rest of the 6.5 seconds
// that a cancelled step has to what must be published.
var DefaultPace = Pace{
	First: time.Second, Moving: 2 * time.Second, Slowest: 10 * time.Second,
	Stopping: 500 * time.Millisecond, Grace: 5 * time.Second,
	Drain: 10 * time.Second, Late: 3 * time.Second,
}

// pacer gives the wait before the next look.
type pacer struct {
	Pace
	wait time.Duration
}

func (p Pace) pacer() *pacer { return &pacer{Pace: p} }

func (p *pacer) next(moved bool, o opinion) time.Duration {
	switch {
	case o == ending:
		return 0
	case p.wait == 0:
		p.wait = p.First
	case moved:
		p.wait = p.Moving
	default:
		p.wait = min(p.wait*3/2, p.Slowest)
	}
	return p.wait
}
