package tfplan

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// providerName is the provider whose resources have texts in every place that a schema
// supports: Terraform's built-in terraform_data has no blocks, and no attributes marked
// with "# forces replacement".
const providerName = "registry.terraform.io/acme/text"

// textProvider is a provider that plans the proposed values. Terraform finds it through
// TF_REATTACH_PROVIDERS (https://developer.hashicorp.com/terraform/plugin/debugging) and
// uses plugin protocol 6 (docs/plugin-protocol of hashicorp/terraform).
type textProvider struct {
	// state holds the values that are returned when an object is read or imported, by
	// its id, which must not occur in another id; null if the object was deleted.
	state map[string]json.RawMessage
}

// serve serves the provider until the test ends, and returns the environment variable by
// which Terraform finds it.
func (p *textProvider) serve(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "text") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: p, Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	reattach := map[string]any{
		providerName: map[string]any{"Protocol": "grpc", "ProtocolVersion": 6, "Pid": os.Getpid(), "Test": true,
			"Addr": map[string]string{"Network": "unix", "String": socket}},
	}
	value, err := json.Marshal(reattach)
	if err != nil {
		t.Fatal(err)
	}
	return "TF_REATTACH_PROVIDERS=" + string(value)
}

// ServeHTTP implements gRPC: a message consists of a byte for uncompressed data, its
// length and its bytes; the trailer contains the status.
func (p *textProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	service, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	answer, known := message(nil), service == "tfplugin6.Provider"
	if known {
		request, err := io.ReadAll(r.Body)
		if err != nil || len(request) < 5 {
			http.Error(w, "no message", http.StatusBadRequest)
			return
		}
		answer, known = p.respond(method, request[5:])
	}
	if !known {
		w.Header().Set("Grpc-Status", "12") // unimplemented
		return
	}
	head := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(answer)))
	w.Write(append(head, answer...))
	w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
}

func (p *textProvider) respond(method string, request []byte) (message, bool) {
	in := fieldsOf(request)
	switch method {
	case "GetProviderSchema":
		out := message(nil).bytes(1, message(nil).bytes(2, nil))
		for name, r := range textResources {
			out = out.bytes(2, message(nil).text(1, name).bytes(2, message(nil).bytes(2, r.block.encode())))
			out = out.bytes(3, message(nil).text(1, name).bytes(2, message(nil).bytes(2, r.block.encode())))
		}
		return out, true
	case "ValidateProviderConfig", "ValidateResourceConfig", "ValidateDataResourceConfig", "ConfigureProvider", "StopProvider":
		return nil, true
	case "UpgradeResourceState":
		return message(nil).bytes(1, message(nil).bytes(2, fieldsOf(in[3])[1])), true
	case "ReadResource":
		for id, state := range p.state {
			if bytes.Contains(in[2], []byte(id)) {
				return message(nil).bytes(1, message(nil).bytes(2, state)), true
			}
		}
		return message(nil).bytes(1, in[2]), true
	case "ReadDataSource":
		return message(nil).bytes(1, in[2]), true // its config
	case "ImportResourceState":
		resource := message(nil).text(1, string(in[1])).bytes(2, message(nil).bytes(2, p.state[string(in[2])]))
		return message(nil).bytes(1, resource), true
	case "PlanResourceChange":
		out := message(nil).bytes(1, in[3])
		for _, path := range textResources[string(in[1])].forced {
			out = out.bytes(2, attributePath(path))
		}
		return out, true
	case "ApplyResourceChange":
		return message(nil).bytes(1, in[3]), true
	}
	return nil, false
}

// attributePath encodes a path such as rule[0].text.
func attributePath(path string) (out message) {
	for step := range strings.SplitSeq(path, ".") {
		name, index, isIndexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		out = out.bytes(1, message(nil).text(1, name))
		if isIndexed {
			var i uint64
			fmt.Sscan(index, &i)
			out = out.bytes(1, message(nil).number(3, i))
		}
	}
	return out
}

// message is an encoded protocol buffers message.
type message []byte

func (m message) bytes(field uint64, value []byte) message {
	m = binary.AppendUvarint(m, field<<3|2)
	m = binary.AppendUvarint(m, uint64(len(value)))
	return append(m, value...)
}

func (m message) text(field uint64, value string) message { return m.bytes(field, []byte(value)) }

func (m message) number(field, value uint64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, field<<3), value)
}

func (m message) flag(field uint64, value bool) message {
	if !value {
		return m
	}
	return m.number(field, 1)
}

