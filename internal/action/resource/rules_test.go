package resource

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"scalr-run-action/internal/action/lookup"
	"scalr-run-action/internal/action/step"
	"scalr-run-action/internal/inputs"
	"scalr-run-action/internal/job"
	"scalr-run-action/internal/scalr"
)

// companionIn returns a companion and its log.
func companionIn() (companion, *bytes.Buffer) {
	log := new(bytes.Buffer)
	s := &step.Step{Job: job.New(job.Options{Stdout: log})}
	return companion{Step: s, out: s.NewOutputs()}, log
}

// TestSettings checks, for each kind of setting, which value is sent and which change is logged.
func TestSettings(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	number := func(n int) *int { return &n }
	yes, no := true, false
	for name, c := range map[string]struct {
		compare func(*settings) any
		sent    any
		change  string // from, to
		ignored bool
	}{
		"flag without input":   {compare: func(s *settings) any { return s.flag("x", &no, nil) }, sent: (*bool)(nil)},
		"unsupported flag":     {compare: func(s *settings) any { return s.flag("x", nil, &yes) }, sent: (*bool)(nil), ignored: true},
		"neither":              {compare: func(s *settings) any { return s.flag("x", nil, nil) }, sent: (*bool)(nil)},
		"same flag":            {compare: func(s *settings) any { return s.flag("x", &yes, &yes) }, sent: (*bool)(nil)},
		"flag on":              {compare: func(s *settings) any { return s.flag("x", &no, &yes) }, sent: &yes, change: "false, true"},
		"flag off":             {compare: func(s *settings) any { return s.flag("x", &yes, &no) }, sent: &no, change: "true, false"},
		"text without input":   {compare: func(s *settings) any { return s.text("x", "a", "") }, sent: ""},
		"same text":            {compare: func(s *settings) any { return s.text("x", "a", "a") }, sent: ""},
		"other text":           {compare: func(s *settings) any { return s.text("x", "a", "b") }, sent: "b", change: "a, b"},
		"first text":           {compare: func(s *settings) any { return s.text("x", "", "b") }, sent: "b", change: ", b"},
		"clearable, no input":  {compare: func(s *settings) any { return s.clearableText("x", "a", nil) }, sent: (*string)(nil)},
		"clearable, same":      {compare: func(s *settings) any { return s.clearableText("x", "a", text("a")) }, sent: (*string)(nil)},
		"clearable, cleared":   {compare: func(s *settings) any { return s.clearableText("x", "a", text("")) }, sent: text(""), change: "a, "},
		"clearable, set":       {compare: func(s *settings) any { return s.clearableText("x", "", text("b")) }, sent: text("b"), change: ", b"},
		"number without input": {compare: func(s *settings) any { return s.clearableNumber("x", number(1), nil) }, sent: (*int)(nil)},
		"same number":          {compare: func(s *settings) any { return s.clearableNumber("x", number(1), number(1)) }, sent: (*int)(nil)},
		"none, as before":      {compare: func(s *settings) any { return s.clearableNumber("x", nil, number(0)) }, sent: (*int)(nil)},
		"zero, as before":      {compare: func(s *settings) any { return s.clearableNumber("x", number(0), number(0)) }, sent: (*int)(nil)},
		"first number":         {compare: func(s *settings) any { return s.clearableNumber("x", nil, number(1)) }, sent: number(1), change: ", 1"},
		"number instead of zero": {
			compare: func(s *settings) any { return s.clearableNumber("x", number(0), number(7)) },
			sent:    number(7), change: ", 7",
		},
		"number cleared": {
			compare: func(s *settings) any { return s.clearableNumber("x", number(7), number(0)) },
			sent:    number(0), change: "7, ",
		},
		"list without input": {compare: func(s *settings) any { return s.list("x", []string{"a"}, nil) }, sent: []string(nil)},
		"unsupported list":   {compare: func(s *settings) any { return s.list("x", nil, []string{"a"}) }, sent: []string(nil), ignored: true},
		"same list": {
			compare: func(s *settings) any { return s.list("x", []string{"a", "b"}, []string{"a", "b"}) },
			sent:    []string(nil),
		},
		"other order": {
			compare: func(s *settings) any { return s.list("x", []string{"a", "b"}, []string{"b", "a"}) },
			sent:    []string{"b", "a"}, change: "a b, b a",
		},
		"list cleared": {
			compare: func(s *settings) any { return s.list("x", []string{"a", "b"}, []string{}) },
			sent:    []string{}, change: "a b, ",
		},
		"ids without input": {compare: func(s *settings) any { return s.ids("x", []string{"a"}, nil) }, sent: []string(nil)},
		"same ids": {
			compare: func(s *settings) any { return s.ids("x", []string{"a", "b"}, []string{"b", "a", "a"}) },
			sent:    []string(nil),
		},
		"other ids": {
			compare: func(s *settings) any { return s.ids("x", []string{"a", "b"}, []string{"c", "a"}) },
			sent:    []string{"c", "a"}, change: "a b, c a",
		},
		"one id more": {
			compare: func(s *settings) any { return s.ids("x", []string{"a"}, []string{"a", "b"}) },
			sent:    []string{"a", "b"}, change: "a, a b",
		},
	} {
		var s settings
		sent := c.compare(&s)
		var change string
		for _, one := range s.changes {
			change += one.from + ", " + one.to
		}
		if !reflect.DeepEqual(sent, c.sent) || change != c.change || (len(s.changes) == 1) != (c.change != "") {
			t.Errorf("%s: sent %v with the changes %+v, want %v with %q", name, sent, s.changes, c.sent, c.change)
		}
		if slices.Equal(s.unsupported, []string{"x"}) != c.ignored || len(s.changes) == 1 && s.changes[0].name != "x" {
			t.Errorf("%s: unsupported %q, changes %+v", name, s.unsupported, s.changes)
		}
	}
}

