package scalrsim

import (
	"encoding/base64"
	"testing"
	"testing/synctest"
	"time"
)

func idToken(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func anonymous(r *request) {
	r.Header.Del("Authorization")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
}

func TestAssume(t *testing.T) {
	t.Parallel()
	identity := Identity{Audience: "scalr", Claims: map[string]string{"repository": "octo/infra"}}
	tests := map[string]struct {
		body   string
		status int
	}{
		"hyphens":       {`{"id-token":"` + idToken(`{"aud":"scalr","repository":"octo/infra"}`) + `","service-account-email":"deployer@acme.scalr.io"}`, 200},
		"underscore":    {`{"id_token":"` + idToken(`{"aud":["a","scalr"],"repository":"octo/infra"}`) + `","service-account-email":"deployer@acme.scalr.io"}`, 200},
		"other account": {`{"id-token":"` + idToken(`{"aud":"scalr","repository":"octo/infra"}`) + `","service-account-email":"root@acme.scalr.io"}`, 401},
		"audience":      {`{"id-token":"` + idToken(`{"aud":"else","repository":"octo/infra"}`) + `","service-account-email":"deployer@acme.scalr.io"}`, 401},
		"claim":         {`{"id-token":"` + idToken(`{"aud":"scalr","repository":"evil/infra"}`) + `","service-account-email":"deployer@acme.scalr.io"}`, 401},
		"expired":       {`{"id-token":"` + idToken(`{"aud":"scalr","repository":"octo/infra","exp":1000}`) + `","service-account-email":"deployer@acme.scalr.io"}`, 401},
		"malformed":     {`{"id-token":"x","service-account-email":"deployer@acme.scalr.io"}`, 401},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := New(Scenario{Config: Config{Identity: identity}})
			r, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/service-accounts/assume", test.body, anonymous)
			if r.StatusCode != test.status {
				t.Fatalf("got %d %s, want %d", r.StatusCode, body, test.status)
			}
			if test.status == 200 {
				token := get(t, body, "access-token").(string)
				with := func(r *request) { r.Header.Set("Authorization", "Bearer "+token) }
				if r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/accounts", "", with); r.StatusCode != 200 {
					t.Errorf("with the token: got %d", r.StatusCode)
				}
			}
			wantNoObjections(t, s)
		})
	}
}

func TestAssumedTokensEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		identity Identity
		want     []int // of requests that are 20 minutes apart
	}{
		"by the clock":    {Identity{}, []int{200, 200, 200, 401}},
		"by their number": {Identity{Uses: 2}, []int{200, 200, 401, 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := New(Scenario{Config: Config{Identity: test.identity}})
				_, body := send(t, s.Client(), "POST", s.URL()+BasePath+"/service-accounts/assume",
					`{"id-token":"`+idToken(`{}`)+`","service-account-email":"deployer@acme.scalr.io"}`, anonymous)
				token := get(t, body, "access-token").(string)
				for i, want := range test.want {
					time.Sleep(19 * time.Minute)
					r, _ := send(t, s.Client(), "GET", s.URL()+BasePath+"/accounts", "", func(r *request) { r.Header.Set("Authorization", "Bearer "+token) })
					if r.StatusCode != want {
						t.Errorf("request %d: got %d, want %d", i+1, r.StatusCode, want)
					}
				}
				wantNoObjections(t, s)
			})
		})
	}
}
