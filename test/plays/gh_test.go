package plays

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ghPath is where the gh of the scripts hands on what it was called with.
const ghPath = "/_gh"

// ghCall is one call of gh.
type ghCall struct {
	Args                   []string
	Directory, Token, Repo string
}

type ghAnswer struct {
	Out, Err string
	Code     int
}

// beGH is the gh on the scripts' PATH: it only hands on.
func beGH(args []string, stdout, stderr io.Writer) int {
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	body, err := json.Marshal(ghCall{args, dir, os.Getenv("GH_TOKEN"), os.Getenv("GH_REPO")})
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	response, err := http.Post(os.Getenv("GITHUB_API_URL")+ghPath, "application/json", bytes.NewReader(body))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	defer response.Body.Close()
	var a ghAnswer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	fmt.Fprint(stdout, a.Out)
	fmt.Fprint(stderr, a.Err)
	return a.Code
}

func (g *github) serveGH(w http.ResponseWriter, r *http.Request) {
	var c ghCall
	err := json.NewDecoder(r.Body).Decode(&c)
	var a ghAnswer
	if err == nil {
		a.Out, err = g.gh(c)
	}
	if err != nil {
		a.Err, a.Code = "gh: "+err.Error()+"\n", 1
	}
	_ = json.NewEncoder(w).Encode(a) // the caller has gone
}

// flagsOf are the flags of each command that the examples call, and whether
// they have a value.
var flagsOf = map[string]map[string]bool{
	"api":          {"method": true, "input": true, "paginate": false, "silent": false},
	"pr view":      {"json": true, "jq": true},
	"label create": {"force": false, "description": true, "color": true},
	"issue list":   {"state": true, "label": true, "limit": true, "json": true},
	"issue create": {"title": true, "label": true, "body": true},
	"issue edit":   {"body": true},
	"issue close":  {"comment": true},
}

// gh answers a call as the real one does, for what the examples call.
func (g *github) gh(c ghCall) (out string, err error) {
	if c.Token == "" {
		return "", fmt.Errorf("set the GH_TOKEN environment variable")
	}
	name, rest := c.Args[0], c.Args[1:]
	if name != "api" && len(rest) > 0 {
		name, rest = name+" "+rest[0], rest[1:]
	}
	flags, words, err := split(flagsOf[name], rest)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if name != "api" && c.Repo != repository {
		return "", fmt.Errorf("no repository: GH_REPO is %q", c.Repo)
	}
	switch name {
	case "api":
		return g.ghAPI(c, flags, words)
	case "pr view":
		return g.ghPullRequest(c, flags, words)
	case "label create":
		return "", g.ghLabel(c, words)
	}
	return g.ghIssue(c, strings.TrimPrefix(name, "issue "), flags, words)
}

func split(known map[string]bool, args []string) (flags map[string]string, words []string, err error) {
	if known == nil {
		return nil, nil, fmt.Errorf("the stage does not know this command")
	}
	flags = map[string]string{}
	for len(args) > 0 {
		name, isFlag := strings.CutPrefix(args[0], "--")
		valued, ok := known[name]
		switch {
		case !isFlag:
			words = append(words, args[0])
		case !ok || valued && len(args) < 2:
			return nil, nil, fmt.Errorf("the stage does not know the flag %s", args[0])
		case valued:
			flags[name] = args[1]
			args = args[1:]
		default:
			flags[name] = "true"
		}
		args = args[1:]
	}
	return flags, words, nil
}

// may checks the token for what a command asks of the API.
func (g *github) may(c ghCall, method, path string) error {
	if status, why := g.authorize(c.Token, method, "/repos/"+repository+path); status != http.StatusOK {
		return fmt.Errorf("%s (HTTP %d)", why, status)
	}
	return nil
}

