package inputs_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"scalr-run-action/internal/goldentest"
	"scalr-run-action/internal/inputs"
)

// with is the `with:` of a workflow.
type with map[string]string

// row is one set of inputs with one problem.
type row struct {
	name string
	// action is "" for the root action, or the name of another action.
	action string
	// with is added to valid inputs; an empty value removes one.
	with   with
	env    map[string]string
	origin inputs.Origin
	// input is the input with the problem.
	input string
	// says contains texts that must occur, separated by bars; the first one within the first 100 characters.
	says string
	// hides are texts that must not occur, separated by bars.
	hides string
	// unquoted is true for values that are not shown.
	unquoted bool
}

const goodToken = "tkn-0123456789abcdef"

// onGitHub is a job in the user's own repository.
var onGitHub = inputs.Origin{OnGitHub: true, HasIDToken: true}

func goodInputs(action string) with {
	w := with{"token": goodToken, "base-url": "https://acme.scalr.io"}
	switch action {
	case "environment":
		w["name"] = "production"
	case "workspace":
		w["environment"], w["name"] = "production", "network"
	case "affected":
	case "overview":
		w["workspaces"] = "production/network"
	default:
		w["workspace-id"] = "ws-v0abc123"
	}
	return w
}

func (c row) source() inputs.Source {
	all := goodInputs(c.action)
	maps.Copy(all, c.with)
	origin := c.origin
	if origin == (inputs.Origin{}) {
		origin = onGitHub
	}
	return inputs.Source{
		Get:    func(name string) string { return all[name] },
		Env:    func(name string) string { return c.env[name] },
		Origin: origin,
	}
}

func load(action string, src inputs.Source) (inputs.Notes, error) {
	switch action {
	case "environment":
		_, notes, err := inputs.LoadEnvironment(src)
		return notes, err
	case "workspace":
		_, notes, err := inputs.LoadWorkspace(src)
		return notes, err
	case "affected":
		_, notes, err := inputs.LoadAffected(src)
		return notes, err
	case "overview":
		_, notes, err := inputs.LoadOverview(src)
		return notes, err
	}
	_, notes, err := inputs.LoadRun(src)
	return notes, err
}

func names(action string) []inputs.Input {
	switch action {
	case "environment":
		return inputs.EnvironmentNames()
	case "workspace":
		return inputs.WorkspaceNames()
	case "affected":
		return inputs.AffectedNames()
	case "overview":
		return inputs.OverviewNames()
	}
	return inputs.RunNames()
}

// runRows checks each row, and compares the texts of all with a golden file.
func runRows(t *testing.T, rows []row) {
	t.Helper()
	t.Logf("%d rows", len(rows))
	seen := map[string]bool{}
	var texts []string
	for _, c := range rows {
		if seen[c.name] {
			t.Errorf("two rows are named %q", c.name)
		}
		seen[c.name] = true
		_, err := load(c.action, c.source())
		texts = append(texts, fmt.Sprintf("%s\n    %v\n%s", c.name, err, c.kept()))
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
	slices.Sort(texts)
	goldentest.Compare(t, filepath.Join("testdata", t.Name()+".txt"), strings.Join(texts, ""))
}

// kept describes what is left of the input with the problem, by comparison with the inputs without it: a step that
// fails because of its inputs still reports with them.
func (c row) kept() string {
	without := c
	without.with = with{}
	maps.Copy(without.with, c.with)
	without.with[c.input] = ""
	given, _ := loadInputs(c.action, c.source())
	rest, _ := loadInputs(c.action, without.source())
	var text strings.Builder
	all, some := reflect.ValueOf(given), reflect.ValueOf(rest)
	for i := range all.NumField() {
		field := all.Field(i)
		if !field.IsZero() && !reflect.DeepEqual(field.Interface(), some.Field(i).Interface()) {
			if field.Kind() == reflect.Pointer && !field.IsNil() {
				field = field.Elem()
			}
			fmt.Fprintf(&text, "    kept: %s: %+v\n", all.Type().Field(i).Name, field)
		}
	}
	return text.String()
}

// check checks one row against the rules for the text of an error.
func (c row) check(t *testing.T) {
	t.Helper()
	notes, err := load(c.action, c.source())
	var problems inputs.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got error %v, want Problems", err)
	}
	if len(problems) != 1 {
		t.Errorf("got %d problems, want 1", len(problems))
	}
	text := err.Error()
	if !strings.HasPrefix(text, c.input+": ") {
		t.Errorf("does not name the input %s first", c.input)
	}
	says := strings.Split(c.says, "|")
	for _, word := range says {
		if !strings.Contains(text, word) {
			t.Errorf("does not say %q", word)
		}
	}
	if head := []rune(text); !strings.Contains(string(head[:min(100, len(head))]), says[0]) {
		t.Errorf("does not say %q in its first 100 characters", says[0])
	}
	for _, word := range strings.Split(c.hides, "|") {
		if word != "" && (strings.Contains(text, word) || strings.Contains(notesText(notes), word)) {
			t.Errorf("shows %q", word)
		}
	}
	c.checkQuote(t, text)
	checkText(t, text)
	checkExample(t, c.action, strings.TrimPrefix(text, c.input+": "))
	if t.Failed() {
		t.Logf("the text is %s", text)
	}
}

