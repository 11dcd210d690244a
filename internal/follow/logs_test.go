package follow_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestLogs plays the log faults of docs/faults.md (L). Each log must be printed completely and once, and the
// end of the run must be seen in time.
func TestLogs(t *testing.T) {
	t.Parallel()
	text := log(300, planned)
	endless := log(300, "Terraform has been terminated.\n")
	lagging := func(lag time.Duration, text string) scalrsim.Scenario {
		s := planning(10*time.Second, text)
		s.Logs.Lag = lag
		return s
	}
	mode := func(m scalrsim.LogMode) scalrsim.Scenario {
		s := planning(70*time.Second, text)
		s.Logs.Mode = m
		return s
	}
	half := planning(20*time.Second, text)
	half.Logs.HalfLine = true
	withFault := func(op string, f scalrsim.Fault) scalrsim.Scenario {
		f.Op = op
		s := planning(20*time.Second, text)
		if strings.HasPrefix(op, "GET /logs") {
			s.Logs.Mode = scalrsim.LogRedirects
		}
		return with(s, f)
	}
	const output = "GET /plans/*/output"
	for _, c := range []struct {
		name     string
		scenario scalrsim.Scenario
		want     string
		late     time.Duration // after the end of the run, at most
		troubles int
	}{
		{"normal end", planning(20*time.Second, text), text, 11 * time.Second, 0},
		{"half lines", half, text, 11 * time.Second, 0},
		{"L01 204 for a minute", mode(scalrsim.LogAtEnd), text, 12 * time.Second, 0},
		{"redirected", mode(scalrsim.LogRedirects), text, 12 * time.Second, 0},
		{"L02 404", withFault(output, scalrsim.Fault{Action: scalrsim.Status, Status: 404, Times: -1}), "", 13 * time.Second, 1},
		{"L03 link expired", withFault("GET /logs/*", scalrsim.Fault{Action: scalrsim.Expired, Nth: 2, Times: 2}), text, 12 * time.Second, 0},
		{"L04 5xx forever", withFault(output, scalrsim.Fault{Action: scalrsim.Status, Status: 503, Times: -1}), "", 20 * time.Second, 1},
		{"L04 5xx at end", withFault(output, scalrsim.Fault{Action: scalrsim.Status, Status: 503, Nth: 3, During: 25 * time.Second}), text,
			20 * time.Second, 1},
		{"L05 cut", withFault(output, scalrsim.Fault{Action: scalrsim.Break, Bytes: 5000, Nth: 2, Times: 3}), text, 12 * time.Second, 0},
		{"L05 cut before new bytes", withFault(output, scalrsim.Fault{Action: scalrsim.Break, Bytes: 100, Nth: 3, Times: 2}), text, 12 * time.Second, 0},
		{"L12 a second late", lagging(time.Second, text), text, 12 * time.Second, 0},
		{"L12 two seconds late", lagging(2*time.Second, text), text, 12 * time.Second, 0},
		{"L12 eight seconds late", lagging(8*time.Second, text), text, 12 * time.Second, 0},
		{"L12 late, unknown end", lagging(4*time.Second, endless), endless, 15 * time.Second, 0},
		{"L15 stalls", withFault(output, scalrsim.Fault{Action: scalrsim.Hang, Bytes: 3000, Nth: 2, Times: 1}), text, 12 * time.Second, 0},
		{"L15 trickles", withFault(output, scalrsim.Fault{Action: scalrsim.Trickle, Bytes: 100, Delay: time.Second, Nth: 2, Times: 1}),
			text, 12 * time.Second, 0},
		{"L15 stalls forever", withFault(output, scalrsim.Fault{Action: scalrsim.Stall, Times: -1}), "", 16 * time.Second, 1},
		{"S14 no log", planning(20*time.Second, "x"), "x", 14 * time.Second, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			play(t, c.scenario, true, func(r *followTest) {
				late := r.follow("planned_and_finished")
				t.Logf("%s after the end, %d reads of the log", late.Round(time.Millisecond), r.requests(output))
				r.wantText("plan", c.want)
				if late > c.late {
					t.Errorf("ended %s after the run, want %s at most", late, c.late)
				}
				if len(r.seen.troubles) != c.troubles {
					t.Errorf("%d failures were reported, want %d: %v", len(r.seen.troubles), c.troubles, r.seen.troubles)
				}
			})
		})
	}
}

// TestNormalEnd checks that a log with Terraform's closing message is complete without a wait.
func TestNormalEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		most time.Duration
	}{
		"known end":   {log(3, planned), 0},
		"unknown end": {log(3, "That was it.\n"), 3200 * time.Millisecond}, // 3 s, in steps of 400 ms
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, planning(time.Second, c.text), true, func(r *followTest) {
				time.Sleep(time.Minute) // the run is finished before the first poll
				began := time.Now()
				r.follow("planned_and_finished")
				if took := time.Since(began); took != c.most {
					t.Errorf("following a finished run took %s, want %s", took, c.most)
				}
				if r.wantText("plan", c.text); !r.seen.closed["plan"] {
					t.Error("the log was not closed")
				}
			})
		})
	}
}

