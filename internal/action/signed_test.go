package action_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestUploadAddressInLog checks a run whose log contains the upload address. The path and the values of its
// parameters are redacted, regardless of the parameter names; other words of the log are not.
func TestUploadAddressInLog(t *testing.T) {
	t.Parallel()
	const (
		path  = "/bundles/q7Zp3Vx9Lr2T/production.tar.gz"
		extra = "&ticket=Bm4Gs6Yf0Jh7&region=eu-central-1&folder=production"
		kept  = `aws_s3_bucket.data["eu-central-1"] in production, region=eu-central-1, at blob.scalr.test`
	)
	s := scenario(t, "plan-changes")
	s.Script.Steps = []scalrsim.Step{
		{
			Status: "planning",
			For:    2 * time.Second,
			Log: "PUT https://blob.scalr.test" + path + "?" + extra[1:] + "\n" +
				"ticket Bm4Gs6Yf0Jh7 for q7Zp3Vx9Lr2T of bundles/q7Zp3Vx9Lr2T/production.tar.gz\n" + kept + "\n",
		},
		{Status: "planned_and_finished"},
	}
	var upload string // the upload path of the simulator
	moved := scalrsim.Fault{
		Op:     createVersion,
		Action: scalrsim.Edit,
		Change: func(body string) string {
			before, after, _ := strings.Cut(body, "https://blob.scalr.test")
			target, after, _ := strings.Cut(after, `"`)
			var query string
			upload, query, _ = strings.Cut(target, "?")
			return before + "https://blob.scalr.test" + path + "?" + strings.ReplaceAll(extra[1:]+"&"+query, "&", `\u0026`) +
				`"` + after
		},
	}
	r := newStepTest(t, with(s, moved))
	r.http = func(server *scalrsim.Server) http.RoundTripper {
		return renamed{server.Client().Transport, path, &upload}
	}
	p := r.play().want(0, "result=planned").logContains(kept)
	logFile, err := os.ReadFile(filepath.Join(p.dir, p.outputs["plan-log-file"]))
	if err != nil || !strings.Contains(string(logFile), kept) {
		t.Errorf("the plan's log is %q, %v", logFile, err)
	}
	for where, text := range map[string]string{
		"log":      masksRemoved.ReplaceAllString(p.log, ""),
		"summary":  p.summary,
		"plan log": string(logFile),
	} {
		for _, part := range []string{
			path,
			path[1:],
			"q7Zp3Vx9Lr2T",
			"Bm4Gs6Yf0Jh7",
			"&region=eu-central-1",
			"&folder=production",
		} {
			if strings.Contains(text, part) {
				t.Errorf("%q is in the %s:\n%s", part, where, text)
			}
		}
	}
}

// renamed is a transport that moves one object in storage to another path.
type renamed struct {
	to       http.RoundTripper
	from     string
	realPath *string
}

func (n renamed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == n.from {
		r = r.Clone(r.Context())
		r.URL.Path = *n.realPath
	}
	return n.to.RoundTrip(r)
}
