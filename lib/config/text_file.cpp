#include "text_file.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::config {
namespace {

constexpr std::uintmax_t longest_file = 64U << 20U;

/// Length of the well-formed UTF-8 sequence at the start of `text` (Unicode 15, table 3-7), 0 where there is
/// none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool second = lead == 0xE0 ? byte(1) >= 0xA0 : lead == 0xED ? byte(1) <= 0x9F : true;
    return tail(1) && tail(2) && second ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool second = lead == 0xF0 ? byte(1) >= 0x90 : lead == 0xF4 ? byte(1) <= 0x8F : true;
    return tail(1) && tail(2) && tail(3) && second ? 4 : 0;
  }
  return 0;
}

void check_text(const std::string& text, const std::string& file, Problems& problems) {
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : sequence_length(std::string_view(text).substr(i));
    if (length == 0) {
      const bool zero = text[i] == '\0';
      problems.push_back({file, line, i - line_start + 1,
                          zero ? "the file holds a zero byte" : "the text is not UTF-8",
                          zero ? "save it as plain text" : "save the file as UTF-8"});
      return;
    }
    if (text[i] == '\n') {
      ++line;
      line_start = i + 1;
    }
    i += length;
  }
}

/// Levenshtein distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::string> read_text(const std::filesystem::path& file, Problems& problems) {
  const auto refuse = [&](std::string what, std::string advice) {
    problems.push_back({file.string(), 0, 0, std::move(what), std::move(advice)});
    return std::nullopt;
  };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status))
    return refuse("no such file", "create it, or mend its path in edgewatch.toml");
  if (std::filesystem::is_directory(status)) return refuse("this is a folder, not a file", "name a file");
  if (const auto size = std::filesystem::file_size(file, error); !error && size > longest_file) {
    return refuse("the file is larger than 64 MiB", "split it, or name another file");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return refuse("the file cannot be read", "check its permissions");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) return refuse("reading the file failed", "check the disk");
  const std::size_t before = problems.size();
  check_text(text, file.string(), problems);
  if (problems.size() != before) return std::nullopt;
  return text;
}

void sort_by_place(Problems& problems, std::size_t first) {
  std::stable_sort(problems.begin() + static_cast<std::ptrdiff_t>(first), problems.end(),
                   [](const Problem& a, const Problem& b) {
                     return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
                   });
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t d = distance(ascii_lower(word), ascii_lower(candidate));
    if (d < best_distance) {
      best = &candidate;
      best_distance = d;
    }
  }
  if (best != nullptr) return fmt::format("did you mean '{}'?", *best);
  if (known.empty()) return "none is known here";
  constexpr std::size_t most = 24;
  const bool cut = known.size() > most;
  const std::vector<std::string> shown(
      known.begin(), known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), most)));
  return fmt::format("known here: {}{}", fmt::join(shown, ", "), cut ? ", ..." : "");
}

NetworkText parse_network(const std::string& text) {
  if (const auto network = net::Network::parse(text)) return {network, {}, {}};
  const std::string what = fmt::format("'{}' is not a network", text);
  const std::size_t slash = text.find('/');
  const auto address = net::IpAddress::parse(text.substr(0, slash));
  if (!address || slash == std::string::npos)
    return {{}, what, "write it as 10.20.0.0/16 or 2001:db8:20::/48"};
  const std::string digits = text.substr(slash + 1);
  const std::size_t width = address->bytes().size() * 8;
  const bool is_number =
      !digits.empty() && digits.size() <= 3 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || std::stoul(digits) > width) {
    return {{}, what, fmt::format("the length after the slash is a number from 0 to {}", width)};
  }
  std::vector<std::uint8_t> bytes(address->bytes().begin(), address->bytes().end());
  const std::size_t kept = std::stoul(digits);
  for (std::size_t bit = kept; bit < width; ++bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return {{},
          fmt::format("'{}' has bits set beyond its length", text),
          fmt::format("did you mean '{}/{}'?", net::IpAddress::from_bytes(bytes)->to_string(), kept)};
}

}  // namespace edgewatch::config
