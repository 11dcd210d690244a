package scalr_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

const storageHost = "acme-scalr.s3.eu-central-1.amazonaws.com"

// signedTargets are the parts of signed addresses after the host, and the parts of them that must not be shown on their
// own either.
var signedTargets = map[string]struct {
	target  string
	secrets []string
}{
	"S3": {"/bundles/8f14e45fceea167a/network.tar.gz?X-Amz-Algorithm=AWS4-HMAC-SHA256&" +
		"X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Expires=900" +
		"&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0",
		[]string{"8f14e45fceea167a", "AKIAIOSFODNN7EXAMPLE", "fe5f80f77d5fa3beca038a248ff027d0", "X-Amz-Expires=900", "network.tar.gz"}},
	"Azure": {"/bundles/production/network.tar.gz?sv=2020-08-04&se=2026-01-01T00%3A15%3A00Z&sr=b&sp=cw&sig=q7Zp3Vx9Lr2Tn8Wd5Kc1%2FJh7%2BBm4Gs6Yf0%3D",
		[]string{"/bundles/production/network.tar.gz", "q7Zp3Vx9Lr2T", "Bm4Gs6Yf0", "sv=2020-08-04", "sp=cw", "se=2026", "/bundles/pro"}},
	"other names": {
		"/q7Zp3Vx9Lr2T/Bm4Gs6Yf0Jh7?t=9f2c7d1e44b0&n=1767225600&w=s3cr3t-upl0ad",
		[]string{"q7Zp3Vx9Lr2T", "Bm4Gs6Yf0Jh7", "9f2c7d1e44b0", "s3cr3t-upl0ad", "n=1767225600"},
	},
	"secret path": {"/Bm4Gs6Yf0Jh7q7Zp3Vx9Lr2T", []string{"Bm4Gs6Yf0Jh7", "q7Zp3Vx9Lr2T"}},
}

// echoes are responses of a storage server that quotes the rejected request.
var echoes = map[string]func(u *url.URL) (*http.Response, error){
	"XML": func(u *url.URL) (*http.Response, error) {
		return answered(403, "<Error><Code>AccessDenied</Code><Message>Request has expired: "+html.EscapeString(u.RequestURI())+"</Message></Error>"), nil
	},
	"decoded XML": func(u *url.URL) (*http.Response, error) {
		decoded, _ := url.QueryUnescape(u.RawQuery)
		return answered(400, "<Error><Code>AccessDenied</Code><Message>Request has expired: "+u.Path+" with "+decoded+"</Message></Error>"), nil
	},
	"web page": func(u *url.URL) (*http.Response, error) {
		return answered(400, "<h1>Request has expired</h1> <a href='/'>"+html.EscapeString(u.String())+"</a>"), nil
	},
	"truncated page": func(u *url.URL) (*http.Response, error) {
		return answered(400, "Request has expired "+strings.Repeat("x ", 60)+html.EscapeString(u.String())), nil
	},
	"truncated path": func(u *url.URL) (*http.Response, error) {
		return answered(400, "Request has expired "+strings.Repeat("x ", 75)+u.RequestURI()), nil
	},
	"JSON": func(u *url.URL) (*http.Response, error) {
		return answered(400, `{"message": `+strconv.Quote("Request has expired: "+u.String())+`}`), nil
	},
	"only path": func(u *url.URL) (*http.Response, error) { return answered(404, "Request has expired: "+u.Path), nil },
	"object key": func(u *url.URL) (*http.Response, error) {
		return answered(404, "Request has expired: "+u.Path[1:]), nil
	},
	"request line": func(u *url.URL) (*http.Response, error) {
		return nil, fmt.Errorf("Request has expired: malformed HTTP response %q", "PUT "+u.RequestURI()+" HTTP/1.1")
	},
	"truncated address": func(u *url.URL) (*http.Response, error) {
		return answered(400, "Request has expired: "+u.String()[:len("https://"+storageHost)+12]+"..."), nil
	},
	"debug data": func(u *url.URL) (*http.Response, error) {
		return nil, fmt.Errorf("http2: server sent GOAWAY: Request has expired, debug=%q", u.String())
	},
}

func answered(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// TestSignedURLsAreRedacted: of an address issued by Scalr or storage, only the host is shown, whatever storage
// responds. The rest of its message and the names of objects are preserved.
func TestSignedURLsAreRedacted(t *testing.T) {
	t.Parallel()
	for kind, target := range signedTargets {
		for answer, echo := range echoes {
			for _, use := range []string{"upload", "redirected upload", "redirected log", "log twice redirected"} {
				t.Run(kind+", "+answer+", "+use, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						said := echoed(t, use, "https://"+storageHost+target.target, echo)
						if len(said) == 0 {
							t.Fatal("got no error")
						}
						for _, err := range said {
							wantHidden(t, err, target.target, target.secrets)
						}
					})
				})
			}
		}
	}
}