// TestTwoLogs checks that the end of a log is printed before the next status.
func TestTwoLogs(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenario{Config: scalrsim.Config{Workspace: map[string]any{"auto-apply": true}},
		Script: scalrsim.RunScript{
			Plan:  scalrsim.Stage{For: 7 * time.Second, Log: log(50, planned)},
			Apply: scalrsim.Stage{For: 7 * time.Second, Log: log(50, applied)},
		}}
	play(t, s, false, func(r *followTest) {
		late := r.follow("applied")
		r.wantText("plan", log(50, planned))
		r.wantText("apply", log(50, applied))
		var got []string
		for _, e := range r.seen.events {
			if e == "status planning" || e == "status applying" || e == "status applied" || strings.HasSuffix(e, "log") {
				got = append(got, e)
			}
		}
		want := []string{"status planning", "plan log", "status applying", "apply log", "status applied"}
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
		if late > 4*time.Second {
			t.Errorf("ended %s after the run", late)
		}
	})
}

// TestLogRewritten checks that a rewritten log is printed again, once, from its start (L11).
func TestLogRewritten(t *testing.T) {
	t.Parallel()
	s := scalrsim.Scenario{Script: scalrsim.RunScript{Steps: []scalrsim.Step{
		{Status: "planning", For: 10 * time.Second, Log: log(50, "A line that will be replaced\n")},
		{Status: "planning", For: 10 * time.Second, Log: "Initializing...\n" + log(100, planned), Rewrite: true},
		{Status: "planned_and_finished"},
	}}}
	play(t, s, true, func(r *followTest) {
		r.follow("planned_and_finished")
		text := r.seen.text["plan"].String()
		if strings.Count(text, "Initializing...") != 1 || strings.Contains(text, "will be replaced") || !strings.Contains(text, "Plan: ") {
			t.Errorf("printed last:\n%s", text)
		}
		if n := strings.Count(strings.Join(r.seen.events, "\n"), "plan restarted"); n != 1 {
			t.Errorf("printed again %d times, want once: %v", n, r.seen.events)
		}
	})
}

// TestLogShrinks checks that a log that becomes shorter is printed again, but not immediately: the response
// may be a stale copy.
func TestLogShrinks(t *testing.T) {
	t.Parallel()
	text := log(300, planned)
	short := func(times int) scalrsim.Fault {
		return scalrsim.Fault{Op: "GET /plans/*/output", Action: scalrsim.Garbage, Body: text[:400], Nth: 7, Times: times}
	}
	t.Run("stale copy", func(t *testing.T) {
		t.Parallel()
		play(t, with(planning(20*time.Second, text), short(2)), true, func(r *followTest) {
			r.follow("planned_and_finished")
			if r.wantText("plan", text); slices.Contains(r.seen.events, "plan restarted") {
				t.Error("a stale copy was printed")
			}
		})
	})
	t.Run("stale copy at the end", func(t *testing.T) {
		t.Parallel()
		f := short(2)
		f.Nth = 0
		play(t, planning(20*time.Second, text), true, func(r *followTest) {
			r.addFaultsAfter(20*time.Second+500*time.Millisecond, f)
			r.follow("planned_and_finished")
			if r.wantText("plan", text); slices.Contains(r.seen.events, "plan restarted") {
				t.Error("a stale copy was printed")
			}
		})
	})
	t.Run("empty at the end", func(t *testing.T) {
		t.Parallel()
		play(t, planning(20*time.Second, text), true, func(r *followTest) {
			r.addFaultsAfter(19*time.Second, scalrsim.Fault{Op: "GET /plans/*/output", Action: scalrsim.Empty, Times: -1})
			r.follow("planned_and_finished")
			if slices.Contains(r.seen.events, "plan restarted") || r.seen.text["plan"].Len() < len(text)/2 {
				t.Error("printed lines were discarded")
			}
		})
	})
	t.Run("permanently", func(t *testing.T) {
		t.Parallel()
		play(t, with(planning(20*time.Second, text), short(-1)), true, func(r *followTest) {
			r.follow("planned_and_finished")
			if r.wantText("plan", text[:400]); !slices.Contains(r.seen.events, "plan restarted") {
				t.Error("the rewrite was not reported")
			}
		})
	})
}

