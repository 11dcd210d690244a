package bundle

import (
	"fmt"
	"strings"
)

// archiveTree holds the directories and links of a prebuilt archive. A name costs as much as it is long, however deep it is.
type archiveTree struct {
	nodes    []archiveNode // nodes[0] is the root; a parent comes before what is in it
	children map[archiveChild]int
	size     int // of all paths and targets, see maxArchiveTree
}

type archiveChild struct {
	parent int
	name   string
}

type archiveNode struct {
	archiveChild
	length int  // of the path
	isDir  bool // it is named or implied as a directory
	isLink bool
	target string
	config bool  // of a directory: there is a Terraform file in it
	bytes  int64 // of a directory: of the files in it
}

// An archive of a few kilobytes can name more directories than fit into memory: an entry may be longer than all that it
// takes when it is compressed, and each of its components is a directory.
const (
	maxArchivePath = 4096     // what Linux takes, and so the longest path that can be unpacked
	maxArchiveTree = 32 << 20 // bytes of the paths of all directories and links
	archiveNodeFee = 100      // each counts for that many bytes more
)

func newArchiveTree() *archiveTree {
	return &archiveTree{nodes: []archiveNode{{isDir: true}}, children: map[archiveChild]int{}}
}

// find is the node of a clean path, if there is one, and whether the way there leads through a link.
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

// makeDir returns the node of a directory, which now exists with all above it.
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

// child returns what parent has by this name, and makes it if it is new.
func (t *archiveTree) child(parent int, name string) (int, error) {
	if node, ok := t.children[archiveChild{parent, name}]; ok {
		return node, nil
	}
	length := t.nodes[parent].length + 1 + len(name)
	if err := t.grow(length + archiveNodeFee); err != nil {
		return 0, err
	}
	key := archiveChild{parent, strings.Clone(name)} // name is a part of something longer
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

// paths are those of all nodes.
func (t *archiveTree) paths() []string {
	all := make([]string, len(t.nodes))
	all[0] = "."
	for i := 1; i < len(t.nodes); i++ {
		all[i] = join(all[t.nodes[i].parent], t.nodes[i].name)
	}
	return all
}

// lookup and inside let links be followed in the archive. Everything but a link counts as a directory, which can only lead
// further out, never less far.
func (t *archiveTree) lookup(name string) (kind, string, error) {
	if node, ok, _ := t.find(name); ok && t.nodes[node].isLink {
		return kindLink, t.nodes[node].target, nil
	}
	return kindDir, "", nil
}

func (*archiveTree) inside(string) (string, bool) { return "", false }
