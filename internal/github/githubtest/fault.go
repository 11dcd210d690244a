package githubtest

import (
	"net/http"
	"strconv"
	"time"
)

// Phase is the point at which a fault occurs: before or after the request is processed.
type Phase int

const (
	Before Phase = iota // the request is not processed
	After               // it is processed, and the response is replaced
)

// Fault makes requests for an operation fail. With Delay alone they succeed later.
type Fault struct {
	Operation Operation
	Phase     Phase
	Skip      int // the number of requests that succeed first
	Times     int // the number of requests that fail: 0 means one, less than 0 all

	Delay  time.Duration // before the response
	Reset  bool          // resets the connection instead of sending a response
	Status int           // of the response
	Header http.Header
	Body   string
	Late   time.Duration // until a comment that the request creates is listed
}

// PrimaryLimit returns a fault for the primary rate limit, which ends at reset by the server's clock.
func PrimaryLimit(op Operation, reset time.Time) Fault {
	return Fault{Operation: op, Status: http.StatusForbidden,
		Header: http.Header{
			"X-Ratelimit-Limit":     {"1000"},
			"X-Ratelimit-Remaining": {"0"},
			"X-Ratelimit-Reset":     {strconv.FormatInt(reset.Unix(), 10)},
		},
		Body: `{"message":"API rate limit exceeded for installation ID 42.","documentation_url":"https://docs.github.com/rest"}`}
}

// SecondaryLimit returns a fault for a secondary rate limit. It has no Retry-After header if wait is
// less than 0.
func SecondaryLimit(op Operation, wait time.Duration) Fault {
	h := http.Header{}
	if wait >= 0 {
		h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
	return Fault{Operation: op, Status: http.StatusForbidden, Header: h,
		Body: `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`}
}

type armed struct {
	Fault
	used int
}

// Fail adds a fault. If several match a request, the first one is used.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{Fault: f})
}

// Unused returns the faults that occurred less often than configured. A test with an unused fault did
// not test that fault.
func (s *Server) Unused() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var left []Fault
	for _, f := range s.faults {
		if f.used < max(f.Times, 1) {
			left = append(left, f.Fault)
		}
	}
	return left
}

// take returns the fault for this request, or nil. The lock must be held.
func (s *Server) take(op Operation) *Fault {
	for _, f := range s.faults {
		switch {
		case f.Operation != op, f.Times >= 0 && f.used >= max(f.Times, 1):
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		}
		f.used++
		fault := f.Fault
		return &fault
	}
	return nil
}

// remember stores the end of a rate limit. The lock must be held.
func (s *Server) remember(f *Fault) {
	if seconds, err := strconv.Atoi(f.Header.Get("Retry-After")); err == nil {
		s.notBefore = time.Now().Add(time.Duration(seconds) * time.Second)
	}
	if reset, err := strconv.ParseInt(f.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		s.notBefore = time.Unix(reset, 0).Add(-s.options.Skew)
	}
}
