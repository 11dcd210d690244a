package githubtest

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Commit is a commit with all its files.
type Commit struct {
	SHA     string
	Parents []string
	// Files are contents by path. "-> x" is a link to x, "commit x" a submodule at
	// commit x, and content that starts with #! an executable file.
	Files map[string]string
}

// Commit adds a commit. Its parents may be added later, or never.
func (s *Server) Commit(c Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits[c.SHA] = c
}

// Branch sets the newest commit of a branch.
func (s *Server) Branch(name, sha string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.branches[name] = sha
}

func (s *Server) commit(name string) (Commit, bool) {
	c, ok := s.commits[cmp.Or(s.branches[strings.TrimPrefix(name, "refs/heads/")], name)]
	return c, ok
}

// mostCompared is the maximum number of files that GitHub lists in a comparison, without reporting that there are more.
const mostCompared = 300

func (s *Server) compare(q query) reply {
	base, ok1 := s.commit(q.arguments[0])
	head, ok2 := s.commit(q.arguments[1])
	if !ok1 || !ok2 {
		return refuse(http.StatusNotFound, "Not Found")
	}
	inBase, inHead := s.ancestors(base.SHA), s.ancestors(head.SHA)
	at := slices.IndexFunc(inHead, func(sha string) bool { return slices.Contains(inBase, sha) })
	if at < 0 {
		return refuse(http.StatusNotFound, fmt.Sprintf("No common ancestor between %s and %s.", q.arguments[0], q.arguments[1]))
	}
	mergeBase := s.commits[inHead[at]]
	status := "diverged"
	switch {
	case base.SHA == head.SHA:
		status = "identical"
	case mergeBase.SHA == base.SHA:
		status = "ahead"
	case mergeBase.SHA == head.SHA:
		status = "behind"
	}
	files := changedFiles(mergeBase.Files, head.Files)
	files = files[:min(len(files), mostCompared)]
	if page := q.values.Get("page"); page != "" && page != "1" {
		files = nil
	}
	return newReply(http.StatusOK, fmt.Sprintf(`{"url":%s,"base_commit":%s,"merge_base_commit":%s,"status":"%s",`+
		`"ahead_by":%d,"behind_by":%d,"total_commits":1,"commits":[%s],"files":[%s]}`,
		quote(s.api()), commitJSON(base), commitJSON(mergeBase), status, len(inHead), len(inBase), commitJSON(head), strings.Join(files, ",")))
}

// ancestors returns a commit and those before it, the nearest first.
func (s *Server) ancestors(sha string) []string {
	list := []string{sha}
	for i := 0; i < len(list); i++ {
		for _, parent := range s.commits[list[i]].Parents {
			if _, known := s.commits[parent]; known && !slices.Contains(list, parent) {
				list = append(list, parent)
			}
		}
	}
	return list
}

// changedFiles lists the differences by path. A removed file with the same content as an added one is renamed.
func changedFiles(before, after map[string]string) []string {
	gone := map[string]string{} // path by content
	for p, text := range before {
		if _, still := after[p]; !still {
			gone[text] = p
		}
	}
	var list []string
	renamed := map[string]bool{}
	entry := func(p, status, more string) string {
		return fmt.Sprintf(`{"sha":%s,"filename":%s,"status":"%s","additions":1,"deletions":0,"changes":1%s,"patch":"@@ -0,0 +1 @@\n+x"}`,
			quote(objectName(p)), quote(p), status, more)
	}
	for _, p := range slices.Sorted(maps.Keys(after)) {
		old, existed := before[p]
		switch from, moved := gone[after[p]]; {
		case existed && old != after[p]:
			list = append(list, entry(p, "modified", ""))
		case existed:
		case moved && !renamed[from]:
			renamed[from] = true
			list = append(list, entry(p, "renamed", `,"previous_filename":`+quote(from)))
		default:
			list = append(list, entry(p, "added", ""))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(before)) {
		if _, still := after[p]; !still && !renamed[p] {
			list = append(list, entry(p, "removed", ""))
		}
	}
	return list
}

func objectName(text string) string { return fmt.Sprintf("%x", sha1.Sum([]byte(text))) }

func commitJSON(c Commit) string {
	var parents []string
	for _, p := range c.Parents {
		parents = append(parents, `{"sha":`+quote(p)+`}`)
	}
	return fmt.Sprintf(`{"sha":%s,"commit":{"message":"a commit","tree":{"sha":%s}},"parents":[%s]}`,
		quote(c.SHA), quote(objectName("tree of "+c.SHA)), strings.Join(parents, ","))
}

func (s *Server) getCommit(q query) reply {
	c, ok := s.commit(q.arguments[0])
	if !ok {
		return newReply(http.StatusUnprocessableEntity, fmt.Sprintf(`{"message":%s,"documentation_url":"https://docs.github.com/rest"}`,
			quote("No commit found for SHA: "+q.arguments[0])))
	}
	return newReply(http.StatusOK, commitJSON(c))
}

func (s *Server) listTree(q query) reply {
	c, ok := s.commit(q.arguments[0])
	if !ok {
		return refuse(http.StatusNotFound, "Not Found")
	}
	if q.values.Get("recursive") == "" {
		s.objections = append(s.objections, "a tree is requested without recursive")
	}
	var entries []string
	dirs := map[string]bool{}
	for _, p := range slices.Sorted(maps.Keys(c.Files)) {
		for i, r := range p {
			if r == '/' && !dirs[p[:i]] {
				dirs[p[:i]] = true
				entries = append(entries, fmt.Sprintf(`{"path":%s,"mode":"040000","type":"tree","sha":%s}`, quote(p[:i]), quote(objectName(c.SHA+p[:i]))))
			}
		}
		entries = append(entries, treeEntry(p, c.Files[p]))
	}
	most := cmp.Or(s.options.MostFiles, 100_000)
	truncated := len(entries) > most
	return newReply(http.StatusOK, fmt.Sprintf(`{"sha":%s,"url":%s,"tree":[%s],"truncated":%t}`, quote(objectName("tree of "+c.SHA)), quote(s.api()),
		strings.Join(entries[:min(len(entries), most)], ","), truncated))
}

func treeEntry(path, text string) string {
	mode, kind, object := "100644", "blob", objectName(text)
	switch commit, isSubmodule := strings.CutPrefix(text, "commit "); {
	case isSubmodule:
		mode, kind, object = "160000", "commit", commit
	case strings.HasPrefix(text, "-> "):
		mode = "120000"
	case strings.HasPrefix(text, "#!"):
		mode = "100755"
	}
	return fmt.Sprintf(`{"path":%s,"mode":"%s","type":"%s","sha":%s}`, quote(path), mode, kind, quote(object))
}
