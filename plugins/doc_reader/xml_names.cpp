#include "xml_names.hpp"

#include <array>

namespace doc_reader {
namespace {

struct Prefix {
  std::string_view uri;  ///< Of Office's own: what follows the part that differs by edition.
  std::string_view prefix;
};

// ISO 29500 has two editions of each, "transitional" and "strict".
constexpr std::string_view kTransitional = "http://schemas.openxmlformats.org/", kStrict = "http://purl.oclc.org/ooxml/";

constexpr std::array<Prefix, 10> kOffice = {{{"wordprocessingml", "w"}, {"drawingml", "a"}, {"presentationml", "p"}, {"spreadsheetml", "x"},
                                             {"relationships", "r"}, {"math", "m"}, {"wordprocessingDrawing", "wp"}, {"picture", "pic"},
                                             {"chart", "c"}, {"diagram", "dgm"}}};

constexpr std::array<Prefix, 15> kOthers = {{{"http://schemas.openxmlformats.org/markup-compatibility/2006", "mc"},
                                             {"http://schemas.openxmlformats.org/package/2006/relationships", "rel"},
                                             {"http://schemas.openxmlformats.org/package/2006/content-types", "ct"},
                                             {"http://schemas.openxmlformats.org/package/2006/metadata/core-properties", "cp"},
                                             {"http://purl.org/dc/elements/1.1/", "dc"}, {"http://purl.org/dc/terms/", "dcterms"},
                                             {"urn:schemas-microsoft-com:vml", "v"},
                                             {"http://schemas.microsoft.com/office/word/2010/wordprocessingShape", "wps"},
                                             {"urn:oasis:names:tc:opendocument:xmlns:container", "ocf"}, {"http://www.idpf.org/2007/opf", "opf"},
                                             {"http://www.daisy.org/z3986/2005/ncx/", "ncx"}, {"http://www.w3.org/1999/xhtml", "h"},
                                             {"http://www.idpf.org/2007/ops", "epub"}, {"http://www.w3.org/2001/04/xmlenc#", "enc"},
                                             {"http://www.w3.org/XML/1998/namespace", "xml"}}};

}  // namespace

std::string_view last_part(std::string_view uri) { return uri.substr(uri.rfind('/') + 1); }

std::string_view prefix_of(std::string_view uri) {
  for (const auto& [known, prefix] : kOthers) {
    if (uri == known) return prefix;
  }
  if (!uri.starts_with(kTransitional) && !uri.starts_with(kStrict)) return "?";
  // ".../wordprocessingml/2006/main", ".../drawingml/2006/chart", ".../drawingml/chart"
  std::string_view path = uri.substr(uri.starts_with(kStrict) ? kStrict.size() : kTransitional.size());
  const auto first = path.substr(0, path.find('/'));
  const auto last = last_part(path);
  for (const auto& [known, prefix] : kOffice) {
    if (known == (last == "main" ? first : last)) return prefix;
  }
  return "?";
}

}  // namespace doc_reader
