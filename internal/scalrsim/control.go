package scalrsim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// control serves the recorded requests, objections and runs below /_sim/, for tests in other processes. These
// requests are not part of the API and are not recorded.
func (s *Server) control(w http.ResponseWriter, r *http.Request) bool {
	what, ok := strings.CutPrefix(r.URL.Path, "/_sim/")
	if !ok {
		return false
	}
	var v any
	name, id, _ := strings.Cut(what, "/")
	switch name {
	case "requests":
		v = filled(s.PublicRequests())
	case "objections":
		v = filled(s.Objections())
	case "stops":
		v = filled(s.Stops())
	case "runs":
		v = filled(s.Runs())
	case "uploaded":
		v = s.Uploaded(id)
	case "unused-faults":
		v = filled(s.UnusedFaults())
	default:
		http.NotFound(w, r)
		return true
	}
	w.Header().Set("Content-Type", plain)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(v) // fails only if the client has disconnected
	return true
}

// filled returns a copy of items that is not nil, so that JSON contains [] instead of null.
func filled[T any](items []T) []T { return append([]T{}, items...) }

// PublicRequests returns [Server.Requests] without tokens.
func (s *Server) PublicRequests() []Request {
	requests := s.Requests()
	for i := range requests {
		if requests[i].Header.Get("Authorization") != "" {
			requests[i].Header = requests[i].Header.Clone()
			requests[i].Header.Set("Authorization", "(present)")
		}
		if strings.HasSuffix(requests[i].Path, "/assume") {
			requests[i].Body = "(left out)"
		}
	}
	return requests
}
