package resource

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
)

// answer is a response of scriptedServer.
type answer struct {
	status int
	tags   string // the ids in the response to a list, separated by spaces
}

// scriptedServer is a transport that returns the responses one after the other, and records the requests with the ids in
// their bodies.
type scriptedServer struct {
	answers  []answer
	requests []string
}

func (s *scriptedServer) RoundTrip(q *http.Request) (*http.Response, error) {
	request := q.Method
	if q.Body != nil {
		body, _ := io.ReadAll(q.Body)
		for _, part := range strings.Split(string(body), `"id":"`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			request += " " + id
		}
	}
	s.requests = append(s.requests, request)
	if len(s.answers) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	next := s.answers[0]
	s.answers = s.answers[1:]
	var data []string
	for _, id := range strings.Fields(next.tags) {
		data = append(data, fmt.Sprintf(`{"type":"tags","id":%q}`, id))
	}
	body := `{"data":[` + strings.Join(data, ",") + `]}`
	return &http.Response{StatusCode: next.status, Header: http.Header{"Content-Type": {"application/vnd.api+json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

// TestUnlinkTags checks the requests that remove tags if some of them are no longer linked.
func TestUnlinkTags(t *testing.T) {
	t.Parallel()
	gone := answer{status: 404}
	list := func(tags string) answer { return answer{200, tags} }
	for name, c := range map[string]struct {
		answers []answer
		want    []string
		status  int // of the error; 0 for none
	}{
		"linked":             {[]answer{{status: 204}}, []string{"DELETE a b"}, 0},
		"forbidden":          {[]answer{{status: 403}}, []string{"DELETE a b"}, 403},
		"none is linked":     {[]answer{gone, list("c")}, []string{"DELETE a b", "GET"}, 0},
		"one is linked":      {[]answer{gone, list("b c"), {status: 204}}, []string{"DELETE a b", "GET", "DELETE b"}, 0},
		"one, then none":     {[]answer{gone, list("a"), gone, list("")}, []string{"DELETE a b", "GET", "DELETE a", "GET"}, 0},
		"one, but forbidden": {[]answer{gone, list("a"), {status: 403}}, []string{"DELETE a b", "GET", "DELETE a"}, 403},
		"both are linked":    {[]answer{gone, list("b a")}, []string{"DELETE a b", "GET"}, 404},
		"one stays linked":   {[]answer{gone, list("a"), gone, list("a")}, []string{"DELETE a b", "GET", "DELETE a", "GET"}, 404},
		"list forbidden":     {[]answer{gone, {status: 403}}, []string{"DELETE a b", "GET"}, 404},
	} {
		s := &scriptedServer{answers: c.answers}
		companion, _ := companionIn()
		companion.client = scalrtest.NewClient(t, s)
		err := companion.unlinkTags(t.Context(), scalr.WorkspaceKind, "ws-1", []string{"a", "b"})
		if (err != nil) != (c.status != 0) || err != nil && !strings.Contains(err.Error(), fmt.Sprint(": ", c.status, " ")) {
			t.Errorf("%s: the error is %v, want status %d", name, err, c.status)
		}
		if !slices.Equal(s.requests, c.want) {
			t.Errorf("%s: requests %q, want %q", name, s.requests, c.want)
		}
	}
}
