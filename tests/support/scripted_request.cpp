// What the scripted server reads out of a request.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "support/scripted_turn.hpp"

namespace collet::testing {

namespace {
using Pairs = std::vector<std::pair<std::string, std::string>>;
}

std::size_t turn_index_of(const Value& request) {
  const Value messages = request["messages"];
  std::size_t count = 0;
  for (std::size_t i = messages.size(); i-- > 0;) {
    const auto role = messages.at(i)["role"].string_or("");
    const bool shows_pictures = i > 0 && messages.at(i - 1)["role"].string_or("") == "tool";
    if (role == "user" && !shows_pictures) break;
    if (role == "assistant") ++count;
  }
  return count;
}

std::string last_text(const Value& request) {
  const Value messages = request["messages"];
  if (messages.size() == 0) return {};
  const Value content = messages.at(messages.size() - 1)["content"];
  if (const auto text = content.as_string()) return std::string(*text);
  return content.is_null() ? std::string() : content.dump();
}

namespace {

std::string check_tools(const Value& wanted, const Value& request) {
  std::vector<Value> offered;
  for (std::size_t i = 0; i < request["tools"].size(); ++i) {
    offered.push_back(request["tools"].at(i)["function"]["name"]);
  }
  const Value names = json::array(offered);
  return names == wanted ? "" : "expected the tools " + wanted.dump() + ", got " + names.dump();
}

std::string check_members(const Value& wanted, const Value& request) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = request.pointer(wanted.key_at(i));
    const Value value = found ? *found : Value();
    if (value == wanted.member_at(i)) continue;
    return "expected " + std::string(wanted.key_at(i)) + " = " + wanted.member_at(i).dump() + ", got " + value.dump();
  }
  return {};
}

std::string check_headers(const Value& wanted, const Pairs& headers) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& h) { return h.first == wanted.key_at(i); });
    if (found != headers.end() && found->second == wanted.member_at(i).string_or("")) continue;
    return "expected header " + std::string(wanted.key_at(i)) + ": " + std::string(wanted.member_at(i).string_or(""));
  }
  return {};
}

}  // namespace

std::string check_expectations(const Value& expect, std::string_view body, const Value& request, const Pairs& headers) {
  for (std::size_t i = 0; i < expect["contains"].size(); ++i) {
    const auto text = expect["contains"].at(i).string_or("");
    if (body.find(text) == std::string_view::npos) return "expected in the body: " + std::string(text);
  }
  for (std::size_t i = 0; i < expect["lacks"].size(); ++i) {
    const auto text = expect["lacks"].at(i).string_or("");
    if (body.find(text) != std::string_view::npos) return "not expected in the body: " + std::string(text);
  }
  if (expect.has("tools")) {
    if (std::string wrong = check_tools(expect["tools"], request); !wrong.empty()) return wrong;
  }
  if (std::string wrong = check_members(expect["members"], request); !wrong.empty()) return wrong;
  return check_headers(expect["headers"], headers);
}

namespace {

std::vector<float> vector_of(std::string_view text, std::size_t dimensions) {
  std::uint64_t state = 1469598103934665603ull;
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  std::vector<float> out;
  double square = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    out.push_back(static_cast<float>(static_cast<std::int64_t>(state >> 33) - (1ll << 30)) / (1ll << 30));
    square += static_cast<double>(out.back()) * out.back();
  }
  for (auto& x : out) x = static_cast<float>(x / std::sqrt(square));
  return out;
}

std::string base64(const std::vector<float>& vector) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

}  // namespace

std::string embeddings_body(const Value& request) {
  const Value input = request["input"];
  const auto dimensions = static_cast<std::size_t>(std::clamp<std::int64_t>(request["dimensions"].as_int64().value_or(8), 1, 4096));
  const bool as_base64 = request["encoding_format"].string_or("") == "base64";
  const std::size_t count = input.is_array() ? input.size() : 1;
  JsonWriter out;
  out.begin_object().member("object", "list").key("data").begin_array();
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto text = (input.is_array() ? input.at(i) : input).string_or("");
    tokens += static_cast<std::int64_t>(text.size() / 4 + 1);
    const auto vector = vector_of(text, dimensions);
    out.begin_object().member("object", "embedding").member("index", i).key("embedding");
    if (as_base64) {
      out.string(base64(vector));
    } else {
      out.begin_array();
      for (const float x : vector) out.number(static_cast<double>(x));
      out.end_array();
    }
    out.end_object();
  }
  out.end_array().member("model", request["model"]);
  out.key("usage").begin_object().member("prompt_tokens", tokens).member("total_tokens", tokens).end_object().end_object();
  return out.take();
}

}  // namespace collet::testing
