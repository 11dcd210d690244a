package bundle

import (
	"fmt"
	"strings"
)

// archiveTree contains the directories and links of a prebuilt archive. The cost of a name depends on its
// length, not on its depth.
type archiveTree struct {
	nodes    []archiveNode // nodes[0] is the root; parents precede their children
	children map[archiveChild]int
	size     int // size of all paths and targets; see maxArchiveTree
}

type archiveChild struct {
	parent int
	name   string
}

type archiveNode struct {
	archiveChild
	length int  // length of the path
	isDir  bool // the archive has an entry for the directory or for content of it
	isLink bool
	target string
	config bool  // the directory contains a Terraform file
	bytes  int64 // size of the files directly in the directory
}

// An archive of a few kilobytes can contain more directories than fit into memory: long names compress well,
// and each component of a name is a directory.
const (
	maxArchivePath  = 4096     // the limit of Linux; longer paths cannot be unpacked
	maxArchiveTree  = 32 << 20 // bytes of the paths of all directories and links
	archiveNodeCost = 100      // bytes added per directory or link
)

func newArchiveTree() *archiveTree {
	return &archiveTree{nodes: []archiveNode{{isDir: true}}, children: map[archiveChild]int{}}
}

// find returns the node of a clean path; ok is false if it does not exist. throughLink reports whether one of
// its parents is a link.
func (t *archiveTree) find(name string) (node int, ok, throughLink bool) {
	if name == "." {
		return 0, true, false
	}
	for part := range strings.SplitSeq(name, "/") {
		throughLink = throughLink || t.nodes[node].isLink
		if node, ok = t.children[archiveChild{node, part}]; !ok {
			return 0, false, throughLink
		}
	}
	return node, true, throughLink
}

// makeDir returns the node of a directory. It creates missing directories.
func (t *archiveTree) makeDir(name string) (int, error) {
	node := 0
	if name == "." {
		return node, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		var err error
		if node, err = t.child(node, part); err != nil {
			return 0, err
		}
		t.nodes[node].isDir = true
	}
	return node, nil
}

// child returns the named child of parent. It creates the child if it does not exist.
func (t *archiveTree) child(parent int, name string) (int, error) {
	if node, ok := t.children[archiveChild{parent, name}]; ok {
		return node, nil
	}
	length := t.nodes[parent].length + 1 + len(name)
	if err := t.grow(length + archiveNodeCost); err != nil {
		return 0, err
	}
	key := archiveChild{parent, strings.Clone(name)} // name is part of a longer string
	t.nodes = append(t.nodes, archiveNode{archiveChild: key, length: length})
	t.children[key] = len(t.nodes) - 1
	return len(t.nodes) - 1, nil
}

func (t *archiveTree) grow(n int) error {
	if t.size += n; t.size > maxArchiveTree {
		return fmt.Errorf("the archive has too many directories and links: their paths have more than %d bytes", maxArchiveTree)
	}
	return nil
}

// paths returns the paths of all nodes, in the order of nodes.
func (t *archiveTree) paths() []string {
	all := make([]string, len(t.nodes))
	all[0] = "."
	for i := 1; i < len(t.nodes); i++ {
		all[i] = join(all[t.nodes[i].parent], t.nodes[i].name)
	}
	return all
}

// lookup and inside implement view. Every node except a link counts as a directory. A target may therefore be
// wrongly reported as outside the archive, but never as inside.
func (t *archiveTree) lookup(name string) (kind, string, error) {
	if node, ok, _ := t.find(name); ok && t.nodes[node].isLink {
		return kindLink, t.nodes[node].target, nil
	}
	return kindDir, "", nil
}

func (*archiveTree) inside(string) (string, bool) { return "", false }
