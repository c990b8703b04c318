package ekbist

import "medborgarnavet/plugin"

const (
	hasIncomePath  = "inkomster.fraga.har"
	otherIncome    = "inkomster.andra.annan"
	pendingPath    = "inkomster.vantar.vad"
	payerFK        = "Försäkringskassan"
	payerPM        = "Pensionsmyndigheten"
	payerCSN       = "CSN"
	payerSO        = "A-kassan"
	payerOther     = "Andra inkomster"
	ownHint        = "Skriv vad du fick efter skatt."
	incomeAskAbove = 50_000_00
)

// inkomster is source 004's page of incomes: what the payer says beside what
// the person says (M-35 – M-41).
//
// An answer of no hides the rows that only the person can fill in. It never
// hides what an agency has paid: a payment must reach the officer whatever
// was answered (ssbtek.md §2.9), and the review asks about it.
func inkomster(s Settings) plugin.Section {
	w := want(s.Source)
	return plugin.Section{
		ID: "inkomster", Title: "Dina inkomster", Menu: "Inkomster", Fetch: &w,
		Intro: "Du kan hämta dina utbetalningar från myndigheterna. " +
			"Stämmer beloppet? Lämna rutan bredvid tom. Är det fel skriver du det rätta beloppet där.",
		Groups: []plugin.Group{
			{ID: "fraga", Title: "Sökanden", Fields: []plugin.Field{
				{ID: "har", Kind: plugin.FieldYesNo, Needed: true, Label: "Har du några inkomster?",
					Hint: "Räkna alla pengar du har fått, till exempel bidrag, lön, studiemedel och Swish."},
			}},
			{ID: "fk", Title: payerFK, Fields: rowsFK()},
			{ID: "pm", Title: payerPM, Fields: rowsPM()},
			{ID: "csn", Title: payerCSN, Fields: rowsCSN()},
			{ID: "andra", Title: payerOther, Fields: rowsOther()},
			{ID: "vantar", Title: "Pengar du väntar på", Fields: []plugin.Field{
				{ID: "vantar", Kind: plugin.FieldYesNo,
					Label: "Väntar du på beslut om bidrag eller annan ersättning?"},
				{ID: "vad", Kind: plugin.FieldText, Needed: true, Label: "Vad väntar du på, och från vem?",
					Hint:   "Till exempel bostadsbidrag från Försäkringskassan.",
					ShowIf: when("inkomster.vantar.vantar", "ja")},
			}},
			{ID: "upplysningar", Title: "Upplysningar", Fields: []plugin.Field{
				{ID: "text", Kind: plugin.FieldLongText, Label: "Vill du förklara något om dina inkomster?"},
			}},
		},
	}
}

// paid is an amount row filled from one payer's benefits.
func paid(id, label, hint, payer, origin string, codes ...string) plugin.Field {
	return plugin.Field{ID: id, Kind: plugin.FieldAmountRow, Label: label, Hint: hint, Payer: payer,
		AskAboveOre: incomeAskAbove,
		Bind:        &plugin.Binding{Origins: []string{origin}, Payer: origin, Codes: codes}}
}

// told is an amount row that only the person fills in.
func told(id, label, hint string) plugin.Field {
	return plugin.Field{ID: id, Kind: plugin.FieldAmountRow, Label: label, Hint: hint, Payer: payerOther,
		AskAboveOre: incomeAskAbove, ShowIf: unless(hasIncomePath, "nej")}
}

// rowsFK are M-37's rows and bostadstillägg. Codes are LEFI v9's benefit
// groups (ssbtek.md §2.3); DAG is the family of daily allowances and EE
// etableringsersättning (§3.2). AS, BST, DPE, EJO and ET have no verified
// meaning and fall to the row for other payments, with the agency's own name.
func rowsFK() []plugin.Field {
	return []plugin.Field{
		paid("barnbidrag", "Allmänt barnbidrag", "Även flerbarnstillägg.", payerFK, "FK", "ABB", "MABB"),
		paid("bostadsbidrag", "Bostadsbidrag", "", payerFK, "FK", "BOB"),
		paid("dagersattning", "Dagersättning",
			"Till exempel sjukpenning, föräldrapenning, aktivitetsstöd och etableringsersättning.", payerFK, "FK",
			"DAG", "SJP", "FSJP", "FP", "TFP", "NP", "GP", "RBE", "SBP", "PROG", "PJOB", "EE"),
		paid("pension", "Pension, sjukersättning, livränta, omvårdnadsbidrag",
			"Även aktivitetsersättning och vårdbidrag.", payerFK, "FK", "AP", "SA", "YL", "VB", "OMV"),
		paid("handikapp", "Merkostnadsersättning, handikappersättning", "", payerFK, "FK", "HE", "MEK"),
		paid("underhallsstod", "Underhållsstöd", "", payerFK, "FK", "US"),
		paid("bostadstillagg", "Bostadstillägg", "Pengar till hyran för den som har sjukersättning.", payerFK, "FK", "BTI"),
	}
}

