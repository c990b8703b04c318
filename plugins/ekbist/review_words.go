package ekbist

import "medborgarnavet/plugin"

// name is the section's name in the menu, without what is cut short.
func name(s plugin.Section) string {
	if s.ID == "sysselsattning" {
		return "Sysselsättning"
	}
	return s.Menu
}

// neededWords says what to do about a needed field, after the section's name:
// "Bostad: skriv hur mycket du betalar i hyra."
func neededWords(path string) string {
	switch path {
	case "hushall.andring.stammer":
		return "svara om ni är samma personer i hushållet"
	case "hushall.andring.vad":
		return "skriv vad som har ändrats"
	case "hushall.barn.dagar-andrat":
		return "svara om barnens dagar hos dig har ändrats"
	case "bostad.andring.bor-kvar":
		return "svara om du bor kvar i samma bostad"
	case "bostad.andring.form":
		return "välj hur du bor nu"
	case rentPath:
		return "skriv hur mycket du betalar i hyra"
	case monthPath:
		return "välj vilken månad du söker för"
	case "period.vistelse.hemma":
		return "svara om du är i kommunen hela månaden"
	case "period.vistelse.borta":
		return "skriv när du är borta, och var"
	case hasIncomePath:
		return "svara om du har några inkomster"
	case "inkomster.vantar.vad":
		return "skriv vad du väntar på, och från vem"
	case "tillgangar.fraga.har":
		return "svara om du har några tillgångar"
	case "tillgangar.pengar.konton":
		return "skriv hur mycket pengar du har på dina konton"
	case occupationPath:
		return "välj vad du gjorde"
	case "sysselsattning.nu.omfattning":
		return "välj hur mycket du arbetade"
	case "sysselsattning.nu.sjukgrad":
		return "välj hur mycket du var sjukskriven"
	case "sysselsattning.nu.beratta":
		return "berätta vad du gjorde"
	case "soker-for.norm.omfattning":
		return "välj vad du söker för"
	case "soker-for.utbetalning.samma":
		return "svara om pengarna ska till samma konto"
	case "soker-for.utbetalning.bank":
		return "skriv vilken bank du har"
	case "soker-for.utbetalning.clearing":
		return "skriv bankens clearingnummer"
	case "soker-for.utbetalning.konto":
		return "skriv ditt kontonummer"
	}
	return ""
}
