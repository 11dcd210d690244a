package scalr

import (
	"fmt"

	"scalr-run-action/internal/jsonstream"
)

// Limits for the policies of a check and for the messages of each policy.
const (
	mostPolicies = 1000
	mostMessages = 50
)

// policyResult is the attribute "result" of a policy check.
type policyResult struct {
	counts   attributes
	policies []Policy
}

func readPolicyResult(r *jsonstream.Reader) (result policyResult, err error) {
	result.counts = attributes{}
	err = object(r, func(name string) error {
		if name == "policies" {
			return elements(r, func() error { return result.readPolicy(r) })
		}
		value, err := readAttribute(r, name)
		if err != nil {
			return err
		}
		if _, twice := result.counts[name]; twice {
			return fmt.Errorf("%w: %.40q", errTwice, name)
		}
		result.counts[name] = value
		return r.Keep(memberOverhead + len(name))
	})
	return result, err
}

func (p *policyResult) readPolicy(r *jsonstream.Reader) error {
	if c, err := r.Peek(); err != nil || c != '{' || len(p.policies) == mostPolicies {
		return skip(r, err)
	}
	var policy Policy
	err := object(r, func(name string) (err error) {
		switch name {
		case "name":
			policy.Name, err = readWords(r, maxText)
		case "result":
			policy.Result, err = readWords(r, maxText)
		case "messages":
			return elements(r, func() error {
				if c, err := r.Peek(); err != nil || c != '"' || len(policy.Messages) == mostMessages {
					return skip(r, err)
				}
				message, err := readWords(r, maxText)
				policy.Messages = append(policy.Messages, message)
				return err
			})
		}
		return err
	})
	p.policies = append(p.policies, policy)
	if err == nil {
		err = r.Keep(memberOverhead)
	}
	return err
}
