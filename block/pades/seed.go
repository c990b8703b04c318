package pades

import (
	"crypto"
	"fmt"
	"slices"

	"medborgarnavet/block/pdf"
)

// The bits of a seed value dictionary that make a constraint binding
// (ISO 32000-1, table 234).
const (
	seedFilter = 1 << iota
	seedSubFilter
	seedVersion
	seedReasons
	seedLegal
	seedRevocation
	seedDigest
	seedLockDocument
	seedAppearance
)

// honourSeed holds the options against what the field demands of its
// signature, and refuses what cannot be met.
func honourSeed(d *pdf.Document, sv pdf.Dict, o Options) error {
	if sv == nil {
		return nil
	}
	flags, _ := d.Int(sv["Ff"])
	refuse := func(what string) error { return fmt.Errorf("%w: %s", ErrSeedValue, what) }
	if flags&seedFilter != 0 && sv["Filter"] != nil && d.Name(sv["Filter"]) != "Adobe.PPKLite" {
		return refuse("another signature handler")
	}
	if flags&seedSubFilter != 0 && sv["SubFilter"] != nil && !hasName(d, sv["SubFilter"], "ETSI.CAdES.detached") {
		return refuse("another signature format than ETSI.CAdES.detached")
	}
	if v, ok := d.Number(sv["V"]); ok && flags&seedVersion != 0 && v > 3 {
		return refuse("a newer version of seed values")
	}
	if flags&seedDigest != 0 && sv["DigestMethod"] != nil && !hasText(d, sv["DigestMethod"], digestName(o.Hash)) {
		return refuse("another digest method")
	}
	if flags&seedReasons != 0 {
		if err := honourReasons(d, sv["Reasons"], o.Reason); err != nil {
			return err
		}
	}
	if must, ok := d.Resolve(sv["AddRevInfo"]).(bool); ok && must && flags&seedRevocation != 0 {
		return refuse("revocation information inside the signature")
	}
	for bit, what := range map[int64]string{
		seedLegal: "a legal attestation", seedLockDocument: "a rule for locking the document",
		seedAppearance: "an appearance of its own",
	} {
		if flags&bit != 0 {
			return refuse(what)
		}
	}
	return honourNested(d, sv, o)
}

// honourNested checks the demands that lie in dictionaries of their own.
func honourNested(d *pdf.Document, sv pdf.Dict, o Options) error {
	if cert := d.Dict(sv["Cert"]); cert != nil {
		if flags, _ := d.Int(cert["Ff"]); flags != 0 {
			return fmt.Errorf("%w: a certain certificate", ErrSeedValue)
		}
	}
	if ts := d.Dict(sv["TimeStamp"]); ts != nil {
		if flags, _ := d.Int(ts["Ff"]); flags&1 != 0 && o.Level < BT {
			return fmt.Errorf("%w: a time-stamp", ErrSeedValue)
		}
	}
	if mdp := d.Dict(sv["MDP"]); mdp != nil {
		if p, ok := d.Int(mdp["P"]); ok && p != int64(o.Certify) {
			return fmt.Errorf("%w: certification with P=%d", ErrSeedValue, p)
		}
	}
	return nil
}

// honourReasons: a list of allowed reasons, or a single full stop for none.
func honourReasons(d *pdf.Document, list pdf.Object, reason string) error {
	allowed := d.Array(list)
	if len(allowed) == 0 || len(allowed) == 1 && d.Text(allowed[0]) == "." {
		if reason != "" {
			return fmt.Errorf("%w: no reason may be given", ErrSeedValue)
		}
		return nil
	}
	if !hasText(d, list, reason) {
		return fmt.Errorf("%w: one of the listed reasons", ErrSeedValue)
	}
	return nil
}

func hasName(d *pdf.Document, list pdf.Object, want pdf.Name) bool {
	return slices.ContainsFunc(d.Array(list), func(o pdf.Object) bool { return d.Name(o) == want })
}

func hasText(d *pdf.Document, list pdf.Object, want string) bool {
	return slices.ContainsFunc(d.Array(list), func(o pdf.Object) bool { return d.Text(o) == want })
}

func digestName(h crypto.Hash) string {
	switch h {
	case crypto.SHA384:
		return "SHA384"
	case crypto.SHA512:
		return "SHA512"
	}
	return "SHA256"
}

// lockReference is the signature reference by which a signature carries out
// what its field's Lock dictionary asks for; nil when it asks nothing.
func lockReference(d *pdf.Document, lock pdf.Dict) (pdf.Dict, error) {
	l := readLock(d, lock)
	if l == nil {
		return nil, nil
	}
	if p, ok := d.Int(lock["P"]); ok && p == 1 {
		return nil, fmt.Errorf("%w: no changes at all after it", ErrSeedValue)
	}
	params := pdf.Dict{"Type": pdf.Name("TransformParams"), "V": pdf.Name("1.2"), "Action": pdf.Name(l.Action)}
	switch l.Action {
	case "All":
	case "Include", "Exclude":
		names := make(pdf.Array, len(l.Fields))
		for i, n := range l.Fields {
			names[i] = textString(n)
		}
		params["Fields"] = names
	default:
		return nil, fmt.Errorf("%w: an unknown way to lock fields", ErrSeedValue)
	}
	return pdf.Dict{"Type": pdf.Name("SigRef"), "TransformMethod": pdf.Name("FieldMDP"), "TransformParams": params}, nil
}
