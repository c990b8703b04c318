package check

// predefinedCMaps are the CMaps of ISO 32000-1, table 118, but for the two
// identities, with their character collections.
var predefinedCMaps = map[string]string{
	"GB-EUC-H": "Adobe-GB1", "GB-EUC-V": "Adobe-GB1", "GBpc-EUC-H": "Adobe-GB1", "GBpc-EUC-V": "Adobe-GB1",
	"GBK-EUC-H": "Adobe-GB1", "GBK-EUC-V": "Adobe-GB1", "GBKp-EUC-H": "Adobe-GB1", "GBKp-EUC-V": "Adobe-GB1",
	"GBK2K-H": "Adobe-GB1", "GBK2K-V": "Adobe-GB1", "UniGB-UCS2-H": "Adobe-GB1", "UniGB-UCS2-V": "Adobe-GB1",
	"UniGB-UTF16-H": "Adobe-GB1", "UniGB-UTF16-V": "Adobe-GB1",
	"B5pc-H": "Adobe-CNS1", "B5pc-V": "Adobe-CNS1", "HKscs-B5-H": "Adobe-CNS1", "HKscs-B5-V": "Adobe-CNS1",
	"ETen-B5-H": "Adobe-CNS1", "ETen-B5-V": "Adobe-CNS1", "ETenms-B5-H": "Adobe-CNS1", "ETenms-B5-V": "Adobe-CNS1",
	"CNS-EUC-H": "Adobe-CNS1", "CNS-EUC-V": "Adobe-CNS1", "UniCNS-UCS2-H": "Adobe-CNS1", "UniCNS-UCS2-V": "Adobe-CNS1",
	"UniCNS-UTF16-H": "Adobe-CNS1", "UniCNS-UTF16-V": "Adobe-CNS1",
	"83pv-RKSJ-H": "Adobe-Japan1", "90ms-RKSJ-H": "Adobe-Japan1", "90ms-RKSJ-V": "Adobe-Japan1", "90msp-RKSJ-H": "Adobe-Japan1",
	"90msp-RKSJ-V": "Adobe-Japan1", "90pv-RKSJ-H": "Adobe-Japan1", "Add-RKSJ-H": "Adobe-Japan1", "Add-RKSJ-V": "Adobe-Japan1",
	"EUC-H": "Adobe-Japan1", "EUC-V": "Adobe-Japan1", "Ext-RKSJ-H": "Adobe-Japan1", "Ext-RKSJ-V": "Adobe-Japan1",
	"H": "Adobe-Japan1", "V": "Adobe-Japan1", "UniJIS-UCS2-H": "Adobe-Japan1", "UniJIS-UCS2-V": "Adobe-Japan1",
	"UniJIS-UCS2-HW-H": "Adobe-Japan1", "UniJIS-UCS2-HW-V": "Adobe-Japan1", "UniJIS-UTF16-H": "Adobe-Japan1", "UniJIS-UTF16-V": "Adobe-Japan1",
	"KSC-EUC-H": "Adobe-Korea1", "KSC-EUC-V": "Adobe-Korea1", "KSCms-UHC-H": "Adobe-Korea1", "KSCms-UHC-V": "Adobe-Korea1",
	"KSCms-UHC-HW-H": "Adobe-Korea1", "KSCms-UHC-HW-V": "Adobe-Korea1", "KSCpc-EUC-H": "Adobe-Korea1", "UniKS-UCS2-H": "Adobe-Korea1",
	"UniKS-UCS2-V": "Adobe-Korea1", "UniKS-UTF16-H": "Adobe-Korea1", "UniKS-UTF16-V": "Adobe-Korea1",
}
