package action_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestOverviewOf24 checks a typical pull request, including the number of requests.
func TestOverviewOf24(t *testing.T) {
	inFleet(t, 24, scalrsim.Scenario{}, func(f *fleet) {
		for i := range f.ids {
			life := map[int]scalrsim.RunScript{
				3: planFails,
				4: planFails,
				5: destroys,
				6: creates,
				7: creates,
				8: creates,
				9: creates,
			}[i]
			if life.Plan.Changes == nil {
				life = changesNothing
			}
			f.plan(i, life, "12", "1")
		}
		time.Sleep(time.Minute)
		before := len(f.sim.Requests())
		p := f.play("12", "1", oldHead, `needs={"plan":{"result":"failure"}}`)
		p.want(1, "result=rejected", "error-code=workspaces-failed", "failed=2", "changed=5", "missing=0").
			logContains("The runs of 2 workspaces failed: `production/service-003`, `staging/service-004`. The job `plan` failed.")
		f.wantHeadline("❌ 2 of 24 workspaces failed · 5 with changes: 5 to add, 0 to change, **2 to destroy** · 17 " +
			"without · **+24.88 USD** per month for 4 of 5")
		if !strings.Contains(p.summary, "2 of 24 workspaces failed") || !strings.Contains(p.summary, "quota exceeded") ||
			!strings.Contains(p.summary, "`terraform_data.b`") {
			t.Errorf("the summary is %s", p.summary)
		}
		var runs []map[string]any
		if err := json.Unmarshal([]byte(p.outputs["runs"]),
			&runs); err != nil || len(runs) != 24 || runs[5]["destructions"] != 2.0 || runs[3]["additions"] != nil ||
			runs[5]["workspace"] != "development/service-005" || !strings.HasPrefix(fmt.Sprint(runs[5]["run-url"]), "https://") {
			t.Errorf("the output runs is %s", p.outputs["runs"])
		}
		if n := len(f.sim.Requests()) - before; n > 3+3*7 {
			t.Errorf("%d requests", n)
		} else {
			t.Logf("%d requests for 24 workspaces, 7 of them shown", n)
		}
	})
}

// TestOverviewOf200 checks that the table is complete and the number of requests limited.
func TestOverviewOf200(t *testing.T) {
	inFleet(t, 200, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(creates, "12")
		before := len(f.sim.Requests())
		p := f.play("12", "1", oldHead, allGood).want(0, "result=done", "changed=200")
		if n := len(f.sim.Requests()) - before; n > 20+3*200 {
			t.Errorf("%d requests", n)
		} else {
			t.Logf("%d requests for 200 workspaces with changes, of which %d list runs", n, p.count("GET /runs"))
		}
		body := f.hub.Written(7)[0].Body
		for i := range f.ids {
			if !strings.Contains(body, fmt.Sprintf("service-%03d`", i)) {
				t.Fatalf("workspace %d is not in the comment of %d bytes", i, len(body))
			}
		}
	})
}

