#include "charset.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <iconv.h>

#include "words.hpp"

namespace doc_reader {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMetaBytes = 1024;

// Labels of the Encoding Standard that are not their own iconv name. The old names of
// Latin-1 and ASCII mean windows-1252 on the web.
constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
    {"utf8", "UTF-8"}, {"unicode-1-1-utf-8", "UTF-8"}, {"ascii", "WINDOWS-1252"}, {"us-ascii", "WINDOWS-1252"},
    {"iso-8859-1", "WINDOWS-1252"}, {"iso8859-1", "WINDOWS-1252"}, {"iso88591", "WINDOWS-1252"}, {"iso_8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"}, {"l1", "WINDOWS-1252"}, {"cp1252", "WINDOWS-1252"}, {"x-cp1252", "WINDOWS-1252"},
    {"ansi_x3.4-1968", "WINDOWS-1252"}, {"latin2", "ISO-8859-2"}, {"iso8859-2", "ISO-8859-2"}, {"iso8859-15", "ISO-8859-15"},
    {"latin9", "ISO-8859-15"}, {"iso-8859-9", "WINDOWS-1254"}, {"latin5", "WINDOWS-1254"}, {"iso-8859-11", "WINDOWS-874"},
    {"tis-620", "WINDOWS-874"}, {"windows-874", "CP874"}, {"cp1250", "WINDOWS-1250"}, {"cp1251", "WINDOWS-1251"},
    {"x-cp1251", "WINDOWS-1251"}, {"koi8", "KOI8-R"}, {"koi", "KOI8-R"}, {"macintosh", "MACINTOSH"}, {"x-mac-roman", "MACINTOSH"},
    {"gb2312", "GBK"}, {"gbk", "GBK"}, {"x-gbk", "GBK"}, {"gb_2312-80", "GBK"}, {"gb18030", "GB18030"}, {"big5", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"}, {"sjis", "CP932"}, {"shift_jis", "CP932"}, {"shift-jis", "CP932"}, {"x-sjis", "CP932"},
    {"ms_kanji", "CP932"}, {"windows-31j", "CP932"}, {"euc-jp", "EUC-JP"}, {"x-euc-jp", "EUC-JP"}, {"iso-2022-jp", "ISO-2022-JP"},
    {"euc-kr", "CP949"}, {"ks_c_5601-1987", "CP949"}, {"ksc5601", "CP949"}, {"utf-16", "UTF-16LE"}, {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"}, {"unicode", "UTF-16LE"}};

constexpr std::string_view kOwnNames[] = {"utf-8", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7",
                                          "iso-8859-8", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16",
                                          "koi8-r", "koi8-u", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
                                          "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258"};

/// How many bytes at the start are ASCII, eight at a time: most of a page is.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t at = 0;
  for (std::uint64_t word; at + 8 <= bytes.size(); at += 8) {
    std::memcpy(&word, bytes.data() + at, 8);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

std::string repaired_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto plain = ascii_prefix(bytes);
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    const auto [c, length] = decode(bytes);
    const bool is_broken = c == 0xFFFD && length == 1;
    out += is_broken ? kReplacement : bytes.substr(0, length);
    bytes.remove_prefix(length);
  }
  return out;
}

/// A document may be cut within its last character, if others of its kind came before.
bool is_utf8(std::string_view bytes) {
  for (bool has_others = false;; has_others = true) {
    bytes.remove_prefix(ascii_prefix(bytes));
    if (bytes.empty()) return true;
    const auto [c, length] = decode(bytes);
    const bool is_broken = c == 0xFFFD && length == 1;
    if (is_broken) return has_others && bytes.size() < 4 && static_cast<unsigned char>(bytes.back()) >= 0x80;
    bytes.remove_prefix(length);
  }
}

/// The five bytes that windows-1252 leaves open are the control characters of the same number.
std::string from_windows_1252(std::string_view bytes) {
  static constexpr std::array<std::uint16_t, 32> kHigh = {
      0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
      0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178};
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  for (const char byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    append_utf8(out, c >= 0x80 && c < 0xA0 ? kHigh[c - 0x80] : c);
  }
  return out;
}

class Iconv {
 public:
  explicit Iconv(const char* from) : handle_(::iconv_open("UTF-8", from)) {}
  ~Iconv() {
    if (is_open()) ::iconv_close(handle_);
  }
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  [[nodiscard]] bool is_open() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  std::string convert(std::string_view bytes) {
    std::string out, buffer(64 << 10, '\0');
    char* in = const_cast<char*>(bytes.data());
    std::size_t left = bytes.size();
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const auto result = ::iconv(handle_, &in, &left, &to, &room);
      out.append(buffer.data(), buffer.size() - room);
      if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
      out += kReplacement;
      if (errno == EINVAL) break;  // cut within a character
      ++in, --left;
    }
    return out;
  }

 private:
  iconv_t handle_;
};

Decoded from(std::string charset, std::string_view bytes) {
  if (charset == "UTF-8") return {repaired_utf8(bytes), std::move(charset)};
  if (charset != "WINDOWS-1252") {
    if (Iconv converter(charset.c_str()); converter.is_open()) return {repaired_utf8(converter.convert(bytes)), std::move(charset)};
  }
  return {from_windows_1252(bytes), "WINDOWS-1252"};
}

std::string value_after(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at + name.size() <= text.size(); ++at) {
    if (!equals(text.substr(at, name.size()), name)) continue;
    auto rest = trim(text.substr(at + name.size()));
    if (rest.empty() || rest[0] != '=') continue;
    rest = trim(rest.substr(1));
    const char quote = !rest.empty() && (rest[0] == '"' || rest[0] == '\'') ? rest[0] : '\0';
    if (quote != '\0') return std::string(rest.substr(1, rest.find(quote, 1) - 1));
    return std::string(rest.substr(0, rest.find_first_of(" ;\t\r\n\"'>/")));
  }
  return {};
}

