// simdjson's first stage gives the offset of every structural character and of every scalar's first byte, at several GB/s
// and with the widest instructions the machine has (chosen by the library at run time). The walk over those offsets is
// ours, because its own two front ends each lack something: DOM forgets how a number was written, On-Demand is compiled
// for one instruction set only and checks no more than what is asked for.

#include "CSimdJSON.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>
#include <vector>

#include "Text.hpp"

namespace {

// Deeper nesting is refused: PostgreSQL's jsonb stops at a few thousand, and nobody's listing has more than ten.
constexpr uint32_t depth_max = 1024;
// Offsets are 32 bits; simdjson's own limit is 4 GB.
constexpr size_t length_max = size_t(1) << 31;

struct Frame {
  uint32_t node;
  bool is_object;
};

// Nodes of one text. There are never more than the structural characters that stage 1 counted, so room is made once and
// nothing is checked or initialised node by node: as a std::vector this was a tenth of parsing.
struct NodeBuffer {
  weir_json_node *data = nullptr;
  size_t capacity = 0;
  uint32_t count = 0;

  ~NodeBuffer() { free(data); }
  bool reserve(size_t wanted) {
    if (wanted <= capacity) return true;
    void *grown = realloc(data, (wanted + wanted / 4) * sizeof(weir_json_node));
    if (!grown) return false;
    data = static_cast<weir_json_node *>(grown);
    capacity = wanted + wanted / 4;
    return true;
  }
  void push(const weir_json_node &node) { data[count++] = node; }
};

}  // namespace

struct weir_json_parser {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stage;
  size_t capacity = 0;
  NodeBuffer nodes;
  // Where the next backslash is, from the place that was read last on: most texts have none, and are searched once
  // instead of once for every string.
  size_t backslash = 0;
  std::vector<uint8_t> strings;
  std::vector<Frame> frames;
  size_t text_length = 0;
  size_t error_offset = 0;

  weir_json_error prepare(size_t length);
  weir_json_error walk(const uint8_t *bytes, size_t length, uint32_t max_depth);
  weir_json_error scalar(const uint8_t *bytes, uint32_t start, uint32_t end);
  weir_json_error string(const uint8_t *bytes, uint32_t start, uint32_t end);
  weir_json_error fail(weir_json_error error, size_t offset) {
    error_offset = offset;
    return error;
  }
};

weir_json_error weir_json_parser::prepare(size_t length) {
  if (length > length_max) return fail(WEIR_JSON_TOO_LARGE, 0);
  if (!stage || length > capacity) {
    size_t wanted = length < 65536 ? 65536 : length + length / 4;
    auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, depth_max, stage);
    if (code) return fail(WEIR_JSON_MEMORY, 0);
    capacity = wanted;
  }
  return WEIR_JSON_OK;
}

weir_json_error weir_json_parser::string(const uint8_t *bytes, uint32_t start, uint32_t end) {
  // `end` is where the next token begins; between the closing quote and it there is only white space.
  uint32_t close = end - 1;
  while (close > start && is_space(bytes[close])) close--;
  if (close == start || bytes[close] != '"') return fail(WEIR_JSON_UNEXPECTED, start);
  uint32_t inner = start + 1, inner_length = close - inner;
  weir_json_node node{WEIR_JSON_STRING, start, close + 1 - start, inner, inner_length, nodes.count + 1};
  if (backslash < inner) {
    const void *found = memchr(bytes + inner, '\\', text_length - inner);
    backslash = found ? size_t(static_cast<const uint8_t *>(found) - bytes) : text_length;
  }
  if (backslash < close) {
    node.kind = WEIR_JSON_ESCAPED_STRING;
    node.text_start = uint32_t(strings.size());
    weir_json_error error = unescape(bytes + inner, inner_length, strings);
    if (error != WEIR_JSON_OK) return fail(error, start);
    node.text_length = uint32_t(strings.size() - node.text_start);
  }
  nodes.push(node);
  return WEIR_JSON_OK;
}

weir_json_error weir_json_parser::scalar(const uint8_t *bytes, uint32_t start, uint32_t end) {
  if (bytes[start] == '"') return string(bytes, start, end);
  while (end > start && is_space(bytes[end - 1])) end--;
  uint32_t length = end - start, kind;
  const uint8_t *token = bytes + start;
  switch (token[0]) {
    case 'n': kind = WEIR_JSON_NULL; if (length != 4 || memcmp(token, "null", 4)) return fail(WEIR_JSON_UNEXPECTED, start); break;
    case 't': kind = WEIR_JSON_TRUE; if (length != 4 || memcmp(token, "true", 4)) return fail(WEIR_JSON_UNEXPECTED, start); break;
    case 'f': kind = WEIR_JSON_FALSE; if (length != 5 || memcmp(token, "false", 5)) return fail(WEIR_JSON_UNEXPECTED, start); break;
    default:
      kind = WEIR_JSON_NUMBER;
      if (token[0] != '-' && (token[0] < '0' || token[0] > '9')) return fail(WEIR_JSON_UNEXPECTED, start);
      if (!is_number(token, length)) return fail(WEIR_JSON_NUMBER_FORM, start);
  }
  nodes.push({kind, start, length, start, length, nodes.count + 1});
  return WEIR_JSON_OK;
}

