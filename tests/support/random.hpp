// Chance that repeats: the same seed gives the same numbers on every machine. The engine is the standard's
// mt19937_64, whose output is fixed by the standard; the distributions are written here because the library's
// are not. A value; one thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include "support/byte_writer.hpp"

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace edgewatch::support {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  /// Evenly from 0 to bound - 1; `bound` is at least 1.
  std::uint64_t below(std::uint64_t bound);
  /// Evenly from `low` to `high`, both possible.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  /// Evenly in [0, 1), with 53 bits.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * unit(); }
  bool chance(double probability) { return unit() < probability; }
  /// Mean 0, deviation 1: the sum of twelve even numbers less six, so never beyond +-6.
  double normal();
  /// exp(mu + sigma * normal): how long people stay (TIME 3.1 uses mu 2.3, sigma 0.9 seconds between two
  /// actions).
  double lognormal(double mu, double sigma);
  double exponential(double mean);
  Buffer bytes(std::size_t count);
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  /// An independent stream of its own, so that one part of a story does not shift another.
  Random fork() { return Random(next()); }

 private:
  std::mt19937_64 engine_;
};

/// Bytes that look encrypted, appended to `to`. They are cut from a fixed block of noise at a place chosen by
/// `random`, because a morning has a gigabyte of them and only the first hundred bytes of each packet are
/// kept.
void append_noise(Buffer& to, std::size_t count, Random& random);

}  // namespace edgewatch::support
