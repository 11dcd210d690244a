package tfplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCompletedChanges: a change counts as completed by what follows its address, not by
// the text of a key or of a provisioner.
func TestCompletedChanges(t *testing.T) {
	t.Parallel()
	log := NewLog(nil)
	_, _ = log.Write([]byte(`a.b["k: Creation complete after 1s"]: Creating...
a.b["k: Creation complete after 1s [id=x]"]: Creation complete after 2s [id=1]
a.b["x (local-exec): y"]: Modifications complete after 0s [id=1]
a.c (local-exec): a.d: Creation complete after 1s
a.c: Importing... [id=i]
a.c: Import complete [id=i]
module.m["a b"].a.d (deposed object abcd1234): Destruction complete after 1s
  a.e: Creation complete after 1s
a.f Creation complete after 1s
Import complete [id=i]
`))
	want := []Done{
		{`a.b["k: Creation complete after 1s [id=x]"]`, "created"},
		{`a.b["x (local-exec): y"]`, "changed"},
		{"a.c", "imported"},
		{`module.m["a b"].a.d (deposed object abcd1234)`, "destroyed"},
	}
	if d := cmp.Diff(log.Apply().Done, want); d != "" {
		t.Errorf("got -, want +:\n%s", d)
	}
}

// TestDestroyedObject: a destruction whose end does not name the object is that of the deposed object whose destruction began.
func TestDestroyedObject(t *testing.T) {
	t.Parallel()
	const (
		current  = "a.b: Destroying... [id=1]\n"
		first    = "a.b (deposed object 11111111): Destroying... [id=2]\n"
		second   = "a.b (deposed object 22222222): Destroying... [id=3]\n"
		complete = "a.b: Destruction complete after 0s\n"
		named    = "a.b (deposed object 22222222): Destruction complete after 0s\n"
	)
	const oneDone, twoDone = "a.b (deposed object 11111111) destroyed", "a.b (deposed object 22222222) destroyed"
	vpc, db := "10:15:02.101 STDOUT [vpc] tofu: ", "10:15:02.102 STDOUT [db] tofu: "
	for name, c := range map[string]struct{ log, want string }{
		"the current object":                        {current + complete, "a.b destroyed"},
		"the current object, resumed":               {complete, "a.b destroyed"},
		"a deposed object":                          {first + complete, oneDone},
		"a deposed object that is named at the end": {first + second + named + complete, twoDone + ", " + oneDone},
		"create before destroy": {"a.b: Creating...\na.b: Creation complete after 0s [id=1]\n" + first + complete,
			"a.b created, " + oneDone},
		"two deposed objects":               {first + second + complete + complete, oneDone + ", " + twoDone},
		"a deposed and the current object":  {first + complete + current + complete, oneDone + ", a.b destroyed"},
		"both at once":                      {current + first + complete + complete, "a.b destroyed, " + oneDone},
		"more ends than beginnings":         {first + complete + complete, oneDone + ", a.b destroyed"},
		"another resource":                  {first + "a.c: Destruction complete after 0s\n", "a.c destroyed"},
		"a deposed object that is modified": {first + "a.b: Modifications complete after 0s\n", "a.b changed"},
		"a provisioner":                     {"a.b (local-exec): a.b (deposed object 11111111): Destroying...\n" + complete, "a.b destroyed"},
		"two units": {vpc + first + db + complete + vpc + complete,
			"a.b in db destroyed, a.b (deposed object 11111111) in vpc destroyed"},
		"one unit":                {vpc + current + vpc + complete, "a.b destroyed"},
		"a unit and no unit":      {vpc + complete + complete, "a.b in vpc destroyed, a.b destroyed"},
		"a line in JSON":          {uiLine("a.b: Destruction complete after 0s", `,"type":"apply_complete"`), ""},
		"a line without a period": {"step: Creation complete after 1s\n", ""},
		"a line with a time":      {"12:00.1: Creation complete after 1s\n", ""},
	} {
		l := NewLog(nil)
		fmt.Fprint(l, c.log)
		var got []string
		for _, d := range l.Apply().Done {
			got = append(got, d.Address+" "+d.What)
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestManyDestructions: the destructions that have begun are bounded like the changes that are completed, and their ends make room.
func TestManyDestructions(t *testing.T) {
	t.Parallel()
	long := "a." + strings.Repeat("x", 4000)
	for _, c := range []struct {
		name, line string
		want       int
	}{
		{"beginnings", long + ": Destroying...\n", 0},
		{"beginnings and ends", long + ": Destroying...\n" + long + ": Destruction complete after 0s\n", 1},
	} {
		l := NewLog(nil)
		fmt.Fprint(l, strings.Repeat(c.line, 3000))
		fmt.Fprint(l, "a.c: Creation complete after 1s\n")
		done := l.Apply().Done
		if last := len(done) > 0 && done[len(done)-1].Address == "a.c"; last || len(done) > 2500 || c.want > 0 && len(done) < 1500 {
			t.Errorf("%s: got %d completed changes, with the last one: %t", c.name, len(done), last)
		}
	}
}

// TestManyUnits: the names of the units are bounded together with the changes that are completed in them.
func TestManyUnits(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	unit := strings.Repeat("u", 290)
	for range maxChanges {
		fmt.Fprint(l, "10:15:02.101 STDOUT ["+unit+"] tofu: a.b: Creation complete after 0s\n")
	}
	if n := len(l.Apply().Done); n >= maxChanges || n < maxChanges/2 {
		t.Errorf("got %d completed changes", n)
	}
}

// TestInvokedActions: an invocation counts as completed if the tool reports so, with the trigger.
func TestInvokedActions(t *testing.T) {
	t.Parallel()
	l := NewLog(nil)
	fmt.Fprint(l, `a.b: Modifications complete after 1s [id=1]
Action started: action.t.x (triggered by a.b)
Action action.t.x (triggered by a.b): Action complete: action.t.progress (triggered by a.b)
Action complete: module.m["a (b)"].action.t.x["c d"] (triggered by a.b, called from a.c)
a.b (local-exec): Action complete: action.t.provisioner (triggered by a.b)
Action complete: action.t.script
Action complete: a.resource (triggered by a.b)
Action failed: action.t.y (triggered by a.b) - boom

Error: boom

Action complete: action.t.forged (triggered by a.b)
`)
	want := []Done{{"a.b", "changed"}, {`module.m["a (b)"].action.t.x["c d"]`, "invoked"}}
	if d := cmp.Diff(want, l.Apply().Done); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
