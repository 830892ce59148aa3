#include "llm/embedded_status.hpp"

#include <algorithm>
#include <utility>

namespace collet::llm {
namespace {

std::string text_of(const Value& event, std::string_view key) { return std::string(event[key].string_or("")); }

std::string percent(const EmbeddedStatus& status) {
  if (status.bytes_total <= 0) return "";
  const auto done = std::clamp<std::int64_t>(status.bytes_done * 100 / status.bytes_total, 0, 100);
  return ": " + std::to_string(done) + " % of " + std::to_string(std::max<std::int64_t>(1, status.bytes_total / 1'000'000)) +
         " MB";
}

std::string describe_download(const EmbeddedStatus& status) {
  if (status.step == "downloading") return "the model is still being downloaded" + percent(status);
  if (status.step == "checking") return "the model's files are being checked" + percent(status);
  return "the model is being made ready" + (status.reason.empty() ? "" : ": " + status.reason);
}

}  // namespace

std::string_view name(EmbeddedState state) {
  switch (state) {
    case EmbeddedState::stopped: return "stopped";
    case EmbeddedState::downloading: return "downloading";
    case EmbeddedState::starting: return "starting";
    case EmbeddedState::warming: return "warming";
    case EmbeddedState::ready: return "ready";
    case EmbeddedState::failed: return "failed";
  }
  return "failed";
}

EmbeddedStatus after(EmbeddedStatus status, const Value& event) {
  const auto kind = event["event"].string_or("");
  if (kind == "progress") {
    status.state = EmbeddedState::downloading;
    status.step = text_of(event, "step");
    status.bytes_done = event["bytes"].as_int64().value_or(0);
    status.bytes_total = event["bytes_total"].as_int64().value_or(0);
  } else if (kind == "working" || kind == "waiting") {
    status.state = EmbeddedState::downloading;
    status.step = std::string(kind);
    status.reason = text_of(event, "message");
  } else if (kind == "starting") {
    status.state = EmbeddedState::starting;
    status.step.clear();
    status.reason.clear();
    status.runtime = text_of(event, "runtime");
  } else if (kind == "ready") {
    status.state = EmbeddedState::ready;
    status.reason.clear();
    status.runtime = text_of(event, "runtime");
    status.base_url = text_of(event, "url") + "/v1";
    status.pid = static_cast<pid_t>(event["pid"].as_int64().value_or(-1));
    ++status.starts;
  } else if (kind == "failed") {
    status.state = EmbeddedState::failed;
    status.reason = text_of(event, "message");
    status.base_url.clear();
    status.pid = -1;
  }
  return status;
}

std::string describe(const EmbeddedStatus& status) {
  switch (status.state) {
    case EmbeddedState::stopped: return "the model is stopped";
    case EmbeddedState::downloading: return describe_download(status);
    case EmbeddedState::starting:
      return status.reason.empty() ? "the model is starting" : "the model is starting again: " + status.reason;
    case EmbeddedState::warming: return "the model is reading its instructions";
    case EmbeddedState::ready: return "the model is ready";
    case EmbeddedState::failed: return "the model cannot run: " + status.reason;
  }
  return "";
}

}  // namespace collet::llm
