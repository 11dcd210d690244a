package comment

import (
	"cmp"
	"context"
	"crypto/rand"
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
}

// author is zero for a comment whose writer deleted the account.
type author struct {
	Login string `json:"login"`
	Type  string `json:"type"`
}

func (c remote) closed() bool {
	_, s := parse(c.Body)
	return s.closed
}

func (c remote) nonce() string {
	_, s := parse(c.Body)
	return s.nonce
}

const (
	perPage  = 100 // the most that GitHub gives
	maxPages = 300
)

// ours lists the comments with this marker that our token wrote, oldest first.
func (s *session) ours(ctx context.Context, marker string) ([]remote, error) {
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
			if m, _ := parse(c.Body); m == marker {
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

// rewrite changes the comment, unless it says the same already.
func (s *session) rewrite(ctx context.Context, c remote, d draft) error {
	_, err := d.send(func(body string) (remote, error) {
		nonce := c.nonce()
		if nonce == "" {
			nonce = rand.Text()
		}
		text := d.text(nonce, body)
		if normal(c.Body) == normal(text) {
			return c, nil
		}
		to := fmt.Sprintf("%s/repos/%s/issues/comments/%d", s.api, s.thread.Repository, c.ID)
		var got remote
		_, err := s.do(ctx, call{op: s.op("update the comment on"), method: http.MethodPatch, url: to, body: map[string]string{"body": text}}, &got)
		return got, err
	})
	return err
}

func (s *session) create(ctx context.Context, d draft) (remote, error) {
	return d.send(func(body string) (remote, error) {
		nonce := rand.Text()
		return s.post(ctx, d.marker, nonce, d.text(nonce, body))
	})
}

// post creates a comment, which GitHub offers no way to repeat safely. So
// after an answer that leaves it open whether the comment exists, the comment
// is looked for by its nonce before another try.
func (s *session) post(ctx context.Context, marker, nonce, text string) (remote, error) {
	const tries = 3
	c := call{op: s.op("comment on"), method: http.MethodPost, url: s.comments(), body: map[string]string{"body": text}, once: true}
	for try := 1; ; try++ {
		var made remote
		_, err := s.do(ctx, c, &made)
		if err == nil && try == 1 {
			return made, nil
		}
		if err != nil && !ambiguous(err) {
			return remote{}, err
		}
		twins, lookErr := s.lookFor(ctx, marker, nonce, err == nil)
		if len(twins) > 0 {
			last := len(twins) - 1
			// The next update folds a twin that stays here.
			_ = s.hide(ctx, twins[:last])
			return twins[last], nil
		}
		if err == nil || lookErr != nil || try == tries {
			return made, err
		}
	}
}

// lookFor returns the comments with the nonce. GitHub may still be at work on
// a request whose answer was lost, so it looks more than once, unless the
// comment is known to stand.
func (s *session) lookFor(ctx context.Context, marker, nonce string, stands bool) ([]remote, error) {
	waits := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}
	if stands {
		waits = []time.Duration{0}
	}
	for _, wait := range waits {
		if err := s.pause(ctx, wait); err != nil {
			return nil, err
		}
		all, err := s.ours(ctx, marker)
		if err != nil {
			return nil, err
		}
		twins := slices.DeleteFunc(all, func(c remote) bool { return c.nonce() != nonce })
		if len(twins) > 0 {
			return twins, nil
		}
	}
	return nil, nil
}

func (s *session) comments() string {
	return fmt.Sprintf("%s/repos/%s/issues/%d/comments", s.api, s.thread.Repository, s.thread.Number)
}

func (s *session) op(what string) string {
	return fmt.Sprintf("%s %s#%d", what, s.thread.Repository, s.thread.Number)
}
