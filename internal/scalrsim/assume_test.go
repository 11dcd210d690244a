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
	const deployer = "deployer@acme.scalr.io"
	body := func(member, token, email string) string {
		return `{"` + member + `":"` + token + `","service-account-email":"` + email + `"}`
	}
	tests := map[string]struct {
		body   string
		status int
	}{
		"hyphens": {
			body("id-token", idToken(`{"aud":"scalr","repository":"octo/infra"}`), deployer), 200},
		"underscore": {
			body("id_token", idToken(`{"aud":["a","scalr"],"repository":"octo/infra"}`), deployer), 200},
		"other account": {
			body("id-token", idToken(`{"aud":"scalr","repository":"octo/infra"}`), "root@acme.scalr.io"), 401},
		"audience": {
			body("id-token", idToken(`{"aud":"else","repository":"octo/infra"}`), deployer), 401},
		"claim": {
			body("id-token", idToken(`{"aud":"scalr","repository":"evil/infra"}`), deployer), 401},
		"expired": {
			body("id-token", idToken(`{"aud":"scalr","repository":"octo/infra","exp":1000}`), deployer), 401},
		"malformed": {body("id-token", "x", deployer), 401},
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

func TestAssumedTokensExpire(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		identity Identity
		want     []int // status of requests every 20 minutes
	}{
		"by time":           {Identity{}, []int{200, 200, 200, 401}},
		"by number of uses": {Identity{Uses: 2}, []int{200, 200, 401, 401}},
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
