// collet-box: runs one program in a box and prints the result as JSON. What the
// hostile tests, the benches and a curious person use.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "collet/json.hpp"
#include "sandbox/sandbox.hpp"

namespace {

using namespace collet;

constexpr const char* kUsage =
    "usage: collet-box [options] -- PROGRAM [ARGUMENT...]\n"
    "       collet-box --probe\n"
    "  --timeout-ms N  --cancel-ms N  --memory BYTES  --disk BYTES  --pids N  --cores X\n"
    "  --root PATH (repeat; default /usr)  --app FOLDER  --env NAME=VALUE (repeat)\n"
    "  --input FD=FILE (repeat)  --capture FD  --scratch  --live  --soft-limits  --cgroup-root FOLDER  --backend NAME\n";

struct Options {
  sandbox::BoxSpec spec;
  config::SandboxSettings settings;
  std::int64_t cancel_ms = 0;
  bool probe = false;
  bool live = false;
};

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "collet-box: cannot read " << path << "\n";
    std::exit(2);
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[noreturn]] void usage() {
  std::cerr << kUsage;
  std::exit(2);
}

void set_option(Options& options, const std::string& name, const std::string& value) {
  auto& spec = options.spec;
  if (name == "--timeout-ms") spec.timeout_ms = std::atoll(value.c_str());
  else if (name == "--cancel-ms") options.cancel_ms = std::atoll(value.c_str());
  else if (name == "--memory") spec.size.memory_bytes = std::atoll(value.c_str());
  else if (name == "--disk") spec.size.disk_bytes = std::atoll(value.c_str());
  else if (name == "--pids") spec.size.pids_max = std::atoi(value.c_str());
  else if (name == "--cores") spec.size.cpu_cores = std::atof(value.c_str());
  else if (name == "--root") spec.roots.push_back(value);
  else if (name == "--app") spec.app_root = value;
  else if (name == "--env") spec.env.push_back(value);
  else if (name == "--capture") spec.capture_fd = std::atoi(value.c_str());
  else if (name == "--backend") options.settings.backend = value;
  else if (name == "--cgroup-root") options.settings.cgroup_root = value;
  else if (name == "--input") {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos) usage();
    spec.inputs.push_back({std::atoi(value.c_str()), slurp(value.substr(equals + 1))});
  } else usage();
}

Options parse(int argc, char** argv) {
  Options options;
  options.spec.timeout_ms = 10'000;
  int at = 1;
  for (; at < argc && std::strcmp(argv[at], "--") != 0; ++at) {
    const std::string name = argv[at];
    if (name == "--probe") options.probe = true;
    else if (name == "--live") options.live = true;
    else if (name == "--scratch") options.spec.app_scratch = true;
    else if (name == "--soft-limits") options.settings.soft_limits = true;
    else if (at + 1 < argc) set_option(options, name, argv[++at]);
    else usage();
  }
  for (++at; at < argc; ++at) options.spec.argv.emplace_back(argv[at]);
  if (options.spec.roots.empty()) options.spec.roots = {"/usr"};
  if (options.spec.argv.empty() && !options.probe) usage();
  return options;
}

int show_probe(sandbox::Sandbox& sandbox) {
  bool well = true;
  for (const auto& check : sandbox.probe()) {
    std::printf("%-4s %-16s %s\n", check.ok ? "ok" : "BAD", check.name.c_str(), check.detail.c_str());
    if (!check.remedy.empty()) std::printf("     %s\n", check.remedy.c_str());
    well = well && check.ok;
  }
  return well ? 0 : 1;
}

const char* outcome_name(sandbox::Outcome outcome) {
  constexpr const char* kNames[] = {"?", "exited", "signalled", "timeout", "oom", "output_limit",
                                    "cancelled", "unavailable", "capacity", "failed"};
  return kNames[static_cast<int>(outcome)];
}

Value to_json(const sandbox::BoxResult& result, std::int64_t elapsed_us) {
  return json::object({{"outcome", outcome_name(result.outcome)},
                 {"returncode", result.returncode},
                 {"signal", result.signal},
                 {"stdout", result.stdout_text},
                 {"stderr", result.stderr_text},
                 {"captured", result.captured},
                 {"message", result.message},
                 {"wall_us", result.wall_us},
                 {"cpu_us", result.cpu_us},
                 {"max_rss_bytes", result.max_rss_bytes},
                 {"stdout_omitted_bytes", result.stdout_omitted_bytes},
                 {"stderr_omitted_bytes", result.stderr_omitted_bytes},
                 {"elapsed_us", elapsed_us}});
}

void show_piece(int stream, std::string_view piece) {
  std::cerr << "[" << stream << "] " << piece << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  const auto sandbox = sandbox::Sandbox::start(options.settings);
  if (options.probe) return show_probe(*sandbox);
  boost::asio::io_context io;
  base::CancelSource source;
  boost::asio::steady_timer timer(io);
  if (options.cancel_ms > 0) {
    timer.expires_after(std::chrono::milliseconds(options.cancel_ms));
    timer.async_wait([&](boost::system::error_code error) {
      if (!error) source.cancel(Error{Errc::cancelled, "asked"});
    });
  }
  const auto start = std::chrono::steady_clock::now();
  sandbox::OutputFn output;
  if (options.live) output = show_piece;
  sandbox->run(io, std::move(options.spec), std::move(output), [&](sandbox::BoxResult result) {
    timer.cancel();
    const auto elapsed = std::chrono::steady_clock::now() - start;
    std::cout << to_json(result, std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count()).dump() << "\n";
  }, source.token());
  io.run();
  return 0;
}
