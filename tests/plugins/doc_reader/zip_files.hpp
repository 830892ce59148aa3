// ZIP archives written by hand, so that they may lie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

namespace doc_reader::test {

/// An entry and what its headers say of it; 0 for the truth.
struct ZipEntry {
  std::string name, content;
  bool is_deflated = false;
  std::uint32_t claimed_size = 0;         ///< Unpacked.
  std::uint32_t claimed_packed_size = 0;
  std::uint32_t claimed_crc = 0;
  std::uint16_t flags = 0;                ///< 1: encrypted.
  std::uint16_t method = 0;               ///< 0: by is_deflated.
};

inline void put16(std::string& out, std::uint32_t value) { out += static_cast<char>(value), out += static_cast<char>(value >> 8); }
inline void put32(std::string& out, std::uint32_t value) { put16(out, value), put16(out, value >> 16); }

inline std::string deflated(std::string_view content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct ZipEnd {
  std::uint32_t claimed_entries = 0;  ///< 0 for the truth.
  std::uint32_t claimed_offset = 0;   ///< Of the directory.
};

inline std::string zip_of(const std::vector<ZipEntry>& entries, const ZipEnd& end = {}) {
  std::string out, directory;
  for (const auto& entry : entries) {
    const std::string packed = entry.is_deflated ? deflated(entry.content) : entry.content;
    std::string fields;
    put16(fields, 20), put16(fields, entry.flags), put16(fields, entry.method ? entry.method : entry.is_deflated ? 8 : 0), put32(fields, 0x00210000);
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()), static_cast<uInt>(entry.content.size()));
    put32(fields, entry.claimed_crc ? entry.claimed_crc : static_cast<std::uint32_t>(crc));
    put32(fields, entry.claimed_packed_size ? entry.claimed_packed_size : static_cast<std::uint32_t>(packed.size()));
    put32(fields, entry.claimed_size ? entry.claimed_size : static_cast<std::uint32_t>(entry.content.size()));
    put16(fields, static_cast<std::uint32_t>(entry.name.size())), put16(fields, 0);
    directory += "PK\x01\x02";
    put16(directory, 20);
    directory += fields;
    put16(directory, 0), put16(directory, 0), put16(directory, 0), put32(directory, 0), put32(directory, static_cast<std::uint32_t>(out.size()));
    directory += entry.name;
    out += "PK\x03\x04" + fields + entry.name + packed;
  }
  const auto count = end.claimed_entries ? end.claimed_entries : static_cast<std::uint32_t>(entries.size());
  std::string last = "PK\x05\x06";
  put32(last, 0), put16(last, count), put16(last, count), put32(last, static_cast<std::uint32_t>(directory.size()));
  put32(last, end.claimed_offset ? end.claimed_offset : static_cast<std::uint32_t>(out.size())), put16(last, 0);
  return out + directory + last;
}

inline constexpr const char* kOffice = "http://schemas.openxmlformats.org/";

/// Types and relations of an Office file whose main part is `main`.
inline std::vector<ZipEntry> office_parts(const std::string& main, const std::string& type, const std::string& xml) {
  const std::string office = kOffice;
  return {{"[Content_Types].xml", "<Types xmlns='" + office + "package/2006/content-types'><Default Extension='xml' ContentType='application/xml'/><Override PartName='/" + main +
                                      "' ContentType='application/vnd.openxmlformats-officedocument." + type + ".main+xml'/></Types>"},
          {"_rels/.rels", "<Relationships xmlns='" + office + "package/2006/relationships'><Relationship Id='r1' Type='" + office +
                              "officeDocument/2006/relationships/officeDocument' Target='" + main + "'/></Relationships>"},
          {main, xml}};
}