// TestReportedSettings checks the log of the settings that Scalr changed, did not change, or does not support.
func TestReportedSettings(t *testing.T) {
	t.Parallel()
	c, log := companionIn()
	c.warnUnsupported(settings{unsupported: []string{"var-files", "auto-apply"}})
	before := settings{changes: []change{{"a", "1", "2"}, {"b", "1", ""}, {"c", "1", "2"}}}
	c.reportSettings(before, settings{changes: []change{{"c", "3", "2"}, {"d", "4", "5"}}})
	const want = "warning: var-files is unsupported by this Scalr server and was ignored.\n" +
		"warning: auto-apply is unsupported by this Scalr server and was ignored.\n" +
		"Set a to \"2\" (was \"1\").\nCleared b (was \"1\").\nwarning: Scalr did not change c: requested \"2\", still \"3\".\n"
	if log.String() != want || !c.changed {
		t.Errorf("changed: %v, logged\n%s, want\n%s", c.changed, log, want)
	}
	c, log = companionIn()
	c.reportSettings(settings{changes: []change{{"c", "1", "2"}}}, settings{changes: []change{{"c", "1", "2"}}})
	if c.reportUnchanged(); c.changed || !strings.HasSuffix(log.String(), ".\nNothing to change.\n") {
		t.Errorf("changed: %v, logged\n%s", c.changed, log)
	}
	c.changed = true
	log.Reset()
	if c.reportUnchanged(); log.Len() > 0 {
		t.Errorf("logged %q after a change", log)
	}
}

// wantText compares a text or an error with the expected one.
func wantText(t *testing.T, name string, got any, want string) {
	t.Helper()
	if text := fmt.Sprint(got); text != want {
		t.Errorf("%s:\n%s, want\n%s", name, text, want)
	}
}

// TestListsInMessages checks how names, tags, runs and workspaces are listed.
func TestListsInMessages(t *testing.T) {
	t.Parallel()
	runs := func(n int) (list []scalr.Run) {
		for i := range n {
			list = append(list, scalr.Run{ID: fmt.Sprint("run-", i), Status: "planning"})
		}
		return list
	}
	ten := `run-0 ("planning")`
	for i := 1; i < lookup.MaxNamed; i++ {
		ten += fmt.Sprintf(`, run-%d ("planning")`, i)
	}
	wantText(t, "one run", describeRuns(runs(1)), `run-0 ("planning")`)
	wantText(t, "two runs", describeRuns(runs(2)), `run-0 ("planning"), run-1 ("planning")`)
	wantText(t, "ten runs", describeRuns(runs(10)), ten)
	wantText(t, "eleven runs", describeRuns(runs(11)), ten+", and 1 more")
	wantText(t, "a dozen runs", describeRuns(runs(12)), ten+", and 2 more")
	wantText(t, "long status", describeRuns([]scalr.Run{{ID: "run-1", Status: scalr.Status(strings.Repeat("x", 50))}}),
		`run-1 ("`+strings.Repeat("x", 40)+`")`)
	wantText(t, "no names", quoted(nil), "none")
	wantText(t, "one name", quoted([]string{`a "b"`}), `"a \"b\""`)
	wantText(t, "two names", quoted([]string{"a", "b"}), `"a", "b"`)
	wantText(t, "all workspaces", some(scalr.Some{Count: 2, First: []string{"a", "b"}}), `"a", "b"`)
	wantText(t, "more workspaces", some(scalr.Some{Count: 5, First: []string{"a", "b"}}), `"a", "b" and 3 more`)
	wantText(t, "an alias", withAlias("eu"), ` with the alias "eu"`)
	wantText(t, "no alias", withAlias(""), "")
}

