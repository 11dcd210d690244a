package scalr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// sequence lists the statuses of a run in the order in which it reaches them, those without an order between them in one
// line, each with its state. A - means that Scalr accepts no cancel, a + that the run is being applied.
var sequence = []string{
	"pending:queued-",
	"pre_plan_queued:queued",
	"pre_plan_running:working",
	"pre_plan_finished:working",
	"plan_queued:queued",
	"planning:working",
	"planned:maybe-waiting-",
	"post_plan_running:working post_plan_finished:maybe-waiting- cost_estimating:working cost_estimated:maybe-waiting- policy_checking:working " +
		"policy_override:override- policy_checked:maybe-waiting-",
	"planned_and_saved:saved-",
	"confirmed:working+",
	"pre_apply_queued:queued+ pre_apply_running:working+ pre_apply_finished:working+ apply_queued:queued+",
	"applying:working+",
	"post_apply_running:working+ post_apply_finished:working+",
	"applied:succeeded- planned_and_finished:succeeded- errored:failed- discarded:canceled- canceled:canceled-",
}

// TestOrderOfStatuses compares the meaning of each status, and the order of each pair of them.
func TestOrderOfStatuses(t *testing.T) {
	t.Parallel()
	position := map[scalr.Status]int{"x_checking": -1}
	for i, line := range sequence {
		for _, word := range strings.Fields(line) {
			name, state, _ := strings.Cut(word, ":")
			status := scalr.Status(name)
			position[status] = i
			if got := status.State().String(); got != strings.Trim(state, "-+") {
				t.Errorf("%s: got the state %s, want %s", status, got, state)
			}
			final := i == len(sequence)-1
			if status.IsFinal() != final || status.Cancelable() == strings.HasSuffix(state, "-") || status.Applying() != strings.HasSuffix(state, "+") ||
				!status.Known() {
				t.Errorf("%s: final %t, cancelable %t, applying %t, known %t", status, status.IsFinal(), status.Cancelable(), status.Applying(), status.Known())
			}
		}
	}
	if len(position) != 29 {
		t.Errorf("got %d statuses, want the 28 of Scalr's document", len(position)-1)
	}
	for a, i := range position {
		for b, j := range position {
			if got := a.Before(b); got != (i < j && i >= 0) {
				t.Errorf("%s before %s: got %t", a, b, got)
			}
		}
	}
	s := scalr.Status("x_checking")
	if s.Known() || s.State() != scalr.Unknown || s.State().String() != "unknown" || s.IsFinal() || s.Cancelable() || s.Applying() {
		t.Error("an unknown status has a meaning")
	}
}

// configurations is a server whose configuration version has these statuses, one for each read; the last one remains.
func configurations(t *testing.T, statuses ...string) (*scalr.Client, *[]time.Duration) {
	t.Helper()
	began, reads := time.Now(), &[]time.Duration{}
	client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
		*reads = append(*reads, time.Since(began))
		status := statuses[min(len(*reads), len(statuses))-1]
		if status == "404" {
			return respond(r, 404, ""), nil
		}
		return respond(r, 200, fmt.Sprintf(`{"data":{"type":"configuration-versions","id":"cv-1","attributes":{"status":%q,`+
			`"error-message":"no files","size":3}}}`, status)), nil
	}))
	return client, reads
}

