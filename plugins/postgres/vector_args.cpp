#include "vector_args.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postgres {

using collet::Args;
using collet::Result;
using collet::Value;

namespace {

constexpr std::array<std::string_view, 8> kNames = {"query_text",  "query_vector", "table_name", "vector_column",
                                                    "limit",       "metric",       "filters",    "db_attachment"};
constexpr std::int64_t kLimitDefault = 10;
constexpr std::int64_t kLimitMax = 1'000;
constexpr std::size_t kShownMax = 100;  // bytes of a wrong value in an error

bool is_blank(const Value& value) {
  if (value.is_string()) return value.string_or("").find_first_not_of(" \t\r\n") == std::string_view::npos;
  return value.is_null() || ((value.is_array() || value.is_object()) && value.size() == 0);
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Result<void> check_names(const Args& args) {
  for (std::size_t i = 0; i < args.json().size(); ++i) {
    const auto name = args.json().key_at(i);
    if (std::ranges::find(kNames, name) != kNames.end()) continue;
    std::string known;
    for (const auto each : kNames) known += (known.empty() ? "" : ", ") + std::string(each);
    return args.error(name, "leave it out, there is no such argument; expected some of " + known);
  }
  return {};
}

Result<void> read_what(const Args& args, VectorArgs& out) {
  const Value text = args.json()["query_text"], numbers = args.json()["query_vector"];
  if (is_blank(text) && is_blank(numbers)) {
    return args.error("query_text", "required: the words to search for, or else a query_vector");
  }
  if (!is_blank(text) && !is_blank(numbers)) {
    return args.error("query_vector", "leave it out: query_text is given, and is turned into a vector for you");
  }
  if (!is_blank(text)) {
    if (!text.is_string()) return args.error("query_text", "expected a string, got " + text.dump().substr(0, kShownMax));
    out.text = text.string_or("");
    return {};
  }
  if (!numbers.is_array()) return args.error("query_vector", "expected an array of numbers, got " + numbers.dump().substr(0, kShownMax));
  out.numbers = numbers;
  return {};
}

Result<void> read_where(const Args& args, VectorArgs& out) {
  for (const auto& [key, into] : {std::pair{"table_name", &out.table}, std::pair{"vector_column", &out.column}}) {
    auto name = args.string(key);
    if (!name) return name.error();
    if (has_nul(*name)) return args.error(key, "holds a NUL character, which no name can");
    *into = *std::move(name);
  }
  return {};
}

Result<void> read_filters(const Args& args, VectorArgs& out) {
  const Value filters = args.json()["filters"];
  if (is_blank(filters)) return {};
  if (!filters.is_object()) {
    return args.error("filters", "leave it out, or give an object such as {\"language\": \"en\"}; got " + filters.dump().substr(0, kShownMax));
  }
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const Value value = filters.member_at(i);
    const std::string name(filters.key_at(i));
    if (value.is_object() || value.is_array()) {
      return args.error("filters", name + " has to equal one value, a string, a number, true, false or null; got " + value.dump().substr(0, kShownMax));
    }
    if (has_nul(filter_text(value))) return args.error("filters", name + " holds a NUL character, which no value can");
  }
  out.filters = filters;
  return {};
}

Result<void> read_rest(const Args& args, VectorArgs& out) {
  const Value limit = args.json()["limit"], metric = args.json()["metric"];
  out.limit = is_blank(limit) ? kLimitDefault : limit.as_int64().value_or(0);
  if (out.limit < 1 || out.limit > kLimitMax) {
    return args.error("limit", "expected a whole number from 1 to " + std::to_string(kLimitMax) + ", got " + limit.dump().substr(0, kShownMax));
  }
  if (is_blank(metric)) return {};
  if (!metric.is_string()) return args.error("metric", "leave it out, or give a metric's name; got " + metric.dump().substr(0, kShownMax));
  out.metric = metric.string_or("");
  return {};
}

}  // namespace

std::string filter_text(const Value& value) { return value.is_string() ? std::string(value.string_or("")) : value.dump(); }

std::string text_to_embed(const Args& args) {
  const Value text = args.json()["query_text"];
  return is_blank(text) ? std::string() : std::string(text.string_or(""));
}

Result<VectorArgs> read_vector_args(const Args& args) {
  VectorArgs out;
  for (const auto read : {read_what, read_where, read_filters, read_rest}) {
    if (const auto done = read(args, out); !done) return done.error();
  }
  if (const auto known = check_names(args); !known) return known.error();
  return out;
}

}  // namespace postgres
