package check

import "medborgarnavet/block/pdf"

// space is a colour space in use: the object, and where its names are looked
// up.
type space struct {
	cs      pdf.Object
	family  string
	res     *scope
	pattern pdf.Object // the pattern chosen, when cs is a pattern space
}

// scope is a stream's resources.
type scope struct {
	res   pdf.Dict
	own   bool   // the stream itself names them; otherwise they are inherited
	outer *scope // where a name is looked up that they lack
}

// gstate is what the rules need of the graphics state.
type gstate struct {
	fill, stroke         space
	font                 *fontUse
	render               int
	overFill, overStroke bool
	opm                  int
	effects              transparency
}

// transparency is what of the graphics state makes what is painted transparent.
type transparency struct{ fill, stroke, blend, mask bool }

func newState(s *scope) gstate {
	grey := space{cs: pdf.Name("DeviceGray"), family: "DeviceGray", res: s}
	return gstate{fill: grey, stroke: grey}
}

// runKey tells whether a stream has been run already under the same
// circumstances.
type runKey struct {
	ref          pdf.Ref
	fill, stroke string
	render       int
	plain        bool
	font         *fontUse
	over         [3]int
	effects      transparency
	inherits     *scope
}

// contentChecks is the state of checkContent.
type contentChecks struct {
	c         *checker
	done      map[runKey]bool // value: the stream is transparent
	ops       int
	seps      map[string]pdf.Array
	spaces    map[spaceKey]bool
	images    map[pdf.Ref]bool
	actual    map[mcKey]bool // marked content that structure gives an ActualText
	actualSet bool
}

// run is one content stream being read.
type run struct {
	cc    *contentChecks
	c     *checker
	sc    *scope
	ref   pdf.Ref
	page  pdf.Ref
	depth int
	plain bool // colour operators are ignored: uncoloured pattern or d1 glyph

	l           *lexer
	args        []token
	gs          gstate
	stack       []gstate
	marked      []markedContent
	transparent bool
}