var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// checkQuote checks that at most 80 characters of the value are quoted, and no part of a secret.
func (c row) checkQuote(t *testing.T, text string) {
	t.Helper()
	value := c.source().Get(c.input)
	found := false
	for _, q := range quoted.FindAllString(text, -1) {
		plain, err := strconv.Unquote(q)
		if err != nil {
			t.Errorf("%s cannot be unquoted", q)
		}
		if n := utf8.RuneCountInString(plain); n > 80 {
			t.Errorf("a quote has %d characters, at most 80 are wanted", n)
		}
		plain = strings.TrimSuffix(plain, "…")
		found = found || plain != "" && strings.Contains(strings.ToValidUTF8(value, "\uFFFD"), strings.ToValidUTF8(plain, "\uFFFD"))
	}
	if strings.TrimSpace(value) != "" && found == c.unquoted {
		t.Errorf("the value is quoted: %t, want %t", found, !c.unquoted)
	}
}

var machineWords = regexp.MustCompile(`%!|goroutine|panic|invalid character|strconv|net/url|parse "|` +
	`time: (?:invalid|missing|unknown)|\w+Error\b|<nil>|map\[|&\{|\b0xc[0-9a-f]{9}\b`)

// checkText checks a message about inputs: one line, without commands or control characters, and without
// internal terms outside of quoted values.
func checkText(t *testing.T, text string) {
	t.Helper()
	if len(text) > 4096 {
		t.Errorf("has %d bytes, want at most 4096", len(text))
	}
	if !utf8.ValidString(text) {
		t.Error("is not UTF-8")
	}
	for _, c := range text {
		if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			t.Errorf("contains the character %U", c)
		}
	}
	if strings.Contains(text, "##[") {
		t.Error("contains a command of the runner")
	}
	if m := machineWords.FindString(quoted.ReplaceAllString(text, "")); m != "" {
		t.Errorf("contains words of the machine: %q", m)
	}
}

var otherExample = regexp.MustCompile("`if: |permissions: |SCALR_(?:TOKEN|HOSTNAME)=|such as (region|password|TF_LOG)=|\\.\\.\\.")

// checkExample checks that the fix is shown as YAML.
func checkExample(t *testing.T, action, text string) {
	t.Helper()
	isInput := func(in inputs.Input) bool { return strings.Contains(text, in.Name+": ") }
	if !slices.ContainsFunc(names(action), isInput) && !otherExample.MatchString(text) && !strings.Contains(text, "Use http") {
		t.Error("shows no example of what to write")
	}
}

func notesText(notes inputs.Notes) string {
	var all []string
	for _, n := range notes {
		all = append(all, n.Text)
	}
	return strings.Join(all, "\n")
}
