package ssbtek

// Seeded are the residents of the demo, each with a story of its own. Whoever
// is not here is unknown to every agency.
func Seeded() []Person {
	return []Person{
		anna(), bo(), cecilia(), dina(), erik(), farid(), greta(),
		hans(), irja(), jonas(), kim(), tolvan(), olof(),
	}
}

func childBenefit() Benefit {
	return Benefit{Code: "FK:ABB", Family: Coded{"ABB", "Barnbidrag"}, Form: Coded{"ABB", "Allmänt barnbidrag"},
		Kind: Coded{"ABB", "Barnbidrag"}, Gross: 1250, Day: 20}
}

func housingBenefit(amount int) Benefit {
	return Benefit{Code: "FK:BOB", Family: Coded{"BOB", "Bostadsbidrag"}, Form: Coded{"BOB", "Bostadsbidrag"},
		Kind: Coded{"BOB", "Bostadsbidrag"}, Gross: amount, Day: 27}
}

func childSupport(amount int) Benefit {
	return Benefit{Code: "FK:US", Family: Coded{"US", "Underhållsstöd"}, Form: Coded{"US", "Underhållsstöd"},
		Kind: Coded{"US", "Underhållsstöd"}, Gross: amount, Day: 25}
}

// daily is a benefit of the family Dagersättning.
func daily(code string, form, kind Coded, rate, tax, day int) Benefit {
	return Benefit{Code: code, Family: Coded{"DAG", "Dagersättning"}, Form: form, Kind: kind,
		Gross: rate, Daily: true, TaxPercent: tax, Day: day}
}

func labourMarket() Coded { return Coded{"AMP", "Arbetsmarknadspolitiskt program"} }

func sickness(rate, day int) Benefit {
	return daily("FK:SJP", Coded{"SJP", "Sjukpenning"}, Coded{"SJP", "Sjukpenning"}, rate, 30, day)
}

func pension(amount, tax int) Benefit {
	return Benefit{Code: "PM:AP", Form: Coded{"PM:AP38", "Allmän pension, född 1938 eller senare"},
		Kind: Coded{"PM:IP", "Inkomstpension"}, Gross: amount, TaxPercent: tax, Day: 18}
}

func housingSupplement(amount int) Benefit {
	return Benefit{Code: "PM:BTI", Form: Coded{"PM:BTP", "Bostadstillägg"},
		Kind: Coded{"PM:BTP", "Bostadstillägg"}, Gross: amount, Day: 18}
}

// Anna: a single adult with one child. Every agency answers.
func anna() Person {
	return Person{
		Number: "198507099805", GivenName: "Anna", FamilyName: "Berglund",
		Children: []Child{{"201701102384", "Alma Berglund"}},
		Benefits: []Benefit{childBenefit(), housingBenefit(3400), childSupport(1823)},
		Study:    &Study{Pace: 50, Grant: 558, Loan: 1283, Extra: 91},
		Funds: []Fund{
			{Name: "Alfa-kassan (TEST)", Status: FundAnswered, Daily: 503, Share: 50, Day: 24, Applied: true},
			{Name: "Beta-kassan (TEST)", Status: FundNothing},
		},
		Job:           &Job{Category: "11", Extent: 50, Report: "200 lämnad", Reported: true, Fund: "Alfa-kassan (TEST)"},
		CapitalIncome: 212,
	}
}

// Bo: the a-kassor do not answer; AF and FK (aktivitetsstöd) do.
func bo() Person {
	activity := daily("FK:PROG", labourMarket(), Coded{"AS", "Aktivitetsstöd"}, 510, 30, 12)
	activity.Program = Program{53, "Jobb- och utvecklingsgaranti"}
	return Person{
		Number: "197101169295", GivenName: "Bo", FamilyName: "Ek",
		Benefits:   []Benefit{activity},
		Job:        &Job{Category: "70", Extent: 100, Report: "500 saknas", Support: "Aktivitetsstöd", Fund: "Alfa-kassan (TEST)"},
		Vehicles:   []Vehicle{{"TST70A", "VOLVO", "2009", "PERSONBIL", "V50"}},
		Behaviours: map[Agency]Behaviour{SO: {Error: down()}},
	}
}

// Cecilia: every agency answers that it has nothing.
func cecilia() Person {
	return Person{Number: "199001012385", GivenName: "Cecilia", FamilyName: "Holm"}
}

