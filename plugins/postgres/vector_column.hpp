// The column that is searched, as the catalogue knows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collet/result.hpp"
#include "session.hpp"

namespace postgres {

/// Identifiers are quoted by the server and ready for SQL.
struct VectorColumn {
  std::string extension_schema;   ///< Where pgvector lives.
  int extension_minor = 0;        ///< 8 for 0.8.7; 1.0 and later: large.
  std::string relation, name;
  std::string type;               ///< vector, halfvec, sparsevec or bit.
  std::int64_t dimensions = 0;    ///< 0: any.
  std::string index_class;        ///< Operator class of an index on it, such as vector_l2_ops; "": none.
  struct Other {
    std::string name, quoted;
  };
  std::vector<Other> others;      ///< Columns that rows are shown with: no vectors, and readable.
};

/// @error invalid, not_found: names the argument, and what there is instead; unavailable without pgvector.
[[nodiscard]] collet::Result<VectorColumn> find_vector_column(const Session& session, const std::string& table, const std::string& column);

}  // namespace postgres
