package scalr_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// uploadFault is one case of docs/faults.md from the creation of a configuration version until it is uploaded.
type uploadFault struct {
	faults      []scalrsim.Fault
	is          error // expected error; nil means success
	expired     bool  // the error reports that another configuration version may help
	puts        int   // requests to storage
	least, most time.Duration
	says        []string
}

const put = "PUT /upload/*"

// link returns a fault that replaces the upload address in the response to the creation.
func link(address string) scalrsim.Fault {
	return scalrsim.Fault{Op: createCV, Action: scalrsim.Edit, Change: func(body string) string {
		before, after, _ := strings.Cut(body, `"upload":"`)
		_, after, _ = strings.Cut(after, `"`)
		return before + `"upload":` + address + after
	}}
}

func storage(code int, body string) scalrsim.Fault {
	return scalrsim.Fault{Op: put, Times: -1, Action: scalrsim.Status, Status: code, Body: body, Header: http.Header{"Content-Type": {"application/xml"}}}
}

// pageOfProxy returns a fault that answers uploads with a page, before or after storage has received the archive.
func pageOfProxy(times int, phase scalrsim.Phase) scalrsim.Fault {
	return scalrsim.Fault{Op: put, Times: times, Phase: phase, Action: scalrsim.Status, Status: 200, Body: "<h1>Sign in</h1>",
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
}

// emptyPage is a successful upload to a bucket whose empty responses have the type of a page.
var emptyPage = scalrsim.Fault{Op: put, Phase: scalrsim.After, Action: scalrsim.Status, Status: 200, Body: "\n",
	Header: http.Header{"Content-Type": {"text/html"}}}

func uploadFaults() map[string]uploadFault {
	const home = "https://blob.scalr.test"
	refused := func(address string) uploadFault {
		return uploadFault{faults: []scalrsim.Fault{link(`"` + address + `"`)}, is: scalr.ErrUnavailable, most: time.Second}
	}
	hops := func(target string) uploadFault {
		return uploadFault{faults: []scalrsim.Fault{{Op: put, Times: -1, Action: scalrsim.Redirect, Status: 307, Target: target}},
			is: scalr.ErrUnavailable, puts: 1, most: time.Second}
	}
	return map[string]uploadFault{
		"U01 no address":  {faults: []scalrsim.Fault{link(`null`)}, is: scalr.ErrNoUpload},
		"U02 relative":    refused("/upload/x?signature=" + scalrtest.CanarySignature),
		"U02 http":        refused("http://blob.scalr.test/x?signature=" + scalrtest.CanarySignature),
		"U02 file":        refused("file:///etc/passwd?signature=" + scalrtest.CanarySignature),
		"U02 userinfo":    refused("https://u:" + scalrtest.CanaryUserinfo + "@blob.scalr.test/x"),
		"U02 invalid URL": refused("https://[::1/x?signature=" + scalrtest.CanarySignature),
		"U02 very long": refused("https://blob.scalr.test/x?a=" +
			strings.Repeat("b&c=", 1<<20) + "&signature=" + scalrtest.CanarySignature),
		"U02 opaque":                               refused("https:blob.scalr.test/x?signature=" + scalrtest.CanarySignature),
		"T09 metadata service":                     refused("https://169.254.169.254/x?signature=" + scalrtest.CanarySignature),
		"T09 mapped to IPv6":                       refused("https://[::ffff:169.254.169.254]/x?signature=" + scalrtest.CanarySignature),
		"T09 AWS over IPv6":                        refused("https://[fd00:ec2::254]/x?signature=" + scalrtest.CanarySignature),
		"T09 Alibaba":                              refused("https://100.100.100.200/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address":                     refused("https://127.0.0.1/x?signature=" + scalrtest.CanarySignature),
		"T09 localhost":                            refused("https://LocalHost./x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address over http":           refused("http://127.0.0.1/x?signature=" + scalrtest.CanarySignature),
		"T09 Oracle":                               refused("https://192.0.0.192/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address, NAT64":              refused("https://[64:ff9b::7f00:1]/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address, 6to4":               refused("https://[2002:7f00:1::]/x?signature=" + scalrtest.CanarySignature),
		"T09 metadata service, NAT64":              refused("https://[64:ff9b:1::a9fe:a9fe]/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address, decimal":            refused("https://2130706433/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address, octal":              refused("https://0177.0.0.1/x?signature=" + scalrtest.CanarySignature),
		"T09 loopback address, full-width letters": refused("https://１２７.0.0.1/x?signature=" + scalrtest.CanarySignature),
		"T09 name of loopback address":             refused("https://storage.localhost/x?signature=" + scalrtest.CanarySignature),
		"T09 name of metadata service":             refused("https://metadata.google.internal/x?signature=" + scalrtest.CanarySignature),
		"T09 unspecified address":                  refused("https://0.0.0.0/x?signature=" + scalrtest.CanarySignature),
		"U03 expired": {
			faults: []scalrsim.Fault{{Op: put, Action: scalrsim.Expired}}, is: scalr.ErrInvalid, expired: true,
			puts: 1, says: []string{"AccessDenied: Request has expired (HTTP 403)"},
		},
		"U03 expired, as 400": {
			faults: []scalrsim.Fault{storage(400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>")},
			is:     scalr.ErrInvalid, expired: true, puts: 1,
		},
		"U04 refused": {
			faults: []scalrsim.Fault{storage(403,
				"<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message><StringToSign>"+scalrtest.CanarySignature+"</StringToSign></Error>")},
			is: scalr.ErrInvalid, expired: true, puts: 1, says: []string{"SignatureDoesNotMatch: no"},
		},
		"U05 reset during upload": {faults: []scalrsim.Fault{{Op: put, Action: scalrsim.Reset, Bytes: 20}}, puts: 2},
		"U06 500 and 503":         {faults: []scalrsim.Fault{scalrtest.Status(put, 500, 1), {Op: put, Nth: 2, Action: scalrsim.Status, Status: 503}}, puts: 3},
		"U06 429 with Retry-After": {
			faults: []scalrsim.Fault{scalrtest.Status(put, 429, 1, "Retry-After", "7")}, puts: 2, least: 7 * time.Second,
			most: 10 * time.Second,
		},
		"U06 408":           {faults: []scalrsim.Fault{scalrtest.Status(put, 408, 1)}, puts: 2},
		"U07 lost response": {faults: []scalrsim.Fault{{Op: put, Phase: scalrsim.After, Action: scalrsim.Reset}}, puts: 2},
		"U07 lost response, then 403": {
			faults: []scalrsim.Fault{{Op: put, Phase: scalrsim.After, Action: scalrsim.Reset}, {Op: put, Nth: 2, Times: -1, Action: scalrsim.Expired}},
			puts:   2,
		},
		"U08 411": {
			faults: []scalrsim.Fault{storage(411, "<Error><Code>MissingContentLength</Code></Error>")},
			is:     scalr.ErrInvalid, puts: 1, says: []string{"MissingContentLength"},
		},
		"U09 413": {
			faults: []scalrsim.Fault{storage(413, "<html><body>Too <b>large</b></body></html>")}, is: scalr.ErrInvalid,
			puts: 1, says: []string{"Too large (HTTP 413)"},
		},
		"U04 401": {
			faults: []scalrsim.Fault{storage(401, "<Error/>")}, is: scalr.ErrInvalid, puts: 1,
			says: []string{"401 Unauthorized"},
		},
		"U10 redirect loop": {
			faults: []scalrsim.Fault{{Op: put, Times: -1, Action: scalrsim.Redirect, Status: 307,
				Target: home + "/upload/loop?signature=" + scalrtest.CanarySignature}},
			is: scalr.ErrRedirected, puts: 4, says: []string{"too many redirects (HTTP 307)"},
		},
		"U10 redirect to http":             hops("http://blob.scalr.test/x?signature=" + scalrtest.CanarySignature),
		"U10 redirect to metadata service": hops("https://169.254.169.254/x?signature=" + scalrtest.CanarySignature),
		"U10 redirect to file":             hops("file:///x"),
		"U10 redirect to userinfo":         hops("https://u:" + scalrtest.CanaryUserinfo + "@blob.scalr.test/x"),
		"U10 redirect to invalid URL":      hops("https://[::1/?signature=" + scalrtest.CanarySignature),
		"U10 redirect to invalid port":     hops("https://blob.scalr.test:x/?signature=" + scalrtest.CanarySignature),
		"U11 slow upload": {
			faults: []scalrsim.Fault{{Op: put, Action: scalrsim.Trickle, Bytes: 1, Delay: 10 * time.Second}}, puts: 1,
			least: 10 * time.Minute,
		},
		"U11 stalled":     {faults: []scalrsim.Fault{{Op: put, Action: scalrsim.Stall}}, puts: 2, least: time.Minute, most: 65 * time.Second},
		"H11 60 s of 503": {faults: []scalrsim.Fault{outage(put, time.Minute)}, least: time.Minute, most: 80 * time.Second},
		"U06 permanent 503": {
			faults: []scalrsim.Fault{scalrtest.Status(put, 503, -1)}, is: scalr.ErrUnavailable, least: 100 * time.Second,
			most: 2*time.Minute + time.Second,
		},
		"U08 permanent 417": {faults: []scalrsim.Fault{storage(417, "")}, is: scalr.ErrInvalid, puts: 1},
		"T07 page with the address": {
			faults: []scalrsim.Fault{{Op: put, Times: -1, Action: scalrsim.Status, Status: 400, Body: "<p>PUT /upload?signature=SIG</p>"}},
			is:     scalr.ErrInvalid, puts: 1,
		},
		"U36 page of a proxy, once":  {faults: []scalrsim.Fault{pageOfProxy(1, scalrsim.Before)}, puts: 2, most: 15 * time.Second},
		"U36 page after the upload":  {faults: []scalrsim.Fault{pageOfProxy(1, scalrsim.After)}, puts: 1, most: 5 * time.Second},
		"U36 empty page of a bucket": {faults: []scalrsim.Fault{emptyPage}, puts: 1, most: 5 * time.Second},
		"U36 page of a proxy": {
			faults: []scalrsim.Fault{pageOfProxy(-1, scalrsim.Before)}, is: scalr.ErrUnavailable, puts: 3, least: 20 * time.Second,
			most: 40 * time.Second, says: []string{`a web page instead of the response of the storage: "Sign in"`},
		},
		"U12 permanently pending": {
			faults: []scalrsim.Fault{scalrtest.Edit("GET /configuration-versions/*", -1, `"status":"uploaded"`, `"status":"pending"`)},
			least:  5*time.Minute - 2*time.Second, most: 5 * time.Minute, says: []string{`is still "pending" after `},
		},
		"U13 errored": {
			faults: []scalrsim.Fault{scalrtest.Edit("GET /configuration-versions/*", -1, `"status":"uploaded"`, `"status":"errored"`,
				`"error-message":null`, `"error-message":"not a\ngzip \u001b[31mfile"`)},
			says: []string{"was not accepted: not a gzip file"},
		},
		"U14 unknown status": {faults: []scalrsim.Fault{scalrtest.Edit("GET /configuration-versions/*", 5,
			`"status":"pending"`, `"status":"scanning"`, `"status":"uploaded"`, `"status":"scanning"`)}},
		"H17 404 for configuration version": {
			faults: []scalrsim.Fault{{Op: "GET /configuration-versions/*", During: 10 * time.Second, Action: scalrsim.Status, Status: 404}},
			least:  10 * time.Second, most: 30 * time.Second,
		},
		"R10 lost response": {faults: []scalrsim.Fault{{Op: createCV, Phase: scalrsim.After, Action: scalrsim.Reset}}},
	}
}

func TestUploadFaults(t *testing.T) {
	t.Parallel()
	for name, c := range uploadFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { c.play(t) })
		})
	}
}

func (c uploadFault) play(t *testing.T) {
	r := scalrtest.New(t, scalrsim.Scenario{Faults: c.faults})
	began := time.Now()
	var strange []string
	err := deliver(r, t.Context(), &strange)
	took := time.Since(began)
	if err == nil && (c.is != nil || c.says != nil) || err != nil && c.is == nil && c.says == nil || c.is != nil && !errors.Is(err, c.is) {
		t.Fatalf("got %v, want an error that is %v", err, c.is)
	}
	if err != nil {
		c.wantText(t, r, err)
	}
	if c.least > 0 && took < c.least || c.most > 0 && took > c.most {
		t.Errorf("it took %s, want %s to %s", took, c.least, c.most)
	}
	puts := r.Received(put)
	if c.puts > 0 && len(puts) != c.puts {
		t.Errorf("got %d requests to storage, want %d", len(puts), c.puts)
	}
	if c.faults[0].During == time.Minute && len(puts) > 40 {
		t.Errorf("%d requests in a minute, want at most 40", len(puts))
	}
	wantWholeBodies(t, puts)
	if len(strange) > 1 {
		t.Errorf("reported %q, want one word once", strange)
	}
}

// deliver uploads the archive as one configuration version.
func deliver(r *scalrtest.Harness, ctx context.Context, strange *[]string) error {
	v, err := r.CreateConfiguration(ctx, scalrsim.WorkspaceID, true)
	if err != nil {
		return err
	}
	if err := r.Upload(ctx, v, scalrtest.Upload()); err != nil {
		return err
	}
	_, err = r.AwaitUploaded(ctx, v.ID, 5*time.Minute, func(s string) { *strange = append(*strange, s) })
	return err
}

func (c uploadFault) wantText(t *testing.T, r *scalrtest.Harness, err error) {
	t.Helper()
	r.WantNoLeak(err)
	if got := errors.Is(err, scalr.ErrLinkExpired); got != c.expired {
		t.Errorf("expired: got %v, want %v: %v", got, c.expired, err)
	}
	for _, want := range c.says {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not contain %q", err, want)
		}
	}
	if strings.ContainsAny(err.Error(), "<\n\x1b") {
		t.Errorf("%q contains text that should have been removed", err)
	}
}

// U05, U15: every attempt sends the same bytes from the start, without the API's headers.
func wantWholeBodies(t *testing.T, puts []scalrsim.Request) {
	t.Helper()
	sum := sha256.Sum256(scalrtest.Archive())
	for i, q := range puts {
		if whole := q.BodySHA256 == hex.EncodeToString(sum[:]); !whole && q.Status != 0 {
			t.Errorf("attempt %d: another body arrived", i+1)
		}
		for name := range q.Header {
			switch name {
			case "Content-Type", "User-Agent":
			default:
				t.Errorf("attempt %d: storage got the header %s", i+1, name)
			}
		}
	}
}

func TestUploadStopsReadingBeforeReturn(t *testing.T) {
	t.Parallel()
	// This transport continues to read the body after it has returned a response, as net/http may do.
	release, done := make(chan struct{}), make(chan error, 1)
	sim := scalrsim.New(scalrsim.Scenario{})
	late := roundTrip(func(q *http.Request) (*http.Response, error) {
		if q.Method != http.MethodPut {
			return sim.Client().Transport.RoundTrip(q)
		}
		go func() {
			<-release
			_, err := io.Copy(io.Discard, q.Body)
			done <- err
		}()
		return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody, Request: q}, nil
	})
	r := &scalrtest.Harness{T: t, Sim: sim}
	client := r.Dial(scalr.Config{HTTP: &http.Client{Transport: late}})
	v, err := client.CreateConfiguration(t.Context(), scalrsim.WorkspaceID, true)
	if err != nil {
		t.Fatal(err)
	}
	reported := false
	u := scalr.Upload{Data: bytes.NewReader(scalrtest.Archive()), Size: int64(len(scalrtest.Archive())), Sent: func(int64) { reported = true }}
	if err := client.Upload(t.Context(), v, u); !errors.Is(err, scalr.ErrLinkExpired) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-done; err == nil || reported {
		t.Errorf("the data was read after the end: %v, reported %v", err, reported)
	}
}

func TestLargeUploadExpectsContinue(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		size int64
		want string
	}{"small": {1 << 20, ""}, "large": {2 << 20, "100-continue"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			sim := scalrsim.New(scalrsim.Scenario{})
			r := &scalrtest.Harness{T: t, Sim: sim}
			client := r.Dial(scalr.Config{HTTP: &http.Client{Transport: roundTrip(func(q *http.Request) (*http.Response, error) {
				if q.Method != http.MethodPut {
					return sim.Client().Transport.RoundTrip(q)
				}
				asked = append(asked, q.Header.Get("Expect"))
				code := http.StatusOK
				if q.Header.Get("Expect") != "" {
					code = http.StatusExpectationFailed
				}
				return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody, Request: q}, nil
			})}})
			v, err := client.CreateConfiguration(t.Context(), scalrsim.WorkspaceID, true)
			if err != nil {
				t.Fatal(err)
			}
			if err := client.Upload(t.Context(), v, scalr.Upload{Data: bytes.NewReader(make([]byte, test.size)), Size: test.size}); err != nil {
				t.Error(err)
			}
			want := []string{test.want}
			if test.want != "" {
				want = append(want, "") // refused, so sent without Expect
			}
			if strings.Join(asked, ",") != strings.Join(want, ",") {
				t.Errorf("requested %q, want %q", asked, want)
			}
		})
	}
}
