package check

import (
	"strings"
	"sync"
)

// Namespaces that rules name.
const (
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsXMP       = "http://ns.adobe.com/xap/1.0/"
	nsPDF       = "http://ns.adobe.com/pdf/1.3/"
	nsPDFAID    = "http://www.aiim.org/pdfa/ns/id/"
	nsExtension = "http://www.aiim.org/pdfa/ns/extension/"
	nsExif      = "http://ns.adobe.com/exif/1.0/"
	nsXMPDM     = "http://ns.adobe.com/xmp/1.0/DynamicMedia/"
)

// The predefined schemas, one property a line: name, blank, value type. XMP
// 2004 holds for PDF/A-1 and XMP 2005 for PDF/A-2 and -3; "+" marks what XMP
// 2005 added and "-" what it took away. A type is one that validSimple knows, a
// structure of structText, or an array of one ("bag", "seq", "alt"); a closed
// choice is its values' type.
var schemaText = map[string]string{
	nsDC: `contributor bag Text|coverage Text|creator seq Text|date seq Date|description LangAlt|format MIMEType|
identifier Text|language bag Locale|publisher bag Text|relation bag Text|rights LangAlt|source Text|subject bag Text|
title LangAlt|type bag Text`,
	nsXMP: `Advisory bag Text|BaseURL Text|CreateDate Date|CreatorTool Text|Identifier bag Text|MetadataDate Date|
ModifyDate Date|Nickname Text|Thumbnails alt Thumbnail|+Label Text|+Rating Real`,
	"http://ns.adobe.com/xap/1.0/rights/": `Certificate Text|Marked Boolean|Owner bag Text|UsageTerms LangAlt|WebStatement Text`,
	"http://ns.adobe.com/xap/1.0/mm/": `DerivedFrom ResourceRef|DocumentID Text|History seq ResourceEvent|InstanceID Text|
ManagedFrom ResourceRef|Manager Text|ManageTo Text|ManageUI Text|ManagerVariant Text|RenditionClass Text|
RenditionParams Text|VersionID Text|Versions seq Version|LastURL Text|RenditionOf ResourceRef|SaveID Integer`,
	"http://ns.adobe.com/xap/1.0/bj/": `JobRef bag Job`,
	"http://ns.adobe.com/xap/1.0/t/pg/": `MaxPageSize Dimensions|NPages Integer|+Fonts bag Font|+Colorants seq Colorant|
+PlateNames seq Text`,
	nsPDF: `Keywords Text|PDFVersion Text|Producer Text`,
	"http://ns.adobe.com/photoshop/1.0/": `AuthorsPosition Text|CaptionWriter Text|Category Text|City Text|Country Text|
Credit Text|DateCreated Date|Headline Text|Instructions Text|Source Text|State Text|-SupplementalCategories Text|
+SupplementalCategories bag Text|TransmissionReference Text|Urgency Integer`,
	"http://ns.adobe.com/tiff/1.0/": `ImageWidth Integer|ImageLength Integer|BitsPerSample seq Integer|Compression Integer|
PhotometricInterpretation Integer|Orientation Integer|SamplesPerPixel Integer|
PlanarConfiguration Integer|YCbCrSubSampling seq Integer|YCbCrPositioning Integer|XResolution Rational|
YResolution Rational|ResolutionUnit Integer|TransferFunction seq Integer|WhitePoint seq Rational|
PrimaryChromaticities seq Rational|YCbCrCoefficients seq Rational|ReferenceBlackWhite seq Rational|DateTime Date|
ImageDescription LangAlt|Make Text|Model Text|Software Text|Artist Text|Copyright LangAlt`,
	nsExif: `ExifVersion Text|FlashpixVersion Text|ColorSpace Integer|ComponentsConfiguration seq Integer|
CompressedBitsPerPixel Rational|PixelXDimension Integer|PixelYDimension Integer|-MakerNote Text|UserComment LangAlt|
RelatedSoundFile Text|DateTimeOriginal Date|DateTimeDigitized Date|ExposureTime Rational|FNumber Rational|
ExposureProgram Integer|SpectralSensitivity Text|ISOSpeedRatings seq Integer|OECF OECF|
ShutterSpeedValue Rational|ApertureValue Rational|BrightnessValue Rational|ExposureBiasValue Rational|
MaxApertureValue Rational|SubjectDistance Rational|MeteringMode Integer|LightSource Integer|Flash Flash|
FocalLength Rational|SubjectArea seq Integer|FlashEnergy Rational|SpatialFrequencyResponse OECF|
FocalPlaneXResolution Rational|FocalPlaneYResolution Rational|FocalPlaneResolutionUnit Integer|
SubjectLocation seq Integer|ExposureIndex Rational|SensingMethod Integer|FileSource Integer|SceneType Integer|
CFAPattern CFAPattern|CustomRendered Integer|ExposureMode Integer|WhiteBalance Integer|
DigitalZoomRatio Rational|FocalLengthIn35mmFilm Integer|SceneCaptureType Integer|GainControl Integer|
Contrast Integer|Saturation Integer|Sharpness Integer|DeviceSettingDescription DeviceSettings|
SubjectDistanceRange Integer|ImageUniqueID Text|GPSVersionID Text|GPSLatitude GPSCoordinate|
GPSLongitude GPSCoordinate|GPSAltitudeRef Integer|GPSAltitude Rational|GPSTimeStamp Date|GPSSatellites Text|
GPSStatus Text|-GPSMeasureMode Integer|+GPSMeasureMode Text|GPSDOP Rational|GPSSpeedRef Text|GPSSpeed Rational|
GPSTrackRef Text|GPSTrack Rational|GPSImgDirectionRef Text|GPSImgDirection Rational|GPSMapDatum Text|
GPSDestLatitude GPSCoordinate|GPSDestLongitude GPSCoordinate|GPSDestBearingRef Text|GPSDestBearing Rational|
GPSDestDistanceRef Text|GPSDestDistance Rational|GPSProcessingMethod Text|GPSAreaInformation Text|
GPSDifferential Integer`,
	"http://ns.adobe.com/exif/1.0/aux/": `+Lens Text|+SerialNumber Text`,
	"http://ns.adobe.com/camera-raw-settings/1.0/": `+AutoBrightness Boolean|+AutoContrast Boolean|+AutoExposure Boolean|
+AutoShadows Boolean|+BlueHue Integer|+BlueSaturation Integer|+Brightness Integer|+CameraProfile Text|
+ChromaticAberrationB Integer|+ChromaticAberrationR Integer|+ColorNoiseReduction Integer|+Contrast Integer|+CropTop Real|
+CropLeft Real|+CropBottom Real|+CropRight Real|+CropAngle Real|+CropWidth Real|+CropHeight Real|+CropUnits Integer|
+Exposure Real|+GreenHue Integer|+GreenSaturation Integer|+HasCrop Boolean|+HasSettings Boolean|
+LuminanceSmoothing Integer|+RawFileName Text|+RedHue Integer|+RedSaturation Integer|+Saturation Integer|+Shadows Integer|
+ShadowTint Integer|+Sharpness Integer|+Temperature Integer|+Tint Integer|+ToneCurve seq Text|+ToneCurveName Text|
+Version Text|+VignetteAmount Integer|+VignetteMidpoint Integer|+WhiteBalance Text`,
	nsXMPDM: `+projectRef ProjectLink|+videoFrameRate Text|+videoFrameSize Dimensions|+videoPixelAspectRatio Rational|
+videoPixelDepth Text|+videoColorSpace Text|+videoAlphaMode Text|+videoAlphaPremultipleColor Colorant|
+videoAlphaUnityIsTransparent Boolean|+videoCompressor Text|+videoFieldOrder Text|+pullDown Text|
+audioSampleRate Integer|+audioSampleType Text|+audioChannelType Text|+audioCompressor Text|+speakerPlacement Text|
+fileDataRate Rational|+tapeName Text|+altTapeName Text|+startTimecode Timecode|+altTimecode Timecode|+duration Time|
+scene Text|+shotName Text|+shotDate Date|+shotLocation Text|+logComment Text|+markers seq Marker|
+contributedMedia bag Media|+absPeakAudioFilePath Text|+relativePeakAudioFilePath Text|+videoModDate Date|
+audioModDate Date|+metadataModDate Date|+artist Text|+album Text|+trackNumber Integer|+genre Text|+copyright Text|
+releaseDate Date|+composer Text|+engineer Text|+tempo Real|+instrument Text|+introTime Time|+outCue Time|
+relativeTimestamp Time|+loop Boolean|+numberOfBeats Real|+key Text|+stretchMode Text|+timeScaleParams TimeScaleStretch|
+resampleParams ResampleStretch|+beatSpliceParams BeatSpliceStretch|+timeSignature Text|+scaleType Text`,
	nsPDFAID:    `part Integer|amd Text|+corr Text|conformance Text`,
	nsExtension: `schemas Schemas`,
}

