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
)

// The limits of a response. It is read as it arrives and never held whole: members
// that the caller does not read are dropped.
const (
	maxAnswer = 16 << 20 // bytes that are read of a response, unpacked
	maxKept   = 8 << 20  // bytes that are kept of a response, the cost of keeping them included
	maxPage   = 64 << 10 // bytes of a response that is read for its words only
)

// answer is the body of a good response, on its way.
type answer struct{ json *jsonstream.Reader }

// judge decides, for every call, what is an error. It reads the body no further
// than needed; an error of the body itself is returned as jsonstream's SourceError.
func judge(ctx context.Context, k call, res *http.Response, body io.Reader) error {
	switch {
	case res.StatusCode >= 300:
		return refusal(ctx, k.op, res, body)
	case k.read == nil:
		return drain(body)
	}
	text := &beginning{source: body}
	reader := jsonstream.New(ctx, text, jsonstream.Limits{Bytes: maxAnswer, Kept: maxKept})
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	isJSON := kind == "" || strings.Contains(kind, "json")
	var err error
	if first, peekErr := reader.Peek(); isJSON || peekErr == nil && first == '{' {
		err = k.read(answer{reader})
	} else if err = peekErr; err == nil {
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
			Note: fmt.Sprintf("expected JSON:API, got %s: %q", sanitize.Note(kind, 60), pageText(text.whole()))}
	case notJSON(err):
		return malformed(k.op, "the response is not complete JSON")
	}
	return err
}

func notJSON(err error) bool {
	return errors.Is(err, jsonstream.ErrSyntax) || errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*jsonstream.SourceError))
}

// drain reads the little that a response without a body may hold, so that its connection can be used again.
func drain(body io.Reader) error {
	if _, err := io.CopyN(io.Discard, body, maxPage); err != nil && err != io.EOF {
		return &jsonstream.SourceError{Err: err}
	}
	return nil
}

// beginning keeps the first bytes of what is read through it, for the words of a page.
type beginning struct {
	source io.Reader
	bytes  []byte
}

func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	b.bytes = append(b.bytes, p[:min(n, maxPage-len(b.bytes))]...)
	return n, err
}

// whole reads on until the beginning is complete.
func (b *beginning) whole() []byte {
	_, _ = io.CopyN(io.Discard, b, int64(maxPage-len(b.bytes)))
	return b.bytes
}
