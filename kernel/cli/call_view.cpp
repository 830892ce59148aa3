#include "cli/call_view.hpp"

#include <cmath>

#include "cli/result_view.hpp"
#include "cli/signals.hpp"

namespace collet::cli {
namespace {

std::string result_text(const ResultView& view) {
  std::string out = visible(view.stdout_text);
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  const std::string value = visible(view.text);
  if (!value.empty()) out += (view.returncode ? "= " : "") + value + (value.ends_with('\n') ? "" : "\n");
  return out;
}

void show_result(const Value& answer, const ResultView& view, Console& console) {
  const std::string errors = visible(view.stderr_text);
  if (view.is_error && view.stdout_text.empty() && errors.empty()) console.fail(kFailed, view.text);
  else console.out(result_text(view));
  if (!errors.empty()) console.err(errors + (errors.ends_with('\n') ? "" : "\n"));
  if (console.terminal()) {
    const auto ms = static_cast<std::int64_t>(std::llround(answer["duration_ms"].as_double().value_or(0)));
    std::string line = duration_text(ms);
    if (view.returncode) line += ", returncode " + std::to_string(*view.returncode);
    if (!view.status.empty()) line += ", " + visible(view.status);
    console.err(console.paint()(Style::dim, line) + "\n");
  } else if (view.returncode.value_or(0) != 0 && errors.empty()) {
    console.err("returncode " + std::to_string(*view.returncode) + "\n");
  }
}

}  // namespace

int call_and_show(Session& session, const CallRequest& request, Console& console) {
  const StopSignals signals([client = &session.client()] { client->cancel(); });
  console.transient("running " + std::string(request.label));
  const auto answer = session.client().post(request.path, request.body);
  if (!answer) return console.fail(kFailed, answer.error().message);
  if (!session.client().warning().empty()) console.err("note: " + visible(session.client().warning()) + "\n");
  const ResultView view = view_result((*answer)["content"], (*answer)["isError"].as_bool().value_or(false));
  if (request.json) console.out(answer->dump() + "\n");
  else show_result(*answer, view, console);
  return view.is_error || view.returncode.value_or(0) != 0 ? kFailed : kDone;
}

}  // namespace collet::cli
