#include "run_command.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

constexpr std::chrono::milliseconds look_every{20};

/// Its own process group, so that it can be ended whole, and signals as they are by default.
struct Spawning {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};

  Spawning() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

std::string trouble_of(int status) {
  if (WIFSIGNALED(status)) return fmt::format("ended by signal {}", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

CommandEnd run_command(const std::vector<std::string>& command, std::chrono::seconds patience,
                       const std::atomic<bool>& give_up) {
  using Clock = std::chrono::steady_clock;
  const auto started = Clock::now();
  const auto ended = [&](std::string trouble) {
    return CommandEnd{std::move(trouble),
                      std::chrono::floor<std::chrono::milliseconds>(Clock::now() - started)};
  };
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  // Of this thread alone; its child has those of whoever starts it.
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const Spawning how;
  pid_t child = 0;
  const int error =
      posix_spawn(&child, words.front().c_str(), &how.files, &how.attributes, arguments.data(), environ);
  if (error != 0) return ended(std::strerror(error));
  while (true) {
    int status = 0;
    const pid_t done = waitpid(child, &status, WNOHANG);
    if (done == child) return ended(trouble_of(status));
    if (done < 0 && errno != EINTR) return ended(std::strerror(errno));
    if (give_up || Clock::now() - started > patience) {
      kill(-child, SIGKILL);
      waitpid(child, &status, 0);
      return ended(give_up ? "ended, for we stop" : fmt::format("no end within {} s", patience.count()));
    }
    std::this_thread::sleep_for(look_every);
  }
}

}  // namespace edgewatch::runtime