// Dina: protected identity, flagged in AF's answer alone; the others send their
// ordinary data, which must then not be shown either.
func dina() Person {
	return Person{
		Number: "198107249289", GivenName: "Dina", FamilyName: "Farah",
		Benefits:   []Benefit{housingBenefit(1700)},
		Study:      &Study{Pace: 100, Grant: 1116, Loan: 2566},
		Funds:      []Fund{{Name: "Beta-kassan (TEST)", Status: FundAnswered, Daily: 610, Share: 100, Day: 24, Applied: true}},
		Job:        &Job{Category: "11", Extent: 100, Report: "200 lämnad", Reported: true},
		Behaviours: map[Agency]Behaviour{AF: {Protected: true}},
	}
}

// Erik: FK takes six seconds; CSN answers what nobody can read.
func erik() Person {
	return Person{
		Number: "196408233234", GivenName: "Erik", FamilyName: "Sandberg",
		Benefits: []Benefit{sickness(646, 26), housingBenefit(900)},
		Behaviours: map[Agency]Behaviour{
			FK:  {Delay: erikDelay},
			CSN: {Garbage: NotBase64},
		},
	}
}

// Farid: a coordination number, a time-limited permit and etableringsersättning.
func farid() Person {
	introduction := daily("FK:PROG", labourMarket(), Coded{"EE", "Etableringsersättning"}, 308, 0, 26)
	introduction.Program = Program{63, "Etableringsinsatser"}
	return Person{
		Number: "197010632391", GivenName: "Farid", FamilyName: "Haddad",
		Benefits: []Benefit{introduction},
		Job:      &Job{Category: "68", Extent: 100, Report: "501 ej lämnad", Support: "Etableringsersättning"},
		Permit:   &Permit{Country: "SYRIEN", Reason: Coded{"ANK", "ANKNYTNING"}},
	}
}

// Greta: two adults in the household, so she is turned away before any question.
func greta() Person {
	return Person{
		Number: "197407029284", GivenName: "Greta", FamilyName: "Nyström",
		Children: []Child{{"201412062380", "Gustav Nyström"}},
		Benefits: []Benefit{childBenefit(), housingBenefit(2100)},
		Vehicles: []Vehicle{{"TST71B", "SKODA", "2014", "PERSONBIL", "FABIA"}},
	}
}

// Hans: no open case, so no question may be asked; there would be an answer.
func hans() Person {
	return Person{Number: "195704289999", GivenName: "Hans", FamilyName: "Öberg", Benefits: []Benefit{pension(14200, 20)}}
}

// Irja: protected, which the case system knows, so no question may be asked. FK
// would flag her too.
func irja() Person {
	return Person{
		Number: "194510168885", GivenName: "Irja", FamilyName: "Niemi",
		Benefits:   []Benefit{pension(12100, 18), housingSupplement(5300)},
		Behaviours: map[Agency]Behaviour{FK: {Protected: true}},
	}
}

// Jonas: full-time student aid and unemployment benefit, with a payment whose
// date is not decided and a fund that draws a fee.
func jonas() Person {
	return Person{
		Number: "200002292399", GivenName: "Jonas", FamilyName: "Kvist",
		Study: &Study{Pace: 100, Grant: 1116, Loan: 2566, Undecided: true},
		Funds: []Fund{
			{Name: "Alfa-kassan (TEST)", Status: FundNothing},
			{Name: "Gamma-kassan (TEST)", Status: FundAnswered, Daily: 421, Share: 20, Deduction: 150, Day: 24, Applied: true, SuspendedDays: 5},
		},
		Job: &Job{Category: "21", Extent: 20, Report: "200 lämnad", Reported: true, Fund: "Gamma-kassan (TEST)"},
	}
}

// Kim: SSBTEK itself answers a fault, whatever is asked.
func kim() Person {
	return Person{
		Number: "198112189876", GivenName: "Kim", FamilyName: "Åkesson",
		Behaviours: map[Agency]Behaviour{Any: {Fault: &Fault{CodeDown, "Den sammansatta bastjänsten är inte tillgänglig"}}},
	}
}

// Tolvan: pension and bostadstillägg from Pensionsmyndigheten, in one payment.
func tolvan() Person {
	old := pension(13050, 19)
	old.Form = Coded{"PM:AP37", "Allmän pension, född 1937 eller tidigare"}
	return Person{
		Number: "191212121212", GivenName: "Tolvan", FamilyName: "Tolvansson",
		Benefits:      []Benefit{old, housingSupplement(4870)},
		CapitalIncome: 96,
	}
}

// Olof: an officer who is also a resident with a case of his own.
func olof() Person {
	return Person{
		Number: "194607137454", GivenName: "Olof", FamilyName: "Wik",
		Benefits: []Benefit{pension(11020, 17)},
	}
}
