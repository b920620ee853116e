#include "edgewatch/capture/packet_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

constexpr int exit_input_output = 74;

std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

/// An open file; what a Refill reads from.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::shared_ptr<Descriptor> open_descriptor(const std::string& path) {
  const int opened =
      path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) {
    throw SourceError(exit_input_output, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  }
  auto descriptor = std::make_shared<Descriptor>(opened);
  struct stat status {};
  if (::fstat(opened, &status) == 0 && S_ISDIR(status.st_mode)) {
    throw SourceError(exit_input_output, fmt::format("{}: is a folder, not a capture", path));
  }
  // A hint to read ahead; what it says of a pipe does not matter.
  static_cast<void>(::posix_fadvise(opened, 0, 0, POSIX_FADV_SEQUENTIAL));
  return descriptor;
}

}  // namespace

std::unique_ptr<PacketFile> open_packet_file(const std::string& path, std::uint16_t source,
                                             std::size_t block_bytes) {
  const std::string display_name = path == "-" ? "standard input" : path;
  const auto refill = [descriptor = open_descriptor(path), display_name](std::span<std::uint8_t> room) {
    while (true) {
      const ssize_t got = ::read(descriptor->get(), room.data(), room.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno == EINTR) continue;
      throw SourceError(exit_input_output,
                        fmt::format("{}: cannot be read: {}", display_name, std::strerror(errno)));
    }
  };
  return std::make_unique<PacketFile>(refill, display_name, path == "-" ? path : base_name(path), source,
                                      block_bytes);
}

std::unique_ptr<PacketSource> open_file(const std::string& path, std::uint16_t source) {
  return open_packet_file(path, source);
}

}  // namespace edgewatch::capture
