package scalr_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
)

// TestErrorDocuments compares the text of an error for each form of error document.
func TestErrorDocuments(t *testing.T) {
	t.Parallel()
	problems := func(n int) string {
		return `{"errors":` + listText(n, func(i int) string { return fmt.Sprintf(`{"detail":"d%d"}`, i) }) + `}`
	}
	for name, c := range map[string]struct{ body, want string }{
		"five problems":  {problems(5), "d0; d1; d2; d3; d4 (HTTP 400)"},
		"six problems":   {problems(6), "d0; d1; d2; d3; d4; and 1 more (HTTP 400)"},
		"eight problems": {problems(8), "d0; d1; d2; d3; d4; and 3 more (HTTP 400)"},
		"empty problems": {`{"errors":[{},{"detail":""},{"detail":"a"},{"id":"1"},"b",null,{"detail":"c"}]}`, "a; c (HTTP 400)"},
		"empty problems after six": {
			`{"errors":[{"code":"1"},{"code":"2"},{"code":"3"},{"code":"4"},{"code":"5"},{"code":"6"},{},{"x":1}]}`,
			"1; 2; 3; 4; 5; and 1 more (HTTP 400)",
		},
		"one problem":              {`{"errors":{"detail":"a"}}`, "a (HTTP 400)"},
		"a text":                   {`{"errors":"a"}`, "400 Bad Request"},
		"other members":            {`{"message":"a","errors":[{"detail":"b"}],"x":{}}`, "b (HTTP 400)"},
		"no errors":                {`{"message":"a"}`, "400 Bad Request"},
		"a list":                   {`[{"detail":"a"}]`, "400 Bad Request"},
		"a pointer":                {`{"errors":[{"detail":"a","source":{"pointer":"/data","parameter":"x"}}]}`, "a (/data) (HTTP 400)"},
		"a parameter":              {`{"errors":[{"detail":"a","source":{"parameter":"filter[name]"}}]}`, "a (filter[name]) (HTTP 400)"},
		"a source of another form": {`{"errors":[{"detail":"a","source":"b"}]}`, "a (HTTP 400)"},
		"an empty body":            {"", "Bad Request (HTTP 400)"},
		"a page":                   {"<h1>Bad</h1>", "Bad Request: Bad (HTTP 400)"},
		"a document that is cut":   {`{"errors":[{"detail":"a"},{"det`, "a (HTTP 400)"},
		"a cut document":           {`{"errors":[{"detail":`, `Bad Request: {"errors":[{"detail" (HTTP 400)`},
		"text after the document":  {`{"errors":[]} x`, `Bad Request: {"errors":[]} x (HTTP 400)`},
		"a title with a colon":     {`{"errors":[{"title":"a:","detail":"b"}]}`, "a: b (HTTP 400)"},
		"a question":               {`{"errors":[{"title":"a?","detail":"b"}]}`, "a? b (HTTP 400)"},
		"a longer word":            {`{"errors":[{"title":"a","detail":"a1"}]}`, "a: a1 (HTTP 400)"},
		"the title with a comma":   {`{"errors":[{"title":"A.","detail":"a, b"}]}`, "a, b (HTTP 400)"},
	} {
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 400, c.body), nil }))
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		if err == nil || err.Error() != "read run run-1: "+c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

