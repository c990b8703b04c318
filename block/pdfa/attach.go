package pdfa

import (
	"crypto/md5"
	"sort"
	"time"

	"medborgarnavet/block/pdf"
)

// storeAttachments writes the files carried inside (ISO 19005-3, 6.8), and
// gives their references and the name tree's leaves.
func storeAttachments(b *pdf.Builder, attachments []Attachment, created time.Time) (files, names pdf.Array) {
	sorted := append([]Attachment(nil), attachments...)
	key := func(i int) pdf.String { s, _ := textString(sorted[i].Name).(pdf.String); return s }
	sort.Slice(sorted, func(i, j int) bool { return key(i) < key(j) }) // by the bytes as written
	for _, a := range sorted {
		modified := a.Modified
		if modified.IsZero() {
			modified = created
		}
		stream := pdf.Compress(a.Data)
		stream.Dict["Type"] = pdf.Name("EmbeddedFile")
		stream.Dict["Subtype"] = pdf.Name(a.MIME)
		sum := md5.Sum(a.Data) // what the format asks for; it protects nothing
		stream.Dict["Params"] = pdf.Dict{
			"Size": int64(len(a.Data)), "CheckSum": pdf.Hex(sum[:]),
			"ModDate": pdf.String(pdfDate(modified.Truncate(time.Second))),
		}
		content := b.Add(stream)
		relationship := a.Relationship
		switch relationship {
		case "Source", "Data", "Alternative", "Supplement":
		default:
			relationship = "Unspecified"
		}
		file := pdf.Dict{
			"Type": pdf.Name("Filespec"), "F": textString(a.Name), "UF": textString(a.Name),
			"AFRelationship": pdf.Name(relationship),
			"EF":             pdf.Dict{"F": content, "UF": content},
		}
		if a.Description != "" {
			file["Desc"] = textString(a.Description)
		}
		ref := b.Add(file)
		files = append(files, ref)
		names = append(names, textString(a.Name), ref)
	}
	return files, names
}