weir_json_error weir_json_parser::walk(const uint8_t *bytes, size_t length, uint32_t max_depth) {
  const uint32_t *index = stage->structural_indexes.get();
  const uint32_t count = stage->n_structural_indexes;
  uint32_t at = 0;
  auto begins = [&](uint32_t i) { return i < count ? index[i] : uint32_t(length); };
  weir_json_error error;

value:
  if (at >= count) return fail(WEIR_JSON_CUT_OFF, length);
  {
    uint32_t start = index[at];
    uint8_t byte = bytes[start];
    if (byte == '{' || byte == '[') {
      if (frames.size() >= depth_max) return fail(WEIR_JSON_DEPTH, start);
      uint32_t kind = byte == '{' ? WEIR_JSON_OBJECT : WEIR_JSON_ARRAY;
      nodes.push({kind, start, 0, 0, 0, 0});
      if (frames.size() > max_depth) {  // kept whole: find the bracket that closes it
        uint32_t depth = 0;
        for (;; at++) {
          if (at >= count) return fail(WEIR_JSON_CUT_OFF, length);
          uint8_t bracket = bytes[index[at]];
          if (bracket == '{' || bracket == '[') depth++;
          else if ((bracket == '}' || bracket == ']') && --depth == 0) break;
        }
        nodes.data[nodes.count - 1].raw_length = index[at] + 1 - start;
        nodes.data[nodes.count - 1].next = nodes.count;
        at++;
        goto done;
      }
      frames.push_back({nodes.count - 1, byte == '{'});
      at++;
      if (at < count && bytes[index[at]] == (byte == '{' ? '}' : ']')) goto close;
      if (byte == '{') goto name;
      goto value;
    }
    if (byte == '}' || byte == ']' || byte == ',' || byte == ':') return fail(WEIR_JSON_UNEXPECTED, start);
    error = scalar(bytes, start, begins(at + 1));
    if (error != WEIR_JSON_OK) return error;
    at++;
    goto done;
  }

name:
  if (at >= count) return fail(WEIR_JSON_CUT_OFF, length);
  if (bytes[index[at]] != '"') return fail(WEIR_JSON_UNEXPECTED, index[at]);
  error = string(bytes, index[at], begins(at + 1));
  if (error != WEIR_JSON_OK) return error;
  at++;
  if (at >= count) return fail(WEIR_JSON_CUT_OFF, length);
  if (bytes[index[at]] != ':') return fail(WEIR_JSON_UNEXPECTED, index[at]);
  at++;
  goto value;

done:
  if (frames.empty()) {
    if (at < count) return fail(WEIR_JSON_TRAILING, index[at]);
    return WEIR_JSON_OK;
  }
  if (at >= count) return fail(WEIR_JSON_CUT_OFF, length);
  if (bytes[index[at]] == ',') {
    at++;
    if (frames.back().is_object) goto name;
    goto value;
  }
  if (bytes[index[at]] != (frames.back().is_object ? '}' : ']')) return fail(WEIR_JSON_UNEXPECTED, index[at]);

close: {
  weir_json_node &container = nodes.data[frames.back().node];
  container.raw_length = index[at] + 1 - container.raw_start;
  container.next = nodes.count;
  frames.pop_back();
  at++;
  goto done;
}
}

weir_json_parser *weir_json_new(void) { return new (std::nothrow) weir_json_parser; }
void weir_json_free(weir_json_parser *parser) { delete parser; }

enum weir_json_error weir_json_parse(weir_json_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth) {
  parser->nodes.count = 0;
  parser->backslash = 0;
  parser->text_length = length;
  parser->strings.clear();
  parser->frames.clear();
  parser->error_offset = 0;
  if (length == 0) return WEIR_JSON_EMPTY;
  weir_json_error error = parser->prepare(length);
  if (error != WEIR_JSON_OK) return error;
  switch (parser->stage->stage1(bytes, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return WEIR_JSON_EMPTY;
    case simdjson::UTF8_ERROR: return WEIR_JSON_UTF8;
    case simdjson::UNCLOSED_STRING: return parser->fail(WEIR_JSON_UNCLOSED_STRING, length);
    case simdjson::UNESCAPED_CHARS: return WEIR_JSON_CONTROL_CHARACTER;
    default: return WEIR_JSON_UNEXPECTED;
  }
  if (parser->stage->n_structural_indexes > WEIR_JSON_MARKS_MAX) return WEIR_JSON_TOO_MANY;
  if (!parser->nodes.reserve(parser->stage->n_structural_indexes + 1)) return parser->fail(WEIR_JSON_MEMORY, 0);
  return parser->walk(bytes, length, max_depth);
}

const weir_json_node *weir_json_nodes(const weir_json_parser *parser) { return parser->nodes.data; }
size_t weir_json_node_count(const weir_json_parser *parser) { return parser->nodes.count; }
const uint8_t *weir_json_strings(const weir_json_parser *parser) { return parser->strings.data(); }
size_t weir_json_error_offset(const weir_json_parser *parser) { return parser->error_offset; }
int weir_json_is_number(const uint8_t *bytes, size_t length) { return is_number(bytes, length); }
