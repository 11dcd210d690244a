package github

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"scalr-run-action/internal/lazyregexp"
)

// remote is a comment in a response of the REST API (docs.github.com, "REST API
// endpoints for issue comments").
type remote struct {
	ID     int64
	NodeID string
	URL    string
	Body   string // of the newest comments only: see sum
	User   author

	marker string
	state  state
	sum    [sha256.Size]byte // of the text
}

// hasText reports whether the comment has this text.
func (c remote) hasText(text string) bool { return c.sum == sumOf(text) }

// author is zero for a comment of a deleted account.
type author struct {
	Login string `json:"login"`
	Type  string `json:"type"`
}

func (c remote) open() bool { return !c.state.closed }

// compare compares comments by their runs, and those of one run by their age.
func (c remote) compare(other remote) int {
	return cmp.Or(c.state.order.compare(other.state.order), cmp.Compare(c.ID, other.ID))
}

const (
	perPage  = 100 // GitHub's maximum
	maxPages = 300
)

// ours returns the matching comments that the token wrote, oldest first.
func (s *session) ours(ctx context.Context, matches func(remote) bool) ([]remote, error) {
	var found collection
	next := s.commentsURL() + "?per_page=" + strconv.Itoa(perPage) + "&page=1"
	visited := map[string]bool{}
	for n := 1; next != ""; n++ {
		if n > maxPages || visited[next] {
			return nil, &Error{Kind: Rejected, Op: s.op("list the comments of"), Message: "the list does not end"}
		}
		list := page{matches: matches}
		header, err := s.do(ctx, call{op: s.op("list the comments of"), method: http.MethodGet, url: next}, &list)
		if err == nil {
			err = s.collect(ctx, &found, list.found)
		}
		if err != nil {
			return nil, err
		}
		visited[next] = true
		next = s.nextPage(header, n, list.count)
	}
	return found.oldestFirst(), nil
}

// collect adds the comments that the token wrote to the collection. Matching comments of other users do not count
// towards its limit.
func (s *session) collect(ctx context.Context, to *collection, matching []remote) error {
	if len(matching) == 0 {
		return nil
	}
	me, err := s.tokenLogin(ctx)
	for _, c := range matching {
		if err == nil && c.User.is(me) {
			to.add(c)
		}
	}
	return err
}

// nextPage returns the URL of the next page. If a proxy dropped the Link header, or changed it to a URL outside the API,
// it is the URL with the next page number.
func (s *session) nextPage(header http.Header, page, got int) string {
	numbered := fmt.Sprintf("%s?per_page=%d&page=%d", s.commentsURL(), perPage, page+1)
	relations := linksOf(header)
	target, found := relations["next"]
	switch {
	case !found && len(relations) > 0, !found && got < perPage:
		return ""
	case !found:
		return numbered
	}
	// GitHub omits some comments from a page, so a page with a next one need not be full.
	base, err := url.Parse(s.commentsURL())
	if err != nil {
		return numbered
	}
	if u, err := base.Parse(target); err == nil && origin(u) == s.origin {
		return u.String()
	}
	if got == 0 {
		return ""
	}
	return numbered
}

var (
	linkValue    = lazyregexp.New(`<([^>]*)>((?:[^",]|"[^"]*")*)`)
	linkRelation = lazyregexp.New(`(?i);\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))`)
)

// linksOf returns the targets in the Link headers by their relations (RFC 8288).
func linksOf(header http.Header) map[string]string {
	links := map[string]string{}
	for _, link := range linkValue.FindAllStringSubmatch(strings.Join(header.Values("Link"), ","), -1) {
		if m := linkRelation.FindStringSubmatch(link[2]); m != nil {
			for _, relation := range strings.Fields(m[1] + m[2]) {
				links[strings.ToLower(relation)] = link[1]
			}
		}
	}
	return links
}

// read returns the current state of a comment.
func (s *session) read(ctx context.Context, c remote) (remote, error) {
	var now remote
	_, err := s.do(ctx, call{op: s.op("read the comment on"), method: http.MethodGet, url: s.commentURL(c)}, &now)
	return now, err
}

// rewrite changes the text of a comment. It does not retry, since the text may be out of date by then.
func (s *session) rewrite(ctx context.Context, c remote, text string) error {
	var got remote
	_, err := s.do(ctx, call{op: s.op("update the comment on"), method: http.MethodPatch, url: s.commentURL(c),
		body: map[string]string{"body": text}, tries: 1}, &got)
	return err
}

// create creates a comment. GitHub has no idempotent way to do this, so after an ambiguous response, or one that is not
// GitHub's, create searches for the comment by its nonce.
func (s *session) create(ctx context.Context, t task, w write) (remote, error) {
	var made remote
	c := call{op: s.op("comment on"), method: http.MethodPost, url: s.commentsURL(), body: map[string]string{"body": w.text}, tries: 1}
	_, err := s.do(ctx, c, &made)
	if err == nil && made.ID == 0 {
		err = c.decodeError(errNoComment)
	}
	made.marker, made.state = parse(w.text)
	made.sum = sumOf(w.text)
	if err == nil || refusedText(err) || !ambiguous(err) && !notAPIResponse(err) {
		return made, err
	}
	// GitHub may still be processing the request.
	for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if s.retryBudget.Wait(ctx, wait) != nil {
			break
		}
		all, findErr := s.ours(ctx, t.matches)
		if findErr != nil {
			break
		}
		if i := slices.IndexFunc(all, func(c remote) bool { return c.state.nonce == w.nonce }); i >= 0 {
			return all[i], nil
		}
	}
	return remote{}, err
}

func (s *session) commentURL(c remote) string {
	return fmt.Sprintf("%s/repos/%s/issues/comments/%d", s.api, s.thread.Repository, c.ID)
}

func (s *session) commentsURL() string {
	return fmt.Sprintf("%s/repos/%s/issues/%d/comments", s.api, s.thread.Repository, s.thread.Number)
}

func (s *session) op(what string) string {
	return fmt.Sprintf("%s %s#%d", what, s.thread.Repository, s.thread.Number)
}
