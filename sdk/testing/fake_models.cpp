// The fake host's models: what a test lets them say.
#include "fake_state.hpp"

#include "collet/sized.hpp"

namespace collet::testing {
namespace {

collet_status embed_texts(collet_call call, const collet_embed_request* given, collet_embed_done_fn done, void* user) noexcept {
  std::shared_ptr<FakeCall::State> state;
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  const collet_embed_request from = read_struct(given);
  if (const auto allowed = authorize(call, 0, state); allowed != COLLET_OK) return allowed;
  auto& host = state_of(call);
  if (!host.owner.on_embed || from.flags != 0) return COLLET_E_UNAVAILABLE;
  EmbedRequest request{to_texts(from.texts, from.text_count), std::string(to_view(from.model)), from.timeout_ms};
  if (request.texts.empty()) return COLLET_E_INVALID;
  host.run_later([&host, request = std::move(request), done, user] {
    const auto made = host.owner.on_embed(request);
    std::vector<float> values;
    collet_embed_result out = {};
    out.struct_size = sizeof(out);
    if (!made) {
      out.status = static_cast<collet_status>(made.error().code);
      out.message = to_str(made.error().message);
    } else {
      for (const auto& vector : made->vectors) values.insert(values.end(), vector.begin(), vector.end());
      out.model = to_str(made->model);
      out.values = values.data();
      out.text_count = static_cast<std::uint32_t>(made->vectors.size());
      out.dimensions = made->vectors.empty() ? 0 : static_cast<std::uint32_t>(made->vectors.front().size());
    }
    done(user, &out);
  });
  return COLLET_PENDING;
}

collet_status complete_text(collet_call call, const collet_complete_request* given, collet_complete_done_fn done, void* user) noexcept {
  std::shared_ptr<FakeCall::State> state;
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  const collet_complete_request from = read_struct(given);
  if (const auto allowed = authorize(call, 0, state); allowed != COLLET_OK) return allowed;
  auto& host = state_of(call);
  if (!host.owner.on_complete || from.flags != 0) return COLLET_E_UNAVAILABLE;
  if (from.text.len == 0) return COLLET_E_INVALID;
  if (from.text.len + from.instructions.len > COLLET_COMPLETE_BYTES_MAX) return COLLET_E_LIMIT;
  CompleteRequest request{std::string(to_view(from.text)), std::string(to_view(from.instructions)), std::string(to_view(from.model)), from.tokens_max,
                          from.timeout_ms};
  host.run_later([&host, request = std::move(request), done, user] {
    const auto made = host.owner.on_complete(request);
    collet_complete_result out = {};
    out.struct_size = sizeof(out);
    if (!made) {
      out.status = static_cast<collet_status>(made.error().code);
      out.message = to_str(made.error().message);
    } else {
      out.model = to_str(made->model);
      out.text = to_str(made->text);
      out.prompt_tokens = made->prompt_tokens;
      out.completion_tokens = made->completion_tokens;
      out.flags = made->is_cut ? COLLET_COMPLETE_CUT : 0;
    }
    done(user, &out);
  });
  return COLLET_PENDING;
}

constexpr collet_embed kEmbed = {sizeof(collet_embed), 0, embed_texts};
constexpr collet_complete kComplete = {sizeof(collet_complete), 0, complete_text};

}  // namespace

const void* fake_model_service(std::string_view id) {
  if (id == COLLET_EMBED_ID) return &kEmbed;
  if (id == COLLET_COMPLETE_ID) return &kComplete;
  return nullptr;
}

}  // namespace collet::testing
