package cms_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
)

// strictDER is a second reader, on encoding/asn1, that knows nothing of the
// package: every element must come back byte for byte when it is written anew
// with the shortest length, integers must be shortest, and sets sorted. The
// implicit sets of SignedData ([0] and [1]) are looked for where they stand.
func strictDER(t testing.TB, der []byte) {
	t.Helper()
	checkElement(t, der, "")
}

func checkElement(t testing.TB, der []byte, path string) {
	t.Helper()
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(der, &v)
	if err != nil || len(rest) != 0 {
		t.Fatalf("%s: not one DER element: %v", path, err)
	}
	again, err := asn1.Marshal(asn1.RawValue{Class: v.Class, Tag: v.Tag, IsCompound: v.IsCompound, Bytes: v.Bytes})
	if err != nil || !bytes.Equal(again, der) {
		t.Fatalf("%s: header is not DER", path)
	}
	name := path + string(rune('a'+v.Tag%26))
	if !v.IsCompound {
		checkPrimitive(t, v, name)
		return
	}
	isSet := v.Class == asn1.ClassUniversal && v.Tag == asn1.TagSet
	if v.Class == asn1.ClassContextSpecific && (len(path) == 3 || len(path) == 5) {
		isSet = true
	}
	var previous []byte
	for rest := v.Bytes; len(rest) > 0; {
		var child asn1.RawValue
		next, err := asn1.Unmarshal(rest, &child)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if isSet && bytes.Compare(previous, child.FullBytes) > 0 {
			t.Fatalf("%s: set is not sorted", name)
		}
		checkElement(t, child.FullBytes, name)
		previous, rest = child.FullBytes, next
	}
}

func checkPrimitive(t testing.TB, v asn1.RawValue, name string) {
	t.Helper()
	if v.Class != asn1.ClassUniversal {
		return
	}
	var err error
	switch v.Tag {
	case asn1.TagInteger:
		if len(v.Bytes) == 0 || len(v.Bytes) > 1 && (v.Bytes[0] == 0 && v.Bytes[1] < 0x80 || v.Bytes[0] == 0xff && v.Bytes[1] > 0x7f) {
			t.Fatalf("%s: integer is not shortest", name)
		}
	case asn1.TagOID:
		var oid asn1.ObjectIdentifier
		_, err = asn1.Unmarshal(v.FullBytes, &oid)
	case asn1.TagBitString:
		var bits asn1.BitString
		_, err = asn1.Unmarshal(v.FullBytes, &bits)
	case asn1.TagBoolean:
		var b bool
		_, err = asn1.Unmarshal(v.FullBytes, &b)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// members splits the content of an element.
func members(t testing.TB, der []byte) (head asn1.RawValue, parts [][]byte) {
	t.Helper()
	if _, err := asn1.Unmarshal(der, &head); err != nil {
		t.Fatal(err)
	}
	for rest := head.Bytes; len(rest) > 0; {
		var child asn1.RawValue
		next, err := asn1.Unmarshal(rest, &child)
		if err != nil {
			t.Fatal(err)
		}
		parts, rest = append(parts, child.FullBytes), next
	}
	return head, parts
}

// join writes an element of the same kind with other members.
func join(t testing.TB, head asn1.RawValue, parts ...[]byte) []byte {
	t.Helper()
	out, err := asn1.Marshal(asn1.RawValue{Class: head.Class, Tag: head.Tag, IsCompound: true, Bytes: bytes.Join(parts, nil)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func reverseMembers(t testing.TB, der []byte) []byte {
	t.Helper()
	head, parts := members(t, der)
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return join(t, head, parts...)
}
