package github

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"scalr-run-action/internal/jsonstream"
)

// TestInvalidJSON: an invalid string at any place of a response is an error, even if what follows it could be read.
func TestInvalidJSON(t *testing.T) {
	t.Parallel()
	// BAD is an unterminated string, and the beginning of a valid member or element.
	bad := strings.NewReplacer("BAD", "\"\n,\"k\":1", "STRING", "\"\n,\"k\"")
	for document, into := range map[string]func() any{
		`{"id":BAD}`:                         func() any { return &remote{} },
		`{"node_id":BAD}`:                    func() any { return &remote{} },
		`{"html_url":BAD}`:                   func() any { return &remote{} },
		`{"body":BAD}`:                       func() any { return &remote{} },
		`{"user":{"login":BAD}}`:             func() any { return &remote{} },
		`{"user":{"type":BAD}}`:              func() any { return &remote{} },
		`[{"body":BAD}]`:                     func() any { return &page{matches: func(remote) bool { return true }} },
		`[STRING]`:                           func() any { return &page{matches: func(remote) bool { return true }} },
		`[STRING,{}]`:                        func() any { return &pulls{} },
		`[{"number":BAD}]`:                   func() any { return &pulls{} },
		`{"status":BAD}`:                     func() any { return &comparison{} },
		`{"base_commit":{"sha":BAD}}`:        func() any { return &comparison{} },
		`{"merge_base_commit":{"sha":BAD}}`:  func() any { return &comparison{} },
		`{"files":[STRING]}`:                 func() any { return &comparison{} },
		`{"files":BAD}`:                      func() any { return &comparison{} },
		`{"files":[{"filename":BAD}]}`:       func() any { return &comparison{} },
		`{"files":[{"status":BAD}]}`:         func() any { return &comparison{} },
		`{"files":[{"previous_filename":BAD`: func() any { return &comparison{} },
		`{"truncated":BAD}`:                  func() any { return &tree{} },
		`{"tree":BAD}`:                       func() any { return &tree{} },
		`{"tree":[STRING]}`:                  func() any { return &tree{} },
		`{"tree":[{"path":BAD}]}`:            func() any { return &tree{} },
		`{"tree":[{"mode":BAD}]}`:            func() any { return &tree{} },
		`{"tree":[{"type":BAD}]}`:            func() any { return &tree{} },
		`{"tree":[{"sha":BAD}]}`:             func() any { return &tree{} },
	} {
		response := &http.Response{Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(bad.Replace(document)))}
		if err := decode(t.Context(), response, into()); !errors.Is(err, jsonstream.ErrSyntax) {
			t.Errorf("%s: got %v, want %v", document, err, jsonstream.ErrSyntax)
		}
	}
}

// TestLongRefusals: GitHub's message is read from the first 64 KiB of a refusal.
func TestLongRefusals(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]string{
		64 << 10:   "find: GitHub returned 404: no",
		64<<10 + 1: "find: received status 404 (Not Found) without a message of GitHub's API, as from a proxy or a firewall",
	} {
		const message = `"message":"no"`
		body := `{"x":"` + strings.Repeat("x", length-len(`{"x":"",`+message)) + `",` + message + `}`
		thread := (&scripted{}).thread()
		thread.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})}
		s, err := thread.open()
		if err != nil {
			t.Fatal(err)
		}
		var me author
		_, err = s.do(t.Context(), call{op: "find", method: http.MethodGet, url: s.api + "/x", tries: 1}, &me)
		if err == nil || err.Error() != want {
			t.Errorf("%d bytes: got %v, want %s", length, err, want)
		}
	}
}

// TestTextsWithInvalidBytes: texts are compared as GitHub stores them, with U+FFFD for invalid bytes.
func TestTextsWithInvalidBytes(t *testing.T) {
	t.Parallel()
	if sumOf(" a\xff\xfeb\r\n") != sumOf("a\uFFFDb") || sumOf("a\xffb") == sumOf("ab") {
		t.Error("invalid bytes are not replaced")
	}
}

// blanks is a reader of spaces.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) { return copy(p, blank), nil }

var blank = bytes.Repeat([]byte(" "), 64<<10)

// TestListTooLarge checks that a list that is too large is not requested again.
func TestListTooLarge(t *testing.T) {
	t.Parallel()
	for size, want := range map[int64]string{
		48<<20 - 1: "comment on acme/infra#7: GitHub returned 403: no",
		48 << 20:   "list the comments of acme/infra#7: the response is larger than 48 MiB",
	} {
		lists := 0
		thread := (&scripted{}).thread()
		thread.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodGet {
				return &http.Response{StatusCode: 403, Body: io.NopCloser(strings.NewReader(`{"message":"no"}`)), Request: r}, nil
			}
			lists++
			body := io.MultiReader(strings.NewReader("["), io.LimitReader(blanks{}, size-1), strings.NewReader("]"))
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body), Request: r}, nil
		})}
		_, err := thread.Publish(t.Context(), Update, Post{Marker: "<!-- m -->", Body: "x"})
		if err == nil || err.Error() != want || lists != 1 {
			t.Errorf("%d bytes: got %v after %d lists, want %s", size, err, lists, want)
		}
	}
}
