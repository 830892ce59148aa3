#include "dialect.hpp"

#include <array>

namespace postgres {
namespace {

constexpr std::string_view kTables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
constexpr std::string_view kColumns = "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'NAME'";
constexpr std::string_view kIndexes = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'NAME'";
constexpr std::string_view kSchemas = "SELECT nspname FROM pg_namespace";

struct Foreign {
  std::string_view words, here;
};

// PostgreSQL takes none of these: what follows SHOW would have to be a setting.
constexpr std::array<Foreign, 12> kForeign = {{
    {"SHOW TABLES", kTables},
    {"SHOW FULL TABLES", kTables},
    {"SHOW COLUMNS", kColumns},
    {"SHOW FIELDS", kColumns},
    {"SHOW CREATE TABLE", kColumns},
    {"SHOW INDEX", kIndexes},
    {"SHOW INDEXES", kIndexes},
    {"SHOW KEYS", kIndexes},
    {"SHOW DATABASES", "SELECT datname FROM pg_database"},
    {"SHOW SCHEMAS", kSchemas},
    {"DESCRIBE", kColumns},
    {"DESC", kColumns},
}};

/// The text in upper case with one space between words; `length` characters and the one after them.
std::string start_of(std::string_view text, std::size_t length) {
  std::string out;
  for (const char c : text) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (is_blank && (out.empty() || out.back() == ' ')) continue;
    out += is_blank ? ' ' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (out.size() > length) break;
  }
  return out;
}

}  // namespace

std::string other_dialect(std::string_view text) {
  for (const Foreign& foreign : kForeign) {
    const std::string start = start_of(text, foreign.words.size());
    const bool ends_there = start.size() == foreign.words.size() || start.back() == ' ' || start.back() == ';';
    if (start.starts_with(foreign.words) && ends_there) {
      return std::string(foreign.words) + " is not PostgreSQL's; expected " + std::string(foreign.here);
    }
  }
  return {};
}

}  // namespace postgres
