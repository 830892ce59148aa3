#include "pdf.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>

#include "pdf_layout.hpp"
#include "pdf_markdown.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::ExecRequest;
using collet::ExecResult;
using collet::Result;

namespace {

// So that what is too slow is told apart by us, before the call is over.
constexpr std::int64_t kMarginMs = 300;
constexpr int kNoProgram = 20, kUnreadable = 21, kTextTooLong = 22;

// $1, $2: pages; $3: bytes that the text may have, in blocks of 512. A damaged file gets a
// second chance once qpdf has written a new table of its objects.
constexpr const char* kScript = R"(
cd /work && cat <&3 >in.pdf || exit 1
command -v pdftotext >/dev/null && command -v pdfinfo >/dev/null || exit 20
if ! pdfinfo -enc UTF-8 in.pdf >/out/info 2>/out/errors; then
  grep -qi 'incorrect password' /out/errors && exit 21
  command -v qpdf >/dev/null && { qpdf --warning-exit-0 in.pdf fixed.pdf >/dev/null 2>&1; } && mv fixed.pdf in.pdf
  pdfinfo -enc UTF-8 in.pdf >/out/info 2>/out/errors || exit 21
fi
ulimit -f "$3"
pdftotext -q -tsv -enc UTF-8 -f "$1" -l "$2" in.pdf /out/text 2>>/out/errors
status=$?
[ $status -gt 128 ] && exit 22
[ $status = 0 ] || exit 21
)";

std::string_view file_of(const ExecResult& run, std::string_view name) {
  const auto file = std::ranges::find(run.files, name, &ExecResult::File::name);
  return file == run.files.end() ? std::string_view() : std::string_view(file->data);
}

std::string field_of(std::string_view info, std::string_view name) {
  while (!info.empty()) {
    const auto line = info.substr(0, info.find('\n'));
    info.remove_prefix(std::min(line.size() + 1, info.size()));
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) return collapsed(line.substr(name.size() + 1));
  }
  return {};
}

Error unreadable(const ExecResult& run) {
  const std::string why = lower(file_of(run, "errors"));
  if (why.find("incorrect password") != std::string::npos) {
    return {Errc::invalid, "this PDF is encrypted and needs a password; ask for a copy without one"};
  }
  return {Errc::invalid, "this PDF is damaged and could not be repaired; check that all of it was sent, or ask for another copy"};
}

/// @return no error when it exited by itself, however.
std::optional<Error> failure_of(const ExecResult& run, const Limits& limits) {
  switch (run.outcome) {
    case COLLET_EXEC_EXITED: return std::nullopt;
    case COLLET_EXEC_TIMEOUT:
      return Error{Errc::timeout, "the PDF could not be read within pdf_ms_max = " + std::to_string(limits.pdf_ms_max) +
                                      " or the call's time; ask for fewer pages with \"pages\""};
    case COLLET_EXEC_OOM: return Error{Errc::limit, "reading the PDF needs more memory than the size of the call has; ask for fewer pages, or for a larger dyno_size"};
    case COLLET_EXEC_CANCELLED: return Error{Errc::cancelled, run.message};
    case COLLET_EXEC_UNAVAILABLE: return Error{Errc::unavailable, "PDFs are read in a box, and this host has none: " + run.message};
    default: return Error{Errc::unavailable, "the PDF could not be read: " + run.message};
  }
}

std::vector<std::string> system_roots() {
  std::vector<std::string> roots = {"/usr", "/lib", "/lib64", "/bin"};
  std::error_code error;
  std::erase_if(roots, [&](const std::string& root) { return !std::filesystem::exists(root, error); });
  return roots;
}

Error no_text(int pages) {
  return {Errc::invalid, "this PDF has no text layer: its " + std::to_string(pages) +
                             " pages are pictures, most likely scans. Text recognition is not available; ask for a version with text"};
}

}  // namespace

ExecRequest pdf_run(const Source& source, const PageRange& pages, std::int64_t remaining_ms, const Limits& limits) {
  const std::int64_t most = pages.first + limits.pdf_pages_max - 1;
  const std::int64_t last = pages.last == 0 ? most : std::min(pages.last, most);
  ExecRequest request;
  request.argv = {"/bin/sh", "-c", kScript, "pdf", std::to_string(pages.first), std::to_string(last), std::to_string(limits.pdf_text_bytes_max / 512)};
  request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};
  request.roots = system_roots();
  request.inputs = {{3, source.bytes}};
  request.files = true;
  request.timeout_ms = static_cast<std::uint32_t>(std::clamp<std::int64_t>(std::min(limits.pdf_ms_max, remaining_ms - kMarginMs), 1, UINT32_MAX));
  return request;
}

Result<Document> pdf_document(const ExecResult& run, const PageRange& pages, const Limits& limits) {
  if (const auto failure = failure_of(run, limits)) return *failure;
  if (run.returncode == kNoProgram) return Error{Errc::unavailable, "pdftotext and pdfinfo are not installed on the server; install poppler-utils"};
  const bool is_known = run.returncode == 0 || run.returncode == kUnreadable || run.returncode == kTextTooLong;
  if (!is_known) return Error{Errc::internal, "the PDF's reader ended with " + std::to_string(run.returncode) + ": " + run.stderr_text};
  const auto info = file_of(run, "info");
  Document out;
  out.kind = Kind::pdf;
  const std::string count = field_of(info, "Pages");
  std::from_chars(count.data(), count.data() + count.size(), out.pages);
  if (out.pages > 0 && pages.first > out.pages) {
    return Error{Errc::invalid, "/pages: the PDF has " + std::to_string(out.pages) + " pages, got " + std::to_string(pages.first)};
  }
  if (run.returncode == kUnreadable) return unreadable(run);
  const auto layout = read_layout(file_of(run, "text"), run.returncode == kTextTooLong);
  if (run.returncode == kTextTooLong) {
    if (layout.empty()) return Error{Errc::limit, "the text of the first page is longer than pdf_text_bytes_max = " + std::to_string(limits.pdf_text_bytes_max)};
    out.note = "read up to page " + std::to_string(pages.first + static_cast<std::int64_t>(layout.size()) - 1) + " only: pdf_text_bytes_max = " + std::to_string(limits.pdf_text_bytes_max);
  } else if (pages.last == 0 && out.pages - pages.first + 1 > limits.pdf_pages_max) {
    out.note = "read up to page " + std::to_string(pages.first + limits.pdf_pages_max - 1) + " only: pdf_pages_max = " + std::to_string(limits.pdf_pages_max);
  }
  if (std::ranges::all_of(layout, [](const PdfPage& page) { return page.lines.empty(); })) return no_text(out.pages);
  out.metadata.title = field_of(info, "Title");
  out.metadata.author = field_of(info, "Author");
  out.metadata.date = field_of(info, "CreationDate");
  out.markdown = pdf_markdown(layout, pages.first, limits);
  return out;
}

Result<Document> read_pdf(const collet::Call& call, const Source& source, const PageRange& pages, const Limits& limits) {
  const auto run = call.exec_wait(pdf_run(source, pages, call.remaining_ms(), limits));
  if (!run) return run.error();
  return pdf_document(*run, pages, limits);
}

}  // namespace doc_reader
