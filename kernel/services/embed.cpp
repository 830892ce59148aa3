// collet.embed/1: from the C request to a model and back.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/io_threads.hpp"
#include "base/text.hpp"
#include "collet/sized.hpp"
#include "services/model_time.hpp"
#include "services/origin.hpp"
#include "services/services.hpp"
#include "services/tables.hpp"

namespace collet::services {
namespace {

constexpr std::uint32_t kTextsMax = 96;

struct EmbedJob {
  std::shared_ptr<Services> services;
  std::shared_ptr<Scope> scope;
  std::string model;
  std::vector<std::string> texts;
  std::int64_t timeout_ms = 0;
  collet_embed_done_fn done = nullptr;
  void* user = nullptr;
};

void tell(const EmbedJob& job, const Result<base::Embeddings>& made) {
  collet_embed_result out = {};
  out.struct_size = sizeof(out);
  if (made) {
    out.model = to_str(made->model);
    out.values = made->values.data();
    out.dimensions = made->dimensions;
    out.text_count = static_cast<std::uint32_t>(job.texts.size());
  } else {
    out.status = static_cast<collet_status>(made.error().code);
    out.message = to_str(made.error().message);
  }
  job.done(job.user, &out);
}

boost::asio::awaitable<void> carry_out(std::shared_ptr<EmbedJob> job) {
  ModelTime time(*job->scope, job->timeout_ms);
  Result<base::Embeddings> made = time.over();
  if (!time.is_over()) {
    made = co_await job->services->models->embed(job->scope->io(), job->model, job->texts, time.token());
    if (!made) made = time.reason_of(made.error());
  }
  tell(*job, made);
}

collet_status embed(collet_call call, const collet_embed_request* given, collet_embed_done_fn done, void* user) noexcept {
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  std::shared_ptr<Scope> scope;
  const collet_status allowed = authorize(call, 0, scope);
  if (allowed != COLLET_OK) return allowed;
  const Origin& origin = origin_of(call);
  const collet_embed_request from = read_struct(given);
  if (origin.services->models == nullptr || from.flags != 0) return COLLET_E_UNAVAILABLE;
  if (from.text_count == 0 || from.text_count > kTextsMax) return COLLET_E_INVALID;
  EmbedJob job{origin.services, scope, std::string(to_view(from.model)), {}, from.timeout_ms, done, user};
  for (std::uint32_t i = 0; i < from.text_count; ++i) {
    std::string text(to_view(from.texts[i]));
    if (text.empty() || base::repair_utf8(text) != text) return COLLET_E_INVALID;
    job.texts.push_back(std::move(text));
  }
  base::spawn(scope->io(), "vectors for a plugin", carry_out(std::make_shared<EmbedJob>(std::move(job))));
  return COLLET_PENDING;
}

}  // namespace

const collet_embed kEmbedTable = {sizeof(collet_embed), 0, &embed};

}  // namespace collet::services