// TestRefusedLinks compares the error for each kind of link that is not used. The link itself is not shown.
func TestRefusedLinks(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a.", 110) + "b"
	for link, want := range map[string]string{
		"https://blob.test/" + strings.Repeat("a", 8<<10-18): "",
		"https://blob.test/" + strings.Repeat("a", 8<<10-17): "the link is longer than 8 KiB",
		"https://[::1/a":                     "the link is not a valid URL",
		"https://u:p@blob.test/a":            "the link contains credentials",
		"https://u@blob.test/a":              "the link contains credentials",
		"https://[fe80::1%25eth0]/a":         "the link points to an address that is valid on one machine only: [fe80::1%eth0]",
		"/a":                                 "the link is not an absolute URL",
		"https:blob.test/a":                  "the link is not an absolute URL",
		"https:///a":                         "the link is not an absolute URL",
		"http://blob.test/a":                 "the link is not https: blob.test",
		"ftp://blob.test/a":                  "the link is not https: blob.test",
		"http://127.0.0.1/a":                 "the link is not https: 127.0.0.1",
		"https://127.0.0.1/a":                "the link points to this machine",
		"https://a.localhost/a":              "the link points to this machine",
		"https://169.254.169.254/a":          "the link has a link-local address, where clouds have their metadata service: 169.254.169.254",
		"https://metadata.goog/a":            "the link has the host of a cloud's metadata service: metadata.goog",
		"https://a..b/a":                     "the link has an invalid host name: a..b",
		"http://" + long + "/a":              "the link is not https: " + long[:200] + "…",
		"https://..." + long + "/a":          "the link has an invalid host name: ..." + long[:197] + "…",
		"https://[fe80::1%25" + long + "]/a": "the link points to an address that is valid on one machine only: [fe80::1%" + long[:191] + "…",
	} {
		puts := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				puts++
				return respond(r, 200, ""), nil
			}
			return respond(r, 201, fmt.Sprintf(`{"data":{"type":"configuration-versions","id":"cv-1","links":{"upload":%q}}}`, link)), nil
		}))
		v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
		if err != nil {
			t.Fatal(err)
		}
		err = client.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader("abc"), Size: 3})
		if want == "" {
			if err != nil || puts != 1 {
				t.Errorf("%.40s: got %v after %d requests", link, err, puts)
			}
			continue
		}
		var e *scalr.Error
		if !errors.As(err, &e) || e.Note != want || !e.Permanent || e.Network != scalr.NotAllowed || puts != 0 {
			t.Errorf("%.40s: got %v, want %s", link, err, want)
		}
	}
}

// TestLostUpload checks that a refusal after an attempt with an unknown outcome is not an error if the archive has
// arrived, which is awaited for ten seconds.
func TestLostUpload(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, second int
		status        string
		fails         bool
		waits         bool // for the configuration version
	}{
		"arrived":                    {first: 503, second: 403, status: "uploaded"},
		"arrived, but invalid":       {first: 503, second: 403, status: "errored"},
		"not arrived":                {first: 503, second: 403, status: "pending", fails: true, waits: true},
		"arrived, other refusal":     {first: 503, second: 499, status: "uploaded"},
		"refused at once":            {first: 403, status: "uploaded", fails: true},
		"certainly not sent, before": {first: 429, second: 403, status: "uploaded", fails: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			puts, reads := 0, 0
			var refused time.Time
			client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
				switch r.Method {
				case http.MethodPut:
					refused = time.Now()
					if puts++; puts == 1 {
						return respond(r, c.first, ""), nil
					}
					return respond(r, c.second, ""), nil
				case http.MethodGet:
					reads++
				}
				return respond(r, 200, fmt.Sprintf(`{"data":{"type":"configuration-versions","id":"cv-1","attributes":{"status":%q},`+
					`"links":{"upload":"https://blob.test/a?sig=1"}}}`, c.status)), nil
			}))
			v, err := client.CreateConfiguration(t.Context(), "ws-1", true)
			if err != nil {
				t.Fatal(err)
			}
			err = client.Upload(t.Context(), v, scalr.Upload{Data: strings.NewReader("abc"), Size: 3})
			if (err != nil) != c.fails {
				t.Errorf("%s: got %v", name, err)
			}
			waited := time.Since(refused)
			if c.waits && (waited < 8*time.Second || waited > 10*time.Second) || !c.waits && waited != 0 {
				t.Errorf("%s: waited %s and read %d times", name, waited, reads)
			}
		})
	}
}

