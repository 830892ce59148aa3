#include "agent/tool_result.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "collet/abi.h"
#include "collet/json.hpp"

namespace collet::agent {
namespace {

void write_content(JsonWriter& writer, const plugin::Content& content) {
  writer.begin_object();
  switch (content.kind) {
    case COLLET_CONTENT_IMAGE:
      writer.member("type", "image").member("data", base::base64(content.data));
      writer.member("mimeType", content.mime);
      break;
    case COLLET_CONTENT_BLOB:
    case COLLET_CONTENT_LINK:
      writer.member("type", "resource_link");
      writer.member("uri", content.kind == COLLET_CONTENT_BLOB ? "blob:" + content.data : content.data);
      if (!content.name.empty()) writer.member("name", content.name);
      if (!content.mime.empty()) writer.member("mimeType", content.mime);
      break;
    default:  // text, JSON, and kinds of a newer minor
      writer.member("type", "text").member("text", content.data);
  }
  writer.end_object();
}

std::string model_text(const plugin::Content& content) {
  const std::string_view label = content.name.empty() ? content.mime : content.name;
  switch (content.kind) {
    case COLLET_CONTENT_BLOB: return "[file " + std::string(label) + ", blob " + content.data + "]";
    case COLLET_CONTENT_LINK: return "[link " + content.data + "]";
    default: return content.data;
  }
}

/// Kinds that every model server knows; another would make it refuse the whole turn.
bool is_common_picture(std::string_view mime) {
  return mime == "image/png" || mime == "image/jpeg" || mime == "image/gif" || mime == "image/webp";
}

Picture picture_of(const plugin::Content& content, std::uint64_t bytes_max) {
  Picture picture;
  picture.name = content.name.empty() ? content.mime : content.name;
  picture.bytes = content.data.size();
  if (picture.bytes <= bytes_max && is_common_picture(content.mime)) picture.url = "data:" + content.mime + ";base64," + base::base64(content.data);
  return picture;
}

std::string failure_text(const plugin::CallOutcome& outcome) {
  return outcome.status ? std::string() : outcome.status.error().message;
}

}  // namespace

std::vector<Picture> pictures_of(const plugin::CallOutcome& outcome, std::uint64_t bytes_max) {
  std::vector<Picture> pictures;
  for (const auto& content : outcome.contents) {
    if (content.kind == COLLET_CONTENT_IMAGE) pictures.push_back(picture_of(content, bytes_max));
  }
  return pictures;
}

std::string to_call_tool_result(const plugin::CallOutcome& outcome) {
  JsonWriter writer;
  writer.begin_object().key("content").begin_array();
  for (const auto& content : outcome.contents) write_content(writer, content);
  const std::string failure = failure_text(outcome);
  if (!failure.empty()) {
    writer.begin_object().member("type", "text").member("text", failure).end_object();
  }
  writer.end_array();
  if (outcome.contents.size() == 1 && outcome.contents[0].kind == COLLET_CONTENT_JSON) {
    // Line ends in JSON stand between its tokens only, and would break the event
    // that this goes into.
    std::string json = outcome.contents[0].data;
    std::ranges::replace_if(json, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    writer.key("structuredContent").raw(json);
  }
  writer.member("isError", outcome.is_error || !outcome.status).end_object();
  return writer.take();
}

CallEnded to_call_ended(std::size_t index, const plugin::Tool& tool,
                        const plugin::CallOutcome& outcome, std::uint64_t picture_bytes_max) {
  CallEnded end;
  end.index = index;
  end.is_error = outcome.is_error || !outcome.status;
  end.is_empty = outcome.is_empty;
  end.result = to_call_tool_result(outcome);
  end.pictures = pictures_of(outcome, picture_bytes_max);
  for (const auto& content : outcome.contents) {
    if (content.kind == COLLET_CONTENT_IMAGE) continue;
    if (!end.text.empty()) end.text += '\n';
    end.text += model_text(content);
  }
  const std::string failure = failure_text(outcome);
  if (!failure.empty()) end.text += (end.text.empty() ? "" : "\n") + failure;
  std::string later = plugin::redact(tool, end.text);
  if (later != end.text) end.later_text = std::move(later);
  return end;
}

}  // namespace collet::agent
