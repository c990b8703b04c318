package ekbist

import "medborgarnavet/plugin"

// sokerFor holds the costs that are applied for, by the expense codes of
// ssbtek.md §3.3, and where the money goes. The rent is asked for in Bostad.
func sokerFor() plugin.Section {
	return plugin.Section{
		ID: "soker-for", Title: "Vad söker du pengar för?", Menu: "Söker för",
		Intro: "Här skriver du vad du har för kostnader under månaden. Hyran skriver du under Bostad.",
		Groups: []plugin.Group{
			{ID: "norm", Fields: []plugin.Field{
				{ID: "omfattning", Kind: plugin.FieldChoice, Needed: true, Label: "Vad söker du för?",
					Options: []plugin.Option{
						{Value: "hel", Label: "Riksnormen och mina andra kostnader",
							Hint: "Riksnormen ska räcka till bland annat mat, kläder och telefon."},
						{Value: "delar", Label: "Bara de kostnader jag skriver"},
					}},
			}},
			{ID: "hem", Title: "Hemmet", Fields: []plugin.Field{
				cost("el", "El", 4000),
				cost("hemforsakring", "Hemförsäkring", 600),
				cost("bredband", "Bredband", 700),
			}},
			{ID: "arbete", Title: "Arbete och resor", Fields: []plugin.Field{
				cost("akassa", "Avgift till a-kassan", 400),
				cost("fack", "Avgift till facket", 700),
				cost("resor", "Resor till arbete, studier eller praktik", 3000),
			}},
			{ID: "vard", Title: "Vård och medicin", Fields: []plugin.Field{
				cost("lakare", "Läkare och annan vård", 2000),
				cost("medicin", "Medicin på recept", 4000),
				cost("sjukresor", "Resor till vården", 2000),
				cost("tandvard", "Akut tandvård", 5000),
			}},
			{ID: "kommun", Title: "Avgifter till kommunen", Fields: []plugin.Field{
				cost("barnomsorg", "Förskola och fritidshem", 3500),
				cost("avgifter", "Andra avgifter till kommunen", 4000),
			}},
			{ID: "annat", Title: "Andra kostnader", Repeat: 10, Item: "kostnad", Fields: []plugin.Field{
				{ID: "vad", Kind: plugin.FieldText, Label: "Vad behöver du pengar till?", Hint: "Till exempel glasögon."},
				cost("belopp", "Hur mycket kostar det?", 10000),
				{ID: "varfor", Kind: plugin.FieldText, Label: "Varför behöver du det?"},
			}},
			{ID: "upplysningar", Title: "Upplysningar", Fields: []plugin.Field{
				{ID: "text", Kind: plugin.FieldLongText, Label: "Vill du förklara något om kostnaderna?"},
			}},
			payout(),
		},
	}
}

// cost is an amount applied for, questioned above a limit in kronor.
func cost(id, label string, askAbove int64) plugin.Field {
	return plugin.Field{ID: id, Kind: plugin.FieldMoney, Label: label, Example: "250",
		AskAboveOre: askAbove * 100}
}

func payout() plugin.Group {
	changed := when("soker-for.utbetalning.samma", "nej")
	return plugin.Group{ID: "utbetalning", Title: "Utbetalning", Fields: []plugin.Field{
		{ID: "samma", Kind: plugin.FieldYesNo, Needed: true,
			Label: "Ska pengarna till samma konto som förra gången?"},
		{ID: "bank", Kind: plugin.FieldText, Needed: true, Label: "Bank", MaxLength: 60, Autocomplete: "off", ShowIf: changed},
		{ID: "clearing", Kind: plugin.FieldText, Needed: true, Label: "Clearingnummer", MaxLength: 6, Autocomplete: "off",
			Hint: "De fyra eller fem första siffrorna i kontonumret.", ShowIf: changed},
		{ID: "konto", Kind: plugin.FieldText, Needed: true, Label: "Kontonummer", MaxLength: 20, Autocomplete: "off",
			Hint: "Skriv numret på ditt eget konto.", ShowIf: changed},
	}}
}

// verifikat is the section for supporting documents; the board may switch it
// off (M-96).
func verifikat(s Settings) plugin.Section {
	files := func(id, label, hint string) plugin.Field {
		return plugin.Field{ID: id, Kind: plugin.FieldFiles, Label: label, Hint: hint}
	}
	return plugin.Section{
		ID: "verifikat", Title: "Skicka med papper", Menu: "Verifikat", Unused: !s.usesDocuments(),
		Intro: "Skicka bara papper som är nya, eller som vi har bett om. Du kan fota med mobilen.",
		Groups: []plugin.Group{
			{ID: "filer", Fields: []plugin.Field{
				files("bostad", "Hyresavi eller hyreskontrakt", ""),
				files("inkomst", "Lönebesked och andra besked om pengar", ""),
				files("konto", "Kontoutdrag", "Skicka kontoutdrag för alla konton om vi har bett om det."),
				files("kostnad", "Räkningar och kvitton", ""),
				files("annat", "Läkarintyg, planering och annat", ""),
			}},
		},
	}
}
