package github

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzParse checks that parse returns the written values, and rejects other text.
func FuzzParse(f *testing.F) {
	f.Add("", "", false)
	f.Add("ws-1", "## Plan", true)
	f.Add("a -->", "<!-- post AAAAAAAAAAAAAAAAAAAAAAAAAA closed -->", false)
	f.Add("--", "\r\n\r\n x", false)
	f.Add("\n<!-- post B -->", "\xff", true)
	f.Fuzz(func(t *testing.T, key, body string, closed bool) {
		const nonce = "ABCDEFGHIJKLMNOPQRSTUVWX23"
		d := draft{marker: Marker("scalr-run", key), bodies: []string{body}, mayCreate: true}
		d.state = state{nonce: nonce, closed: closed, order: NewOrder("12345678901", "2"), head: strings.Repeat("a", 40), workspace: workspaceKey(key)}
		text := d.next(nil).text
		for _, stored := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.TrimSpace(text)} {
			marker, s := parse(stored)
			if marker != d.marker || s != d.state {
				t.Errorf("got %q %+v of %q", marker, s, stored)
			}
		}
		// The text alone must not parse as a comment with a state.
		if marker, _ := parse(key); marker == d.marker {
			t.Errorf("the key %q is its own marker", key)
		}
		if n := normal(body); normal(n) != n {
			t.Errorf("normal is not stable for %q", body)
		}
	})
}

func TestParse(t *testing.T) {
	t.Parallel()
	const nonce = "ABCDEFGHIJKLMNOPQRSTUVWX23"
	for name, test := range map[string]struct {
		body   string
		marker string
		state  state
	}{
		"open":                      {"<!-- m -->\n<!-- post " + nonce + " -->\ntext", "<!-- m -->", state{nonce: nonce}},
		"closed":                    {"<!-- m -->\n<!-- post " + nonce + " closed -->\ntext", "<!-- m -->", state{nonce: nonce, closed: true}},
		"line ends of the web":      {"<!-- m -->\r\n<!-- post " + nonce + " closed -->\r\ntext", "<!-- m -->", state{nonce: nonce, closed: true}},
		"no text":                   {"<!-- m -->\n<!-- post " + nonce + " -->", "<!-- m -->", state{nonce: nonce}},
		"no state":                  {"<!-- m -->\ntext", "<!-- m -->", state{}},
		"state too late":            {"<!-- m -->\n\n<!-- post " + nonce + " closed -->", "<!-- m -->", state{}},
		"text after the state line": {"<!-- m -->\n<!-- post " + nonce + " closed --> x", "<!-- m -->", state{}},
		"no nonce":                  {"<!-- m -->\n<!-- post closed -->", "<!-- m -->", state{}},
		"nothing":                   {"", "", state{}},
		"marker not first":          {"x\n<!-- m -->", "x", state{}},
		"marker and more":           {"<!-- m --> x", "<!-- m --> x", state{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			marker, s := parse(test.body)
			if marker != test.marker || s != test.state {
				t.Errorf("got %q %+v, want %q %+v", marker, s, test.marker, test.state)
			}
		})
	}
}

func FuzzRateLimitDelay(f *testing.F) {
	f.Add("30", "0", "1700000000", "Wed, 15 Nov 2023 00:00:00 GMT")
	f.Add("Wed, 15 Nov 2023 00:00:00 GMT", "", "", "")
	f.Add("99999999999999999999", "0", "9223372036854775807", "x")
	f.Add("", "0", "-9223372036854775808", "")
	f.Fuzz(func(t *testing.T, after, remaining, reset, date string) {
		h := http.Header{"Retry-After": {after}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}, "Date": {date}}
		for _, d := range []time.Duration{rateLimitDelay(h), retryAfter(h)} {
			if d < 0 || d > 24*time.Hour {
				t.Errorf("got %v", d)
			}
		}
	})
}

// TestKeptComments checks that the newest comments are kept with their texts, and older ones without.
func TestKeptComments(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 256<<10) // eight of them fit, and four remain when there are more
	for n, whole := range map[int]int{1: 1, 8: 8, 9: 4, 13: 8} {
		for _, newestFirst := range []bool{false, true} {
			var kept collection
			for i := range n {
				id := int64(1 + i)
				if newestFirst {
					id = int64(n - i)
				}
				kept.add(remote{ID: id, Body: text})
			}
			list, texts := kept.oldestFirst(), 0
			for _, c := range list {
				if c.Body != "" {
					texts++
				}
			}
			if len(list) != n || list[n-1].Body != text || texts > 8 || !newestFirst && texts != whole {
				t.Errorf("%d comments: got %d, %d of them whole, want %d whole, the newest among them", n, len(list), texts, whole)
			}
		}
	}
	var kept collection
	for i := range 1999 {
		kept.add(remote{ID: int64(i)})
	}
	if got := len(kept.oldestFirst()); got != 1999 {
		t.Errorf("%d comments are kept, want 1999", got)
	}
	kept.add(remote{ID: 1999})
	if list := kept.oldestFirst(); len(list) != 1000 || list[0].ID != 1000 || list[999].ID != 1999 {
		t.Errorf("%d comments are kept, want the newest 1000", len(list))
	}
}