// ghAPI sends the request on as a job's own client would.
func (g *github) ghAPI(c ghCall, flags map[string]string, words []string) (string, error) {
	if len(words) != 1 {
		return "", fmt.Errorf("api: one address was expected, not %q", words)
	}
	method, body := http.MethodGet, []byte(nil)
	if flags["method"] != "" {
		method = flags["method"]
	}
	if name := flags["input"]; name != "" {
		content, err := os.ReadFile(filepath.Join(c.Directory, name))
		if err != nil {
			return "", err
		}
		body = content
	}
	request, err := http.NewRequest(method, g.url+"/"+words[0], bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + c.Token, "Accept": "application/vnd.github+json",
		"X-GitHub-Api-Version": "2022-11-28", "User-Agent": "GitHub CLI", "Content-Type": "application/json"} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return "", err
	case response.StatusCode >= 300:
		return "", fmt.Errorf("%s (HTTP %d)", answer, response.StatusCode)
	case response.Header.Get("Link") != "":
		return "", fmt.Errorf("the stage gives one page only")
	case flags["silent"] != "":
		return "", nil
	}
	return string(answer), nil
}

func (g *github) ghPullRequest(c ghCall, flags map[string]string, words []string) (string, error) {
	if len(words) != 1 || flags["json"] != "state" || flags["jq"] != ".state" {
		return "", fmt.Errorf("pr view: the stage tells the state only")
	}
	if err := g.may(c, http.MethodGet, "/pulls/"+words[0]); err != nil {
		return "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	number, err := strconv.Atoi(words[0])
	if err != nil || g.pulls[number] == "" {
		return "", fmt.Errorf("could not resolve to a PullRequest with the number of %s", words[0])
	}
	return g.pulls[number] + "\n", nil
}

func (g *github) ghLabel(c ghCall, words []string) error {
	if err := g.may(c, http.MethodPost, "/labels"); err != nil || len(words) != 1 {
		return fmt.Errorf("label create %q: %w", words, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.Contains(g.labels, words[0]) {
		g.labels = append(g.labels, words[0])
		g.calls = append(g.calls, "gh label create "+words[0])
	}
	return nil
}

func (g *github) ghIssue(c ghCall, verb string, flags map[string]string, words []string) (string, error) {
	method := http.MethodPost
	if verb == "list" {
		method = http.MethodGet
	}
	if err := g.may(c, method, "/issues"); err != nil {
		return "", err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if verb == "list" {
		return g.listIssues(flags)
	}
	if verb == "create" {
		if !slices.Contains(g.labels, flags["label"]) {
			return "", fmt.Errorf("could not add label: %q not found", flags["label"])
		}
		g.issues = append(g.issues, &issue{number: len(g.issues) + 1, open: true})
		words = []string{strconv.Itoa(len(g.issues))}
	}
	if len(words) != 1 {
		return "", fmt.Errorf("issue %s: one number was expected, not %q", verb, words)
	}
	number, err := strconv.Atoi(words[0])
	if err != nil || number < 1 || number > len(g.issues) {
		return "", fmt.Errorf("there is no issue %s", words[0])
	}
	g.issues[number-1].change(verb, flags)
	g.calls = append(g.calls, fmt.Sprintf("gh issue %s #%d", verb, number))
	return fmt.Sprintf("https://github.com/%s/issues/%d\n", repository, number), nil
}

func (i *issue) change(verb string, flags map[string]string) {
	switch verb {
	case "create":
		i.title, i.body, i.labels = flags["title"], flags["body"], []string{flags["label"]}
	case "edit":
		i.body = flags["body"]
	case "close":
		i.open = false
		i.comments = append(i.comments, flags["comment"])
	}
}

func (g *github) listIssues(flags map[string]string) (string, error) {
	if flags["state"] != "open" || flags["json"] != "number,title" {
		return "", fmt.Errorf("issue list: the stage lists numbers and titles of open issues")
	}
	found := list{}
	for _, i := range slices.Backward(g.issues) {
		if i.open && slices.Contains(i.labels, flags["label"]) {
			found = append(found, object{"number": i.number, "title": i.title})
		}
	}
	out, err := json.Marshal(found)
	return string(out) + "\n", err
}
