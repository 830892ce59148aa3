#include "cli/parse.hpp"

#include <algorithm>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/text.hpp"

namespace collet::cli {
namespace {

/// CLI11 misses what a command needs before it sees the word it does not know; a
/// person has mistyped that word. "" when there is none.
std::string stray_word(const CLI::App& app) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  for (auto inner = app.get_subcommands(); !inner.empty(); inner = command->get_subcommands()) {
    command = inner.front();
    path += " " + command->get_name();
  }
  const auto left = app.remaining(true);
  if (left.empty()) return {};
  const std::string& word = left.front();
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : command->get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
  } else {
    for (const CLI::App* child : command->get_subcommands([](const CLI::App*) { return true; })) known.push_back(child->get_name());
  }
  return unknown_word(path, word, known);
}

}  // namespace

std::string unknown_word(const std::string& path, const std::string& word, const std::vector<std::string>& known) {
  const std::string_view near = base::nearest(word, known);
  return path + " knows no " + (word.starts_with("-") ? "option " : "command ") + "\"" + visible(base::shorten(word, 80)) + "\"" +
         (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?") + "\nRun with --help for more information.\n";
}

std::optional<int> parse(CLI::App& app, std::vector<std::string> words, Console& console) {
  try {
    std::ranges::reverse(words);  // as CLI11 takes them
    app.parse(std::move(words));
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    const std::string stray = error.get_exit_code() == 0 ? std::string() : stray_word(app);
    if (!stray.empty()) {
      console.err(stray);
      return kUsage;
    }
    std::ostringstream out, err;
    const int code = app.exit(error, out, err);
    console.out(out.str());
    if (!err.str().empty()) console.err(err.str());
    return code == 0 ? kDone : kUsage;
  }
}

}  // namespace collet::cli
