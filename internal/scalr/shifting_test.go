package scalr_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
)

// shiftingList is a server with one list, which changes while it is read.
type shiftingList struct {
	ids      []string
	requests int
	// change is called before each request, with its number.
	change func(request int)
	size   int // resources in a page, if the server returns fewer than requested
	silent bool
}

func newShiftingList(n int) *shiftingList {
	l := &shiftingList{change: func(int) {}}
	for i := range n {
		l.ids = append(l.ids, fmt.Sprintf("x-%04d", i))
	}
	return l
}

func (l *shiftingList) RoundTrip(r *http.Request) (*http.Response, error) {
	l.requests++
	l.change(l.requests)
	query := r.URL.Query()
	page, _ := strconv.Atoi(query.Get("page[number]"))
	size, _ := strconv.Atoi(query.Get("page[size]"))
	if l.size > 0 {
		size = l.size
	}
	first, last := min((page-1)*size, len(l.ids)), min(page*size, len(l.ids))
	pagination := map[string]any{"next-page": nil, "total-count": len(l.ids), "total-pages": max((len(l.ids)+size-1)/size, 1)}
	if l.silent {
		pagination = map[string]any{"next-page": nil}
	}
	if last < len(l.ids) {
		pagination["next-page"] = page + 1
	}
	path := strings.Split(r.URL.Path, "/")
	data := []any{}
	for _, id := range l.ids[first:last] {
		data = append(data, map[string]any{"type": path[len(path)-1], "id": id, "attributes": map[string]any{"name": id}})
	}
	text, err := json.Marshal(map[string]any{"data": data, "meta": map[string]any{"pagination": pagination}})
	if err != nil {
		return nil, err
	}
	return respond(r, 200, string(text)), nil
}

// remove deletes n resources at the index.
func (l *shiftingList) remove(index, n int) {
	index = min(index, len(l.ids))
	l.ids = slices.Delete(l.ids, index, min(index+n, len(l.ids)))
}

func (l *shiftingList) create(index int, id string) {
	l.ids = slices.Insert(l.ids, min(index, len(l.ids)), id)
}

// workspaceIDs lists the workspaces of the server.
func (l *shiftingList) workspaceIDs(t *testing.T) ([]string, error) {
	client, _ := dialed(t, "https://acme.scalr.test", l)
	list, err := client.Workspaces(t.Context(), scalr.WorkspaceFilter{})
	var ids []string
	for _, w := range list {
		ids = append(ids, w.ID)
	}
	return ids, err
}

// wantAll checks that the list has each of the ids, and none twice.
func wantAll(t *testing.T, name string, got, want []string) {
	t.Helper()
	listed := map[string]bool{}
	for _, id := range got {
		if listed[id] {
			t.Errorf("%s: %s is listed twice", name, id)
		}
		listed[id] = true
	}
	var missing []string
	for _, id := range want {
		if !listed[id] {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%s: not listed: %v", name, missing)
	}
}

// TestListThatShifts: a deletion between the requests for two pages moves other workspaces to the page that was already
// read. They are listed, even if the length of the list stays the same or is unknown.
func TestListThatShifts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length, size, request int
		change                func(*shiftingList)
		requests              int
	}{
		"one page":                              {100, 0, 1, func(*shiftingList) {}, 1},
		"two pages":                             {150, 0, 1, func(*shiftingList) {}, 3},
		"four pages":                            {350, 0, 1, func(*shiftingList) {}, 7},
		"a deletion":                            {150, 0, 2, func(l *shiftingList) { l.remove(3, 1) }, 6},
		"the last of a page is deleted":         {150, 0, 2, func(l *shiftingList) { l.remove(99, 1) }, 6},
		"the last page becomes empty":           {101, 0, 2, func(l *shiftingList) { l.remove(3, 1) }, 4},
		"60 deletions":                          {250, 0, 2, func(l *shiftingList) { l.remove(0, 60) }, 6},
		"120 deletions":                         {350, 0, 2, func(l *shiftingList) { l.remove(0, 120) }, 8},
		"170 deletions before the third page":   {450, 0, 4, func(l *shiftingList) { l.remove(0, 170) }, 12},
		"all but one of each page":              {450, 0, 7, func(l *shiftingList) { l.remove(1, 300) }, 11},
		"small pages":                           {145, 20, 7, func(l *shiftingList) { l.remove(3, 5) }, 17},
		"a deletion and a creation":             {150, 0, 2, func(l *shiftingList) { l.remove(3, 1); l.create(900, "new") }, 6},
		"a deletion and a creation at the last": {250, 0, 4, func(l *shiftingList) { l.remove(150, 1); l.create(900, "new") }, 9},
		"a creation at the end":                 {150, 0, 3, func(l *shiftingList) { l.create(900, "new") }, 6},
		"a creation at the start":               {150, 0, 2, func(l *shiftingList) { l.create(0, "new") }, 6},
		"300 deletions after the last check":    {450, 0, 8, func(l *shiftingList) { l.remove(1, 300) }, 15},
	} {
		for _, silent := range []bool{false, true} {
			name := fmt.Sprintf("%s, length not reported: %t", name, silent)
			l := newShiftingList(c.length)
			l.size, l.silent = c.size, silent
			before := slices.Clone(l.ids)
			var kept []string
			l.change = func(request int) {
				if request == c.request {
					c.change(l)
					kept = slices.DeleteFunc(before, func(id string) bool { return !slices.Contains(l.ids, id) })
				}
			}
			got, err := l.workspaceIDs(t)
			if err != nil || !silent && l.requests != c.requests {
				t.Errorf("%s: got %v after %d requests, want %d", name, err, l.requests, c.requests)
			}
			wantAll(t, name, got, kept)
		}
	}
}

