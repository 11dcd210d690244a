package scalr

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestErrorQuotesTitleAndDetail reads error documents from the wire.
func TestErrorQuotesTitleAndDetail(t *testing.T) {
	t.Parallel()
	long, title := strings.Repeat("x", 5000), strings.Repeat("t", 5000)
	for name, test := range map[string]struct{ body, want string }{
		"both": {
			`{"errors":[{"title":"Conflict","detail":"The workspace is locked."}]}`,
			"list tags: Conflict: The workspace is locked. (HTTP 409)",
		},
		"title only":            {`{"errors":[{"title":"Run not found"}]}`, "list tags: Run not found (HTTP 409)"},
		"detail only":           {`{"errors":[{"title":null,"detail":"Locked"}]}`, "list tags: Locked (HTTP 409)"},
		"same text":             {`{"errors":[{"title":"Locked","detail":"Locked"}]}`, "list tags: Locked (HTTP 409)"},
		"repeated title":        {`{"errors":[{"title":"Run not found.","detail":"run not found: run-1"}]}`, "list tags: run not found: run-1 (HTTP 409)"},
		"common prefix":         {`{"errors":[{"title":"Lock","detail":"Locked by jane"}]}`, "list tags: Lock: Locked by jane (HTTP 409)"},
		"detail contains title": {`{"errors":[{"title":"Not found","detail":"Run not found"}]}`, "list tags: Not found: Run not found (HTTP 409)"},
		"sentence":              {`{"errors":[{"title":"Not allowed.","detail":"Ask the owner."}]}`, "list tags: Not allowed. Ask the owner. (HTTP 409)"},
		"quote at end":          {`{"errors":[{"title":"No run 'a'","detail":"Gone"}]}`, "list tags: No run 'a': Gone (HTTP 409)"},
		"code only":             {`{"errors":[{"code":"E17"}]}`, "list tags: E17 (HTTP 409)"},
		"several": {
			`{"errors":[{"title":"Invalid","detail":"Too short","source":{"pointer":"/data/attributes/name"}},{"title":"Taken","detail":"By another"}]}`,
			"list tags: Invalid: Too short (/data/attributes/name); Taken: By another (HTTP 409)"},
		"control characters": {`{"errors":[{"title":"A\u001b[2Jb\n::error::","detail":"c\u202ed"}]}`, "list tags: Ab ::error:: cd (HTTP 409)"},
		"long": {`{"errors":[{"title":"` + title + `","detail":"` + long + `","source":{"pointer":"/data/attributes/name"}}]}`,
			"list tags: " + title[:750] + "… " + long[:2225] + "… (/data/attributes/name) (HTTP 409)"},
	} {
		res := &http.Response{StatusCode: 409, Header: http.Header{}}
		if got := refusal(context.Background(), Op{Operation: OpListTags}, res, io.NopCloser(strings.NewReader(test.body))).Error(); got != test.want {
			t.Errorf("%s: got %.400q\nwant %.400q", name, got, test.want)
		}
	}
}

// TestErrorRedactsSecrets redacts title and detail.
func TestErrorRedactsSecrets(t *testing.T) {
	t.Parallel()
	const token = "tok-8c1e5c1bd0aa4e7f"
	r := redaction{client: redactor(), links: redactor()}
	r.client.Add(secret.New(token))
	err := r.error(&Error{Op: Op{Operation: OpListTags}, HTTPStatus: 403, Problems: []Problem{{Title: "Bad " + token, Detail: "No " + token}}})
	if got, want := err.Error(), "list tags: Bad ***: No *** (HTTP 403)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAddressesAreRedacted: of an address that the server issued, the host remains, and the text around the address.
func TestAddressesAreRedacted(t *testing.T) {
	t.Parallel()
	client := &Client{secrets: redactor(secret.New("tok-8c1e5c1bd0aa4e7f"))}
	links := client.redaction(&url.URL{Scheme: "https", Host: "blob.test", Path: "/bucket/key-1", RawQuery: "sig=0123456789abcdef"},
		&url.URL{Scheme: "https", Host: "[2001:db8::1]:8443", Path: "/key-2"})
	for text, want := range map[string]string{
		"no https://blob.test/bucket/key-1?sig=0123456789abcdef now": "no https://blob.test/*** now",
		"a `https://blob.test/x`, b":                                 "a `https://blob.test/***`, b",
		`a "https://blob.test/x", b`:                                 `a "https://blob.test/***", b`,
		"a 'https://blob.test?x', b":                                 "a 'https://blob.test/***', b",
		"<a>https://blob.test#x</a>":                                 "<a>https://blob.test/***</a>",
		"a >BLOB.test:443/x< b":                                      "a >BLOB.test:443/***< b",
		"https://[2001:db8::1]:8443/key-2":                           "https://[2001:db8::1]:8443/***",
		"https://other.test/x":                                       "https://other.test/x",
		"blob.test refused":                                          "blob.test refused",
		"the signature 0123456789abcdef":                             "the signature ***",
		"tok-8c1e5c1bd0aa4e7f":                                       "***",
	} {
		if got := links.text(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
