#include "vector_text.hpp"

#include <array>

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;
using collet::Value;

namespace {

constexpr std::array<Metric, 6> kMetrics = {{
    {"cosine", "<=>", "_cosine_", false},
    {"l2", "<->", "_l2_", false},
    {"inner_product", "<#>", "_ip_", false},
    {"l1", "<+>", "_l1_", false},
    {"hamming", "<~>", "_hamming_", true},
    {"jaccard", "<%>", "_jaccard_", true},
}};

std::string_view names_for(bool bits) { return bits ? "hamming or jaccard" : "cosine, l2, inner_product or l1"; }

Error no_number(std::size_t index, const Value& value, std::string_view expected) {
  return {Errc::invalid, "/query_vector/" + std::to_string(index) + ": expected " + std::string(expected) + ", got " + value.dump()};
}

}  // namespace

Result<Metric> choose_metric(std::string_view wanted, std::string_view type, std::string_view index_class) {
  const bool bits = type == "bit";
  for (const Metric& metric : kMetrics) {
    if (wanted.empty() && index_class.find(metric.class_part) != std::string_view::npos) return metric;
    if (wanted != metric.name) continue;
    if (metric.for_bits == bits) return metric;
    return Error{Errc::invalid, "/metric: " + std::string(wanted) + " does not compare values of type " + std::string(type) +
                                    "; leave metric out, or give " + std::string(names_for(bits))};
  }
  if (!wanted.empty()) {
    return Error{Errc::invalid, "/metric: " + std::string(wanted) + " is no metric; leave metric out, or give " + std::string(names_for(bits))};
  }
  return bits ? kMetrics[4] : kMetrics[0];
}

Result<std::string> vector_text(const Value& numbers, std::string_view type) {
  const bool bits = type == "bit", sparse = type == "sparsevec";
  std::string out;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Value number = numbers.at(i);
    if (!number.is_number()) return no_number(i, number, "a number");
    if (bits && number != Value(0) && number != Value(1)) return no_number(i, number, "0 or 1, since the column is of type bit");
    if (bits) out += number == Value(1) ? '1' : '0';
    else if (!sparse) out += (i == 0 ? "" : ",") + number.dump();
    else if (number != Value(0)) out += (out.empty() ? "" : ",") + std::to_string(i + 1) + ":" + number.dump();
  }
  if (bits) return out;
  return sparse ? "{" + out + "}/" + std::to_string(numbers.size()) : "[" + out + "]";
}

}  // namespace postgres
