package action_test

import (
	"maps"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

var maskLines = regexp.MustCompile(`(?m)^::add-mask::.*\n`)

// TestPostFaults checks the post step after the main step was killed: what it does with the run depends on the run's
// status and on the state that the main step saved.
func TestPostFaults(t *testing.T) {
	t.Parallel()
	const cancelOp = "POST /runs/*/actions/cancel"
	for name, c := range map[string]struct {
		scenario string
		first    []string // besides wait=false
		alter    func(*scalrsim.Scenario)
		later    time.Duration // between the steps
		faults   []scalrsim.Fault
		state    map[string]string
		inputs   []string
		env      map[string]string
		says     []string
		log      string // exact, except for the run
		silent   bool
		signal   time.Duration // after the start of the post step
		stops    []string
		most     time.Duration
	}{
		"running": {
			log:   "Run RUN of the canceled step: Scalr accepted the request to cancel it. URL\n",
			stops: []string{"cancel 202"},
		},
		"saved plan": {
			scenario: "saved-plan", first: []string{"dry-run=false", "save-plan=true"}, later: time.Hour,
			log: "Run RUN of the canceled step has saved its plan and waits for confirmation: URL\n",
		},
		"signal during the search": {
			state: map[string]string{"run-id": "", "configuration-version-id": "cv-other"}, signal: 15 * time.Second,
			says: []string{"::warning::The run that the canceled step left behind could not be stopped: The job was canceled"},
			most: 16 * time.Second,
		},
		"finished": {later: time.Hour, silent: true},
		"without id": {
			state: map[string]string{"run-id": ""},
			says:  []string{"Scalr accepted the request to cancel it."}, stops: []string{"cancel 202"},
		},
		"not created": {
			state: map[string]string{"run-id": "", "configuration-version-id": "cv-other"},
			log:   "The interrupted request created no run.\n",
			most:  50 * time.Second,
		},
		"nothing saved":  {state: map[string]string{"run-id": "", "configuration-version-id": ""}, silent: true},
		"leave":          {state: map[string]string{"on-cancel": "leave"}, silent: true},
		"no on-cancel":   {state: map[string]string{"on-cancel": ""}, silent: true},
		"normal end":     {state: map[string]string{"finished": "true"}, silent: true},
		"invalid inputs": {inputs: []string{"timeout=soon"}, says: []string{"timeout"}},
		"applying": {
			scenario: "applied", first: []string{"dry-run=false"}, later: time.Minute,
			log: "Run RUN of the canceled step is being applied and is still running: URL\n",
		},
		"applying, with stop-apply": {
			scenario: "applied", first: []string{"dry-run=false"}, later: time.Minute,
			state: map[string]string{"on-cancel": "stop-apply"},
			says:  []string{"Scalr accepted the request to cancel it."}, stops: []string{"cancel 202"},
		},
		"finished after the first read": {
			later:  time.Hour,
			faults: []scalrsim.Fault{{Op: readRun, Action: scalrsim.Misreport, Member: "status", Value: "planning"}},
			silent: true,
		},
		"unreadable run": {
			faults: []scalrsim.Fault{statusFault(readRun, 403, -1)},
			says:   []string{"::warning::The run that the canceled step left behind could not be stopped: "},
		},
		"forbidden": {
			faults: []scalrsim.Fault{statusFault(cancelOp, 403, -1)},
			says:   []string{"The run that the canceled step left behind could not be stopped: ", "403", "/runs/run-"}, stops: []string{"cancel 403"},
		},
		"lists stall": {
			faults: []scalrsim.Fault{{Op: "GET /runs", Times: -1, Action: scalrsim.Stall}},
			state:  map[string]string{"run-id": ""},
			says:   []string{"The run that the canceled step left behind could not be stopped: "},
			most:   4*time.Minute + time.Second,
		},
		"lists fail": {
			faults: []scalrsim.Fault{statusFault("GET /runs", 403, -1)},
			state:  map[string]string{"run-id": ""},
			says:   []string{"The run that the canceled step left behind could not be stopped: "},
		},
		"search for duplicates fails": {
			faults: []scalrsim.Fault{statusFault("GET /runs", 503, -1)},
			says:   []string{"Scalr accepted the request to cancel it.", " may have an active duplicate, because "}, stops: []string{"cancel 202"},
			most: 2 * time.Second,
		},
		"no token": {inputs: []string{"token="}, says: []string{"token"}},
		"sign-in fails": {
			inputs: []string{"token=", "service-account=deployer@acme.scalr.io"},
			env:    map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://nowhere.test/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token-1"},
			says:   []string{"::warning::The run that the canceled step left behind could not be stopped: "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.scenario == "" {
				c.scenario = "plan-changes"
			}
			s := slowly(t, c.scenario)
			main, post := newStepTest(t, s, append(c.first, "wait=false")...), newStepTest(t, s, c.inputs...)
			post.name, post.anyFault = "scalr-run-post", true
			a, b := newResult(t), newResult(t)
			main.then(a, func() {
				a.read()
				for name, value := range map[string]string{"run-id": a.outputs["run-id"], "workspace-id": scalrsim.WorkspaceID,
					"configuration-version-id": a.outputs["configuration-version-id"], "on-cancel": "stop"} {
					post.env["STATE_"+name] = value
				}
				maps.Copy(post.env, c.env)
				for name, value := range c.state {
					post.env["STATE_"+name] = value
				}
				time.Sleep(max(c.later, 15*time.Second))
				for _, f := range c.faults {
					a.server.AddFault(f)
				}
				b.server = a.server
				if c.signal > 0 {
					post.during = signalAt(syscall.SIGINT, c.signal)
				}
				post.step(b)
			})
			b.logContains(c.says...).stops(c.stops...)
			shown := strings.NewReplacer(a.outputs["run-url"], "URL", a.outputs["run-id"], "RUN").Replace(maskLines.ReplaceAllString(b.log, ""))
			if (c.silent || c.log != "") && shown != c.log {
				t.Errorf("logged %q, want %q", shown, c.log)
			}
			for _, run := range a.server.Runs() {
				for _, action := range run.Actions {
					if !strings.HasPrefix(action.Comment, "its job was canceled, by scalr-run-action") {
						t.Errorf("the comment of the %s is %q", action.Verb, action.Comment)
					}
				}
			}
			if c.most > 0 && b.took > c.most {
				t.Errorf("took %s, want at most %s", b.took, c.most)
			}
		})
	}
}
