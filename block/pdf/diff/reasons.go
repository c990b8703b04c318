package diff

import (
	"strconv"
	"strings"

	"medborgarnavet/block/pdf"
)

// why is the reason of a change: a stable code with a sentence in English and
// one in Swedish. "{Page}" stands for the page at the beginning of a
// sentence and "{on}" for where it is.
type why string

// Reasons for changes that are allowed.
const (
	whySigned          why = "new-signature"
	whyFilledSignature why = "signature-field-filled"
	whyEmptySignature  why = "new-empty-signature-field"
	whyTimeStamp       why = "new-time-stamp"
	whyValidation      why = "validation-data-added"
	whyExtensionAdded  why = "extension-added"
	whyDates           why = "metadata-dates"
	whyVersionRaised   why = "version-raised"
	whyFilled          why = "field-filled"
	whyReadOnly        why = "field-made-read-only"
	whyComment         why = "annotation"
	whyTags            why = "structure-extended"
)

// Reasons for changes that are allowed and doubtful.
const (
	whyRefilled       why = "field-filled-anew"
	whyCommentSays    why = "annotation-says"
	whyCommentAltered why = "annotation-altered"
	whyFieldCovers    why = "field-covers-text"
	whySignatureCuts  why = "signature-cuts-number"
	whyStampSays      why = "time-stamp-says"
)

// Reasons for changes that are not allowed.
const (
	whyOther               why = "other-object"
	whyRevision            why = "no-such-revision"
	whyRebuilt             why = "broken-cross-references"
	whyWork                why = "too-much-to-compare"
	whyCatalog             why = "document-root"
	whyTrailer             why = "trailer"
	whyEncrypt             why = "encryption"
	whyInfo                why = "document-information"
	whyMetadata            why = "metadata"
	whyClaim               why = "metadata-claims"
	whyVersion             why = "version"
	whyExtensions          why = "extensions"
	whyPageTree            why = "page-tree"
	whyPageContent         why = "page-content"
	whyPageBox             why = "page-box"
	whyFont                why = "font"
	whyImage               why = "image-or-form"
	whyResources           why = "resources"
	whyAnnots              why = "annotations-list"
	whyAnnotNew            why = "annotation-added"
	whyAnnotChanged        why = "annotation-changed"
	whyAnnotGone           why = "annotation-removed"
	whyAnnotHides          why = "annotation-hides"
	whyAnnotationForbidden why = "annotation-not-permitted"
	whyWidget              why = "widget"
	whyForm                why = "form"
	whyFormDefaults        why = "form-defaults"
	whyFormNew             why = "form-added"
	whyNeedAppearances     why = "need-appearances"
	whyFields              why = "fields-list"
	whyFieldGone           why = "field-removed"
	whyFieldNew            why = "field-added"
	whyFieldName           why = "field-name-taken"
	whyField               why = "field-changed"
	whyKids                why = "field-kids"
	whyFieldAppearance     why = "field-appearance"
	whyFieldResources      why = "field-appearance-resources"
	whyFieldText           why = "field-shows-other-text"
	whyFieldContent        why = "field-shows-other-content"
	whyFieldState          why = "field-shows-other-state"
	whyLocked              why = "field-locked"
	whyCertifiedFill       why = "certified-no-form-fill"
	whyCertifiedSign       why = "certified-no-signature"
	whySignatureValue      why = "signature-value-changed"
	whySignatureAppearance why = "signature-appearance-changed"
	whySignatureMoved      why = "signature-moved"
	whySignatureShared     why = "signature-value-shared"
	whySignatureBad        why = "signature-field-malformed"
	whySignaturePage       why = "signature-covers-page"
	whySignatureHides      why = "signature-hides-text"
	whySignatureOver       why = "signature-over-text"
	whySignatureTwice      why = "signature-in-several-places"
	whySignatureLayer      why = "signature-uses-layers"
	whyDSS                 why = "validation-data-changed"
	whyStructure           why = "structure-changed"
	whyAlternative         why = "alternative-text"
	whyNames               why = "names"
	whyAttachment          why = "attachment"
	whyScript              why = "script"
	whyAction              why = "action"
	whyLayers              why = "layers"
	whyPerms               why = "permissions"
	whyLang                why = "language"
	whyLabels              why = "page-labels"
	whyViewer              why = "viewer-preferences"
	whyCollection          why = "collection"
	whyOutlines            why = "outlines"
	whyProfile             why = "colour-profile"
	whyOldBytes            why = "points-into-signed-bytes"
	whyOutside             why = "points-outside-revision"
	whyStray               why = "bytes-that-belong-to-nothing"
	whyUnfinished          why = "revision-unfinished"
	whyPrev                why = "previous-pointer"
	whyHybrid              why = "two-views"
	whyAmbiguous           why = "ambiguous"
)

// keyReasons tells more of a change from the key it was found under.
var keyReasons = map[pdf.Name]why{
	"Font": whyFont, "FontDescriptor": whyFont, "XObject": whyImage, "Resources": whyResources,
	"MediaBox": whyPageBox, "CropBox": whyPageBox, "Rotate": whyPageBox, "UserUnit": whyPageBox,
	"TrimBox": whyPageBox, "BleedBox": whyPageBox, "ArtBox": whyPageBox,
	"AA": whyAction, "A": whyAction, "JS": whyScript, "JavaScript": whyScript, "AF": whyAttachment,
	"EmbeddedFiles": whyAttachment, "OC": whyLayers,
}

// catalogReasons tells what a change under a key of the document's root means.
var catalogReasons = map[pdf.Name]why{
	"Names": whyNames, "Dests": whyNames, "OpenAction": whyAction, "AA": whyAction, "URI": whyAction,
	"OCProperties": whyLayers, "Perms": whyPerms, "Lang": whyLang, "PageLabels": whyLabels,
	"ViewerPreferences": whyViewer, "PageMode": whyViewer, "PageLayout": whyViewer,
	"Collection": whyCollection, "AF": whyAttachment, "Outlines": whyOutlines,
	"OutputIntents": whyProfile, "MarkInfo": whyStructure, "Pages": whyPageTree,
	"StructTreeRoot": whyStructure, "Version": whyVersion,
}

// text gives the sentences of a reason.
func (w why) text(page int) (en, sv string) {
	t, ok := texts[w]
	if !ok {
		t = texts[whyOther]
	}
	return fill(t, page)
}

// fill puts the page into a sentence and its Swedish.
func fill(t [2]string, page int) (en, sv string) {
	if !strings.Contains(t[0]+t[1], "{") {
		return t[0], t[1]
	}
	pageEn, onEn, pageSv, onSv := "A page", "", "En sida", ""
	if page > 0 {
		n := strconv.Itoa(page)
		pageEn, onEn = "Page "+n, " on page "+n
		pageSv, onSv = "Sidan "+n, " på sidan "+n
	}
	put := func(text, page, on string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "{Page}", page), "{on}", on)
	}
	return put(t[0], pageEn, onEn), put(t[1], pageSv, onSv)
}
