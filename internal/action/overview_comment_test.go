package action_test

import (
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// TestOverviewCommentOverFivePushes checks the comment after each of five pushes. One push affects no workspaces, and
// the workflow run of one ends after that of the next push.
func TestOverviewCommentOverFivePushes(t *testing.T) {
	inFleet(t, 3, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(creates, "11")
		f.play("11", "1", oldHead, allGood).want(0)
		f.wantHeadline("📋 3 workspaces · 3 with changes: 3 to add, 0 to change, 0 to destroy · **+18.66 USD** per month")
		url := f.hub.Written(7)[0].ID

		second := strings.Repeat("c", 40) // affects no workspaces any more
		f.hub.Push(7, second)
		f.play("12", "1", second, "workspaces=[]", allGood, "comment=changes-only").want(0)
		f.wantHeadline("✅ No workspace is affected")

		third, fourth := strings.Repeat("d", 40), strings.Repeat("e", 40)
		f.hub.Push(7, third)
		f.plans(destroys, "13")
		f.hub.Push(7, fourth)
		f.plans(changesNothing, "14")
		f.play("14", "1", fourth, allGood).want(0)
		f.wantHeadline("✅ 3 workspaces without changes")
		f.play("13", "1", third, allGood).want(0, "comment-url=").logContains("::notice::No comment was written: workflow run 14")
		f.wantHeadline("✅ 3 workspaces without changes")

		fifth := strings.Repeat("f", 40) // the job that lists the workspaces is canceled
		f.hub.Push(7, fifth)
		f.play("15", "1", fifth, "workspaces=", `needs={"list":{"result":"cancelled"}}`).want(1)
		f.wantHeadline("❌ Which workspaces are affected is unknown")
		f.play("15", "2", fifth, "workspaces=[", allGood).want(2, "error-code=input-invalid")
		if body := f.hub.Written(7)[0].Body; !strings.Contains(body, "**The report below is outdated.**") {
			t.Errorf("the comment is not marked as outdated: %s", body)
		}
		f.plans(creates, "15")
		f.play("15", "3", fifth, allGood).want(0)
		f.wantHeadline("📋 3 workspaces · 3 with changes: 3 to add, 0 to change, 0 to destroy · **+18.66 USD** per month")
		if list := f.hub.Written(7); list[0].ID != url {
			t.Error("another comment was written")
		}
	})
}

// TestOverviewOfOldHead checks an overview after a push during the matrix jobs, before a newer overview was written.
func TestOverviewOfOldHead(t *testing.T) {
	inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(creates, "12")
		f.hub.Push(7, newHead)
		f.play("12", "1", oldHead, allGood).want(0, "comment-url=").
			logContains("::notice::No comment was written: the head of the pull request is now commit bbbbbbb")
		if n := len(f.hub.Written(7)); n != 0 {
			t.Errorf("%d comments", n)
		}
	})
}

// TestOverviewTwoWorkflows checks that each workflow and each tag has its own comment.
func TestOverviewTwoWorkflows(t *testing.T) {
	inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
		f.plans(creates, "12")
		f.play("12", "1", oldHead, allGood).want(0)
		f.env = []string{"GITHUB_WORKFLOW_REF=acme/infra/.github/workflows/other.yml@refs/heads/main"}
		f.plans(changesNothing, "11")
		f.play("11", "1", oldHead, allGood).want(0)
		f.play("11", "1", oldHead, allGood, "comment-tag=eu").want(0)
		var got []string
		for _, c := range f.hub.Written(7) {
			got = append(got, commentHeadline(c.Body))
		}
		if len(got) != 3 || !strings.HasPrefix(got[0], "📋") || !strings.HasPrefix(got[1], "✅") ||
			!strings.HasPrefix(got[2], "✅") {
			t.Errorf("the comments are %q", got)
		}
	})
}

// TestOverviewRawLog checks that the log is quoted only if the input redact is set, and then without the secrets.
func TestOverviewRawLog(t *testing.T) {
	for name, tt := range map[string]struct {
		redact string
		want   bool
	}{"without": {"", false}, "with": {"redact=sk-matrix-4711-secret", true}} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
				life := planFails
				life.Plan.Log = "Initializing modules...\nusing key sk-matrix-4711-secret\nexit status 1\n"
				f.plan(0, life, "12", "1")
				time.Sleep(time.Minute)
				p := f.play("12", "1", oldHead, allGood, tt.redact).want(1)
				if strings.Contains(p.summary, "sk-matrix") || strings.Contains(f.hub.Written(7)[0].Body, "sk-matrix") {
					t.Error("the secret is shown")
				}
				if got := strings.Contains(p.summary, "exit status 1"); got != tt.want {
					t.Errorf("the log is quoted: %v, want %v\n%s", got, tt.want, p.summary)
				}
			})
		})
	}
}

// TestOverviewWithoutAccess checks that the earlier comment is marked as outdated if Scalr denies access.
func TestOverviewWithoutAccess(t *testing.T) {
	for name, tt := range map[string]struct {
		fault scalrsim.Fault
		code  int
		says  string
	}{
		"token rejected": {
			fault: scalrsim.Fault{Op: "GET /runs", Times: -1, Action: scalrsim.Status, Status: 401},
			code:  3,
			says:  "result=refused",
		},
		"outage": {
			fault: scalrsim.Fault{Op: "GET /runs", Times: -1, Action: scalrsim.Status, Status: 503},
			code:  3,
			says:  "result=unreachable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFleet(t, 1, scalrsim.Scenario{}, func(f *fleet) {
				f.plans(creates, "12")
				f.play("12", "1", oldHead, allGood).want(0)
				f.sim.AddFault(tt.fault)
				p := f.play("12", "2", oldHead, allGood).want(tt.code, tt.says, "runs=", "failed=")
				if body := f.hub.Written(7)[0].Body; !strings.Contains(body, "**The report below is outdated.**") ||
					p.summary == "" {
					t.Errorf("the comment is %s", body)
				}
			})
		})
	}
}

// TestOverviewUnreadablePlan checks that numbers that Scalr does not report are unknown, not 0.
func TestOverviewUnreadablePlan(t *testing.T) {
	inFleet(t, 1, scalrsim.Scenario{
		Logs: scalrsim.Logs{JSON: 404},
		Faults: []scalrsim.Fault{
			{Op: "GET /plans/*/output", Times: -1, Action: scalrsim.Status, Status: 404},
			{
				Op:     "GET /runs",
				Times:  -1,
				Action: scalrsim.Edit,
				Change: func(body string) string {
					for _, name := range []string{"additions", "changes", "destructions"} {
						for _, n := range []string{"0", "1"} {
							body = strings.ReplaceAll(body, `"resource-`+name+`":`+n, `"resource-`+name+`":null`)
						}
					}
					return body
				},
			},
		},
	}, func(f *fleet) {
		f.plans(creates, "12")
		f.play("12", "1", oldHead, allGood, "fail-on=destroy").want(1, "error-code=gate-hit").logContains("cannot be ruled out")
		f.wantHeadline("❌ The workflow run failed · 1 workspace · 1 with changes (numbers unknown) · **+6.22 USD** per month")
	})
}
