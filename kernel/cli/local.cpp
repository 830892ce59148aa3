// The commands that need no server: config, doctor, plugin, model.
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/signals.hpp"
#include "config/load.hpp"

#include <atomic>
#include <chrono>

namespace collet::cli {
namespace {

std::string plural(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : one.ends_with('s') ? "es" : "s");
}

Result<config::ModelSettings> embedded_model(const ModelOptions& options, const config::Settings& settings) {
  for (const config::ModelSettings& model : settings.models) {
    if (model.provider == "embedded" && (options.id.empty() || model.id == options.id)) return model;
  }
  if (options.id.empty()) return Error{Errc::not_found, "no embedded model is configured; add one with provider: embedded"};
  return Error{Errc::not_found, "there is no embedded model \"" + options.id + "\" in the configuration"};
}

// Loads the settings, finds the model and shows what `work` answers.
template <class Work>
int with_model(const ModelOptions& options, Console& console, bool built_in, const Work& work) {
  if (!built_in) return console.fail(kFailed, "this build has no embedded model");
  const auto settings = load_settings(options.config_file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  const auto model = embedded_model(options, *settings);
  if (!model) return console.fail(kUsage, model.error().message);
  const Result<Value> answer = work(*model);
  if (!answer) return console.fail(kFailed, answer.error().message);
  console.out(options.json ? answer->dump(true) + "\n" : object_text(*answer));
  return kDone;
}

// Progress on one line of a terminal; in a pipe one line per step and ten seconds.
class PullView {
 public:
  explicit PullView(Console& console, bool silent) : console_(console), silent_(silent) {}

  void show(const PullStep& step) {
    if (silent_) return;
    std::string line = visible(step.step);
    if (!step.file.empty()) line += " " + visible(step.file);
    if (step.percent >= 0) {
      line += ": " + std::to_string(step.percent) + " %";
    } else if (step.bytes_total > 0) {
      line += ": " + std::to_string(step.bytes_done * 100 / step.bytes_total) + " % of " + bytes_text(static_cast<std::uint64_t>(step.bytes_total));
    } else if (step.bytes_done > 0) {
      line += ": " + bytes_text(static_cast<std::uint64_t>(step.bytes_done));
    }
    if (!step.message.empty() && step.message != last_message_) console_.out(visible(step.message) + "\n");
    if (!step.message.empty()) last_message_ = step.message;
    const auto now = std::chrono::steady_clock::now();
    const std::string title = step.step + step.file;
    const bool is_news = title != last_title_ || now - last_line_ > std::chrono::seconds(10);
    if (console_.terminal()) return console_.transient(line);
    if (!is_news || step.file.empty()) return;
    last_title_ = title;
    last_line_ = now;
    console_.out(line + "\n");
  }

 private:
  Console& console_;
  bool silent_;
  std::string last_title_, last_message_;
  std::chrono::steady_clock::time_point last_line_;
};

}  // namespace

int run_config_check(const ConfigOptions& options, Console& console) {
  const auto settings = load_settings(options.file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  if (options.json) {
    console.out(config::to_value(*settings).dump(true) + "\n");
    return kDone;
  }
  console.out((settings->source.empty() ? "built-in configuration" : settings->source) + ": ok (" +
              plural(settings->models.size(), "model") + ", " + plural(settings->aliases.size(), "alias") +
              ", " + plural(settings->apps.size(), "app") + ", " + plural(settings->agents.size(), "agent") + ", " +
              plural(settings->auth.keys.size(), "key") + ", " + plural(settings->sizes.size(), "size") + ")\n");
  return kDone;
}

int run_doctor(const ConfigOptions& options, const Hooks& hooks, Console& console) {
  const auto settings = load_settings(options.file);
  if (!settings) return console.fail(kUsage, settings.error().message);
  console.transient("building a probe box");
  const std::vector<DoctorCheck> checks = hooks.doctor_checks(*settings);
  const auto failed = static_cast<std::size_t>(std::count_if(checks.begin(), checks.end(), [](const DoctorCheck& c) { return !c.ok; }));
  if (options.json) {
    std::vector<Value> list;
    for (const DoctorCheck& check : checks) {
      list.push_back(json::object({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}, {"remedy", check.remedy}}));
    }
    console.out(json::object({{"ok", failed == 0}, {"checks", json::array(list)}}).dump(true) + "\n");
    return failed ? kFailed : kDone;
  }
  std::size_t widest = 0;
  for (const DoctorCheck& check : checks) widest = std::max(widest, display_width(check.name));
  const Paint paint = console.paint();
  std::string out;
  for (const DoctorCheck& check : checks) {
    out += (check.ok ? paint(Style::green, "ok    ") : paint(Style::red, "FAILED")) + "  " + check.name +
           std::string(widest - display_width(check.name) + 2, ' ') + visible(check.detail) + "\n";
    if (!check.ok && !check.remedy.empty()) out += "        " + paint(Style::yellow, "to do: ") + visible(check.remedy) + "\n";
  }
  out += "\n" + (failed ? std::to_string(failed) + " of " + plural(checks.size(), "check") + " failed" : "all " + plural(checks.size(), "check") + " passed") + "\n";
  console.out(out);
  return failed ? kFailed : kDone;
}

int run_plugin_inspect(const PluginOptions& options, const Hooks& hooks, Console& console) {
  const auto facts = hooks.inspect_plugin(options.file);
  if (!facts) return console.fail(kFailed, options.file + ": " + facts.error().message);
  console.out(options.json ? facts->dump(true) + "\n" : object_text(*facts));
  return kDone;
}

namespace {

/// Work that takes long, tells how far it is, and ends on Ctrl-C.
template <class Work>
int with_progress(const ModelOptions& options, Console& console, const Work& work) {
  std::atomic<bool> stopped = false;
  const StopSignals signals([&] { stopped = true; });
  PullView view(console, options.json);
  const PullProgressFn show = [&](const PullStep& step) {
    view.show(step);
    return !stopped;
  };
  return with_model(options, console, static_cast<bool>(work), [&](const config::ModelSettings& model) { return work(model, show); });
}

}  // namespace

int run_model_pull(const ModelOptions& options, const Hooks& hooks, Console& console) {
  return with_progress(options, console, hooks.model.pull);
}

int run_model_build_runtime(const ModelOptions& options, const Hooks& hooks, Console& console) {
  return with_progress(options, console, hooks.model.build_runtime);
}

int run_model_status(const ModelOptions& options, const Hooks& hooks, Console& console) {
  bool complete = false;
  const int code = with_model(options, console, static_cast<bool>(hooks.model.status), [&](const config::ModelSettings& model) {
    auto status = hooks.model.status(model);
    complete = status && (*status)["complete"].as_bool().value_or(false);
    return status;
  });
  return code == kDone && !complete ? kFailed : code;
}

int run_model_remove(const ModelOptions& options, const Hooks& hooks, Console& console) {
  return with_model(options, console, static_cast<bool>(hooks.model.remove), [&](const config::ModelSettings& model) { return hooks.model.remove(model); });
}

}  // namespace collet::cli
