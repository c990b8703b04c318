package validation

import (
	"slices"
	"strings"

	"medborgarnavet/block/cms"
	"medborgarnavet/block/pades"
)

// weight is what a fault of form does to a signature.
type weight int

const (
	note   weight = iota // told, and no more
	form                 // no PAdES level
	doubt                // no PAdES level, and not to be relied on: indeterminate
	broken               // no PAdES level, and not a signature on this: failed
)

// cmsWeight says what a fault that block/cms found does. PAdES: EN 319 142-1,
// 6.3; EN 319 122-1, 5 and 6.3. claims: the signature says that it is PAdES.
func cmsWeight(code string, claims bool) weight {
	switch code {
	case cms.FaultNoSigner, cms.FaultContentPresent, cms.FaultDuplicateAttr,
		cms.FaultContentType, cms.FaultDigestMismatch, cms.FaultAttrValues:
		return broken
	case cms.FaultNoSignedAttrs, cms.FaultNoDigest, cms.FaultNoContentType:
		if claims {
			return broken
		}
		return form
	case cms.FaultIndefinite, cms.FaultLength, cms.FaultUnsorted, cms.FaultValueEncoding, cms.FaultNoESS,
		cms.FaultVersion, cms.FaultDigestSet:
		if claims {
			return doubt
		}
		return form
	case cms.FaultManySigners: // as one common program writes every signature
		if claims {
			return broken
		}
		return doubt
	case cms.FaultTrailing, cms.FaultBadCertificate:
		return doubt
	case cms.FaultUnsortedCerts, cms.FaultSigningTime, cms.FaultKeyID:
		return form
	}
	return note
}

// tokenDoubts are the faults for which a time-stamp is not relied on. Whatever
// else is odd about a token, its authority made it so.
func tokenDoubts(sd *cms.SignedData) (out []string) {
	for _, code := range cmsFaults(sd) {
		switch code {
		case cms.FaultTrailing, cms.FaultBadCertificate, cms.FaultDigestSet, cms.FaultVersion:
			out = append(out, code)
		}
	}
	return out
}

// rangeWeight says what a fault that block/pades found does.
func rangeWeight(code string) weight {
	switch code {
	case pades.FaultManyWidgets, pades.FaultNoFilter, pades.FaultContentsTail:
		return doubt
	}
	return broken
}

// cmsSwedish are the sentences of cms.Describe in Swedish.
func cmsSwedish(code string) string {
	for _, e := range [][2]string{
		{cms.FaultIndefinite, "En längd är inte utskriven, vilket formatet DER kräver."},
		{cms.FaultLength, "En längd är skriven med fler byte än den behöver."},
		{cms.FaultUnsorted, "Delarna i en mängd står inte i den ordning som formatet DER kräver."},
		{cms.FaultUnsortedCerts, "Certifikaten eller spärrlistorna står inte i den ordning som formatet DER kräver."},
		{cms.FaultValueEncoding, "Ett värde är inte skrivet som formatet DER kräver."},
		{cms.FaultEmbedded, "Ett certifikat, en spärrlista eller ett tillägg är inte skrivet i formatet DER."},
		{cms.FaultTrailing, "Det följer andra byte än nollor efter underskriften."},
		{cms.FaultVersion, "Ett versionsnummer stämmer inte med innehållet."},
		{cms.FaultContentPresent, "Underskriften bär med sig ett eget innehåll i stället för att gälla dokumentet."},
		{cms.FaultNoSigner, "Det finns ingen undertecknare i underskriften."},
		{cms.FaultManySigners, "Det finns flera undertecknare i samma underskrift."},
		{cms.FaultBadCertificate, "Ett certifikat i underskriften går inte att läsa."},
		{cms.FaultDigestSet, "Uppgiften om kontrollsummans metod stämmer inte med undertecknarens."},
		{cms.FaultNoSignedAttrs, "Underskriften saknar undertecknade egenskaper."},
		{cms.FaultNoDigest, "Dokumentets kontrollsumma finns inte bland det som är undertecknat."},
		{cms.FaultNoContentType, "Innehållets typ finns inte bland det som är undertecknat."},
		{cms.FaultContentType, "Den undertecknade uppgiften om innehållets typ stämmer inte."},
		{cms.FaultDuplicateAttr, "En egenskap står mer än en gång."},
		{cms.FaultAttrValues, "En egenskap som ska ha exakt ett riktigt värde har inte det."},
		{cms.FaultDigestMismatch, "Uppgifterna om kontrollsummans metod säger emot varandra."},
		{cms.FaultAlgorithm, "Underskriften använder en metod som inte är känd."},
		{cms.FaultPSS, "Underskriftsmetodens inställningar är inte de vanliga."},
		{cms.FaultWeak, "Underskriften använder en metod som är för svag för att lita på."},
		{cms.FaultNoCertificate, "Undertecknarens certifikat finns inte i underskriften."},
		{cms.FaultManyMatching, "Flera olika certifikat i underskriften kan vara undertecknarens."},
		{cms.FaultKeyID, "Undertecknaren anges med nyckelns id i stället för med utfärdare och serienummer."},
		{cms.FaultSigningTime, "Tiden står bland det som är undertecknat, vilket PAdES inte tillåter."},
		{cms.FaultNoESS, "Certifikatet finns inte bland det som är undertecknat."},
		{cms.FaultESSV1, "Certifikatet är bundet till underskriften bara med SHA-1."},
		{cms.FaultESSMismatch, "Underskriften pekar ut ett annat certifikat än undertecknarens."},
	} {
		if e[0] == code {
			return e[1]
		}
	}
	return "Underskriften avviker från sitt format (" + code + ")."
}