// TestAwaitUploaded compares when the status of an upload is read, and the result.
func TestAwaitUploaded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses string
		most     time.Duration
		want     string // times of the reads
		strange  string
		says     string
	}{
		"uploaded":         {"uploaded", time.Minute, "[0s]", "", ""},
		"after a moment":   {"pending pending uploaded", time.Minute, "[0s 100ms 200ms]", "", ""},
		"refused":          {"pending errored", time.Minute, "[0s 100ms]", "", "configuration version cv-1 was not accepted: no files"},
		"unknown statuses": {"new new other new uploaded", time.Minute, "[0s 100ms 200ms 300ms 400ms]", "new other new", ""},
		"never": {"pending", 3 * time.Second, "[0s 100ms 200ms 300ms 400ms 500ms 625ms 781.25ms 976.5625ms 1.220703125s 1.525878906s 1.907348632s " +
			"2.38418579s 2.980232237s]", "", `configuration version cv-1 is still "pending" after 3s`},
		"a long time": {"pending", 20 * time.Second, "", "", `configuration version cv-1 is still "pending" after 19s`},
	} {
		synctest.Test(t, func(t *testing.T) {
			client, reads := configurations(t, strings.Fields(c.statuses)...)
			var strange []string
			v, err := client.AwaitUploaded(t.Context(), "cv-1", c.most, func(s string) { strange = append(strange, s) })
			says := ""
			if err != nil {
				says = err.Error()
			}
			if says != c.says || strings.Join(strange, " ") != c.strange || v.ID != "cv-1" || v.Size == nil || *v.Size != 3 {
				t.Errorf("%s: got %+v, %q, unknown statuses %q; want %q, %q", name, v, says, strange, c.says, c.strange)
			}
			if got := fmt.Sprint(*reads); c.want != "" && got != c.want {
				t.Errorf("%s: got reads at %s, want %s", name, got, c.want)
			}
			if n := len(*reads); n > 1 && (*reads)[n-1]-(*reads)[n-2] > 2*time.Second {
				t.Errorf("%s: got the reads %v, want at most two seconds between them", name, *reads)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		client, reads := configurations(t, "pending", "404")
		_, err := client.AwaitUploaded(t.Context(), "cv-1", time.Hour, nil)
		if !errors.Is(err, scalr.ErrNotFound) || (*reads)[len(*reads)-1] < 30*time.Second || (*reads)[len(*reads)-1] > 46*time.Second {
			t.Errorf("a configuration version that disappears: got %v after %v", err, *reads)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		client, _ := configurations(t, "pending")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.AwaitUploaded(ctx, "cv-1", time.Hour, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("an ended context: got %v", err)
		}
	})
}

// storage is a server whose storage responds with these statuses, headers and texts, and records the requests.
type storageServer struct {
	responses []string // status, Location or Retry-After, and body, separated by |
	requests  []string
	sent      []byte
}

func (s *storageServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "acme.scalr.test" {
		return respond(r, 201, `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"https://blob.test/a?sig=1"}}}`), nil
	}
	body, err := io.ReadAll(r.Body)
	s.sent = append(s.sent, body...)
	line := fmt.Sprintf("%s %s %d", r.Method, r.URL, r.ContentLength)
	for _, name := range []string{"Expect", "Authorization", "X-Ms-Blob-Type"} {
		if value := r.Header.Get(name); value != "" {
			line += " " + name + ": " + value
		}
	}
	if r.Header.Get("Content-Type") != "application/octet-stream" || r.Header.Get("User-Agent") == "" || err != nil {
		line += fmt.Sprint(r.Header, err)
	}
	s.requests = append(s.requests, line)
	parts := strings.SplitN(s.responses[min(len(s.requests), len(s.responses))-1], "|", 3)
	var status int
	_, _ = fmt.Sscan(parts[0], &status)
	res := respond(r, status, parts[2])
	res.Header.Set("Location", parts[1])
	return res, nil
}

// TestUploadRequests compares the requests to storage and the errors of an upload.
func TestUploadRequests(t *testing.T) {
	t.Parallel()
	const first = "PUT https://blob.test/a?sig=1 3"
	for name, c := range map[string]struct {
		responses []string
		size      int64 // 0 means 3
		want      []string
		says      string
		expired   bool
	}{
		"accepted": {
			responses: []string{"200||"}, want: []string{first},
		},
		"created": {
			responses: []string{"299||"}, want: []string{first},
		},
		"moved": {
			responses: []string{"307|https://other.blob.core.windows.net/b?sig=2|", "308|/c|", "200||"},
			want: []string{first, "PUT https://other.blob.core.windows.net/b?sig=2 3 X-Ms-Blob-Type: BlockBlob",
				"PUT https://other.blob.core.windows.net/c 3 X-Ms-Blob-Type: BlockBlob"},
		},
		"moved three times": {
			responses: []string{"307|/b|", "302|/c|", "303|/d|", "200||"},
			want:      []string{first, "PUT https://blob.test/b 3", "PUT https://blob.test/c 3", "PUT https://blob.test/d 3"},
		},
		"moved four times": {
			responses: []string{"301|/b|"},
			want:      []string{first, "PUT https://blob.test/b 3", "PUT https://blob.test/b 3", "PUT https://blob.test/b 3"},
			says:      "too many redirects (HTTP 301)",
		},
		"moved without an address": {
			responses: []string{"307||", "200||"}, want: []string{first, first},
		},
		"moved to an invalid address": {
			responses: []string{"307|https://%zz|"}, want: []string{first}, says: "storage redirects to an invalid URL",
		},
		"moved to plain http": {
			responses: []string{"307|http://blob.test/b|"}, want: []string{first}, says: "the link is not https: blob.test",
		},
		"another status of redirects": {
			responses: []string{"304|/b|"}, want: []string{first}, says: "304 Not Modified",
		},
		"refused": {
			responses: []string{"400||<Error><Code>Bad</Code><Message>no<b>way</b></Message></Error>"}, want: []string{first},
			says: "Bad: no way (HTTP 400)",
		},
		"refused without a message": {
			responses: []string{"400||<Error><Code>Bad</Code></Error>"}, want: []string{first}, says: "Bad (HTTP 400)",
		},
		"refused without a code": {
			responses: []string{"400||<Error><Message>no</Message></Error>"}, want: []string{first}, says: "no (HTTP 400)",
		},
		"refused with an open element": {
			responses: []string{"400||<Error><Code>Bad"}, want: []string{first}, says: "Bad (HTTP 400)",
		},
		"expired": {
			responses: []string{"400||<Code>X</Code><Message>It has EXPIRED</Message>"}, want: []string{first}, says: "X: It has EXPIRED (HTTP 400)",
			expired: true,
		},
		"forbidden": {
			responses: []string{"403||"}, want: []string{first}, says: "403 Forbidden", expired: true,
		},
		"expired, but another status": {
			responses: []string{"404||expired"}, want: []string{first}, says: "expired (HTTP 404)",
		},
		"two MiB": {
			responses: []string{"200||"}, size: 2 << 20, want: []string{"PUT https://blob.test/a?sig=1 2097152 Expect: 100-continue"},
		},
		"less than two MiB": {
			responses: []string{"200||"}, size: 2<<20 - 1, want: []string{"PUT https://blob.test/a?sig=1 2097151"},
		},
		"storage without 100-continue": {
			responses: []string{"417||", "503||", "200||"}, size: 2 << 20,
			want: []string{"PUT https://blob.test/a?sig=1 2097152 Expect: 100-continue", "PUT https://blob.test/a?sig=1 2097152",
				"PUT https://blob.test/a?sig=1 2097152"},
		},
		"a small archive and 417": {
			responses: []string{"417||"}, want: []string{first}, says: "417 Expectation Failed",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &storageServer{responses: c.responses}
			client, _ := dialed(t, "https://acme.scalr.test", s)
			v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
			if err != nil {
				t.Fatal(err)
			}
			size := max(c.size, 3)
			data := strings.Repeat("abc", int(size+2)/3)[:size]
			var sent int64
			err = client.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader(data), Size: size, Sent: func(n int64) { sent = n }})
			says := ""
			if err != nil {
				says = strings.TrimPrefix(err.Error(), "upload to configuration version cv-1: ")
			}
			if says != c.says || errors.Is(err, scalr.ErrLinkExpired) != c.expired {
				t.Errorf("%s: got %q, want %q", name, says, c.says)
			}
			if !slices.Equal(s.requests, c.want) {
				t.Errorf("%s: got the requests\n%s\nwant\n%s", name, strings.Join(s.requests, "\n"), strings.Join(c.want, "\n"))
			}
			if string(s.sent) != strings.Repeat(data, len(c.want)) || sent != size {
				t.Errorf("%s: got %d bytes, and %d of the last request were reported", name, len(s.sent), sent)
			}
		})
	}
}

