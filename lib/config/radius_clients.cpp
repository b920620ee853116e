#include "readers.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

constexpr std::uintmax_t longest_secret = 4096;

/// The secret without the line's end, or nothing with what is wrong, which never says what is in the file.
std::optional<std::string> read_secret(const std::filesystem::path& path, const TomlTable& client,
                                       Place place) {
  std::error_code wrong;
  const auto status = std::filesystem::status(path, wrong);
  const auto size = std::filesystem::is_regular_file(status) ? std::filesystem::file_size(path, wrong) : 0;
  if (!std::filesystem::is_regular_file(status) || wrong) {
    client.problem(place, fmt::format("'{}' is no file that can be read", path.string()),
                   "name the file that holds this access server's secret");
    return std::nullopt;
  }
  const auto others = std::filesystem::perms::others_read | std::filesystem::perms::others_write;
  if ((status.permissions() & others) != std::filesystem::perms::none) {
    client.problem(place, fmt::format("everybody may read or change '{}'", path.string()),
                   "take the rights of others away (chmod o-rwx), and change the secret if it was seen");
    return std::nullopt;
  }
  std::ifstream stream(path, std::ios::binary);
  std::string secret{std::istreambuf_iterator<char>(stream), {}};
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (!stream || secret.empty() || size > longest_secret) {
    client.problem(place, fmt::format("'{}' holds no secret", path.string()),
                   "write the secret as the only line of the file, readable by edgewatch");
    return std::nullopt;
  }
  return secret;
}

}  // namespace

std::vector<RadiusClient> read_radius_clients(TomlTable& identity) {
  std::vector<RadiusClient> out;
  for (TomlTable& client : identity.tables("radius_clients")) {
    const bool whole = client.require("address", "name the access server, as address = \"10.20.2.9\"") &&
                       client.require("secret_file", "name the file that holds its secret");
    const auto written = client.string("address");
    const auto file = client.string("secret_file");
    client.finish();
    if (!whole || !written || !file) continue;
    const auto address = net::IpAddress::parse(written->value);
    if (!address) {
      client.problem(written->place, fmt::format("'{}' is not an address", written->value),
                     "write the access server's own address, as 10.20.2.9");
      continue;
    }
    if (std::ranges::find(out, *address, &RadiusClient::address) != out.end()) {
      client.problem(written->place, fmt::format("access server '{}' stands twice", written->value),
                     "keep one of them");
      continue;
    }
    const auto path =
        (std::filesystem::absolute(client.file()).parent_path() / file->value).lexically_normal();
    if (auto secret = read_secret(path, client, file->place)) out.push_back({*address, std::move(*secret)});
  }
  return out;
}

}  // namespace edgewatch::config
