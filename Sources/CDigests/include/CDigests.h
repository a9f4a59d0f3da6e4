#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MD5 of many messages at once. One message alone cannot be hurried, since every step of MD5 waits for the one before it;
// sixteen that have nothing to do with each other go through the machine's vector unit side by side.

#define WEIR_MD5_BLOCK 64
#define WEIR_MD5_DIGEST 16

// How many bytes stand behind a message of `length` bytes until its last block is full: 0x80, zeros, its length in bits.
static inline size_t weir_md5_padding(size_t length) { return WEIR_MD5_BLOCK - (length + 8) % WEIR_MD5_BLOCK + 8; }

// Writes the padding of a message of `length` bytes to `out`, which has room for `weir_md5_padding(length)` bytes.
void weir_md5_pad(size_t length, uint8_t *out);

// Digests `count` messages that lie in `bytes`, each with its padding: message i begins at `starts[i]` and has `blocks[i]`
// blocks, at least one. Writes 16 bytes for each to `digests`.
void weir_md5_many(const uint8_t *bytes, const size_t *starts, const size_t *blocks, size_t count, uint8_t *digests);

// XXH32 of bytes that come piece by piece: the checksum of LZ4 frames.

typedef struct {
  uint32_t lanes[4];
  uint64_t length;
  uint8_t rest[16]; // What is no whole stripe yet.
  uint32_t kept;    // Bytes of it.
} weir_xxh32;

void weir_xxh32_begin(weir_xxh32 *state);
void weir_xxh32_add(weir_xxh32 *state, const uint8_t *bytes, size_t count);
uint32_t weir_xxh32_end(const weir_xxh32 *state);

#ifdef __cplusplus
}
#endif
