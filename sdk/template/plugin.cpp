// A complete plugin: one tool, one option, one file.
#include <algorithm>
#include <sstream>
#include <string>

#include "collet/plugin.hpp"

namespace {

using namespace collet;

class MyPlugin {
 public:
  /// `config` has passed the config_schema below.
  MyPlugin(Host, const Value& config) : longest_(config["longest"].as_bool().value_or(true)) {}

  std::vector<ToolSpec> tools() const {
    ToolSpec count;
    count.name = "my_plugin_count";
    count.title = "Count words";
    count.description = "Counts the words and lines of a text and finds its longest word.";
    count.input_schema = R"json({
      "type": "object",
      "properties": {
        "text": {"type": "string", "description": "The text to look at."},
        "min_length": {"type": "integer", "minimum": 1, "default": 1, "description": "Shorter words do not count."}
      },
      "required": ["text"],
      "additionalProperties": false
    })json";
    count.examples = {{"How many words has 'to be or not to be'?", "count the words of the sentence",
                       R"json({"text": "to be or not to be"})json", R"json({"words":6,"lines":1,"longest":"not"})json",
                       "It has 6 words."}};
    count.idempotent = true;
    return {count};
  }

  // run() may block and runs on a worker thread. A tool that waits for something
  // has start(Call, Args) instead, returns at once and calls finish() later.
  Result<Value> run(Call& call, const Args& args) {
    const auto text = args.string("text");
    if (!text) return text.error();
    const auto min_length = args.optional_int("min_length", 1);
    if (!min_length) return min_length.error();

    std::istringstream words(*text);
    std::string word, longest;
    std::int64_t count = 0;
    while (words >> word) {
      if (call.cancelled()) return Error{Errc::cancelled, "stopped counting"};
      if (static_cast<std::int64_t>(word.size()) < *min_length) continue;
      ++count;
      if (word.size() > longest.size()) longest = word;
    }
    const auto lines = text->empty() ? 0 : std::count(text->begin(), text->end(), '\n') + 1;
    Members result = {{"words", count}, {"lines", static_cast<std::int64_t>(lines)}};
    if (longest_) result.emplace_back("longest", longest);
    return json::object(result);
  }

 private:
  bool longest_;
};

}  // namespace

COLLET_PLUGIN(MyPlugin, R"json({
  "id": "my_plugin",
  "version": "0.1.0",
  "description": "Counts words",
  "license": "Apache-2.0",
  "capabilities": [],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "longest": {"type": "boolean", "default": true, "description": "Name the longest word, too."}
    }
  }
})json")
