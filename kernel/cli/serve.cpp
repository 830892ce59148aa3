// collet serve.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/signals.hpp"
#include "config/keys.hpp"
#include "config/load.hpp"
#include "config/places.hpp"

namespace collet::cli {
namespace {

// Whole or not at all: whoever waits for the file reads a port.
Result<void> write_port_file(const std::string& path, std::uint16_t port) {
  const std::string draft = path + ".new";
  std::ofstream out(draft, std::ios::trunc);
  out << port << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(draft, path, error);
  if (!out || error) return Error{Errc::unavailable, "cannot write the port file " + path};
  return {};
}

Result<config::KeyReport> prepare(const ServeOptions& options, config::Settings& settings) {
  if (!options.listen.empty()) settings.server.listen = options.listen;
  if (options.no_model) config::remove_provider(settings, "embedded");
  settings.state_dir = config::state_dir(settings);
  return config::prepare_keys(settings);
}

std::string key_lines(const config::KeyReport& keys, const Paint& paint) {
  std::string text;
  if (!keys.made.empty()) text += "API key, made now and not shown again: " + paint(Style::bold, keys.made) + "\n";
  if (!keys.stored_in.empty()) text += "API key: kept in " + keys.stored_in + "\n";
  return text;
}

void greet(const RunningServer& server, const config::KeyReport& keys, const std::string& source, Console& console) {
  const Paint paint = console.paint();
  std::string text = "collet listens on " + paint(Style::bold, server.url()) + "\n";
  text += "configuration: " + (source.empty() ? "built-in" : source) + "\n";
  console.out(text + key_lines(keys, paint));
}

}  // namespace

int run_serve(const ServeOptions& options, const Hooks& hooks, Console& console) {
  auto settings = load_settings(options.config_file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  const auto keys = prepare(options, *settings);
  if (!keys) return console.fail(kFailed, keys.error().message);
  const std::string source = settings->source;
  auto server = hooks.start_server(std::move(*settings));
  if (!server) {
    if (!keys->made.empty()) console.err(key_lines(*keys, console.paint()));  // it exists, whether this start worked or not
    return console.fail(server.error().code == Errc::invalid ? kUsage : kFailed, server.error().message);
  }
  const StopSignals signals([stop = server->get()] { stop->request_stop(); });
  greet(**server, *keys, source, console);
  if (!options.port_file.empty()) {
    if (auto written = write_port_file(options.port_file, (*server)->port()); !written) {
      (*server)->request_stop();
      (*server)->wait();
      return console.fail(kFailed, written.error().message);
    }
  }
  return (*server)->wait();
}

}  // namespace collet::cli
