// Package conformance has programs that others wrote judge the documents that
// the product makes: PDFBox preflight, veraPDF and EU DSS (Java), pyHanko
// (Python), poppler's pdfsig, qpdf, mutool, OpenSSL, and a strict reader of DER.
// The catalogue of open data, as the demo serves it, is judged by pySHACL against
// shapes of DCAT-AP-SE.
//
// Its tests need those programs, which the script prepare installs, and so
// stand behind the build tag "conformance":
//
//	make conformance
//
// It owns no document and no rule: files are made with block/pdfa and
// block/pades in the test, signed with a test authority on loopback. Without a
// judge a test fails; it is never skipped.
package conformance