// TestReadCost limits the bytes read of a log of N bytes: 4 N, and 64 KiB per second of its stage.
func TestReadCost(t *testing.T) {
	t.Parallel()
	size := func(length time.Duration) scalrsim.Scenario {
		return scalrsim.Scenario{Script: scalrsim.RunScript{Plan: scalrsim.Stage{For: length, Size: 2 << 20}}}
	}
	line, atEnd, late := size(10*time.Second), size(10*time.Second), size(10*time.Second)
	line.Script.Plan.OneLine = true
	atEnd.Logs.Mode = scalrsim.LogAtEnd
	late.Logs.Lag = time.Second
	for name, s := range map[string]scalrsim.Scenario{
		"2 MiB in 5 minutes":  size(5 * time.Minute),
		"2 MiB in 10 seconds": size(10 * time.Second),
		"2 MiB in 1 second":   size(time.Second),
		"2 MiB at the end":    atEnd,
		"2 MiB 1 second late": late,
		"2 MiB in one line":   line,
		"one line in an hour": planning(time.Hour, planned),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, s, true, func(r *followTest) {
				r.follow("planned_and_finished")
				stage := s.Script.Plan
				n := max(stage.Size, int64(len(stage.Log)))
				var served int64
				for _, bytes := range r.served {
					served += bytes
				}
				if most := 4*n + int64(stage.For.Seconds()*64*1024); served > most {
					t.Errorf("read %d bytes, want at most %d", served, most)
				}
				if got := int64(r.seen.text["plan"].Len()); got != n {
					t.Errorf("printed %d bytes of %d", got, n)
				}
				t.Logf("%.2f N, %d reads", float64(served)/float64(n), r.requests("GET /plans/*/output"))
			})
		})
	}
}

// TestBreaksAtTheEnd checks that failed reads at the end of a log do not count toward the budget: losing the
// end would be worse than reading it twice (L05).
func TestBrokenReadsAtTheEnd(t *testing.T) {
	t.Parallel()
	text := log(20000, planned)
	s := planning(5*time.Second, text)
	s.Logs.Mode = scalrsim.LogAtEnd
	play(t, s, true, func(r *followTest) {
		r.addFaultsAfter(5*time.Second, scalrsim.Fault{Op: "GET /plans/*/output", Action: scalrsim.Break, Bytes: 800_000, Times: 6})
		r.follow("planned_and_finished")
		r.wantText("plan", text)
	})
}

// TestUnauthorizedLog checks that a renewed token is used for the log, too (H14).
func TestUnauthorizedLog(t *testing.T) {
	t.Parallel()
	text := log(100, planned)
	s := with(planning(20*time.Second, text), scalrsim.Fault{
		Op: "GET /plans/*/output", Action: scalrsim.Status, Status: 401, Nth: 2, Times: 2, Header: http.Header{},
	})
	play(t, s, true, func(r *followTest) {
		r.follow("planned_and_finished")
		r.wantText("plan", text)
	})
}

// planIs returns a fault by which the reads of the run show a plan with another id, whose log is the same.
func planIs(id string, nth, times int) scalrsim.Fault {
	return scalrsim.Fault{Op: "GET /runs/*", Nth: nth, Times: times, Action: scalrsim.Edit, Change: func(body string) string {
		return planID.ReplaceAllString(body, `"`+id+`"`)
	}}
}

var planID = regexp.MustCompile(`"plan-v0[a-z0-9]+"`)

// TestLogOfOtherPlan checks that the log of a plan is discarded once the run shows another plan, also if the log of that
// one cannot be read, and printed again if the run returns to the first plan.
func TestLogOfOtherPlan(t *testing.T) {
	t.Parallel()
	text := log(50, planned)
	t.Run("unreadable", func(t *testing.T) {
		t.Parallel()
		play(t, with(planning(20*time.Second, text), planIs("plan-v0other0000001", 12, -1)), true, func(r *followTest) {
			r.follow("planned_and_finished")
			if r.seen.text["plan"].Len() != 0 || !slices.Contains(r.seen.events, "plan restarted") {
				t.Errorf("got the text %q after %v", r.seen.text["plan"], r.seen.events)
			}
		})
	})
	t.Run("after an empty log", func(t *testing.T) {
		t.Parallel()
		s := with(planning(0, ""), planIs("plan-v0other0000001", 40, -1))
		s.Script.Steps = []scalrsim.Step{
			{Status: "planning", For: 2 * time.Second}, {Status: "cost_estimating", For: 10 * time.Minute}, {Status: "planned_and_finished"},
		}
		play(t, s, true, func(r *followTest) {
			r.follow("planned_and_finished")
			if !slices.Contains(r.seen.events, "plan restarted") {
				t.Errorf("the closed log was not restarted: %v", r.seen.events)
			}
		})
	})
	t.Run("once", func(t *testing.T) {
		t.Parallel()
		play(t, with(planning(20*time.Second, text), planIs("plan-v0other0000001", 12, 1)), true, func(r *followTest) {
			r.follow("planned_and_finished")
			r.wantText("plan", text)
		})
	})
	t.Run("alternating", func(t *testing.T) {
		t.Parallel()
		var faults []scalrsim.Fault
		for nth := 12; nth < 60; nth += 2 {
			faults = append(faults, planIs("plan-v0other0000001", nth, 1))
		}
		s := planning(5*time.Minute, text)
		s.Faults = faults
		play(t, s, true, func(r *followTest) {
			r.follow("planned_and_finished")
			if n := strings.Count(strings.Join(r.seen.events, "\n"), "plan restarted"); n == 0 || n > 5 {
				t.Errorf("printed again %d times: %v", n, r.seen.events)
			}
		})
	})
}
