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

// may checks that the token has the permissions for a command.
func (g *github) may(c ghCall, method, path string) error {
	if status, why := g.authorize(c.Token, method, "/repos/"+repository+path); status != http.StatusOK {
		return fmt.Errorf("%s (HTTP %d)", why, status)
	}
	return nil
}

// answer returns the response that the test has set for a path, or an empty string.
func (g *github) answer(path string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	answer := g.answers[path]
	if later := g.next[path]; later != "" {
		g.answers[path] = later
	}
	return answer
}

// ghAPI forwards the request with the token of the job.
func (g *github) ghAPI(c ghCall, flags map[string]string, words []string) (string, error) {
	if len(words) != 1 {
		return "", fmt.Errorf("api: one address was expected, not %q", words)
	}
	if path, ok := strings.CutPrefix(words[0], "repos/"+repository); ok {
		if answer := g.answer(path); answer != "" {
			return answer, g.may(c, http.MethodGet, path)
		}
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
	for name, value := range map[string]string{
		"Authorization":        "Bearer " + c.Token,
		"Accept":               "application/vnd.github+json",
		"X-GitHub-Api-Version": "2022-11-28",
		"User-Agent":           "GitHub CLI",
		"Content-Type":         "application/json",
	} {
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
		return "", fmt.Errorf("the simulated gh returns one page only")
	case flags["silent"] != "":
		return "", nil
	}
	return string(answer), nil
}

func (g *github) ghPullRequest(c ghCall, flags map[string]string, words []string) (string, error) {
	if len(words) != 1 || flags["json"] != "state" || flags["jq"] != ".state" {
		return "", fmt.Errorf("pr view: the simulated gh reports the state only")
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
		return "", fmt.Errorf("issue list: the simulated gh lists numbers and titles of open issues")
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