// TestOverviewErrorsOfLargeFleets checks that the comment shows some errors if not all of them fit, and the number of those that
// it leaves out.
func TestOverviewErrorsOfLargeFleets(t *testing.T) {
	policies := func(count, messages, size int) scalrsim.RunScript {
		script := creates
		for p := range count {
			var m []string
			for i := range messages {
				m = append(m, fmt.Sprintf("rule %d of policy %d: %s", i, p, strings.Repeat("x", size)))
			}
			script.Policies = append(script.Policies, scalrsim.Policy{Name: fmt.Sprint("policy-", p), Result: "hard_failed", Messages: m})
		}
		return script
	}
	for name, tt := range map[string]struct {
		workspaces int
		script     func(i int) scalrsim.RunScript
		has        []string
	}{
		"the same error": {250, func(int) scalrsim.RunScript { return planFails },
			[]string{"`production/service-249`", "and 245 other workspaces**: The run failed: quota exceeded.\n"}},
		"different errors": {250, func(i int) scalrsim.RunScript {
			script := planFails
			script.Plan.Fails = fmt.Sprintf("quota %03d exceeded %s", i, strings.Repeat("x", 200))
			return script
		}, []string{"The run failed: quota 002 exceeded ", "The errors of ", " workspaces do not fit here: [see the workflow run](https://"}},
		"policies with many messages": {30, func(i int) scalrsim.RunScript { return policies(1, 20, 100+i) },
			[]string{"- ⛔ `policy-0` (hard-mandatory)\n  - rule 0 of policy 0: xxx", "  - … and 19 more messages\n"}},
		"one with large policies": {4, func(i int) scalrsim.RunScript {
			if i == 0 {
				return policies(20, 20, 900)
			}
			return planFails
		}, []string{"- ⛔ `policy-0` (hard-mandatory)\n", "The run failed: quota exceeded."}},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, tt.workspaces, scalrsim.Scenario{}, func(f *fleet) {
				for i := range f.ids {
					f.plan(i, tt.script(i), "12", "1")
				}
				time.Sleep(time.Minute)
				f.play("12", "1", oldHead, allGood).want(1, fmt.Sprint("failed=", tt.workspaces))
				body := f.hub.Written(7)[0].Body
				for _, text := range append(tt.has, "#### ❌ Errors\n") {
					if !strings.Contains(body, text) {
						t.Errorf("the comment of %d bytes does not contain %q", len(body), text)
					}
				}
			})
		})
	}
}

// TestOverviewWithoutDiffs checks that the summary says so if it lists the changes of workspaces together whose diffs differ,
// because all diffs together are too large.
func TestOverviewWithoutDiffs(t *testing.T) {
	inFleet(t, 60, scalrsim.Scenario{}, func(f *fleet) {
		for i := range f.ids {
			script := scalrsim.RunScript{}
			var resources, values []string
			for line := range 40 {
				values = append(values, fmt.Sprintf(`"line_%02d":"%03d %s"`, line, i, strings.Repeat("x", 40)))
			}
			for r := range 50 {
				script.Plan.Changes = append(script.Plan.Changes, scalrsim.Change{Address: fmt.Sprintf("terraform_data.r%d", r), Action: "create"})
				resources = append(resources, fmt.Sprintf(`{"address":"terraform_data.r%[1]d","mode":"managed","type":"terraform_data","name":"r%[1]d",`+
					`"change":{"actions":["create"],"before":null,"after":{%[2]s},"after_unknown":{},"before_sensitive":false,"after_sensitive":{}}}`,
					r, strings.Join(values, ",")))
			}
			script.PlanJSON = `{"format_version":"1.2","resource_changes":[` + strings.Join(resources, ",") + `]}`
			f.plan(i, script, "12", "1")
		}
		time.Sleep(time.Minute)
		p := f.play("12", "1", oldHead, allGood).want(0, "changed=60")
		const note = "The diffs, which may differ, are left out to stay within the size limit: see the runs in Scalr.\n"
		if n := strings.Count(p.summary, note); n != 1 {
			t.Errorf("%d notes, want 1\n%.3000s", n, p.summary)
		}
	})
}

// TestOverviewOf200UnchangedWorkspaces checks that unchanged workspaces cost one request per hundred runs.
func TestOverviewOf200UnchangedWorkspaces(t *testing.T) {
	inFleet(t, 200, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(changesNothing, "12")
		before := len(f.sim.Requests())
		f.play("12", "1", oldHead, allGood).want(0, "changed=0", "missing=0")
		if n := len(f.sim.Requests()) - before; n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
		f.wantHeadline("✅ 200 workspaces without changes")
	})
}

