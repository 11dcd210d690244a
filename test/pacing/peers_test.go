package pacing_test

import (
	"math"
	"time"
)

// peer describes the waits of another tool, according to its source.
type peer struct {
	name string
	// waits returns the wait before each poll of a run, from 0 on.
	waits func(poll int) time.Duration
}

var peers = []peer{
	// github.com/hashicorp/tfc-workflows-tooling, internal/cloud/retry.go: no wait first, then Fibonacci
	// from 2 s to 7 s.
	{"tfci", func(n int) time.Duration {
		return []time.Duration{0, 2 * time.Second, 4 * time.Second, 6 * time.Second, 7 * time.Second}[min(n, 4)]
	}},
	// github.com/kvrhdn/go-tfe-run, tferun.go: every 500 ms.
	{"tfe-run", func(int) time.Duration { return 500 * time.Millisecond }},
	// github.com/hashicorp/terraform, internal/backend/remote/backend_common.go, backoff: 1 s to 3 s.
	{"terraform, remote backend", func(n int) time.Duration {
		return time.Duration(min(1000*math.Pow(2, float64(n)/5), 3000)) * time.Millisecond
	}},
	// github.com/Scalr/scalr-cli, wait.go: no wait first, then 2 s to 10 s, a second more each time.
	{"scalr-cli", func(n int) time.Duration {
		if n == 0 {
			return 0
		}
		return time.Duration(min(n+1, 10)) * time.Second
	}},
}

// follow polls a simulated run until it is final.
func (p peer) follow(l life) (s sample) {
	for _, step := range l.steps {
		s.lasted += step.For
	}
	at := time.Duration(0)
	for ; ; s.polls++ {
		at += p.waits(s.polls) + roundTrip/2
		over := at >= s.lasted
		at += roundTrip / 2
		if over {
			s.polls++
			s.lag = at - s.lasted
			return s
		}
	}
}
