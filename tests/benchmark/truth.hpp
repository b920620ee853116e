// What a capture truly says: how often each name was said, by kind, so that a reader of the capture can be
// held against it. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edgewatch::benchmark {

enum class Kind : std::uint8_t { dns_question, dns_response, tls, quic, http };
[[nodiscard]] std::string_view to_string(Kind kind);  ///< as `edgewatch inspect` has it

class Truth {
 public:
  void add(Kind kind, const std::string& name) { ++names_[static_cast<std::size_t>(kind)][name]; }
  [[nodiscard]] std::uint64_t total(Kind kind) const;
  /// TSV with a header, `kind name count`, in byte order. Throws std::runtime_error naming the file.
  void write(const std::filesystem::path& file) const;

 private:
  std::unordered_map<std::string, std::uint64_t> names_[5];
};

}  // namespace edgewatch::benchmark
