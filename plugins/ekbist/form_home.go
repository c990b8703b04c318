package ekbist

import "medborgarnavet/plugin"

// hushall asks whether the household is as the case says, and what has
// changed; never who is in it (WCAG 2.2, 3.3.7: redundant entry).
func hushall() plugin.Section {
	return plugin.Section{
		ID: "hushall", Title: "Ditt hushåll", Menu: "Hushåll",
		Intro: "Kommunen vet redan vilka som hör till ditt hushåll. Berätta bara om något har ändrats.",
		Groups: []plugin.Group{
			{ID: "andring", Title: "Har något ändrats?", Fields: []plugin.Field{
				{ID: "stammer", Kind: plugin.FieldYesNo, Needed: true,
					Label: "Är ni samma personer i hushållet som förra gången du sökte?"},
				{ID: "vad", Kind: plugin.FieldLongText, Needed: true,
					Label:  "Vad har ändrats?",
					Hint:   "Skriv vem som har flyttat in eller ut, och vilken dag. Skriv också om du har blivit sambo.",
					ShowIf: when("hushall.andring.stammer", "nej")},
			}},
			{ID: "nya-barn", Title: "Nya barn i hushållet", Repeat: 6, Item: "barn",
				Hint:   "Fyll i det här om ett barn har flyttat in eller fötts.",
				ShowIf: when("hushall.andring.stammer", "nej"),
				Fields: []plugin.Field{
					{ID: "namn", Kind: plugin.FieldText, Label: "Barnets namn", MaxLength: 100, Autocomplete: "off"},
					{ID: "personnummer", Kind: plugin.FieldIdentity, Label: "Barnets personnummer",
						Hint: "Har barnet inte fått något nummer än? Lämna rutan tom.", Autocomplete: "off"},
					childDays("dagar", 1),
				}},
			{ID: "barn", Title: "Barnen", Fields: []plugin.Field{
				{ID: "dagar-andrat", Kind: plugin.FieldChoice, Needed: true,
					Label: "Har det ändrats hur många dagar barnen bor hos dig?",
					Options: []plugin.Option{
						{Value: "inga", Label: "Jag har inga barn i hushållet"},
						{Value: "nej", Label: "Nej, det är som förut"},
						{Value: "ja", Label: "Ja, det har ändrats"},
					}},
				{ID: "lunch", Kind: plugin.FieldChoice,
					Label:  "Äter barnen lunch i förskola eller skola på vardagar?",
					Hint:   "Frågan gäller barn som är 6 år eller yngre. Normen är lägre för barn som får lunch där.",
					ShowIf: whenIn("hushall.barn.dagar-andrat", "nej", "ja"),
					Options: []plugin.Option{
						{Value: "inga", Label: "Jag har inga barn i den åldern"},
						{Value: "ja", Label: "Ja, alla barn i den åldern"},
						{Value: "nagra", Label: "Ja, men inte alla"},
						{Value: "nej", Label: "Nej"},
					}},
			}},
			{ID: "barn-dagar", Title: "Hur bor barnen nu?", Repeat: 8, Item: "barn",
				ShowIf: when("hushall.barn.dagar-andrat", "ja"),
				Fields: []plugin.Field{
					{ID: "namn", Kind: plugin.FieldText, Label: "Barnets namn", MaxLength: 100, Autocomplete: "off"},
					childDays("dagar", 0),
					{ID: "fran", Kind: plugin.FieldDate, Label: "Från vilken dag gäller det?"},
				}},
			{ID: "kontakt", Title: "Hur når vi dig?", Fields: []plugin.Field{
				{ID: "telefon", Kind: plugin.FieldText, Label: "Telefonnummer dagtid", MaxLength: 20, Autocomplete: "tel",
					Hint: "Vi ringer om vi behöver fråga något om din ansökan."},
			}},
		},
	}
}

func childDays(id string, atLeast int) plugin.Field {
	return plugin.Field{ID: id, Kind: plugin.FieldNumber, Label: "Hur många dagar i månaden bor barnet hos dig?",
		Example: "15", Min: atLeast, Max: 31}
}

