// A folder of its own for one test, with the files of a configuration in it. It is removed with the test.
#pragma once

#include "edgewatch/config/configuration.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace edgewatch::config {

class Workspace {
 public:
  Workspace() {
    std::string pattern = (std::filesystem::temp_directory_path() / "edgewatch-config-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Workspace() { std::filesystem::remove_all(folder_); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  Workspace& file(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return *this;
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] Result<Configuration, Problems> load() const { return config::load(path("edgewatch.toml")); }

  /// What is wrong, each as `file:line:column: what; advice` with the folder taken off.
  [[nodiscard]] std::vector<std::string> mistakes() const {
    const auto result = load();
    return result ? std::vector<std::string>{} : texts(result.error());
  }
  [[nodiscard]] std::vector<std::string> texts(const Problems& problems) const {
    std::vector<std::string> out;
    for (const Problem& problem : problems) {
      std::string text = to_string(problem);
      const std::string prefix = folder_.string() + "/";
      for (std::size_t found = text.find(prefix); found != std::string::npos; found = text.find(prefix))
        text.erase(found, prefix.size());
      out.push_back(text);
    }
    return out;
  }

 private:
  std::filesystem::path folder_;
};

/// The smallest configuration with two people, one service and no rules.
inline Workspace& small(Workspace& workspace) {
  return workspace.file("edgewatch.toml", "inside = [\"10.20.0.0/16\"]\n")
      .file("people.csv",
            "person,display_name,department,groups\np17,Seventeen,Highways,press;drivers\np18,Eighteen,"
            "Housing,\n")
      .file("assignments.csv", "kind,value,person,from,to\nmac,02:00:5e:10:00:17,p17,,\n")
      .file("rules.toml", "")
      .file("catalogue/a.toml",
            "[[service]]\nid = \"photo-share\"\nname = \"Photo Share\"\nfamily = \"Photo\"\ncategory = "
            "\"social\"\n"
            "[service.hosts]\ncore = [\"photos.example\"]\nembed = [\"widget.photos.example\"]\n");
}

}  // namespace edgewatch::config
