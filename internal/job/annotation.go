package job

import (
	"strconv"
	"strings"
	"unicode/utf16"

	githubactions "github.com/sethvargo/go-githubactions"
)

// Level is the severity of an Annotation. The zero Level is an error.
type Level int

// The levels, worst first.
const (
	LevelError Level = iota
	LevelWarning
	LevelNotice
)

// String returns the workflow command for the level.
func (l Level) String() string {
	switch l {
	case LevelWarning:
		return "warning"
	case LevelNotice:
		return "notice"
	default:
		return "error"
	}
}

// Annotation is a message that GitHub shows on the job's page and, with a File, in the diff. All texts may be untrusted.
type Annotation struct {
	Level   Level
	Title   string
	Message string // may have several lines; cut at 4096 UTF-16 units, as the runner would
	File    string // relative to the repository; empty for none
	Line    int    // from 1; 0 for none
	EndLine int    // 0 for none
	Col     int    // from 1; 0 for none; counts only within one line
}

// The runner's limits for the number of annotations of a level per step, and for the length of a message
// (ExecutionContext.cs).
const (
	annotationsKept = 10
	messageKept     = 4096
	titleKept       = 255
)

// Error annotates the job with an error and ignores a.Level.
func (j *Job) Error(a Annotation) {
	a.Level = LevelError
	j.Annotate(a)
}

// Annotate prints a as an annotation on GitHub and as plain lines elsewhere. The runner drops annotations beyond ten
// per level and step, so Annotate prints further ones as plain lines. An error closes the open group, which would hide it.
func (j *Job) Annotate(a Annotation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if a.Level == LevelError {
		j.endGroup()
	}
	j.sent[a.Level]++
	if !j.OnGitHub() || j.sent[a.Level] > annotationsKept {
		j.plainAnnotation(a)
		return
	}
	j.command(a.Level.String(), cutUTF16(j.plain(a.Message), messageKept), j.properties(a))
}

func (j *Job) properties(a Annotation) githubactions.CommandProperties {
	properties := githubactions.CommandProperties{}
	if title := cutUTF16(j.plain(oneLine(a.Title)), titleKept); title != "" {
		properties["title"] = title
	}
	if a.File == "" {
		return properties
	}
	properties["file"] = cutUTF16(j.plain(oneLine(a.File)), messageKept)
	if a.Line <= 0 {
		return properties
	}
	properties["line"] = strconv.Itoa(a.Line)
	if a.EndLine > a.Line {
		properties["endLine"] = strconv.Itoa(a.EndLine)
	} else if a.Col > 0 {
		properties["col"] = strconv.Itoa(a.Col)
	}
	return properties
}

// plainAnnotation prints "error: main.tf:3: title: message", further lines of the message indented.
func (j *Job) plainAnnotation(a Annotation) {
	text := a.Level.String() + ": "
	if a.File != "" {
		text += oneLine(a.File)
		if a.Line > 0 {
			text += ":" + strconv.Itoa(a.Line)
		}
		text += ": "
	}
	if a.Title != "" {
		text += oneLine(a.Title) + ": "
	}
	indent := ""
	for line := range strings.Lines(text + a.Message) {
		j.line(indent + strings.TrimRight(line, "\r\n"))
		indent = "  "
	}
}

// cutUTF16 cuts s to at most n UTF-16 units, which is how the runner counts.
func cutUTF16(s string, n int) string {
	units := 0
	last := 0 // where to cut so that the ellipsis fits
	for i, r := range s {
		if units <= n-1 {
			last = i
		}
		if units += utf16.RuneLen(r); units > n {
			return s[:last] + "…"
		}
	}
	return s
}
