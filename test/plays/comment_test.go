package plays

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// reviewed sets GitHub's data on pull request 7: its head, its reviews, and how many commits it is behind.
func (s *testbed) reviewed(head string, pull object, behind int, reviews ...object) {
	s.t.Helper()
	all := object{
		"state": "open",
		"user":  object{"login": "author"},
		"head":  object{"sha": commit(head), "repo": object{"full_name": repository}},
		"base":  object{"ref": "main", "repo": object{"default_branch": "main"}},
	}
	for name, value := range pull {
		all[name] = value
	}
	s.github.answers = map[string]string{}
	for path, value := range map[string]any{
		"/pulls/7":                        all,
		"/pulls/7/reviews":                append([]object{}, reviews...),
		"/compare/main..." + commit(head): object{"behind_by": behind},
	} {
		content, err := json.Marshal(value)
		if err != nil {
			s.t.Fatal(err)
		}
		s.github.answers[path] = string(content)
	}
	s.github.memory.Push(7, commit(head))
}

func review(login, state, head, association string) object {
	return object{
		"user":               object{"login": login},
		"state":              state,
		"commit_id":          commit(head),
		"author_association": association,
	}
}

// TestExampleCommands plans and then applies a pull request by comments.
func TestExampleCommands(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraformInSoak(t), "jq")
	s.commit("first", network("a"))
	s.reviewed("first", nil, 0, review("jane", "CHANGES_REQUESTED", "older", "MEMBER"),
		review("jane", "COMMENTED", "first", "MEMBER"), review("jane", "APPROVED", "first", "MEMBER"))
	plan := s.run("issue-comment.yml", comment(7, "/plan", "MEMBER"))
	plan.ended("apply", "skipped")
	if got := plan.ended("plan", "success").step("run"); got.outputs["summary"] != "1 to add, 0 to change, 0 to destroy" {
		t.Errorf("the plan: %s", got.word())
	}
	apply := s.run("issue-comment.yml", comment(7, "/apply", "OWNER"))
	apply.ended("plan", "skipped")
	if got := apply.ended("apply", "success").step("run"); got.outputs["result"] != "applied" {
		t.Errorf("the apply: %s", got.word())
	}
	if runs := s.scalr.Runs(); len(runs) != 2 || !runs[0].Dry || runs[1].Dry {
		t.Errorf("got the runs %v", runs)
	}
	if got := s.github.bodies(7); len(got) == 0 || !strings.Contains(got[len(got)-1], "1 added") {
		t.Errorf("got the comments %q", got)
	}
}

// TestExampleApplyAfterMerge merges another change while /apply waits for its reviewers: no run undoes that change.
func TestExampleApplyAfterMerge(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, scripted(), "jq")
	s.commit("first", network("a"))
	s.reviewed("first", nil, 0, review("jane", "APPROVED", "first", "MEMBER"))
	s.github.next = map[string]string{"/compare/main..." + commit("first"): `{"behind_by":2}`}
	apply := s.run("issue-comment.yml", comment(7, "/apply", "OWNER")).ended("apply", "failure")
	if got := apply.step("Compare with the default branch again").word(); !strings.Contains(got, "2 commits behind") {
		t.Errorf("the comparison ended as %q", got)
	}
	if runs := s.scalr.Runs(); len(runs) != 0 {
		t.Errorf("got the runs %v", runs)
	}
}