// TestCertificateErrors compares the text of errors about certificates that package crypto/tls does not wrap.
func TestCertificateErrors(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"x509: certificate signed by unknown authority":              x509.UnknownAuthorityError{},
		"x509: certificate has expired or is not yet valid: expired": x509.CertificateInvalidError{Reason: x509.Expired, Detail: "expired"},
		"x509: certificate is valid for other.test, not acme.scalr.test": x509.HostnameError{
			Certificate: &x509.Certificate{DNSNames: []string{"other.test"}}, Host: "acme.scalr.test",
		},
		"x509: failed to load system roots and no roots provided; a": x509.SystemRootsError{Err: errors.New("a")},
		"x509: certificate signed by unknown authority ":             fmt.Errorf("%w", x509.UnknownAuthorityError{}),
	} {
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(*http.Request) (*http.Response, error) { return nil, err }))
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		var e *scalr.Error
		if !errors.As(err, &e) || e.Note != strings.TrimSpace(want) || e.Network != scalr.Certificate {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestLongNetworkErrors checks that 400 bytes of the text of a network error are shown.
func TestLongNetworkErrors(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{400: strings.Repeat("x", 400), 401: strings.Repeat("x", 400) + "…"} {
		failed := errors.New(strings.Repeat("x", n))
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(*http.Request) (*http.Response, error) { return nil, failed }))
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		if err == nil || err.Error() != "read run run-1: "+want {
			t.Errorf("%d bytes: got %v", n, err)
		}
	}
}

// TestLargestResponse checks that a response of 16 MiB is read, and that a list has at most 100,000 entries.
func TestLargestResponse(t *testing.T) {
	t.Parallel()
	const text = `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"}}}`
	for n, want := range map[int]string{16 << 20: "", 16<<20 + 1: "read run run-1: the response is larger than 16 MiB"} {
		client, _ := respondingWith(t, text+strings.Repeat(" ", n-len(text)))
		_, err := client.ReadRun(t.Context(), "run-1", scalr.Once)
		if (err != nil) != (want != "") || err != nil && err.Error() != want {
			t.Errorf("%d bytes: got %v", n, err)
		}
	}
	for perPage, want := range map[int]string{1000: "", 1010: "list workspaces: the list has more than 100000 entries"} {
		page := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			page, _ = strconv.Atoi(r.URL.Query().Get("page[number]"))
			next := fmt.Sprint(page + 1)
			if page == 100 && want == "" {
				next = "null"
			}
			entries := listText(perPage, func(i int) string { return fmt.Sprintf(`{"type":"workspaces","id":"ws-%d"}`, page*perPage+i) })
			return respond(r, 200, fmt.Sprintf(`{"data":%s,"meta":{"pagination":{"next-page":%s}}}`, entries, next)), nil
		}))
		contents, err := client.AccountContents(t.Context(), "env-1")
		if (err != nil) != (want != "") || err != nil && err.Error() != want || page != 99 || contents.Doubtful.Count != 100*perPage {
			t.Errorf("got %v with %d as the last request and %d entries, want %s", err, page, contents.Doubtful.Count, want)
		}
	}
}

// TestLargestList checks that a list needs up to 12 MiB: 12,288 tags with 992 bytes in id and name, each with 32 bytes for
// the two strings.
func TestLargestList(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 980)
	for n, want := range map[int]string{12_288: "", 12_289: "list tags: the list needs more than 12 MiB of memory"} {
		sent := 0
		client, _ := dialed(t, "https://acme.scalr.test", roundTrip(func(r *http.Request) (*http.Response, error) {
			first, size := sent, min(4_000, n-sent)
			sent += size
			tags := listText(size, func(i int) string {
				return fmt.Sprintf(`{"type":"tags","id":"tag-%08d","attributes":{"name":"%s"}}`, first+i, name)
			})
			next := map[bool]string{true: "null", false: fmt.Sprint(sent)}[sent == n]
			return respond(r, 200, `{"data":`+tags+`,"meta":{"pagination":{"next-page":`+next+`}}}`), nil
		}))
		tags, err := client.Tags(t.Context(), "")
		if (err != nil) != (want != "") || err != nil && err.Error() != want || len(tags) != n {
			t.Errorf("%d tags: got %d, %v", n, len(tags), err)
		}
	}
}
