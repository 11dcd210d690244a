package inputs

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
	"scalr-run-action/internal/secret"
)

// Variable is a variable of a run or of a workspace.
type Variable struct {
	Key string
	// Value is secret if Sensitive is true.
	Value secret.Value
	// Category is "terraform" or "shell", Scalr's words.
	Category string
	// HCL is true if Value is an expression.
	HCL bool
	// Sensitive variables are write-only in Scalr.
	Sensitive bool
}

// Limits of a variable, in characters (openapi.yml, create_run).
const (
	maxKey   = 128
	maxValue = 65535
)

var (
	terraformKey = lazyregexp.New(`^[\p{L}_][\p{L}\p{N}_-]*$`)
	shellKey     = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// variableList is one of the four inputs with variables.
type variableList struct {
	input, category string
	sensitive       bool
	key             *lazyregexp.Regexp
	example         string
}

// conceals reports whether an invalid line may be part of a secret. Users also pass secrets in
// environment variables.
func (l variableList) conceals() bool { return l.sensitive || l.category == "shell" }

// variables reads all four lists.
func (r *reader) variables() []Variable {
	lists := []variableList{
		{"variables", "terraform", false, terraformKey, "region=eu-west-1"},
		{"sensitive-variables", "terraform", true, terraformKey, "password=..."},
		{"environment-variables", "shell", false, shellKey, "TF_LOG=debug"},
		{"sensitive-environment-variables", "shell", true, shellKey, "DB_PASSWORD=..."},
	}
	var all []Variable
	places := make(map[string]string)
	for _, list := range lists {
		good := r.variableLines(list, places)
		r.warnOfSecrets(list, good)
		all = append(all, good...)
	}
	return all
}

// secretKey matches typical names of environment variables with secrets.
var secretKey = lazyregexp.New(`(?i)(_TOKEN|_KEY|_SECRET|PASSWORD|_CREDENTIALS)$`)

// warnOfSecrets warns about environment variables that are not sensitive but seem to be secrets.
func (r *reader) warnOfSecrets(list variableList, good []Variable) {
	var names []string
	for _, v := range good {
		if list.category == "shell" && !list.sensitive && secretKey.MatchString(v.Key) && !v.Value.Empty() {
			names = append(names, v.Key)
		}
	}
	if len(names) > 0 {
		r.warnf("environment-variables are stored and shown as plain text, and these seem to contain secrets: %s. "+
			"Set secrets with sensitive-environment-variables.", cutRunes(strings.Join(names, ", "), maxQuoted))
	}
}

// variableLines reads one list. places records where each key of each category is set.
func (r *reader) variableLines(list variableList, places map[string]string) []Variable {
	var good []Variable
	var exposed, quoted []string
	for _, l := range r.assignments(list) {
		v, problem := r.variable(list, l)
		if id := list.category + " " + v.Key; problem == "" && places[id] != "" {
			problem = "sets " + r.quote(v.Key) + ", which is already set in " + places[id] + ". Write each variable once, such as " + list.example
		} else if problem == "" {
			places[id] = fmt.Sprintf("line %d of %s", l.number, list.input)
		}
		if problem != "" {
			r.badf(list.input, "line %d %s", l.number, problem)
			continue
		}
		good = append(good, v)
		if list.sensitive && !v.Value.Empty() && !v.Value.Hideable() {
			exposed = append(exposed, strconv.Itoa(l.number))
		}
		if !v.HCL && inQuotes(v.Value.Reveal()) {
			quoted = append(quoted, strconv.Itoa(l.number))
		}
	}
	if len(quoted) > 0 {
		r.warnf("%s: the quotation marks around the value of line %s are part of the value. Write the text without them.",
			list.input, cutRunes(strings.Join(quoted, ", "), maxQuoted))
	}
	if len(exposed) > 0 {
		r.warnf("%s: the value of line %s is stored as sensitive but not masked: it is shorter than %d bytes, or a word such as true, "+
			"and every other text that contains it would be masked as well.", list.input, cutRunes(strings.Join(exposed, ", "), maxQuoted), secret.Shortest)
	}
	return good
}

// inQuotes reports whether the text is in quotation marks, as users write it in a .tfvars file or in a shell.
func inQuotes(text string) bool {
	n := len(text)
	return n > 1 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'')
}

// assignment is an item of a list of variables. The text of an expression may have several lines.
type assignment struct {
	line
	unfinished string // why the expression is invalid
}

