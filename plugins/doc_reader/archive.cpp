#include "archive.hpp"

#include <algorithm>
#include <utility>

#include <zip.h>

#include "over_limit.hpp"
#include "url.hpp"
#include "words.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::uint64_t kTwoOfThatName = UINT64_MAX;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
// Empty cells and styles pack well; what is small cannot hurt.
constexpr std::size_t kRatioCountsFromBytes = std::size_t{1} << 20;

std::string key_of(std::string_view name) {
  std::string out = lower(name);
  std::ranges::replace(out, '\\', '/');
  return out.substr(std::min(out.find_first_not_of('/'), out.size()));
}

/// Each entry has one of these in the directory: counted before the library takes memory
/// for them.
std::size_t count_signatures(std::string_view bytes) {
  std::size_t count = 0;
  for (auto at = bytes.find("PK\x01\x02"); at != std::string_view::npos; at = bytes.find("PK\x01\x02", at + 4)) ++count;
  return count;
}

Error damaged(std::string_view what) {
  return {Errc::invalid, std::string(what) + "; check that all of it was sent, or ask for another copy"};
}

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

void Archive::Closer::operator()(zip* archive) const { zip_discard(archive); }

Archive::Archive(zip* archive, std::size_t bytes, const Limits& limits)
    : zip_(archive), bytes_(bytes), limits_(limits), deadline_(std::chrono::steady_clock::now() + std::chrono::milliseconds(limits.zip_ms_max)) {
  const auto entries = static_cast<std::uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(archive, 0), 0));
  for (std::uint64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(archive, i, 0);
    if (!name) continue;
    const auto [entry, is_new] = index_by_name_.emplace(key_of(name), i);
    if (!is_new) entry->second = kTwoOfThatName;
  }
}

Result<Archive> Archive::open(std::string_view bytes, const Limits& limits) {
  if (count_signatures(bytes) > limits.zip_entries_max) return over_limit("the document's ZIP archive has", "zip_entries_max", limits.zip_entries_max);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  if (!archive) {
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (source) zip_source_free(source);
    return damaged("the document's ZIP archive is damaged (" + why + ")");
  }
  zip_error_fini(&error);
  return Archive(archive, bytes.size(), limits);
}

bool Archive::has(std::string_view name) const { return index_by_name_.contains(key_of(name)); }

Result<std::string> Archive::read(std::string_view name) {
  const auto entry = index_by_name_.find(key_of(name));
  if (entry == index_by_name_.end()) return Error{Errc::not_found, "the document is damaged: its archive has no \"" + std::string(name.substr(0, 200)) + "\""};
  const std::string shown = "\"" + collapsed(name.substr(0, 200)) + "\" in the document";
  if (entry->second == kTwoOfThatName) return damaged(shown + " is there twice, and programs differ in which of them they show");
  return unpack(entry->second, shown);
}

Result<std::string> Archive::unpack(std::uint64_t index, const std::string& shown) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(zip_.get(), index, 0, &stat) != 0) return damaged(shown + " is damaged");
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
    return Error{Errc::invalid, shown + " is encrypted; ask for a copy without a password"};
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return Error{Errc::invalid, shown + " is packed by method " + std::to_string(stat.comp_method) + "; expected 0 (stored) or 8 (deflate). Save it again"};
  }
  const std::unique_ptr<zip_file_t, FileCloser> file(zip_fopen_index(zip_.get(), index, 0));
  if (!file) return damaged(shown + " is damaged (" + zip_strerror(zip_.get()) + ")");
  const std::size_t packed = std::clamp<std::size_t>(stat.comp_size, 1, bytes_);
  std::string out;
  for (;;) {
    const std::size_t at = out.size();
    out.resize(at + kChunkBytes);
    const auto got = zip_fread(file.get(), out.data() + at, kChunkBytes);
    if (got < 0) return damaged(shown + " is damaged (" + zip_file_strerror(file.get()) + ")");
    out.resize(at + static_cast<std::size_t>(got));
    if (got == 0) break;
    unpacked_bytes_ += static_cast<std::size_t>(got);
    if (out.size() > limits_.zip_entry_bytes_max) return over_limit(shown + " unpacks to", "zip_entry_bytes_max", limits_.zip_entry_bytes_max);
    if (unpacked_bytes_ > limits_.zip_bytes_max) return over_limit("the document unpacks to", "zip_bytes_max", limits_.zip_bytes_max);
    if (out.size() > kRatioCountsFromBytes && out.size() / packed > limits_.zip_ratio_max) {
      return over_limit(shown + " unpacks to a multiple of its bytes that is", "zip_ratio_max", limits_.zip_ratio_max);
    }
    if (std::chrono::steady_clock::now() > deadline_) return over_limit("reading the document takes", "zip_ms_max", limits_.zip_ms_max);
  }
  return out;
}

std::string entry_name(std::string_view from, std::string_view target) {
  static constexpr std::string_view kRoot = "x://x/";
  const std::string resolved = resolve_url(std::string(kRoot) + std::string(from), target.substr(0, target.find('#')));
  return resolved.starts_with(kRoot) ? resolved.substr(kRoot.size()) : resolved;
}

}  // namespace doc_reader
