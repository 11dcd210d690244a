package scalr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"scalr-run-action/internal/jsonstream"
	"scalr-run-action/internal/sanitize"
	"scalr-run-action/internal/secret"
)

// Limits of a response. The client parses it while it arrives and never holds all of it in memory: members that the
// caller does not read are discarded.
const (
	maxAnswer = 16 << 20 // bytes read from a response after decompression
	maxKept   = 8 << 20  // bytes kept of a response, including overhead
	maxPage   = 64 << 10 // bytes read from a response of which only the text is used
)

// answer is the body of a successful response that is being read.
type answer struct {
	json   *jsonstream.Reader
	op     Op
	status int
}

// decodeResponse passes the JSON of a successful response to the call and turns any other response into an error. It reads
// no more of the body than necessary. An error of the body itself is returned as jsonstream's SourceError. Secrets in the
// text of an error are redacted before the text is truncated: a truncated secret would not be recognized.
func decodeResponse(ctx context.Context, k call, res *http.Response, body io.Reader, secrets *secret.Redactor) error {
	if res.StatusCode >= 300 {
		return refusal(ctx, k.op, res, withoutSecrets(body, secrets))
	}
	if k.read == nil {
		body = withoutSecrets(body, secrets) // it may be the text of an error
	}
	text := &beginning{source: body}
	reader := jsonstream.New(ctx, text, jsonstream.Limits{Bytes: maxAnswer, Kept: maxKept})
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	isJSON := kind == "" || strings.Contains(kind, "json")
	first, err := reader.Peek()
	switch {
	case k.read == nil && err == io.ErrUnexpectedEOF: // nothing but white space
		return nil
	case isJSON || err == nil && first == '{':
		a := answer{reader, k.op, res.StatusCode}
		if k.read == nil {
			err = a.acknowledgement()
		} else {
			err = k.read(a)
		}
	case err == nil: // a page, for example
		err = jsonstream.ErrSyntax
	}
	if err == nil {
		err = reader.End()
	}
	switch limit := (*jsonstream.LimitError)(nil); {
	case errors.As(err, &limit):
		return &Error{Op: k.op, HTTPStatus: res.StatusCode, Note: "the response " + limit.Limit, Permanent: !k.policy.tolerant, Cause: limit}
	case !isJSON && notJSON(err):
		return &Error{Op: k.op, HTTPStatus: res.StatusCode, NotAPIResponse: true,
			Note: fmt.Sprintf("expected JSON:API, got %s: %q", sanitize.Note(kind, 60), pageText(secrets.Bytes(text.whole())))}
	case notJSON(err):
		return malformed(k.op, "the response is not complete JSON")
	}
	return err
}

func notJSON(err error) bool {
	return errors.Is(err, jsonstream.ErrSyntax) || errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*jsonstream.SourceError))
}

// acknowledgement reads a response whose data the caller does not use. A document with errors is an error, although its
// HTTP status is a success.
func (a answer) acknowledgement() error {
	return members(a.json, func(name string) error {
		if name == "errors" || name == "error" {
			return a.problems()
		}
		return nil
	})
}

// problems reads the errors of a document whose HTTP status is a success, which another server may have sent in place of
// Scalr. It returns nil for an empty value.
func (a answer) problems() error {
	e := &Error{Op: a.op, HTTPStatus: a.status, Note: "the response contains errors", Invalid: true}
	c, err := a.json.Peek()
	if err != nil {
		return err
	}
	found := false
	switch c {
	case '[':
		err = a.json.Array(func() error { found = true; return e.readProblem(a.json) })
	case '{':
		err = object(a.json, func(string) error { found = true; return nil })
	case '"':
		var p Problem
		p.Detail, err = readWords(a.json, maxText)
		if found = p.Detail != ""; found {
			e.Problems = []Problem{p}
		}
	default:
		found, err = c != 'n' && c != 'f', a.json.Skip()
	}
	if err == nil && found {
		return e
	}
	return err
}

// beginning keeps the first bytes read through it, which pageText extracts text from.
type beginning struct {
	source io.Reader
	bytes  []byte
}

func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	b.bytes = append(b.bytes, p[:min(n, maxPage-len(b.bytes))]...)
	return n, err
}

// whole reads until the beginning is complete.
func (b *beginning) whole() []byte {
	_, _ = io.CopyN(io.Discard, b, int64(maxPage-len(b.bytes)))
	return b.bytes
}
