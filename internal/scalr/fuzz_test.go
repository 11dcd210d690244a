package scalr

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/secret"
)

// F7: for any response, the decoder accepts it or returns an error that can be shown.
func FuzzDocument(f *testing.F) {
	f.Add(200, []byte(`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned","position-in-queue":"3"},`+
		`"relationships":{"plan":{"data":{"type":"plans","id":"plan-1"}},"policy-checks":{"data":[{"type":"policy-checks","id":"p-1"}]}}},`+
		`"included":[{"type":"plans","id":"plan-1","attributes":{"status":"finished","resource-additions":1e3}},`+
		`{"type":"policy-checks","id":"p-1","attributes":{"result":{"policies":[{"name":"x","messages":[1,"m"]}]}}}]}`))
	f.Add(200, []byte(`{"data":{"type":"configuration-versions","id":"cv-1","attributes":{"status":"pending","size":1.5},`+
		`"links":{"upload":"https://blob.example/x?signature=abc"}}}`))
	f.Add(200, []byte(`{"data":[{"type":"runs","id":"run-1"}],"included":null,"meta":{"pagination":{"next-page":2}}}`))
	f.Add(200, []byte("\xef\xbb\xbf"+`{"data":null,"links":[],"meta":[]}`))
	f.Add(422, []byte(`{"errors":[{"title":"Invalid","detail":"x","source":{"pointer":"/data/id"}},{"code":7},null]}`))
	f.Add(500, []byte("<html><head>x</head><body>\x1b[31mdown</body>"))
	f.Add(404, []byte(`{"errors":{"detail":["a"]}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		res := &http.Response{StatusCode: 200 + (status&0x7fff)%400, Header: http.Header{}}
		for _, read := range []func(answer) error{
			func(a answer) error { r, err := a.run(Op{}, ""); return wantSane(t, r, err) },
			func(a answer) error { _, err := a.configuration(Op{}); return err },
			func(a answer) error { _, err := a.workspace(Op{}); return err },
			func(a answer) error { _, err := a.environment(Op{}); return err },
			func(a answer) error { _, _, err := a.many(Op{}, "runs"); return err },
		} {
			if err := decodeResponse(t.Context(), call{op: Op{}, read: read}, res, bytes.NewReader(body), redactor()); err != nil {
				wantPresentable(t, err)
			}
		}
	})
}

func wantSane(t *testing.T, r Run, err error) error {
	if err != nil {
		return err
	}
	for _, id := range []string{r.ID, r.WorkspaceID, r.EnvironmentID, r.ConfigurationID} {
		if id != "" && !identifier.MatchString(id) {
			t.Errorf("accepted the id %q", id)
		}
	}
	if s := string(r.Status); s == "" || len(s) > 110 || strings.ContainsAny(s, "\n\r\x1b") {
		t.Errorf("accepted the status %q", s)
	}
	if r.Status.IsFinal() && !r.Status.Known() {
		t.Errorf("accepted %q as a final status", r.Status)
	}
	r.Waiting()
	r.Logs()
	return nil
}

// wantPresentable checks that the text of an error may be shown on one line.
func wantPresentable(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error", err)
	}
	text := e.Error()
	if !utf8.ValidString(text) || len(text) > 50<<10 || strings.ContainsFunc(text, unicode.IsControl) {
		t.Errorf("not presentable: %q", text)
	}
}

// F8: no header causes a wait of more than two minutes or less than zero.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range [][2]string{{"3", ""}, {"-1", ""}, {"1e12", ""}, {"99999999999999999999", ""}, {"NaN", "junk"},
		{"Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"}, {"Saturday, 01-Jan-00 00:00:07 GMT", "Sat, 01 Jan 2000 00:00:00 GMT"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, after, date string) {
		wait := retryAfter(http.Header{"Retry-After": {after}, "Date": {date}})
		if wait != nil && (*wait < 0 || *wait > 2*time.Minute) {
			t.Errorf("%q at %q: got %v", after, date, *wait)
		}
	})
}

// F9: an accepted address is absolute, uses https, contains no credentials, does not lead to this machine, and
// does not change when it is parsed again.
func FuzzValidateServerURL(f *testing.F) {
	for _, seed := range []string{"https://storage.googleapis.com/b/o?X-Goog-Signature=abc", "http://a/", "//a", "https://u:p@a/",
		"https://[::ffff:a9fe:a9fe]/",
		"https://169.254.169.254/", "https://localhost./", "https://[fe80::1%25eth0]/",
		"https://[2001:db8::1%25\x84]/", "https:///x", "https://a:99999/", "HTTPS://A/%2e%2e/", "https://a\\@b/", "https://a/\n"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://acme.scalr.io")
	if err != nil {
		f.Fatal(err)
	}
	c, err := New(Config{BaseURL: base})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := c.validateServerURL(Op{}, raw)
		if err != nil {
			wantPresentable(t, err)
			return
		}
		again, err := url.Parse(u.String())
		if err != nil || again.Host != u.Host || again.String() != u.String() {
			t.Errorf("%q reads as %q, then as %v (%v)", raw, u, again, err)
		}
		if u.Scheme != "https" || u.Host == "" || u.User != nil || httpx.LeadsHere(u.Hostname()) {
			t.Errorf("accepted %q", raw)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && httpx.PlaceOf(a) != httpx.OtherMachine {
			t.Errorf("accepted %q", raw)
		}
	})
}

// F15: the text taken from an error page or an object store's XML is short and contains neither tags nor the signature
// of the address.
func FuzzErrorBody(f *testing.F) {
	const signature = "q7Zp3Vx9Lr2Tn8Wd5Kc1"
	f.Add([]byte("<?xml version='1.0'?><Error><Code>AccessDenied</Code>" +
		"<Message>Request has <b>expired</b></Message><StringToSign>" + signature + "</StringToSign></Error>"))
	f.Add([]byte("<html><head><title>x</title></head><body onload='" + signature + "'>Too large<script>x</script>"))
	f.Add([]byte("<Code>" + strings.Repeat("x", 1000) + "</Code><Message>" + signature + "</Message>"))
	f.Add([]byte("PUT /upload?signature=" + signature + "\x00\x1b[31m\xff\u202e"))
	f.Add([]byte("<<script>a<"))
	link, err := url.Parse("https://blob.example/upload?signature=" + signature)
	if err != nil {
		f.Fatal(err)
	}
	client := &Client{secrets: redactor(secret.New(signature))}
	f.Fuzz(func(t *testing.T, body []byte) {
		res := &http.Response{StatusCode: 403, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(""))}
		for _, err := range []error{
			refusedByStorage(Op{}, link, res, body, client.redaction(link)),
			client.redaction().error(refusal(t.Context(), Op{}, res, bytes.NewReader(body))),
		} {
			wantPresentable(t, err)
			var e *Error
			if errors.As(err, &e) && len(e.Note) > 700 {
				t.Errorf("the error has %d bytes", len(e.Note))
			}
			for i := 0; i+12 <= len(signature); i++ {
				if strings.Contains(err.Error(), signature[i:i+12]) {
					t.Errorf("the signature is in %q", err)
				}
			}
		}
		if text := pageText(body); tag.MatchString(text) {
			t.Errorf("a tag is in %q", text)
		}
	})
}
