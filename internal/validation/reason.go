package validation

import (
	"fmt"
	"slices"
	"time"
)

// Code names a reason; it is stable, for programs.
type Code string

// Reason is why a verdict is what it is, as whole sentences in plain Swedish
// and English. It never holds a name or a number from the file.
type Reason struct {
	Code Code
	Text
}

// The reasons of this package. Those that come from a building block have the
// prefixes "cms-", "byte-range-" and "change-" before its own code.
const (
	whyUnreadableCMS    Code = "unreadable-signature"
	whyByteRange        Code = "byte-range"
	whyUnknownSubFilter Code = "unknown-subfilter"
	whyLegacy           Code = "legacy-subfilter"
	whyDigest           Code = "content-changed"
	whySignature        Code = "signature-false"
	whyAlgorithm        Code = "unknown-algorithm"
	whyWeak             Code = "weak-algorithm"
	whyWeakProven       Code = "weak-algorithm-at-signing"
	whyNoCertificate    Code = "no-signing-certificate"
	whyOtherCertificate Code = "other-signing-certificate"
	whyChange           Code = "changed-after"
	whyTwoWays          Code = "ambiguous-structure"
	whyRebuilt          Code = "rebuilt"
	whyNoChain          Code = "unknown-issuer"
	whyNoChainThen      Code = "issuer-not-trusted-then"
	whyChainRules       Code = "chain-rules"
	whyKeyUsage         Code = "key-usage"
	whyExpiredNow       Code = "expired-no-proof"
	whyExpiredNotRev    Code = "expired-not-revoked"
	whyExpiredThen      Code = "expired-at-signing"
	whyNotYet           Code = "not-yet-valid"
	whyNotYetNow        Code = "not-yet-valid-no-proof"
	whyRevokedThen      Code = "revoked-at-signing"
	whyRevokedNoProof   Code = "revoked-no-proof"
	whyRevokedCA        Code = "issuer-revoked"
	whyRevokedAfter     Code = "revoked-after-signing"
	whyNoRevocation     Code = "no-revocation-information"
	whyStale            Code = "stale-revocation-information"
	whyNoRevService     Code = "no-revocation-service"
	whyStampOther       Code = "time-stamp-of-something-else"
	whyStampFalse       Code = "time-stamp-false"
	whyStampUnreadable  Code = "time-stamp-unreadable"
	whyStampUnused      Code = "time-stamp-not-used"
	whyStampFuture      Code = "time-stamp-from-the-future"
	whyStampUsage       Code = "time-stamp-certificate"
	whyTime             Code = "claimed-time-only"
	whyClaimFalse       Code = "claimed-time-impossible"
	whyClaimLater       Code = "claimed-time-after-time-stamp"
	whyToken            Code = "validation-token"
	whyTokenFailed      Code = "validation-token-says-no"
	whyTokenBad         Code = "validation-token-not-used"
	whyQualifiedClaim   Code = "qualified-not-confirmed"
	whyUnfinished       Code = "too-much-to-check"
	whyTooMany          Code = "too-many-signatures"
	whyMended           Code = "damaged-structure"
	whyFieldFault       Code = "signature-field"
	whyNotReadable      Code = "not-readable"
	whyDamagedCert      Code = "damaged-certificate"
)

func words(c Code) (sv, en string) {
	for _, table := range [][]entry{integrityWords(), chainWords(), timeWords()} {
		for _, e := range table {
			if e.code == c {
				return e.sv, e.en
			}
		}
	}
	return "", ""
}

type entry struct {
	code   Code
	sv, en string
}

func integrityWords() []entry {
	return []entry{
		{whyUnreadableCMS, "Underskriften går inte att läsa.", "The signature cannot be read."},
		{whyByteRange, "Underskriften täcker inte dokumentet på det sätt som den ska.", "The signature does not cover the document in the way that it must."},
		{whyUnknownSubFilter, "Underskriften är av ett slag som inte prövas här.", "The signature is of a kind that is not examined here."},
		{whyLegacy, "Underskriften har en äldre form än PAdES. Innehållet och undertecknaren har prövats ändå.", "The signature has an older form than PAdES. The content and the signer have been examined all the same."},
		{whyDigest, "Det undertecknade innehållet har ändrats.", "The signed content has been changed."},
		{whySignature, "Underskriften stämmer inte med undertecknarens nyckel. Den är ändrad eller förfalskad.", "The signature does not fit the signer's key. It has been changed or forged."},
		{whyAlgorithm, "Underskriften använder en metod som inte är känd eller inte hänger ihop.", "The signature uses a method that is not known or not consistent."},
		{whyWeak, "Underskriften bygger på en metod eller nyckel som är för svag för att lita på.", "The signature rests on a method or key that is too weak to rely on."},
		{whyWeakProven, "Underskriften bygger på en metod eller nyckel som var för svag redan när den gjordes.", "The signature rests on a method or key that was too weak already when it was made."},
		{whyNoCertificate, "Undertecknarens certifikat finns inte i underskriften.", "The signer's certificate is not in the signature."},
		{whyOtherCertificate, "Underskriften pekar ut ett annat certifikat än det som följer med.", "The signature names another certificate than the one that comes with it."},
		{whyChange, "Dokumentet har ändrats efter underskriften på ett sätt som inte är tillåtet.", "The document has been changed after the signature in a way that is not allowed."},
		{whyRebuilt, "Filens uppbyggnad är skadad. Olika program kan visa olika innehåll.", "The file's structure is damaged. Different programs may show different content."},
		{whyTwoWays, "Det undertecknade innehållet är skrivet så att olika program kan visa olika dokument.", "The signed content is written so that different programs may show different documents."},
		{whyMended, "Filens uppbyggnad har fel som har lagats vid läsningen.", "The file's structure has faults that were mended when it was read."},
		{whyFieldFault, "Ett signaturfält i filen är trasigt och gick inte att pröva.", "A signature field in the file is broken and could not be examined."},
		{whyDamagedCert, "Ett certifikat som följer med underskriften är ändrat.", "A certificate that comes with the signature has been changed."},
		{whyNotReadable, "Filen går inte att läsa som en PDF.", "The file cannot be read as a PDF."},
		{whyUnfinished, "Filen är för omfattande för att prövas färdigt.", "The file is too extensive to be examined to the end."},
		{whyTooMany, "Filen har fler underskrifter än vad som prövas.", "The file has more signatures than are examined."},
	}
}