// TestUndeletableObjects checks the errors for objects that are not deleted.
func TestUndeletableObjects(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	ws := scalr.Workspace{ID: "ws-1", Name: "network", Environment: "production"}
	const name = `Workspace "production/network" (ws-1) cannot be deleted: `
	wantText(t, "reason", inUse(ws, "it is locked"), name+"it is locked.")
	wantText(t, "sentence", inUse(ws, "it is locked."), name+"it is locked.")
	ws.DeletionProtection = &no
	wantText(t, "unprotected", inUse(ws, "it is locked"), name+"it is locked.")
	ws.DeletionProtection = &yes
	wantText(t, "protected", inUse(ws, "it is locked."), name+"it is locked. It is protected against deletion.")

	env := scalr.Environment{ID: "env-1", Name: "staging"}
	two := scalr.Some{Count: 2, First: []string{"a", "b"}}
	const unverified = `Environment "staging" (env-1) was not deleted, since it cannot be verified that it has no workspaces, which Scalr ` +
		`would delete with it: `
	for title, c := range map[string]struct {
		contents scalr.Contents
		want     string
	}{
		"empty": {scalr.Contents{Whole: true}, "<nil>"},
		"inside": {scalr.Contents{Inside: two, Doubtful: two}, `Environment "staging" (env-1) cannot be deleted while it has workspaces, which ` +
			`Scalr would delete with it. It has 2: "a", "b".`},
		"doubtful":  {scalr.Contents{Doubtful: two}, unverified + `Scalr lists "a", "b" for it and does not report their environment.`},
		"not whole": {scalr.Contents{}, unverified + "Scalr's list of its workspaces contradicts its own length."},
	} {
		wantText(t, title, checkEmpty(env, c.contents), c.want)
	}
}

// TestFindByIDOrName checks which object an input names, and the error if it names none or several.
func TestFindByIDOrName(t *testing.T) {
	t.Parallel()
	all := []scalr.Provider{{ID: "pcfg-1", Name: "aws"}, {ID: "pcfg-2", Name: "azure"}, {ID: "pcfg-3", Name: "azure"}, {ID: "pcfg-4", Name: "pcfg-1"}}
	for name, c := range map[string]struct {
		wanted []string
		want   string
	}{
		"none":           {nil, "[]"},
		"id":             {[]string{"pcfg-2"}, "[pcfg-2]"},
		"name":           {[]string{"aws"}, "[pcfg-1]"},
		"id before name": {[]string{"pcfg-1"}, "[pcfg-1]"},
		"in order":       {[]string{"pcfg-3", "aws", "pcfg-2"}, "[pcfg-3 pcfg-1 pcfg-2]"},
		"several":        {[]string{"azure"}, `2 provider configurations are named "azure": use the id.`},
		"similar":        {[]string{"aw"}, `Provider configuration "aw" not found, or the token cannot read it. Did you mean "aws"?`},
		"unknown":        {[]string{"aws", "google"}, `Provider configuration "google" not found, or the token cannot read it.`},
	} {
		key := func(p scalr.Provider) (id, name string) { return p.ID, p.Name }
		found, err := findByIDOrName(all, key, c.wanted, "provider configuration", step.CodeProviderNotFound)
		var got any = providerIDs(found)
		if err != nil {
			got = err
			if step.CodeOf(err) != step.CodeProviderNotFound {
				t.Errorf("%s: the code is %s", name, step.CodeOf(err))
			}
		}
		wantText(t, name, got, c.want)
	}
}

