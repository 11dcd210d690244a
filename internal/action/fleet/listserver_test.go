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
	"scalr-run-action/internal/scalrsim"
	"scalr-run-action/internal/secret"
)

// thisRun is the address of the workflow run in the tests.
const thisRun = "https://github.com/acme/infra/actions/runs/12"

// world is a simulated Scalr with a list of runs of its own, which may have thousands of them.
type world struct {
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

func newWorld(t *testing.T, faults ...scalrsim.Fault) *world {
	t.Helper()
	w := &world{Server: scalrsim.New(scalrsim.Scenario{Faults: faults}), t: t, ids: map[string]string{}, names: map[string]string{}}
	w.client = newClient(t, w)
	return w
}

func clientOf(t *testing.T, sim *scalrsim.Server) *scalr.Client {
	return newClient(t, sim.Client().Transport)
}

func newClient(t *testing.T, transport http.RoundTripper) *scalr.Client {
	t.Helper()
	base, err := url.Parse("https://acme.scalr.test")
	if err != nil {
		t.Fatal(err)
	}
	client, err := scalr.New(scalr.Config{BaseURL: base, Token: secret.New(scalrsim.Token), UserAgent: "test", HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// add adds workspaces such as "e1/a", and their environments.
func (w *world) add(names string) {
	for _, name := range strings.Fields(names) {
		environment, workspace, _ := strings.Cut(name, "/")
		if w.ids[environment] == "" {
			w.named(environment, w.AddEnvironment(environment))
		}
		if w.ids[name] == "" && workspace != "" {
			w.named(name, w.AddWorkspace(w.ids[environment], workspace, nil))
		}
	}
}

func (w *world) named(name, id string) { w.ids[name], w.names[id] = id, name }

// addRuns adds runs, a second apart. "e1/a" is a run of the workflow run, "e1/a*3" are three runs of others, and "=e1/a"
// is a run at the same time as the one before.
func (w *world) addRuns(runs string) {
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
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
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
func (w *world) list(query url.Values) any {
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
func (w *world) included() []any {
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