// TestExampleCommandsRefused checks that only authorized users start runs, and that only an approved, current commit
// of this repository is applied. A row that resembles another one is marked extra and runs only with TESTS=all or SOAK=1.
func TestExampleCommandsRefused(t *testing.T) {
	t.Parallel()
	approved := review("jane", "APPROVED", "first", "MEMBER")
	for name, c := range map[string]struct {
		body, association string
		pull              object
		behind            int
		reviews           []object
		want              string // in the reply; empty if no job starts
		extra             bool
	}{
		"another comment": {body: "please /plan", association: "MEMBER"},
		"stranger":        {body: "/plan", association: "CONTRIBUTOR"},
		"fork": {
			body:        "/plan",
			association: "MEMBER",
			pull:        object{"head": object{"sha": commit("first"), "repo": object{"full_name": "mallory/infra"}}},
			want:        "not in this repository",
		},
		"deleted fork": {
			body:        "/plan",
			association: "MEMBER",
			pull:        object{"head": object{"sha": commit("first"), "repo": nil}},
			want:        "not in this repository",
			extra:       true,
		},
		"closed": {body: "/plan", association: "MEMBER", pull: object{"state": "closed"}, want: "not open", extra: true},
		"another base": {
			body:        "/apply",
			association: "MEMBER",
			pull:        object{"base": object{"ref": "old", "repo": object{"default_branch": "main"}}},
			reviews:     []object{approved},
			want:        "not for the default branch",
		},
		"no review": {body: "/apply", association: "MEMBER", want: "no approving review", extra: true},
		"own review": {
			body:        "/apply",
			association: "MEMBER",
			reviews:     []object{review("author", "APPROVED", "first", "OWNER")},
			want:        "no approving review",
		},
		"review of a stranger": {
			body:        "/apply",
			association: "MEMBER",
			reviews:     []object{review("mallory", "APPROVED", "first", "NONE")},
			want:        "no approving review",
			extra:       true,
		},
		"older commit approved": {
			body:        "/apply",
			association: "MEMBER",
			reviews:     []object{review("jane", "APPROVED", "older", "MEMBER")},
			want:        "no approving review",
		},
		"approval dismissed": {
			body:        "/apply",
			association: "MEMBER",
			reviews:     []object{approved, review("jane", "DISMISSED", "first", "MEMBER")},
			want:        "no approving review",
			extra:       true,
		},
		"changes requested": {
			body:        "/apply",
			association: "MEMBER",
			reviews:     []object{approved, review("joe", "CHANGES_REQUESTED", "older", "MEMBER")},
			want:        "requested changes",
		},
		"behind": {
			body:        "/apply",
			association: "MEMBER",
			behind:      3,
			reviews:     []object{approved},
			want:        "3 commits behind",
		},
	} {
		if c.extra && !everything() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestbed(t, scripted(), "jq")
			s.commit("first", network("a"))
			s.reviewed("first", c.pull, c.behind, c.reviews...)
			p := s.run("issue-comment.yml", comment(7, c.body, c.association))
			p.ended("plan", "skipped")
			p.ended("apply", "skipped")
			got := strings.Join(s.github.bodies(7), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got the reply %q, want %q", got, c.want)
			}
			s.nothingWritten()
		})
	}
}

// TestExampleDispatch tests every operation of dispatch.yml, and a rejected review.
func TestExampleDispatch(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, withTerraformInSoak(t))
	s.commit("main", network("a", "b"))
	inputs := func(operation, target string) event {
		return byHand(object{"operation": operation, "environment": "production", "workspace": "network", "target": target})
	}
	s.run("dispatch.yml", inputs("plan", "terraform_data.a")).ended("apply", "skipped")
	if run := s.scalr.Runs()[0]; !run.Dry {
		t.Errorf("a plan is not a dry run: %v", run)
	}
	applied := s.run("dispatch.yml", inputs("apply", ""))
	if got := applied.ended("apply", "success").
		step("OWNER/scalr-run-action@v1"); got.outputs["summary"] != "2 added, 0 changed, 0 destroyed" {
		t.Errorf("the apply: %s", got.word())
	}
	applied.ended("discard", "skipped")
	s.run("dispatch.yml", inputs("plan destruction", "")).ended("apply", "skipped")
	s.reviews["production"] = "failure"
	s.run("dispatch.yml", inputs("destroy", "")).ended("discard", "success")
	delete(s.reviews, "production")
	if got := s.run("dispatch.yml", inputs("destroy", "")).ended("apply", "success").
		step("OWNER/scalr-run-action@v1"); got.outputs["summary"] != "0 added, 0 changed, 2 destroyed" {
		t.Errorf("the destruction: %s", got.word())
	}
	var statuses []string
	for _, run := range s.scalr.Runs() {
		statuses = append(statuses, run.Status)
	}
	if got := strings.Join(statuses, " "); got != "planned_and_finished applied planned_and_finished discarded applied" {
		t.Errorf("the runs are %s", got)
	}
}

// TestExampleApplyWithToken checks the comment on the merged pull request.
func TestExampleApplyWithToken(t *testing.T) {
	t.Parallel()
	s := newTestbed(t, alwaysWithTerraform())
	s.commit("merged", network("a"))
	s.github.memory.Push(7, commit("head"))
	s.github.memory.Merge(7, commit("merged"), time.Now())
	if got := s.run("apply-on-main-token.yml", push("merged", networkFile)).ended("apply", "success").
		step("run"); got.outputs["result"] != "applied" {
		t.Errorf("the apply: %s", got.word())
	}
	if got := s.github.bodies(7); len(got) != 1 || !strings.Contains(got[0], "1 added") {
		t.Errorf("got the comments %q", got)
	}
}
