package plays

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// ghPath is the URL path to which the fake gh sends its arguments.
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

// beGH is the fake gh on the PATH of the scripts: it forwards its arguments.
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
	_ = json.NewEncoder(w).Encode(a) // the caller has disconnected
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

// gh simulates the commands of gh that the examples use.
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
		return nil, nil, fmt.Errorf("the simulated gh does not support this command")
	}
	flags = map[string]string{}
	for len(args) > 0 {
		name, isFlag := strings.CutPrefix(args[0], "--")
		valued, ok := known[name]
		switch {
		case !isFlag:
			words = append(words, args[0])
		case !ok || valued && len(args) < 2:
			return nil, nil, fmt.Errorf("the simulated gh does not support the flag %s", args[0])
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
