package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/jsonstream"
)

// Limits for GitHub's responses, in bytes. Responses are decoded as they arrive: of a list of
// comments, only one comment at a time is in memory.
const (
	answerLimit   = 48 << 20  // fits a page of 100 comments of the maximum length, with all characters escaped
	documentLimit = 4 << 20   // for a response that is decoded as a whole
	elementLimit  = 1 << 20   // for one element of a list
	bodyLimit     = 320 << 10 // for the text of a comment: more than 65,536 characters of four bytes
	refusalLimit  = 64 << 10  // for the message of a refusal
	nameLimit     = 500       // for an id, a login or an address
)

// streamed is implemented by types that decode a response element by element. All other types are decoded by
// encoding/json.
type streamed interface {
	readJSON(r *jsonstream.Reader) error
}

// decode decodes a successful response.
func decode(ctx context.Context, response *http.Response, into any) error {
	r := jsonstream.New(ctx, response.Body, jsonstream.Limits{Bytes: answerLimit})
	first, err := r.Peek()
	isJSON := strings.Contains(response.Header.Get("Content-Type"), "json")
	switch {
	case err == io.ErrUnexpectedEOF:
		return errEmpty
	case err == nil && (first == '<' || !isJSON && first != '{' && first != '['):
		return errPage
	}
	if list, ok := into.(streamed); err == nil && ok {
		err = list.readJSON(r)
	} else if err == nil {
		err = readWhole(r, documentLimit, into)
	}
	if err == nil {
		err = r.End()
	}
	if errors.As(err, new(*json.UnmarshalTypeError)) {
		return errForm
	}
	return err
}

// Errors for a response that is not in the form of GitHub's API.
var (
	errEmpty     = errors.New("received an empty response")
	errPage      = errors.New("received a web page instead of a response of GitHub's API")
	errForm      = errors.New("the response does not have the form of GitHub's API")
	errNoComment = errors.New("the response is not a comment")
)

// errTooLarge is the error for a response, or an element of one, that exceeds its limit.
var errTooLarge = &jsonstream.LimitError{Limit: "has a part that is too large"}

func readWhole(r *jsonstream.Reader, most int, into any) error {
	raw, err := r.Raw(most)
	switch {
	case err != nil:
		return err
	case raw == nil:
		return errTooLarge
	}
	return json.Unmarshal(raw, into)
}

// decodeError returns the error for a successful response that could not be decoded.
func (c call) decodeError(err error) *Error {
	e := &Error{Kind: Unreachable, Op: c.op}
	limit, broken := (*jsonstream.LimitError)(nil), (*jsonstream.SourceError)(nil)
	switch {
	case errors.As(err, &limit):
		return &Error{Kind: Rejected, Op: c.op, Message: "the response " + limit.Limit}
	case errors.As(err, &broken):
		return c.connectionError(broken.Err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Message, e.temporary = "the response is not complete JSON", true
	case errors.Is(err, jsonstream.ErrSyntax):
		e.Message, e.NotAPIResponse = errForm.Error(), true
	default:
		e.Message, e.NotAPIResponse = err.Error(), true
	}
	return e
}

// page decodes one page of a list of comments and keeps the matching ones.
type page struct {
	matches func(remote) bool
	found   []remote
	count   int // of all
}

func (p *page) readJSON(r *jsonstream.Reader) error {
	p.found, p.count = nil, 0 // from a previous attempt
	return r.Array(func() error {
		var c remote
		err := c.read(r)
		if p.count++; err == nil && p.matches(c) {
			p.found = append(p.found, c)
		}
		return err
	})
}

func (c *remote) readJSON(r *jsonstream.Reader) error {
	if first, err := r.Peek(); err != nil || first != '{' {
		return cmp.Or(err, errNoComment)
	}
	return c.read(r)
}

func (c *remote) read(r *jsonstream.Reader) error {
	err := members(r, func(name string) (err error) {
		switch name {
		case "id":
			raw, err := r.Raw(30)
			c.ID, _ = strconv.ParseInt(string(raw), 10, 64)
			return err
		case "node_id":
			c.NodeID, _, err = r.Text(nameLimit)
		case "html_url":
			c.URL, _, err = r.Text(nameLimit)
		case "body":
			c.Body, _, err = r.Text(bodyLimit)
		case "user":
			return members(r, func(name string) (err error) {
				switch name {
				case "login":
					c.User.Login, _, err = r.Text(nameLimit)
				case "type":
					c.User.Type, _, err = r.Text(nameLimit)
				}
				return err
			})
		}
		return err
	})
	c.marker, c.state = parse(c.Body)
	c.sum = sumOf(c.Body)
	return err
}

// members reads an object. It treats any other value as an empty object.
func members(r *jsonstream.Reader, each func(name string) error) error {
	c, err := r.Peek()
	switch {
	case err != nil:
		return err
	case c != '{':
		return r.Skip()
	}
	return r.Object(each)
}

// elements reads an array, and returns false for any other value.
func elements(r *jsonstream.Reader, each func() error) (listed bool, err error) {
	c, err := r.Peek()
	switch {
	case err != nil:
		return false, err
	case c != '[':
		return false, r.Skip()
	}
	return true, r.Array(each)
}

// sumOf returns a hash of a text that ignores line endings and surrounding space.
func sumOf(body string) [sha256.Size]byte { return sha256.Sum256([]byte(normal(body))) }

// pulls is a list of pull requests.
type pulls []pull

func (p *pulls) readJSON(r *jsonstream.Reader) error {
	*p = nil
	return r.Array(func() error {
		raw, err := r.Raw(elementLimit)
		if err != nil || raw == nil {
			return err
		}
		var one pull
		err = json.Unmarshal(raw, &one)
		*p = append(*p, one)
		return err
	})
}

// mostOurs and mostText limit the number of the action's comments in a thread that are kept, and the bytes of
// their texts. A mode that never rewrites a comment may have written thousands.
const (
	mostOurs = 1000
	mostText = 2 << 20
)

// collection contains the newest comments of the action, with the texts of the newest of these.
type collection struct {
	list []remote
	text int // bytes
}

func (a *collection) add(c remote) {
	a.list = append(a.list, c)
	a.text += len(c.Body)
	if len(a.list) == 2*mostOurs {
		a.newestFirst()
		a.list = a.list[:mostOurs]
	}
	if a.text <= mostText {
		return
	}
	a.newestFirst()
	a.text = 0
	for i := range a.list {
		if a.text += len(a.list[i].Body); a.text > mostText/2 { // a single text never exceeds the limit: see bodyLimit
			a.text -= len(a.list[i].Body)
			a.list[i].Body = ""
		}
	}
}

func (a *collection) newestFirst() {
	slices.SortStableFunc(a.list, func(x, y remote) int { return y.compare(x) })
}

// oldestFirst returns the comments by age, without duplicates.
func (a *collection) oldestFirst() []remote {
	slices.SortStableFunc(a.list, func(x, y remote) int { return cmp.Compare(x.ID, y.ID) })
	return slices.CompactFunc(a.list, func(x, y remote) bool { return x.ID == y.ID })
}
