package ssbtek

import (
	"strings"

	"medborgarnavet/plugin"
)

// Transportstyrelsen: the vehicles that the person owns. The answer names no
// person.

func (d *decoder) tns(data *element) []plugin.Part {
	switch data.value("resultat") {
	case "OK":
	case "FEL":
		return one(unavailable(originTNS, sourceBT, data.value("felresultat", "felkod")))
	default:
		return one(unavailable(originTNS, sourceBT, codeUnreadable))
	}
	p := plugin.Part{Origin: originTNS}
	for _, v := range data.all("fordonsinnehav", "fordon") {
		var words []string
		for _, name := range []string{"fabrikat", "handelsbeteckning", "fordonsar", "regnr"} {
			if w := v.value(name); w != "" && w != "-" {
				words = append(words, w)
			}
		}
		if len(words) > 0 {
			p.Facts = append(p.Facts, plugin.Fact{
				Dataset: "vehicles", Label: first(v.value("fordonsslag"), "Fordon"), Value: strings.Join(words, " "),
			})
		}
	}
	return one(answered(p))
}
