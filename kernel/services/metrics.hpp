// collet.metrics/1: counters, gauges and histograms of plugins.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"

namespace collet::services {

/// [any-thread]
class MetricsStore {
 public:
  struct Definition {
    std::string instance;
    std::int32_t kind = 0;  ///< COLLET_METRIC_*
    std::string name;
    std::string help;
    std::string label;  ///< "": none.
    bool operator==(const Definition&) const = default;
  };

  /// The same definition again gives the same id. @error invalid, limit.
  Result<std::uint32_t> define(Definition definition);
  /// @error not_found, invalid, limit.
  Result<void> count(std::string_view instance, std::uint32_t id, std::string_view label, double amount);
  Result<void> observe(std::string_view instance, std::uint32_t id, std::string_view label, double value);
  /// All of them as Prometheus text.
  [[nodiscard]] std::string collect() const;

 private:
  static constexpr std::array kBuckets = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                          0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0, 120.0};
  struct Series {
    double value = 0;  ///< Counter, gauge; sum of a histogram.
    std::uint64_t count = 0;
    std::array<std::uint64_t, kBuckets.size()> buckets{};
  };
  struct Metric {
    Definition definition;
    std::map<std::string, Series, std::less<>> series;  ///< By the label's value.
  };
  Result<Series*> find(std::string_view instance, std::uint32_t id, std::string_view label, bool counter);
  static void write_series(const Metric& metric, std::string& out);

  mutable std::mutex mutex_;
  std::vector<Metric> metrics_;  ///< Id is index + 1.
};

}  // namespace collet::services
