#include "services/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "collet/sized.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

constexpr std::size_t kMetricsMax = 512;
constexpr std::size_t kSeriesMax = 64;  ///< Values of one label.
constexpr std::size_t kLabelBytesMax = 128;

bool is_metric_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, fits);
}

std::string number(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\\' || c == '"') (out += '\\') += c;
    else out += c;
  }
  return out;
}

std::string_view type_name(std::int32_t kind) {
  if (kind == COLLET_METRIC_COUNTER) return "counter";
  return kind == COLLET_METRIC_GAUGE ? "gauge" : "histogram";
}

}  // namespace

Result<std::uint32_t> MetricsStore::define(Definition definition) {
  const bool kind_known = definition.kind >= COLLET_METRIC_COUNTER && definition.kind <= COLLET_METRIC_HISTOGRAM;
  if (!kind_known || !is_metric_name(definition.name) ||
      (!definition.label.empty() && !is_metric_name(definition.label))) {
    return Error{Errc::invalid, "metric \"" + definition.name + "\": name, label or kind is not valid"};
  }
  const std::scoped_lock lock(mutex_);
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const Definition& known = metrics_[i].definition;
    if (known == definition) return static_cast<std::uint32_t>(i + 1);
    // One name is one family: all instances must agree on its kind and label.
    if (known.name == definition.name && (known.kind != definition.kind || known.label != definition.label ||
                                          known.instance == definition.instance)) {
      return Error{Errc::invalid, "metric \"" + definition.name + "\" was defined otherwise before"};
    }
  }
  if (metrics_.size() >= kMetricsMax) return Error{Errc::limit, "more than " + std::to_string(kMetricsMax) + " metrics"};
  metrics_.push_back({std::move(definition), {}});
  return static_cast<std::uint32_t>(metrics_.size());
}

Result<MetricsStore::Series*> MetricsStore::find(std::string_view instance, std::uint32_t id,
                                                 std::string_view label, bool counter) {
  if (id == 0 || id > metrics_.size() || metrics_[id - 1].definition.instance != instance) {
    return Error{Errc::not_found, "no metric of this id"};
  }
  Metric& metric = metrics_[id - 1];
  const bool is_counter = metric.definition.kind == COLLET_METRIC_COUNTER;
  if (is_counter != counter) return Error{Errc::invalid, "metric \"" + metric.definition.name + "\" is of another kind"};
  if (metric.definition.label.empty() != label.empty() || label.size() > kLabelBytesMax) {
    return Error{Errc::invalid, "metric \"" + metric.definition.name + "\": label missing, unwanted or too long"};
  }
  const auto found = metric.series.find(label);
  if (found != metric.series.end()) return &found->second;
  if (metric.series.size() >= kSeriesMax) return Error{Errc::limit, "too many values of label " + metric.definition.label};
  return &metric.series[std::string(label)];
}

Result<void> MetricsStore::count(std::string_view instance, std::uint32_t id, std::string_view label, double amount) {
  if (!(amount >= 0)) return Error{Errc::invalid, "a counter only grows"};
  const std::scoped_lock lock(mutex_);
  auto series = find(instance, id, label, true);
  if (!series) return series.error();
  (*series)->value += amount;
  return {};
}

Result<void> MetricsStore::observe(std::string_view instance, std::uint32_t id, std::string_view label, double value) {
  const std::scoped_lock lock(mutex_);
  auto found = find(instance, id, label, false);
  if (!found) return found.error();
  Series& series = **found;
  if (metrics_[id - 1].definition.kind == COLLET_METRIC_GAUGE) {
    series.value = value;
    return {};
  }
  series.value += value;
  ++series.count;
  for (std::size_t i = 0; i < kBuckets.size(); ++i) series.buckets[i] += value <= kBuckets[i] ? 1 : 0;
  return {};
}

void MetricsStore::write_series(const Metric& metric, std::string& out) {
  const std::string name = "collet_plugin_" + metric.definition.name;
  for (const auto& [value, series] : metric.series) {
    std::string labels = "instance=\"" + escaped(metric.definition.instance) + "\"";
    if (!metric.definition.label.empty()) labels += "," + metric.definition.label + "=\"" + escaped(value) + "\"";
    if (metric.definition.kind != COLLET_METRIC_HISTOGRAM) {
      out += name + "{" + labels + "} " + number(series.value) + "\n";
      continue;
    }
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
      out += name + "_bucket{" + labels + ",le=\"" + number(kBuckets[i]) + "\"} " + std::to_string(series.buckets[i]) + "\n";
    }
    out += name + "_bucket{" + labels + ",le=\"+Inf\"} " + std::to_string(series.count) + "\n";
    out += name + "_sum{" + labels + "} " + number(series.value) + "\n";
    out += name + "_count{" + labels + "} " + std::to_string(series.count) + "\n";
  }
}

std::string MetricsStore::collect() const {
  const std::scoped_lock lock(mutex_);
  std::map<std::string_view, std::vector<const Metric*>> families;
  for (const auto& metric : metrics_) families[metric.definition.name].push_back(&metric);
  std::string out;
  for (const auto& [name, members] : families) {
    const Definition& first = members.front()->definition;
    out += "# HELP collet_plugin_" + std::string(name) + " " + escaped(first.help) + "\n";
    out += "# TYPE collet_plugin_" + std::string(name) + " " + std::string(type_name(first.kind)) + "\n";
    for (const Metric* metric : members) write_series(*metric, out);
  }
  return out;
}

namespace {

collet_status define(collet_call self, const collet_metric* metric, std::uint32_t* id) noexcept {
  if (self.host == nullptr || !is_whole(metric) || id == nullptr) return COLLET_E_INVALID;
  const collet_metric own = read_struct(metric);
  Origin& origin = origin_of(self);
  auto made = origin.services->metrics.define({origin.instance, own.kind, std::string(to_view(own.name)),
                                               std::string(to_view(own.help)), std::string(to_view(own.label))});
  if (!made) return static_cast<collet_status>(made.error().code);
  *id = *made;
  return COLLET_OK;
}

collet_status count(collet_call call, std::uint32_t id, collet_str label, double amount) noexcept {
  if (call.host == nullptr) return COLLET_E_INVALID;
  Origin& origin = origin_of(call);
  const auto done = origin.services->metrics.count(origin.instance, id, to_view(label), amount);
  return done ? COLLET_OK : static_cast<collet_status>(done.error().code);
}

collet_status observe(collet_call call, std::uint32_t id, collet_str label, double value) noexcept {
  if (call.host == nullptr) return COLLET_E_INVALID;
  Origin& origin = origin_of(call);
  const auto done = origin.services->metrics.observe(origin.instance, id, to_view(label), value);
  return done ? COLLET_OK : static_cast<collet_status>(done.error().code);
}

}  // namespace

const collet_metrics kMetricsTable = {sizeof(collet_metrics), 0, &define, &count, &observe};

}  // namespace collet::services
