// Reads documents: pages, PDFs, Office documents and texts become Markdown.
#include <string>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "collet/plugin.hpp"
#include "document.hpp"
#include "options.hpp"
#include "pdf.hpp"
#include "request.hpp"
#include "source.hpp"
#include "summary.hpp"
#include "tools.hpp"

namespace doc_reader {

using namespace collet;

class DocReader {
 public:
  DocReader(Host, const Value& config) : limits_(limits_of(config)) {}

  std::vector<ToolSpec> tools() const { return doc_reader::tools(); }

  /// A model sees the mode that asks a model only where it may be used.
  Result<Specialized> specialize(const SpecializeRequest& request) const {
    if (request.tool != kDocReader || !allows_summary(request.tool_params)) return Specialized{};
    return Specialized{"", schema_with_summary()};
  }

  Result<std::string> run(Call& call, std::string_view tool, const Args& args) {
    const auto bytes_max = static_cast<std::size_t>(call.info().output_bytes_max);
    if (tool != kDocReader) return convert(call, tool, args, bytes_max);
    const auto request = read_request(args, limits_);
    if (!request) return request.error();
    const auto source = fetch_source(call, args, limits_);
    if (!source) return source.error();
    const Extent extent = request->mode == Mode::full ? Extent::whole : Extent::article;
    const auto document = read(call, *source, extent, request->pages.value_or(PageRange{}));
    if (!document) return document.error();
    const std::string& origin = source->url.empty() ? source->name : source->url;
    if (request->mode == Mode::summary) return summary_of(call, *request, *document, origin, limits_);
    return answer_to(*request, *document, origin, bytes_max);
  }

 private:
  Result<std::string> convert(Call& call, std::string_view tool, const Args& args, std::size_t bytes_max) {
    const auto source = fetch_source(call, args, limits_);
    if (!source) return source.error();
    const Kind kind = kind_of(*source);
    // Who asks for a PDF may mean one that has lost its header: its reader will see.
    const bool wants_pdf = tool == kPdfToMarkdown, may_be_pdf = kind == Kind::pdf || (wants_pdf && kind == Kind::binary);
    if (wants_pdf != may_be_pdf) {
      const std::string what = "the document is " + std::string(name_of(kind));
      return args.error("url", what + (wants_pdf ? "; expected a PDF. For web pages and texts use " : "; for PDFs use ") + std::string(wants_pdf ? kHtmlToMarkdown : kPdfToMarkdown));
    }
    const auto document = wants_pdf ? read_pdf(call, *source, {}, limits_) : read_document(*source, Extent::whole, limits_);
    if (!document) return document.error();
    return whole_answer(*document, bytes_max);
  }

  Result<Document> read(const Call& call, const Source& source, Extent extent, const PageRange& pages = {}) const {
    if (kind_of(source) == Kind::pdf) return read_pdf(call, source, pages, limits_);
    return read_document(source, extent, limits_, pages);
  }

  Limits limits_;
};

}  // namespace doc_reader

COLLET_PLUGIN(doc_reader::DocReader, R"json({
  "id": "doc_reader",
  "version": "0.1.0",
  "description": "Reads web pages, PDFs, Office documents and texts as Markdown",
  "license": "Apache-2.0",
  "status": "draft",
  "capabilities": ["exec", "http", "blob", "app", "complete"],
  "requires": ["collet.exec/1", "collet.http/1", "collet.blob/1", "collet.app/1"],
  "config_schema": )json" DOC_READER_CONFIG_SCHEMA "}")
