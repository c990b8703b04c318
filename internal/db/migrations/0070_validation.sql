-- Results of validations, kept as long as the record that the file belongs to.
-- The report names signers and is sealed with the board's lasting key; what
-- lies open names nobody.
CREATE TABLE validation (
  id           TEXT PRIMARY KEY,
  subject_kind TEXT NOT NULL,              -- what was validated: "attachment"
  subject_id   TEXT NOT NULL,
  board        TEXT NOT NULL,
  sha256       TEXT NOT NULL,              -- of the file, hex
  verdict      TEXT NOT NULL,              -- valid, invalid, indeterminate, no-signature, unusable
  pdfa         TEXT NOT NULL,              -- the profile claimed, '' for none
  conformant   {{int}} NOT NULL,
  disagree     {{int}} NOT NULL,           -- the PDF/A validators do not agree
  at           {{int}} NOT NULL,
  sealed       {{blob}} NOT NULL
) {{strict}};
CREATE INDEX validation_subject ON validation (subject_kind, subject_id);

-- What each PDF/A validator said.
CREATE TABLE validation_checker (
  validation_id TEXT NOT NULL REFERENCES validation (id),
  seq           {{int}} NOT NULL,
  name          TEXT NOT NULL,
  version       TEXT NOT NULL,
  profile       TEXT NOT NULL,
  conformant    {{int}} NOT NULL,
  findings      {{int}} NOT NULL,
  failed        {{int}} NOT NULL,
  PRIMARY KEY (validation_id, seq)
) {{strict}};
