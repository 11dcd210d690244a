package action_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestPlanJSONFaults checks how often the plan JSON of a finished run is requested, and that one notice reports that it
// could not be read. The step logs no notice where Scalr has none.
func TestPlanJSONFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, times int
		retryAfter    string
		requests      int
		file          bool
		notice        string // its end
		waits         time.Duration
	}{
		"rate limited once":               {status: 429, times: 1, requests: 2, file: true, waits: time.Second},
		"rate limited twice, Retry-After": {status: 429, times: 2, retryAfter: "3", requests: 3, file: true, waits: 6 * time.Second},
		"unavailable once":                {status: 503, times: 1, requests: 2, file: true, waits: time.Second},
		"always rate limited":             {status: 429, times: -1, requests: 3, notice: "(HTTP 429)", waits: 2 * time.Second},
		"Retry-After beyond the limit":    {status: 429, times: -1, retryAfter: "61", requests: 1, notice: "(HTTP 429)"},
		"always unavailable":              {status: 500, times: -1, requests: 3, notice: "(HTTP 500)", waits: 2 * time.Second},
		"bad request":                     {status: 400, times: -1, requests: 1, notice: "(HTTP 400)"},
		"none":                            {status: 204, times: -1, requests: 1},
		"not found":                       {status: 404, times: -1, requests: 1},
		"forbidden":                       {status: 403, times: -1, requests: 1},
		"redirect":                        {status: 307, times: -1, requests: 1},
		"too large":                       {status: 413, times: -1, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault := statusFault(planJSON, c.status, c.times)
			if c.retryAfter != "" {
				fault.Header = http.Header{"Retry-After": {c.retryAfter}}
			}
			p := newStepTest(t, with(scenario(t, "plan-changes"), fault)).play().want(0, "result=planned", "additions=2").requestCount(planJSON, c.requests)
			if (p.outputs["plan-json-file"] != "") != c.file {
				t.Errorf("plan-json-file is %q", p.outputs["plan-json-file"])
			}
			times := p.planJSONTimes()
			if waits := times[len(times)-1] - times[0]; waits < c.waits || waits > c.waits+time.Second {
				t.Errorf("the last request was sent %s after the first, want %s", waits, c.waits)
			}
			var notices []string
			for line := range strings.Lines(p.log) {
				if strings.Contains(line, "plan-json-file") {
					notices = append(notices, strings.TrimSpace(line))
				}
			}
			const notice = "::notice::The plan JSON could not be read, so plan-json-file is empty and the report is built from the log: "
			if c.notice == "" && notices != nil || c.notice != "" &&
				(len(notices) != 1 || !strings.HasPrefix(notices[0], notice) || !strings.HasSuffix(notices[0], c.notice)) {
				t.Errorf("the log contains %q, want a notice that ends with %q", notices, c.notice)
			}
		})
	}
}
