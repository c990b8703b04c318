// Package diff tells a manipulated PDF from one that was honestly signed again,
// filled in or extended, and looks through a file before it is signed for what
// could be brought out later. It owns the rules on changes; it does not verify
// signatures, hashes or certificates (block/pades, block/cms) and gives no
// verdict on a signature (internal/validation does, with these changes in its
// headline). It keeps no state, calls nothing and reads only what block/pdf has
// read, within its limits and a bound of its own on the work.
//
// # Why
//
// A PDF is saved by appending: each signature covers the bytes up to its own
// revision, and whatever is appended later leaves it mathematically intact. A
// second signer appends; so does a forger. Common attacks:
//
//   - Incremental saving: a later revision replaces page content, pages, fonts
//     or images.
//   - Shadow attacks (hide, replace, hide and replace): the forger puts unused
//     content in the file before it is signed and afterwards appends next to
//     nothing: an index that points at the hidden bytes, a layer switched on, a
//     font or a field's look replaced.
//   - Evil annotation and sneaky signature: comments or signature fields, which
//     a certification permits, laid over text as false content.
//   - Wrapping and two views: bytes that belong to no revision, a table that
//     says one thing to old readers and another to new ones.
//
// # How Compare judges
//
// The signed revision is walked from the trailer, and every object that it
// reaches gets its uses: page content, font, annotation list, form field,
// security store and so on. Each later revision is then compared with the one
// before it. Every object of the graph that it writes, frees, moves or redirects
// (also by rewriting the object stream it lies in, or by giving content to a
// number that was only referred to) must be allowed to change under every use
// it has. What a rule does not know is Undefined and not allowed:
//
//   - New signature or time-stamp field: its own widget on one page, its own
//     look, its place in Fields and Annots, SigFlags; a value no other field
//     has; no action, no layer, nothing fetched from elsewhere. It may not cover
//     more than half of the page nor hide more than three letters or digits of
//     signed text behind something opaque.
//   - A prepared empty signature field: the same, for its value and look.
//   - Validation data (DSS, VRI) that only grows; developer extensions.
//   - Dates, producer and history in Info and XMP; a higher version.
//   - Structure elements that hold nothing but those signatures' widgets, with
//     their numbers in the parent tree.
//   - A filled field: value, state and a look that shows exactly the value, in
//     fonts that were there before, with no images or other drawings.
//   - Comments, only where DocMDP is 3, and only if they hide nothing.
//
// A signature's own DocMDP and FieldMDP (Policy) narrow this further.
//
// Between the two lies what the format allows and a reader can still be misled
// by; it is Doubtful, and no verdict should be better than open: other words in
// a field that was filled in when it was signed (unless a certification permits
// filling in), and, where comments are permitted, one that shows text or images
// or was there before and is altered.
//
// # Bytes
//
// A later revision must follow the one before it, end with its own startxref
// and %%EOF, point only into itself, cut no object off by its Size, and consist
// of nothing but its objects, its index, white space and comments. Nothing but
// white space follows the last. A file whose index had to be rebuilt
// cannot be judged and is not allowed.
//
// # Estimates
//
// What lies over what is estimated from the content streams: bounding boxes,
// widths from the fonts where they are stated, opacity from graphics states and
// masks. It decides only the cover rules and Scan, never whether two objects
// are equal. In a look, what covers is not only areas: also broad lines, many
// thin ones in the colour of paper, many sheer layers, dark blends, signs that
// are filled areas, and letters in the page's own colour, whatever shape their
// font gives them. What is not seen through: dark letters of a font made for it,
// which leave black bars that anyone sees.
//
// Attacks as described by Mladenov et al. ("1 Trillion Dollar Refund", 2019;
// "Shadow Attacks", 2021) and Rohlmann et al. ("Breaking the Specification: PDF
// Certification", 2021). Format as in ISO 32000-1 and EN 319 142-1.
package diff
