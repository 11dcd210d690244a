package scalr

import "encoding/json"

// Settings are what a run is to do, as an answer reports it. A member is nil
// where the answer leaves it out or holds something else than its type.
type Settings struct {
	Dry, Destroy, RefreshOnly, AutoApply, SavePlan *bool
	Targets, Replace                               *[]string
}

// settings reads them. In the vendor's document (schema Run) refresh-only,
// save-plan and the lists of addresses may be null, which means not set.
func (a attributes) settings() Settings {
	return Settings{
		Dry: a.flag("is-dry"), Destroy: a.flag("is-destroy"), AutoApply: a.flag("auto-apply"),
		RefreshOnly: a.nullableFlag("refresh-only"), SavePlan: a.nullableFlag("save-plan"),
		Targets: a.nullableTexts("target-addrs"), Replace: a.nullableTexts("replace-addrs"),
	}
}

func (a attributes) nullableFlag(name string) *bool {
	if v, ok := a[name]; ok && v == nil {
		return new(bool)
	}
	return a.flag(name)
}

func (a attributes) nullableTexts(name string) *[]string {
	v, ok := a[name]
	if ok && v == nil {
		return &[]string{}
	}
	raw, _ := v.(json.RawMessage)
	var list []*string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	texts := make([]string, 0, len(list))
	for _, text := range list {
		if text == nil {
			return nil
		}
		texts = append(texts, *text)
	}
	return &texts
}
