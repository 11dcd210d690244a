package scalrsim

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{})
		began := time.Now()
		time.Sleep(time.Second)
		uploaded(t, s, s.Client(), example)
		requests := s.Requests()
		if len(requests) != 5 {
			t.Fatalf("got %d requests, want 5", len(requests))
		}
		create, put := requests[0], requests[1]
		if create.Method != "POST" || create.Host != "acme.scalr.test" || create.Path != "/configuration-versions" || create.Status != 201 ||
			create.Time.Sub(began) != time.Second || !strings.Contains(create.Body, `"auto-queue-runs":false`) {
			t.Errorf("the creation: %+v", create)
		}
		sum := sha256.Sum256([]byte(pack(t, example)))
		if put.Host != "blob.scalr.test" || put.Body != "" || put.BodySHA256 != hex.EncodeToString(sum[:]) || !strings.HasPrefix(put.Query, "signature=") {
			t.Errorf("the upload: %+v", put)
		}
		if got := s.PublicRequests()[0].Header.Get("Authorization"); got != "(present)" || requests[0].Header.Get("Authorization") != "Bearer "+Token {
			t.Errorf("authorization: got %q", got)
		}
	})
}

func TestLinksExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Config: Config{LinkTTL: time.Minute}})
		_, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/configuration-versions", `{"data":{"type":"configuration-versions",
			"attributes":{"auto-queue-runs":false},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
		time.Sleep(61 * time.Second)
		r, body := send(t, s.Client(), "PUT", get(t, body, "data.links.upload").(string), "archive", upload)
		if r.StatusCode != 403 || !strings.Contains(body, "<Message>Request has expired</Message>") {
			t.Errorf("got %d %s", r.StatusCode, body)
		}
		wantNoObjections(t, s)
	})
}

// TestUploadQueuesRun checks that an upload creates a run if auto-queue-runs is not specified.
func TestUploadQueuesRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Config: Config{Processing: -1}})
		_, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/configuration-versions", `{"data":{"type":"configuration-versions",
			"attributes":{"is-dry":true},"relationships":{"workspace":{"data":{"type":"workspaces","id":"`+WorkspaceID+`"}}}}}`)
		send(t, s.Client(), "PUT", get(t, body, "data.links.upload").(string), pack(t, example), upload)
		send(t, s.Client(), "GET", s.URL()+BasePath+"/configuration-versions/"+get(t, body, "data.id").(string), "")
		if runs := s.Runs(); len(runs) != 1 || runs[0].Source != "configuration-version" {
			t.Errorf("got %+v", runs)
		}
	})
}

func TestReadLag(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Scenario{Config: Config{ReadLag: 10 * time.Second}})
		run := start(t, s, s.Client(), example, `{"is-dry":true}`)
		for _, want := range []int{404, 200} {
			if r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/runs/"+run, ""); r.StatusCode != want {
				t.Errorf("got %d, want %d", r.StatusCode, want)
			}
			time.Sleep(10 * time.Second)
		}
	})
}

func TestScenariosHaveNameAndDescription(t *testing.T) {
	t.Parallel()
	for name, scenario := range Scenarios() {
		if scenario.Name != name || scenario.About == "" {
			t.Errorf("%q: %+v", name, scenario)
		}
	}
}