// TestLogRequests compares the requests for a log and its result.
func TestLogRequests(t *testing.T) {
	t.Parallel()
	const first = "GET https://acme.scalr.test/api/iacp/v3/applies/apply-1/output authorized"
	for name, c := range map[string]struct {
		responses []string // status, Location and body, separated by |
		want      []string
		log       string
		says      string
	}{
		"a log":        {[]string{"200||text"}, []string{first}, "text 4", ""},
		"an empty log": {[]string{"204||"}, []string{first}, "none", ""},
		"refused":      {[]string{`404||{"errors":[{"detail":"gone"}]}`}, []string{first}, "", "read the apply log: gone (HTTP 404)"},
		"moved":        {[]string{"302|https://blob.test/a|", "200||text"}, []string{first, "GET https://blob.test/a"}, "text -1", ""},
		"moved, empty": {[]string{"307|https://blob.test/a|", "204||"}, []string{first, "GET https://blob.test/a"}, "none", ""},
		"moved, denied": {
			[]string{"307|https://blob.test/a|", "403||<Code>Denied</Code>"}, []string{first, "GET https://blob.test/a"},
			"", "read the apply log: Denied (HTTP 403)",
		},
		"moved five times": {
			[]string{"302|https://blob.test/a|", "302|/b|", "302|/c|", "302|/d|", "302|/e|", "200||text"},
			[]string{first, "GET https://blob.test/a", "GET https://blob.test/b", "GET https://blob.test/c", "GET https://blob.test/d",
				"GET https://blob.test/e"},
			"text -1", "",
		},
		"moved six times": {
			[]string{"302|https://blob.test/a|"},
			[]string{first, "GET https://blob.test/a", "GET https://blob.test/a", "GET https://blob.test/a", "GET https://blob.test/a",
				"GET https://blob.test/a"},
			"", "read the apply log: too many redirects (HTTP 302)",
		},
		"moved to this machine": {[]string{"302|https://127.0.0.1/a|"}, []string{first}, "", "read the apply log: the link points to this machine"},
		"moved, another status": {[]string{"304|https://blob.test/a|"}, []string{first}, "", "read the apply log: 304 Not Modified"},
		"moved, then not readable": {
			[]string{"302|https://blob.test/a|", "break||"}, []string{first, "GET https://blob.test/a"},
			"", "read the apply log: the connection to blob.test was closed before the response was complete",
		},
		"a log that is not gzip":    {[]string{"200||\x1f\x8bx"}, []string{first}, "", "read the apply log: the response is not valid gzip"},
		"a log of one byte of gzip": {[]string{"200||\x1f"}, []string{first}, "\x1f 1", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var requests []string
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				line := r.Method + " " + r.URL.String()
				if r.Header.Get("Authorization") != "" {
					line += " authorized"
				}
				if r.Header.Get("Accept-Encoding") != "identity" || r.UserAgent() == "" || r.URL.Host == "acme.scalr.test" && r.Header.Get("Accept") != "*/*" {
					t.Errorf("%s: got the headers %v", name, r.Header)
				}
				requests = append(requests, line)
				parts := strings.SplitN(c.responses[min(len(requests), len(c.responses))-1], "|", 3)
				if parts[0] == "break" {
					return nil, io.ErrUnexpectedEOF
				}
				var status int
				_, _ = fmt.Sscan(parts[0], &status)
				res := respond(r, status, parts[2])
				res.ContentLength = int64(len(parts[2]))
				res.Header.Set("Location", parts[1])
				return res, nil
			}))
			body, err := client.Log(t.Context(), scalr.Log{Phase: scalr.ApplyPhase, ID: "apply-1"}, 10*time.Second)
			got := "none"
			switch {
			case err != nil:
				got = ""
			case body != nil:
				text, failed := io.ReadAll(body)
				got = fmt.Sprint(string(text), " ", body.Size)
				if failed != nil || body.Close() != nil || body.Close() != nil {
					t.Errorf("%s: %v", name, failed)
				}
			}
			says := ""
			if err != nil {
				says = err.Error()
			}
			if got != c.log || says != c.says || !slices.Equal(requests, c.want) {
				t.Errorf("%s: got %q, %q after the requests\n%s\nwant %q, %q", name, got, says, strings.Join(requests, "\n"), c.log, c.says)
			}
		})
	}
}

