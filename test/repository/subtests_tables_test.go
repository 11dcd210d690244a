package repository_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// frame is a call with the arguments of its parameters.
type frame struct {
	caller *frame
	args   map[types.Object]ast.Expr
	callee *ast.FuncDecl
}

// calls reports whether a function is under way, and ends recursion.
func (f *frame) calls(function *ast.FuncDecl) bool {
	for ; f != nil; f = f.caller {
		if f.callee == function {
			return true
		}
	}
	return false
}

// tableValue is an expression with its enclosing call, and its key if it is a map element.
type tableValue struct {
	expr, key ast.Expr
	frame     *frame
}

// elements returns the elements of a table: of a composite literal, which may be assigned to a variable, passed as
// an argument or returned.
func (r *testReader) elements(e ast.Expr, f *frame) []tableValue {
	var found []tableValue
	switch e := e.(type) {
	case *ast.CompositeLit:
		for _, element := range e.Elts {
			v := tableValue{expr: element, frame: f}
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				v.expr, v.key = pair.Value, pair.Key
			}
			found = append(found, v)
		}
	case *ast.Ident:
		object := r.object(e)
		if arg, ok := f.args[object]; ok {
			return r.elements(arg, f.caller)
		}
		if loop := r.ranges[object]; loop != nil {
			for _, v := range r.elements(loop.X, f) {
				found = append(found, r.elements(v.expr, v.frame)...)
			}
		}
		for _, pair := range r.indexed[object] {
			found = append(found, tableValue{expr: pair.Value, key: pair.Key, frame: f})
		}
		r.eachAssigned(object, func(e ast.Expr) { found = append(found, r.elements(e, f)...) })
	case *ast.SelectorExpr:
		for _, v := range r.values(e, f) {
			found = append(found, r.elements(v.expr, v.frame)...)
		}
	case *ast.CallExpr:
		return r.elementsOfCall(e, f)
	}
	return found
}

// elementsOfCall returns the elements of a call's result.
func (r *testReader) elementsOfCall(call *ast.CallExpr, f *frame) []tableValue {
	var found []tableValue
	if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "append" {
		for i, arg := range call.Args {
			switch {
			case i > 0 && call.Ellipsis == token.NoPos:
				found = append(found, tableValue{expr: arg, frame: f})
			case r.object(arg) == nil || !r.appendsTo(call, r.object(arg)):
				found = append(found, r.elements(arg, f)...)
			}
		}
		return found
	}
	function, inner := r.enter(call, f)
	if function == nil {
		return r.elementsOfImported(call, f)
	}
	ast.Inspect(function.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			for _, result := range n.Results {
				found = append(found, r.elements(result, inner)...)
			}
		}
		return true
	})
	return found
}

// appendsTo reports whether a call's result is assigned to the variable that it
// extends, as in list = append(list, …).
func (r *testReader) appendsTo(call *ast.CallExpr, object types.Object) bool {
	return slices.Contains(r.assigned[object], ast.Expr(call))
}

// elementsOfImported handles the standard functions that return the keys of a map.
func (r *testReader) elementsOfImported(call *ast.CallExpr, f *frame) []tableValue {
	s, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	var found []tableValue
	switch s.Sel.Name {
	case "Keys":
		for _, v := range r.elements(call.Args[0], f) {
			if v.key != nil {
				found = append(found, tableValue{expr: v.key, frame: v.frame})
			}
		}
	case "Sorted", "Collect":
		return r.elements(call.Args[0], f)
	}
	return found
}

// values are the values that a field of the elements of a table has.
func (r *testReader) values(field *ast.SelectorExpr, f *frame) []tableValue {
	var found []tableValue
	for _, v := range r.structs(field.X, f) {
		literal, ok := v.expr.(*ast.CompositeLit)
		if !ok {
			continue
		}
		for i, element := range literal.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				if name, ok := pair.Key.(*ast.Ident); ok && name.Name == field.Sel.Name {
					found = append(found, tableValue{expr: pair.Value, frame: v.frame})
				}
				continue
			}
			if r.fieldName(literal, i) == field.Sel.Name {
				found = append(found, tableValue{expr: element, frame: v.frame})
			}
		}
	}
	return found
}

// fieldName is the name of a field by its place in a struct.
func (r *testReader) fieldName(literal *ast.CompositeLit, i int) string {
	t := r.info.TypeOf(literal)
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if t == nil {
		return ""
	}
	if s, ok := t.Underlying().(*types.Struct); ok && i < s.NumFields() {
		return s.Field(i).Name()
	}
	return ""
}

// structs returns the struct literals that an expression can evaluate to.
func (r *testReader) structs(e ast.Expr, f *frame) []tableValue {
	object := r.object(e)
	if object == nil {
		return []tableValue{{expr: e, frame: f}}
	}
	if arg, ok := f.args[object]; ok {
		return r.structs(arg, f.caller)
	}
	if loop := r.ranges[object]; loop != nil {
		return r.elements(loop.X, f)
	}
	var found []tableValue
	r.eachAssigned(object, func(e ast.Expr) { found = append(found, r.structs(e, f)...) })
	return found
}
