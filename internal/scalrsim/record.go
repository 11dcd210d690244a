package scalrsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is a recorded request to any host.
type Request struct {
	Time       time.Time
	Method     string
	Host       string
	Path       string // without the base path
	Query      string
	Header     http.Header
	Body       string // empty for uploads and for bodies larger than 64 KiB
	BodyBytes  int64
	BodySHA256 string
	Status     int  // status of the response; 0 if there was none
	Elsewhere  bool // sent to a host that is not Scalr's
}

// Requests returns all requests in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Objections returns the objections in chronological order: to requests that Scalr rejects, and to requests
// that expose the token. A rejection that a correct client may receive is not an objection.
func (s *Server) Objections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.objections)
}

// RunRecord is the current state of a run.
type RunRecord struct {
	ID, Status, Workspace, Configuration, Source string
	Dry, AutoApply                               bool
	Created                                      time.Time
	Attributes                                   map[string]any // as requested
	Deviations                                   map[string]any // attributes of the run that differ from the requested ones
	Transitions                                  []Transition
	Actions                                      []RunAction
}

// Transition is a change of a run's status.
type Transition struct {
	Status, By, Reason string
	At                 time.Time
}

// RunAction is a request to confirm, cancel, discard or force a run.
type RunAction struct {
	Verb, Comment string
	At            time.Time
	In            string // status of the run at that time
	Answer        int    // status of the response: 202, 204 or 409
}

// Runs returns the current state of all runs, oldest first.
func (s *Server) Runs() []RunRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var records []RunRecord
	for _, r := range s.runs {
		records = append(records, RunRecord{
			ID: r.id, Status: r.status, Workspace: r.workspace, Configuration: r.version,
			Source: r.text("source"), Dry: r.dry, AutoApply: r.auto, Created: r.created,
			Attributes: r.requested, Deviations: r.deviations, Transitions: slices.Clone(r.transitions), Actions: slices.Clone(r.actions),
		})
	}
	return records
}

// Stops returns the requests to cancel or discard a run in chronological order, each as "cancel run-…: 202".
func (s *Server) Stops() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var stops []string
	for _, r := range s.requests {
		verb, ok := strings.CutPrefix(r.Path, "/runs/")
		run, verb, acts := strings.Cut(verb, "/actions/")
		if ok && acts && r.Method == "POST" && (verb == "cancel" || verb == "discard") {
			stops = append(stops, verb+" "+run+": "+itoa(int64(r.Status)))
		}
	}
	return stops
}

// Uploaded returns the uploaded files of a configuration version by path. The content of a symbolic link is
// "-> target"; the path of a directory ends with a slash. The map is nil if nothing was uploaded or the
// upload is not an archive.
func (s *Server) Uploaded(configurationID string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.version(configurationID)
	if v == nil || v.archive == nil {
		return nil
	}
	files, err := unpack(v.archive)
	if err != nil {
		return nil
	}
	return files
}
