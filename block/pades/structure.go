package pades

import (
	"fmt"

	"medborgarnavet/block/pdf"
)

// maxTreeNodes is how many nodes of a parent tree are looked at.
const maxTreeNodes = 100_000

// tag gives a widget its place in a tagged file's structure: a Form element
// with an object reference at the end of the tree's root, and an entry in the
// parent tree (ISO 32000-1, 14.7.4.3 and 14.7.4.4). In a file without tags it
// does nothing.
func (e *editor) tag(widget pdf.Ref, dict pdf.Dict, page pdf.Ref, alt string) error {
	catalog := e.peekDict(e.root)
	root, indirect := catalog["StructTreeRoot"].(pdf.Ref)
	tree := e.peekDict(catalog["StructTreeRoot"])
	if tree == nil {
		return nil
	}
	if !indirect {
		return fmt.Errorf("%w: the structure tree is not an object of its own", ErrStructure)
	}
	key, err := e.nextParentKey(tree)
	if err != nil {
		return err
	}
	element := e.add(pdf.Dict{
		"Type": pdf.Name("StructElem"), "S": pdf.Name("Form"), "P": root, "Pg": page,
		"Alt": textString(alt),
		"K":   pdf.Dict{"Type": pdf.Name("OBJR"), "Obj": widget, "Pg": page},
	})
	dict["StructParent"] = key
	e.addToRoot(root, tree, element)
	e.addToParentTree(root, key, element)
	e.edit(root)["ParentTreeNextKey"] = key + 1
	return nil
}

// addToRoot makes element the last kid of the tree's root.
func (e *editor) addToRoot(root pdf.Ref, tree pdf.Dict, element pdf.Ref) {
	if tree["K"] == nil || e.peekArray(tree["K"]) != nil {
		e.extendIn(root, "K", element)
		return
	}
	e.edit(root)["K"] = pdf.Array{tree["K"], element}
}

// nextParentKey is a key beyond every key of the parent tree.
func (e *editor) nextParentKey(tree pdf.Dict) (int64, error) {
	next, _ := e.d.Int(tree["ParentTreeNextKey"])
	steps := maxTreeNodes
	last, err := e.lastKey(e.peekDict(tree["ParentTree"]), 0, &steps)
	if err != nil {
		return 0, err
	}
	return max(next, last+1, 0), nil
}

// lastKey is the greatest key of a number tree, -1 when it has none.
func (e *editor) lastKey(node pdf.Dict, depth int, steps *int) (int64, error) {
	if *steps--; depth > maxFieldDepth || *steps < 0 {
		return 0, fmt.Errorf("%w: the parent tree has no end", ErrStructure)
	}
	last := int64(-1)
	nums := e.peekArray(node["Nums"])
	for i := 0; i+1 < len(nums); i += 2 {
		if k, ok := e.d.Int(nums[i]); ok {
			last = max(last, k)
		}
	}
	for _, kid := range e.peekArray(node["Kids"]) {
		child := e.peekDict(kid)
		if limits := e.peekArray(child["Limits"]); len(limits) == 2 && depth > 0 {
			if k, ok := e.d.Int(limits[1]); ok {
				last = max(last, k)
				continue
			}
		}
		k, err := e.lastKey(child, depth+1, steps)
		if err != nil {
			return 0, err
		}
		last = max(last, k)
	}
	return last, nil
}

// addToParentTree appends an entry whose key is beyond all others: to the
// root's own numbers, or as a new leaf when the root has kids.
func (e *editor) addToParentTree(root pdf.Ref, key int64, element pdf.Object) {
	tree := e.peekDict(e.peekDict(root)["ParentTree"])
	if e.peekArray(tree["Kids"]) != nil {
		leaf := e.add(pdf.Dict{"Limits": pdf.Array{key, key}, "Nums": pdf.Array{key, element}})
		held, inPlace := e.extend(tree["Kids"], leaf)
		if !inPlace {
			e.editSub(root, "ParentTree")["Kids"] = held
		}
		return
	}
	held, inPlace := e.extend(tree["Nums"], key, element)
	if !inPlace {
		e.editSub(root, "ParentTree")["Nums"] = held
	}
}
