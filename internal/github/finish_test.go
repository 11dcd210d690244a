package github

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// TestFinish: what happens after the creation of a comment if a comment of another run, or a second one of this run, is
// found then.
func TestFinish(t *testing.T) {
	t.Parallel()
	comment := func(id, run string) string {
		return `{"id":` + id + `,"node_id":"IC_` + id + `","body":"<!-- m -->\n<!-- post ` + testNonce + ` run=` + run +
			` -->\ntext","user":{"login":"bot"},"html_url":"https://github.test/` + id + `"}`
	}
	minimized := func(run string) string {
		return `{"data":{"minimizeComment":{"minimizedComment":{"body":"<!-- m -->\n<!-- post ` + testNonce + ` run=` + run + ` -->\ntext"}}}}`
	}
	const (
		list         = "/issues/7/comments?"
		refused      = `403{"message":"no"}`
		newer        = "workflow run 6, which is newer than workflow run 5, has written "
		notMinimized = "https://github.test/2 minimize the older comments on acme/infra#7: GitHub returned 403: no"
	)
	older, own := comment("1", "4"), comment("2", "5")
	for name, c := range map[string]struct {
		once      [][2]string
		listed    string // after the creation
		want      string // the address and the error
		minimizes string // ids
	}{
		"alone":        {nil, "[" + own + "]", "https://github.test/2", ""},
		"an older one": {nil, "[" + older + "," + own + "]", "https://github.test/2", "IC_1"},
		"a newer one":  {nil, "[" + own + "," + comment("3", "6") + "]", newer + "https://github.test/3", ""},
		"list refused": {nil, refused, "https://github.test/2", ""},
		"no state of the older one": {
			[][2]string{{"nodes(ids", refused}}, "[" + older + "]",
			notMinimized, "",
		},
		"older one became newer": {
			[][2]string{{"minimizeComment", minimized("6")}}, "[" + older + "," + own + "]",
			newer + "a comment at the same time", "IC_1 IC_2",
		},
		"minimization refused": {
			[][2]string{{"minimizeComment", refused}}, "[" + older + "]",
			notMinimized, "IC_1",
		},
		"older one was deleted": {
			[][2]string{{"minimizeComment", `{"data":null,"errors":[{"type":"NOT_FOUND","message":"no"}]}`}}, "[" + older + "]",
			"https://github.test/2", "IC_1",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			answers := &scripted{
				once: append([][2]string{{list, "[]"}, {list, "[]"}}, c.once...),
				responses: [][2]string{
					{"viewer", `{"data":{"viewer":{"login":"bot"}}}`},
					{"unminimizeComment", `{"data":{}}`},
					{"minimizeComment", minimized("4")},
					{`nodes(ids: $ids) { ... on IssueComment { id isMinimized } } }","variables":{"ids":["IC_1`, `{"data":{"nodes":[{"id":"IC_1"}]}}`},
					{"nodes(ids", `{"data":{"nodes":[{"id":"IC_2"}]}}`},
					{list, c.listed},
					{"POST https://api.github.test/repos/acme/infra/issues/7/comments", own},
				},
			}
			got, err := answers.thread().Publish(t.Context(), HideAndNew, Post{Marker: "<!-- m -->", Body: "text", Order: NewOrder("5", "")})
			if err != nil {
				got = strings.TrimSpace(got + " " + err.Error())
			}
			var ids []string
			for _, r := range answers.requests {
				if _, id, ok := strings.Cut(r, `classifier: OUTDATED}) { minimizedComment { ... on IssueComment { body } } } }","variables":{"id":"`); ok {
					ids = append(ids, strings.TrimRight(id, "\"}\n"))
				}
			}
			if got != c.want || strings.Join(ids, " ") != c.minimizes {
				t.Errorf("%s: got %q and minimized %q, want %q and %q\n%s", name, got, ids, c.want, c.minimizes, strings.Join(answers.requests, "\n"))
			}
		})
	}
}

// TestSecondCommentOfOneRun: if a run has created two comments because a response was lost, the first is replaced in
// every mode, once.
func TestSecondCommentOfOneRun(t *testing.T) {
	t.Parallel()
	const own = `"body":"<!-- m -->\n<!-- post ` + testNonce + ` -->\ntext","user":{"login":"bot"}}`
	for _, mode := range []Mode{Update, New, HideAndNew} {
		answers := &scripted{responses: [][2]string{
			{"viewer", `{"data":{"viewer":{"login":"bot"}}}`},
			{"/issues/7/comments?", `[{"id":1,` + own + `,{"id":2,` + own + `]`},
		}}
		s, err := answers.thread().open()
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.draft(mode, Post{Marker: "<!-- m -->", Body: "text"})
		if err != nil {
			t.Fatal(err)
		}
		made, older, err := s.settleNew(t.Context(), d, remote{ID: 1, state: state{nonce: testNonce}}, nil)
		var ids []int64
		for _, c := range older {
			ids = append(ids, c.ID)
		}
		if err != nil || made.ID != 2 || !slices.Equal(ids, []int64{1}) {
			t.Errorf("%s: got comment %d instead of %v, %v", mode, made.ID, ids, err)
		}
	}
}
