package scalrsim

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// send sends a request like a correct client, modified by the changes, and returns the response and its body.
func send(t *testing.T, client *http.Client, method, url, body string, changes ...func(*http.Request)) (*http.Response, string) {
	t.Helper()
	response, err := do(t, client, method, url, body, changes...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: body: %v", method, url, err)
	}
	return response, string(text)
}

func do(t *testing.T, client *http.Client, method, url, body string, changes ...func(*http.Request)) (*http.Response, error) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+Token)
	r.Header.Set("Accept", "application/vnd.api+json")
	r.Header.Set("Prefer", "profile=preview")
	r.Header.Set("User-Agent", "scalrsim/1")
	if body != "" {
		r.Header.Set("Content-Type", "application/vnd.api+json")
	}
	if strings.Contains(url, "/actions/") {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, change := range changes {
		change(r)
	}
	return client.Do(r)
}

// get returns the value at a dotted path of a document, such as data.attributes.status.
func get(t *testing.T, body, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	for _, name := range strings.Split(path, ".") {
		o, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %s in %s", path, body)
		}
		v = o[name]
	}
	return v
}

// request is a short name for http.Request, the parameter of functions that change a request.
type request = http.Request

func upload(r *request) {
	for _, name := range []string{"Authorization", "Prefer", "Accept"} {
		r.Header.Del(name)
	}
	r.Header.Set("Content-Type", "application/octet-stream")
}

func pack(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// inWorkspace returns the document for a new resource of the kind in a workspace.
func inWorkspace(kind, attributes, workspaceID string) string {
	return `{"data":{"type":"` + kind + `","attributes":` + attributes +
		`,"relationships":{"workspace":{"data":{"type":"workspaces","id":"` + workspaceID + `"}}}}}`
}

// start uploads a configuration and creates a run with the attributes. It returns the ID of the run.
func start(t *testing.T, s *Server, client *http.Client, files map[string]string, attributes string) string {
	t.Helper()
	api := s.URL() + BasePath
	version := uploaded(t, s, client, files)
	_, body := send(t, client, "POST", api+"/runs", `{"data":{"type":"runs","attributes":`+attributes+`,"relationships":{
		"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}},
		"configuration-version":{"data":{"type":"configuration-versions","id":"`+version+`"}}}}}`)
	return get(t, body, "data.id").(string)
}

func uploaded(t *testing.T, s *Server, client *http.Client, files map[string]string) (version string) {
	t.Helper()
	api := s.URL() + BasePath
	_, body := send(t, client, "POST", api+"/configuration-versions", `{"data":{"type":"configuration-versions",
		"attributes":{"auto-queue-runs":false,"is-dry":false},
		"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
	version = get(t, body, "data.id").(string)
	send(t, client, "PUT", get(t, body, "data.links.upload").(string), pack(t, files), upload)
	for range 3 {
		_, body = send(t, client, "GET", api+"/configuration-versions/"+version, "")
	}
	if got := get(t, body, "data.attributes.status"); got != "uploaded" {
		t.Fatalf("the configuration version is %v after three reads, want uploaded", got)
	}
	return version
}

func wantNoObjections(t *testing.T, s *Server) {
	t.Helper()
	for _, o := range s.Objections() {
		t.Errorf("objection: %s", o)
	}
	for _, f := range s.UnusedFaults() {
		t.Errorf("the fault %s on %s was not used", f.Action, f.Op)
	}
}