// echoed sends requests to the address, at a storage server that responds according to echo, and returns all errors
// that were shown.
func echoed(t *testing.T, use, address string, echo func(*url.URL) (*http.Response, error)) (shown []error) {
	t.Helper()
	sim := scalrsim.New(scalrsim.Scenario{})
	first := address
	if strings.Contains(use, "redirected upload") || strings.Contains(use, "twice") {
		first = "https://first." + storageHost + "/hop"
	}
	transport := roundTrip(func(q *http.Request) (*http.Response, error) {
		redirect := answered(http.StatusTemporaryRedirect, "")
		switch {
		case q.URL.Host == storageHost:
			return withRequest(q)(echo(q.URL))
		case strings.HasPrefix(q.URL.Host, "first."):
			redirect.Header.Set("Location", address)
			return withRequest(q)(redirect, nil)
		case strings.HasSuffix(q.URL.Path, "/output"):
			redirect.Header.Set("Location", first)
			return withRequest(q)(redirect, nil)
		}
		return sim.Client().Transport.RoundTrip(q)
	})
	sim.AddFault(link(strconv.Quote(first)))
	r := &scalrtest.Harness{T: t, Sim: sim}
	client := r.Dial(scalr.Config{HTTP: &http.Client{Transport: transport}})
	if strings.Contains(use, "log") {
		_, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
		return []error{err}
	}
	v, err := client.CreateConfiguration(t.Context(), scalrsim.WorkspaceID, true)
	if err != nil {
		t.Fatal(err)
	}
	if text := scalrtest.AllText(v); strings.Contains(text, strings.TrimPrefix(first, "https://")) {
		t.Errorf("the configuration version prints as %s", text)
	}
	err = client.Upload(t.Context(), v, scalrtest.Upload())
	if err == nil || !strings.Contains(err.Error(), v.ID) {
		t.Errorf("%v does not name the configuration version", err)
	}
	for _, again := range r.Retries() {
		shown = append(shown, again.Err)
	}
	return append(shown, err)
}

func withRequest(q *http.Request) func(*http.Response, error) (*http.Response, error) {
	return func(res *http.Response, err error) (*http.Response, error) {
		if res != nil {
			res.Request = q
		}
		return res, err
	}
}

func wantHidden(t *testing.T, err error, target string, secrets []string) {
	t.Helper()
	shown := scalrtest.AllText(err)
	path, query, _ := strings.Cut(target, "?")
	for _, s := range append(secrets, path, query) {
		for _, form := range []string{s, url.QueryEscape(s), html.EscapeString(s)} {
			if form != "" && strings.Contains(shown, form) {
				t.Errorf("%q is in %q", form, err)
			}
		}
	}
	if !strings.Contains(err.Error(), "equest has expired") {
		t.Errorf("%q does not have the message of the object storage", err)
	}
	var e *scalr.Error
	if !errors.As(err, &e) || e.Host != storageHost {
		t.Errorf("%v does not name the host: %+v", err, e)
	}
}

// TestLogsRedactTheirAddress: the address is redacted even if a storage server or a proxy returns 200 with a text
// that quotes it in place of a log.
func TestLogsRedactTheirAddress(t *testing.T) {
	t.Parallel()
	for kind, target := range signedTargets {
		for name, pieces := range map[string]func(io.Reader) io.Reader{
			"whole":        func(r io.Reader) io.Reader { return r },
			"byte by byte": iotest.OneByteReader,
			"end with it":  iotest.DataErrReader,
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				address := "https://" + storageHost + target.target
				text := "one line\n" + html.EscapeString(address) + "\n\x1b[1mPlan:\x1b[0m 1 to add\n" + address
				log, err := movedLog(t, address, pieces(strings.NewReader(text)))
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range append(target.secrets, target.target) {
					if strings.Contains(log, s) || strings.Contains(log, html.EscapeString(s)) {
						t.Errorf("%q is in %q", s, log)
					}
				}
				if before, rest, _ := strings.Cut(log, storageHost); before != "one line\nhttps://" ||
					!strings.Contains(rest, "\n\x1b[1mPlan:\x1b[0m 1 to add\nhttps://"+storageHost) {
					t.Errorf("got %q, in which other text is missing", log)
				}
			})
		}
	}
}

// TestBrokenLogIsNotCompleted: if a log breaks off, its end is omitted if it may be the beginning of the log's address.
func TestBrokenLogIsNotCompleted(t *testing.T) {
	t.Parallel()
	const signature = "fe5f80f77d5fa3beca038a248ff027d0"
	broken := io.MultiReader(strings.NewReader("one line\n"+signature[:9]), iotest.ErrReader(errors.New("reset")))
	log, err := movedLog(t, "https://"+storageHost+"/network.tar.gz?signature="+signature, broken)
	if err == nil || !strings.HasPrefix("one line\n", log) {
		t.Errorf("got %q, %v", log, err)
	}
}

// movedLog reads a log that is stored at the address.
func movedLog(t *testing.T, address string, log io.Reader) (string, error) {
	t.Helper()
	sim := scalrsim.New(scalrsim.Scenario{})
	client := (&scalrtest.Harness{T: t, Sim: sim}).Dial(scalr.Config{HTTP: &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
		if q.URL.Host == storageHost {
			res := answered(http.StatusOK, "")
			res.Body = io.NopCloser(log)
			return withRequest(q)(res, nil)
		}
		redirect := answered(http.StatusTemporaryRedirect, "")
		redirect.Header.Set("Location", address)
		return withRequest(q)(redirect, nil)
	})}})
	body, err := client.Log(t.Context(), scalr.Log{Phase: scalr.PlanPhase, ID: "plan-1"}, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}
