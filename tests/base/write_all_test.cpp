#include "edgewatch/base/write_all.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

namespace edgewatch {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends) ::close(end);
  }
  std::array<int, 2> ends{-1, -1};
};

/// As much as `size`, in pieces.
std::string read_from(int descriptor, std::size_t size) {
  std::string out;
  std::array<char, 4096> piece{};
  while (out.size() < size) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    out.append(piece.data(), static_cast<std::size_t>(got));
  }
  return out;
}

std::string long_text() {
  std::string out;
  while (out.size() < (1U << 20U)) out += std::to_string(out.size()) + '\n';
  return out;
}

TEST(WriteAll, ATextThatDoesNotFitAtOnceArrivesWhole) {
  const Pipe pipe;  // holds 64 KiB
  const std::string text = long_text();
  std::string read;
  std::thread reader([&] { read = read_from(pipe.ends[0], text.size()); });
  EXPECT_TRUE(write_all(pipe.ends[1], text));
  reader.join();
  EXPECT_EQ(read, text);
}

TEST(WriteAll, ASignalInTheMiddleLosesAndRepeatsNothing) {
  struct sigaction noticed {};
  struct sigaction before {};
  noticed.sa_handler = [](int) {};  // without SA_RESTART, so that write is interrupted
  ASSERT_EQ(sigaction(SIGUSR1, &noticed, &before), 0);
  const Pipe pipe;
  const std::string text = long_text();
  const pthread_t writer = pthread_self();
  std::string read;
  std::thread reader([&] {
    while (read.size() < text.size()) {
      pthread_kill(writer, SIGUSR1);
      const std::size_t had = read.size();
      read += read_from(pipe.ends[0], 1);
      if (read.size() == had) break;
    }
  });
  EXPECT_TRUE(write_all(pipe.ends[1], text));
  reader.join();
  EXPECT_EQ(read, text);
  sigaction(SIGUSR1, &before, nullptr);
}

TEST(WriteAll, AFullDiskIsSaid) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  EXPECT_FALSE(write_all(full, "text"));
  EXPECT_EQ(errno, ENOSPC);
  ::close(full);
}

TEST(WriteAll, AnEmptyTextNeedsNoFileAndAnyOtherDoes) {
  EXPECT_TRUE(write_all(-1, ""));
  EXPECT_FALSE(write_all(-1, "text"));
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace edgewatch
