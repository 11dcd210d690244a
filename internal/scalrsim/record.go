package scalrsim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is what arrived, at whichever host.
type Request struct {
	Time       time.Time
	Method     string
	Host       string
	Path       string // below the base path, if it was
	Query      string
	Header     http.Header
	Body       string // of a small request that is no upload
	BodyBytes  int64
	BodySHA256 string
	Status     int  // of the answer; 0 if there was none
	Elsewhere  bool // sent to neither of Scalr's hosts
}

// Requests returns all that arrived, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Objections says, in order, what Scalr would not accept or what endangers the
// token. Refusals that a correct client meets too are none.
func (s *Server) Objections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.objections)
}

// RunRecord is a run as Scalr knows it.
type RunRecord struct {
	ID, Status, Workspace, Configuration, Source string
	Dry, AutoApply                               bool
	Created                                      time.Time
	Attributes                                   map[string]any // as the request gave them
	Deviations                                   map[string]any // attributes that the run has in place of those
	Transitions                                  []Transition
	Actions                                      []RunAction
}

// Transition is one change of a run's status.
type Transition struct {
	Status, By, Reason string
	At                 time.Time
}

// RunAction is a request to act on a run, accepted or not.
type RunAction struct {
	Verb, Comment string
	At            time.Time
	In            string // the run's status
	Answer        int    // 202, 204, 409
}

// Runs returns all runs, oldest first, as they are now.
func (s *Server) Runs() []RunRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var records []RunRecord
	for _, r := range s.runs {
		records = append(records, RunRecord{
			ID: r.id, Status: r.status, Workspace: r.workspace, Configuration: r.version,
			Source: r.text("source"), Dry: r.dry, AutoApply: r.auto, Created: r.created,
			Attributes: r.requested, Deviations: r.deviations, Transitions: slices.Clone(r.moves), Actions: slices.Clone(r.actions),
		})
	}
	return records
}

// Stops returns the requests to cancel or discard a run, in order, as
// "cancel run-…: 202".
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

// Uploaded returns what was uploaded for a configuration version: path to
// content, with a link as "-> target" and a directory under its path with a
// slash. It is nil if nothing was, or if it is no archive.
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
