package folkbokforing

import "time"

// Person is somebody the register knows.
type Person struct {
	Number       string // twelve digits
	Municipality string // code of four digits; "" for one who has moved abroad
	District     string // code, "" without a dwelling
	Birth        time.Time
	Protected    bool // never told: the district is left out
}

// The demo's municipalities. No real one has these codes.
const (
	Ekbacka = "9911"
	Havsnas = "9929"
)

// Asking is which municipality an organisation number asks about, in the demo.
func Asking() map[string]string {
	return map[string]string{"2120009911": Ekbacka, "2120009929": Havsnas}
}

// Seeded are the demo's residents, and some who are none.
func Seeded() []Person {
	person := func(number, municipality, district string) Person {
		day := number[:8]
		if day[6] >= '6' { // coordination number
			day = day[:6] + string(day[6]-6) + day[7:]
		}
		birth, _ := time.Parse("20060102", day) // of a constant below
		return Person{Number: number, Municipality: municipality, District: district, Birth: birth}
	}
	hidden := func(p Person) Person { p.Protected = true; return p }
	return []Person{
		person("198507099805", Ekbacka, "9911-01"),         // Anna
		person("201701102384", Ekbacka, "9911-01"),         // Alma, her daughter
		person("197101169295", Ekbacka, "9911-01"),         // Bo
		person("199001012385", Ekbacka, "9911-02"),         // Cecilia
		hidden(person("198107249289", Ekbacka, "9911-02")), // Dina
		person("196408233234", Ekbacka, "9911-02"),         // Erik
		person("197407029284", Ekbacka, "9911-03"),         // Greta
		person("201412062380", Ekbacka, "9911-03"),         // Gustav, her son
		person("195704289999", Ekbacka, "9911-03"),         // Hans
		hidden(person("194510168885", Ekbacka, "9911-01")), // Irja
		person("200002292399", Ekbacka, ""),                // Jonas, without a dwelling
		person("198112189876", Havsnas, "9929-01"),         // Kim lives in the other municipality
		person("191212121212", Ekbacka, "9911-01"),         // Tolvan
		person("200809032386", Ekbacka, "9911-02"),         // just 18
		person("201701012393", Havsnas, "9929-01"),         // a child
		person("194607137454", Ekbacka, "9911-02"),         // Olof
		person("192109099180", Havsnas, "9929-01"),         // Eva works in Ekbacka
		// Farid (197010632391) has a coordination number: he is registered nowhere.
	}
}
