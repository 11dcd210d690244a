package action_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/job/runnertest"
	"scalr-run-action/internal/scalrsim"
)

// TestUploadFaults (U): what becomes of a bundle on its way.
func TestUploadFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	withoutLink := scalrsim.Fault{Op: createVersion, Action: scalrsim.Edit, Change: relink("null")}
	link := func(address string) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: createVersion, Times: -1, Action: scalrsim.Edit, Change: relink(`"` + address + `"`)}}
	}
	none := map[string]int{createRun: 0}
	playFaults(t, map[string]faultCase{
		"U01 no link at first": {
			faults:  []scalrsim.Fault{withoutLink},
			outputs: planned,
			ops:     map[string]int{createVersion: 2},
		},
		"U01 no link": {
			scenario: "no-upload-address",
			code:     3,
			outputs:  []string{"error-code=workspace-vcs-driven"},
			ops:      none,
		},
		"U02 a relative link": {
			faults:  link("/upload/cv-1?signature=canary-aabbccddeeff0011"),
			setUp:   knows("canary-aabbccddeeff0011"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U02 a file": {
			faults:  link("file:///etc/passwd"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U02 plain http": {
			faults:  link("http://blob.scalr.test/upload/cv-1?signature=canary-aabbccddeeff0011"),
			setUp:   knows("canary-aabbccddeeff0011"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			says:    []string{"blob.scalr.test"},
			ops:     none,
		},
		"U02 with a password": {
			faults:  link("https://u:canary-ffeeddccbbaa99@blob.scalr.test/"),
			setUp:   knows("canary-ffeeddccbbaa99"),
			code:    3,
			outputs: []string{"error-code=address-refused"},
			ops:     none,
		},
		"U03 expired once": {
			scenario: "expired-link",
			outputs:  planned,
			ops:      map[string]int{createVersion: 2, upload: 2},
		},
		"U04 refused for ever": {
			faults:  []scalrsim.Fault{{Op: upload, Times: -1, Action: scalrsim.Expired}},
			code:    3,
			outputs: []string{"error-code=upload-expired"},
			ops:     map[string]int{createVersion: 3, createRun: 0},
		},
		"U05 reset half-way": {
			faults:  []scalrsim.Fault{{Op: upload, Action: scalrsim.Reset, Bytes: 50}},
			outputs: planned,
			ops:     map[string]int{upload: 2},
		},
		"U06 500 twice": {
			faults:  []scalrsim.Fault{answered(upload, 500, 2)},
			outputs: planned,
			ops:     map[string]int{upload: 3},
		},
		"U07 stored, answer lost": {
			faults:  []scalrsim.Fault{{Op: upload, Phase: scalrsim.After, Action: scalrsim.Reset}},
			outputs: planned,
			ops:     map[string]int{createVersion: 1},
		},
		"U07 and refused after that": {
			faults: []scalrsim.Fault{
				{Op: upload, Phase: scalrsim.After, Action: scalrsim.Reset},
				{Op: upload, Nth: 2, Times: -1, Action: scalrsim.Expired},
			},
			outputs: planned,
			ops:     map[string]int{createVersion: 1},
		},
		"U09 too large": {
			faults:  []scalrsim.Fault{answered(upload, 413, -1)},
			setUp:   bigFile,
			code:    3,
			outputs: []string{"result=refused", "error-code=upload-too-large"},
			says:    []string{"modules/big.bin", ".terraformignore", "KiB"},
			ops:     map[string]int{upload: 1},
		},
		"U10 redirect to http": {
			faults: []scalrsim.Fault{{Op: upload, Action: scalrsim.Redirect, Status: 307, Target: "http://evil.test/"}},
			code:   3,
			says:   []string{"evil.test"},
			ops:    none,
		},
		"U11 1 KiB a second": {
			faults:  []scalrsim.Fault{{Op: upload, Action: scalrsim.Trickle, Bytes: 1, Delay: time.Second}},
			outputs: planned,
			least:   2 * time.Minute,
		},
		"U12 pending for ever": {
			alter:   func(s *scalrsim.Scenario) { s.Config.Processing = 1 << 20 },
			code:    3,
			outputs: []string{"error-code=configuration-pending"},
			least:   4*time.Minute + 50*time.Second,
			most:    6 * time.Minute,
		},
		"U13 errored": {
			scenario: "bad-upload",
			code:     3,
			outputs:  []string{"error-code=configuration-errored"},
			says:     []string{"not a gzip file"},
			ops:      none,
		},
		"U14 an odd status": {
			faults: []scalrsim.Fault{{
				Op:     readVersion,
				Action: scalrsim.Edit,
				Change: func(b string) string { return strings.Replace(b, `"status":"pending"`, `"status":"quantum"`, 1) },
			}},
			outputs: planned,
			says:    []string{`"quantum", which is not known`},
		},
		"U21 a link that leaves": {
			setUp:   symlink("/etc/passwd"),
			code:    2,
			outputs: []string{"error-code=link-outside"},
			says:    []string{"secrets.tf"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"U24 nothing to run": {
			setUp:   without("main.tf"),
			code:    2,
			outputs: []string{"result=invalid"},
			ops:     map[string]int{readWorkspace: 0},
		},
		"U26 secrets stay here": {outputs: planned, then: bundled("main.tf")},
		"U27 odd names":         {setUp: oddNames, outputs: planned},
	})
}

// relink puts another upload address into the answer, as JSON.
func relink(link string) func(string) string {
	return func(body string) string {
		before, after, ok := strings.Cut(body, `"upload":"`)
		if !ok {
			return body
		}
		_, rest, _ := strings.Cut(after, `"`)
		return before + `"upload":` + link + rest
	}
}

func bigFile(r *stepTest) {
	noise := make([]byte, 300<<10)
	for i := range noise {
		noise[i] = byte(i * i >> 7)
	}
	write(r.t, filepath.Join(r.checkout, "modules", "big.bin"), string(noise))
}

// bundled checks the names in what was uploaded.
func bundled(want ...string) func(*stepResult) {
	return func(p *stepResult) {
		var got []string
		for name := range p.server.Uploaded(p.outputs["configuration-version-id"]) {
			got = append(got, name)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			p.t.Errorf("the bundle has %q, want %q", got, want)
		}
	}
}

func oddNames(r *stepTest) {
	for _, name := range []string{"a\nb.tf", "::error::x.tf", "ä ü.tf", strings.Repeat("n", 200) + ".tf"} {
		write(r.t, filepath.Join(r.checkout, name), "# nothing\n")
	}
}

// TestCreationFaults (R): whatever becomes of the answer, one run lives; the
// invariants count them after every case.
func TestCreationFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	lost := func(phase scalrsim.Phase, action scalrsim.Action) scalrsim.Fault {
		return scalrsim.Fault{Op: createRun, Phase: phase, Action: action, Status: 504}
	}
	late := func(d time.Duration) []scalrsim.Fault {
		return []scalrsim.Fault{{Op: createRun, Action: scalrsim.LateCommit, Delay: d}}
	}
	one, two := map[string]int{createRun: 1}, map[string]int{createRun: 2}
	playFaults(t, map[string]faultCase{
		"R01 reset after": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R02 504 after": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Status)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R03 silence after": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Stall)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R04 reset before": {
			faults:  []scalrsim.Fault{lost(scalrsim.Before, scalrsim.Reset)},
			outputs: planned,
			ops:     two,
			then:    runs(1),
			least:   30 * time.Second,
		},
		"R05 true after 5 s":  {faults: late(5 * time.Second), outputs: planned, ops: one, then: runs(1)},
		"R05 true after 20 s": {faults: late(20 * time.Second), outputs: planned, ops: one, then: runs(1)},
		"R05 true after 40 s": {
			scenario: "ignores-stop",
			alter:    endsAfter(2 * time.Minute),
			faults:   late(40 * time.Second),
			outputs:  planned,
			ops:      two,
			says:     []string{"Duplicate run"},
		},
		"R06 lists lag": {
			alter:   func(s *scalrsim.Scenario) { s.Config.ListLag = 10 * time.Second },
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R07 and lists fail": {
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset), answered("GET /runs", 500, 5)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R08 the server makes two": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = time.Minute },
			inputs:  []string{"dry-run=false"},
			outputs: []string{"result=needs-confirmation"},
			ops:     one,
			says:    []string{"::warning::Duplicate run"},
		},
		"R08 and nobody waits": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			inputs:  []string{"wait=false"},
			outputs: []string{"result=started"},
			says:    []string{"Duplicate run"},
		},
		"R09 no id": {
			faults:  []scalrsim.Fault{{Op: createRun, Action: scalrsim.Garbage, Body: `{"data":{"type":"runs"}}`}},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R10 version's answer lost": {
			faults:  []scalrsim.Fault{{Op: createVersion, Phase: scalrsim.After, Action: scalrsim.Reset}},
			outputs: planned,
			ops:     map[string]int{createVersion: 2, createRun: 1},
			then:    runs(1),
		},
		"R11 locked": {
			faults: []scalrsim.Fault{
				answered(createRun, 409, -1, `{"errors":[{"detail":"Workspace is locked by ada@acme.example: migration."}]}`),
			},
			code:    3,
			outputs: []string{"error-code=conflict"},
			says:    []string{"ada@acme.example: migration"},
			ops:     one,
		},
		"R12 not uploaded, it says": {
			faults: []scalrsim.Fault{
				answered(createRun, 422, 1,
					`{"errors":[{"detail":"No configuration versions available.",`+
						`"source":{"pointer":"/data/relationships/configuration-version"}}]}`),
			},
			outputs: planned,
			ops:     two,
			then:    runs(1),
		},
		"R13 limited": {
			faults:  []scalrsim.Fault{answered(createRun, 429, 2)},
			outputs: planned,
			ops:     map[string]int{createRun: 3},
			then:    runs(1),
		},
		"R14 oldest first": {
			alter:   func(s *scalrsim.Scenario) { s.Config.OldestRun = true },
			faults:  []scalrsim.Fault{lost(scalrsim.After, scalrsim.Reset)},
			outputs: planned,
			ops:     one,
			then:    runs(1),
		},
		"R15 never found": {
			faults:  []scalrsim.Fault{{Op: createRun, Times: -1, Action: scalrsim.Reset}},
			code:    3,
			outputs: []string{"error-code=run-unknown", "run-id="},
			says:    []string{"cv-", "Check the workspace in Scalr before"},
			ops:     map[string]int{createRun: 3},
		},
		"R18 closed while sending": {
			faults:  []scalrsim.Fault{lost(scalrsim.Before, scalrsim.EOF)},
			outputs: planned,
			then:    runs(1),
		},
	})
}