// structText are the structures of the XMP specification: their namespace and
// fields.
var structText = map[string][2]string{
	"Dimensions":        {"http://ns.adobe.com/xap/1.0/sType/Dimensions#", "w Real|h Real|unit Text"},
	"Thumbnail":         {"http://ns.adobe.com/xap/1.0/g/img/", "height Integer|width Integer|format Text|image Text"},
	"ResourceEvent":     {"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "action Text|instanceID Text|parameters Text|softwareAgent Text|when Date"},
	"ResourceRef":       {"http://ns.adobe.com/xap/1.0/sType/ResourceRef#", "instanceID Text|documentID Text|versionID Text|renditionClass Text|renditionParams Text|manager Text|managerVariant Text|manageTo Text|manageUI Text"},
	"Version":           {"http://ns.adobe.com/xap/1.0/sType/Version#", "comments Text|event ResourceEvent|modifyDate Date|modifier Text|version Text"},
	"Job":               {"http://ns.adobe.com/xap/1.0/sType/Job#", "name Text|id Text|url Text"},
	"Font":              {"http://ns.adobe.com/xap/1.0/sType/Font#", "fontName Text|fontFamily Text|fontFace Text|fontType Text|versionString Text|composite Boolean|fontFileName Text|childFontFiles seq Text"},
	"Colorant":          {"http://ns.adobe.com/xap/1.0/g/", "swatchName Text|mode Text|type Text|cyan Real|magenta Real|yellow Real|black Real|red Integer|green Integer|blue Integer|L Real|A Integer|B Integer"},
	"Flash":             {nsExif, "Fired Boolean|Return Integer|Mode Integer|Function Boolean|RedEyeMode Boolean"},
	"OECF":              {nsExif, "Columns Integer|Rows Integer|Names seq Text|Values seq Rational"},
	"CFAPattern":        {nsExif, "Columns Integer|Rows Integer|Values seq Integer"},
	"DeviceSettings":    {nsExif, "Columns Integer|Rows Integer|Settings seq Text"},
	"Time":              {nsXMPDM, "value Integer|scale Rational"},
	"Timecode":          {nsXMPDM, "timeValue Text|timeFormat Text"},
	"ProjectLink":       {nsXMPDM, "type Text|path Text"},
	"Media":             {nsXMPDM, "path Text|track Text|startTime Time|duration Time|managed Boolean|webStatement Text"},
	"Marker":            {nsXMPDM, "startTime Time|duration Time|comment Text|name Text|location Text|target Text|type Text"},
	"BeatSpliceStretch": {nsXMPDM, "useFileBeatsMarker Boolean|riseInDecibel Real|riseInTimeDuration Time"},
	"ResampleStretch":   {nsXMPDM, "quality Text"},
	"TimeScaleStretch":  {nsXMPDM, "quality Text|frameSize Real|frameOverlappingPercentage Real"},
}

// structType is a structure's definition.
type structType struct {
	ns     string
	fields map[string]string // name → value type
}

// schemaSet is what one edition of the XMP specification predefines.
type schemaSet struct {
	props   map[string]map[string]string // namespace → name → value type
	structs map[string]structType
}

var (
	xmp2004 = sync.OnceValue(func() *schemaSet { return buildSchemas('-') })
	xmp2005 = sync.OnceValue(func() *schemaSet { return buildSchemas('+') })
)

func buildSchemas(edition byte) *schemaSet {
	s := &schemaSet{props: map[string]map[string]string{}, structs: map[string]structType{}}
	for ns, text := range schemaText {
		if m := fieldTable(text, edition); len(m) > 0 {
			s.props[ns] = m
		}
	}
	for name, def := range structText {
		s.structs[name] = structType{def[0], fieldTable(def[1], edition)}
	}
	return s
}

func fieldTable(text string, edition byte) map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(text, "|") {
		line = strings.TrimSpace(line)
		if line[0] == '+' || line[0] == '-' {
			if line[0] != edition {
				continue
			}
			line = line[1:]
		}
		name, typ, _ := strings.Cut(line, " ")
		m[name] = typ
	}
	return m
}
