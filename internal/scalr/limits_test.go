package scalr_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"scalr-run-action/internal/scalr"
)

// listText returns a JSON list of n elements.
func listText(n int, element func(i int) string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = element(i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

// TestLengthLimits: a text up to the limit is read unchanged, and a longer one is shortened, omitted or refused.
func TestLengthLimits(t *testing.T) {
	t.Parallel()
	workspace := func(read func(scalr.Workspace) string) func(context.Context, *scalr.Client) (string, error) {
		return func(ctx context.Context, c *scalr.Client) (string, error) {
			w, err := c.Workspace(ctx, "ws-1")
			return read(w), err
		}
	}
	run := func(read func(scalr.Run) string) func(context.Context, *scalr.Client) (string, error) {
		return func(ctx context.Context, c *scalr.Client) (string, error) {
			r, err := c.Run(ctx, "run-1")
			return read(r), err
		}
	}
	const (
		workspaceText = `{"data":{"type":"workspaces","id":"ws-1","attributes":{%s}}}`
		runText       = `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"%s}}}`
	)
	for name, c := range map[string]struct {
		answer string // contains %s for the text
		limit  int
		read   func(context.Context, *scalr.Client) (string, error)
		longer string // the result for a longer text: shortened, omitted or refused
	}{
		"name of a workspace": {fmt.Sprintf(workspaceText, `"name":"%s"`), 1020, workspace(func(w scalr.Workspace) string { return w.Name }), "omitted"},
		"lock reason": {fmt.Sprintf(workspaceText, `"lock-reason":"%s"`), 4096,
			workspace(func(w scalr.Workspace) string { return w.LockReason }), "shortened"},
		"directory": {fmt.Sprintf(workspaceText, `"working-directory":"%s"`), 16 << 10,
			workspace(func(w scalr.Workspace) string { return w.WorkingDirectory }), "shortened"},
		"status": {`{"data":{"type":"runs","id":"run-1","attributes":{"status":"%s"}}}`, 100,
			run(func(r scalr.Run) string { return string(r.Status) }), "refused"},
		"list of addresses": {fmt.Sprintf(runText, `,"target-addrs":["%s"]`), 1<<20 - 4, run(func(r scalr.Run) string {
			if r.Settings.Targets == nil {
				return ""
			}
			return strings.Join(*r.Settings.Targets, " ")
		}), "omitted"},
		"id of another resource": {`{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"workspace":{"data":{"id":"%s"}}}}}`,
			128, run(func(r scalr.Run) string { return r.WorkspaceID }), "omitted"},
		"value of a variable": {`{"data":[{"type":"vars","id":"var-1","attributes":{"key":"k","value":"%s"},` +
			`"relationships":{"workspace":{"data":{"id":"ws-1"}}}}]}`, 4 << 16, func(ctx context.Context, c *scalr.Client) (string, error) {
			list, err := c.WorkspaceVariables(ctx, "ws-1")
			if err != nil {
				return "", err
			}
			return list[0].Value, err
		}, "shortened"},
		"permission": {`{"data":{"type":"environments","id":"env-1","attributes":{"permissions":["%s"]}}}`, 64<<10 - 4,
			func(ctx context.Context, c *scalr.Client) (string, error) {
				e, err := c.Environment(ctx, "env-1")
				return strings.Join(e.Permissions, " "), err
			}, "omitted"},
		"object": {fmt.Sprintf(workspaceText, `"vcs-repo":{"identifier":"x","y":"%s"}`), 64<<10 - 25, workspace(func(w scalr.Workspace) string {
			if w.VCS != "x" {
				return ""
			}
			return strings.Repeat("x", 64<<10-25)
		}), "omitted"},
	} {
		for over, want := range []string{"unchanged", c.longer} {
			text := strings.Repeat("x", c.limit+over)
			synctest.Test(t, func(t *testing.T) {
				client, _ := respondingWith(t, fmt.Sprintf(c.answer, text))
				got, err := c.read(t.Context(), client)
				result := "changed"
				switch {
				case err != nil:
					result = "refused"
				case got == text:
					result = "unchanged"
				case got == "":
					result = "omitted"
				case len(got) <= c.limit+len("…") && strings.HasPrefix(text, strings.TrimSuffix(got, "…")):
					result = "shortened"
				}
				if result != want {
					t.Errorf("%s, %d bytes: got %d bytes, %s (%v), want %s", name, len(text), len(got), result, err, want)
				}
			})
		}
	}
}

// TestNumberLimits: of many parts of a run, the latest or the first are kept.
func TestNumberLimits(t *testing.T) {
	t.Parallel()
	transitions := func(n int) string {
		return `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"status-transitions":{"data":` +
			listText(n, func(i int) string { return fmt.Sprintf(`{"id":"st-%d"}`, i) }) + `}}},"included":` +
			listText(n, func(i int) string {
				return fmt.Sprintf(`{"type":"status-transitions","id":"st-%d","attributes":{"reason":"r%d"}}`, i, i)
			}) + `}`
	}
	policies := func(n, messages int) string {
		return `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{"policy-checks":{"data":[{"id":"pc-1"}]}}},` +
			`"included":[{"type":"policy-checks","id":"pc-1","attributes":{"status":"passed","result":{"policies":` + listText(n, func(i int) string {
			return fmt.Sprintf(`{"name":"p%d","messages":%s}`, i, listText(messages, func(i int) string { return fmt.Sprintf(`"m%d"`, i) }))
		}) + `}}}]}`
	}
	for name, c := range map[string]struct {
		answer      string
		read        func(scalr.Run) (count int, first, last string)
		count       int
		first, last string
	}{
		"200 transitions": {transitions(200), transitionsOf, 200, "r0", "r199"},
		"201 transitions": {transitions(201), transitionsOf, 200, "r1", "r200"},
		"1000 policies":   {policies(1000, 0), policiesOf, 1000, "p0", "p999"},
		"1001 policies":   {policies(1001, 0), policiesOf, 1000, "p0", "p999"},
		"50 messages":     {policies(1, 50), messagesOf, 50, "m0", "m49"},
		"51 messages":     {policies(1, 51), messagesOf, 50, "m0", "m49"},
	} {
		client, _ := respondingWith(t, c.answer)
		run, err := client.Run(t.Context(), "run-1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if count, first, last := c.read(run); count != c.count || first != c.first || last != c.last {
			t.Errorf("%s: got %d from %s to %s, want %d from %s to %s", name, count, first, last, c.count, c.first, c.last)
		}
	}
}

func transitionsOf(r scalr.Run) (int, string, string) {
	n := len(r.Transitions)
	return n, r.Transitions[0].Reason, r.Transitions[n-1].Reason
}

func policiesOf(r scalr.Run) (int, string, string) {
	list := r.Policies[0].Policies
	return len(list), list[0].Name, list[len(list)-1].Name
}

func messagesOf(r scalr.Run) (int, string, string) {
	list := r.Policies[0].Policies[0].Messages
	return len(list), list[0], list[len(list)-1]
}

// TestPolicyCounts: each number of policies is read from its own member.
func TestPolicyCounts(t *testing.T) {
	t.Parallel()
	client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"policy_checked"},"relationships":{`+
		`"policy-checks":{"data":[{"id":"pc-1"}]}}},"included":[{"type":"policy-checks","id":"pc-1","attributes":{"status":"soft_failed",`+
		`"result":{"passed":1,"advisory-failed":2,"soft-failed":3,"hard-failed":4,"total-failed":9,"policies":[{"name":"tags","result":"failed"}]}}}]}`)
	run, err := client.Run(t.Context(), "run-1")
	want := []scalr.PolicyCheck{{ID: "pc-1", Status: "soft_failed", Passed: 1, Advisory: 2, Soft: 3, Hard: 4, TotalFailed: 9,
		Policies: []scalr.Policy{{Name: "tags", Result: "failed"}}}}
	if err != nil || !reflect.DeepEqual(run.Policies, want) {
		t.Errorf("got %+v, %v, want %+v", run.Policies, err, want)
	}
}

// TestPolicyResultMemberTwice: a result that contains a member twice is invalid.
func TestPolicyResultMemberTwice(t *testing.T) {
	t.Parallel()
	for result, invalid := range map[string]bool{
		`"policies":[{"name":"a"}],"passed":1`:               false,
		`"policies":[],"policies":[{"name":"a"}]`:            true,
		`"policies":[{"name":"a","name":"b"}]`:               true,
		`"policies":[{"result":"passed","result":"failed"}]`: true,
		`"policies":[{"messages":[],"messages":["a"]}]`:      true,
		`"policies":[{"other":1,"other":2}]`:                 false,
		`"hard-failed":1,"hard-failed":0`:                    true,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := respondingWith(t, `{"data":{"type":"runs","id":"run-1","attributes":{"status":"planned"},"relationships":{`+
				`"policy-checks":{"data":[{"id":"pc-1"}]}}},"included":[{"type":"policy-checks","id":"pc-1",`+
				`"attributes":{"status":"passed","result":{`+result+`}}}]}`)
			_, err := client.Run(t.Context(), "run-1")
			if (err != nil) != invalid || err != nil && !strings.Contains(err.Error(), "contains a member twice") {
				t.Errorf("%s: got %v", result, err)
			}
		})
	}
}

// TestResponseOfOtherType: the error names the type and the expected one, or the invalid id.
func TestResponseOfOtherType(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"data":{"type":"plans","id":"run-1"}}`:  `read run run-1: the response is of type "plans", not "runs"`,
		`{"data":{"type":"runs","id":"../x"}}`:    `read run run-1: the response has the id "../x"`,
		`{"data":[{"type":"runs","id":"run-1"}]}`: `read run run-1: the response's data is not a resource`,
		`{"data":null}`: `read run run-1: the response's data is not a resource`,
		`{"data":{"type":"runs","id":"run-2","attributes":{"status":"planned"}}}`: `read run run-1: the response is for another run: run-2`,
		`{"data":{"type":"runs","id":"run-1"}}`:                                   `read run run-1: the response has no valid status`,
		`{"data":`:                                                                `read run run-1: the response is not complete JSON`,
	} {
		synctest.Test(t, func(t *testing.T) {
			client, _ := respondingWith(t, answer)
			if _, err := client.Run(t.Context(), "run-1"); err == nil || err.Error() != want {
				t.Errorf("%s: got %v, want %s", answer, err, want)
			}
		})
	}
}
