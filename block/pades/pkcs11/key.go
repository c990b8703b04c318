//go:build pkcs11

package pkcs11

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"

	"github.com/miekg/pkcs11"
)

// Why a key is not opened; test with errors.Is.
var (
	ErrModule = errors.New("pkcs11: the module cannot be loaded")
	ErrToken  = errors.New("pkcs11: there is no such token")
	ErrPIN    = errors.New("pkcs11: the PIN was not accepted")
	ErrKey    = errors.New("pkcs11: there is not exactly one such key")
	ErrKind   = errors.New("pkcs11: the key or the algorithm is of a kind that is not used")
)

// Options says which key to open.
type Options struct {
	Module string // path of the token maker's library
	Token  string // label of the token
	PIN    string // never logged, and not kept
	Label  string // CKA_LABEL of the key, "" = any
	ID     []byte // CKA_ID of the key, nil = any
}

// Key is a private key on a token. It is a crypto.Signer.
type Key struct {
	mu      sync.Mutex
	ctx     *pkcs11.Ctx
	session pkcs11.SessionHandle
	private pkcs11.ObjectHandle
	public  crypto.PublicKey
	id      []byte
	certs   []*x509.Certificate
}

// Open logs in to the token and finds the key, which must be the only one with
// that label and id.
func Open(o Options) (*Key, error) {
	ctx := pkcs11.New(o.Module)
	if ctx == nil {
		return nil, ErrModule
	}
	if err := ctx.Initialize(); err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED)) {
		ctx.Destroy()
		return nil, fmt.Errorf("%w: %w", ErrModule, err)
	}
	k := &Key{ctx: ctx}
	if err := k.login(o); err != nil {
		k.free()
		return nil, err
	}
	if err := k.find(o); err != nil {
		k.Close()
		return nil, err
	}
	return k, nil
}

// login opens a session with the token of that label.
func (k *Key) login(o Options) error {
	slots, err := k.ctx.GetSlotList(true)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrToken, err)
	}
	for _, slot := range slots {
		info, err := k.ctx.GetTokenInfo(slot)
		if err != nil || info.Label != o.Token {
			continue
		}
		k.session, err = k.ctx.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrToken, err)
		}
		err = k.ctx.Login(k.session, pkcs11.CKU_USER, o.PIN)
		if err != nil && !errors.Is(err, pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN)) {
			_ = k.ctx.CloseSession(k.session)
			return fmt.Errorf("%w: %w", ErrPIN, err)
		}
		return nil
	}
	return ErrToken
}

// find finds the private key, its public key and its certificates.
func (k *Key) find(o Options) error {
	want := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY)}
	if o.Label != "" {
		want = append(want, pkcs11.NewAttribute(pkcs11.CKA_LABEL, o.Label))
	}
	if o.ID != nil {
		want = append(want, pkcs11.NewAttribute(pkcs11.CKA_ID, o.ID))
	}
	found, err := k.objects(want)
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return fmt.Errorf("%w: %d were found", ErrKey, len(found))
	}
	k.private = found[0]
	if k.id, err = k.attribute(k.private, pkcs11.CKA_ID); err != nil {
		return err
	}
	if err := k.readCertificates(); err != nil {
		return err
	}
	return k.readPublic()
}

func (k *Key) objects(want []*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := k.ctx.FindObjectsInit(k.session, want); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	found, _, err := k.ctx.FindObjects(k.session, 64)
	if end := k.ctx.FindObjectsFinal(k.session); err == nil {
		err = end
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return found, nil
}

func (k *Key) attribute(o pkcs11.ObjectHandle, kind uint) ([]byte, error) {
	got, err := k.ctx.GetAttributeValue(k.session, o, []*pkcs11.Attribute{pkcs11.NewAttribute(kind, nil)})
	if err != nil || len(got) != 1 {
		return nil, fmt.Errorf("%w: an attribute cannot be read", ErrKey)
	}
	return got[0].Value, nil
}

// readCertificates reads the token's certificates, the key's own first.
func (k *Key) readCertificates() error {
	found, err := k.objects([]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_CERTIFICATE)})
	if err != nil {
		return err
	}
	for _, o := range found {
		der, err := k.attribute(o, pkcs11.CKA_VALUE)
		if err != nil {
			continue
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		id, _ := k.attribute(o, pkcs11.CKA_ID)
		if bytes.Equal(id, k.id) {
			k.certs = append([]*x509.Certificate{cert}, k.certs...)
		} else {
			k.certs = append(k.certs, cert)
		}
	}
	return nil
}

// Certificates are those on the token, the key's own first when it has one.
func (k *Key) Certificates() []*x509.Certificate { return k.certs }

// Public is the key's public key.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Close logs out. The key cannot be used after it.
func (k *Key) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ctx == nil {
		return nil
	}
	_ = k.ctx.Logout(k.session)
	err := k.ctx.CloseSession(k.session)
	k.free()
	return err
}

// free leaves the module loaded for other keys of the process.
func (k *Key) free() { k.ctx = nil }
