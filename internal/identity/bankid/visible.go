package bankid

import (
	"encoding/base64"

	"medborgarnavet/internal/identity"
)

// maxVisible is in base64 characters (RP API v6.0, auth).
const maxVisible = 1_500

// visibleData is the text that the app shows before the person answers, as
// base64 of simpleMarkdownV1. It names the service and the purpose, so that a
// person who was shown somebody else's code by a swindler can see that it is
// not what they were told (phishing relay, identity.md §4.1).
func visibleData(o Options, kind identity.Kind) string {
	purpose := o.Purpose
	if kind == identity.Staff {
		purpose = "Du loggar in som medarbetare."
	}
	text := "# " + o.Service + "\n\n" + purpose + "\n\n" +
		"Har någon ringt, skrivit eller visat dig en kod och bett dig logga in? Avbryt. Det kan vara ett bedrägeri."
	return base64.StdEncoding.EncodeToString([]byte(text))
}
