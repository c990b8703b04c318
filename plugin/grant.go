package plugin

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Grant is the platform's word that one fetch is allowed: whose data, for
// whom, which datasets, for what purpose, on what legal basis, who asks, in
// which case, for which period, until when (I-2). It travels as a compact
// JWS (RFC 7515) with EdDSA (RFC 8037) and no other algorithm.
type Grant struct {
	ID string `json:"jti"`
	// Issuer is the municipality's id.
	Issuer string `json:"iss"`
	// Source is the plug-in that may be asked.
	Source string `json:"aud"`
	// Person is the twelve-digit personal identity number, or the pairwise
	// pseudonym for a source that does not need the number.
	Person string `json:"sub"`
	// Audience is the plug-in that may read the answer (I-3).
	Audience string `json:"mnv_audience"`
	// Datasets are "ORIGIN/dataset".
	Datasets []string   `json:"mnv_datasets"`
	Purpose  string     `json:"mnv_purpose"`
	Legal    string     `json:"mnv_legal"`
	Asking   Controller `json:"mnv_asking"`
	Case     string     `json:"mnv_case"`
	Period   Period     `json:"mnv_period"`
	IssuedAt int64      `json:"iat"`
	Expires  int64      `json:"exp"`
}

func (g Grant) String() string       { return "[grant " + g.ID + "]" }
func (g Grant) GoString() string     { return g.String() }
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }

const grantHeader = `{"alg":"EdDSA","typ":"mnv-grant+jwt"}`

// Allows tells whether the grant names the dataset of the origin.
func (g Grant) Allows(origin, dataset string) bool {
	return slices.Contains(g.Datasets, origin+"/"+dataset)
}

// SignGrant makes the compact form of a grant.
func SignGrant(g Grant, key ed25519.PrivateKey) (string, error) {
	payload, err := json.Marshal(g)
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	signed := enc.EncodeToString([]byte(grantHeader)) + "." + enc.EncodeToString(payload)
	return signed + "." + enc.EncodeToString(ed25519.Sign(key, []byte(signed))), nil
}

var errGrant = errors.New("grant is not valid")

// VerifyGrant reads a compact grant. It demands the exact header that
// SignGrant writes, a signature by one of the keys, the right source and a
// time between issue and expiry (one minute of skew). The error never tells
// the grant's content.
func VerifyGrant(token, source string, keys []ed25519.PublicKey, now time.Time) (Grant, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > 16<<10 {
		return Grant{}, errGrant
	}
	enc := base64.RawURLEncoding.Strict()
	header, err1 := enc.DecodeString(parts[0])
	payload, err2 := enc.DecodeString(parts[1])
	sig, err3 := enc.DecodeString(parts[2])
	if err1 != nil || err2 != nil || err3 != nil || string(header) != grantHeader {
		return Grant{}, errGrant
	}
	signed := []byte(parts[0] + "." + parts[1])
	if !slices.ContainsFunc(keys, func(k ed25519.PublicKey) bool { return ed25519.Verify(k, signed, sig) }) {
		return Grant{}, errGrant
	}
	var g Grant
	if err := json.Unmarshal(payload, &g); err != nil {
		return Grant{}, errGrant
	}
	const skew = time.Minute
	if g.Source != source || now.Add(skew).Before(time.Unix(g.IssuedAt, 0)) || !now.Before(time.Unix(g.Expires, 0)) {
		return Grant{}, errGrant
	}
	if g.Person == "" || g.Audience == "" || g.Purpose == "" || g.Legal == "" || g.Case == "" || g.Asking.OrgNumber == "" {
		return Grant{}, errGrant
	}
	return g, nil
}
