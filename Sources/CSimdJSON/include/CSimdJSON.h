#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The C face of a parser that finds the structure of a JSON text with simdjson's first stage (UTF-8 checked, strings
// closed, control characters refused) and flattens it, fully checked, into an array of nodes that keep the raw text.

typedef struct weir_json_parser weir_json_parser;

// What a node is. Objects hold name, value, name, value, …; an escaped string has its text in `strings`.
enum weir_json_kind {
  WEIR_JSON_NULL = 0,
  WEIR_JSON_FALSE = 1,
  WEIR_JSON_TRUE = 2,
  WEIR_JSON_NUMBER = 3,
  WEIR_JSON_STRING = 4,
  WEIR_JSON_ESCAPED_STRING = 5,
  WEIR_JSON_ARRAY = 6,
  WEIR_JSON_OBJECT = 7,
};

enum weir_json_error {
  WEIR_JSON_OK = 0,
  WEIR_JSON_EMPTY,
  WEIR_JSON_UTF8,
  WEIR_JSON_UNCLOSED_STRING,
  WEIR_JSON_CONTROL_CHARACTER,
  WEIR_JSON_MEMORY,
  WEIR_JSON_TOO_LARGE,
  WEIR_JSON_DEPTH,
  WEIR_JSON_UNEXPECTED,
  WEIR_JSON_NUMBER_FORM,
  WEIR_JSON_ESCAPE,
  WEIR_JSON_SURROGATE,
  WEIR_JSON_TRAILING,
  WEIR_JSON_CUT_OFF,
  WEIR_JSON_TOO_MANY,
};

// Names, values, brackets, colons and commas of one text: a member has four. A million members are a file and no record;
// without a bound a text of ones and commas takes twelve times its size.
#define WEIR_JSON_MARKS_MAX 4000000u

// Offsets count bytes of the input; of `strings` for the text of an escaped string.
typedef struct {
  uint32_t kind;
  uint32_t raw_start;    // as written: a string with its quotes, a container with its brackets
  uint32_t raw_length;
  uint32_t text_start;   // a string's text, unescaped
  uint32_t text_length;
  uint32_t next;         // index of the node after this one and all it holds
} weir_json_node;

weir_json_parser *weir_json_new(void);
void weir_json_free(weir_json_parser *parser);

// Parses one text of `length` bytes. Containers that begin at a depth greater than `max_depth` (the root is at 0) are
// kept as one node whose content is not looked at beyond its brackets. Nodes and strings are valid until the next call.
enum weir_json_error weir_json_parse(weir_json_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth);
const weir_json_node *weir_json_nodes(const weir_json_parser *parser);
size_t weir_json_node_count(const weir_json_parser *parser);
const uint8_t *weir_json_strings(const weir_json_parser *parser);
// Where in the input the last parse stopped, when it failed.
size_t weir_json_error_offset(const weir_json_parser *parser);

// Whether a text is one number by JSON's grammar, without anything around it.
int weir_json_is_number(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif
