#include "support/random.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace edgewatch::support {
namespace {

constexpr double ln2 = 0.693147180559945309417232121458;
constexpr std::size_t noise_block = std::size_t{1} << 20;

// exp and log of libm differ in the last bit between processors (it has variants with fused multiplication);
// these two use only operations whose result IEEE 754 fixes.
double exponential_of(double x) {
  const double halvings = std::floor(x / ln2 + 0.5);
  const double rest = x - halvings * ln2;
  double term = 1;
  double sum = 1;
  for (int n = 1; n <= 16; ++n) {
    term *= rest / n;
    sum += term;
  }
  return std::ldexp(sum, static_cast<int>(halvings));
}

double natural_logarithm(double x) {
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);
  const double z = (mantissa - 1) / (mantissa + 1);
  double power = z;
  double sum = 0;
  for (int n = 1; n <= 41; n += 2) {
    sum += power / n;
    power *= z * z;
  }
  return 2 * sum + exponent * ln2;
}

const Buffer& noise() {
  static const Buffer block = Random(0x65646765).bytes(noise_block);
  return block;
}

}  // namespace

std::uint64_t Random::below(std::uint64_t bound) {
  // The numbers past the last whole multiple of `bound` would favour the low ones: drawn again.
  const std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / bound * bound;
  std::uint64_t drawn = next();
  while (drawn >= limit) drawn = next();
  return drawn % bound;
}

double Random::normal() {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += unit();
  return sum;
}

double Random::lognormal(double mu, double sigma) { return exponential_of(mu + sigma * normal()); }

double Random::exponential(double mean) { return -mean * natural_logarithm(1 - unit()); }

Buffer Random::bytes(std::size_t count) {
  Buffer out;
  out.reserve(count + 8);
  while (out.size() < count) {
    const std::uint64_t drawn = next();
    for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(drawn >> (8 * i)));
  }
  out.resize(count);
  return out;
}

void append_noise(Buffer& to, std::size_t count, Random& random) {
  const Buffer& block = noise();
  while (count > 0) {
    const std::size_t from = random.below(noise_block / 2);
    const std::size_t taken = std::min(count, noise_block - from);
    append(to, Bytes(block).subspan(from, taken));
    count -= taken;
  }
}

}  // namespace edgewatch::support
