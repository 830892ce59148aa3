// Formulas of Office's math.
#pragma once

#include <string>

#include "xml.hpp"

namespace doc_reader {

/// What is in m:oMath in one line: "(a+b)/c", "x^2".
[[nodiscard]] std::string formula_text(const XmlTree& xml, XmlId id);

}  // namespace doc_reader