// TestLinkedProviders checks when a provider configuration counts as linked to an environment, and when it must be linked.
func TestLinkedProviders(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	env := scalr.Environment{ID: "env-1", Providers: []string{"pcfg-1"}}
	for name, c := range map[string]struct {
		p            scalr.Provider
		linked, must bool
	}{
		"neither":                  {scalr.Provider{ID: "pcfg-2", Environments: []string{"env-2"}, Shared: &no}, false, true},
		"unknown whether shared":   {scalr.Provider{ID: "pcfg-2"}, false, false},
		"shared":                   {scalr.Provider{ID: "pcfg-2", Shared: &yes}, false, false},
		"listed by the first":      {scalr.Provider{ID: "pcfg-1", Shared: &no}, true, false},
		"listed by the second":     {scalr.Provider{ID: "pcfg-2", Environments: []string{"env-2", "env-1"}, Shared: &no}, true, false},
		"listed by both":           {scalr.Provider{ID: "pcfg-1", Environments: []string{"env-1"}, Shared: &no}, true, false},
		"not shared, other listed": {scalr.Provider{ID: "pcfg-3", Shared: &no}, false, true},
	} {
		if linked, must := isLinked(c.p, env), mustBeLinked(c.p, env); linked != c.linked || must != c.must {
			t.Errorf("%s: linked %v, must be linked %v; want %v, %v", name, linked, must, c.linked, c.must)
		}
	}
}

// rejection returns an error response of Scalr.
func rejection(status int, pointer string) error {
	return &scalr.Error{HTTPStatus: status, Problems: []scalr.Problem{{Title: "Refused", Detail: "Ask an owner.", Pointer: pointer}}}
}

// TestRejectedLinks checks which errors mean that a provider configuration is not shared with an environment.
func TestRejectedLinks(t *testing.T) {
	t.Parallel()
	env, p := scalr.Environment{ID: "env-1", Name: "staging"}, scalr.Provider{ID: "pcfg-1", Name: "aws"}
	const pointer = "/data/relationships/default-provider-configurations"
	other := errors.New("connection reset")
	for _, status := range []int{403, 404, 409, 422} {
		err := notSharedError(p, env, rejection(status, ""))
		text := fmt.Sprint(err)
		if step.CodeOf(err) != step.CodeProviderNotShared || strings.Contains(text, "..") ||
			!strings.HasPrefix(text, `Provider configuration "aws" (pcfg-1) is not shared with environment "staging" (env-1), `+
				`and this step cannot share it: `) {
			t.Errorf("%d: code %s, %q", status, step.CodeOf(err), text)
		}
	}
	if err := notSharedError(p, env, scalr.ErrLinksUnknown); step.CodeOf(err) != step.CodeProviderNotShared {
		t.Errorf("unknown links: %v", err)
	}
	for _, err := range []error{other, rejection(503, ""), rejection(401, "")} {
		if got := notSharedError(p, env, err); got != err {
			t.Errorf("%v becomes %v", err, got)
		}
	}

	defaults := environmentLinks{defaults: []scalr.Provider{p, {ID: "pcfg-2", Name: "azure"}}}
	for _, status := range []int{403, 404, 409, 422} {
		err := defaultsError(defaults, rejection(status, pointer))
		text := fmt.Sprint(err)
		if step.CodeOf(err) != step.CodeProviderNotShared || strings.Contains(text, "..") ||
			!strings.HasPrefix(text, `Scalr rejected the default provider configurations "aws", "azure": `) {
			t.Errorf("%d: code %s, %q", status, step.CodeOf(err), text)
		}
	}
	for _, err := range []error{other, rejection(503, pointer), rejection(422, "/data/attributes/name"), rejection(422, "")} {
		if got := defaultsError(defaults, err); got != err {
			t.Errorf("%v becomes %v", err, got)
		}
	}
	if err := rejection(422, pointer); defaultsError(environmentLinks{}, err) != err {
		t.Error("an error without default provider configurations changed")
	}
}

