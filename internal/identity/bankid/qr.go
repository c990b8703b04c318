package bankid

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"time"
)

// QRCode is the text of the animated QR code at a whole second after the order
// was answered: bankid.<token>.<t>.<hex of HMAC-SHA256(secret, t)>, with t in
// decimal (RP API v6.0). It changes each second; the secret never leaves us.
func QRCode(token, secret string, second int) string {
	t := strconv.Itoa(max(second, 0))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t))
	return "bankid." + token + "." + t + "." + hex.EncodeToString(mac.Sum(nil))
}

// secondsBetween is whole seconds from start to now, never negative.
func secondsBetween(start, now time.Time) int {
	return int(max(now.Sub(start), 0) / time.Second)
}

// launchURL starts the app on the same device. Where it goes back to is told
// to BankID in the order (returnUrl); without one the app closes and the
// person returns by hand, which "redirect=null" asks for.
func launchURL(base, autostartToken string, goesBack bool) string {
	u := base + "?autostarttoken=" + url.QueryEscape(autostartToken)
	if !goesBack {
		u += "&redirect=null"
	}
	return u
}
