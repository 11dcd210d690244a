package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// api sends requests to one account and returns all responses, including errors.
type api struct {
	base  *url.URL
	token string
	http  *http.Client
}

// answer is a response with any status.
type answer struct {
	status int
	header http.Header
	body   []byte
	data   resource
	title  string // of the first error
}

type resource struct {
	ID            string         `json:"id"`
	Attributes    map[string]any `json:"attributes"`
	Relationships map[string]struct {
		Data json.RawMessage `json:"data"`
	} `json:"relationships"`
	Links map[string]any `json:"links"`
}

// related returns the id of a to-one relationship, or "".
func (r resource) related(name string) string {
	var one struct{ ID string }
	_ = json.Unmarshal(r.Relationships[name].Data, &one) // null, or absent
	return one.ID
}

const (
	jsonAPI = "application/vnd.api+json"
	retries = 5
)

// send sends a JSON:API document, or plain JSON to an action. No redirect is
// followed: the token must not leave the host.
func (a *api) send(ctx context.Context, method, path string, body any) (answer, error) {
	return a.sendWith(ctx, method, path, body, http.Header{"Prefer": {"profile=preview"}})
}

// sendWith is like send, with other headers.
func (a *api) sendWith(ctx context.Context, method, path string, body any, header http.Header) (answer, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return answer{}, err
		}
	}
	for attempt := 1; ; attempt++ {
		got, err := a.once(ctx, method, path, content, header)
		again := got.status == http.StatusTooManyRequests || method == http.MethodGet && (err != nil || got.status >= 500)
		if !again || attempt == retries || ctx.Err() != nil {
			return got, err
		}
		seconds, _ := strconv.Atoi(got.header.Get("Retry-After"))
		if err := pause(ctx, time.Duration(min(max(seconds, attempt), 60))*time.Second); err != nil {
			return got, err
		}
	}
}

func (a *api) once(ctx context.Context, method, path string, content []byte,
	header http.Header) (got answer, err error) {
	r, err := http.NewRequestWithContext(ctx, method, a.base.String()+"/api/iacp/v3/"+path, bytes.NewReader(content))
	if err != nil {
		return got, err
	}
	r.Header = header.Clone()
	if r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
	r.Header.Set("User-Agent", "scalr-run-action/account")
	r.Header.Set("Accept", jsonAPI+", application/json")
	if content != nil {
		r.Header.Set("Content-Type", jsonAPI)
		if strings.Contains(path, "/actions/") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	got, err = do(a.http, r)
	var document struct {
		Data   json.RawMessage
		Errors []struct{ Title string }
	}
	if err == nil && json.Unmarshal(got.body, &document) == nil {
		_ = json.Unmarshal(document.Data, &got.data) // lists are decoded by their callers
		if len(document.Errors) > 0 {
			got.title = document.Errors[0].Title
		}
	}
	return got, err
}

func do(client *http.Client, r *http.Request) (got answer, err error) {
	direct := *client
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := direct.Do(r)
	if err != nil {
		// The address of an upload is signed: it must not be printed.
		return got, fmt.Errorf("%s %s: no response", r.Method, r.URL.Host)
	}
	defer res.Body.Close()
	got.status, got.header = res.StatusCode, res.Header
	got.body, err = io.ReadAll(io.LimitReader(res.Body, 32<<20))
	if err != nil {
		return got, fmt.Errorf("%s %s: the response ended early", r.Method, r.URL.Host)
	}
	return got, nil
}

// put uploads to an address that Scalr issued, without the token.
func (a *api) put(ctx context.Context, address string, content []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(content))
	if err != nil {
		return answer{}, fmt.Errorf("the upload address is not a valid URL")
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	r.Header.Set("User-Agent", "scalr-run-action/account")
	if strings.HasSuffix(r.URL.Hostname(), ".blob.core.windows.net") {
		r.Header.Set("x-ms-blob-type", "BlockBlob")
	}
	return do(a.http, r)
}

// list reads all pages of a list.
func (a *api) list(ctx context.Context, path string, query url.Values) (all []resource, err error) {
	query.Set("page[size]", "100")
	for page := 1; page <= 50; page++ {
		query.Set("page[number]", strconv.Itoa(page))
		got, err := a.send(ctx, http.MethodGet, path+"?"+query.Encode(), nil)
		if err != nil || got.status != http.StatusOK {
			return nil, unexpected("GET "+path, got, err)
		}
		var document struct {
			Data []resource
			Meta struct {
				Pagination struct {
					Next *int `json:"next-page"`
				}
			}
		}
		if err := json.Unmarshal(got.body, &document); err != nil {
			return nil, fmt.Errorf("GET %s: %w", path, err)
		}
		all = append(all, document.Data...)
		if document.Meta.Pagination.Next == nil {
			return all, nil
		}
	}
	return nil, fmt.Errorf("GET %s: more than 50 pages", path)
}

// unexpected returns the error for a response that the examination needs to continue.
func unexpected(what string, got answer, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%s: HTTP %d %s", what, got.status, got.title)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
