// Services with one call under way, for tests of the C tables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {

class NoSandbox final : public sandbox::Sandbox {
 public:
  void run(boost::asio::io_context&, sandbox::BoxSpec spec, sandbox::OutputFn, sandbox::DoneFn done, base::CancelToken) override {
    seen = std::move(spec);
    sandbox::BoxResult result;
    result.outcome = sandbox::Outcome::exited;
    result.stdout_text = "ran";
    done(result);
  }
  Result<std::shared_ptr<sandbox::WorkFolder>> make_work_folder() override { return Error{no_work_folder, "no boxes here"}; }
  Errc no_work_folder = Errc::unavailable;
  std::vector<sandbox::Check> probe() override { return {}; }
  const std::string& unavailable_reason() const override { return reason_; }
  sandbox::BoxSpec seen;

 private:
  std::string reason_;
};

class FakeScope final : public Scope {
 public:
  Facts facts() const override { return {"r", "c", "me", "tool", app, size, effects, run}; }
  boost::asio::io_context& io() override { return context; }
  std::int64_t remaining_ms() const override { return is_over ? 0 : 5'000; }
  bool over() const override { return is_over; }
  base::CancelToken gone() const override { return source.token(); }
  void output(std::int32_t, std::string_view) override {}
  void note_egress(const base::EgressDecision& decision) override { egress.add(decision); }
  boost::asio::io_context context;
  base::CancelSource source;
  std::string app, size;
  std::uint32_t effects = 0;
  base::EgressRecord egress;
  std::shared_ptr<base::RunScope> run;
  bool is_over = false;
};

class OneCall final : public Origin {
 public:
  using Origin::Origin;
  std::shared_ptr<Scope> find_call(std::uint64_t id) override { return id == 1 ? scope : nullptr; }
  std::shared_ptr<FakeScope> scope = std::make_shared<FakeScope>();
};

struct Tables : ::testing::Test {
  Tables() {
    settings.apps["shop"] = {"/srv/shop", {{"API_KEY", "s3cret-value-of-key"}, {"PLAIN", "x"}}, {"*"}, {"/opt/ruby", "/usr"}, {"api.example:443"}};
    settings.apps["closed"].root = "/srv/closed";
    settings.plugins.secrets = {{"inst/token", "of the instance"}, {"plug/token", "of the plugin"}, {"plug/other", "o"}};
    settings.sandbox.runtimes["python"] = {"/opt/python", "/opt"};
    settings.sizes["big"].memory_bytes = 77;
    start();
  }
  void start(base::GateOpener open_gate = {}) {
    services = std::make_shared<Services>(settings, sandbox, std::move(open_gate));
    origin = std::make_unique<OneCall>("plug", "inst", std::vector<std::string>{"secrets:token", "exec", "app"}, services);
  }
  collet_call call(std::uint64_t id = 1) const { return call_of(*origin, id); }

  config::Settings settings;
  NoSandbox sandbox;
  std::shared_ptr<Services> services;
  std::unique_ptr<OneCall> origin;
  std::string text;
};

}  // namespace collet::services
