package report

import (
	"strings"
	"testing"

	"scalr-run-action/internal/tfplan"
)

// TestFitSizes: an item is shown as soon as its text, a blank line, and the notes on missing items fit: 400 bytes and the
// link for the page, and the same for each section with items.
func TestFitSizes(t *testing.T) {
	t.Parallel()
	const run, note = "the run", noteSize + len("the run")
	if noteSize != 400 {
		t.Errorf("a note takes %d bytes, want 400", noteSize)
	}
	list := func(items ...item) section { return section{open: "open\n", items: items, close: "close\n"} }
	const around = len("open\nclose\n")
	brief, both := item{brief: "- a brief one\n"}, item{brief: "- a\n", full: "a full one\n\n"}
	const last = "- last, and so long that it does not take the place of the other one\n"
	for _, tt := range []struct {
		name  string
		page  []section
		shown string // a text of the page
		want  int    // the smallest limit at which the text is shown
	}{
		{
			name:  "text without items",
			page:  []section{{heading: "## H\n", open: "12345\n", close: "6789\n"}},
			shown: "6789",
			want:  len("## H\n12345\n6789\n"),
		},
		{
			name:  "a quoted text",
			page:  []section{{open: "[!NOTE]\na\n\nb\n\n", quoted: true}},
			shown: "> b",
			want:  len("> [!NOTE]\n> a\n>\n> b\n\n") + len(" > "), // the blank lines are quoted, too
		},
		{
			name:  "one line",
			page:  []section{list(brief)},
			shown: "a brief one",
			want:  2*note + around + len("- a brief one\n") + 1,
		},
		{
			name:  "one line below text",
			page:  []section{{open: "text\n"}, list(brief)},
			shown: "a brief one",
			want:  len("text\n") + 2*note + around + len("- a brief one\n") + 1,
		},
		{
			name:  "one line below a heading",
			page:  []section{{heading: "## H\n", items: []item{brief}}},
			shown: "a brief one",
			want:  2*note + len("## H\n") + len("- a brief one\n") + 1,
		},
		{
			name:  "a second line of the section",
			page:  []section{list(brief, item{brief: last})},
			shown: "last",
			want:  2*note + around + len("- a brief one\n"+last) + 2,
		},
		{
			name:  "a line of a second section",
			page:  []section{list(brief), list(item{brief: last})},
			shown: "last",
			want:  3*note + 2*around + len("- a brief one\n"+last) + 2,
		},
		{
			name:  "the brief form",
			page:  []section{list(both)},
			shown: "- a\n",
			want:  2*note + around + len("- a\n") + 1,
		},
		{
			name:  "the full form instead",
			page:  []section{list(both)},
			shown: "a full one",
			want:  2*note + around + len("a full one\n\n") + 1,
		},
		{
			name:  "the full form below another line",
			page:  []section{list(brief, item{brief: "- a\n", full: last})},
			shown: last,
			want:  2*note + around + len("- a brief one\n"+last) + 2,
		},
		{
			name:  "a full form alone",
			page:  []section{list(item{full: "a full one\n\n"})},
			shown: "a full one",
			want:  2*note + around + len("a full one\n\n") + 1,
		},
		{
			name:  "a quoted line",
			page:  []section{{open: "open\n", items: []item{{brief: "- quoted\n"}}, quoted: true}},
			shown: "> - quoted",
			want:  2*note + len("> open\n> - quoted\n") + len("> \n"),
		},
		{
			name:  "a quoted block",
			page:  []section{{open: "open\n", items: []item{{full: "a\nb\n\n"}}, quoted: true}},
			shown: "> b",
			want:  2*note + len("> open\n> a\n> b\n> \n") + len("> \n"),
		},
		{
			name:  "a higher rank last",
			page:  []section{list(item{brief: last, rank: 2}, brief)},
			shown: "last",
			want:  2*note + around + len("- a brief one\n"+last) + 2,
		},
		{
			name:  "a lower rank first",
			page:  []section{list(brief, item{brief: last, rank: -1})},
			shown: "last",
			want:  2*note + around + len(last) + 1,
		},
		{
			name:  "kept before lower ranks",
			page:  []section{list(brief, item{brief: last, rank: 9, keep: true})},
			shown: "last",
			want:  2*note + around + len(last) + 1,
		},
		{
			name:  "others only if all kept ones fit",
			page:  []section{list(item{brief: "- a\n"}, item{brief: "- a long line that is kept\n", keep: true})},
			shown: "- a\n",
			want:  2*note + around + len("- a\n- a long line that is kept\n") + 2,
		},
		{
			name:  "the leading full form before others",
			page:  []section{list(item{brief: "- kept\n", keep: true}, item{full: "leading\n", rank: 9, lead: true})},
			shown: "leading",
			want:  2*note + around + len("leading\n") + 1,
		},
		{
			name:  "full forms only if all kept ones fit",
			page:  []section{list(item{full: "f\n"}, item{brief: "- kept\n", keep: true})},
			shown: "f\n",
			want:  2*note + around + len("f\n- kept\n") + 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			smallest := -1
			for limit := 3000; limit >= 0; limit-- {
				page := fit(tt.page, limit, run)
				if len(page) > limit {
					t.Fatalf("%d bytes, the limit is %d:\n%s", len(page), limit, page)
				}
				if strings.Contains(page, tt.shown) {
					smallest = limit
				}
			}
			if smallest != tt.want {
				t.Errorf("shown at %d bytes and above, want %d", smallest, tt.want)
			}
		})
	}
}

