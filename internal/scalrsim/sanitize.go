package scalrsim

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path"
	"slices"
)

// redacted replaces a sensitive value.
const redacted = "(sensitive value)"

// sanitize replaces the sensitive values in a plan's JSON: values that the tool marks, variables that are
// declared as sensitive, and the variables in secrets.
func sanitize(plan []byte, secrets []string) ([]byte, error) {
	var doc object
	decoder := json.NewDecoder(bytes.NewReader(plan))
	decoder.UseNumber()
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	configuration, _ := doc["configuration"].(object)
	root, _ := configuration["root_module"].(object)
	declared, _ := root["variables"].(object)
	values, _ := doc["variables"].(object)
	for name, v := range values {
		declaration, _ := declared[name].(object)
		if declaration["sensitive"] == true || slices.Contains(secrets, name) {
			v.(object)["value"] = redacted
		}
	}
	redactIn(doc)
	return json.Marshal(doc)
}

// redactIn replaces the values in every object that the plan format marks as sensitive.
func redactIn(v any) {
	switch v := v.(type) {
	case list:
		for _, item := range v {
			redactIn(item)
		}
	case object:
		if v["sensitive"] == true {
			for _, name := range []string{"value", "default"} {
				if v[name] != nil {
					v[name] = redacted
				}
			}
		}
		for value, mark := range map[string]string{"values": "sensitive_values", "before": "before_sensitive", "after": "after_sensitive"} {
			if v[mark] != nil {
				v[value] = redact(v[value], v[mark])
			}
		}
		for _, item := range v {
			redactIn(item)
		}
	}
}

// redact replaces the sensitive parts of a value. The structure of mark corresponds to that of the value.
func redact(v, mark any) any {
	switch mark := mark.(type) {
	case bool:
		if mark && v != nil {
			return redacted
		}
	case object:
		if o, ok := v.(object); ok {
			shown := maps.Clone(o)
			for name, m := range mark {
				if _, there := o[name]; there {
					shown[name] = redact(o[name], m)
				}
			}
			return shown
		}
	case list:
		if items, ok := v.(list); ok {
			shown := slices.Clone(items)
			for i := range min(len(items), len(mark)) {
				shown[i] = redact(items[i], mark[i])
			}
			return shown
		}
	}
	return v
}

// changesIn returns the resource changes in a plan's JSON. changed is also true if only outputs change.
func changesIn(plan []byte) (changes []Change, changed bool, err error) {
	var doc struct {
		Resources []struct {
			Address string
			Mode    string
			Change  struct {
				Actions   []string
				Importing any
			}
		} `json:"resource_changes"`
		Outputs map[string]struct{ Actions []string } `json:"output_changes"`
	}
	if err := json.Unmarshal(plan, &doc); err != nil {
		return nil, false, err
	}
	changes = []Change{}
	for _, r := range doc.Resources {
		action := actionOf(r.Change.Actions)
		if action == "no-op" && r.Change.Importing != nil {
			action = "import"
		}
		if r.Mode == "managed" && action != "no-op" {
			changes = append(changes, Change{Address: r.Address, Action: action})
		}
	}
	for _, o := range doc.Outputs {
		changed = changed || actionOf(o.Actions) != "no-op"
	}
	return changes, changed || len(changes) > 0, nil
}

func actionOf(actions []string) string {
	switch {
	case len(actions) == 2 && slices.Contains(actions, "forget"): // the previous object is not destroyed
		return "create"
	case len(actions) == 2:
		return "replace"
	case len(actions) == 1 && slices.Contains([]string{"create", "update", "delete"}, actions[0]):
		return actions[0]
	}
	return "no-op"
}

func outputsIn(text []byte) ([]Output, error) {
	var values map[string]struct {
		Sensitive bool
		Value     any
	}
	numbers := json.NewDecoder(bytes.NewReader(text))
	numbers.UseNumber() // a floating-point number would change a long one
	if err := numbers.Decode(&values); err != nil {
		return nil, err
	}
	var outputs []Output
	for _, name := range slices.Sorted(maps.Keys(values)) {
		outputs = append(outputs, Output{Name: name, Value: values[name].Value, Sensitive: values[name].Sensitive})
	}
	return outputs, nil
}

// unpackTo unpacks the archive into a directory.
func unpackTo(archive []byte, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return eachEntry(archive, func(h *tar.Header, content io.Reader) error {
		name := path.Clean(h.Name)
		if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			return root.MkdirAll(name, 0o700)
		case tar.TypeSymlink:
			return root.Symlink(h.Linkname, name)
		}
		file, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600|os.FileMode(h.Mode)&0o100)
		if err != nil {
			return err
		}
		_, err = io.Copy(file, content)
		if closed := file.Close(); err == nil {
			err = closed
		}
		return err
	})
}
