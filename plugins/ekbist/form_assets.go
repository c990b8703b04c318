package ekbist

import "medborgarnavet/plugin"

func tillgangar() plugin.Section {
	has := when("tillgangar.fraga.har", "ja")
	return plugin.Section{
		ID: "tillgangar", Title: "Dina tillgångar", Menu: "Tillgångar",
		Groups: []plugin.Group{
			{ID: "fraga", Fields: []plugin.Field{
				{ID: "har", Kind: plugin.FieldYesNo, Needed: true, Label: "Har du några tillgångar?",
					Hint: "Det är till exempel pengar på konto, bil, fonder, hus eller företag."},
			}},
			{ID: "pengar", Title: "Pengar", ShowIf: has, Fields: []plugin.Field{
				{ID: "konton", Kind: plugin.FieldMoney, Needed: true, Label: "Pengar på alla dina konton i dag",
					Example: "1 250", AskAboveOre: 50_000_00},
				{ID: "sparande", Kind: plugin.FieldMoney, Label: "Fonder, aktier och annat sparande",
					Example: "3 000", AskAboveOre: 50_000_00},
			}},
			{ID: "fordon", Title: "Bil, motorcykel eller båt", Repeat: 5, Item: "fordon", ShowIf: has,
				Fields: []plugin.Field{
					{ID: "regnr", Kind: plugin.FieldText, Label: "Registreringsnummer", MaxLength: 10, Autocomplete: "off",
						Hint: "Har fordonet inget nummer? Skriv vad det är i stället."},
					{ID: "varde", Kind: plugin.FieldMoney, Label: "Ungefär hur mycket är det värt?",
						Example: "20 000", AskAboveOre: 150_000_00},
				}},
			{ID: "annat", Title: "Annat du äger", ShowIf: has, Fields: []plugin.Field{
				{ID: "bostad", Kind: plugin.FieldText, Label: "Hus, bostadsrätt eller mark"},
				{ID: "foretag", Kind: plugin.FieldText, Label: "Företag"},
				{ID: "ovrigt", Kind: plugin.FieldText, Label: "Annat som är värt pengar"},
				{ID: "varde", Kind: plugin.FieldMoney, Label: "Ungefär hur mycket är det värt tillsammans?",
					Example: "10 000", AskAboveOre: 1_000_000_00},
			}},
		},
	}
}

const occupationPath = "sysselsattning.nu.vad"

func sysselsattning() plugin.Section {
	return plugin.Section{
		ID: "sysselsattning", Title: "Din sysselsättning", Menu: "Sysselsättn.",
		Groups: []plugin.Group{
			occupation(),
			{ID: "planering", Title: "Din planering", Fields: []plugin.Field{
				{ID: "gjort", Kind: plugin.FieldLongText, Label: "Vad har du gjort för att kunna försörja dig?",
					Hint: "Till exempel möten, kurser, praktik eller vård."},
				{ID: "plan", Kind: plugin.FieldLongText, Label: "Vad ska du göra nästa månad?"},
			}},
			{ID: "jobb", Title: "Jobb du har sökt", Repeat: 30, Item: "jobb",
				ShowIf: whenIn(occupationPath, "soker", "arbete", "sfi", "annat"),
				Fields: []plugin.Field{
					{ID: "datum", Kind: plugin.FieldDate, Label: "När sökte du?"},
					{ID: "jobb", Kind: plugin.FieldText, Label: "Vilket jobb?"},
					{ID: "arbetsgivare", Kind: plugin.FieldText, Label: "Hos vilken arbetsgivare?"},
				}},
		},
	}
}

// occupation asks what the person did; the rest follows from it.
func occupation() plugin.Group {
	is := func(values ...string) *plugin.Condition { return whenIn(occupationPath, values...) }
	return plugin.Group{ID: "nu", Fields: []plugin.Field{
		{ID: "vad", Kind: plugin.FieldChoices, Needed: true, Label: "Vad gjorde du under den senaste månaden?",
			Hint: "Välj allt som stämmer.",
			Options: []plugin.Option{
				{Value: "soker", Label: "Jag sökte jobb"},
				{Value: "arbete", Label: "Jag arbetade"},
				{Value: "sjuk", Label: "Jag var sjukskriven"},
				{Value: "sfi", Label: "Jag läste svenska för invandrare, sfi"},
				{Value: "studier", Label: "Jag studerade något annat"},
				{Value: "foraldraledig", Label: "Jag var föräldraledig"},
				{Value: "pension", Label: "Jag var pensionär"},
				{Value: "annat", Label: "Jag gjorde något annat"},
			}},
		{ID: "omfattning", Kind: plugin.FieldChoice, Needed: true, Label: "Hur mycket arbetade du?", ShowIf: is("arbete"),
			Options: []plugin.Option{
				{Value: "heltid", Label: "Heltid"},
				{Value: "deltid", Label: "Deltid"},
				{Value: "timmar", Label: "Enstaka timmar eller dagar"},
			}},
		{ID: "arbetsgivare", Kind: plugin.FieldText, Label: "Var arbetade du?", ShowIf: is("arbete")},
		{ID: "sjukgrad", Kind: plugin.FieldChoice, Needed: true, Label: "Hur mycket var du sjukskriven?", ShowIf: is("sjuk"),
			Options: []plugin.Option{
				{Value: "25", Label: "25 procent"},
				{Value: "50", Label: "50 procent"},
				{Value: "75", Label: "75 procent"},
				{Value: "100", Label: "100 procent"},
			}},
		{ID: "sfi-kurs", Kind: plugin.FieldChoice, Label: "Vilken kurs läste du?", ShowIf: is("sfi"),
			Options: []plugin.Option{
				{Value: "a", Label: "Kurs A"},
				{Value: "b", Label: "Kurs B"},
				{Value: "c", Label: "Kurs C"},
				{Value: "d", Label: "Kurs D"},
				{Value: "vet-inte", Label: "Jag vet inte"},
			}},
		{ID: "sfi-vag", Kind: plugin.FieldChoice, Label: "Vilken studieväg läste du?", ShowIf: is("sfi"),
			Options: []plugin.Option{
				{Value: "1", Label: "Studieväg 1"},
				{Value: "2", Label: "Studieväg 2"},
				{Value: "3", Label: "Studieväg 3"},
				{Value: "vet-inte", Label: "Jag vet inte"},
			}},
		{ID: "beratta", Kind: plugin.FieldText, Needed: true, Label: "Berätta vad du gjorde",
			ShowIf: is("studier", "annat")},
		{ID: "mer", Kind: plugin.FieldLongText, Label: "Gjorde du något mer?"},
	}}
}
