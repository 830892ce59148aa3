// json_parse.cpp - text to Value: checks RapidJSON leaves out, then RapidJSON.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cstring>

#include "json_duplicates.hpp"
#include "json_node.hpp"
#include "json_parse_error.hpp"
#include "utf8.hpp"

namespace collet {

namespace {

// Strings are decoded where they stand in our copy of the text; numbers come to
// us as text, so that they are read by one exact routine (from_chars).
constexpr unsigned kParseFlags =
    rapid::kParseInsituFlag | rapid::kParseIterativeFlag | rapid::kParseNumbersAsStringsFlag;
// The string scanner reads aligned blocks and may look past the closing NUL.
constexpr std::size_t kPadding = 32;
constexpr std::size_t kChunkBytesMin = 256;
constexpr std::size_t kChunkBytesMax = 64u << 10;

/// True for a text that out_of_range calls too small rather than too large.
bool underflows(std::string_view number) {
  const std::size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos && number[e + 1] == '-') return true;
  const std::size_t digit = number.find_first_of("123456789");
  const std::size_t dot = number.find('.');
  return e == std::string_view::npos && dot != std::string_view::npos && digit != std::string_view::npos &&
         digit > dot;
}

/// Feeds the events of the reader to a builder and stops at a broken cap.
class ParseSink {
 public:
  ParseSink(NodeBuilder& to, const JsonLimits& limits, bool has_unicode_escapes)
      : to_(to), limits_(limits), has_unicode_escapes_(has_unicode_escapes) {}

  /// Why an event was refused; empty when the reader itself found the error.
  [[nodiscard]] const Error& refusal() const { return refusal_; }
  [[nodiscard]] bool has_duplicates() const { return keys_.found_any(); }

  bool Null() { return to_.Null(); }
  bool Bool(bool boolean) { return to_.Bool(boolean); }
  bool RawNumber(const char* text, rapid::SizeType length, bool) { return number({text, length}); }
  bool String(const char* text, rapid::SizeType length, bool) {
    return surrogates_paired({text, length}) && to_.String(text, length, false);
  }
  bool StartObject() {
    keys_.begin_object();
    return descend() && to_.StartObject();
  }
  bool Key(const char* text, rapid::SizeType length, bool) {
    keys_.add({text, length});
    return surrogates_paired({text, length}) && to_.Key(text, length, false);
  }
  bool EndObject(rapid::SizeType count) {
    --depth_;
    const std::string_view* const twice = keys_.end_object();
    if (twice != nullptr && limits_.reject_duplicate_keys) {
      return refuse({Errc::invalid, "expected each key once in an object, got \"" + std::string(*twice) + "\" twice"});
    }
    return to_.EndObject(count);
  }
  bool StartArray() { return descend() && to_.StartArray(); }
  bool EndArray(rapid::SizeType count) {
    --depth_;
    return to_.EndArray(count);
  }

  // Never called with kParseNumbersAsStringsFlag, but the reader names them.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  bool refuse(Error error) {
    refusal_ = std::move(error);
    return false;
  }

  bool descend() {
    if (++depth_ <= limits_.depth_max) return true;
    return refuse({Errc::limit, "arrays and objects are nested deeper than " + std::to_string(limits_.depth_max) +
                                    " levels"});
  }

  bool number(std::string_view text) {
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    // "-0" is a double: as an integer it would lose its sign.
    if (text != "-0" && text.find_first_of(".eE") == std::string_view::npos) {
      std::int64_t small;
      if (std::from_chars(begin, end, small).ec == std::errc()) return to_.Int64(small);
      std::uint64_t large;
      if (text[0] != '-' && std::from_chars(begin, end, large).ec == std::errc()) return to_.Uint64(large);
    }
    double real = 0;
    const auto read = std::from_chars(begin, end, real);
    if (read.ec == std::errc()) return to_.Double(real);
    if (underflows(text)) return to_.Double(text[0] == '-' ? -0.0 : 0.0);
    return refuse({Errc::invalid, std::string(kNumberTooLarge)});
  }

  // The reader turns a lone low surrogate into bytes that are no UTF-8; raw ones
  // were refused before.
  bool surrogates_paired(std::string_view decoded) {
    if (!has_unicode_escapes_ || utf8::find_broken(decoded) == std::string_view::npos) return true;
    return refuse({Errc::invalid, std::string(kLoneSurrogate)});
  }

  NodeBuilder& to_;
  const JsonLimits& limits_;
  const bool has_unicode_escapes_;
  std::size_t depth_ = 0;
  DuplicateKeys keys_;
  Error refusal_{Errc::internal, ""};
};

/// What must not reach the reader: see reference texts on RapidJSON's leniency.
std::optional<Error> find_unfit(std::string_view text, const JsonLimits& limits) {
  const std::size_t bytes_max = std::min<std::size_t>(limits.bytes_max, INT32_MAX);
  if (text.size() > bytes_max) {
    return Error{Errc::limit, "JSON text of " + std::to_string(text.size()) + " bytes is longer than the limit of " +
                                  std::to_string(bytes_max)};
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return located(text, 0, {Errc::invalid, "expected JSON, got a byte order mark; remove the first three bytes"});
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return parse_error(text, nul, "expected no NUL byte; write \\u0000 inside a string");
  }
  if (const std::size_t broken = utf8::find_broken(text); broken != std::string_view::npos) {
    return parse_error(text, broken, "expected UTF-8");
  }
  return std::nullopt;
}

}  // namespace

Result<Value> Value::parse(std::string_view text, const JsonLimits& limits) {
  if (auto unfit = find_unfit(text, limits)) return *std::move(unfit);
  auto holder = std::make_shared<Holder>(std::clamp(text.size(), kChunkBytesMin, kChunkBytesMax));
  holder->text = std::make_unique_for_overwrite<char[]>(text.size() + kPadding);
  std::copy(text.begin(), text.end(), holder->text.get());
  std::fill_n(holder->text.get() + text.size(), kPadding, '\0');

  NodeBuilder builder(&holder->pool);
  rapid::ParseResult outcome;
  std::optional<Error> refusal;
  bool has_duplicates = false;
  auto generate = [&](NodeBuilder& to) {
    ParseSink sink(to, limits, text.find("\\u") != std::string_view::npos);
    rapid::GenericInsituStringStream<Encoding> stream(holder->text.get());
    rapid::GenericReader<Encoding, Encoding> reader;
    outcome = reader.Parse<kParseFlags>(stream, sink);
    if (!sink.refusal().message.empty()) refusal = sink.refusal();
    has_duplicates = sink.has_duplicates();
    return !outcome.IsError();
  };
  builder.Populate(generate);
  if (refusal) return located(text, outcome.Offset(), *std::move(refusal));
  if (outcome.IsError()) return reader_error(text, outcome);
  static_cast<Node&>(builder).Swap(holder->root);
  if (has_duplicates) keep_last_of_equal_keys(holder->root);
  return ValueAccess::make(std::move(holder));
}

}  // namespace collet