// TestFitPages compares pages on which some items are missing.
func TestFitPages(t *testing.T) {
	t.Parallel()
	const run = "the run"
	long := strings.Repeat("x", 3000)
	line := func(text string) item { return item{brief: "- " + text + "\n"} }
	for _, tt := range []struct {
		name string
		page []section
		want string
	}{
		{
			name: "everything",
			page: []section{{open: "top\n\n"}, {open: "list\n\n", items: []item{line("a"), {full: "b\n\n"}, line("c")}, close: "end\n\n"}},
			want: "top\n\nlist\n\n- a\n\nb\n\n- c\n\nend\n",
		},
		{
			name: "a full form last",
			page: []section{{items: []item{line("a"), line("b"), {full: "c\n\n"}, {full: "d\n\n"}}, close: "end"}},
			want: "- a\n- b\n\nc\n\nd\n\nend\n",
		},
		{
			name: "one entry without its details",
			page: []section{{open: "list\n\n", items: []item{{brief: "- a\n", full: long}}, close: "end\n\n"}},
			want: "list\n\n- a\n\nThe details do not fit here for 1 entry: the run.\n\nend\n",
		},
		{
			name: "two entries without their details",
			page: []section{{items: []item{{brief: "- a\n", full: long}, {brief: "- b\n", full: long}, line("c")}}},
			want: "- a\n- b\n- c\n\nThe details do not fit here for 2 entries: the run.\n",
		},
		{
			name: "an entry less",
			page: []section{{open: "list\n\n", items: []item{line("a"), line(long), line("b")}, close: "end\n\n"}},
			want: "list\n\n- a\n- b\n\n… and 1 more: the run.\n\nend\n",
		},
		{
			name: "both",
			page: []section{{items: []item{line(long), line(long), {brief: "- a\n", full: long}}, close: "end\n\n"}},
			want: "- a\n\nThe details do not fit here for 1 entry: the run.\n\n… and 2 more: the run.\n\nend\n",
		},
		{
			name: "a section less",
			page: []section{{open: "top\n\n"}, {open: "list\n\n", items: []item{line(long)}, close: "end\n\n"}},
			want: "top\n\n\n1 more entry does not fit here: the run.\n",
		},
		{
			name: "two sections less",
			page: []section{{open: "top\n"}, {items: []item{line(long), line(long)}}, {items: []item{line(long)}}, {open: "last\n"}},
			want: "top\nlast\n\n3 more entries do not fit here: the run.\n",
		},
		{
			name: "headings",
			page: []section{
				{heading: "# A\n", open: "a\n"}, {heading: "# A\n", open: "b\n"}, {heading: "# A\n", items: []item{line(long)}},
				{heading: "# A\n", open: "c\n"}, {heading: "# B\n", open: "d\n"}, {open: "e\n"}, {heading: "# B\n", open: "f\n"},
			},
			want: "# A\na\nb\nc\n# B\nd\ne\n# B\nf\n\n1 more entry does not fit here: the run.\n",
		},
		{
			name: "a quote",
			page: []section{{open: "[!NOTE]\nt\n\n", items: []item{line("a"), line(long)}, close: "end\n\n", quoted: true}, {open: "last"}},
			want: "> [!NOTE]\n> t\n>\n> - a\n>\n> … and 1 more: the run.\n>\n> end\n\nlast\n",
		},
		{
			name: "an empty quote",
			page: []section{{open: "top\n\n"}, {open: "\n\n", quoted: true}, {open: "last"}},
			want: "top\n\nlast\n",
		},
		{
			name: "text that does not fit",
			page: []section{{open: "top\n\n"}, {open: long}},
			want: "top\n\nThe full report does not fit here: the run.\n",
		},
		{
			name: "a top that fits alone",
			page: []section{{open: strings.Repeat("x", 1990) + "\n"}, {open: long}},
			want: strings.Repeat("x", 1990) + "\n",
		},
		{
			name: "a top that does not fit",
			page: []section{{open: long}, {open: "last"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := fit(tt.page, 2000, run); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestFallbackPage: if even the fixed text does not fit, the top is shown with a link, or alone, or not at all.
func TestFallbackPage(t *testing.T) {
	t.Parallel()
	page := []section{{open: "top\n\n"}, {open: "text that does not fit, however short the rest of the page is"}}
	both := "top\n\nThe full report does not fit here: the run.\n"
	for limit, want := range map[int]string{
		len(both) + 1: both, len(both): both, len(both) - 1: "top\n\n", len("top\n\n"): "top\n\n", len("top\n\n") - 1: "", 0: "",
	} {
		if got := fit(page, limit, "the run"); got != want {
			t.Errorf("%d bytes: got %q, want %q", limit, got, want)
		}
	}
}

// TestPageLimits: a summary has at most 1,000,000 bytes, a comment 65,000 or fewer. The sizes are tried to the byte.
func TestPageLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		report func(Report) string
		all    func(Overview) string
		limit  int
	}{
		{"summary", Report.Summary, Overview.Summary, 1_000_000},
		{"comment", func(r Report) string { return r.Comment(1 << 30) }, func(o Overview) string { return o.Comment(1 << 30) }, 65_000},
		{"short comment", func(r Report) string { return r.Comment(9_000) }, func(o Overview) string { return o.Comment(9_000) }, 9_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := baseReport("planned", "planned_and_finished")
			block := details("<code>a.b</code>", codeBlock("diff", "+"))
			room := tt.limit - len(tt.report(r)) - 2*(400+len(r.more())) - len("#### ➕ Create (1)\n\n") - 1
			for more, shown := range map[int]bool{0: true, 1: false} {
				r.Plan.Changes = []tfplan.Change{
					{Address: "a.b", Action: tfplan.Create, Diff: "+" + strings.Repeat("x", room-len(block)+more)},
				}
				if page := tt.report(r); strings.Contains(page, "```diff") != shown {
					t.Errorf("%d bytes more: the page has %d bytes, and the diff is shown: %t", more, len(page), !shown)
				}
			}
			o := overviewOf(emptyRow(func(r *Row) {
				r.Result, r.Plan.Diagnostics = "errored", []tfplan.Diagnostic{{Level: "error", Title: "E"}}
			}), emptyRow(func(r *Row) { r.Result = "no-changes" }))
			for _, more := range []int{0, 1} {
				o.Rows[0].Plan.Diagnostics[0].Text = "x"
				size := len(tt.all(o))
				o.Rows[0].Plan.Diagnostics[0].Text += strings.Repeat("x", tt.limit-size+more)
				page := tt.all(o)
				if more == 0 && len(page) != tt.limit || more == 1 && len(page) >= tt.limit {
					t.Errorf("an overview of %d bytes, of which %d are shown", tt.limit+more, len(page))
				}
			}
		})
	}
}
