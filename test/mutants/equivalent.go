package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// readEquivalents reads the list of reviewed mutations: a line with the change in the format of a survivor without
// its position, then indented lines with the reason why no test can detect it. Lines that start with # are
// comments.
func readEquivalents(r io.Reader) (map[string]bool, error) {
	list, last := map[string]bool{}, ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case line[0] == ' ' || line[0] == '\t':
			if last == "" {
				return nil, fmt.Errorf("reason without a change: %s", line)
			}
			list[last] = true
		default:
			if last != "" && !list[last] {
				return nil, fmt.Errorf("no reason why no test can notice: %s", last)
			}
			if last = line; list[last] {
				return nil, fmt.Errorf("listed twice: %s", last)
			}
		}
	}
	if last != "" && !list[last] {
		return nil, fmt.Errorf("no reason why no test can notice: %s", last)
	}
	return list, lines.Err()
}
