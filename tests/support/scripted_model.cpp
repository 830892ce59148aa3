#include "support/scripted_model.hpp"

#include <stdexcept>

namespace collet::testing {

namespace {
constexpr std::size_t kRequestsKept = 10'000;
}

ScriptedModel::ScriptedModel(std::string_view scenarios) {
  auto parsed = parse_scenarios(scenarios);
  if (!parsed) throw std::invalid_argument("scenarios: " + parsed.error().message);
  server_ = std::make_unique<ScriptedServer>(std::vector{&io_}, std::move(parsed).value());
  server_->on_request = [this](const ScriptedRequest& request) {
    const std::lock_guard lock(mutex_);
    if (requests_.size() < kRequestsKept) requests_.push_back(request);
  };
  thread_ = std::thread([this] { io_.run(); });
}

ScriptedModel::~ScriptedModel() {
  io_.stop();
  thread_.join();
}

std::string ScriptedModel::base_url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1"; }

std::vector<ScriptedRequest> ScriptedModel::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

}  // namespace collet::testing
