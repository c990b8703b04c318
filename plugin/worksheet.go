package plugin

// WorksheetRequest is a handed-in application with what the officer has
// entered so far.
type WorksheetRequest struct {
	Application Application `json:"application"`
	// Entries are the officer's, by line key.
	Entries map[string]Entry `json:"entries,omitempty"`
	// CarriedOverOre is a surplus from the month before (nil = none known).
	CarriedOverOre *int64 `json:"carriedOverOre,omitempty"`
}

// Entry is what an officer enters on one line.
type Entry struct {
	// AmountOre is the amount approved (a cost) or used (an income).
	AmountOre *int64 `json:"amountOre,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// Worksheet is the calculation that a decision rests on. Sums are the
// plug-in's; the platform keeps, shows and freezes them.
type Worksheet struct {
	Month string `json:"month"`
	// Household are the persons the norm is counted for.
	Household []Line `json:"household"`
	Norm      []Line `json:"norm"`
	// NormSource names the dated table that was used.
	NormSource string       `json:"normSource"`
	Costs      []CostLine   `json:"costs"`
	Incomes    []IncomeLine `json:"incomes"`
	// Assets and the rest are shown, not summed.
	Assets []Line `json:"assets,omitempty"`
	Notes  []Line `json:"notes,omitempty"`

	NormOre        int64 `json:"normOre"`
	CostsOre       int64 `json:"costsOre"`
	IncomesOre     int64 `json:"incomesOre"`
	CarriedOverOre int64 `json:"carriedOverOre"`
	// ResultOre = norm + costs − incomes − carried over. Negative is a
	// surplus.
	ResultOre int64 `json:"resultOre"`

	// Problems stop a decision until they are mended: a missing norm
	// table, a refused cost without a reason.
	Problems []string `json:"problems,omitempty"`
}

// Line is a label with an amount, if it has one.
type Line struct {
	Key       string `json:"key"`
	Label     string `json:"label"`
	Note      string `json:"note,omitempty"`
	AmountOre *int64 `json:"amountOre,omitempty"`
}

// CostLine is a cost that was applied for: applied, approved, refused.
type CostLine struct {
	Key         string `json:"key"`
	Label       string `json:"label"`
	Note        string `json:"note,omitempty"`
	AppliedOre  int64  `json:"appliedOre"`
	ApprovedOre int64  `json:"approvedOre"`
	RefusedOre  int64  `json:"refusedOre"`
	Reason      string `json:"reason,omitempty"`
}

// IncomeLine is an income as the agency says, as the applicant says, and as
// used.
type IncomeLine struct {
	Key          string    `json:"key"`
	Label        string    `json:"label"`
	Payer        string    `json:"payer,omitempty"`
	State        State     `json:"state"`
	AgencyOre    *int64    `json:"agencyOre,omitempty"`
	ApplicantOre *int64    `json:"applicantOre,omitempty"`
	Comment      string    `json:"comment,omitempty"`
	UsedOre      int64     `json:"usedOre"`
	Reason       string    `json:"reason,omitempty"`
	Payments     []Payment `json:"payments,omitempty"`
	Others       []Payment `json:"others,omitempty"`
	// Differs is true when the agency's and the applicant's amounts do.
	// It says nothing about why.
	Differs bool `json:"differs,omitempty"`
}
