package scalr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"scalr-run-action/internal/sanitize"
)

// Settings are the settings of a run as reported by a response. A member is nil if the response omits it or contains a
// value of another type.
type Settings struct {
	Dry, Destroy, RefreshOnly, AutoApply, SavePlan *bool
	Targets, Replace                               *[]string
}

// settings reads the settings. In the vendor's document (schema Run) refresh-only, save-plan and the lists of addresses
// may be null, which means not set.
func (a attributes) settings() Settings {
	return Settings{
		Dry: a.flag("is-dry"), Destroy: a.flag("is-destroy"), AutoApply: a.flag("auto-apply"),
		RefreshOnly: a.nullableFlag("refresh-only"), SavePlan: a.nullableFlag("save-plan"),
		Targets: a.nullableTexts("target-addrs"), Replace: a.nullableTexts("replace-addrs"),
	}
}

func (a attributes) nullableFlag(name string) *bool {
	if v, ok := a[name]; ok && v == nil {
		return new(bool)
	}
	return a.flag(name)
}

func (a attributes) nullableNumber(name string) *int {
	if v, ok := a[name]; ok && v == nil {
		return new(int)
	}
	return a.number(name)
}

func (a attributes) nullableTexts(name string) *[]string {
	v, ok := a[name]
	if ok && v == nil {
		return &[]string{}
	}
	raw, _ := v.(json.RawMessage)
	var list []*string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, text := range list {
		if text == nil {
			return nil
		}
		texts = append(texts, *text)
	}
	return &texts
}

// Difference is a member whose value in a run differs from the request.
type Difference struct {
	Member     string // name in the API, such as is-dry
	Want, Got  string
	Unreported bool // the response omits the member; Got is empty
}

// Differences compares the run in a response with the request. Lists of addresses are compared as sets. A dry run and a
// run that saves its plan are never applied automatically, so Scalr may report auto-apply as false for them regardless
// of the request. A status that only another kind of run reaches is a difference too.
func (q RunRequest) Differences(r Run) []Difference {
	var list differences
	list.id("workspace", q.WorkspaceID, r.WorkspaceID)
	list.id("configuration-version", q.ConfigurationID, r.ConfigurationID)
	s := r.Settings
	list.flag("is-dry", q.Dry, s.Dry)
	list.flag("is-destroy", q.Destroy, s.Destroy)
	list.flag("refresh-only", q.RefreshOnly, s.RefreshOnly)
	list.flag("save-plan", q.SavePlan, s.SavePlan)
	if never := q.Dry || q.SavePlan; s.AutoApply == nil || *s.AutoApply || !never {
		want, from := q.autoApply()
		list.flagFrom("auto-apply", want, from, s.AutoApply)
	}
	list.set("target-addrs", q.Targets, s.Targets)
	list.set("replace-addrs", q.Replace, s.Replace)
	if len(list) == 0 {
		list.status(q, r)
	}
	return list
}

// autoApply returns the value that the run must report, and the origin of that value.
func (q RunRequest) autoApply() (want bool, from string) {
	if q.AutoApply != nil {
		return *q.AutoApply, ""
	}
	return q.WorkspaceAutoApply, ", the workspace's setting"
}

type differences []Difference

func (d *differences) id(member, want, got string) {
	if want != got {
		*d = append(*d, Difference{member, want, got, got == ""})
	}
}

func (d *differences) flag(member string, want bool, got *bool) { d.flagFrom(member, want, "", got) }

func (d *differences) flagFrom(member string, want bool, from string, got *bool) {
	wanted := strconv.FormatBool(want) + from
	switch {
	case got == nil:
		*d = append(*d, Difference{member, wanted, "", true})
	case *got != want:
		*d = append(*d, Difference{member, wanted, strconv.FormatBool(*got), false})
	}
}

func (d *differences) set(member string, want []string, got *[]string) {
	switch {
	case got == nil:
		*d = append(*d, Difference{member, quoted(want), "", true})
	case !sameSet(want, *got):
		*d = append(*d, Difference{member, quoted(want), quoted(*got), false})
	}
}

// status adds the differences that follow from the run's status, regardless of its attributes.
func (d *differences) status(q RunRequest, r Run) {
	applies := meanings[r.Status].applying || r.Apply != nil && (r.Apply.Status == TaskRunning || r.Apply.Status == TaskFinished)
	switch {
	case q.Dry && applies:
		*d = append(*d, Difference{"is-dry", "true", "true, but is applied (" + string(r.Status) + ")", false})
	case !q.SavePlan && r.State() == Saved:
		*d = append(*d, Difference{"save-plan", "false", "false, but has the status " + string(r.Status), false})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

const (
	mostQuoted   = 5  // items of a list
	mostOfQuoted = 80 // bytes of an item
)

// quoted formats a list whose items may be untrusted.
func quoted(list []string) string {
	var items []string
	for _, item := range list[:min(len(list), mostQuoted)] {
		items = append(items, strconv.Quote(sanitize.Note(item, mostOfQuoted)))
	}
	if more := len(list) - mostQuoted; more > 0 {
		items = append(items, fmt.Sprintf("and %d more", more))
	}
	return "[" + strings.Join(items, ", ") + "]"
}
