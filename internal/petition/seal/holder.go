package seal

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"medborgarnavet/block/orgcert"
	"medborgarnavet/block/orgnr"
	"medborgarnavet/internal/fault"
)

const (
	maxBody     = 4 << 20
	maxElements = 4096 // in one request, all batches together
	maxInput    = 128
)

// HolderOptions says for whom keys are kept.
type HolderOptions struct {
	Store *Store
	// Callers are the organisations that may keep keys here, and the highest
	// limit each may ask for. A PerMinute of 0 sets none.
	Callers map[orgnr.Number]Limit
	Log     *slog.Logger // counts and petition ids only; nil is silent
}

// Holder keeps keys for others, over HTTP with mutual TLS (docs/sealer.md). It
// knows a caller by the organisation number of its certificate, and a key by
// caller and petition, so callers never meet. For VOPRF it never learns whom
// it is asked about.
type Holder struct {
	o   HolderOptions
	mux *http.ServeMux
}

// NewHolder is the handler; serve it with orgcert.ServerTLS.
func NewHolder(o HolderOptions) *Holder {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Holder{o: o, mux: http.NewServeMux()}
	h.mux.HandleFunc("PUT /v1/petitions/{petition}/key", h.serve(h.make))
	h.mux.HandleFunc("GET /v1/petitions/{petition}/key", h.serve(h.usage))
	h.mux.HandleFunc("DELETE /v1/petitions/{petition}/key", h.serve(h.destroy))
	h.mux.HandleFunc("GET /v1/destroyed", h.serve(h.tombstones))
	h.mux.HandleFunc("POST /v1/compute", h.serve(h.compute))
	h.mux.HandleFunc("GET /v1/ready", h.serve(h.ready))
	return h
}

// ServeHTTP answers one call.
func (h *Holder) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// The bodies of docs/sealer.md.
type (
	makeBody struct {
		Kind  Kind  `json:"kind"`
		Limit Limit `json:"limit"`
	}
	computeBody struct {
		Batches []batchBody `json:"batches"`
	}
	batchBody struct {
		Petition string   `json:"petition"`
		Key      string   `json:"key"`
		Kind     Kind     `json:"kind"`
		Public   string   `json:"public"`
		Inputs   [][]byte `json:"inputs"`
	}
	computedBody struct {
		Answers []answerBody `json:"answers"`
	}
	answerBody struct {
		Outputs [][]byte   `json:"outputs,omitempty"`
		Proof   []byte     `json:"proof,omitempty"`
		Fault   fault.Kind `json:"fault,omitempty"`
	}
	destroyedBody struct {
		Destroyed []Destroyed `json:"destroyed"`
	}
	readyBody struct {
		StatementKey []byte `json:"statement_key"`
	}
	problemBody struct {
		Fault fault.Kind `json:"fault"`
	}
)

// call is one request of a known caller.
type call struct {
	*http.Request
	caller orgnr.Number
	limit  Limit
	keys   *Owner
}

// serve checks the caller, runs the action and writes its answer or its fault.
// The text of a fault stays here; the caller gets its kind.
func (h *Holder) serve(action func(call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		out, err := h.admit(r, action)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			kind := fault.KindOf(err)
			h.o.Log.Warn("sealer refused", "route", r.Pattern, "kind", kind, "error", err)
			w.WriteHeader(statusOf(kind))
			out = problemBody{Fault: kind}
		}
		_ = json.NewEncoder(w).Encode(out)
	}
}

func (h *Holder) admit(r *http.Request, action func(call) (any, error)) (any, error) {
	caller, err := orgcert.PeerOrgNumber(r)
	if err != nil {
		return nil, fault.Wrap(fault.Unauthenticated, err, "seal: who calls")
	}
	limit, ok := h.o.Callers[caller]
	if !ok {
		return nil, fault.New(fault.Forbidden, "seal: the caller has no agreement")
	}
	return action(call{Request: r, caller: caller, limit: limit, keys: h.o.Store.For(string(caller))})
}

func read(r io.Reader, into any) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			return fault.New(fault.TooLarge, "seal: the body is too large")
		}
		return fault.New(fault.Invalid, "seal: the body cannot be read") // the cause may quote it
	}
	return nil
}

func (h *Holder) make(c call) (any, error) {
	var body makeBody
	if err := read(c.Body, &body); err != nil {
		return nil, err
	}
	body.Limit.Total = min(body.Limit.Total, c.limit.Total)
	if c.limit.PerMinute > 0 && (body.Limit.PerMinute == 0 || body.Limit.PerMinute > c.limit.PerMinute) {
		body.Limit.PerMinute = c.limit.PerMinute
	}
	return c.keys.Make(c.Context(), c.PathValue("petition"), body.Kind, body.Limit)
}

func (h *Holder) usage(c call) (any, error) { return c.keys.Usage(c.PathValue("petition")) }

// destroy answers with a signed statement. The caller's note is not kept here.
func (h *Holder) destroy(c call) (any, error) {
	d, err := c.keys.Destroy(c.Context(), c.PathValue("petition"), nil)
	if err != nil {
		return nil, err
	}
	h.o.Log.Info("sealer destroyed a key", "caller", c.caller, "petition", d.Petition, "evaluations", d.Evaluations)
	return h.o.Store.signed(string(c.caller), d), nil
}

func (h *Holder) tombstones(c call) (any, error) {
	all, err := c.keys.Tombstones(c.Context())
	for i, d := range all {
		all[i] = h.o.Store.signed(string(c.caller), d)
	}
	return destroyedBody{Destroyed: all}, err
}

func (h *Holder) ready(c call) (any, error) {
	return readyBody{StatementKey: h.o.Store.StatementKey()}, c.keys.Ready(c.Context())
}

func (h *Holder) compute(c call) (any, error) {
	var body computeBody
	if err := read(c.Body, &body); err != nil {
		return nil, err
	}
	total := 0
	batches := make([]Batch, len(body.Batches))
	for i, b := range body.Batches {
		total += len(b.Inputs)
		for _, in := range b.Inputs {
			if len(in) == 0 || len(in) > maxInput {
				return nil, fault.New(fault.Invalid, "seal: an input has the wrong length")
			}
		}
		batches[i] = Batch{Petition: b.Petition, Key: Key{ID: b.Key, Kind: b.Kind, Public: b.Public}, Inputs: b.Inputs}
	}
	if total == 0 || total > maxElements {
		return nil, fault.New(fault.TooLarge, "seal: a request holds 1 to %d inputs", maxElements)
	}
	out := computedBody{Answers: make([]answerBody, len(batches))}
	for i, a := range c.keys.Compute(c.Context(), batches) {
		wipe(batches[i].Inputs)
		out.Answers[i] = answerBody{Outputs: a.Outputs, Proof: a.Proof}
		if a.Err != nil {
			out.Answers[i] = answerBody{Fault: fault.KindOf(a.Err)}
			h.o.Log.Warn("sealer did not answer", "caller", c.caller, "kind", fault.KindOf(a.Err), "error", a.Err)
		}
	}
	return out, nil
}

// statusOf is the HTTP status of a fault in this protocol.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}
