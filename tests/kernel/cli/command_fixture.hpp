// Whole commands against a server that a test writes down beforehand.
#pragma once

#include <stdio.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/run.hpp"
#include "kernel/config/temp_folder.hpp"
#include "support/fake_http.hpp"

namespace collet::cli {
using test::ScopedEnv;
using test::TempFolder;
using collet::testing::FakeAnswer;
using collet::testing::FakeHttp;

// Lends the one FakeHttp to every Client of a command.
class Lent : public base::HttpClient {
 public:
  explicit Lent(FakeHttp& http, std::function<void()> on_open) : http_(http), on_open_(std::move(on_open)) {}
  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    if (on_open_) on_open_();
    return http_.open(std::move(request));
  }

 private:
  FakeHttp& http_;
  std::function<void()> on_open_;
};

struct Seen {
  config::Settings settings;
  int starts = 0, stops = 0, waits = 0;
};

class FakeServer : public RunningServer {
 public:
  explicit FakeServer(Seen& seen) : seen_(seen) {}
  std::uint16_t port() const override { return 4711; }
  std::string url() const override { return "http://127.0.0.1:4711"; }
  std::string key() const override { return seen_.settings.auth.keys.at(0).key; }
  void request_stop() override { ++seen_.stops; }
  int wait() override {
    ++seen_.waits;
    return 0;
  }

 private:
  Seen& seen_;
};

class CommandTest : public ::testing::Test {
 protected:
  CommandTest() {
    hooks_.make_http_client = [this](boost::asio::io_context&) { return std::make_unique<Lent>(http_, on_open_); };
    hooks_.start_server = [this](config::Settings settings) -> Result<std::unique_ptr<RunningServer>> {
      if (start_error_) return *start_error_;
      seen_.settings = std::move(settings);
      ++seen_.starts;
      return std::unique_ptr<RunningServer>(std::make_unique<FakeServer>(seen_));
    };
    hooks_.doctor_checks = [this](const config::Settings&) { return checks_; };
    hooks_.inspect_plugin = [](const std::string& path) -> Result<Value> {
      if (path == "bad.so") return Error{Errc::invalid, "no manifest"};
      return json::object({{"id", "demo"}, {"tools", json::array({"one", "two"})}});
    };
    hooks_.dialect = {"/v1/agents/demo", "demo_tool", "space_tool"};
  }

  int run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "collet");
    char* out = nullptr;
    char* err = nullptr;
    std::size_t out_size = 0, err_size = 0;
    hooks_.out = open_memstream(&out, &out_size);
    hooks_.err = open_memstream(&err, &err_size);
    const int code = cli::run(static_cast<int>(arguments.size()), arguments.data(), hooks_);
    fclose(hooks_.out);
    fclose(hooks_.err);
    out_.assign(out, out_size);
    err_.assign(err, err_size);
    free(out);
    free(err);
    return code;
  }

  [[nodiscard]] Value body(std::size_t request) const {
    return Value::parse(http_.requests.at(request).body).value_or({});
  }
  [[nodiscard]] std::string header(std::size_t request, std::string_view name) const {
    return std::string(base::find_header(http_.requests.at(request).headers, name));
  }

  const TempFolder folder_;
  const ScopedEnv url_{"COLLET_URL", nullptr}, key_{"COLLET_API_KEY", nullptr}, config_{"COLLET_CONFIG", nullptr};
  const ScopedEnv state_{"XDG_STATE_HOME", folder_.path().c_str()};
  FakeHttp http_;
  std::function<void()> on_open_;
  std::optional<Error> start_error_;
  std::vector<DoctorCheck> checks_;
  Seen seen_;
  Hooks hooks_;
  std::string out_, err_;
};

inline constexpr const char* kTools =
    R"({"tools":[{"name":"one","namespace":"","description":"First. Then more.\nAnd more.","plugin":"demo","effects":["runs_code"]},)"
    R"({"name":"find","namespace":"notes","description":"Finds","plugin":"mcp","effects":[]},)"
    R"({"name":"sql","namespace":"","description":"Needs an app","plugin":"db","needs_app":true,"effects":["reads","secrets"]}],)"
    R"("plugins":[{"file":"/p/demo.so","id":"demo","version":"1.0.0","instance":"demo","state":"serving","reason":"","tools":["one"]},)"
    R"({"file":"/p/bad.so","id":"","version":"","instance":"","state":"refused","reason":"no manifest","tools":[]}]})";
inline constexpr const char* kModels = R"([{"model_id":"emb","type":["text-to-embedding"]},{"model_id":"local","type":["text-to-text"]}])";

inline std::string frame(const std::string& name, const std::string& data) { return "event:" + name + "\ndata:" + data + "\n\n"; }

}  // namespace collet::cli