// TestOverviewOfNeededJobs checks that the results of the needed jobs count even if all runs succeed.
func TestOverviewOfNeededJobs(t *testing.T) {
	for name, tt := range map[string]struct {
		inputs []string
		says   string
		head   string
	}{
		"dry run rejected by its gate": {
			inputs: []string{`needs={"plan":{"result":"failure"}}`, "fail-on=none"},
			says:   "The job `plan` failed.",
			head: "❌ The workflow run failed · 2 workspaces · 2 with changes: 2 to add, 0 to change, 0 to destroy · " +
				"**+12.44 USD** per month",
		},
		"skipped job": {
			inputs: []string{`needs={"plan":{"result":"skipped"}}`},
			says:   "The job `plan` was skipped, although there are workspaces.",
		},
		"unknown job result": {
			inputs: []string{`needs={"plan":{"result":"neutral"}}`},
			says:   "ended as `neutral`, which is not known to be a success",
		},
		"changes not allowed": {
			inputs: []string{"fail-on=changes"},
			says:   "2 workspaces have changes, or that cannot be ruled out",
		},
		"canceled list": {
			inputs: []string{"workspaces=", `needs={"list":{"result":"cancelled"},"plan":{"result":"skipped"}}`},
			says:   "The job `list` was canceled.",
			head:   "❌ Which workspaces are affected is unknown",
		},
		"failed job without workspaces": {
			inputs: []string{"workspaces=[]", `needs={"list":{"result":"failure"}}`},
			says:   "The job `list` failed.",
			head:   "❌ No workspace is affected, but the workflow run failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 2, scalrsim.Scenario{}, func(f *fleet) {
				f.plans(creates, "12")
				f.play("12", "1", oldHead, tt.inputs...).want(1, "result=rejected").logContains(tt.says)
				if tt.head != "" {
					f.wantHeadline(tt.head)
				}
			})
		})
	}
	t.Run("no workspaces", func(t *testing.T) {
		inFleet(t, 2, scalrsim.Scenario{}, func(f *fleet) {
			f.play("12", "1", oldHead, "workspaces=[]", `needs={"list":{"result":"success"},"plan":{"result":"skipped"}}`).
				want(0, "result=done", "runs=[]")
			if n := len(f.sim.Requests()); n != 0 {
				t.Errorf("%d requests to Scalr", n)
			}
		})
	})
}

// TestOverviewWithMissingRuns checks workspaces without a finished run: the job failed before it created the run, the
// run is still active, or the messages name other workflow runs.
func TestOverviewWithMissingRuns(t *testing.T) {
	other := func(message string) func(*fleet) {
		return func(f *fleet) {
			f.sim.SetRunScript(f.ids[1], changesNothing)
			f.sim.AddRun(f.ids[1], map[string]any{"is-dry": true, "message": message})
			time.Sleep(time.Minute)
		}
	}
	for name, tt := range map[string]struct {
		before func(*fleet)
		result string
		fine   bool
	}{
		"no run": {before: func(*fleet) {}, result: "missing"},
		"not finished": {
			before: func(f *fleet) {
				f.plan(1, scalrsim.RunScript{Plan: scalrsim.Stage{For: time.Hour}}, "12", "1")
				time.Sleep(time.Minute)
			},
			result: "started",
		},
		"longer run number": {before: other("https://github.com/acme/infra/actions/runs/120"), result: "missing"},
		"other repository":  {before: other("https://github.com/acme/infra2/actions/runs/12"), result: "missing"},
		"empty message":     {before: other("looks like 12"), result: "missing"},
		"both": {
			before: other("after https://github.com/acme/infra/actions/runs/120: see " +
				"https://github.com/acme/infra/actions/runs/12, please"),
			result: "no-changes",
			fine:   true,
		},
		"message of the user": {
			before: other("Rotate keys (https://github.com/acme/infra/actions/runs/12)"),
			result: "no-changes",
			fine:   true,
		},
		"URL on separate line": {
			before: other("Why:\nhttps://github.com/acme/infra/actions/runs/12/attempts/3\nthanks"),
			result: "no-changes",
			fine:   true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 3, scalrsim.Scenario{}, func(f *fleet) {
				f.plan(0, changesNothing, "12", "1")
				f.plan(2, changesNothing, "12", "1")
				tt.before(f)
				time.Sleep(time.Minute)
				p := f.play("12", "1", oldHead, allGood)
				if !strings.Contains(p.outputs["runs"], `"workspace":"staging/service-001"`) ||
					!strings.Contains(p.outputs["runs"], `"result":"`+tt.result+`"`) {
					t.Errorf("the output runs is %s", p.outputs["runs"])
				}
				if tt.fine {
					p.want(0, "result=done", "missing=0")
					return
				}
				p.want(1, "result=rejected", "error-code=runs-missing", "missing=1").
					logContains("No finished run of this workflow run was found for 1 workspace: `staging/service-001`.")
				f.wantHeadline("❌ 1 of 3 workspaces has no finished run · 2 without changes")
			})
		})
	}
}

