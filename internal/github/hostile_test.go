package github_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"scalr-run-action/internal/github"
	"scalr-run-action/internal/secret"
)

// flood simulates a GitHub with many comments of others.
type flood struct {
	comment func(n int) string // the n-th comment
	pages   int
	served  int // bytes of lists
	lists   int // for lists
	writes  []string
}

func (f *flood) RoundTrip(r *http.Request) (*http.Response, error) {
	body := `{"data":{"viewer":{"login":"github-actions"}}}`
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comments"):
		text, _ := io.ReadAll(r.Body)
		f.writes = append(f.writes, string(text))
		body = `{"id":1,"html_url":"https://github.test/1"}`
	case strings.HasSuffix(r.URL.Path, "/comments"):
		page := 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		var list []string
		for n := range 100 {
			if page <= f.pages {
				list = append(list, f.comment(page*100+n))
			}
		}
		body = "[" + strings.Join(list, ",") + "]"
		f.served += len(body)
		f.lists++
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestManyCommentsOfOthers checks that thousands of long comments of others, with or without the hidden line, are
// not kept in memory.
func TestManyCommentsOfOthers(t *testing.T) {
	marker := github.Marker("scalr-run-action", "ws-1", "")
	text := strings.Repeat(`\u00e4`, 20_000)
	for name, format := range map[string]string{
		"long texts":           `{"id":%d,"body":"` + text + `","user":{"login":"ada"}}`,
		"copies of the marker": `{"id":%d,"node_id":"N","body":"` + marker + `\n` + text + `","user":{"login":"ada"}}`,
		"millions of more":     `{"id":%d,"body":"hello","user":{"login":"ada"},"x":[` + strings.Repeat("[],", 30_000) + `0]}`,
	} {
		f := &flood{pages: 2, comment: func(n int) string { return fmt.Sprintf(format, n) }}
		thread := github.Thread{
			HTTP: &http.Client{Transport: f}, APIURL: "https://api.github.test", Token: secret.New("ghs_0123456789"),
			Repository: "acme/infra", Number: 7,
		}
		before := liveHeap()
		peak := before
		f.comment = func(n int) string {
			if n%100 == 0 {
				peak = max(peak, liveHeap())
			}
			return fmt.Sprintf(format, n)
		}
		url, err := thread.Publish(context.Background(), github.Update, github.Post{Marker: marker, Body: "report"})
		if err != nil || url != "https://github.test/1" || len(f.writes) != 1 {
			t.Errorf("%s: got %q, %v and %d writes", name, url, err, len(f.writes))
		}
		if held := peak - before; held > uint64(f.served)/8 {
			t.Errorf("%s: %d KiB were held for lists of %d KiB", name, held>>10, f.served>>10)
		}
	}
}

// liveHeap returns the size of the live heap in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestManyOwnComments checks that the newest of thousands of the action's comments is found and rewritten.
func TestManyOwnComments(t *testing.T) {
	t.Parallel()
	marker := github.Marker("scalr-run-action", "ws-1", "")
	f := &flood{pages: 30, comment: func(n int) string {
		return fmt.Sprintf(`{"id":%d,"node_id":"N%d","html_url":"https://github.test/%d","body":"%s\n`+
			`<!-- post ABCDEFGHIJKLMNOPQRSTUVWXYZ closed run=%d attempt=1 -->\nold %s","user":{"login":"github-actions[bot]","type":"Bot"}}`,
			n, n, n, marker, n, strings.Repeat("x", 2000))
	}}
	thread := github.Thread{
		HTTP: &http.Client{Transport: f}, APIURL: "https://api.github.test", Token: secret.New("ghs_0123456789"),
		Repository: "acme/infra", Number: 7,
	}
	_, err := thread.Publish(context.Background(), github.Update, github.Post{Marker: marker, Body: "report", Order: github.NewOrder("3098", "1")})
	if err == nil || !strings.Contains(err.Error(), "workflow run 3099 (attempt 1), which is newer") {
		t.Errorf("got %v", err)
	}
}
