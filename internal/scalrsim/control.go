package scalrsim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// control answers what tests outside of this process ask about the record. It
// lies outside of the API and is no request to Scalr.
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
	_ = encoder.Encode(v) // the asker has gone
	return true
}

// filled is never null in JSON.
func filled[T any](items []T) []T { return append([]T{}, items...) }

// PublicRequests is [Server.Requests] with whatever authorizes left out.
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