// endsAfter makes a plan that takes so long and ends by itself.
func endsAfter(d time.Duration) func(*scalrsim.Scenario) {
	return func(s *scalrsim.Scenario) { s.Script.IgnoreStop, s.Script.Plan.For = false, d }
}

// runs checks how many runs there are on the server.
func runs(want int) func(*stepResult) {
	return func(p *stepResult) {
		if len(p.runs) != want {
			p.t.Errorf("%d runs, want %d: %+v", len(p.runs), want, p.runs)
		}
	}
}

// TestTwoJobs (R17): two jobs with the same workspace, commit and message lose
// both their answers and adopt each its own.
func TestTwoJobs(t *testing.T) {
	t.Parallel()
	s := with(slowly(t, "plan-changes"),
		scalrsim.Fault{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Reset, Times: 2})
	one, other := newStepTest(t, s), newStepTest(t, s)
	a, b := &stepResult{t: t, dir: t.TempDir()}, &stepResult{t: t, dir: t.TempDir()}
	one.during = func(*stepResult) { b.server = a.server; other.step(b) }
	one.then(a, func() {})
	for _, p := range []*stepResult{a, b} {
		p.read()
		one.check(p.want(0, "result=planned"))
	}
	if a.outputs["run-id"] == b.outputs["run-id"] || len(a.server.Runs()) != 2 {
		t.Errorf("runs %q and %q of %d", a.outputs["run-id"], b.outputs["run-id"], len(a.server.Runs()))
	}
}