// TestTextOfPages compares the text of an error page, of which 64 KiB are used and 200 bytes are shown.
func TestTextOfPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ page, want string }{
		"empty":                       {"", ""},
		"a page":                      {"<html><head><title>x</title></head><body>Bad \n <b>gateway</b></body></html>", "Bad gateway"},
		"adjacent elements":           {"<p>Bad</p><p>gateway</p>", "Bad gateway"},
		"a script":                    {"a<script type=x>1 < 2</script >b<STYLE>c</STYLE>d", "a b d"},
		"a tag that is not closed":    {"text<a href=", "text"},
		"a header is not a head":      {"<header>text</header>", "text"},
		"200 bytes":                   {strings.Repeat("x", 200), strings.Repeat("x", 200)},
		"201 bytes":                   {strings.Repeat("x", 201), strings.Repeat("x", 200) + "…"},
		"text within 64 KiB":          {"<!--" + strings.Repeat(" ", 64<<10-6) + ">ab", "a"},
		"text after 64 KiB of spaces": {strings.Repeat(" ", 64<<10) + "x", ""},
	} {
		for kind, pieces := range map[string]func(io.Reader) io.Reader{"whole": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader} {
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				res := respond(r, 502, "")
				res.Body = io.NopCloser(pieces(strings.NewReader(c.page)))
				return res, nil
			}))
			_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
			want := strings.TrimSuffix("read run run-1: Bad Gateway: "+c.want, ": ") + " (HTTP 502)"
			if err == nil || err.Error() != want {
				t.Errorf("%s, %s: got %v, want %s", name, kind, err, want)
			}
		}
	}
}

