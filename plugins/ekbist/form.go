package ekbist

import "medborgarnavet/plugin"

// definition is the form in Swedish, in the menu order of source 004 (M-30).
// It is made anew at each call: nobody can change another's.
func definition(s Settings) plugin.Form {
	return plugin.Form{
		ID:      formID,
		Version: formVersion,
		Title:   "Ansökan om ekonomiskt bistånd",
		Intro: "Här söker du ekonomiskt bistånd för en månad till. " +
			"Svara på det du kan. Saknas något frågar vi dig efteråt.",
		Sections: []plugin.Section{
			hushall(),
			bostad(),
			period(),
			inkomster(s),
			tillgangar(),
			sysselsattning(),
			sokerFor(),
			verifikat(s),
		},
		Declaration: "Jag försäkrar på heder och samvete att det jag har skrivit är sant. " +
			"Jag har berättat allt som är viktigt för beslutet. " +
			"Om något ändras berättar jag det genast för kommunen.",
		Prepare: []string{
			"Hyresavin, eller vad du betalar för din bostad.",
			"Lönebesked och uppgifter om andra pengar du har fått.",
			"Hur mycket pengar du har på dina konton.",
			"Räkningar och kvitton för det du söker pengar till.",
			"Din planering, till exempel vilka jobb du har sökt.",
		},
	}
}

// The helpers below say in one word what a field is; nothing else.

func when(path, value string) *plugin.Condition {
	return &plugin.Condition{Field: path, Op: "eq", Value: value}
}

func unless(path, value string) *plugin.Condition {
	return &plugin.Condition{Field: path, Op: "ne", Value: value}
}

func whenIn(path string, values ...string) *plugin.Condition {
	return &plugin.Condition{Field: path, Op: "in", In: values}
}