// TestOverviewAttempts checks that the newest run of all attempts counts.
func TestOverviewAttempts(t *testing.T) {
	for name, oldest := range map[string]bool{"newest first": false, "oldest first": true} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 3, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: oldest}}, func(f *fleet) {
				f.plan(0, changesNothing, "12", "1")
				f.plan(1, planFails, "12", "1")
				f.plan(2, changesNothing, "12", "1")
				time.Sleep(time.Minute)
				f.play("12", "1", oldHead, `needs={"plan":{"result":"failure"}}`).want(1, "failed=1")
				f.plan(1, creates, "12", "2")
				time.Sleep(time.Minute)
				f.play("12", "2", oldHead, allGood).want(0, "failed=0", "changed=1")
				f.wantHeadline("📋 3 workspaces · 1 with changes: 1 to add, 0 to change, 0 to destroy · 2 without · **+6.22 " +
					"USD** per month")
				f.plan(1, planFails, "12", "3")
				time.Sleep(time.Minute)
				f.play("12", "3", oldHead, allGood).want(1, "failed=1")
			})
		})
	}
}

// TestOverviewWithManyOtherRuns checks a search in which many newer runs precede the ones of the workflow run. A run
// that is not found within the limit is unknown, which is a failure.
func TestOverviewWithManyOtherRuns(t *testing.T) {
	for name, tt := range map[string]struct {
		oldest    bool
		workspace int // the workspace of the other runs
		others    int
		inputs    []string
		code      int
		has       string
	}{
		"other workspace": {workspace: 0, others: 310, code: 0, has: `"result":"no-changes"`},
		"same workspace":  {workspace: 1, others: 90, code: 0, has: `"result":"no-changes"`},
		"by id": {
			workspace: 0,
			others:    310,
			inputs:    []string{"ids"},
			code:      0,
			has:       `"result":"no-changes"`,
		},
		"beyond limit": {workspace: 1, others: 130, code: 1, has: `"result":"unknown"`},
		"by name": {
			workspace: 0,
			others:    310,
			inputs:    []string{"names"},
			code:      0,
			has:       `"result":"no-changes"`,
		},
		"ascending list, other workspace": {oldest: true, workspace: 0, others: 310, code: 0, has: `"result":"no-changes"`},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 2, scalrsim.Scenario{Config: scalrsim.Config{OldestRun: tt.oldest}}, func(f *fleet) {
				f.ids = append(f.ids, f.sim.AddWorkspace(scalrsim.StagingID, "busy", nil))
				f.plan(0, changesNothing, "12", "1")
				f.plan(1, changesNothing, "12", "1")
				time.Sleep(time.Minute)
				other := f.ids[2]
				if tt.workspace == 1 {
					other = f.ids[1]
				}
				for range tt.others {
					f.sim.AddRun(other, map[string]any{"is-dry": true, "message": "nightly drift"})
				}
				time.Sleep(time.Minute)
				before := len(f.sim.Requests())
				var inputs []string
				switch {
				case slices.Contains(tt.inputs, "ids"):
					inputs = []string{fmt.Sprintf("workspaces=[%q,%q]", f.ids[0], f.ids[1])}
				case slices.Contains(tt.inputs, "names"):
					inputs = []string{"workspaces=production/service-000\nstaging/service-001"}
				}
				p := f.play("12", "1", oldHead, append(inputs, allGood)...)
				if p.code != tt.code || !strings.Contains(p.outputs["runs"], tt.has) {
					t.Errorf("exit %d, runs %s\n%s", p.code, p.outputs["runs"], p.log)
				}
				if n := len(f.sim.Requests()) - before; n > 20 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// TestOverviewWithoutIncluded checks a server that ignores include: the step requests each part.
func TestOverviewWithoutIncluded(t *testing.T) {
	inFleet(t, 3, scalrsim.Scenario{Config: scalrsim.Config{NoIncluded: true}}, func(f *fleet) {
		f.plan(0, destroys, "12", "1")
		f.plan(1, changesNothing, "12", "1")
		f.plan(2, planFails, "12", "1")
		time.Sleep(time.Minute)
		f.play("12", "1", oldHead, allGood).want(1, "failed=1", "changed=1")
		f.wantHeadline("❌ 1 of 3 workspaces failed · 1 with changes: 1 to add, 0 to change, **2 to destroy** · 1 without")
	})
}

// TestOverviewOutsideGitHub checks that the overview is an error outside GitHub Actions.
func TestOverviewOutsideGitHub(t *testing.T) {
	inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
		f.env = []string{"GITHUB_RUN_ID=", "GITHUB_SERVER_URL="}
		f.play("", "", oldHead, allGood, "comment=false").want(2, "result=invalid").logContains("GITHUB_RUN_ID")
	})
}

// A workspace that is listed by its name and by its id is one row and counts once.
func TestOverviewListsWorkspaceOnce(t *testing.T) {
	const name = scalrsim.EnvironmentName + "/service-000"
	for title, runs := range map[string]bool{"with a run": true, "without a run": false} {
		t.Run(title, func(t *testing.T) {
			inFleet(t, 2, scalrsim.Scenario{}, func(f *fleet) {
				want := []string{"changed=0", "missing=1"}
				if runs {
					want = []string{"changed=1", "missing=0"}
					f.plan(0, creates, "12", "1")
					time.Sleep(time.Minute)
				}
				inEnvironment := scalrsim.EnvironmentID + "/service-000"
				for _, list := range [][]string{{name, f.ids[0]}, {f.ids[0], name}, {name, inEnvironment}, {f.ids[0], inEnvironment, name}} {
					p := f.play("12", "1", oldHead, "workspaces="+strings.Join(list, "\n"), "fail-on=none", "comment=false", allGood).want(0, want...)
					var rows []struct {
						ID string `json:"workspace-id"`
					}
					if err := json.Unmarshal([]byte(p.outputs["runs"]), &rows); err != nil || len(rows) != 1 || runs && rows[0].ID != f.ids[0] {
						t.Errorf("%v: the runs are %s, want one", list, p.outputs["runs"])
					}
				}
			})
		})
	}
}

// A line with two workspaces is one item, which has no run; the warning says why.
func TestOverviewOfWorkspacesWithComma(t *testing.T) {
	inFleet(t, 2, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(creates, "12")
		const line = scalrsim.EnvironmentName + "/service-000, staging/service-001"
		f.play("12", "1", oldHead, "workspaces="+line, "comment=false", allGood).want(1, "result=rejected", "missing=1").
			logContains(`::warning::workspaces: "` + line + `" is taken as one item, because items are separated by lines, not by commas.`)
	})
}

// TestOverviewIgnoresQuotedURL checks that a newer run of another workflow run does not count if its message quotes the URL
// of this one, such as in the title of a pull request, before its own.
func TestOverviewIgnoresQuotedURL(t *testing.T) {
	inFleet(t, 2, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(destroys, "12")
		f.plans(changesNothing, "12 https://github.com/acme/infra/actions/runs/13")
		f.play("12", "1", oldHead, allGood, "fail-on=destroy").want(1, "result=rejected", "changed=2")
	})
}
