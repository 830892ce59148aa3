// The shape of the settings table. A row says where a value goes, what fits and
// what it means; binder, JSON Schema and print-out all read the same rows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "collet/json.hpp"
#include "config/settings.hpp"

namespace collet::config {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;
using TextsMap = std::map<std::string, Texts>;

/// The place of one plain value in its settings struct.
using Slot = std::variant<int*, std::int64_t*, double*, bool*, std::string*, Texts*, TextMap*, TextsMap*, Value*>;

enum class Shape : std::uint8_t { value, section, list, map };

/// How the entries of a nested struct, list or map are reached.
struct Nest {
  using Entries = std::vector<std::pair<std::string, void*>>;
  void* (*add)(void* object, std::string_view key) = nullptr;  ///< Makes or finds one.
  Entries (*entries)(void* object) = nullptr;
  void (*clear)(void* object) = nullptr;
};

struct Section;

struct Field {
  std::string_view key;
  std::string_view help;
  std::string_view unit;
  Shape shape = Shape::value;
  Slot (*slot)(void* object) = nullptr;  ///< Shape::value only.
  Nest nest;                             ///< The other shapes.
  const Section* section = nullptr;      ///< The rows of an entry.
  double min = 0;                        ///< Numbers only; both ends included.
  double max = 0;
  std::vector<std::string> choices;  ///< Texts only; empty: any.
  bool path = false;                 ///< Texts only: relative to the config file.
  bool secret = false;               ///< Never shown.
  bool required = false;             ///< Must be written, and not be empty.
  bool merged = false;               ///< Shape::map only: kept beside new entries.
};

struct Section {
  std::string_view what;        ///< "a model", for messages.
  void* (*prototype)();         ///< One with its defaults, not to be changed.
  std::vector<Field> fields;
};

/// A bound as people write it: 24, not 24.0.
[[nodiscard]] Value bound_value(double bound);

/// The whole of config.yaml; its object is a Settings.
[[nodiscard]] const Section& root_section();

}  // namespace collet::config