// TestStatusFaults (S): no status is taken for what it is not.
func TestStatusFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	odd := func(old, value string) []scalrsim.Fault {
		return []scalrsim.Fault{{
			Op:     readRun,
			Nth:    2,
			Times:  2,
			Action: scalrsim.Edit,
			Change: func(b string) string { return replaceStatus(b, old, value) },
		}}
	}
	playFaults(t, map[string]faultCase{
		"S01 backwards":         {scenario: "backwards", outputs: planned},
		"S02 passes an odd one": {scenario: "passes-unknown", outputs: planned, says: []string{"quantum_checking"}},
		"S02 ends in an odd one": {
			scenario: "unknown-status",
			code:     1,
			outputs:  []string{"result=errored", "error-code=unknown-status"},
		},
		"S03 errored": {
			scenario: "plan-error",
			code:     1,
			outputs:  []string{"error-code=run-errored"},
			says:     []string{"Error:"},
		},
		"S04 canceled by another": {
			scenario: "canceled-by-other",
			code:     1,
			outputs:  []string{"result=canceled"},
			says:     []string{"in Scalr by ", "Not during the freeze"},
		},
		"S05 discarded by another": {
			scenario: "discarded-by-other",
			inputs:   []string{"dry-run=false"},
			code:     1,
			outputs:  []string{"result=discarded"},
			says:     []string{"in Scalr by ", "Not during the freeze"},
		},
		"S06 soft failure": {
			scenario: "policy-soft",
			inputs:   []string{"dry-run=false"},
			code:     4,
			outputs:  []string{"result=needs-override", "policy-status=soft-failed"},
			says:     []string{"no_public_ip"},
			then:     func(p *stepResult) { p.stops() },
		},
		"S07 waits": {
			scenario: "waits-for-approval",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=needs-confirmation"},
			says:     []string{"is waiting for confirmation"},
		},
		"S08 passes by": {
			scenario: "passes-planned",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S09 saved": {
			scenario: "saved-plan",
			inputs:   []string{"dry-run=false", "save-plan=true"},
			outputs:  []string{"result=saved"},
			says:     []string{"mode: confirm"},
		},
		"S10 behind others": {
			scenario: "queued",
			alter:    func(s *scalrsim.Scenario) { s.Script.Queue = time.Hour },
			inputs:   []string{"dry-run=false", "timeout=5m"},
			code:     5,
			outputs:  []string{"result=timed-out"},
			says:     []string{"5m"},
			most:     5*time.Minute + 7*time.Second,
			then:     fewLines(40),
		},
		"S11 hooks": {
			scenario: "hooks",
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S12 applied, then not": {
			scenario: "applied",
			faults:   odd("applied", `"applying"`)[:0],
			alter:    flap,
			inputs:   []string{"dry-run=false"},
			outputs:  []string{"result=applied"},
		},
		"S13 no status": {faults: odd("", "null"), outputs: planned},
		"S13 a number":  {faults: odd("", "7"), outputs: planned},
		"S14 unreachable plan": {
			alter:   unreachablePlan,
			code:    1,
			outputs: []string{"result=errored"},
			ops:     map[string]int{planLog: 0},
			most:    time.Minute,
		},
		"S15 hard failure": {
			scenario: "policy-hard",
			code:     1,
			outputs:  []string{"result=policy-failed", "policy-status=hard-failed"},
			says:     []string{"policy failed"},
		},
		"S16 gone for ever": {
			faults: []scalrsim.Fault{{Op: readRun, Times: -1, Action: scalrsim.Status, Status: 404}},
			code:   3,
			says:   []string{"may still be running", "s. Either the object"},
			least:  30 * time.Second,
			most:   time.Minute,
		},
		"S17 dead for 5 min": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 10, During: 5 * time.Minute, Action: scalrsim.Refuse}},
			outputs: planned,
			least:   5 * time.Minute,
			most:    7 * time.Minute,
		},
		"S17 dead for 9 min": {
			faults:  []scalrsim.Fault{{Op: "* /**", Nth: 10, During: 9 * time.Minute, Action: scalrsim.Refuse}},
			outputs: planned,
			least:   9 * time.Minute,
			most:    11 * time.Minute,
		},
		"S19 six hours": {
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 6 * time.Hour },
			inputs:  []string{"timeout=8h"},
			outputs: planned,
			least:   6 * time.Hour,
			then:    unhurried,
		},
	})
}

