#pragma once
// The grammar of single tokens. Source: RFC 8259, sections 6 (numbers) and 7 (strings).

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "CSimdJSON.h"

static inline bool is_space(uint8_t byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }
static inline bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static inline bool is_number(const uint8_t *token, size_t length) {
  const uint8_t *at = token, *end = token + length;
  if (at < end && *at == '-') at++;
  if (at == end || !is_digit(*at)) return false;
  if (*at == '0') at++;
  else while (at < end && is_digit(*at)) at++;
  if (at < end && *at == '.') {
    at++;
    if (at == end || !is_digit(*at)) return false;
    while (at < end && is_digit(*at)) at++;
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '+' || *at == '-')) at++;
    if (at == end || !is_digit(*at)) return false;
    while (at < end && is_digit(*at)) at++;
  }
  return at == end;
}

static inline int hex4(const uint8_t *at, const uint8_t *end) {
  if (end - at < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t byte = at[i];
    int digit = is_digit(byte) ? byte - '0' : (byte | 32) >= 'a' && (byte | 32) <= 'f' ? (byte | 32) - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

static inline void append_utf8(uint32_t scalar, std::vector<uint8_t> &out) {
  if (scalar < 0x80) {
    out.push_back(uint8_t(scalar));
  } else if (scalar < 0x800) {
    out.push_back(uint8_t(0xC0 | scalar >> 6));
    out.push_back(uint8_t(0x80 | (scalar & 0x3F)));
  } else if (scalar < 0x10000) {
    out.push_back(uint8_t(0xE0 | scalar >> 12));
    out.push_back(uint8_t(0x80 | (scalar >> 6 & 0x3F)));
    out.push_back(uint8_t(0x80 | (scalar & 0x3F)));
  } else {
    out.push_back(uint8_t(0xF0 | scalar >> 18));
    out.push_back(uint8_t(0x80 | (scalar >> 12 & 0x3F)));
    out.push_back(uint8_t(0x80 | (scalar >> 6 & 0x3F)));
    out.push_back(uint8_t(0x80 | (scalar & 0x3F)));
  }
}

// Appends the text that the inside of a string stands for. A surrogate without its other half has no UTF-8 and is refused.
static inline weir_json_error unescape(const uint8_t *at, size_t length, std::vector<uint8_t> &out) {
  const uint8_t *end = at + length;
  while (at < end) {
    const uint8_t *slash = static_cast<const uint8_t *>(memchr(at, '\\', size_t(end - at)));
    if (slash == nullptr) slash = end;
    out.insert(out.end(), at, slash);
    if (slash == end) break;
    at = slash + 1;
    if (at == end) return WEIR_JSON_ESCAPE;
    switch (*at++) {
      case '"': out.push_back('"'); break;
      case '\\': out.push_back('\\'); break;
      case '/': out.push_back('/'); break;
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': {
        int unit = hex4(at, end);
        if (unit < 0) return WEIR_JSON_ESCAPE;
        at += 4;
        uint32_t scalar = uint32_t(unit);
        if (scalar >= 0xDC00 && scalar <= 0xDFFF) return WEIR_JSON_SURROGATE;
        if (scalar >= 0xD800 && scalar <= 0xDBFF) {
          if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return WEIR_JSON_SURROGATE;
          int low = hex4(at + 2, end);
          if (low < 0) return WEIR_JSON_ESCAPE;
          if (low < 0xDC00 || low > 0xDFFF) return WEIR_JSON_SURROGATE;
          at += 6;
          scalar = 0x10000 + ((scalar - 0xD800) << 10) + uint32_t(low - 0xDC00);
        }
        append_utf8(scalar, out);
        break;
      }
      default: return WEIR_JSON_ESCAPE;
    }
  }
  return WEIR_JSON_OK;
}
