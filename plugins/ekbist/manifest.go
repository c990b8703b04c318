package ekbist

import "medborgarnavet/plugin"

// datasets are what the e-service asks for: what was paid out, and whether
// the person is registered as a job seeker. Nothing more (M-43, M-65).
func datasets() []string {
	return []string{"FK/payments", "PM/payments", "CSN/payments", "SO/payments", "AF/registration"}
}

// want is the one fetch of the form, at section Inkomster (M-34).
func want(source string) plugin.Want {
	return plugin.Want{Source: source, Datasets: datasets()}
}

// manifest says who the e-service is. The one who runs it answers for it:
// without an owner in the settings that is the board's own authority.
func manifest(s Settings, c plugin.Controller) plugin.Manifest {
	owner := s.Owner
	if owner == (plugin.Owner{}) {
		owner = plugin.Owner{Name: c.Name, OrgNumber: c.OrgNumber, Contact: c.Name}
	}
	return plugin.Manifest{
		ID:          formID,
		Version:     "1.0.0",
		Name:        "Ansökan om ekonomiskt bistånd",
		Description: "Sök ekonomiskt bistånd för en månad till (eAnsökan EkBist). Du kan hämta dina utbetalningar från myndigheterna.",
		Kind:        plugin.KindEService,
		Owner:       owner,
		// Strong login (M-23).
		MinAssurance: 3,
		Wants:        []plugin.Want{want(s.Source)},
		Purpose: "Utreda och besluta om ekonomiskt bistånd. " +
			"Uppgifterna fyller i din ansökan, så att du slipper skriva dem själv.",
		LegalReference: s.LegalReference,
		LawfulBasis:    "6.1.e",
		Sensitivity:    "secret",
		RetentionDays:  7,
		Handling:       plugin.HandlingDesk,
		Documents: plugin.Documents{
			Accessibility:  "plugins/ekbist/docs/tillganglighet.md",
			DataProtection: "plugins/ekbist/docs/dataskydd.md",
		},
		RecipientInformation: "Beloppen kommer från myndigheterna och a-kassorna. " +
			"Kommunen har hämtat dem för att pröva din ansökan. " +
			"Är ett belopp fel kan bara den som betalade ut pengarna rätta det. " +
			"Skriv det rätta beloppet i ansökan, så ser handläggaren båda. " +
			"Har du frågor om ansökan ringer du kommunen.",
	}
}
