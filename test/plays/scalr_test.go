package plays

import (
	"encoding/json"
	"net/http"
	"strings"

	"scalr-run-action/internal/scalrsim"
)

// writes returns the number of requests that changed something in Scalr.
func (s *testbed) writes() int { return len(s.wrote(0)) }

// wrote returns these requests after the first n, as lines.
func (s *testbed) wrote(skip int) []string {
	var lines []string
	for _, r := range s.scalr.Requests() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			continue
		}
		path := r.Path
		if strings.HasPrefix(path, "/upload/") {
			path = "upload"
		}
		lines = append(lines, r.Method+" "+path)
	}
	return lines[skip:]
}

// thing is an environment or a workspace in a response of Scalr.
type thing struct {
	id         string
	attributes object
	related    map[string][]string // ids by relationship
	tags       []string
}

// find reads the object with exactly this name from the simulated Scalr.
func (s *testbed) find(kind, name string) (thing, bool) {
	s.t.Helper()
	var answer struct {
		Data, Included []struct {
			ID, Type      string
			Attributes    object
			Relationships map[string]struct{ Data any }
		}
	}
	s.read("/"+kind+"?page[size]=100&include=tags", &answer)
	for _, each := range answer.Data {
		if each.Attributes["name"] != name {
			continue
		}
		found := thing{id: each.ID, attributes: each.Attributes, related: map[string][]string{}}
		for relation, to := range each.Relationships {
			found.related[relation] = idsOf(to.Data)
		}
		for _, tag := range answer.Included {
			if tag.Type == "tags" && contains(toList(found.related["tags"]), tag.ID) {
				found.tags = append(found.tags, textOf(tag.Attributes["name"]))
			}
		}
		return found, true
	}
	return thing{}, false
}

func idsOf(data any) []string {
	many, ok := data.(list)
	if !ok {
		many = list{data}
	}
	var ids []string
	for _, each := range many {
		if o, ok := each.(object); ok {
			ids = append(ids, textOf(o["id"]))
		}
	}
	return ids
}

func (s *testbed) read(path string, answer any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.scalrURL+scalrsim.BasePath+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + scalrsim.Token,
		"Accept":        "application/vnd.api+json",
		"Prefer":        "profile=preview",
		"User-Agent":    "plays/1",
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %s, %v", path, response.Status, err)
	}
}
