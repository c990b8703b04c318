// Package config is the product's configuration: one TOML file for all
// municipalities of a runtime, read strictly and judged as a whole.
//
// Load reads the file: a key it does not know, a value of the wrong kind or a
// missing value is a fault, and all faults are told at once, each with its key
// and in plain words. Check then holds the values against the world: files,
// certificates, dates, and what must not be so in production (I-15). Both say
// what is wrong and what to do; neither stops at the first.
//
// Secrets are never in the file: it names files that hold them. Paths are
// relative to the configuration file. What people on screen read of it (names,
// phone, help) is Swedish.
//
// It owns no defaults but those of the retention table and the control period,
// opens no database and no connection, and is never changed while running.
package config
