package plays

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// event is an event of the repository.
type event struct {
	name    string // pull_request, push ...
	action  string // opened, or the type of a dispatch
	ref     string
	sha     string   // the commit that is checked out by default
	changed []string // files
	payload object
	about   string // for the transcript
}

const repository = "acme/infra"

// commit returns the hash of a named commit.
func commit(name string) string {
	sum := sha1.Sum([]byte(name))
	return hex.EncodeToString(sum[:])
}

// mergeOf returns the test merge commit of a pull request, the value of GITHUB_SHA.
func mergeOf(head string) string { return commit("merge of " + head) }

// pull returns an event of a pull request whose head is the named commit.
func pull(number int, action, head string, changed ...string) event {
	repo := object{"full_name": repository, "fork": false}
	return event{
		name:    "pull_request",
		action:  action,
		ref:     fmt.Sprintf("refs/pull/%d/merge", number),
		sha:     mergeOf(head),
		changed: changed,
		about:   fmt.Sprintf("pull request %d %s, %s", number, action, head),
		payload: object{"action": action, "number": float64(number), "repository": repo, "pull_request": object{
			"number": float64(number),
			"title":  "Change " + head,
			"head":   object{"sha": commit(head), "ref": "topic", "repo": repo},
			"base":   object{"sha": commit("main"), "ref": "main", "repo": repo},
		}},
	}
}

// fromFork moves the head of a pull request to a fork.
func (e event) fromFork() event {
	head := e.payload["pull_request"].(object)["head"].(object)
	head["repo"] = object{"full_name": "mallory/infra", "fork": true}
	e.about += " from a fork"
	return e
}

// push returns the event for a push of the named commit to main.
func push(head string, changed ...string) event {
	return event{
		name:    "push",
		ref:     "refs/heads/main",
		sha:     commit(head),
		changed: changed,
		about:   "push of " + head,
		payload: object{"ref": "refs/heads/main", "after": commit(head), "repository": object{"full_name": repository},
			"head_commit": object{"id": commit(head), "message": "Merge " + head}},
	}
}

// schedule returns the event of a schedule.
func schedule() event {
	return event{
		name:    "schedule",
		ref:     "refs/heads/main",
		sha:     commit("main"),
		about:   "schedule",
		payload: object{"schedule": "17 5 * * *", "repository": object{"full_name": repository}},
	}
}

// dispatch returns the event for a request to /dispatches, with the payload unchanged.
func dispatch(kind string, payload any) event {
	return event{
		name:    "repository_dispatch",
		action:  kind,
		ref:     "refs/heads/main",
		sha:     commit("main"),
		about:   "dispatch of " + kind,
		payload: object{"action": kind, "client_payload": payload, "repository": object{"full_name": repository}},
	}
}

// comment returns the event for a comment on a pull request.
func comment(number int, body, association string) event {
	return event{
		name:   "issue_comment",
		action: "created",
		ref:    "refs/heads/main",
		sha:    commit("main"),
		about:  fmt.Sprintf("comment %q on pull request %d", body, number),
		payload: object{"action": "created", "repository": object{"full_name": repository, "default_branch": "main"},
			"issue":   object{"number": float64(number), "pull_request": object{"url": "https://api.github.com"}},
			"comment": object{"body": body, "author_association": association, "user": object{"login": "octocat"}}},
	}
}

// byHand returns the event of a workflow started from the Actions tab.
func byHand(inputs object) event {
	return event{
		name:    "workflow_dispatch",
		ref:     "refs/heads/main",
		sha:     commit("main"),
		about:   fmt.Sprintf("started by hand: %v", inputs),
		payload: object{"inputs": inputs, "ref": "refs/heads/main", "repository": object{"full_name": repository}},
	}
}

// queued returns the merge_group event for a group whose last entry is a pull request.
func queued(number int, head string) event {
	ref := fmt.Sprintf("refs/heads/gh-readonly-queue/main/pr-%d-%s", number, commit("main"))
	return event{
		name:   "merge_group",
		action: "checks_requested",
		ref:    ref,
		sha:    commit(head),
		about:  fmt.Sprintf("pull request %d in the queue", number),
		payload: object{
			"action":     "checks_requested",
			"repository": object{"full_name": repository},
			"merge_group": object{
				"head_sha": commit(head),
				"head_ref": ref,
				"base_ref": "refs/heads/main",
				"base_sha": commit("main"),
			},
		},
	}
}

// usual contains the default activity types of events.
var usual = map[string][]string{
	"pull_request": {"opened", "synchronize", "reopened"},
	"merge_group":  {"checks_requested"},
}

// triggered reports whether the event triggers a workflow with this `on:`.
func triggered(on *yaml.Node, e event) (bool, error) {
	if on.Kind == yaml.ScalarNode {
		types := usual[on.Value]
		return on.Value == e.name && (types == nil || slices.Contains(types, e.action)), nil
	}
	for name, filter := range pairs(on) {
		if name != e.name {
			continue
		}
		types := usual[name]
		for key, value := range pairs(filter) {
			switch key {
			case "types":
				types = scalars(value)
			case "branches":
				if !slices.Contains(scalars(value), strings.TrimPrefix(e.ref, "refs/heads/")) {
					return false, nil
				}
			case "paths":
				touched, err := touches(e.changed, scalars(value))
				if err != nil || !touched {
					return false, err
				}
			case "inputs": // of a workflow_dispatch
			default:
				return false, fmt.Errorf("on: %s: %s is not supported", name, key)
			}
		}
		return types == nil || slices.Contains(types, e.action), nil
	}
	return false, nil
}

// touches reports whether a file is below one of the paths. It supports only the pattern dir/**.
func touches(files, paths []string) (bool, error) {
	for _, p := range paths {
		dir, ok := strings.CutSuffix(p, "/**")
		if !ok || strings.ContainsAny(dir, "*?[!") {
			return false, fmt.Errorf("the path %q is not supported", p)
		}
		if slices.ContainsFunc(files, func(name string) bool { return strings.HasPrefix(name, dir+"/") }) {
			return true, nil
		}
	}
	return false, nil
}
