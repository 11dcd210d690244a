package comment

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// remote is a comment as the REST API gives it (docs.github.com, "REST API
// endpoints for issue comments").
type remote struct {
	ID     int64  `json:"id"`
	NodeID string `json:"node_id"`
	URL    string `json:"html_url"`
	Body   string `json:"body"`
	User   author `json:"user"`

	marker string
	state  state
}

// author is zero for a comment whose writer deleted the account.
type author struct {
	Login string `json:"login"`
	Type  string `json:"type"`
}

func (c remote) open() bool { return !c.state.closed }

// compare orders comments by their runs, those of one run by their age.
func (c remote) compare(other remote) int {
	return cmp.Or(c.state.order.compare(other.state.order), cmp.Compare(c.ID, other.ID))
}

const (
	perPage  = 100 // the most that GitHub gives
	maxPages = 300
)

// ours lists the matching comments that our token wrote, oldest first.
func (s *session) ours(ctx context.Context, matches func(remote) bool) ([]remote, error) {
	var found []remote
	next := s.comments() + "?per_page=" + strconv.Itoa(perPage) + "&page=1"
	for page := 1; next != ""; page++ {
		if page > maxPages {
			return nil, &Error{Kind: Rejected, Op: s.op("list the comments of"), Message: "there is no end to them"}
		}
		var list []remote
		header, err := s.do(ctx, call{op: s.op("list the comments of"), method: http.MethodGet, url: next}, &list)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			c.marker, c.state = parse(c.Body)
			if matches(c) {
				found = append(found, c)
			}
		}
		next = s.nextPage(header, page, len(list))
	}
	if len(found) == 0 {
		return nil, nil
	}
	me, err := s.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(c remote) bool { return !c.User.is(me) })
	slices.SortFunc(found, func(a, b remote) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(found, func(a, b remote) bool { return a.ID == b.ID }), nil
}

// nextPage goes where the Link header points, and counts on where a proxy
// dropped the header. An address outside the API is not gone to.
func (s *session) nextPage(header http.Header, page, got int) string {
	links := header.Values("Link")
	for _, link := range strings.Split(strings.Join(links, ","), ",") {
		target, params, _ := strings.Cut(link, ";")
		target = strings.Trim(strings.TrimSpace(target), "<>")
		if !strings.Contains(params, `rel="next"`) {
			continue
		}
		if u, err := url.Parse(target); err == nil && origin(u) == s.origin {
			return target
		}
	}
	if len(links) > 0 && !strings.Contains(strings.Join(links, ","), `rel="next"`) || got < perPage {
		return ""
	}
	return fmt.Sprintf("%s?per_page=%d&page=%d", s.comments(), perPage, page+1)
}

// read returns a comment as it is now.
func (s *session) read(ctx context.Context, c remote) (remote, error) {
	var now remote
	_, err := s.do(ctx, call{op: s.op("read the comment on"), method: http.MethodGet, url: s.comment(c)}, &now)
	return now, err
}

// rewrite changes a comment. It is tried once: what failed may not be what is
// wanted any more.
func (s *session) rewrite(ctx context.Context, c remote, text string) error {
	var got remote
	_, err := s.do(ctx, call{op: s.op("update the comment on"), method: http.MethodPatch, url: s.comment(c),
		body: map[string]string{"body": text}, tries: 1}, &got)
	return err
}

// create starts a comment, which GitHub offers no way to repeat safely. So after
// an answer that leaves it open whether the comment exists, the comment is looked
// for by its nonce.
func (s *session) create(ctx context.Context, t task, w write) (remote, error) {
	var made remote
	_, err := s.do(ctx, call{op: s.op("comment on"), method: http.MethodPost, url: s.comments(),
		body: map[string]string{"body": w.text}, tries: 1}, &made)
	made.marker, made.state = parse(w.text)
	if err == nil || !ambiguous(err) {
		return made, err
	}
	// GitHub may still be at work on the request.
	for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if s.pause(ctx, wait) != nil {
			break
		}
		all, lookErr := s.ours(ctx, t.matches)
		if lookErr != nil {
			break
		}
		if i := slices.IndexFunc(all, func(c remote) bool { return c.state.nonce == w.nonce }); i >= 0 {
			return all[i], nil
		}
	}
	return remote{}, err
}

func (s *session) comment(c remote) string {
	return fmt.Sprintf("%s/repos/%s/issues/comments/%d", s.api, s.thread.Repository, c.ID)
}

func (s *session) comments() string {
	return fmt.Sprintf("%s/repos/%s/issues/%d/comments", s.api, s.thread.Repository, s.thread.Number)
}

func (s *session) op(what string) string {
	return fmt.Sprintf("%s %s#%d", what, s.thread.Repository, s.thread.Number)
}