func replaceStatus(body, old, value string) string {
	before, after, ok := strings.Cut(body, `"attributes":{`)
	i := strings.Index(after, `"status":"`+old)
	if !ok || i < 0 {
		return body
	}
	rest := after[i+len(`"status":"`):]
	return before + `"attributes":{` + after[:i] + `"status":` + value + rest[strings.IndexByte(rest, '"')+1:]
}

// flap shows `applied` once before the apply is over.
func flap(s *scalrsim.Scenario) {
	s.Script.Steps = []scalrsim.Step{
		{Status: "planning", For: time.Second},
		{Status: "planned", For: time.Second},
		{Status: "applying", For: 5 * time.Second},
		{Status: "applied", For: time.Second},
		{Status: "applied"},
	}
	s.Faults = append(s.Faults,
		scalrsim.Fault{
			Op:     readRun,
			Nth:    4,
			Action: scalrsim.Edit,
			Change: func(b string) string { return replaceStatus(b, "applying", `"applied"`) },
		})
}

func unreachablePlan(s *scalrsim.Scenario) {
	s.Script.Steps = []scalrsim.Step{{
		Status: "errored",
		Error:  "The agent pool has no agent.",
		Plan:   "unreachable",
		Apply:  "unreachable",
	}}
}

func fewLines(most int) func(*stepResult) {
	return func(p *stepResult) {
		if n := strings.Count(p.log, "\n"); n > most {
			p.t.Errorf("%d lines, want %d at most\n%s", n, most, p.log)
		}
	}
}

