package scalr

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"scalr-run-action/internal/secret"
)

// TestSecretsAtTheEndOfAText: no part of a secret is shown if the text of an error is truncated within it.
func TestSecretsAtTheEndOfAText(t *testing.T) {
	t.Parallel()
	const signature = "q7Zp3Vx9Lr2Tn8Wd5Kc1"
	link := &url.URL{Scheme: "https", Host: "blob.example", Path: "/upload", RawQuery: "signature=" + signature}
	client := &Client{secrets: redactor(secret.New(signature))}
	response := func(status int, kind, body string) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body))}
	}
	ofAPI := func(res *http.Response) error {
		read := func(answer) error { return nil }
		return client.redaction().error(decodeResponse(t.Context(), call{read: read}, res, res.Body, client.secrets))
	}
	for before := 0; before < 1100; before += 5 { // at each limit, some of these texts end within the signature
		text := strings.Repeat("x", before) + signature
		for name, err := range map[string]error{
			"code of storage":    refusedByStorage(Op{}, link, response(403, "", ""), []byte("<Code>"+text+"</Code>"), client.redaction(link)),
			"message of storage": refusedByStorage(Op{}, link, response(403, "", ""), []byte("<Message>"+text+"</Message>"), client.redaction(link)),
			"page of storage":    refusedByStorage(Op{}, link, response(403, "", ""), []byte(text), client.redaction(link)),
			"page of the API":    ofAPI(response(403, "text/html", text)),
			"page of a success":  ofAPI(response(200, "text/html", text)),
			"problem of the API": ofAPI(response(422, "application/json", `{"errors":[{"title":"`+text+`","detail":"`+text+`"}]}`)),
		} {
			if err == nil || strings.Contains(err.Error(), signature[:6]) {
				t.Fatalf("%s, after %d characters: the beginning of the signature is in %q", name, before, err)
			}
		}
	}
}