// TestListThatShiftsBack: a creation after a deletion hides the workspace that the deletion moved. The length of
// the list shows that it changed.
func TestListThatShiftsBack(t *testing.T) {
	t.Parallel()
	l := newShiftingList(250)
	want := slices.Delete(slices.Clone(l.ids), 3, 4)
	l.change = func(request int) {
		switch request {
		case 4:
			l.remove(3, 1)
		case 5:
			l.create(0, "new")
		}
	}
	got, err := l.workspaceIDs(t)
	if err != nil {
		t.Error(err)
	}
	wantAll(t, "list", got, want)
}

// TestEachListThatShifts checks each list of the client that is not a list of runs.
func TestEachListThatShifts(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(context.Context, *scalr.Client) (int, error){
		"environments": func(ctx context.Context, c *scalr.Client) (int, error) {
			list, err := c.Environments(ctx, scalr.EnvironmentFilter{})
			return len(list), err
		},
		"tags": func(ctx context.Context, c *scalr.Client) (int, error) {
			list, err := c.Tags(ctx, "")
			return len(list), err
		},
		"agent pools": func(ctx context.Context, c *scalr.Client) (int, error) {
			list, err := c.AgentPools(ctx)
			return len(list), err
		},
		"contents": func(ctx context.Context, c *scalr.Client) (int, error) {
			contents, err := c.AccountContents(ctx, "env-1")
			return contents.Doubtful.Count, err
		},
	} {
		l := newShiftingList(150)
		l.change = func(request int) {
			if request == 2 {
				l.remove(3, 1)
			}
		}
		client, _ := dialed(t, "https://acme.scalr.test", l)
		if n, err := read(t.Context(), client); err != nil || n != 150 {
			t.Errorf("%s: got %d, %v, want 150 including the one that was deleted after it was read", name, n, err)
		}
	}
}

// TestListWithManyChanges: every workspace that exists throughout is listed once while others are created and deleted.
func TestListWithManyChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := newShiftingList(50 + random.IntN(800))
		before := slices.Clone(l.ids)
		removed := map[string]bool{}
		l.change = func(request int) {
			switch random.IntN(8) {
			case 0:
				at, n := random.IntN(len(l.ids)), 1+random.IntN(4)
				for _, id := range l.ids[at:min(at+n, len(l.ids))] {
					removed[id] = true
				}
				l.remove(at, n)
			case 1:
				l.create(len(l.ids), fmt.Sprintf("new-%d", request))
			}
		}
		got, err := l.workspaceIDs(t)
		if err != nil {
			t.Errorf("seed %d: %v after %d requests", seed, err, l.requests)
			continue
		}
		wantAll(t, fmt.Sprint("seed ", seed), got, slices.DeleteFunc(before, func(id string) bool { return removed[id] }))
	}
}

// TestListThatKeepsChanging: reading a list that changes with every request is a temporary error and returns no incomplete
// list.
func TestListThatKeepsChanging(t *testing.T) {
	t.Parallel()
	l := newShiftingList(5000)
	l.change = func(int) { l.remove(0, 1) }
	_, err := l.workspaceIDs(t)
	var e *scalr.Error
	if !errors.As(err, &e) || e.Permanent || !strings.Contains(err.Error(), "keeps changing") || l.requests > 100 {
		t.Errorf("got %v after %d requests", err, l.requests)
	}
}
