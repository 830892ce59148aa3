#include "collet/args.hpp"

#include <utility>

namespace collet {
namespace {

constexpr std::size_t kShownBytesMax = 60;

std::string shown(const Value& value) {
  std::string text = value.dump();
  if (text.size() > kShownBytesMax) {
    std::size_t cut = kShownBytesMax;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text.resize(cut);
    text += "...";
  }
  return text;
}

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}

}  // namespace

Error Args::error(std::string_view key, std::string_view what) const {
  return {Errc::invalid, path_ + "/" + escaped(key) + ": " + std::string(what)};
}

Error Args::mismatch(std::string_view key, std::string_view expected) const {
  const Value member = object_[key];
  if (member.is_null()) return error(key, "required, " + std::string(expected));
  return error(key, "expected " + std::string(expected) + ", got " + shown(member));
}

Result<std::string> Args::string(std::string_view key) const {
  const auto text = object_[key].as_string();
  if (!text) return mismatch(key, "a string");
  return std::string(*text);
}

Result<std::string> Args::optional_string(std::string_view key, std::string_view other) const {
  if (!has(key)) return std::string(other);
  return string(key);
}

Result<std::int64_t> Args::integer(std::string_view key) const {
  const auto number = object_[key].as_int64();
  if (!number) return mismatch(key, "a whole number");
  return *number;
}

Result<std::int64_t> Args::optional_int(std::string_view key, std::int64_t other) const {
  if (!has(key)) return other;
  return integer(key);
}

Result<double> Args::number(std::string_view key) const {
  const auto number = object_[key].as_double();
  if (!number) return mismatch(key, "a number");
  return *number;
}

Result<double> Args::optional_number(std::string_view key, double other) const {
  if (!has(key)) return other;
  return number(key);
}

Result<bool> Args::boolean(std::string_view key) const {
  const auto boolean = object_[key].as_bool();
  if (!boolean) return mismatch(key, "true or false");
  return *boolean;
}

Result<bool> Args::optional_bool(std::string_view key, bool other) const {
  if (!has(key)) return other;
  return boolean(key);
}

Result<std::vector<std::string>> Args::strings(std::string_view key) const {
  std::vector<std::string> out;
  if (!has(key)) return out;
  const Value list = object_[key];
  if (!list.is_array()) return mismatch(key, "an array of strings");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value entry = list.at(i);
    const auto text = entry.as_string();
    if (!text) {
      return Error{Errc::invalid, path_ + "/" + escaped(key) + "/" + std::to_string(i) +
                                      ": expected a string, got " + shown(entry)};
    }
    out.emplace_back(*text);
  }
  return out;
}

Result<Args> Args::object(std::string_view key) const {
  Value member = object_[key];
  if (!member.is_object()) return mismatch(key, "an object");
  return Args(std::move(member), path_ + "/" + escaped(key));
}

}  // namespace collet
