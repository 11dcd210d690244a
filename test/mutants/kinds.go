package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// conditions negates the conditions of if, for and a switch without a tag, and removes negations.
func (s *source) conditions(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		s.negate(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			s.negate(n.Cond)
		}
	case *ast.SwitchStmt:
		if n.Tag != nil {
			return
		}
		for _, clause := range n.Body.List {
			for _, cond := range clause.(*ast.CaseClause).List {
				s.negate(cond)
			}
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			s.replace(n, s.text(n.X))
		}
	}
}

func (s *source) negate(cond ast.Expr) {
	s.replace(cond, "!("+s.text(cond)+")")
}

// otherOperator moves boundaries by one, inverts comparisons, and swaps arithmetic operators.
var otherOperator = map[token.Token]string{
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">", token.EQL: "!=", token.NEQ: "==",
	token.LAND: "||", token.LOR: "&&",
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*",
	token.AND: "|", token.OR: "&", token.XOR: "&", token.SHL: ">>", token.SHR: "<<",
	token.ADD_ASSIGN: "-=", token.SUB_ASSIGN: "+=", token.INC: "--", token.DEC: "++",
}

func (s *source) operators(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if other, ok := otherOperator[n.Op]; ok {
			s.replace(n, "("+s.text(n.X)+" "+other+" "+s.text(n.Y)+")")
		}
	case *ast.AssignStmt:
		s.operator(n.TokPos, n.Tok)
	case *ast.IncDecStmt:
		s.operator(n.TokPos, n.Tok)
	}
}

func (s *source) operator(pos token.Pos, op token.Token) {
	if other, ok := otherOperator[op]; ok {
		s.replaceRange(pos, pos+token.Pos(len(op.String())), other)
	}
}

// statements removes calls with an unused result, assignments, and jumps. The identifiers in them remain used, so
// that the rest compiles.
func (s *source) statements(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		s.statementsOf(n.List)
	case *ast.CaseClause:
		s.statementsOf(n.Body)
	case *ast.CommClause:
		s.statementsOf(n.Body)
	}
}

func (s *source) statementsOf(list []ast.Stmt) {
	for _, stmt := range list {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			if stmt.Tok == token.DEFINE || onlyBlank(stmt.Lhs) {
				continue
			}
		case *ast.ExprStmt, *ast.DeferStmt, *ast.GoStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.BranchStmt:
		default:
			continue
		}
		s.replace(stmt, "if false { "+s.text(stmt)+" }")
	}
}

// onlyBlank reports whether an assignment has no other purpose than to mention a value.
func onlyBlank(left []ast.Expr) bool {
	for _, e := range left {
		if name, ok := e.(*ast.Ident); !ok || name.Name != "_" {
			return false
		}
	}
	return true
}

// constants changes numbers by one, doubles durations, empties strings, and swaps true and false.
func (s *source) constants(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if n.Op == token.MUL && (timeUnit(n.X) || timeUnit(n.Y)) {
			s.replace(n, "2 * "+s.text(n))
			s.ignored[n.X], s.ignored[n.Y] = true, true
		}
	case *ast.SelectorExpr:
		if timeUnit(n) {
			s.replace(n, "(2 * "+s.text(n)+")")
		}
	case *ast.BasicLit:
		s.literal(n)
	case *ast.Ident:
		switch n.Name {
		case "true":
			s.replace(n, "false")
		case "false":
			s.replace(n, "true")
		}
	}
}

func (s *source) literal(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT, token.FLOAT:
		s.replace(n, "("+n.Value+" + 1)")
	case token.CHAR:
		s.replace(n, "("+n.Value+" + 1)")
	case token.STRING:
		if text, err := strconv.Unquote(n.Value); err == nil && text == "" {
			s.replace(n, `"changed"`)
		} else {
			s.replace(n, `""`)
		}
	}
}

// timeUnit reports whether an expression is time.Second or another unit.
func timeUnit(e ast.Expr) bool {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	name, ok := selector.X.(*ast.Ident)
	if !ok || name.Name != "time" {
		return false
	}
	switch selector.Sel.Name {
	case "Nanosecond", "Microsecond", "Millisecond", "Second", "Minute", "Hour":
		return true
	}
	return false
}

// errorResults replaces errors that a function returns by nil.
func (s *source) errorResults(n ast.Node) {
	var results *ast.FieldList
	var body *ast.BlockStmt
	switch n := n.(type) {
	case *ast.FuncDecl:
		results, body = n.Type.Results, n.Body
	case *ast.FuncLit:
		results, body = n.Type.Results, n.Body
	}
	if results == nil || body == nil || len(results.List) == 0 {
		return
	}
	if last, ok := results.List[len(results.List)-1].Type.(*ast.Ident); !ok || last.Name != "error" {
		return
	}
	failed := map[ast.Stmt]bool{} // statements after a check of err
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt:
			s.markFailed(failed, n.Cond, n.Body.List)
		case *ast.CaseClause:
			if len(n.List) == 1 {
				s.markFailed(failed, n.List[0], n.Body)
			}
		case *ast.ReturnStmt:
			s.noError(n, results.NumFields(), failed[n])
		}
		return true
	})
}

// markFailed marks the statements that are reached only with an error in err.
func (s *source) markFailed(failed map[ast.Stmt]bool, cond ast.Expr, body []ast.Stmt) {
	if s.text(cond) != "err != nil" {
		return
	}
	for _, stmt := range body {
		failed[stmt] = true
	}
}

func (s *source) noError(ret *ast.ReturnStmt, results int, failed bool) {
	if len(ret.Results) != results {
		return
	}
	last := ret.Results[results-1]
	if name, ok := last.(*ast.Ident); ok && name.Name == "nil" {
		return
	}
	s.replace(last, "nil")
	if !failed && !isError(last) {
		return
	}
	for _, beside := range ret.Results[:results-1] { // callers ignore the other results of an error
		switch beside.(type) {
		case *ast.BasicLit, *ast.Ident:
			s.ignored[beside] = true
		}
	}
}

// isError reports whether an expression is certainly not nil: a new error, or a variable named like an error.
func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return e.Op == token.AND
	case *ast.Ident:
		return e.Name != "err" && strings.HasPrefix(e.Name, "err") || strings.HasPrefix(e.Name, "Err")
	case *ast.CallExpr:
		called, ok := e.Fun.(*ast.SelectorExpr)
		return ok && (called.Sel.Name == "New" || called.Sel.Name == "Errorf")
	}
	return false
}