// fieldsOf returns the length-delimited fields of a message by field number; the last occurrence wins.
func fieldsOf(m []byte) map[uint64][]byte {
	fields := map[uint64][]byte{}
	for len(m) > 0 {
		tag, n := binary.Uvarint(m)
		value, k := binary.Uvarint(m[n:])
		m = m[n+k:]
		if tag&7 == 2 {
			fields[tag>>3], m = m[:value], m[value:]
		}
	}
	return fields
}

// The ways in which blocks and objects are nested, by their numbers in the protocol.
const (
	nestedSingle = 1 + iota
	nestedList
	nestedSet
	nestedMap
)

// textBlock is the schema of a block.
type textBlock struct {
	attributes []textAttribute
	blocks     []textNested
}

type textAttribute struct {
	name      string
	kind      string      // as JSON; empty for an object
	object    []textBlock // of an object: one
	nesting   uint64
	computed  bool
	sensitive bool
}

type textNested struct {
	name    string
	nesting uint64
	block   textBlock
}

func (b textBlock) encode() (out message) {
	for _, a := range b.attributes {
		out = out.bytes(2, a.encode())
	}
	for _, n := range b.blocks {
		out = out.bytes(3, message(nil).text(1, n.name).bytes(2, n.block.encode()).number(3, n.nesting))
	}
	return out
}

func (a textAttribute) encode() message {
	out := message(nil).text(1, a.name)
	if a.kind != "" {
		out = out.text(2, a.kind)
	}
	out = out.flag(5, true).flag(6, a.computed).flag(7, a.sensitive)
	for _, object := range a.object {
		nested := message(nil)
		for _, inner := range object.attributes {
			nested = nested.bytes(1, inner.encode())
		}
		out = out.bytes(10, nested.number(3, a.nesting))
	}
	return out
}

// textResource is a type of resource with the paths that force a replacement.
type textResource struct {
	block  textBlock
	forced []string
}

// textResources are the types: one with plain attributes, one whose blocks force a
// replacement, and one with nested attributes.
var textResources = func() map[string]textResource {
	const text, texts, set, table = `"string"`, `["list","string"]`, `["set","string"]`, `["map","string"]`
	common := []textAttribute{
		{name: "id", kind: text, computed: true},
		{name: "computed", kind: text, computed: true},
		{name: "name", kind: text},
		{name: "text", kind: text},
		{name: "forced", kind: text},
		{name: "size", kind: `"number"`},
		{name: "on", kind: `"bool"`},
	}
	plain := textBlock{attributes: slices.Concat(common, []textAttribute{
		{name: "secret", kind: text, sensitive: true},
		{name: "texts", kind: texts},
		{name: "forced_texts", kind: texts},
		{name: "bag", kind: set},
		{name: "forced_bag", kind: set},
		{name: "tags", kind: table},
		{name: "forced_map", kind: table},
	})}
	inner := textBlock{attributes: []textAttribute{{name: "text", kind: text}, {name: "lines", kind: texts}}}
	rule := textBlock{
		attributes: []textAttribute{{name: "name", kind: text}, {name: "text", kind: text}, {name: "tags", kind: table}},
		blocks:     []textNested{{"inner", nestedList, inner}},
	}
	blocks := textBlock{
		attributes: common,
		blocks:     []textNested{{"rule", nestedList, rule}, {"part", nestedSet, inner}, {"one", nestedSingle, inner}},
	}
	object := []textBlock{
		{attributes: []textAttribute{{name: "name", kind: text}, {name: "text", kind: text}, {name: "lines", kind: texts}}},
	}
	nested := textBlock{attributes: slices.Concat(common, []textAttribute{
		{name: "settings", object: object, nesting: nestedSingle}, {name: "items", object: object, nesting: nestedList},
		{name: "group", object: object, nesting: nestedSet}, {name: "things", object: object, nesting: nestedMap},
		{name: "shape", kind: `["object",{"text":"string","size":"number"}]`}, {name: "any", kind: `"dynamic"`}}),
		blocks: []textNested{{"entry", nestedMap, inner}}}
	return map[string]textResource{
		"text_plain":  {plain, []string{"forced", "forced_texts", "forced_bag", "forced_map"}},
		"text_blocks": {blocks, []string{"forced", "rule", "part", "one.text"}},
		"text_nested": {nested, []string{"forced", "settings.text", "items", "group", "things"}},
	}
}()