// assignments returns the items of a list: one per line, except for expressions of several lines. Line
// endings are normalized to "\n"; blanks are kept, since they are significant in heredocs.
func (r *reader) assignments(list variableList) []assignment {
	var all []assignment
	lines := strings.Split(strings.ReplaceAll(r.src.Get(list.input), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		first := strings.TrimSpace(lines[i])
		if first == "" {
			continue
		}
		if len(all) == maxItems {
			r.badf(list.input, "has more than %d items. Split it among several steps", maxItems)
			break
		}
		item := assignment{line: line{number: i + 1, text: first}}
		if e := list.expression(first); e != nil {
			from := i + 1
			for !e.ended() && i+1 < len(lines) {
				i++
				e.add(lines[i])
			}
			item.text = strings.Join(append([]string{first}, lines[from:i+1]...), "\n")
			item.unfinished = e.problem(item.number)
		}
		all = append(all, item)
	}
	return all
}

// expression starts the expression in the first line of an item, or returns nil if there is none.
func (l variableList) expression(text string) *expression {
	key, value, _ := strings.Cut(text, "=")
	key, hcl := strings.CutSuffix(strings.TrimSpace(key), ":")
	if !hcl || l.category == "shell" || !l.key.MatchString(strings.TrimSpace(key)) {
		return nil
	}
	e := new(expression)
	e.add(value)
	return e
}

// variable reads one item. Its problems show at most the text before the "=", and no text of an item that may be
// part of a secret.
func (r *reader) variable(list variableList, item assignment) (v Variable, problem string) {
	key, value, ok := strings.Cut(item.text, "=")
	if !ok {
		return v, r.noAssignment(list, item.text)
	}
	key, hcl := strings.CutSuffix(strings.TrimSpace(key), ":")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if problem := r.badKey(list, key, hcl); problem != "" {
		return v, problem
	}
	if unevaluated(value, hcl) {
		return v, r.notEvaluated(list, key, hcl)
	}
	if problem := cmp.Or(badValue(value, hcl), item.unfinished); problem != "" {
		advice := ". Write one variable per line, such as "
		if hcl {
			advice = ". Correct the expression, or write a plain value, such as "
		}
		return v, "has for " + r.quote(key) + " " + problem + advice + list.example
	}
	return Variable{Key: key, Value: list.secretValue(value, hcl), Category: list.category, HCL: hcl, Sensitive: list.sensitive}, ""
}

// secretValue returns the value of a variable with its secret parts.
func (l variableList) secretValue(text string, hcl bool) secret.Value {
	if l.sensitive && hcl {
		return secret.Expression(text)
	}
	return secret.Declared(text)
}

// noAssignment reports a line without "=".
func (r *reader) noAssignment(list variableList, text string) string {
	said := count(utf8.RuneCountInString(text)) + ", not shown"
	if !list.conceals() && terraformKey.MatchString(text) && len(text) <= 40 {
		said = r.quote(text)
	}
	if strings.ContainsAny(text[:1], "[{") {
		return "begins a list or an object (" + said + "). Write one variable per line instead of JSON, such as " + list.example
	}
	several := "; write a value with several lines as name:=${{ toJSON(secrets.NAME) }}"
	if list.category == "shell" {
		several = "; a value with several lines is not possible here"
	}
	return "has no = (" + said + "). Write name and value, such as " + list.example + several
}

// badKey describes the problem of a variable's name.
func (r *reader) badKey(list variableList, key string, hcl bool) string {
	said := "not shown"
	if !list.conceals() {
		said = r.quote(key)
	}
	advice := " (" + said + "). Write one variable per line, such as " + list.example
	bare, prefixed := strings.CutPrefix(key, "TF_VAR_")
	switch {
	case key == "":
		return "has no name before the =. Write one variable per line, such as " + list.example
	case utf8.RuneCountInString(key) > maxKey:
		return "has a name that is longer than 128 characters" + advice
	case hcl && list.category == "shell":
		return "has :=, but an environment variable cannot be an expression" + advice
	case strings.ContainsAny(key[:1], "[{"):
		return "begins a list or an object. Write one variable per line instead of JSON, such as " + list.example
	case !list.key.MatchString(key):
		return "has a name with a character that is not allowed" + advice
	case prefixed && list.category == "terraform":
		return "has a name with the prefix TF_VAR_ (" + said + "), which is for environment variables. Leave it out: write " +
			meantKey(list, bare) + "=..."
	}
	return ""
}

func meantKey(list variableList, bare string) string {
	if list.conceals() || bare == "" {
		return "name"
	}
	return cutRunes(bare, 40)
}

var (
	// githubExpression matches an expression of GitHub Actions, whose strings have single quotes. An object in an HCL template
	// has the same delimiters.
	githubExpression = lazyregexp.New(`\$?\$\{\{(?:[^'}]|'[^']*'|\}[^}'])*\}\}`)
	hclObject        = lazyregexp.New(`^\$\{\{\s*(?:\}|for\s|"|[\p{L}_][\p{L}\p{N}_-]*\s*(?:=[^=]|:))`)
)

// unevaluated reports whether the value contains an expression that GitHub did not evaluate. In an HCL expression, "$${{"
// is plain text, and an object is not an expression of GitHub.
func unevaluated(value string, hcl bool) bool {
	for _, found := range githubExpression.FindAllString(value, -1) {
		if !hcl || !strings.HasPrefix(found, "$$") && !hclObject.MatchString(found) {
			return true
		}
	}
	return false
}

// notEvaluated describes a variable with an expression that GitHub did not evaluate.
func (r *reader) notEvaluated(list variableList, key string, hcl bool) string {
	source := "vars"
	if list.sensitive {
		source = "secrets"
	}
	problem := "sets " + r.quote(key) + ", but the expression was not evaluated. " + evaluationAdvice + ", such as " +
		list.input + ": " + meantKey(list, key) + "=${{ " + source + ".NAME }}, or give the plain value"
	if hcl {
		problem += ". Write $${{ for the text ${{"
	}
	return problem
}

// badValue describes the problem of a variable's value.
func badValue(value string, hcl bool) string {
	switch {
	case hcl && value == "":
		return "no expression after :="
	case utf8.RuneCountInString(value) > maxValue:
		return "a value that is longer than 65535 characters"
	case !utf8.ValidString(value):
		return "a value with bytes that are not UTF-8"
	case strings.ContainsRune(value, 0):
		return "a value with a NUL character"
	}
	return ""
}
