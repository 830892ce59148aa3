#include "install.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "artifacts.hpp"

namespace code_exec {

using collet::Call;
using collet::End;
using collet::ExecReport;
using collet::ExecResult;

namespace {

/// The clients' default registries, once they have been asked. [any-thread]
class KnownRegistries {
 public:
  std::optional<Registry> find(const std::string& interpreter) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(interpreter);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }
  void note(const std::string& interpreter, const Registry& registry) {
    const std::lock_guard lock(mutex_);
    known_[interpreter] = registry;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, Registry> known_;
};

KnownRegistries& known_registries() {
  static KnownRegistries known;
  return known;
}

struct Job {
  Call call;
  const Language* language;
  Runtime runtime;
  std::vector<std::string> packages;
  std::function<void(Call, const std::string&)> go_on;
};
using JobPtr = std::shared_ptr<Job>;

void install(const JobPtr& job, const Registry& registry) {
  auto wanted = install_request(*job->language->installer, job->language->id, job->runtime, registry, job->packages);
  if (!wanted) return job->call.fail(wanted.error());
  const auto begun = job->call.exec(*wanted, [job, key = wanted->keep.key](const ExecResult& installed) {
    if (went_well(installed)) job->go_on(job->call, key);
    else finish(job->call, installed, collet::install_report(installed));
  });
  if (!begun) job->call.fail(begun.error());
}

void ask_client(const JobPtr& job, Registry registry) {
  auto question = job->language->installer->question(job->runtime);
  if (!question) return job->call.fail(question.error());
  complete_request(job->runtime, *question);
  const auto begun = job->call.exec(*question, [job, registry = std::move(registry)](const ExecResult& answer) mutable {
    if (!went_well(answer)) return finish(job->call, answer, collet::install_report(answer));
    if (auto taken = take_answer(answer.stdout_text, registry); !taken) return job->call.fail(taken.error());
    known_registries().note(job->runtime.interpreter, registry);
    install(job, registry);
  });
  if (!begun) job->call.fail(begun.error());
}

}  // namespace

bool went_well(const ExecResult& run) { return run.outcome == COLLET_EXEC_EXITED && run.returncode == 0; }

void finish(Call& call, const ExecResult& run, const ExecReport& report) {
  if (const auto told = call.text(report.text); !told) return call.fail(told.error());
  show_pictures(call, run);
  call.finish(collet::exec_end(run, report));
}

void install_first(Call call, const Language& language, const Runtime& runtime, std::vector<std::string> packages,
                   std::function<void(Call, const std::string&)> go_on) {
  call.progress("installing " + listed(packages));
  auto configured = language.installer->configured();
  if (!configured) return call.fail(configured.error());
  const auto job = std::make_shared<Job>(Job{std::move(call), &language, runtime, std::move(packages), std::move(go_on)});
  if (!configured->urls.empty()) return install(job, *configured);
  if (const auto known = known_registries().find(runtime.interpreter)) return install(job, *known);
  ask_client(job, *std::move(configured));
}

}  // namespace code_exec
