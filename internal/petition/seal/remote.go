package seal

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/fault"
)

const (
	defaultTimeout = 3 * time.Second
	// restFor is how long a holder that failed is left alone: those who want
	// to vote are told at once, and a slow holder is not buried in calls.
	restFor = time.Second
)

// RemoteOptions says where another party's Holder is.
type RemoteOptions struct {
	URL    string
	TLS    *tls.Config  // from orgcert.ClientTLS, with Holder as the wanted number
	Holder orgnr.Number // who holds the keys
	Own    orgnr.Number // who we are, as its statements name us
	// Statements is the public key that the holder signs its destructions
	// with, as agreed. Nil checks none.
	Statements ed25519.PublicKey
	Timeout    time.Duration // of one call; 0 = 3 seconds
}

// Remote is a Keeper that asks another party's Holder. Whatever is wrong with
// it (down, slow, another certificate, an answer that makes no sense) is
// fault.Unavailable: voting is paused.
type Remote struct {
	o    RemoteOptions
	http *http.Client

	mu     sync.Mutex
	rested time.Time // until when it is left alone
}

// NewRemote asks nothing yet.
func NewRemote(o RemoteOptions) *Remote {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	o.URL = strings.TrimRight(o.URL, "/")
	return &Remote{o: o, http: &http.Client{
		Transport: &http.Transport{TLSClientConfig: o.TLS, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: o.Timeout},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close lets go of idle connections.
func (r *Remote) Close() { r.http.CloseIdleConnections() }

// Make asks the holder to make a key.
func (r *Remote) Make(ctx context.Context, petition string, kind Kind, limit Limit) (Key, error) {
	var key Key
	if err := CheckPetition(petition); err != nil {
		return key, err
	}
	err := r.call(ctx, http.MethodPut, "/v1/petitions/"+petition+"/key", makeBody{Kind: kind, Limit: limit}, &key)
	key.Holder = string(r.o.Holder)
	if err == nil && (key.Kind != kind || key.ID == "" || key.Public == "") {
		err = fault.New(fault.Unavailable, "seal: the key holder's answer is no key")
	}
	return key, err
}

// Compute asks for all batches in one call.
func (r *Remote) Compute(ctx context.Context, batches []Batch) []Answer {
	body := computeBody{Batches: make([]batchBody, len(batches))}
	for i, b := range batches {
		body.Batches[i] = batchBody{Petition: b.Petition, Key: b.Key.ID, Kind: b.Key.Kind, Public: b.Key.Public, Inputs: b.Inputs}
	}
	var got computedBody
	err := r.call(ctx, http.MethodPost, "/v1/compute", body, &got)
	if err == nil && len(got.Answers) != len(batches) {
		err = fault.New(fault.Unavailable, "seal: voting paused: the key holder's answer has the wrong size")
	}
	answers := make([]Answer, len(batches))
	for i := range answers {
		switch {
		case err != nil:
			answers[i].Err = err
		case got.Answers[i].Fault != "":
			answers[i].Err = refusal(got.Answers[i].Fault)
		default:
			answers[i] = Answer{Outputs: got.Answers[i].Outputs, Proof: got.Answers[i].Proof}
		}
	}
	return answers
}

// Destroy asks the holder to destroy a key and checks its signed statement.
// The note stays with us.
func (r *Remote) Destroy(ctx context.Context, petition string, _ json.RawMessage) (Destroyed, error) {
	var d Destroyed
	if err := CheckPetition(petition); err != nil {
		return d, err
	}
	if err := r.call(ctx, http.MethodDelete, "/v1/petitions/"+petition+"/key", nil, &d); err != nil {
		return d, err
	}
	return d, r.accept(&d, petition)
}

// Tombstones asks which keys are destroyed.
func (r *Remote) Tombstones(ctx context.Context) ([]Destroyed, error) {
	var body destroyedBody
	if err := r.call(ctx, http.MethodGet, "/v1/destroyed", nil, &body); err != nil {
		return nil, err
	}
	for i := range body.Destroyed {
		if err := r.accept(&body.Destroyed[i], body.Destroyed[i].Petition); err != nil {
			return nil, err
		}
	}
	return body.Destroyed, nil
}

// accept checks a statement of the holder.
func (r *Remote) accept(d *Destroyed, petition string) error {
	if d.Petition != petition || d.At.IsZero() {
		return fault.New(fault.Unavailable, "seal: the key holder's statement is about something else")
	}
	if r.o.Statements != nil {
		signature, err := hex.DecodeString(d.Signature)
		if err != nil || !ed25519.Verify(r.o.Statements, Statement(string(r.o.Own), *d), signature) {
			return fault.New(fault.Unavailable, "seal: the key holder's statement is not signed by it")
		}
	}
	if d.Key.ID != "" {
		d.Key.Holder = string(r.o.Holder)
	}
	return nil
}

// Ready asks whether the holder answers, and that it is the one agreed with.
func (r *Remote) Ready(ctx context.Context) error {
	var body readyBody
	if err := r.call(ctx, http.MethodGet, "/v1/ready", nil, &body); err != nil {
		return err
	}
	if r.o.Statements != nil && !bytes.Equal(body.StatementKey, r.o.Statements) {
		return fault.New(fault.Unavailable, "seal: the key holder signs with another key than agreed")
	}
	return nil
}

// refusal keeps the kinds that a voter or a job acts upon, and makes the rest
// a pause.
func refusal(kind fault.Kind) error {
	switch kind {
	case fault.Gone:
		return fault.New(fault.Gone, "seal: the petition's key is destroyed, as promised")
	case fault.TooMany:
		return fault.New(fault.TooMany, "seal: the key holder is asked too often, or has answered all it may")
	default:
		return fault.New(fault.Unavailable, "seal: voting paused: the key holder refuses")
	}
}

// call makes one call. Neither URL nor bodies come into an error.
func (r *Remote) call(ctx context.Context, method, path string, in, out any) error {
	if r.resting() {
		return fault.New(fault.Unavailable, "seal: voting paused: the key holder failed a moment ago")
	}
	ctx, cancel := context.WithTimeout(ctx, r.o.Timeout)
	defer cancel()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fault.New(fault.Internal, "seal: encode a call")
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.o.URL+path, body)
	if err != nil {
		return fault.New(fault.Internal, "seal: the key holder's address cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.http.Do(req)
	if err != nil {
		r.rest()
		return fault.New(fault.Unavailable, "seal: voting paused: the key holder does not answer")
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		r.rest()
		return fault.New(fault.Unavailable, "seal: voting paused: the key holder's answer broke off")
	}
	if resp.StatusCode != http.StatusOK {
		var problem problemBody
		_ = json.Unmarshal(raw, &problem)
		return refusal(problem.Fault)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fault.New(fault.Unavailable, "seal: voting paused: the key holder's answer cannot be read")
	}
	return nil
}

func (r *Remote) resting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Before(r.rested)
}

func (r *Remote) rest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rested = time.Now().Add(restFor)
}
