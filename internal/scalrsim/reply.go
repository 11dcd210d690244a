package scalrsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// object is a JSON object, and list a JSON array.
type (
	object = map[string]any
	list   = []any
)

const (
	jsonAPI = "application/vnd.api+json"
	plain   = "application/json"
)

// reply is a response before it is sent.
type reply struct {
	status int
	header http.Header
	body   io.Reader // nil means no body
	size   int64     // size of the body

	end     connEnd
	after   int64         // bytes of the body that are sent before end; only with a status
	delay   time.Duration // delay before the first byte
	trickle int64         // size of the parts of the body that are sent with pauses in between; 0 sends the body as a whole
	pause   time.Duration
}

// connEnd is the way the connection ends, after or instead of a response.
type connEnd int

const (
	delivered connEnd = iota
	reset
	closed
	refused
	stalled
)

func newReply(status int, contentType string, body []byte) reply {
	r := reply{status: status, header: http.Header{}}
	if contentType != "" {
		r.header.Set("Content-Type", contentType)
	}
	return r.with(body)
}

func (r reply) with(body []byte) reply {
	r.body, r.size = bytes.NewReader(body), int64(len(body))
	return r
}

func empty(status int) reply { return reply{status: status, header: http.Header{}} }

// document returns a JSON:API response. A value that cannot be encoded is a bug in this package and results
// in an invalid body.
func document(status int, doc object) reply {
	body, err := json.Marshal(doc)
	if err != nil {
		body = []byte(err.Error())
	}
	return newReply(status, jsonAPI, body)
}

// problem returns Scalr's error document with one error. Title, pointer and detail may be empty.
func problem(status int, title, pointer, detail string) reply {
	e := object{"status": strconv.Itoa(status), "code": nil, "title": title, "detail": nil, "source": nil}
	if detail != "" {
		e["detail"] = detail
	}
	if pointer != "" {
		e["source"] = object{"pointer": pointer}
	}
	return document(status, object{"errors": list{e}})
}

func notFound(model, id string) reply {
	return problem(404, fmt.Sprintf("%s with ID '%s' not found or user unauthorized.", model, id), "", "")
}

func forbidden() reply {
	return problem(403, "Forbidden", "", "You do not have permission to perform this action.")
}

func conflict(detail string) reply { return problem(409, "Conflict", "", detail) }

// invalidRelationship returns Scalr's response to an unknown ID in a relationship.
func invalidRelationship(name, model, id string) reply {
	return problem(404, "Invalid Relationship", "/data/relationships/"+name,
		fmt.Sprintf("%s with ID '%s' not found or user unauthorized.", model, id))
}

// storageError returns the error document of an object store.
func storageError(status int, code, message string) reply {
	return newReply(status, "application/xml", fmt.Appendf(nil,
		`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
