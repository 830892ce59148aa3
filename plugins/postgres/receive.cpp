#include "receive.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <utility>

namespace postgres {
namespace {

std::string field(const PGresult* result, int which) {
  const char* const text = PQresultErrorField(result, which);
  return text ? text : "";
}

ServerError error_of(const PGresult* result) {
  ServerError out;
  out.severity = field(result, PG_DIAG_SEVERITY);
  out.code = field(result, PG_DIAG_SQLSTATE);
  out.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  out.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  out.hint = field(result, PG_DIAG_MESSAGE_HINT);
  out.context = field(result, PG_DIAG_CONTEXT);
  out.position = std::atoll(field(result, PG_DIAG_STATEMENT_POSITION).c_str());
  if (out.message.empty()) out.message = PQresultErrorMessage(result);  // libpq's own, without fields
  return out;
}

/// The longest head of at most `bytes_max` that ends between two characters.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
  std::size_t end = std::min(text.size(), bytes_max);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

}  // namespace

std::string Table::at(std::size_t row, std::size_t column) const {
  if (row >= rows.size() || column >= rows[row].size()) return {};
  return rows[row][column].text.value_or("");
}

bool is_number(std::uint32_t type_oid) {
  // int8, int2, int4, oid, xid, cid, float4, float8, money, numeric, xid8: as psql has it.
  constexpr std::array<std::uint32_t, 11> kNumbers = {20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069};
  return std::ranges::find(kNumbers, type_oid) != kNumbers.end();
}

bool Receiver::take(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
      if (!in_rows_) take_columns(result);
      take_rows(result);
      in_rows_ = PQresultStatus(result) == PGRES_SINGLE_TUPLE;
      return true;
    case PGRES_COMMAND_OK:
      into_.rows_affected = std::atoll(PQcmdTuples(const_cast<PGresult*>(result)));  // it changes nothing
      return true;
    case PGRES_EMPTY_QUERY:
      return true;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      return false;
    default:
      into_.error = error_of(result);
      return true;
  }
}

void Receiver::take_columns(const PGresult* result) {
  into_.table = {};
  bytes_ = 0;
  is_full_ = false;
  for (int i = 0; i < PQnfields(result); ++i) into_.table.columns.push_back({PQfname(result, i), PQftype(result, i)});
}

void Receiver::take_rows(const PGresult* result) {
  for (int row = 0; row < PQntuples(result); ++row) {
    if (is_full_ || !take_row(result, row)) {
      is_full_ = true;  // later, smaller rows would look like the next ones
      ++into_.table.rows_omitted;
    }
  }
}

bool Receiver::take_row(const PGresult* result, int row) {
  if (static_cast<std::int64_t>(into_.table.rows.size()) >= limits_.rows_max) return false;
  std::vector<Cell> cells;
  std::int64_t bytes = 0;
  for (int i = 0; i < PQnfields(result); ++i) {
    Cell cell;
    if (PQgetisnull(result, row, i) == 0) {
      const std::string_view text(PQgetvalue(result, row, i), static_cast<std::size_t>(PQgetlength(result, row, i)));
      const std::size_t kept = whole_characters(text, static_cast<std::size_t>(limits_.cell_bytes_max));
      cell.text = text.substr(0, kept);
      cell.omitted_bytes = text.size() - kept;
      bytes += static_cast<std::int64_t>(kept);
    }
    cells.push_back(std::move(cell));
  }
  // One row is always shown, so that a wide one can be told from an empty answer.
  if (bytes_ + bytes > limits_.bytes_max && !into_.table.rows.empty()) return false;
  bytes_ += bytes;
  into_.table.rows.push_back(std::move(cells));
  return true;
}

}  // namespace postgres