/// Names of relations' types are those of the standard: "styles", "slide".
struct RelationOf {
  std::string id, type, target;
  bool is_external = false;
};
inline ZipEntry relations_file(const std::string& name, const std::vector<RelationOf>& relations) {
  std::string xml = "<Relationships xmlns='" + std::string(kOffice) + "package/2006/relationships'>";
  for (const auto& [id, type, target, is_external] : relations) {
    xml += "<Relationship Id='" + id + "' Type='" + kOffice + "officeDocument/2006/relationships/" + type + "' Target='" + target + "'" +
           (is_external ? " TargetMode='External'" : "") + "/>";
  }
  return {name, xml + "</Relationships>"};
}

/// w:body's content as a docx.
inline std::vector<ZipEntry> docx_parts(const std::string& body) {
  const std::string office = kOffice;
  return office_parts("word/document.xml", "wordprocessingml.document",
                      "<w:document xmlns:w='" + office + "wordprocessingml/2006/main' xmlns:r='" + office + "officeDocument/2006/relationships' xmlns:mc='" + office +
                          "markup-compatibility/2006' xmlns:m='" + office + "officeDocument/2006/math' xmlns:wp='" + office + "drawingml/2006/wordprocessingDrawing'><w:body>" + body + "</w:body></w:document>");
}

/// Slides of p:spTree's content each, in their order, as a pptx.
inline std::vector<ZipEntry> pptx_parts(const std::vector<std::string>& slides) {
  const std::string office = kOffice;
  const std::string spaces = " xmlns:p='" + office + "presentationml/2006/main' xmlns:a='" + office + "drawingml/2006/main' xmlns:r='" + office + "officeDocument/2006/relationships'>";
  std::string ids;
  std::vector<RelationOf> relations;
  std::vector<ZipEntry> parts;
  for (std::size_t i = 0; i < slides.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    ids += "<p:sldId r:id='s" + number + "'/>";
    relations.push_back({"s" + number, "slide", "slides/slide" + number + ".xml"});
    parts.push_back({"ppt/slides/slide" + number + ".xml", "<p:sld" + spaces + "<p:cSld><p:spTree>" + slides[i] + "</p:spTree></p:cSld></p:sld>"});
  }
  auto out = office_parts("ppt/presentation.xml", "presentationml.presentation", "<p:presentation" + spaces + "<p:sldIdLst>" + ids + "</p:sldIdLst></p:presentation>");
  out.push_back(relations_file("ppt/_rels/presentation.xml.rels", relations));
  out.insert(out.end(), parts.begin(), parts.end());
  return out;
}

struct SheetOf {
  std::string name, xml;  ///< What is in x:worksheet.
  std::string more;       ///< Attributes of x:sheet.
};

/// @param styles, strings what is in these parts.
inline std::vector<ZipEntry> xlsx_parts(const std::vector<SheetOf>& sheets, const std::string& styles = "", const std::string& strings = "", const std::string& book = "") {
  const std::string office = kOffice;
  const std::string spaces = " xmlns='" + office + "spreadsheetml/2006/main' xmlns:r='" + office + "officeDocument/2006/relationships'>";
  std::string ids;
  std::vector<RelationOf> relations = {{"st", "styles", "styles.xml"}, {"ss", "sharedStrings", "sharedStrings.xml"}};
  std::vector<ZipEntry> parts = {{"xl/styles.xml", "<styleSheet" + spaces + styles + "</styleSheet>"}, {"xl/sharedStrings.xml", "<sst" + spaces + strings + "</sst>"}};
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    ids += "<sheet name='" + sheets[i].name + "' r:id='s" + number + "' " + sheets[i].more + "/>";
    relations.push_back({"s" + number, "worksheet", "sheet" + number + ".xml"});
    parts.push_back({"xl/sheet" + number + ".xml", "<worksheet" + spaces + sheets[i].xml + "</worksheet>"});
  }
  auto out = office_parts("xl/workbook.xml", "spreadsheetml.sheet", "<workbook" + spaces + book + "<sheets>" + ids + "</sheets></workbook>");
  out.push_back(relations_file("xl/_rels/workbook.xml.rels", relations));
  out.insert(out.end(), parts.begin(), parts.end());
  return out;
}

}  // namespace doc_reader::test