// rowsPM: LEFI writes these groups with the agency's prefix, which a source
// may have taken off. Pensionsmyndigheten often pays several benefits in one
// sum, whose code then is "AP+BTI": such a sum cannot be divided, and stands
// with the pension.
func rowsPM() []plugin.Field {
	return []plugin.Field{
		paid("pension", "Pension", "Även efterlevandepension. Bostadstillägg som betalas i samma summa står också här.", payerPM, "PM",
			"AP", "AP+*", "EF", "EF+*", "BTI+*", "PM:AP", "PM:AP+*", "PM:EF", "PM:EF+*", "PM:BTI+*"),
		paid("bostadstillagg", "Bostadstillägg, äldreförsörjningsstöd", "", payerPM, "PM", "BTI", "PM:BTI"),
	}
}

// rowsCSN are M-38's rows and the two newer supports. Codes are CSN v4.0's
// stödformer, with (U) for studies abroad, and beloppstyper: grant and loan
// are parts of one payment and explain it, they are not rows of their own.
func rowsCSN() []plugin.Field {
	return []plugin.Field{
		paid("studiemedel", "Studiemedel", "Både bidrag och lån.", payerCSN, "CSN",
			"GRUND", "GRUNDU", "GRUNDB", "GRUNDF", "GRUNDL", "GRUNFL", "MLÅN", "MLÅNU", "MERKL",
			"TLÅN", "TILL", "TILB"),
		paid("studiebidrag", "Studiebidrag", "Även extra tillägg och lärlingsersättning.", payerCSN, "CSN",
			"SH", "SHU", "SB", "SBU", "STUDB", "EXTRA", "EXTRAU", "LÄRLE", "LÄRERS"),
		paid("inackordering", "Inackorderingstillägg", "", payerCSN, "CSN", "INACK", "INACKU"),
		paid("hemutrustning", "Hemutrustningslån", "", payerCSN, "CSN", "HUT"),
		paid("studiestart", "Studiestartsstöd, omställningsstudiestöd", "", payerCSN, "CSN",
			"SSSTÖD", "STÖDB", "STÖDT", "OSS", "OSSBID", "OSSLÅN"),
	}
}

// rowsOther are M-39's rows in the source's order with the newer ones
// between. One row takes every payment that no other row took (M-88).
func rowsOther() []plugin.Field {
	return []plugin.Field{
		told("lon", "Lön", ownHint),
		paid("arbetsloshet", "Arbetslöshetsersättning", "Pengar från a-kassan.", payerSO, "SO", "*"),
		told("afa", "AFA-försäkring", "Pengar från en försäkring genom ditt arbete."),
		told("skatt", "Överskjutande skatt", "Pengar du har fått tillbaka på skatten."),
		told("underhall", "Underhållsbidrag från den andra föräldern", ""),
		told("tjanstepension", "Tjänstepension, pension från annat land", ownHint),
		told("hyra", "Hyra från någon som bor hos dig", "Även från ditt vuxna barn."),
		told("swish", "Swish och andra insättningar på dina konton", "Skriv i kommentaren vem du fick pengarna av."),
		told("kapital", "Ränta och utdelning", ""),
		{ID: "ovrig-myndighet", Kind: plugin.FieldAmountRow, Label: "Annan utbetalning från myndighet",
			Hint:  "Här hamnar utbetalningar som inte hör till någon annan rad.",
			Payer: payerOther, AskAboveOre: incomeAskAbove,
			Bind: &plugin.Binding{Origins: []string{"FK", "PM", "CSN"}, Rest: true}},
		told("annan", "Annan inkomst", "Skriv i kommentaren vad det är för inkomst."),
	}
}

// amountRow is an amount row of the form with its path.
type amountRow struct {
	path  string
	field plugin.Field
}

func amountRows(f plugin.Form) []amountRow {
	var rows []amountRow
	for _, s := range f.Sections {
		for _, g := range s.Groups {
			for _, field := range g.Fields {
				if field.Kind == plugin.FieldAmountRow {
					rows = append(rows, amountRow{s.ID + "." + g.ID + "." + field.ID, field})
				}
			}
		}
	}
	return rows
}
