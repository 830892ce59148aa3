// Links of a document: which may be shown, and where they lead.
#pragma once

#include <string>
#include <string_view>

namespace doc_reader {

/// `reference` seen from the page at `base` (RFC 3986, section 5). Without a base, or with
/// one that has no host, it stays as it is.
[[nodiscard]] std::string resolve_url(std::string_view base, std::string_view reference);

/// What a link may show: http, https, ftp, mailto, tel, or a place on the same site, as the
/// destination of a Markdown link. "" for everything else (scripts, data, files) and for
/// what is longer than `bytes_max`.
[[nodiscard]] std::string link_destination(std::string_view base, std::string_view reference, std::size_t bytes_max);

/// "mailto:a", "https://b"; not "c/d:e".
[[nodiscard]] bool has_scheme(std::string_view url);

}  // namespace doc_reader
