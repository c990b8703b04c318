// Package etsi writes a validation report as ETSI TS 119 102-2 XML, the form
// that other validators and archives read.
//
// It owns the encoding and nothing else: what is written is a
// validation.Report. Written are, for every signature, its identifier (digest
// of the signed attributes, and the field), the main indication and
// sub-indication, the time validated for and the best signature time with its
// kind of proof, the digest of the signed document, the policy, the signer's
// name with the digest of the certificate, the level and qualification, and the
// reasons in English and Swedish, those of the file last. It is valid by the
// schemas of versions 1.2.2 and 1.3.1, which share the namespace. The report is not itself signed: it is sealed
// where it is used, in a PDF/A with an electronic seal.
//
// Not written: certificates and revocation data themselves (a certificate may
// hold a personal identity number, so only its digest is given) and a report on
// each constraint; both are optional in the standard.
package etsi
