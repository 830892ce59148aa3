// collet-scripted-model: a model server for tests and the bench.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include <boost/asio/signal_set.hpp>

#include "support/scripted_server.hpp"

namespace {

constexpr const char* kUsage =
    "usage: collet-scripted-model --scenarios FILE [--port N] [--port-file FILE] [--threads N] [--log FILE]\n"
    "Answers /v1/chat/completions by the scenario that the request's `model` names.\n"
    "Port 0 (the default) picks a free one; --port-file gets it once the server listens.\n"
    "--log gets a JSON line per request, and one more when its caller left too early.\n";

struct Options {
  std::string scenarios, port_file, log;
  int port = 0, threads = 1;
};

bool parse_number(std::string_view text, int& out) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
  return status == std::errc() && end == text.data() + text.size();
}

bool parse_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (i + 1 >= argc) return false;
    const std::string_view value = argv[i + 1];
    bool fine = true;
    if (name == "--scenarios") {
      options.scenarios = value;
    } else if (name == "--port-file") {
      options.port_file = value;
    } else if (name == "--log") {
      options.log = value;
    } else if (name == "--port") {
      fine = parse_number(value, options.port);
    } else if (name == "--threads") {
      fine = parse_number(value, options.threads) && options.threads > 0;
    } else {
      fine = false;
    }
    if (!fine) return false;
  }
  return !options.scenarios.empty();
}

/// Whoever waits for the file never sees half of it.
void write_port(const std::string& path, int port) {
  const std::string part = path + ".part";
  std::ofstream(part) << port << '\n';
  std::rename(part.c_str(), path.c_str());
}

/// Writes a line per request; [any-thread].
class RequestLog {
 public:
  explicit RequestLog(const std::string& path) : file_(path, std::ios::app) {}

  void note(const collet::testing::ScriptedRequest& request, bool aborted) {
    auto body = collet::Value::parse(request.body);
    collet::JsonWriter line;
    line.begin_object().member("method", request.method).member("path", request.path).member("aborted", aborted);
    if (body) line.member("model", (*body)["model"]).member("body", *body);
    line.key("headers").begin_object();
    for (const auto& [name, value] : request.headers) line.member(name, value);
    line.end_object().end_object();
    const std::lock_guard lock(mutex_);
    file_ << line.take() << std::endl;
  }

 private:
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse_options(argc, argv, options)) {
    std::cerr << kUsage;
    return 2;
  }
  std::ifstream file(options.scenarios);
  std::stringstream text;
  text << file.rdbuf();
  auto scenarios = file ? collet::testing::parse_scenarios(text.str())
                        : collet::Error{collet::Errc::not_found, "cannot read it"};
  if (!scenarios) {
    std::cerr << options.scenarios << ": " << scenarios.error().message << '\n';
    return 2;
  }
  std::vector<std::unique_ptr<boost::asio::io_context>> owned;
  std::vector<boost::asio::io_context*> loops;
  for (int i = 0; i < options.threads; ++i) {
    owned.push_back(std::make_unique<boost::asio::io_context>(1));
    loops.push_back(owned.back().get());
  }
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards;
  for (auto* loop : loops) guards.emplace_back(loop->get_executor());
  collet::testing::ScriptedServer server(loops, std::move(scenarios).value(), static_cast<std::uint16_t>(options.port));
  std::optional<RequestLog> log;
  if (!options.log.empty()) {
    log.emplace(options.log);
    server.on_request = [&log](const auto& request) { log->note(request, false); };
    server.on_aborted = [&log](const auto& request) { log->note(request, true); };
  }
  boost::asio::signal_set signals(*loops[0], SIGTERM, SIGINT);
  signals.async_wait([&loops](const boost::system::error_code&, int) {
    for (auto* loop : loops) loop->stop();
  });
  std::cout << "listening on 127.0.0.1:" << server.port() << std::endl;
  if (!options.port_file.empty()) write_port(options.port_file, server.port());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < loops.size(); ++i) threads.emplace_back([loop = loops[i]] { loop->run(); });
  loops[0]->run();
  for (auto& thread : threads) thread.join();
}