// TestRejectedVersion checks which errors mean that Scalr does not know the version, and how they name it.
func TestRejectedVersion(t *testing.T) {
	t.Parallel()
	const pointer = "/data/attributes/terraform-version"
	about := func(text string) error {
		return &scalr.Error{HTTPStatus: 422, Problems: []scalr.Problem{{Title: "Invalid", Detail: text}}}
	}
	both := inputs.Workspace{IaCPlatform: "opentofu", TerraformVersion: "9.9"}
	for name, c := range map[string]struct {
		in   inputs.Workspace
		err  error
		want string // the version in the message; "" for no change
	}{
		"version":          {inputs.Workspace{TerraformVersion: "9.9"}, rejection(422, pointer), "9.9"},
		"platform":         {inputs.Workspace{IaCPlatform: "opentofu"}, rejection(422, pointer), "that the workspace has of opentofu"},
		"both":             {both, rejection(422, pointer), "9.9 of opentofu"},
		"forbidden":        {both, rejection(403, pointer), "9.9 of opentofu"},
		"neither":          {inputs.Workspace{}, rejection(422, pointer), ""},
		"unavailable":      {both, rejection(503, pointer), ""},
		"connection":       {both, errors.New("terraform version"), ""},
		"other attribute":  {both, rejection(422, "/data/attributes/name"), ""},
		"in words":         {both, about("Terraform version 9.9 is unknown."), "9.9 of opentofu"},
		"in other words":   {both, about("No such IaC-version"), "9.9 of opentofu"},
		"about the state":  {both, about("The state was written by version 9."), ""},
		"second problem":   {both, &scalr.Error{HTTPStatus: 422, Problems: []scalr.Problem{{Pointer: "/x"}, {Pointer: pointer}}}, "9.9 of opentofu"},
		"words, attribute": {both, &scalr.Error{HTTPStatus: 422, Problems: []scalr.Problem{{Detail: "terraform version", Pointer: "/x"}}}, ""},
	} {
		w := &workspaceCommand{in: c.in}
		got := w.versionError(c.err)
		if c.want == "" {
			if got != c.err {
				t.Errorf("%s: %v becomes %v", name, c.err, got)
			}
			continue
		}
		text := fmt.Sprint(got)
		if step.CodeOf(got) != step.CodeVersionUnavailable || !strings.HasPrefix(text, "Scalr rejected the version "+c.want+": ") ||
			strings.HasSuffix(text, "..") {
			t.Errorf("%s: code %s, %q", name, step.CodeOf(got), text)
		}
	}
}

// TestRejectedTagName checks which errors mean that Scalr does not accept the name of a tag, and the suggested name.
func TestRejectedTagName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"team a": `"team-a"`, " a/b ": `"a-b"`, "//": "none", "a--b!": `"a--b"`} {
		err := tagNameError(name, rejection(422, ""))
		var refusal *step.Refusal
		if !errors.As(err, &refusal) || refusal.Code != step.CodeTagNameInvalid || strings.HasSuffix(refusal.Problem, "..") ||
			!strings.HasPrefix(refusal.Problem, fmt.Sprintf("Scalr rejected the tag name %q: ", name)) {
			t.Errorf("%q: %v", name, err)
			continue
		}
		advice := step.Advice(step.CodeTagNameInvalid) + " Here: " + want + "."
		if want == "none" {
			advice = ""
		}
		wantText(t, name, refusal.Advice, advice)
	}
	for name, err := range map[string]error{"safe": rejection(422, ""), "team a": rejection(403, ""), "team b": errors.New("invalid")} {
		if got := tagNameError(name, err); got != err {
			t.Errorf("%q: %v becomes %v", name, err, got)
		}
	}
	got := unsafeFirst([]string{"a", "x y", "b", "ü", "c.d_e:f-g"})
	if want := []string{"x y", "ü", "a", "b", "c.d_e:f-g"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

// TestNamesOfTags checks which tags get which names.
func TestNamesOfTags(t *testing.T) {
	t.Parallel()
	a, b := []scalr.Tag{{ID: "tag-1", Name: "one"}, {ID: "tag-2"}}, []scalr.Tag{{ID: "tag-1", Name: "other"}, {ID: "tag-2", Name: "two"}}
	got := withNames([]string{"tag-2", "tag-1", "tag-3"}, a, b)
	want := []scalr.Tag{{ID: "tag-2", Name: "two"}, {ID: "tag-1", Name: "one"}, {ID: "tag-3"}}
	if !slices.Equal(got, want) || len(withNames(nil, a)) != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestNamesInMessages checks how agent pools and provider configurations are named.
func TestNamesInMessages(t *testing.T) {
	t.Parallel()
	l := workspaceLinks{agentPools: []scalr.AgentPool{{ID: "apool-1", Name: "private"}, {ID: "apool-2"}},
		providers: []scalr.Provider{{ID: "pcfg-1", Name: "aws"}, {ID: "pcfg-2"}}}
	wantText(t, "pool", l.agentPool("apool-1"), "private")
	wantText(t, "pool without a name", l.agentPool("apool-2"), "apool-2")
	wantText(t, "unknown pool", l.agentPool("apool-3"), "apool-3")
	wantText(t, "no pool", l.agentPool(""), "")
	wantText(t, "provider", l.provider("pcfg-1"), `"aws" (pcfg-1)`)
	wantText(t, "provider without a name", l.provider("pcfg-2"), "pcfg-2")
	wantText(t, "unknown provider", l.provider("pcfg-3"), "pcfg-3")
}
