// lists.toml: where each list comes from, what it is of, and its bounds. Plain structs that own what they
// hold; any thread.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/config/list.hpp"
#include "edgewatch/config/list_guard.hpp"
#include "edgewatch/model/ids.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace edgewatch::config {

struct ListSource {
  std::string name;  ///< [a-z0-9-]+
  model::Category category;
  ListShape shape;
  std::filesystem::path file;  ///< absolute; empty where it is fetched
  std::string url;             ///< https only; empty where it is a file
  std::string sha256;          ///< what it must be, in hex; empty where it may change
  std::string digest_url;  ///< a file whose first word, or that beside the list's file name, is its SHA-256
  std::string public_key;  ///< minisign's, of who must have signed it; empty: nobody
  std::string signature_url;  ///< empty: beside the list, as its name and `.minisig`
  std::vector<net::HostName> without;
  ListGuards guards;
  std::chrono::seconds timeout{60};  ///< for the whole of it
};

struct ListSettings {
  std::filesystem::path folder = "/var/lib/edgewatch-lists";  ///< what was accepted, and what became of it
  std::filesystem::path certificates;  ///< who may vouch for servers (PEM); empty: whom the system trusts
  std::vector<ListSource> lists;
};

/// Every mistake at once. A file without lists is none.
[[nodiscard]] Result<ListSettings, Problems> load_lists(const std::filesystem::path& file);

}  // namespace edgewatch::config
