// Whatever a model writes: the repaired text is a JSON object, and stays as it is
// when repaired again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collet/json.hpp"
#include "llm/args_repair.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto mended = collet::llm::repair_arguments(text);
  if (!mended) return 0;
  const auto parsed = collet::Value::parse(*mended);
  if (!parsed || !parsed->is_object()) std::abort();
  if (collet::llm::repair_arguments(*mended) != mended) std::abort();
  return 0;
}
