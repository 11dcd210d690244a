package tfplan

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// The bounds within which a plan's JSON is read: one element as it came, and one
// whose values are looked into, which takes many times its size.
const (
	longestElement  = 32 << 20
	longestDetailed = 256 << 10
)

// header is a resource change without its values.
type header struct {
	Address         string              `json:"address"`
	PreviousAddress string              `json:"previous_address"`
	Deposed         string              `json:"deposed"`
	ActionReason    tfjson.ActionReason `json:"action_reason"`
	Change          struct {
		Actions      tfjson.Actions    `json:"actions"`
		Importing    *tfjson.Importing `json:"importing"`
		ReplacePaths []any             `json:"replace_paths"`
	} `json:"change"`
}

// readJSON reads the parts of a plan's JSON that say what changes. Where the
// plan's text has a passage for a change, that says how it changes.
func readJSON(file *io.SectionReader, texts map[key]*passage) (document, error) {
	if file == nil {
		return document{}, nil
	}
	var doc document
	size := 0
	s := jsonStream{bufio.NewReaderSize(io.NewSectionReader(file, 0, file.Size()), 64<<10)}
	seen := false
	err := s.members(func(name string) error {
		switch name {
		case "resource_changes":
			seen = true
			return s.changes(&doc.changes, false, texts, &size)
		case "resource_drift":
			return s.changes(&doc.drift, true, texts, &size)
		case "output_changes":
			return s.outputs(&doc, &size)
		case "format_version":
			seen = true
		}
		return s.skip()
	})
	if err != nil {
		return document{}, fmt.Errorf("the plan's JSON was of no use: %w", err)
	}
	if !seen {
		return document{}, errors.New("the plan's JSON was of no use: it is no plan")
	}
	doc.planned = count(doc.changes)
	return doc, nil
}

func (s jsonStream) changes(to *[]Change, drifted bool, texts map[key]*passage, size *int) error {
	return s.elements(func() error {
		raw, err := s.value(longestElement)
		if err != nil {
			return err
		}
		var h header
		if err := json.Unmarshal(raw, &h); err != nil {
			return err
		}
		c, ok := h.change()
		if !ok {
			return nil
		}
		if len(*to) == mostChanges {
			return fmt.Errorf("it has more than %d changes", mostChanges)
		}
		if text := texts[key{c.Address, c.Deposed, drifted}]; text != nil && len(text.lines) > 0 {
			c.Diff = diff(settled(text.lines))
		} else if len(raw) <= longestDetailed && *size < longestText {
			c.Diff = attributes(raw)
			*size += len(c.Diff)
		}
		*to = append(*to, c)
		return nil
	})
}

// change says what happens to the resource; false when nothing does.
func (h header) change() (Change, bool) {
	c := Change{Address: h.Address, Deposed: h.Deposed, Reason: reasons[h.ActionReason]}
	if h.PreviousAddress != h.Address {
		c.Previous = h.PreviousAddress
	}
	if h.Change.Importing != nil {
		c.Imported, c.ImportID = true, h.Change.Importing.ID
	}
	if len(h.Change.ReplacePaths) > 0 && c.Reason == "" {
		c.Reason = forced(h.paths())
	}
	switch a := h.Change.Actions; {
	case a.NoOp() && c.Previous != "":
		c.Action = Move
	case a.NoOp() && c.Imported:
		c.Action = Import
	case a.NoOp() || len(a) == 0:
		return Change{}, false
	default:
		c.Action = action(a)
	}
	if c.Action == Forget {
		c.Reason = "" // Terraform gives the reason of a destruction
	}
	return c, true
}

func action(a tfjson.Actions) Action {
	switch {
	case a.Replace():
		return Replace
	case a.Create():
		return Create
	case a.Update():
		return Update
	case a.Delete():
		return Destroy
	case a.Read():
		return Read
	case a.Forget():
		return Forget
	case slices.Contains(a, tfjson.ActionCreate): // the old object is forgotten, not destroyed
		return Create
	}
	return Other
}

func (h header) paths() []string {
	var names []string
	for _, p := range h.Change.ReplacePaths {
		if path, ok := p.([]any); ok {
			names = append(names, dotted(path))
		}
	}
	return names
}

// outputs reads how the outputs change.
func (s jsonStream) outputs(doc *document, size *int) error {
	changed := map[string]string{}
	err := s.members(func(name string) error {
		raw, err := s.value(longestElement)
		if err != nil {
			return err
		}
		var h struct{ Actions tfjson.Actions }
		if err := json.Unmarshal(raw, &h); err != nil {
			return err
		}
		if h.Actions.NoOp() {
			return nil
		}
		doc.outputs = append(doc.outputs, name)
		if len(raw) <= longestDetailed && *size < longestText {
			changed[name] = output(name, raw)
			*size += len(changed[name])
		}
		return nil
	})
	slices.Sort(doc.outputs)
	var all strings.Builder
	for _, name := range doc.outputs {
		all.WriteString(changed[name])
	}
	doc.outputDiff = strings.TrimRight(all.String(), "\n")
	return err
}
