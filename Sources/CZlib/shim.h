#pragma once
#include <zlib.h>

// inflateInit2 and deflateInit2 are macros that pass the header's version and the size of z_stream: Swift sees neither.
static inline int weir_gunzip_begin(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);  // 15: the largest window; + 16: a gzip header and trailer
}

static inline int weir_gzip_begin(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
