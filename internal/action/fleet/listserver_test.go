package fleet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// thisRun is the address of the workflow run in the tests.
const thisRun = "https://github.com/acme/infra/actions/runs/12"

// listServer is a simulated Scalr that also lists thousands of runs.
type listServer struct {
	*scalrsim.Server
	t          *testing.T
	client     *scalr.Client
	ids, names map[string]string // of environments such as "e1" and workspaces such as "e1/a"
	runs       []listedEntry
	oldest     bool // the list begins with the oldest run
	shortened  bool // the list includes no workspaces
	fails      int  // the number of the request that fails
	requested  []string
}

type listedEntry struct {
	workspace, message string
	at                 time.Time
}

func newListServer(t *testing.T, faults ...scalrsim.Fault) *listServer {
	t.Helper()
	w := &listServer{Server: scalrsim.New(scalrsim.Scenario{Faults: faults}), t: t, ids: map[string]string{}, names: map[string]string{}}
	w.client = scalrtest.NewClient(t, w)
	return w
}

// add adds workspaces such as "e1/a", and their environments.
func (w *listServer) add(names string) {
	for _, name := range strings.Fields(names) {
		environment, workspace, _ := strings.Cut(name, "/")
		if w.ids[environment] == "" {
			w.setID(environment, w.AddEnvironment(environment))
		}
		if w.ids[name] == "" && workspace != "" {
			w.setID(name, w.AddWorkspace(w.ids[environment], workspace, nil))
		}
	}
}

func (w *listServer) setID(name, id string) { w.ids[name], w.names[id] = id, name }

// addRuns adds runs, a second apart. "e1/a" is a run of the workflow run, "e1/a*3" are three runs of others, and "=e1/a"
// is a run at the same time as the one before.
func (w *listServer) addRuns(runs string) {
	at := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	for _, text := range strings.Fields(runs) {
		text, same := strings.CutPrefix(text, "=")
		if same {
			at = at.Add(-time.Second)
		}
		name, count, others := strings.Cut(text, "*")
		n, message := 1, thisRun+"/attempts/1"
		if others {
			fmt.Sscan(count, &n)
			message = "nightly"
		}
		w.add(name)
		for range n {
			w.runs = append(w.runs, listedEntry{name, message, at})
			at = at.Add(time.Second)
		}
	}
}

// RoundTrip records the path, the filters and the page of a request, with names instead of ids.
func (w *listServer) RoundTrip(r *http.Request) (*http.Response, error) {
	query := r.URL.Query()
	path := strings.Split(strings.TrimPrefix(r.URL.Path, scalrsim.BasePath+"/"), "/")
	for _, name := range []string{"filter[environment]", "filter[workspace]", "filter[name]"} {
		if v := query.Get(name); v != "" {
			path = append(path, v)
		}
	}
	if path[0] == "runs" {
		path = append(path, query.Get("page[number]"))
	}
	for i, part := range path {
		if name := w.names[part]; name != "" {
			path[i] = name
		}
	}
	w.requested = append(w.requested, strings.Join(path, " "))
	if len(w.requested) == w.fails {
		return reply(r, 422, map[string]any{"errors": []any{map[string]any{"status": "422", "title": "Refused"}}})
	}
	if path[0] == "runs" {
		return reply(r, 200, w.list(query))
	}
	return w.Client().Transport.RoundTrip(r)
}

func reply(r *http.Request, status int, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/vnd.api+json"}}, Body: io.NopCloser(bytes.NewReader(text))}, err
}

// list returns a page of the list of runs. The id of the first run is run-1.
func (w *listServer) list(query url.Values) any {
	var all []any
	for i, r := range w.runs {
		environment, _, _ := strings.Cut(r.workspace, "/")
		if wanted := query.Get("filter[environment]"); wanted != "" && wanted != w.ids[environment] {
			continue
		}
		if wanted := query.Get("filter[workspace]"); wanted != "" && wanted != w.ids[r.workspace] {
			continue
		}
		all = append(all, map[string]any{
			"type": "runs", "id": fmt.Sprint("run-", i+1),
			"attributes": map[string]any{"status": "planned_and_finished", "message": r.message, "created-at": r.at.Format(time.RFC3339)},
			"relationships": map[string]any{"workspace": relation("workspaces", w.ids[r.workspace]),
				"environment": relation("environments", w.ids[environment])},
		})
	}
	if !w.oldest {
		slices.Reverse(all)
	}
	page, _ := strconv.Atoi(query.Get("page[number]"))
	first, last := min(100*(page-1), len(all)), min(100*page, len(all))
	next := any(nil)
	if last < len(all) {
		next = page + 1
	}
	return map[string]any{"data": append([]any{}, all[first:last]...), "included": w.included(),
		"meta": map[string]any{"pagination": map[string]any{"next-page": next}}}
}

func relation(kind, id string) any {
	return map[string]any{"data": map[string]any{"type": kind, "id": id}}
}

// included returns all environments and workspaces.
func (w *listServer) included() []any {
	list := []any{}
	if w.shortened {
		return list
	}
	for name, id := range w.ids {
		environment, workspace, _ := strings.Cut(name, "/")
		if workspace == "" {
			list = append(list, map[string]any{"type": "environments", "id": id, "attributes": map[string]any{"name": name}})
			continue
		}
		list = append(list, map[string]any{"type": "workspaces", "id": id, "attributes": map[string]any{"name": workspace},
			"relationships": map[string]any{"environment": relation("environments", w.ids[environment])}})
	}
	return list
}
