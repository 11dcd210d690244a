package scalrsim

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// version is a configuration version.
type version struct {
	id, workspace, status, problem string
	dry, autoQueue, bound          bool // bound: the workspace has a VCS repository
	created                        time.Time
	archive                        []byte
	readsLeft                      int       // remaining reads until the upload is processed
	ready                          time.Time // time of processing, with Config.ProcessFor
	stamps                         object
}

func (s *Server) versionSchema() schema {
	return schema{
		kind:                  "configuration-versions",
		attributes:            map[string]string{"auto-queue-runs": "bool", "is-dry": "bool"},
		relationships:         map[string]string{"workspace": "workspaces"},
		requiredRelationships: []string{"workspace"},
	}
}

func (s *Server) version(id string) *version {
	for _, v := range s.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

// createVersion implements create_configuration_version of openapi.yml.
func (s *Server) createVersion(c *call) reply {
	doc, refusal := s.readDocument(c, s.versionSchema(), true)
	if refusal != nil {
		return *refusal
	}
	id := doc.relationships["workspace"][0]
	w := s.lookup("workspaces", id)
	if w == nil {
		return invalidRelationship("workspace", "Workspace", id)
	}
	queue, given := doc.attributes["auto-queue-runs"].(bool)
	if !given {
		s.objectTo(c, "auto-queue-runs is absent, which may create a second run")
	}
	v := &version{id: s.id("cv"), workspace: id, status: "pending", created: s.now(), stamps: object{},
		dry: doc.attributes["is-dry"] == true, autoQueue: queue || !given, bound: w.attributes["vcs-repo"] != nil}
	s.versions = append(s.versions, v)
	shown := s.versionResource(v)
	shown.links = object{"upload": nil}
	if !v.bound && !s.scenario.Config.NoUpload {
		shown.links["upload"] = s.signedLink("/upload/" + v.id)
	}
	w.relationships["latest-configuration-version"] = toOne("configuration-versions", v.id)
	return s.one(c, 201, shown)
}

func (s *Server) versionResource(v *version) *resource {
	attributes := object{
		"auto-queue-runs": v.autoQueue, "is-dry": v.dry, "status": v.status, "source": "api", "inputs": list{},
		"size": nil, "error-message": nil, "created-at": stamp(v.created), "status-timestamps": v.stamps,
	}
	if v.archive != nil {
		attributes["size"] = len(v.archive)
	}
	if v.problem != "" {
		attributes["error-message"] = v.problem
	}
	return &resource{kind: "configuration-versions", id: v.id, created: v.created, attributes: attributes,
		relationships: object{"workspace": toOne("workspaces", v.workspace), "vcs-revision": toOne("", "")}}
}

// readVersion implements get_configuration_version of openapi.yml. An upload is processed after a number of
// reads.
func (s *Server) readVersion(c *call) reply {
	v := s.version(c.ids[0])
	if v == nil {
		return notFound("ConfigurationVersion", c.ids[0])
	}
	if v.archive != nil && v.status == "pending" {
		switch {
		case !v.ready.IsZero() && v.ready.After(s.now()):
		case !v.ready.IsZero(), v.readsLeft == 0:
			s.process(v)
		default:
			v.readsLeft--
		}
	}
	return s.one(c, 200, s.versionResource(v))
}

// received stores a complete upload.
func (s *Server) received(v *version, archive []byte) {
	v.archive = archive
	v.readsLeft = max(orElse(s.scenario.Config.Processing, 2), 0)
	if d := s.scenario.Config.ProcessFor; d > 0 {
		v.ready = s.now().Add(s.paced(d))
	}
}

func (s *Server) process(v *version) {
	if v.status != "pending" || v.archive == nil {
		return
	}
	v.status = "uploaded"
	if _, err := unpack(v.archive); err != nil {
		v.status, v.problem = "errored", fmt.Sprintf("Unable to process the configuration archive: %v.", err)
		var escape *escapeError
		if errors.As(err, &escape) {
			s.addObjection("upload of %s: %v", v.id, err)
		}
	}
	v.stamps[v.status+"-at"] = stamp(s.now())
	if v.status == "uploaded" && v.autoQueue {
		s.newRun(v.workspace, v.id, object{"source": "configuration-version"}, nil)
	}
}

// listVersions implements get_configuration_versions of openapi.yml.
func (s *Server) listVersions(c *call) reply {
	id := c.query.Get("filter[workspace]")
	if s.lookup("workspaces", id) == nil {
		return notFound("Workspace", id)
	}
	var found []*resource
	for _, v := range s.versions {
		if v.workspace == id {
			found = append([]*resource{s.versionResource(v)}, found...)
		}
	}
	return s.listing(c, found)
}

// downloadVersion implements download_configuration_version of openapi.yml.
func (s *Server) downloadVersion(c *call) reply {
	v := s.version(c.ids[0])
	if v == nil || v.archive == nil {
		return notFound("ConfigurationVersion", c.ids[0])
	}
	r := newReply(200, "application/gzip", nil)
	r.body, r.size = bytes.NewReader(v.archive), int64(len(v.archive))
	return r
}
