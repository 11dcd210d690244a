package scalrsim

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// Phase is the point at which a fault occurs: before or after Scalr processes the request.
type Phase int

// With Before, Scalr does not process the request. With After, Scalr processes it, but the response is lost
// or replaced.
const (
	Before Phase = iota
	After
)

// Action is the kind of a fault.
type Action string

// The actions. Those marked (response) change the response of a request that Scalr processes, for either
// phase.
const (
	Status     Action = "status"      // a response with Status, Header and Body
	Refuse     Action = "refuse"      // the connection is refused; with sockets, like Reset
	Reset      Action = "reset"       // the connection is reset, after Bytes of the request's body
	EOF        Action = "eof"         // the connection is closed without a response
	Stall      Action = "stall"       // no response
	Delay      Action = "delay"       // the response is sent after Delay
	LateCommit Action = "late-commit" // like Reset, or Status if set; the request is processed after Delay
	HTML       Action = "html"        // HTML page of a proxy, with status 200 unless Status is set
	Redirect   Action = "redirect"    // redirect to Target, with status 302 unless Status is set
	Expired    Action = "expired"     // 403 response of an object store for an expired link
	Twice      Action = "twice"       // the request is processed twice
	Empty      Action = "empty"       // (response) no body
	Truncate   Action = "truncate"    // (response) only Bytes of the body, with a matching Content-Length
	Break      Action = "break"       // (response) reset after Bytes of the body
	Hang       Action = "hang"        // (response) stalls after Bytes of the body
	Trickle    Action = "trickle"     // (response) Bytes at a time, each after Delay; also for the request's body
	Garbage    Action = "garbage"     // (response) Body replaces the body
	Edit       Action = "edit"        // (response) Change is applied to the body
	// (response) Member, an attribute or a relationship, of each resource has the value or ID Value. A nil
	// Value removes it.
	Misreport Action = "misreport"
)

// Fault makes some requests fail.
type Fault struct {
	// Op is "METHOD /path" without the base path. "*" matches one element of the path; "* /**" matches every
	// request. Uploads and downloads on the blob host are "PUT /upload/*" and "GET /logs/*".
	Op string
	// Nth is the number of the first matching request that fails, starting at 1; 0 means 1.
	Nth int
	// Times is the number of matching requests that fail; 0 means 1, -1 means all.
	Times int
	// During, if set, replaces Times: all matching requests fail for this long after the first failure.
	During time.Duration
	// Chance, if set, is the probability that a request fails.
	Chance float64

	Phase  Phase
	Action Action
	Status int
	Header http.Header
	Body   string
	Bytes  int64
	Delay  time.Duration
	Target string
	Change func(body string) string `json:"-"`
	Member string
	Value  any
}

type faultState struct {
	Fault
	seen, hit int
	first     time.Time // time of the first hit
}

// faultStates returns the states of the faults, and adds the hosts to which they redirect to hosts.
func faultStates(faults []Fault, hosts map[string]bool) []*faultState {
	var states []*faultState
	for _, f := range faults {
		states = append(states, &faultState{Fault: f})
		if target, err := url.Parse(f.Target); err == nil && target.Host != "" {
			hosts[target.Host] = true
		}
	}
	return states
}

// AddFault adds a fault to a running server.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faultStates([]Fault{f}, s.elsewhere)...)
}

// UnusedFaults returns the faults that applied to no request. A test with an unused fault does not test that
// fault.
func (s *Server) UnusedFaults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var unused []Fault
	for _, f := range s.faults {
		if f.hit == 0 {
			unused = append(unused, f.Fault)
		}
	}
	return unused
}

// pickFault returns the fault for a request, or nil. Each fault counts all requests that match its Op.
func (s *Server) pickFault(method, p string) *Fault {
	var picked *Fault
	for _, f := range s.faults {
		if !f.matches(method, p) {
			continue
		}
		f.seen++
		if picked != nil || !s.due(f) {
			continue
		}
		if f.hit == 0 {
			f.first = time.Now()
		}
		f.hit++
		picked = &f.Fault
	}
	return picked
}

func (f *faultState) matches(method, p string) bool {
	wantMethod, pattern, _ := strings.Cut(f.Op, " ")
	if wantMethod != "*" && wantMethod != method {
		return false
	}
	ok, err := path.Match(pattern, p)
	return pattern == "/**" || (ok && err == nil)
}

func (s *Server) due(f *faultState) bool {
	if f.seen < max(f.Nth, 1) || (f.Chance > 0 && s.random.Float64() >= f.Chance) {
		return false
	}
	if f.During > 0 {
		return f.hit == 0 || time.Since(f.first) < f.During
	}
	return f.Times < 0 || f.hit < max(f.Times, 1)
}
