package config

import (
	"fmt"
	"strings"
)

// Finding is one thing that Load or Check has to say.
type Finding struct {
	// Key is where in the file: "municipality[ekbacka].database.dsn".
	Key string
	// Text says what is wrong and what to do, in plain words.
	Text string
	// Warning is true for what does not stop the server.
	Warning bool
}

func (f Finding) String() string {
	kind := ""
	if f.Warning {
		kind = "warning: "
	}
	if f.Key == "" {
		return kind + f.Text
	}
	return kind + f.Key + ": " + f.Text
}

// Faults is an error that lists everything that is wrong at once.
type Faults []Finding

func (f Faults) Error() string {
	if len(f) == 1 {
		return "configuration: " + f[0].String()
	}
	lines := make([]string, 0, len(f)+1)
	lines = append(lines, fmt.Sprintf("configuration: %d faults", len(f)))
	for _, finding := range f {
		lines = append(lines, "  "+finding.String())
	}
	return strings.Join(lines, "\n")
}

// AsError is the findings that stop the server as one error; nil when there is
// none.
func AsError(findings []Finding) error {
	var faults Faults
	for _, f := range findings {
		if !f.Warning {
			faults = append(faults, f)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}