std::string charset_of_meta(std::string_view bytes) {
  auto head = bytes.substr(0, kMetaBytes);
  for (;;) {
    std::size_t at = 0;
    while (at + 5 <= head.size() && !equals(head.substr(at, 5), "<meta")) ++at;
    if (at + 5 > head.size()) return {};
    head.remove_prefix(at);
    auto charset = charset_of_label(value_after(head.substr(0, head.find('>')), "charset"));
    // A page that could be read as ASCII so far is not in UTF-16, whatever it says.
    if (charset.starts_with("UTF-16")) charset = "UTF-8";
    if (!charset.empty()) return charset;
    head.remove_prefix(5);
  }
}

}  // namespace

std::string charset_of_label(std::string_view label) {
  const std::string name = lower(trim(label));
  for (const auto& [known, charset] : kLabels) {
    if (name == known) return std::string(charset);
  }
  for (const auto own : kOwnNames) {
    if (name != own) continue;
    std::string out = name;
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
  }
  return {};
}

std::string charset_parameter(std::string_view content_type) { return value_after(content_type, "charset"); }

Decoded decode_text(std::string_view bytes, std::string_view header, bool is_html) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return from("UTF-8", bytes.substr(3));
  if (bytes.starts_with("\xFE\xFF")) return from("UTF-16BE", bytes.substr(2));
  if (bytes.starts_with("\xFF\xFE")) return from("UTF-16LE", bytes.substr(2));
  if (auto named = charset_of_label(header); !named.empty()) return from(std::move(named), bytes);
  if (is_html) {
    if (auto named = charset_of_meta(bytes); !named.empty()) return from(std::move(named), bytes);
  }
  return from(is_utf8(bytes) ? "UTF-8" : "WINDOWS-1252", bytes);
}

}  // namespace doc_reader
