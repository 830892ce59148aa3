// PDFs written by hand.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace collet::test {

/// One text on a page; points from the lower left corner of 612 x 792.
struct PdfText {
  int size, x, y;
  std::string text;
};

/// Objects from 1 on; the first is the catalog.
inline std::string pdf_file(const std::vector<std::string>& objects, const std::string& trailer = "") {
  std::string out = "%PDF-1.4\n";
  std::vector<std::size_t> offsets;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    offsets.push_back(out.size());
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::size_t table = out.size();
  out += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (const auto offset : offsets) {
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", offset);
    out += line;
  }
  return out + "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R " + trailer + " >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

inline std::string pdf_stream(const std::string& content, const std::string& more = "") {
  return "<< /Length " + std::to_string(content.size()) + " " + more + " >>\nstream\n" + content + "\nendstream";
}

inline std::vector<std::string> pdf_objects(const std::vector<std::vector<PdfText>>& pages) {
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += std::to_string(4 + 2 * i) + " 0 R ";
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>",
                                      "<< /Type /Pages /Count " + std::to_string(pages.size()) + " /Kids [ " + kids + "] >>",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::string content;
    for (const auto& text : pages[i]) {
      content += "BT /F1 " + std::to_string(text.size) + " Tf " + std::to_string(text.x) + " " + std::to_string(text.y) + " Td (" + text.text + ") Tj ET\n";
    }
    objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents " + std::to_string(5 + 2 * i) + " 0 R >>");
    objects.push_back(pdf_stream(content));
  }
  return objects;
}

inline std::string pdf_of(const std::vector<std::vector<PdfText>>& pages) { return pdf_file(pdf_objects(pages)); }

/// No password fits these keys.
inline std::string encrypted_pdf() {
  auto objects = pdf_objects({{{11, 72, 700, "secret"}}});
  const std::string key = "<" + std::string(64, 'A') + ">";
  objects.push_back("<< /Filter /Standard /V 1 /R 2 /P -4 /O " + key + " /U " + key + " >>");
  return pdf_file(objects, "/Encrypt " + std::to_string(objects.size()) + " 0 R /ID [ <41> <41> ]");
}

/// Each form shows the one below it fifty times: a kilobyte that becomes 50^6 words.
inline std::string form_bomb_pdf() {
  std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [ 4 0 R ] >>",
                                      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                                      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >> /Contents 5 0 R >>",
                                      pdf_stream("/X Do")};
  for (int level = 0; level < 6; ++level) {
    std::string content;
    for (int i = 0; i < 50; ++i) content += "1 0 0 1 1 1 cm /X Do ";
    const std::string resources = "/Resources << /XObject << /X " + std::to_string(7 + level) + " 0 R >> >>";
    objects.push_back(pdf_stream(content, "/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + resources));
  }
  objects.push_back(pdf_stream("BT /F1 9 Tf 9 9 Td (word) Tj ET", "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"));
  return pdf_file(objects);
}

}  // namespace collet::test
