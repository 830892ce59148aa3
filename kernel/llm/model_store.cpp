#include "llm/model_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "collet/json.hpp"
#include "llm/embedded_child.hpp"

namespace collet::llm {
namespace {

constexpr std::int64_t kSilenceMaxMs = 180'000;  // the scripts speak every few seconds

std::string text_of(const Value& event, std::string_view key) { return std::string(event[key].string_or("")); }
std::int64_t number_of(const Value& event, std::string_view key) { return event[key].as_int64().value_or(0); }

/// Runs manage.py until it says `last` or fails. `each` sees the other lines.
Result<Value> manage(const ModelScripts& scripts, const config::ModelSettings& model, std::string_view action,
                     std::string_view last, const std::function<bool(const Value&)>& each) {
  auto command = script_command(scripts, "manage.py", model);
  command.insert(command.end(), {std::string(action), "--watch-input"});
  LineChild child;
  if (auto started = child.start(command, script_environment()); !started) return started.error();
  std::string line;
  while (true) {
    const auto outcome = child.next_line(line, -1, kSilenceMaxMs);
    if (outcome == LineChild::Outcome::silent) {
      return Error{Errc::timeout, "the model script said nothing for three minutes; it was ended"};
    }
    if (outcome == LineChild::Outcome::ended) {
      return Error{Errc::internal, "the model script ended early: " + std::string(base::trim(child.last_words()))};
    }
    auto event = Value::parse(line);
    if (!event) continue;
    if ((*event)["event"].string_or("") == last) return *event;
    if ((*event)["event"].string_or("") == "failed") return script_error(*event);
    if (!each(*event)) return Error{Errc::cancelled, "given up"};
  }
}

PullProgress progress_of(const Value& event) {
  const auto name = event["event"].string_or("");
  PullProgress progress;
  progress.step = name == "progress" ? text_of(event, "step") : std::string(name);
  progress.file = text_of(event, "file");
  progress.source = text_of(event, "source");
  progress.message = text_of(event, "message");
  progress.bytes_done = number_of(event, "bytes");
  progress.bytes_total = number_of(event, "bytes_total");
  return progress;
}

bool ignore(const Value&) { return true; }

Result<PullSummary> fetch(const ModelScripts& scripts, const config::ModelSettings& model, std::string_view action,
                          std::string_view given_up, const PullCallback& progress) {
  const auto tell = [&](const Value& event) { return !progress || progress(progress_of(event)); };
  auto done = manage(scripts, model, action, "done", tell);
  if (!done && done.error().code == Errc::cancelled) return Error{Errc::cancelled, std::string(given_up)};
  if (!done) return done.error();
  return PullSummary{text_of(*done, "model"), text_of(*done, "runtime"), text_of(*done, "directory"),
                     (*done)["seconds"].as_double().value_or(0)};
}

}  // namespace

Error script_error(const Value& event) {
  static constexpr std::array kCodes = {Errc::invalid, Errc::denied, Errc::not_found, Errc::timeout,
                                        Errc::limit,   Errc::unavailable};
  const auto word = event["code"].string_or("");
  const auto code = std::find_if(kCodes.begin(), kCodes.end(), [&](Errc each) { return name(each) == word; });
  return Error{code == kCodes.end() ? Errc::internal : *code, text_of(event, "message")};
}

bool ModelStoreStatus::complete() const {
  return runtime_ready && std::all_of(files.begin(), files.end(), [](const auto& file) { return file.checked; });
}

Result<PullSummary> pull_model(const ModelScripts& scripts, const config::ModelSettings& model,
                               const PullCallback& progress) {
  return fetch(scripts, model, "pull", "the download was given up; it goes on from there next time", progress);
}

Result<PullSummary> build_runtime(const ModelScripts& scripts, const config::ModelSettings& model,
                                  const PullCallback& progress) {
  return fetch(scripts, model, "build-runtime", "the build was given up; the runtime is as it was", progress);
}

Result<ModelStoreStatus> model_status(const ModelScripts& scripts, const config::ModelSettings& model) {
  auto event = manage(scripts, model, "status", "status", ignore);
  if (!event) return event.error();
  ModelStoreStatus status{text_of(*event, "model"),     text_of(*event, "about"),   text_of(*event, "license"),
                          text_of(*event, "directory"), text_of(*event, "runtime"), false,
                          {}};
  status.runtime_ready = (*event)["runtime_ready"].as_bool().value_or(false);
  const Value files = (*event)["files"];
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Value file = files.at(i);
    status.files.push_back({text_of(file, "role"), text_of(file, "path"), number_of(file, "bytes"),
                            number_of(file, "bytes_total"), file["checked"].as_bool().value_or(false)});
  }
  return status;
}

Result<RemovedModel> remove_model(const ModelScripts& scripts, const config::ModelSettings& model) {
  auto event = manage(scripts, model, "remove", "removed", ignore);
  if (!event) return event.error();
  RemovedModel removed;
  const Value paths = (*event)["paths"];
  for (std::size_t i = 0; i < paths.size(); ++i) removed.paths.emplace_back(paths.at(i).string_or(""));
  removed.bytes = number_of(*event, "bytes");
  return removed;
}

}  // namespace collet::llm
