// collet.complete/1: from the C request to a model and back.
#include <memory>
#include <string>
#include <utility>

#include "base/io_threads.hpp"
#include "base/text.hpp"
#include "collet/sized.hpp"
#include "services/model_time.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

struct CompleteJob {
  std::shared_ptr<Services> services;
  std::shared_ptr<Scope> scope;
  base::CompletionRequest request;
  collet_complete_done_fn done = nullptr;
  void* user = nullptr;
};

void tell(const CompleteJob& job, const Result<base::Completion>& made) {
  collet_complete_result out = {};
  out.struct_size = sizeof(out);
  if (made) {
    out.model = to_str(made->model);
    out.text = to_str(made->text);
    out.prompt_tokens = static_cast<std::uint64_t>(made->prompt_tokens);
    out.completion_tokens = static_cast<std::uint64_t>(made->completion_tokens);
    out.flags = made->is_cut ? COLLET_COMPLETE_CUT : 0;
  } else {
    out.status = static_cast<collet_status>(made.error().code);
    out.message = to_str(made.error().message);
  }
  job.done(job.user, &out);
}

boost::asio::awaitable<void> carry_out(std::shared_ptr<CompleteJob> job) {
  ModelTime time(*job->scope, job->request.timeout_ms);
  Result<base::Completion> made = time.over();
  if (!time.is_over()) {
    job->request.timeout_ms = time.limit_ms();
    made = co_await job->services->models->complete(job->scope->io(), std::move(job->request), time.token());
    if (!made) made = time.reason_of(made.error());
  }
  tell(*job, made);
}

bool is_text(std::string_view text) { return base::repair_utf8(text) == text; }

collet_status complete(collet_call call, const collet_complete_request* given, collet_complete_done_fn done, void* user) noexcept {
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, 0, scope);
  if (allowed != COLLET_OK) return allowed;
  const Origin& origin = origin_of(call);
  const collet_complete_request from = read_struct(given);
  if (origin.services->models == nullptr || from.flags != 0) return COLLET_E_UNAVAILABLE;
  const std::string_view instructions = to_view(from.instructions), text = to_view(from.text);
  if (instructions.size() + text.size() > COLLET_COMPLETE_BYTES_MAX) return COLLET_E_LIMIT;
  if (text.empty() || !is_text(text) || !is_text(instructions)) return COLLET_E_INVALID;
  const Scope::Facts facts = scope->facts();
  CompleteJob job{origin.services, scope, {}, done, user};
  job.request = {std::string(to_view(from.model)), std::string(instructions), std::string(text), from.tokens_max, from.timeout_ms,
                 std::string(facts.caller)};
  if (job.request.model.empty() && facts.run) job.request.model = facts.run->model;
  base::spawn(scope->io(), "a text for a plugin", carry_out(std::make_shared<CompleteJob>(std::move(job))));
  return COLLET_PENDING;
}

}  // namespace

const collet_complete kCompleteTable = {sizeof(collet_complete), 0, &complete};

}  // namespace collet::services
