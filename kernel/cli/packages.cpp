// collet packages: what is installed for programs.
#include <ctime>

#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

namespace collet::cli {
namespace {

/// "2026-01-31 17:05"
std::string local_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[32] = "";
  if (::localtime_r(&time, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
  return text;
}

std::uint64_t bytes_of(const Value& entry) { return static_cast<std::uint64_t>(entry["bytes"].as_int64().value_or(0)); }

std::uint64_t total_bytes(const Value& list) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < list.size(); ++i) total += bytes_of(list.at(i));
  return total;
}

Table table_of(const Value& list) {
  Table table{{"SIZE", "FILES", "LAST USED", "WHAT"}, {}};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value entry = list.at(i);
    table.rows.push_back({bytes_text(bytes_of(entry)), std::to_string(entry["files"].as_int64().value_or(0)),
                          local_time(entry["used_at_s"].as_int64().value_or(0)), visible(entry["label"].string_or(""))});
  }
  return table;
}

std::string counted(const Value& list) {
  return std::to_string(list.size()) + (list.size() == 1 ? " set, " : " sets, ") + bytes_text(total_bytes(list)) + "\n";
}

void show(const Value& list, const PackagesOptions& options, std::string_view nothing, std::string_view last, Console& console) {
  if (options.json) return console.out(list.dump(true) + "\n");
  if (list.size() == 0) return console.out(std::string(nothing) + "\n");
  console.out(table_of(list).text(console.width()) + std::string(last) + counted(list));
}

}  // namespace

int run_packages_list(const PackagesOptions& options, const Hooks& hooks, Console& console) {
  const auto settings = load_settings(options.config_file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  show(hooks.packages.list(*settings), options, "nothing is kept", "", console);
  return kDone;
}

int run_packages_prune(const PackagesOptions& options, const Hooks& hooks, Console& console) {
  const auto settings = load_settings(options.config_file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  show(hooks.packages.prune(*settings, options.keep_bytes), options, "nothing to delete", "deleted: ", console);
  return kDone;
}

// An empty line is a program in every language.
int run_packages_warm(const PackagesOptions& options, const Hooks& hooks, Console& console) {
  const std::vector<Value> packages(options.packages.begin(), options.packages.end());
  CallOptions call;
  call.tool = options.tool;
  call.arguments = json::object({{"code", "\n"}, {"packages", json::array(packages)}}).dump();
  call.config_file = options.config_file;
  call.json = options.json;
  const int code = run_call(call, hooks, console);
  if (code == kDone && !options.json) console.out("ready: " + std::to_string(packages.size()) + (packages.size() == 1 ? " package\n" : " packages\n"));
  return code;
}

}  // namespace collet::cli
