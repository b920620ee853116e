// What every fuzz target checks: laws, not only that nothing crashes.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace edgewatch::fuzz {

inline void law(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "law broken: %s\n", what);
  std::abort();
}

/// A copy of exactly as many bytes on the heap, so that AddressSanitizer sees a read past the end.
class Exact {
 public:
  explicit Exact(Bytes bytes) : size_(bytes.size()), data_(new std::uint8_t[bytes.size()]) {
    for (std::size_t i = 0; i < size_; ++i) data_[i] = bytes[i];
  }
  [[nodiscard]] Bytes bytes() const { return {data_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> data_;
};

/// A few places to cut an input, in rising order; which ones depends on the input, so that a run tries all of
/// them.
inline std::vector<std::size_t> cuts(Bytes input) {
  std::size_t seed = input.size();
  for (const std::uint8_t byte : input.last(input.size() < 8 ? input.size() : 8)) seed = seed * 31 + byte;
  std::vector<std::size_t> out;
  const std::size_t step = input.size() / 6 + 1;
  for (std::size_t at = seed % step; at < input.size(); at += step) out.push_back(at);
  return out;
}

/// A name's text, read as RFC 1035 section 5.1 says, gives the name again.
inline void check_name(const net::HostName& name) {
  std::vector<std::vector<std::uint8_t>> labels(1);
  const std::string& text = name.text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.') {
      labels.emplace_back();
    } else if (text[i] == '\\') {
      law(i + 3 < text.size(), "an escape has three digits");
      labels.back().push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i + 1, 3))));
      i += 3;
    } else {
      labels.back().push_back(static_cast<std::uint8_t>(text[i]));
    }
  }
  std::vector<Bytes> views;
  if (!name.is_root()) views.assign(labels.begin(), labels.end());
  const auto again = net::HostName::from_labels(views);
  law(again && *again == name, "a name printed and read again is the same");
  law(name.label_count() == views.size(), "a bare dot parts two labels");
}

}  // namespace edgewatch::fuzz
