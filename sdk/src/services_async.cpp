// The services that answer later: exec and http.
#include <future>
#include <memory>
#include <type_traits>

#include "collet/services.hpp"
#include "collet/sized.hpp"
#include "collet/str.hpp"
#include "not_granted.hpp"

namespace collet {
namespace {

std::vector<collet_str> to_strs(const std::vector<std::string>& texts) {
  std::vector<collet_str> out;
  for (const auto& text : texts) out.push_back(to_str(text));
  return out;
}

ExecResult to_result(const collet_exec_result& from) {
  ExecResult out;
  out.outcome = from.outcome;
  out.returncode = from.returncode;
  out.signal = from.signal;
  out.stdout_text = to_view(from.stdout_text);
  out.stderr_text = to_view(from.stderr_text);
  out.captured = to_view(from.captured);
  out.message = to_view(from.message);
  out.wall_us = from.wall_us;
  out.cpu_us = from.cpu_us;
  out.max_rss_bytes = from.max_rss_bytes;
  out.stdout_omitted_bytes = from.stdout_omitted_bytes;
  out.stderr_omitted_bytes = from.stderr_omitted_bytes;
  for (std::uint32_t i = 0; i < from.file_count; ++i) {
    out.files.push_back({std::string(to_view(from.files[i].name)), std::string(to_view(from.files[i].data))});
  }
  out.files_skipped = from.files_skipped;
  out.first_skipped = to_view(from.first_skipped);
  out.session = from.session;
  return out;
}

Result<HttpResponse> to_response(const collet_http_result& from) {
  if (from.status < 0) return Error{to_errc(from.status), std::string(to_view(from.message))};
  HttpResponse out;
  out.status = from.http_status;
  out.body = to_view(from.body);
  out.url = to_view(from.url);
  out.is_cached = (from.flags & COLLET_HTTP_FROM_CACHE) != 0;
  for (std::uint32_t i = 0; i < from.header_count; ++i) {
    out.headers.emplace_back(to_view(from.headers[i].name), to_view(from.headers[i].value));
  }
  return out;
}

using ExecDone = std::function<void(ExecResult)>;
using HttpDone = std::function<void(Result<HttpResponse>)>;

// The host calls these from its own threads: nothing may be thrown into it.
void exec_done(void* user, const collet_exec_result* result) noexcept {
  const std::unique_ptr<ExecDone> done(static_cast<ExecDone*>(user));
  try {
    (*done)(to_result(read_struct(result)));
  } catch (...) {  // the Call that the callback held fails as it goes
  }
}

struct HttpUser {
  HttpDone done;
  std::function<bool(std::string_view)> on_body;
};

void http_done(void* user, const collet_http_result* result) noexcept {
  const std::unique_ptr<HttpUser> whole(static_cast<HttpUser*>(user));
  try {
    whole->done(to_response(read_struct(result)));
  } catch (...) {  // as above
  }
}

std::int32_t http_body(void* user, collet_str piece) noexcept {
  try {
    return static_cast<HttpUser*>(user)->on_body(to_view(piece)) ? 0 : 1;
  } catch (...) {
    return 1;
  }
}

std::string exec_refusal(collet_status status) {
  switch (status) {
    case COLLET_E_INVALID: return "the sandbox request is malformed";
    case COLLET_E_CLOSED: return "the call is over";
    case COLLET_E_DENIED: return "the tool's effects name neither RUNS_CODE nor RUNS_PROGRAMS, or not SECRETS for app_env";
    case COLLET_E_UNAVAILABLE: return "this host does not know what the sandbox request asks for";
    default: return "the host refused to run the program";
  }
}

Result<Embeddings> to_embeddings(const collet_embed_result& from) {
  if (from.status < 0) return Error{to_errc(from.status), std::string(to_view(from.message))};
  Embeddings out{std::string(to_view(from.model)), {}};
  for (std::size_t i = 0; i < from.text_count; ++i) {
    const float* first = from.values + i * from.dimensions;
    out.vectors.emplace_back(first, first + from.dimensions);
  }
  return out;
}

using EmbedDone = std::function<void(Result<Embeddings>)>;

void embed_done(void* user, const collet_embed_result* result) noexcept {
  const std::unique_ptr<EmbedDone> done(static_cast<EmbedDone*>(user));
  try {
    (*done)(to_embeddings(read_struct(result)));
  } catch (...) {  // as above
  }
}

std::string embed_refusal(collet_status status) {
  switch (status) {
    case COLLET_E_INVALID: return "there is no text to embed, or too many, or one that is empty or no UTF-8";
    case COLLET_E_CLOSED: return "the call is over";
    case COLLET_E_UNAVAILABLE: return "this server embeds nothing for plugins";
    default: return "the host refused to embed the texts";
  }
}

using CompleteDone = std::function<void(Result<Completion>)>;

Result<Completion> to_completion(const collet_complete_result& from) {
  if (from.status < 0) return Error{to_errc(from.status), std::string(to_view(from.message))};
  return Completion{std::string(to_view(from.model)), std::string(to_view(from.text)), (from.flags & COLLET_COMPLETE_CUT) != 0, from.prompt_tokens,
                    from.completion_tokens};
}

void complete_done(void* user, const collet_complete_result* result) noexcept {
  const std::unique_ptr<CompleteDone> done(static_cast<CompleteDone*>(user));
  try {
    (*done)(to_completion(read_struct(result)));
  } catch (...) {  // as above
  }
}

std::string complete_refusal(collet_status status) {
  switch (status) {
    case COLLET_E_INVALID: return "there is no text for the model, or it is no UTF-8";
    case COLLET_E_LIMIT: return "the text for the model is longer than " + std::to_string(COLLET_COMPLETE_BYTES_MAX) + " bytes";
    case COLLET_E_CLOSED: return "the call is over";
    case COLLET_E_UNAVAILABLE: return "this server has no models for plugins";
    default: return "the host refused to ask a model";
  }
}

std::string http_refusal(collet_status status) {
  switch (status) {
    case COLLET_E_INVALID: return "the HTTP request is malformed";
    case COLLET_E_CLOSED: return "the call is over";
    case COLLET_E_DENIED: return "the tool's effects do not name NETWORK";
    case COLLET_E_UNAVAILABLE: return "outgoing HTTP for plugins is not available on this server";
    default: return "the host refused the HTTP request";
  }
}

/// @param begin starts what ends with the callback it is given, or says why it cannot.
template <class T, class Begin>
Result<T> wait_for(const Begin& begin) {
  const auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  const Result<void> begun = begin([promise](Result<T> result) { promise->set_value(std::move(result)); });
  if (!begun) return begun.error();
  return future.get();
}

}  // namespace

Result<void> Services::exec(const ExecRequest& request, ExecDone done) const {
  if (!tables_->exec) return not_granted("exec");
  const auto argv = to_strs(request.argv);
  const auto env = to_strs(request.env);
  const auto roots = to_strs(request.roots);
  std::vector<collet_exec_input> inputs;
  for (const auto& input : request.inputs) inputs.push_back({input.fd, (input.late ? COLLET_EXEC_INPUT_LATE : 0u) | (input.fork ? COLLET_EXEC_INPUT_FORK : 0u), to_str(input.data)});

  collet_exec_request out = {};
  out.struct_size = sizeof(out);
  out.flags = (request.app_root ? COLLET_EXEC_APP_ROOT : 0u) | (request.app_env ? COLLET_EXEC_APP_ENV : 0u) |
              (request.live_output ? COLLET_EXEC_LIVE_OUTPUT : 0u) | (request.app_scratch ? COLLET_EXEC_APP_SCRATCH : 0u) |
              (request.files ? COLLET_EXEC_FILES : 0u) | (request.app_network ? COLLET_EXEC_APP_NETWORK : 0u) |
              (request.session ? COLLET_EXEC_SESSION : 0u);
  if (request.session) out.session = to_str(*request.session);
  out.argv = argv.data();
  out.argv_count = static_cast<std::uint32_t>(argv.size());
  out.env = env.data();
  out.env_count = static_cast<std::uint32_t>(env.size());
  out.roots = roots.data();
  out.root_count = static_cast<std::uint32_t>(roots.size());
  out.inputs = inputs.data();
  out.input_count = static_cast<std::uint32_t>(inputs.size());
  out.capture_fd = request.capture_fd;
  out.timeout_ms = request.timeout_ms;
  const auto trees = to_strs(request.trees);
  const auto hosts = to_strs(request.hosts);
  out.trees = trees.data();
  out.tree_count = static_cast<std::uint32_t>(trees.size());
  out.hosts = hosts.data();
  out.host_count = static_cast<std::uint32_t>(hosts.size());
  const collet_exec_keep keep = {sizeof(collet_exec_keep), request.keep.seconds_max, to_str(request.keep.key), to_str(request.keep.label)};
  if (!request.keep.key.empty()) out.keep = &keep;

  auto user = std::make_unique<ExecDone>(std::move(done));
  const collet_status status = tables_->exec->run(call_, &out, exec_done, user.get());
  if (status != COLLET_PENDING) return Error{to_errc(status), exec_refusal(status)};
  user.release();  // exec_done owns it
  return {};
}

Result<ExecResult> Services::exec_wait(const ExecRequest& request) const {
  return wait_for<ExecResult>([&](auto done) { return exec(request, std::move(done)); });
}

Result<Value> Services::exec_runtime(std::string_view language) const {
  if (!tables_->exec || !COLLET_HAS_SLOT(tables_->exec, runtime)) return not_granted("exec");
  std::string found;
  const collet_status status = tables_->exec->runtime(call_, to_str(language), assign_text, &found);
  if (status < 0) return Error{to_errc(status), "no interpreter is configured for " + std::string(language)};
  return Value::parse(found);
}

Result<void> Services::http(const HttpRequest& request, HttpDone done) const {
  if (!tables_->http) return not_granted("http");
  std::vector<collet_http_header> headers;
  for (const auto& [name, value] : request.headers) headers.push_back({to_str(name), to_str(value)});
  collet_http_request out = {};
  out.struct_size = sizeof(out);
  out.flags = (request.follow_redirects ? 0u : COLLET_HTTP_NO_REDIRECTS) | (request.use_cache ? 0u : COLLET_HTTP_NO_CACHE);
  out.method = to_str(request.method);
  out.url = to_str(request.url);
  out.body = to_optional_str(request.body);
  out.headers = headers.data();
  out.header_count = static_cast<std::uint32_t>(headers.size());
  out.timeout_ms = request.timeout_ms;
  out.response_bytes_max = request.response_bytes_max;
  if (request.on_body) out.on_body = http_body;

  auto user = std::make_unique<HttpUser>(HttpUser{std::move(done), request.on_body});
  const collet_status status = tables_->http->request(call_, &out, http_done, user.get());
  if (status != COLLET_PENDING) return Error{to_errc(status), http_refusal(status)};
  user.release();  // http_done owns it
  return {};
}

Result<HttpResponse> Services::http_wait(const HttpRequest& request) const {
  return wait_for<HttpResponse>([&](auto done) { return http(request, std::move(done)); });
}

Result<void> Services::complete(const CompleteRequest& request, CompleteDone done) const {
  if (!tables_->complete) return not_granted("complete");
  collet_complete_request out = {};
  out.struct_size = sizeof(out);
  out.model = to_optional_str(request.model);
  out.instructions = to_optional_str(request.instructions);
  out.text = to_str(request.text);
  out.tokens_max = request.tokens_max;
  out.timeout_ms = request.timeout_ms;
  auto user = std::make_unique<CompleteDone>(std::move(done));
  const collet_status status = tables_->complete->complete(call_, &out, complete_done, user.get());
  if (status != COLLET_PENDING) return Error{to_errc(status), complete_refusal(status)};
  user.release();  // complete_done owns it
  return {};
}

Result<Completion> Services::complete_wait(const CompleteRequest& request) const {
  return wait_for<Completion>([&](auto done) { return complete(request, std::move(done)); });
}

Result<void> Services::embed(const EmbedRequest& request, EmbedDone done) const {
  if (!tables_->embed) return not_granted("embed");
  const auto texts = to_strs(request.texts);
  collet_embed_request out = {};
  out.struct_size = sizeof(out);
  out.model = to_optional_str(request.model);
  out.texts = texts.data();
  out.text_count = static_cast<std::uint32_t>(texts.size());
  out.timeout_ms = request.timeout_ms;
  auto user = std::make_unique<EmbedDone>(std::move(done));
  const collet_status status = tables_->embed->embed(call_, &out, embed_done, user.get());
  if (status != COLLET_PENDING) return Error{to_errc(status), embed_refusal(status)};
  user.release();  // embed_done owns it
  return {};
}

Result<Embeddings> Services::embed_wait(const EmbedRequest& request) const {
  return wait_for<Embeddings>([&](auto done) { return embed(request, std::move(done)); });
}

}  // namespace collet
