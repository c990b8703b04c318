// Package identity says who somebody is: the words that login by any e-ID has
// in common, and the contract that an e-ID provider fulfils.
//
// A provider leads one person through one authentication. Providers come in two
// families: poll (BankID, Freja: the page shows a code and asks until the
// person has answered in an app) and redirect (SAML, OIDC: the browser leaves
// and comes back). Both speak Begin, Continue and Cancel, and both end in an
// Authentication or a Failure, so the pages, the audit log and the tests are
// written once.
//
// Its parts: flow keeps the login under way and binds it to one browser;
// session keeps the login that came of it; bankid is a provider. A provider
// keeps nothing itself: what it must remember goes back to the flow as opaque
// state, which the flow seals and stores.
//
// It owns no roles: what a person may do is decided by the steps (party,
// assignment), never by the e-ID's answer. It owns no HTTP and no pages.
package identity
