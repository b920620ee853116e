#include "pdf.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgewatch::tools {
namespace {

namespace fs = std::filesystem;

constexpr const char* browser = "/usr/bin/chromium";
constexpr const char* patience = "120";  // seconds

/// A folder that we alone can enter, gone with this value.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (fs::temp_directory_path() / "edgewatch-pdf.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "no folder for the page");
    path_ = name;
  }
  ~PrivateFolder() {
    std::error_code left;
    fs::remove_all(path_, left);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::string> command_for(const fs::path& folder) {
  std::vector<std::string> words{"/usr/bin/timeout",
                                 "--kill-after=5",
                                 patience,
                                 browser,
                                 "--headless=new",
                                 "--disable-gpu",
                                 "--disable-extensions",
                                 "--disable-component-update",
                                 "--disable-background-networking",
                                 "--no-first-run",
                                 "--host-resolver-rules=MAP * ~NOTFOUND",
                                 "--user-data-dir=" + (folder / "profile").string(),
                                 "--no-pdf-header-footer",
                                 "--print-to-pdf=" + (folder / "report.pdf").string()};
  // Root has no sandbox of its own to give up; the page runs nothing and fetches nothing.
  if (::geteuid() == 0) words.emplace_back("--no-sandbox");
  words.push_back("file://" + (folder / "report.html").string());
  return words;
}

/// Home and caches in the folder too: an officer's own browser is not touched. Nothing else is passed on.
std::vector<std::string> environment_for(const fs::path& folder) {
  const std::string home = folder.string();
  return {"PATH=/usr/bin:/bin",      "LANG=C.UTF-8",           "HOME=" + home,
          "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home, "XDG_RUNTIME_DIR=" + home,
          "TMPDIR=" + home};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

/// The exit code, or -1.
int run(std::vector<std::string> words, std::vector<std::string> environment) {
  posix_spawn_file_actions_t files{};
  ::posix_spawn_file_actions_init(&files);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_RDWR, 0);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, words.front().c_str(), &files, nullptr, pointers(words).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  if (failed != 0) return -1;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Pdf print_to_pdf(const std::string& page) {
  if (::access(browser, X_OK) != 0) {
    return {{},
            "a PDF is made by Chromium, which is not installed here: apt-get install chromium; or take "
            "--format html, and print that from any browser"};
  }
  const PrivateFolder folder;
  {
    std::ofstream file(folder.path() / "report.html", std::ios::binary);
    file << page;
    if (!file.flush()) return {{}, "the page could not be written: is the disk full?"};
  }
  const int code = run(command_for(folder.path()), environment_for(folder.path()));
  std::ifstream file(folder.path() / "report.pdf", std::ios::binary);
  Pdf pdf{{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}, {}};
  if (code != 0 || !pdf.bytes.starts_with("%PDF-")) {
    return {{},
            fmt::format("Chromium ended with {} and made no PDF; take --format html, and print that from any "
                        "browser",
                        code)};
  }
  return pdf;
}

}  // namespace edgewatch::tools
