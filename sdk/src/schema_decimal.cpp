// schema_decimal.cpp - JSON numbers compared and divided as the decimals they are.
// SPDX-License-Identifier: Apache-2.0
#include "schema_decimal.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace collet::schema {

namespace {

__extension__ typedef unsigned __int128 Wide;

/// digits * 10^exponent, without trailing zeros in `digits`.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

/// The shortest decimal that means this number; the sign is dropped.
Decimal decimal_of(const Value& number) {
  Decimal out;
  const auto small = number.as_int64();
  if (const auto whole = number.as_uint64()) {
    out.digits = *whole;
  } else if (small) {
    out.digits = 0 - static_cast<std::uint64_t>(*small);  // negative here
  } else {
    char text[48];
    const auto end = std::to_chars(text, text + sizeof text, std::fabs(*number.as_double()), std::chars_format::scientific).ptr;
    const std::string_view view(text, static_cast<std::size_t>(end - text));
    const auto e = view.find('e');
    const bool plus = view[e + 1] == '+';
    std::from_chars(view.data() + e + 1 + plus, end, out.exponent);
    for (const char c : view.substr(0, e)) {
      if (c == '.') continue;
      out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (e > 1) out.exponent -= static_cast<int>(e) - 2;  // "1.25": two digits behind the point
  }
  while (out.digits != 0 && out.digits % 10 == 0) {
    out.digits /= 10;
    ++out.exponent;
  }
  return out;
}

/// base^exponent mod modulus.
std::uint64_t power_modulo(std::uint64_t base, int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide factor = base % modulus;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = result * factor % modulus;
    factor = factor * factor % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

/// An integer against a double that is not NaN.
int compare_mixed(const Value& integer, double real) {
  if (const auto a = integer.as_int64()) {
    if (real >= 0x1p63) return -1;
    if (real < -0x1p63) return 1;
    const auto floor = static_cast<std::int64_t>(std::floor(real));
    if (*a != floor) return *a < floor ? -1 : 1;
    return real > std::floor(real) ? -1 : 0;
  }
  const std::uint64_t a = *integer.as_uint64();
  if (real >= 0x1p64) return -1;
  if (real < 0) return 1;
  const auto floor = static_cast<std::uint64_t>(std::floor(real));
  if (a != floor) return a < floor ? -1 : 1;
  return real > std::floor(real) ? -1 : 0;
}

bool is_exact(const Value& number) { return number.as_int64() || number.as_uint64(); }

}  // namespace

int compare_numbers(const Value& a, const Value& b) {
  if (const auto x = a.as_int64(), y = b.as_int64(); x && y) return *x < *y ? -1 : *x > *y;
  if (const auto x = a.as_uint64(), y = b.as_uint64(); x && y) return *x < *y ? -1 : *x > *y;
  if (is_exact(a) && is_exact(b)) return a.as_uint64() ? 1 : -1;  // one is above int64, one negative
  if (is_exact(a)) return compare_mixed(a, *b.as_double());
  if (is_exact(b)) return -compare_mixed(b, *a.as_double());
  const double x = *a.as_double();
  const double y = *b.as_double();
  return x < y ? -1 : x > y;
}

bool is_multiple(const Value& number, const Value& divisor) {
  const Decimal a = decimal_of(number);
  const Decimal b = decimal_of(divisor);
  if (a.digits == 0) return true;
  const int shift = a.exponent - b.exponent;
  if (shift >= 0) {
    return static_cast<Wide>(a.digits % b.digits) * power_modulo(10, shift, b.digits) % b.digits == 0;
  }
  // The divisor has fewer decimals: a.digits ends in no zero, so ten cannot divide it.
  return false;
}

}  // namespace collet::schema