// unhurried: a request in six seconds on average, the log apart. Looks come more
// often for five minutes whenever the log has grown.
func unhurried(p *stepResult) {
	n := 0
	for _, s := range p.record.all() {
		if s.op() != "GET /plans/"+strings.TrimPrefix(s.path, "/plans/") {
			n++
		}
	}
	if most := int(p.took / (6 * time.Second)); n > most {
		p.t.Errorf("%d requests in %s, want %d at most", n, p.took, most)
	}
}

// TestLogFaults (L): the log never decides, never commands, never leaks.
func TestLogFaults(t *testing.T) {
	t.Parallel()
	planned := []string{"result=planned"}
	logged := func(text string) func(*scalrsim.Scenario) {
		return func(s *scalrsim.Scenario) { s.Script.Plan.Log = text }
	}
	hostile := strings.Join(runnertest.Hostile(), "\n") + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	var leaky strings.Builder
	for _, secret := range []string{scalrsim.Token, canaryRuntime} {
		for _, form := range spellings(secret) {
			fmt.Fprintf(&leaky, "here it is: %s and more\n%s\n", form, form)
		}
	}
	for _, secret := range []string{canaryVariable, canaryShell, canaryProxy} {
		for _, form := range encodings(secret) {
			fmt.Fprintf(&leaky, "here it is: %s and more\n%s\n", form, form)
		}
	}
	end := []string{"Plan:", "2 to add"}
	playFaults(t, map[string]faultCase{
		"L01 204 for a minute": {
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For, s.Logs.Mode = time.Minute, scalrsim.LogAtEnd },
			outputs: planned,
			says:    end,
			then:    fewLines(50),
		},
		"L02 404": {
			faults:  []scalrsim.Fault{answered(planLog, 404, -1)},
			outputs: planned,
			says:    []string{"log"},
		},
		"L03 signed link too old": {
			scenario: "log-redirects",
			faults:   []scalrsim.Fault{{Op: "GET /logs/*", Action: scalrsim.Expired}},
			outputs:  planned,
			says:     end,
		},
		"L04 5xx for ever": {
			faults:  []scalrsim.Fault{answered(planLog, 503, -1)},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 5 * time.Minute },
			outputs: planned,
			then:    warnings(1),
		},
		"L04 and asks for a wait": {
			faults: []scalrsim.Fault{{
				Op:     planLog,
				Times:  -1,
				Action: scalrsim.Status,
				Status: 503,
				Header: http.Header{"Retry-After": {"30"}},
			}},
			alter:   func(s *scalrsim.Scenario) { s.Script.Plan.For = 5 * time.Minute },
			outputs: planned,
		},
		"L09 secrets all along": {
			alter:   logged(strings.Repeat(canaryShell+"  ", 36_000) + "\nPlan: 1 to add, 0 to change, 0 to destroy.\n"),
			outputs: planned,
		},
		"L05 cut in the middle": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: 2, Action: scalrsim.Break, Bytes: 300}},
			outputs: planned,
			says:    end,
			then:    logOnce,
		},
		"L06 half a character": {
			scenario: "half-lines",
			alter:    logged(strings.Repeat("héllö wörld ✓ 日本語\n", 50)),
			outputs:  planned,
			then:     neither("\ufffd"),
		},
		"L07 NUL and bad UTF-8":   {scenario: "hostile-log", outputs: planned, then: neither("\x00", "\xff")},
		"L10 escape sequences":    {scenario: "hostile-log", outputs: planned, then: neither("\x1b]", "\x1b[2J", "\u202e")},
		"L11 rewritten":           {scenario: "rewritten-log", outputs: planned, says: end},
		"L12 the end comes late":  {scenario: "lagging-log", outputs: planned, says: end},
		"L13 commands in the log": {alter: logged(hostile), outputs: planned, then: onlyOurCommands},
		"L13 commands of Scalr":   {scenario: "hostile-log", outputs: planned, then: onlyOurCommands},
		"L14 secrets in the log":  {alter: logged(leaky.String()), outputs: planned},
		"L15 the log stalls": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: -1, Action: scalrsim.Hang, Bytes: 100}},
			outputs: planned,
			most:    2 * time.Minute,
		},
		"L16 gzip": {
			faults:  []scalrsim.Fault{{Op: planLog, Times: -1, Action: scalrsim.Edit, Change: zipped}},
			outputs: planned,
			says:    end,
		},
		"L18 carriage returns": {
			alter:   logged("one\r\ntwo\rthree 10%\rthree 100%\nPlan: 1 to add, 0 to change, 0 to destroy.\n"),
			outputs: planned,
			says:    []string{"one\ntwo\nthree 10%\nthree 100%\n"},
			then:    neither("\r"),
		},
		"L19 guesses at the fence": {
			alter:   logged("::stop-commands::x\n::x::\n::::\n::pause-logging::\n::error::x\n"),
			outputs: planned,
			then:    freshFence,
		},
	})
}

