package town

import (
	"encoding/json"
	"os"

	"medborgarnavet/fake/bankid"
)

// residents are the town's people, all from public lists of test numbers,
// and what each of them shows.
var residents = []bankid.Person{
	{Number: "198507099805", GivenName: "Anna", Surname: "Berglund", Story: "Ensam vuxen med ett barn. Alla myndigheter svarar."},
	{Number: "197101169295", GivenName: "Bo", Surname: "Ek", Story: "A-kassan svarar inte. Resten går att läsa."},
	{Number: "199001012385", GivenName: "Cecilia", Surname: "Holm", Story: "Alla myndigheter svarar att de inte har något."},
	{Number: "198107249289", GivenName: "Dina", Surname: "Farah", Story: "Skyddade uppgifter i ett av svaren. Ser ut som Cecilia."},
	{Number: "196408233234", GivenName: "Erik", Surname: "Sandberg", Story: "Försäkringskassan är långsam och CSN svarar obegripligt."},
	{Number: "197010632391", GivenName: "Farid", Surname: "Haddad", Story: "Samordningsnummer, uppehållstillstånd och etableringsersättning."},
	{Number: "197407029284", GivenName: "Greta", Surname: "Nyström", Story: "Två vuxna i hushållet. Hänvisas vidare."},
	{Number: "201412062380", GivenName: "Gustav", Surname: "Nyström", Story: "Gretas son, under 13 år. För ung för att rösta på e-förslag."},
	{Number: "195704289999", GivenName: "Hans", Surname: "Öberg", Story: "Inget pågående ärende. Hänvisas vidare."},
	{Number: "194510168885", GivenName: "Irja", Surname: "Niemi", Story: "Skyddad i ärendet: ingen fråga ställs. Ser ut som Cecilia."},
	{Number: "200002292399", GivenName: "Jonas", Surname: "Kvist", Story: "Studerar. Tidigare månader är beslutade."},
	{Number: "198112189876", GivenName: "Kim", Surname: "Åkesson", Story: "Folkbokförd i Havsnäs och kan rösta där. SSBTEK svarar fel på allt. Ansökan går att göra ändå."},
	{Number: "191212121212", GivenName: "Tolvan", Surname: "Tolvansson", Story: "Pension och bostadstillägg från Pensionsmyndigheten."},
}

// staffMember is one row of a board's staff directory.
type staffMember struct {
	ID          string   `json:"id"`
	Number      string   `json:"personnummer"`
	Name        string   `json:"name"`
	Title       string   `json:"title"`
	Roles       []string `json:"roles"`
	Assignments []string `json:"assignments"`

	town, board, story string
}

var staff = []staffMember{
	{"eva.lind", "192109099180", "Eva Lind", "Socialsekreterare", []string{"officer", "decider"}, []string{"ekbist"}, "ekbacka", demoBoard,
		"handläggare i Ekbacka, får besluta"},
	{"olof.wik", "194607137454", "Olof Wik", "Socialsekreterare", []string{"officer", "decider"}, []string{}, "ekbacka", demoBoard,
		"handläggare i Ekbacka utan tilldelade ärenden; söker också själv bistånd"},
	{"karin.stahl", "190910199827", "Karin Ståhl", "Förvaltare", []string{"steward"}, []string{}, "ekbacka", demoBoard,
		"förvaltare i Ekbacka, ser inga ärenden; sköter e-förslagens drift"},
	{"karin.stahl", "190910199827", "Karin Ståhl", "Förvaltare", []string{"steward"}, []string{}, "ekbacka", petitionBoard, ""},
	{"vera.dahl", "190905271474", "Vera Dahl", "Kommunsekreterare", []string{"moderator", "handler"}, []string{}, "ekbacka", petitionBoard,
		"läser e-förslag i Ekbacka innan de visas, och följer vad det blir av dem"},
	{"eva.lind", "192109099180", "Eva Lind", "Socialsekreterare", []string{"moderator"}, []string{}, "ekbacka", petitionBoard, ""}, // so that there are two
	{"maja.sund", "191006089807", "Maja Sund", "Socialsekreterare", []string{"officer", "decider"}, []string{"ekbist"}, "havsnas", demoBoard,
		"handläggare i Havsnäs, får besluta; läser också e-förslag"},
	{"maja.sund", "191006089807", "Maja Sund", "Socialsekreterare", []string{"moderator", "handler", "steward"}, []string{}, "havsnas", petitionBoard, ""},
}

// everybody is who can log in with the fake e-ID.
func everybody() []bankid.Person {
	list := append([]bankid.Person{}, residents...)
	for _, s := range staff {
		if s.story == "" {
			continue // the same person on another board
		}
		given, family := splitName(s.Name)
		list = append(list, bankid.Person{Number: s.Number, GivenName: given, Surname: family, Story: "Personal: " + s.story + "."})
	}
	return list
}

func splitName(name string) (given, family string) {
	for i := range name {
		if name[i] == ' ' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// writeDirectory writes a board's staff directory, as it would be imported.
func writeDirectory(file, town, board string) error {
	directory := struct {
		Board string        `json:"board"`
		Staff []staffMember `json:"staff"`
	}{Board: board}
	for _, s := range staff {
		if s.town == town && s.board == board {
			directory.Staff = append(directory.Staff, s)
		}
	}
	raw, err := json.MarshalIndent(directory, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o600)
}
