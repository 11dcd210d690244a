package scalrsim

import (
	"encoding/json"
	"testing"
)

// TestOutputsKeepNumbers checks that the outputs of an executed run have all digits of their numbers.
func TestOutputsKeepNumbers(t *testing.T) {
	t.Parallel()
	const value = `{"list":[12345678901234567890,0.1000000000000000055],"text":"1"}`
	outputs, err := outputsIn([]byte(`{"n":{"sensitive":false,"type":"dynamic","value":` + value + `}}`))
	if err != nil || len(outputs) != 1 {
		t.Fatalf("got %v, error %v", outputs, err)
	}
	if got, err := json.Marshal(outputs[0].Value); err != nil || string(got) != value {
		t.Errorf("got %s, error %v, want %s", got, err, value)
	}
}
