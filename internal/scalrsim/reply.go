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

// reply is a response, before a transport sends it.
type reply struct {
	status int
	header http.Header
	body   io.Reader // nil means none
	size   int64     // of the body

	end     connEnd
	after   int64         // bytes of the body that are sent before end, if there is a status
	delay   time.Duration // before the first byte
	trickle int64         // bytes of each part of the body, which are sent with pause between them
	pause   time.Duration
}

// connEnd describes how the connection ends after or instead of a response.
type connEnd int

const (
	delivered connEnd = iota
	reset
	closed
	refused
	stalled
)

func answer(status int, contentType string, body []byte) reply {
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

// document returns a JSON:API response. A value that cannot be encoded is a bug in this package; the body of the
// response is then not valid.
func document(status int, doc object) reply {
	body, err := json.Marshal(doc)
	if err != nil {
		body = []byte(err.Error())
	}
	return answer(status, jsonAPI, body)
}

// problem returns Scalr's error document with one error. Title and pointer may be empty.
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

// invalidRelationship is Scalr's response to an unknown id in a relationship.
func invalidRelationship(name, model, id string) reply {
	return problem(404, "Invalid Relationship", "/data/relationships/"+name,
		fmt.Sprintf("%s with ID '%s' not found or user unauthorized.", model, id))
}

// storageError is the error document of an object store.
func storageError(status int, code, message string) reply {
	return answer(status, "application/xml", fmt.Appendf(nil,
		`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message))
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
