// json_parse_error.cpp - where a JSON text is wrong, in plain words.
// SPDX-License-Identifier: Apache-2.0
#include "json_parse_error.hpp"

#include <algorithm>
#include <string>

#include "utf8.hpp"

namespace collet {

namespace {

/// "line 2, column 7"; both from 1, the column in characters.
std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_begin = before.find_last_of('\n') + 1;  // npos + 1 is 0
  const std::size_t column = 1 + utf8::count(before.substr(line_begin));
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

/// What stands at `offset`, as a reader would call it.
std::string got(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "the end of the text";
  const char* const at = text.data() + offset;
  const auto c = static_cast<unsigned char>(*at);
  // A backslash says nothing without what follows it.
  if (c == '\\' && offset + 1 < text.size() && is_visible(text[offset + 1])) return "'" + std::string(at, 2) + "'";
  const utf8::Sequence next = utf8::sequence(at, text.data() + text.size());
  if (next.well_formed && c >= 0x20 && c != 0x7F) return "'" + std::string(at, next.length) + "'";
  if (c == '\n') return "a line break";
  if (c == '\t') return "a tab";
  constexpr char kHex[] = "0123456789abcdef";
  return std::string("the byte 0x") + kHex[c >> 4] + kHex[c & 15];
}

/// What the grammar asked for where the reader gave up.
std::string_view expectation(rapid::ParseErrorCode code) {
  switch (code) {
    case rapid::kParseErrorNone: return "";
    case rapid::kParseErrorDocumentEmpty: return "expected a JSON value";
    case rapid::kParseErrorDocumentRootNotSingular: return "expected nothing after the JSON value";
    case rapid::kParseErrorValueInvalid: return "expected a value (object, array, string, number, true, false or null)";
    case rapid::kParseErrorObjectMissName: return "expected a key in double quotes";
    case rapid::kParseErrorObjectMissColon: return "expected ':' after the key";
    case rapid::kParseErrorObjectMissCommaOrCurlyBracket: return "expected ',' or '}' after the value in an object";
    case rapid::kParseErrorArrayMissCommaOrSquareBracket: return "expected ',' or ']' after the value in an array";
    case rapid::kParseErrorStringUnicodeEscapeInvalidHex: return "expected four hexadecimal digits after \\u";
    case rapid::kParseErrorStringEscapeInvalid:
      return "expected a character or one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX in the string";
    case rapid::kParseErrorStringMissQuotationMark: return "expected '\"' at the end of the string";
    case rapid::kParseErrorStringInvalidEncoding: return "expected UTF-8";
    case rapid::kParseErrorNumberTooBig: return kNumberTooLarge;
    case rapid::kParseErrorNumberMissFraction: return "expected a digit after the decimal point";
    case rapid::kParseErrorNumberMissExponent: return "expected a digit in the exponent";
    case rapid::kParseErrorStringUnicodeSurrogateInvalid:
    case rapid::kParseErrorTermination:
    case rapid::kParseErrorUnspecificSyntaxError: return "expected JSON";
  }
  return "expected JSON";
}

}  // namespace

Error reader_error(std::string_view text, const rapid::ParseResult& outcome) {
  if (outcome.Code() == rapid::kParseErrorStringUnicodeSurrogateInvalid) {
    return located(text, outcome.Offset(), {Errc::invalid, std::string(kLoneSurrogate)});
  }
  return parse_error(text, outcome.Offset(), expectation(outcome.Code()));
}

Error parse_error(std::string_view text, std::size_t offset, std::string_view expected) {
  return located(text, offset, {Errc::invalid, std::string(expected) + ", got " + got(text, offset)});
}

Error located(std::string_view text, std::size_t offset, Error error) {
  error.message = place(text, std::min(offset, text.size())) + ": " + error.message;
  return error;
}

}  // namespace collet