// neither checks that none of the texts came out anywhere.
func neither(texts ...string) func(*stepResult) {
	return func(p *stepResult) {
		for _, text := range texts {
			if strings.Contains(p.log, text) || strings.Contains(p.summary, text) {
				p.t.Errorf("%q came out", text)
			}
		}
	}
}

func warnings(most int) func(*stepResult) {
	return func(p *stepResult) {
		if n := strings.Count(p.log, "::warning"); n > most {
			p.t.Errorf("%d warnings, want %d at most\n%s", n, most, p.log)
		}
	}
}

// logOnce: no line of the plan stands there twice.
func logOnce(p *stepResult) {
	if n := strings.Count(p.log, "terraform_data.route will be updated"); n != 1 {
		p.t.Errorf("a line of the log was told %d times\n%s", n, p.log)
	}
}

// onlyOurCommands reads the log as the runner does.
func onlyOurCommands(p *stepResult) {
	step := runnertest.Read(p.log)
	for _, c := range step.Commands {
		if !slices.Contains([]string{"add-mask", "group", "endgroup"}, c.Name) {
			p.t.Errorf("the runner carried out %+v", c)
		}
	}
	if len(step.Problems) > 0 || step.Stopped || step.Fences == 0 {
		p.t.Errorf("problems %v, stopped %v, %d fences", step.Problems, step.Stopped, step.Fences)
	}
}

// freshFence: the token of the fence has 128 bits.
func freshFence(p *stepResult) {
	onlyOurCommands(p)
	_, after, _ := strings.Cut(p.log, "::stop-commands::")
	token, _, _ := strings.Cut(after, "\n")
	if len(token) < 26 {
		p.t.Errorf("the fence's token is %q", token)
	}
}

// zipped is a log that comes as gzip although nobody asked.
func zipped(body string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, body) // into memory
	_ = z.Close()
	return b.String()
}

// symlink puts a link into the checkout.
func symlink(target string) func(*stepTest) {
	return func(r *stepTest) {
		if err := os.Symlink(target, filepath.Join(r.checkout, "secrets.tf")); err != nil {
			r.t.Fatal(err)
		}
	}
}

func without(name string) func(*stepTest) {
	return func(r *stepTest) {
		if err := os.Remove(filepath.Join(r.checkout, name)); err != nil {
			r.t.Fatal(err)
		}
	}
}
