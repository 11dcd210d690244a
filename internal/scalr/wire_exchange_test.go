package scalr_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/scalrsim"
)

// recorder records the first exchange, and returns the response in the file to the client instead of the simulator's.
type recorder struct {
	next            http.RoundTripper
	replaced        string
	only            string // method of the recorded request; empty if there is only one
	request, answer string
}

func (w *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.only != "" && r.Method != w.only {
		return w.next.RoundTrip(r)
	}
	if w.request != "" {
		return nil, fmt.Errorf("a second request: %s %s", r.Method, r.URL.Path)
	}
	var sent []byte
	if r.Body != nil {
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	head := r.Header.Clone()
	if r.Method == http.MethodPut {
		head.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	w.request = fmt.Sprintf("%s %s\n%s", r.Method, r.URL.RequestURI(), message(head, sent))
	res, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	res.Header.Del("Content-Length")
	w.answer = fmt.Sprintf("%d\n%s", res.StatusCode, message(res.Header, indented(got)))
	if w.replaced == "" {
		w.replaced = w.answer
	}
	status, rest, _ := strings.Cut(w.replaced, "\n")
	answered, body, _ := strings.Cut(rest, "\n\n")
	res.StatusCode, _ = strconv.Atoi(status)
	res.Header = http.Header{}
	for _, line := range strings.Split(answered, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		res.Header.Set(name, value)
	}
	res.ContentLength, res.Body = -1, io.NopCloser(strings.NewReader(body))
	return res, err
}

// message returns headers and body as transferred, without the token.
func message(h http.Header, body []byte) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.ReplaceAll(h.Get(name), scalrsim.Token, "TOKEN"))
	}
	b.WriteString("\n")
	b.Write(body)
	if len(body) > 0 && !bytes.HasSuffix(body, []byte("\n")) {
		b.WriteString("\n")
	}
	return b.String()
}

func indented(body []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, body, "", "  ") != nil {
		return body
	}
	return b.Bytes()
}

func wireFile(name string) string { return filepath.Join("testdata", "wire", name+".txtar") }

func readExchange(t *testing.T, name string) (e exchange) {
	t.Helper()
	a, err := txtar.ParseFile(wireFile(name))
	if err != nil && !(*goldentest.Update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	if a == nil {
		return e
	}
	for _, f := range a.Files {
		switch f.Name {
		case "request":
			e.request = string(f.Data)
		case "answer":
			e.answer = string(f.Data)
		case "understood":
			e.understood = string(f.Data)
		}
	}
	return e
}

func writeExchange(t *testing.T, name string, old, spoken exchange) {
	t.Helper()
	if old.answer == "" {
		old.answer = spoken.answer
	}
	a := &txtar.Archive{Files: []txtar.File{{Name: "request", Data: []byte(spoken.request)}, {Name: "answer", Data: []byte(old.answer)},
		{Name: "understood", Data: []byte(spoken.understood)}}}
	if err := os.WriteFile(wireFile(name), txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
