#include "kernel/llm_embedded/fixture.hpp"

#include <fstream>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/ids.hpp"

namespace collet::llm::testing {
namespace {

namespace asio = boost::asio;

std::string make_catalog(const std::filesystem::path& folder, const std::string& mode) {
  const std::string bytes = ModelFiles::kBytes;
  const Value source = json::object({{"kind", "url"}, {"url", "file://" + (folder / "origin.bin").string()}});
  const Value file = json::object({{"role", "weights"},
                                   {"name", "tiny.bin"},
                                   {"bytes", static_cast<std::int64_t>(bytes.size())},
                                   {"sha256", base::sha256_hex(bytes)},
                                   {"sources", json::array({source})}});
  const Value model = json::object({{"name", "tiny"},
                                    {"type", "text-to-text"},
                                    {"license", "none"},
                                    {"about", "a model for tests"},
                                    {"runtimes", json::array({"fake"})},
                                    {"files", json::array({file})}});
  const Value command = json::array({"python3", COLLET_TEST_FAKE_RUNTIME, "{port}", mode});
  const Value runtime =
      json::object({{"name", "fake"}, {"about", "answers nothing"}, {"kind", "program"}, {"command", command}});
  return json::object({{"models", json::array({model})}, {"runtimes", json::array({runtime})}}).dump();
}

asio::awaitable<void> keep_url(EmbeddedModel& model, asio::io_context& io, base::CancelToken cancel,
                               Caller caller, std::optional<Result<std::string>>& kept) {
  kept = co_await model.base_url(io, cancel, caller);
}

}  // namespace

ModelFiles::ModelFiles(std::string runtime_mode)
    : folder(std::filesystem::temp_directory_path() / ("collet-model-" + base::random_hex(12))) {
  std::filesystem::create_directories(folder / "store");
  write("origin.bin", kBytes);
  write("models.json", make_catalog(folder, runtime_mode));
}

ModelFiles::~ModelFiles() { std::filesystem::remove_all(folder); }

void ModelFiles::write(const std::string& name, const std::string& bytes) const {
  std::ofstream(folder / name, std::ios::binary) << bytes;
}

ModelScripts ModelFiles::scripts() const {
  auto scripts = find_model_scripts();
  if (!scripts) return {.folder = scripts.error().message};
  scripts->catalog = (folder / "models.json").string();
  return *scripts;
}

config::ModelSettings ModelFiles::settings() const {
  config::ModelSettings settings;
  settings.id = "local";
  settings.provider = "embedded";
  settings.embedded.dir = (folder / "store").string();
  return settings;
}

Result<std::string> wait_for_url(EmbeddedModel& model, base::CancelToken cancel, Caller caller) {
  asio::io_context io(1);
  std::optional<Result<std::string>> kept;
  asio::co_spawn(io, keep_url(model, io, std::move(cancel), caller, kept), asio::detached);
  io.run();
  return kept ? std::move(*kept) : Result<std::string>(Error{Errc::internal, "base_url() ended without a result"});
}

Watched::Watched(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
Watched::~Watched() {
  if (fd_ >= 0) ::close(fd_);
}

bool Watched::ends_within(int timeout_ms) const {
  if (fd_ < 0) return true;  // it was gone already
  pollfd ended{fd_, POLLIN, 0};
  return ::poll(&ended, 1, timeout_ms) == 1;
}

bool get(const std::string& url, const std::string& path) {
  const auto colon = url.rfind(':');
  const int port = std::stoi(url.substr(colon + 1));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  std::string answer(64, '\0');
  bool ok = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
            ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0;
  ok = ok && ::recv(fd, answer.data(), answer.size(), 0) > 0 && answer.find(" 200 ") != std::string::npos;
  ::close(fd);
  return ok;
}

}  // namespace collet::llm::testing
