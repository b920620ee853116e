#include "edgewatch/capture/source.hpp"

#include "pcap_handle.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

constexpr int exit_unreadable = 65;
constexpr int exit_input_output = 74;
// libpcap asks its FILE for a record at a time; a buffer of this size takes the read calls off the profile.
constexpr std::size_t file_buffer = std::size_t{256} * 1024;

struct FileClose {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileClose>;

std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

File open_stream(const std::string& path) {
  const int descriptor =
      path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw SourceError(exit_input_output, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  }
  struct stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    throw SourceError(exit_input_output, fmt::format("{}: is a folder, not a capture", path));
  }
  File file(::fdopen(descriptor, "rb"));
  if (!file) {
    ::close(descriptor);
    throw SourceError(exit_input_output, fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  }
  return file;
}

/// How libpcap's complaint about a file is to be taken.
enum class Complaint { cut_short, not_followed, damaged };

Complaint complaint_of(std::string_view text) {
  const auto says = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (says("truncated dump file")) return Complaint::cut_short;
  // Sound pcapng whose interfaces differ; libpcap has one link type and one snap length to a file.
  if (says("different from the type of the first interface") ||
      says("different from the snapshot length of the first interface")) {
    return Complaint::not_followed;
  }
  return Complaint::damaged;
}

class FileSource final : public PacketSource {
 public:
  FileSource(const std::string& path, std::uint16_t source)
      : path_(path == "-" ? "standard input" : path),
        name_(path == "-" ? path : base_name(path)),
        source_(source),
        buffer_(file_buffer) {
    File file = open_stream(path);
    std::setvbuf(file.get(), buffer_.data(), _IOFBF, buffer_.size());
    std::array<char, PCAP_ERRBUF_SIZE> why{};
    stream_ = file.get();
    handle_.reset(pcap_fopen_offline(stream_, why.data()));
    if (!handle_) {
      const bool unreadable = std::ferror(stream_) != 0;
      throw SourceError(unreadable ? exit_input_output : exit_unreadable,
                        fmt::format("{}: not a capture that can be read (offset 0): {}", path_, why.data()));
    }
    static_cast<void>(file.release());  // the handle closes it from here on
    link_ = link_type_of(pcap_datalink(handle_.get()));
  }

  Step next() override {
    if (over_) return end_;
    pcap_pkthdr* header = nullptr;
    const u_char* bytes = nullptr;
    const int got = pcap_next_ex(handle_.get(), &header, &bytes);
    if (got == 1) return frame(*header, bytes);
    over_ = true;
    if (got == PCAP_ERROR_BREAK) return end_;
    return stop(pcap_geterr(handle_.get()));
  }

  const std::string& name() const override { return name_; }

 private:
  net::Frame frame(const pcap_pkthdr& header, const u_char* bytes) {
    return frame_of(header, bytes, link_, source_, ++frames_);
  }

  Step stop(const std::string& why) {
    const std::string where = fmt::format("{}: {}, after frame {}: {}", path_, offset(), frames_, why);
    if (std::ferror(stream_) != 0) throw SourceError(exit_input_output, where);
    switch (complaint_of(why)) {
      case Complaint::cut_short:
        end_ =
            EndOfInput{true, fmt::format("{}: cut at its end, {}, after frame {}", path_, offset(), frames_)};
        return end_;
      case Complaint::not_followed:
        end_ = EndOfInput{true, where};
        return end_;
      case Complaint::damaged:
        break;
    }
    throw SourceError(exit_unreadable, where);
  }

  [[nodiscard]] std::string offset() const {
    const off_t at = ::ftello(stream_);
    return at < 0 ? "offset unknown" : fmt::format("offset {}", at);
  }

  std::string path_;
  std::string name_;
  std::uint16_t source_;
  std::vector<char> buffer_;  // outlives the FILE that the handle closes
  std::FILE* stream_ = nullptr;
  PcapHandle handle_;
  net::LinkType link_ = net::LinkType::ethernet;
  std::uint64_t frames_ = 0;
  bool over_ = false;
  EndOfInput end_;
};

}  // namespace

std::unique_ptr<PacketSource> open_file(const std::string& path, std::uint16_t source) {
  return std::make_unique<FileSource>(path, source);
}

}  // namespace edgewatch::capture