func chainWords() []entry {
	return []entry{
		{whyNoChain, "Den som har utfärdat certifikatet är inte känd här.", "The issuer of the certificate is not known here."},
		{whyNoChainThen, "Den som har utfärdat certifikatet var inte betrodd vid tidpunkten som prövas.", "The issuer of the certificate was not trusted at the time in question."},
		{whyChainRules, "Certifikatkedjan bryter mot sina egna regler.", "The certificate chain breaks its own rules."},
		{whyKeyUsage, "Certifikatet är inte till för underskrifter.", "The certificate is not meant for signatures."},
		{whyExpiredNow, "Certifikatet gäller inte längre, och inget visar att underskriften gjordes medan det gällde.", "The certificate is no longer in force, and nothing shows that the signature was made while it was."},
		{whyExpiredNotRev, "Certifikatet har gått ut utan att ha återkallats, men inget visar att underskriften gjordes dessförinnan.", "The certificate expired without having been revoked, but nothing shows that the signature was made before that."},
		{whyExpiredThen, "Certifikatet hade gått ut när underskriften gjordes.", "The certificate had expired when the signature was made."},
		{whyNotYet, "Underskriften fanns innan certifikatet började gälla.", "The signature existed before the certificate came into force."},
		{whyNotYetNow, "Certifikatet gäller inte än.", "The certificate is not in force yet."},
		{whyRevokedThen, "Certifikatet var återkallat när underskriften gjordes (återkallat %s).", "The certificate was revoked when the signature was made (revoked %s)."},
		{whyRevokedNoProof, "Certifikatet är återkallat (%s), och inget visar att underskriften gjordes före det.", "The certificate is revoked (%s), and nothing shows that the signature was made before that."},
		{whyRevokedCA, "Certifikatet för den som har utfärdat undertecknarens certifikat är återkallat (%s).", "The certificate of the issuer of the signer's certificate is revoked (%s)."},
		{whyRevokedAfter, "Certifikatet återkallades efter underskriften (%s). Det ändrar inte underskriftens giltighet.", "The certificate was revoked after the signature (%s). That does not change the signature's validity."},
		{whyNoRevocation, "Det går inte att avgöra om certifikatet är återkallat: inget besked finns.", "Whether the certificate is revoked cannot be told: there is no answer about it."},
		{whyStale, "Beskedet om återkallelse är för gammalt för tidpunkten som prövas.", "The answer about revocation is too old for the time in question."},
		{whyNoRevService, "Utfärdaren lämnar inga besked om återkallelse för certifikatet.", "The issuer gives no answers about revocation for the certificate."},
		{whyQualifiedClaim, "Certifikatet säger sig vara kvalificerat, men ingen betrodd lista bekräftar det.", "The certificate says that it is qualified, but no trust list confirms it."},
	}
}

func timeWords() []entry {
	return []entry{
		{whyStampOther, "Tidsstämpeln hör till något annat än det som den sitter på.", "The time-stamp belongs to something else than what it is attached to."},
		{whyStampFalse, "Tidsstämpeln är ändrad eller förfalskad.", "The time-stamp has been changed or forged."},
		{whyStampUnreadable, "Tidsstämpeln går inte att läsa.", "The time-stamp cannot be read."},
		{whyStampUnused, "Tidsstämpeln gick inte att lita på och har inte använts.", "The time-stamp could not be relied on and has not been used."},
		{whyStampFuture, "Tidsstämpeln är från framtiden.", "The time-stamp is from the future."},
		{whyStampUsage, "Certifikatet bakom tidsstämpeln är inte till för tidsstämplar.", "The certificate behind the time-stamp is not meant for time-stamps."},
		{whyTime, "Tiden är undertecknarens egen uppgift.", "The time is the signer's own word."},
		{whyClaimFalse, "Undertecknaren uppger en tid som inte kan stämma.", "The signer states a time that cannot be true."},
		{whyClaimLater, "Undertecknaren uppger en senare tid än tidsstämpeln.", "The signer states a later time than the time-stamp."},
		{whyToken, "En betrodd valideringstjänst har intygat underskriften (%s).", "A trusted validation service has vouched for the signature (%s)."},
		{whyTokenFailed, "En betrodd valideringstjänst har prövat underskriften och inte godtagit den.", "A trusted validation service has examined the signature and not accepted it."},
		{whyTokenBad, "Ett valideringsintyg i filen kunde inte användas.", "A validation token in the file could not be used."},
	}
}

// because makes a reason. Times are shown as dates; nothing else of the file
// goes into a text.
func because(c Code, at ...time.Time) Reason {
	sv, en := words(c)
	if len(at) > 0 {
		day := at[0].UTC().Format(time.DateOnly)
		sv, en = fmt.Sprintf(sv, day), fmt.Sprintf(en, day)
	}
	return Reason{c, Text{sv, en}}
}

// addReason adds a reason that is not there yet.
func addReason(list []Reason, r Reason) []Reason {
	if slices.Contains(list, r) {
		return list
	}
	return append(list, r)
}
