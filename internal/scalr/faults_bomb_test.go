package scalr_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"scalr-run-action/internal/scalr"
)

// endless returns the same text repeatedly.
type endless struct {
	text string
	at   int
}

func forever(text string) io.Reader { return &endless{text: text} }

func (e *endless) Read(p []byte) (int, error) {
	for n := 0; ; {
		if n == len(p) {
			return n, nil
		}
		copied := copy(p[n:], e.text[e.at:])
		n, e.at = n+copied, (e.at+copied)%len(e.text)
	}
}

// bomb is 10 MiB of gzip that decompresses to 10 GiB of text. It consists of many members of 1 MiB of text each.
func bomb(text string) io.Reader {
	var member bytes.Buffer
	z, _ := gzip.NewWriterLevel(&member, gzip.BestCompression)
	_, _ = io.Copy(z, io.LimitReader(forever(text), 1<<20))
	_ = z.Close()
	return io.LimitReader(forever(member.String()), 10<<20)
}

func endlessly(status int, begin, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.Copy(w, io.MultiReader(strings.NewReader(begin), forever(text)))
	}
}

// H29-H31: reading an endless response stops at a limit. The test must not run in parallel, since it measures the
// allocations of the process.
func TestBombs(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"H29 gzip bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.Copy(w, bomb(" "))
		}, "larger than 16 MiB"},
		"H30 endless resources": {endlessly(200, `{"data":[`, `{"a":1},`), "needs more than 8 MiB of memory"},
		"H30 endless elements":  {endlessly(200, `{"data":{"attributes":{"x":[`, `[],`), "larger than 16 MiB"},
		"H30 endless string":    {endlessly(200, `{"data":{"attributes":{"x":"`, `x`), "larger than 16 MiB"},
		"H30 endless error":     {endlessly(403, "", "no "), "Forbidden: no no no"},
		"H30 endless errors":    {endlessly(403, `{"errors":[`, `{"detail":"no"},`), "no; no; no; no; no; and "},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(c.answer)
			defer s.Close()
			client, retries := dialed(t, s.URL, productTransport())
			before := allocated()
			_, err := client.Workspace(t.Context(), "ws-1")
			if err == nil || !strings.Contains(err.Error(), c.says) || len(*retries) > 0 {
				t.Errorf("got %v after %d retries", err, len(*retries))
			}
			got := (allocated() - before) >> 20
			t.Logf("%d MiB were allocated in total", got)
			if got > 64 { // the race detector allocates about twice as much
				t.Error("the memory exceeds the limit")
			}
		})
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// H31: endless headers and endless informational responses.
func TestHeaderFloods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ start, flood string }{
		"3 MiB of headers":      {"HTTP/1.1 200 OK\r\n", "X-Flood: " + strings.Repeat("x", 1000) + "\r\n"},
		"one header of 3 MiB":   {"HTTP/1.1 200 OK\r\nX-Flood: ", strings.Repeat("x", 1000)},
		"endless status line":   {"HTTP/1.1 200 ", strings.Repeat("x", 1000)},
		"endless 1xx responses": {"", "HTTP/1.1 103 Early Hints\r\nLink: <" + strings.Repeat("x", 1000) + ">\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := dialed(t, "http://"+raw(t, c.start+strings.Repeat(c.flood, 3<<10)), productTransport())
			_, err := client.PlanJSON(t.Context(), "plan-1") // single attempt
			var e *scalr.Error
			if !errors.As(err, &e) || len(err.Error()) > 500 {
				t.Errorf("got %.600v", err)
			}
		})
	}
}