// rangeSwedish are the reasons of block/pades in Swedish.
func rangeSwedish(code string) string {
	for _, e := range [][2]string{
		{pades.FaultRangeMissing, "Underskriften anger inte vad den täcker."},
		{pades.FaultRangeCount, "Det som underskriften täcker är inte exakt två delar av filen."},
		{pades.FaultRangeNumber, "Uppgiften om vad underskriften täcker är orimlig."},
		{pades.FaultRangeStart, "Det som underskriften täcker börjar inte vid filens början."},
		{pades.FaultRangeOverlap, "De två delar som underskriften täcker går in i varandra."},
		{pades.FaultRangeOutside, "Det som underskriften täcker sträcker sig utanför filen."},
		{pades.FaultRangeGap, "Det som underskriften lämnar utanför är inte bara underskriftens eget värde."},
		{pades.FaultRangeEnd, "Det som underskriften täcker slutar inte där en sparad version av filen slutar."},
		{pades.FaultContents, "Underskriften saknar värde."},
		{pades.FaultContentsHex, "Underskriftens värde är inte skrivet som rena hexadecimala siffror."},
		{pades.FaultContentsTail, "Något följer efter underskriften inne i dess värde."},
		{pades.FaultDuplicateKey, "Samma uppgift står två gånger i underskriften."},
		{pades.FaultValueShared, "Flera fält delar på samma underskrift."},
		{pades.FaultNameShared, "Flera fält har samma namn."},
		{pades.FaultFieldTwice, "Signaturfältet går att nå på mer än ett sätt."},
		{pades.FaultKidParent, "Signaturfältet ligger under ett annat fält än det uppger."},
		{pades.FaultInheritedValue, "Underskriften hör till ett fält som har egna fält under sig."},
		{pades.FaultNoFilter, "Underskriften anger inte hur den ska läsas."},
		{pades.FaultFieldType, "Underskriften ligger i ett fält som inte är ett signaturfält."},
		{pades.FaultManyWidgets, "Underskriften visas på mer än ett ställe."},
		{pades.FaultNotInForm, "Filen har en underskrift som inte hör till något signaturfält."},
		{pades.FaultReplaced, "En tidigare underskrift har bytts ut."},
		{pades.FaultRemoved, "En underskrift som fanns i filen har tagits bort efteråt."},
	} {
		if e[0] == code {
			return e[1]
		}
	}
	return "Underskriften ligger inte i filen som den ska (" + code + ")."
}

func cmsReason(code string) Reason {
	return Reason{Code("cms-" + code), Text{cmsSwedish(code), cms.Describe(code)}}
}

func rangeReason(f pades.Fault) Reason {
	en := sentence(f.Reason)
	if en == "" {
		en = "The signature does not lie in the file as it should (" + f.Code + ")."
	}
	return Reason{Code("file-" + f.Code), Text{rangeSwedish(f.Code), en}}
}

// sentence gives a text its capital and full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// cmsFaults are the faults of a structure and its only signer, each once.
func cmsFaults(sd *cms.SignedData) []string {
	out := slices.Clone(sd.Faults)
	for _, s := range sd.Signers {
		for _, f := range s.Faults {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}
