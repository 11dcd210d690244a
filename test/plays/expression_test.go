package plays

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// scope contains the contexts and functions that an expression may use at its position. Any other context or
// function is an error, although GitHub has more of them.
type scope struct {
	contexts object
	// status evaluates success(), failure(), cancelled() and always(); nil where GitHub does not allow them.
	status func(name string) bool
}

// with returns a scope with additional contexts.
func (s scope) with(name string, value any) scope {
	contexts := object{name: value}
	for n, v := range s.contexts {
		if n != name {
			contexts[n] = v
		}
	}
	return scope{contexts, s.status}
}

// only returns a scope with only these contexts.
func (s scope) only(names ...string) scope {
	contexts := object{}
	for _, name := range names {
		if v, ok := s.contexts[name]; ok {
			contexts[name] = v
		}
	}
	return scope{contexts, s.status}
}

// node is a parsed part of an expression.
type node func(scope) (any, error)

// token of an expression; its kind is its first character, or one of these.
type token struct {
	kind string // "name", "text", "number" or the sign itself
	text string
}

var lexeme = regexp.MustCompile(
	`^(?:(\s+)|('(?:[^']|'')*')|(-?(?:0x[0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?))|([A-Za-z_][A-Za-z0-9_-]*)|(&&|\|\||==|!=|[!().,*\[\]]))`,
)

func tokens(text string) ([]token, error) {
	var found []token
	for rest := text; rest != ""; {
		m := lexeme.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%q is not understood at %q", text, rest)
		}
		rest = rest[len(m[0]):]
		switch {
		case m[2] != "":
			found = append(found, token{"text", strings.ReplaceAll(m[2][1:len(m[2])-1], "''", "'")})
		case m[3] != "":
			found = append(found, token{"number", m[3]})
		case m[4] != "":
			found = append(found, token{"name", m[4]})
		case m[5] != "":
			found = append(found, token{m[5], m[5]})
		}
	}
	return found, nil
}

// parser parses one expression by recursive descent; outer functions parse operators of lower precedence.
type parser struct {
	tokens []token
	calls  []string // the functions that are called
}

// expression is a completely parsed expression.
type expression struct {
	evaluate node
	calls    []string
}

func parse(text string) (expression, error) {
	all, err := tokens(text)
	if err != nil {
		return expression{}, err
	}
	p := &parser{tokens: all}
	n, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is left over", p.tokens[0].text)
	}
	if err != nil {
		return expression{}, fmt.Errorf("the expression %q: %w", text, err)
	}
	return expression{n, p.calls}, nil
}

// evaluate returns the value of ${{ text }}.
func evaluate(text string, in scope) (any, error) {
	e, err := parse(text)
	if err != nil {
		return nil, err
	}
	v, err := e.evaluate(in)
	if err != nil {
		return nil, fmt.Errorf("the expression %q: %w", text, err)
	}
	return v, nil
}

// take consumes the next token if it has the kind.
func (p *parser) take(kind string) (token, bool) {
	if len(p.tokens) == 0 || p.tokens[0].kind != kind {
		return token{}, false
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t, true
}

func (p *parser) expect(kind string) error {
	if _, ok := p.take(kind); !ok {
		return fmt.Errorf("%q is missing", kind)
	}
	return nil
}

func (p *parser) or() (node, error)  { return p.choice("||", p.and, true) }
func (p *parser) and() (node, error) { return p.choice("&&", p.comparison, false) }

// choice is || or &&: its value is the first operand that determines the result.
func (p *parser) choice(sign string, operand func() (node, error), decides bool) (node, error) {
	left, err := operand()
	for err == nil {
		if _, ok := p.take(sign); !ok {
			return left, nil
		}
		first := left
		var second node
		if second, err = operand(); err != nil {
			break
		}
		left = func(in scope) (any, error) {
			v, err := first(in)
			if err != nil || truthy(v) == decides {
				return v, err
			}
			return second(in)
		}
	}
	return nil, err
}

func (p *parser) comparison() (node, error) {
	left, err := p.not()
	for err == nil {
		_, same := p.take("==")
		_, other := p.take("!=")
		if !same && !other {
			return left, nil
		}
		first := left
		var second node
		if second, err = p.not(); err != nil {
			break
		}
		left = func(in scope) (any, error) {
			a, err := first(in)
			if err != nil {
				return nil, err
			}
			b, err := second(in)
			return equal(a, b) == same, err
		}
	}
	return nil, err
}

func (p *parser) not() (node, error) {
	if _, ok := p.take("!"); !ok {
		return p.path()
	}
	operand, err := p.not()
	return func(in scope) (any, error) {
		v, err := operand(in)
		return !truthy(v), err
	}, err
}

// path is a value followed by . and [ ] operators.
func (p *parser) path() (node, error) {
	n, err := p.value()
	for err == nil {
		from := n
		if _, ok := p.take("."); ok {
			n, err = p.dot(from)
		} else if _, ok := p.take("["); ok {
			n, err = p.index(from)
		} else {
			return n, nil
		}
	}
	return nil, err
}

func (p *parser) dot(from node) (node, error) {
	if _, ok := p.take("*"); ok {
		return func(in scope) (any, error) {
			v, err := from(in)
			return every(v), err
		}, nil
	}
	name, ok := p.take("name")
	if !ok {
		return nil, fmt.Errorf("no name follows a dot")
	}
	return func(in scope) (any, error) {
		v, err := from(in)
		return member(v, name.text), err
	}, nil
}

func (p *parser) index(from node) (node, error) {
	at, err := p.or()
	if err == nil {
		err = p.expect("]")
	}
	return func(in scope) (any, error) {
		v, err := from(in)
		if err != nil {
			return nil, err
		}
		i, err := at(in)
		return element(v, i), err
	}, err
}

func (p *parser) value() (node, error) {
	if t, ok := p.take("text"); ok {
		return constant(t.text), nil
	}
	if t, ok := p.take("number"); ok {
		return numeral(t.text)
	}
	if t, ok := p.take("name"); ok {
		return p.named(t.text)
	}
	if err := p.expect("("); err != nil {
		return nil, fmt.Errorf("a value is missing")
	}
	n, err := p.or()
	if err == nil {
		err = p.expect(")")
	}
	return n, err
}

func constant(v any) node { return func(scope) (any, error) { return v, nil } }

func numeral(text string) (node, error) {
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		return constant(float64(i)), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	return constant(f), err
}

// named is a literal, a call or a context.
func (p *parser) named(name string) (node, error) {
	if _, ok := p.take("("); ok {
		return p.call(name)
	}
	switch name {
	case "true", "false":
		return constant(name == "true"), nil
	case "null":
		return constant(nil), nil
	}
	return func(in scope) (any, error) {
		v, ok := in.contexts[name]
		if !ok {
			return nil, fmt.Errorf("there is no context %q here", name)
		}
		return v, nil
	}, nil
}

func (p *parser) call(name string) (node, error) {
	p.calls = append(p.calls, name)
	var arguments []node
	for {
		if _, ok := p.take(")"); ok {
			return function(name, arguments)
		}
		if len(arguments) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		a, err := p.or()
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, a)
	}
}
