package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"scalr-run-action/internal/job/runnertest"
)

// screen prints a step's log as GitHub shows it: groups as headings with indented content, annotations as
// text, and no workflow commands.
type screen struct {
	out   io.Writer
	line  []byte
	group bool   // whether a group is open
	token string // ends the current stop-commands
}

func (s *screen) Write(p []byte) (int, error) {
	s.line = append(s.line, p...)
	for {
		end := bytes.IndexByte(s.line, '\n')
		if end < 0 {
			return len(p), nil
		}
		if err := s.show(string(s.line[:end])); err != nil {
			return 0, err
		}
		s.line = s.line[end+1:]
	}
}

func (s *screen) show(line string) error {
	if s.token != "" {
		if line == "::"+s.token+"::" {
			s.token = ""
			return nil
		}
		return s.print(line)
	}
	c, ok := runnertest.ParseCommand(line)
	if !ok {
		return s.print(line)
	}
	switch strings.ToLower(c.Name) {
	case "group":
		err := s.print("▼ " + c.Data)
		s.group = true
		return err
	case "endgroup":
		s.group = false
	case "stop-commands":
		s.token = c.Data
	case "error", "warning", "notice":
		return s.print(strings.ToUpper(c.Name) + ": " + c.Data)
	}
	return nil
}

func (s *screen) print(line string) error {
	indent := ""
	if s.group {
		indent = "    "
	}
	_, err := fmt.Fprintln(s.out, indent+line)
	return err
}
