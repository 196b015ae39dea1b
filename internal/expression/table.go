// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

// Short forms for the table below.
func pText(name string) Parameter    { return Parameter{Name: name, Key: name, Kind: KindText} }
func pInteger(name string) Parameter { return Parameter{Name: name, Key: name, Kind: KindInteger} }
func pBoolean(name string) Parameter { return Parameter{Name: name, Key: name, Kind: KindBoolean} }
func pDate(name string) Parameter    { return Parameter{Name: name, Key: name, Kind: KindDate} }
func pList(name string) Parameter    { return Parameter{Name: name, Key: name, Kind: KindList} }
func pAny(name string) Parameter {
	return Parameter{Name: name, Key: name, Kind: KindAny}
}

func pWord(name string, words ...string) Parameter {
	return Parameter{Name: name, Key: name, Kind: KindWord, Words: words}
}

func optional(p Parameter) Parameter {
	p.Optional = true
	return p
}

func keyed(key string, p Parameter) Parameter {
	p.Key = key
	return p
}

func params(ps ...Parameter) []Parameter { return ps }

// functionTable declares every function. The checker, the evaluator, the service's listing and the documentation all
// follow it; it is sorted by name.
var functionTable = []Function{
	{Name: "Append", Summary: "The source followed by the suffix.", Parameters: params(pText("source"), pText("suffix")), Offline: true},
	{Name: "AppRoleAssignments", Summary: "The values of all app roles of the user.", Parameters: params(pList("source")), Result: KindList,
		Availability: ListedOnly, Offline: true},
	{Name: "AppRoleAssignmentsComplex", Summary: "All app roles of the user as role objects, sent as an addition.",
		Parameters: params(pList("source")), Result: KindList, Offline: true},
	{Name: "AssertiveAppRoleAssignmentsComplex", Summary: "All app roles of the user as role objects, replacing what the target has.",
		Parameters: params(pList("source")), Result: KindList, Offline: true},
	{Name: "BitAnd", Summary: "The bits that two whole numbers have in common.",
		Parameters: params(pInteger("value1"), pInteger("value2")), Result: KindInteger, Offline: true},
	{Name: "CBool", Summary: "False for zero, True for any other number; made for comparisons.",
		Parameters: params(pAny("expression")), Result: KindBoolean, Offline: true},
	{Name: "CDate", Summary: "The date in UTC, from text with an optional offset.",
		Parameters: params(pDate("expression")), Result: KindDate, Offline: true},
	{Name: "Coalesce", Summary: "The first value that is not null.",
		Parameters: params(pAny("source")), Repeat: 1, RepeatMin: 1, Result: KindAny, Offline: true},
	{Name: "ConvertFromBase64", Summary: "The text that was encoded as Base64.",
		Parameters: params(pText("source"), optional(pWord("encoding", "Unicode", "ASCII", "UTF8"))), Availability: CloudSync, Offline: true},
	{Name: "ConvertToBase64", Summary: "The UTF-16 bytes of the text as Base64.", Parameters: params(pText("source")), Offline: true},
	{Name: "ConvertToUTF8Hex", Summary: "The UTF-8 bytes of the text as hexadecimal digits.", Parameters: params(pText("source")), Offline: true},
	{Name: "Count", Summary: "The number of values.", Parameters: params(pList("attribute")), Result: KindInteger, Offline: true},
	{Name: "CStr", Summary: "The value as text.", Parameters: params(pAny("value")), Offline: true},
	{Name: "DateAdd", Summary: "The date moved by a number of intervals: `yyyy` years, `m` months, `d` days, `ww` weeks, `h` hours, `n` minutes, `s` seconds.",
		Parameters: params(pText("interval"), pInteger("value"), pDate("dateTime")), Result: KindDate, Offline: true},
	{Name: "DateDiff", Summary: "How many intervals, named as for `DateAdd`, lie between the first and the second date.",
		Parameters: params(pText("interval"), pDate("date1"), pDate("date2")), Result: KindInteger, Offline: true},
	{Name: "DateFromNum", Summary: "The date of a Windows file time.", Parameters: params(pInteger("value")), Result: KindDate, Offline: true},
	{Name: "DefaultDomain", Summary: "The default domain of the tenant.", Availability: ListedOnly},
	{Name: "DNComponent", Summary: "The value of one part of a distinguished name, counted from the left.",
		Parameters: params(pText("dn"), pInteger("number")), Availability: CloudSync, Offline: true},
	{Name: "Error", Summary: "Stops the object with an error.", Parameters: params(pText("message")), Availability: CloudSync, Offline: true},
	{Name: "FormatDateTime", Summary: "The date text read by one .NET format and written by another.",
		Parameters: params(pDate("source"), optional(pText("dateTimeStyles")), pText("inputFormat"), pText("outputFormat")), Offline: true},
	{Name: "Guid", Summary: "A new random GUID.", Offline: true},
	{Name: "IgnoreFlowIfNullOrEmpty", Summary: "The value; nothing at all is written to the target when it is null or empty.",
		Parameters: params(pAny("expression")), Result: KindAny, Offline: true},
	{Name: "IIF", Summary: "One of two values, chosen by a condition.",
		Parameters: params(keyed("one", pBoolean("condition")), keyed("two", pAny("valueIfTrue")), keyed("three", pAny("valueIfFalse"))),
		Result:     KindAny, Offline: true},
	{Name: "InStr", Summary: "The position of the second text in the first, counted from 1; 0 if it is not there.",
		Parameters: params(pText("value1"), pText("value2"), optional(pInteger("start")),
			optional(pWord("compareType", "vbTextCompare", "vbBinaryCompare"))), Result: KindInteger, Offline: true},
	{Name: "IsNothing", Summary: "Whether the value is absent.", Parameters: params(pAny("source")), Result: KindBoolean, Availability: ListedOnly},
	{Name: "IsNull", Summary: "Whether the value is null.", Parameters: params(pAny("expression")), Result: KindBoolean, Offline: true},
	{Name: "IsNullOrEmpty", Summary: "Whether the value is null or empty.", Parameters: params(pAny("expression")), Result: KindBoolean, Offline: true},
	{Name: "IsPresent", Summary: "Whether the value is neither null nor empty.",
		Parameters: params(keyed("source", pAny("expression"))), Result: KindBoolean, Offline: true},
	{Name: "IsString", Summary: "Whether the value can be text.", Parameters: params(pAny("expression")), Result: KindBoolean, Offline: true},
	{Name: "Item", Summary: "One value of a list, counted from 1.", Parameters: params(pList("attribute"), pInteger("index")), Offline: true},
	{Name: "Join", Summary: "All values that are not empty, with the separator between them.",
		Parameters: params(pText("separator"), pAny("source")), Repeat: 1, RepeatMin: 1, Offline: true},
	{Name: "Left", Summary: "The first characters of the text.",
		Parameters: params(pText("String"), pInteger("NumChars")), Offline: true},
	{Name: "Len", Summary: "The number of characters.", Parameters: params(pText("value")), Result: KindInteger, Availability: CloudSync, Offline: true},
	{Name: "Mid", Summary: "A part of the text, by start (counted from 1) and length.",
		Parameters: params(pText("source"), pInteger("start"), pInteger("length")), Offline: true},
	{Name: "NormalizeDiacritics", Summary: "The text with accented letters replaced by plain ones.", Parameters: params(pText("source")), Offline: true},
	{Name: "Not", Summary: "False for True, True for anything else.", Parameters: params(pBoolean("source")), Result: KindBoolean, Offline: true},
	{Name: "Now", Summary: "The current date and time in UTC.", Result: KindDate, Offline: true},
	{Name: "NumFromDate", Summary: "The Windows file time of an ISO 8601 date.", Parameters: params(pDate("value")), Result: KindInteger, Offline: true},
	{Name: "PCase", Summary: "The text with each word capitalised.",
		Parameters: params(pText("source"), optional(pText("wordSeparators"))), Offline: true},
	{Name: "Prepend", Summary: "The source with the prefix before it.", Parameters: params(pText("prefix"), pText("source")),
		Availability: ListedOnly, Offline: true},
	{Name: "RandomString", Summary: "Random characters, with least counts of digits, special characters, capitals and lower-case letters.",
		Parameters: params(pInteger("Length"), pInteger("MinimumNumbers"), pInteger("MinimumSpecialCharacters"), pInteger("MinimumCapital"),
			pInteger("MinimumLowerCase"), optional(pText("CharactersToAvoid"))), Offline: true},
	{Name: "Redact", Summary: "The value, hidden in the provisioning logs.", Parameters: params(pAny("value")), Result: KindAny, Offline: true},
	{Name: "RemoveDuplicates", Summary: "The list with each value once.", Parameters: params(pList("attribute")), Result: KindList, Offline: true},
	{Name: "Replace", Summary: "The source with text replaced, by plain text, by a .NET regular expression or through a template.",
		Parameters: params(pText("source"), optional(keyed("Find", pText("oldValue"))), optional(keyed("RegularExpression", pText("regexPattern"))),
			optional(keyed("RegularExpressionGroupName", pText("regexGroupName"))), optional(keyed("Replacement", pText("replacementValue"))),
			optional(keyed("ReplacementPropertyName", pText("replacementAttributeName"))), optional(keyed("Template", pText("template")))),
		Offline: true},
	{Name: "SelectUniqueValue", Summary: "The first value that nobody in the target has yet.", Parameters: params(pAny("rule")),
		Repeat: 1, RepeatMin: 2, Availability: OnPremisesAD, Offline: true},
	{Name: "SingleAppRoleAssignment", Summary: "The app role of a user who has one.", Parameters: params(pList("source")), Offline: true},
	{Name: "Split", Summary: "The parts of the text between delimiters.",
		Parameters: params(pText("source"), pText("delimiter")), Result: KindList, Offline: true},
	{Name: "StringFromSid", Summary: "A security identifier as text.", Parameters: params(pAny("value")), Availability: CloudSync},
	{Name: "StripSpaces", Summary: "The text without blanks.", Parameters: params(pText("source")), Offline: true},
	{Name: "Switch", Summary: "The value beside the first key that equals the source; otherwise the default.",
		Parameters: params(pText("source"), optional(pAny("defaultValue")), optional(keyed("switchValue", pText("key"))),
			optional(keyed("switchValue", pAny("value")))),
		Repeat: 2, Result: KindAny, Offline: true},
	{Name: "ToLower", Summary: "The text in lower case.", Parameters: params(pText("source"), optional(pText("culture"))), Offline: true},
	{Name: "ToUpper", Summary: "The text in upper case.", Parameters: params(pText("source"), optional(pText("culture"))), Offline: true},
	{Name: "Trim", Summary: "The text without white space at both ends.", Parameters: params(keyed("source", pText("value"))),
		Availability: CloudSync, Offline: true},
	{Name: "Word", Summary: "One word of the text, counted from 1.",
		Parameters: params(pText("String"), pInteger("WordNumber"), pText("delimiters")), Offline: true},
}