// TestSlowUploadIsRetried checks that the two minutes for retries of an upload begin when its first attempt has failed.
func TestSlowUploadIsRetried(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after     time.Duration // duration of the first attempt
		works     bool          // of a later one
		least     time.Duration
		most      time.Duration
		succeeded bool
	}{
		"a slow attempt, then storage works":  {10 * time.Minute, true, 10 * time.Minute, 10*time.Minute + time.Second, true},
		"a slow attempt, then storage fails":  {10 * time.Minute, false, 11*time.Minute + 30*time.Second, 12 * time.Minute, false},
		"a quick attempt, then storage fails": {0, false, 90 * time.Second, 2 * time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			puts, began := 0, time.Now()
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Host == "acme.scalr.test" {
					return respond(r, 201, `{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":"https://blob.test/a?sig=1"}}}`), nil
				}
				puts++
				for puts == 1 && time.Since(began) < c.after {
					time.Sleep(50 * time.Second)
					_, _ = r.Body.Read(make([]byte, 1))
				}
				if puts > 1 && c.works {
					return respond(r, 200, ""), nil
				}
				return respond(r, 503, ""), nil
			}))
			v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
			if err != nil {
				t.Fatal(err)
			}
			err = client.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader(strings.Repeat("x", 100)), Size: 100})
			if took := time.Since(began); (err == nil) != c.succeeded || took < c.least || took > c.most {
				t.Errorf("%s: got %v after %s and %d requests", name, err, took, puts)
			}
		})
	}
}
