// Source: RFC 1321. The sixteen lanes are one vector of the compiler's own kind (GCC and Clang: `vector_size`), so the same
// text becomes AVX-512, AVX2, SSE2 or NEON; on x86 the widest that the machine has is chosen when the program runs.

#include "CDigests.h"

#include <string.h>

#define LANES 16
typedef uint32_t lanes __attribute__((vector_size(LANES * 4)));

// floor(2^32 * |sin(i + 1)|), RFC 1321 section 3.4.
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint32_t initial[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static inline uint32_t little32(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap32(word);
#endif
  return word;
}

#define F(x, y, z) (z ^ (x & (y ^ z)))
#define G(x, y, z) (y ^ (z & (x ^ y)))
#define H(x, y, z) (x ^ y ^ z)
#define I(x, y, z) (y ^ (x | ~z))
#define STEP(f, a, b, c, d, word, i, turn)      \
  a += f(b, c, d) + (words[word] + sines[i]);   \
  a = b + ((a << turn) | (a >> (32 - turn)));
#define FOUR(f, i, w0, w1, w2, w3, t0, t1, t2, t3) \
  STEP(f, a, b, c, d, w0, i, t0)                   \
  STEP(f, d, a, b, c, w1, i + 1, t1)               \
  STEP(f, c, d, a, b, w2, i + 2, t2)               \
  STEP(f, b, c, d, a, w3, i + 3, t3)

// Takes `blocks` blocks of each lane from where `at` points, which is moved on.
static inline __attribute__((always_inline)) void take(lanes state[4], const uint8_t *at[LANES], size_t blocks) {
  lanes words[16];
  lanes a = state[0], b = state[1], c = state[2], d = state[3];
  for (; blocks > 0; blocks--) {
    for (int lane = 0; lane < LANES; lane++) {
      for (int word = 0; word < 16; word++) words[word][lane] = little32(at[lane] + 4 * word);
      at[lane] += WEIR_MD5_BLOCK;
    }
    lanes a0 = a, b0 = b, c0 = c, d0 = d;
    FOUR(F, 0, 0, 1, 2, 3, 7, 12, 17, 22)
    FOUR(F, 4, 4, 5, 6, 7, 7, 12, 17, 22)
    FOUR(F, 8, 8, 9, 10, 11, 7, 12, 17, 22)
    FOUR(F, 12, 12, 13, 14, 15, 7, 12, 17, 22)
    FOUR(G, 16, 1, 6, 11, 0, 5, 9, 14, 20)
    FOUR(G, 20, 5, 10, 15, 4, 5, 9, 14, 20)
    FOUR(G, 24, 9, 14, 3, 8, 5, 9, 14, 20)
    FOUR(G, 28, 13, 2, 7, 12, 5, 9, 14, 20)
    FOUR(H, 32, 5, 8, 11, 14, 4, 11, 16, 23)
    FOUR(H, 36, 1, 4, 7, 10, 4, 11, 16, 23)
    FOUR(H, 40, 13, 0, 3, 6, 4, 11, 16, 23)
    FOUR(H, 44, 9, 12, 15, 2, 4, 11, 16, 23)
    FOUR(I, 48, 0, 7, 14, 5, 6, 10, 15, 21)
    FOUR(I, 52, 12, 3, 10, 1, 6, 10, 15, 21)
    FOUR(I, 56, 8, 15, 6, 13, 6, 10, 15, 21)
    FOUR(I, 60, 4, 11, 2, 9, 6, 10, 15, 21)
    a += a0, b += b0, c += c0, d += d0;
  }
  state[0] = a, state[1] = b, state[2] = c, state[3] = d;
}

typedef void taker(lanes[4], const uint8_t *[LANES], size_t);
static void take_plain(lanes state[4], const uint8_t *at[LANES], size_t blocks) { take(state, at, blocks); }
#if defined(__x86_64__)
__attribute__((target("avx2"))) static void take_avx2(lanes state[4], const uint8_t *at[LANES], size_t blocks) {
  take(state, at, blocks);
}
__attribute__((target("avx2,avx512f,avx512vl"))) static void take_avx512(
    lanes state[4], const uint8_t *at[LANES], size_t blocks) {
  take(state, at, blocks);
}
static taker *chosen(void) {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return take_avx512;
  return __builtin_cpu_supports("avx2") ? take_avx2 : take_plain;
}
#else
static taker *chosen(void) { return take_plain; }
#endif

void weir_md5_pad(size_t length, uint8_t *out) {
  size_t count = weir_md5_padding(length);
  uint64_t bits = (uint64_t)length * 8;
  memset(out, 0, count);
  out[0] = 0x80;
  for (int i = 0; i < 8; i++) out[count - 8 + i] = (uint8_t)(bits >> (8 * i));
}

// Messages are of different lengths: a lane whose message has ended takes the next one, so that none is idle before there
// are fewer messages than lanes.
void weir_md5_many(const uint8_t *bytes, const size_t *starts, const size_t *blocks, size_t count, uint8_t *digests) {
  static const uint8_t nothing[WEIR_MD5_BLOCK];
  taker *const take_blocks = chosen();
  lanes state[4] = {{0}};
  const uint8_t *at[LANES];
  size_t message[LANES], left[LANES] = {0};
  size_t next = 0, open = 0;
  for (;;) {
    size_t step = 0;
    for (int lane = 0; lane < LANES; lane++) {
      if (left[lane] == 0 && next < count) {
        message[lane] = next;
        at[lane] = bytes + starts[next];
        left[lane] = blocks[next];
        for (int i = 0; i < 4; i++) state[i][lane] = initial[i];
        next++, open++;
      }
      if (left[lane] > 0 && (step == 0 || left[lane] < step)) step = left[lane];
    }
    if (open == 0) return;
    // A lane without a message reads one block of zeros at a time.
    if (open < LANES) {
      for (int lane = 0; lane < LANES; lane++) if (left[lane] == 0) step = 1;
    }
    for (int lane = 0; lane < LANES; lane++) if (left[lane] == 0) at[lane] = nothing;
    take_blocks(state, at, step);
    for (int lane = 0; lane < LANES; lane++) {
      if (left[lane] == 0) continue;
      left[lane] -= step;
      if (left[lane] > 0) continue;
      uint8_t *out = digests + WEIR_MD5_DIGEST * message[lane];
      for (int i = 0; i < 4; i++) {
        uint32_t word = state[i][lane];
        for (int byte = 0; byte < 4; byte++) out[4 * i + byte] = (uint8_t)(word >> (8 * byte));
      }
      open--;
    }
  }
}