const (
	rentPath  = "bostad.hyra.belopp"
	monthPath = "period.manad.manad"
	lunchPath = "hushall.barn.lunch"
)

func bostad() plugin.Section {
	moved := when("bostad.andring.bor-kvar", "nej")
	return plugin.Section{
		ID: "bostad", Title: "Din bostad", Menu: "Bostad",
		Groups: []plugin.Group{
			{ID: "andring", Title: "Har du flyttat?", Fields: []plugin.Field{
				{ID: "bor-kvar", Kind: plugin.FieldYesNo, Needed: true,
					Label: "Bor du kvar i samma bostad som förra gången du sökte?"},
				{ID: "form", Kind: plugin.FieldChoice, Needed: true, Label: "Hur bor du nu?", ShowIf: moved,
					Options: []plugin.Option{
						{Value: "hyresratt", Label: "Hyresrätt"},
						{Value: "andrahand", Label: "Hyr i andra hand"},
						{Value: "inneboende", Label: "Hyr ett rum hos någon"},
						{Value: "bostadsratt", Label: "Bostadsrätt"},
						{Value: "eget-hus", Label: "Eget hus"},
						{Value: "hyrt-hus", Label: "Hyrt hus"},
						{Value: "foraldrar", Label: "Hos mina föräldrar"},
						{Value: "ingen", Label: "Jag har ingen egen bostad"},
					}},
				{ID: "adress", Kind: plugin.FieldText, Label: "Din nya adress", MaxLength: 200,
					Autocomplete: "address-line1", ShowIf: moved},
				{ID: "flyttdag", Kind: plugin.FieldDate, Label: "Vilken dag flyttade du?", ShowIf: moved},
				{ID: "rum", Kind: plugin.FieldNumber, Label: "Hur många rum har bostaden?",
					Hint: "Räkna inte kök och badrum.", Example: "2", Min: 1, Max: 20, ShowIf: moved},
				{ID: "personer", Kind: plugin.FieldNumber, Label: "Hur många bor i bostaden?",
					Hint: "Räkna även med dig själv och barnen.", Example: "2", Min: 1, Max: 20, ShowIf: moved},
				{ID: "mer", Kind: plugin.FieldLongText, Label: "Vill du berätta mer om flytten?", ShowIf: moved},
			}},
			{ID: "hyra", Title: "Vad kostar bostaden?", Fields: []plugin.Field{
				{ID: "belopp", Kind: plugin.FieldMoney, Needed: true, Label: "Hyra per månad",
					Hint:    "Skriv hela hyran eller avgiften för en månad. Betalar du inget skriver du 0.",
					Example: "6 200", AskAboveOre: 15_000_00},
				{ID: "ingar", Kind: plugin.FieldChoices, Label: "Vad ingår i hyran?", Hint: "Välj allt som ingår.",
					Options: []plugin.Option{
						{Value: "varme", Label: "Värme"},
						{Value: "vatten", Label: "Vatten"},
						{Value: "el", Label: "El"},
						{Value: "bredband", Label: "Bredband"},
					}},
			}},
		},
	}
}

func period() plugin.Section {
	return plugin.Section{
		ID: "period", Title: "Vilken månad söker du för?", Menu: "Period",
		Groups: []plugin.Group{
			{ID: "manad", Fields: []plugin.Field{
				{ID: "manad", Kind: plugin.FieldMonth, Needed: true, Label: "Månad du söker för",
					Hint: "Du söker för en månad i taget."},
			}},
			{ID: "vistelse", Title: "Var är du under månaden?", Fields: []plugin.Field{
				{ID: "hemma", Kind: plugin.FieldYesNo, Needed: true, Label: "Är du i kommunen hela månaden?"},
				{ID: "borta", Kind: plugin.FieldLongText, Needed: true, Label: "När är du borta, och var?",
					Hint:   "Till exempel: Hos min mamma i Kiruna 5–12 december.",
					ShowIf: when("period.vistelse.hemma", "nej")},
			}},
		},
	}
}
