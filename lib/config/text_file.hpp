// Small things that every reader of an operator's file needs: the file's text, the nearest known word, a
// short digest. Private to config.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/net/address.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

/// The text of a file, or nothing with a problem added: not there, not readable, larger than 64 MiB, not
/// UTF-8, or with a zero byte.
[[nodiscard]] std::optional<std::string> read_text(const std::filesystem::path& file, Problems& problems);

/// Puts the mistakes from the one at `first` on in the order of their places, whatever order they were found
/// in.
void sort_by_place(Problems& problems, std::size_t first);

/// `did you mean 'inside'?` for the known word that is nearest in spelling, or `known here: a, b, c` where
/// none is near.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// The first 16 hex digits of SHA-256 over the texts, each led by its length.
[[nodiscard]] std::string short_digest(const std::vector<std::string>& texts);

/// A network in CIDR form, or what is wrong with the text and what to write instead.
struct NetworkText {
  std::optional<net::Network> network;
  std::string what;
  std::string advice;
};
[[nodiscard]] NetworkText parse_network(const std::string& text);

}  // namespace edgewatch::config
