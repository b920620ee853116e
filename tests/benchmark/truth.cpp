#include "truth.hpp"

#include "support/recording.hpp"

#include <fmt/format.h>

namespace edgewatch::benchmark {

std::string_view to_string(Kind kind) {
  constexpr std::string_view names[] = {"dns-q", "dns-r", "tls-sni", "quic-sni", "http-host"};
  return names[static_cast<std::size_t>(kind)];
}

std::uint64_t Truth::total(Kind kind) const {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : names_[static_cast<std::size_t>(kind)]) sum += count;
  return sum;
}

void Truth::write(const std::filesystem::path& file) const {
  std::string out = "kind\tname\tcount\n";
  for (const Kind kind : {Kind::dns_question, Kind::dns_response, Kind::http, Kind::quic, Kind::tls}) {
    const auto& names = names_[static_cast<std::size_t>(kind)];
    for (const auto& [name, count] : std::map(names.begin(), names.end()))
      out += fmt::format("{}\t{}\t{}\n", to_string(kind), name, count);
  }
  support::write_file(file, Bytes(reinterpret_cast<const std::uint8_t*>(out.data()), out.size()));
}

}  // namespace edgewatch::benchmark
